from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from subsidy.console import (
    accounts,
    audit_urls,
    call_urls,
    cases,
    company_urls,
    correspondence,
    facts,
    finance_urls,
    queue,
    register_urls,
    rounds,
    routes,
    scoring,
    sources_urls,
)

app_name = "console"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", queue.landing, name="home"),
    path("queue/", queue.show, name="queue"),
    path("queue/<slug:tab>/", queue.show, name="queue-tab"),
    path("claims/<slug:kind>/<str:number>/claim/", queue.claim, {"action": "claim"}, name="claim"),
    path("claims/<slug:kind>/<str:number>/unclaim/", queue.claim, {"action": "unclaim"}, name="unclaim"),
    path("cases/<str:number>/", cases.show, name="case"),
    path("cases/<str:number>/files/<int:pk>/", cases.file, name="case-file"),
    path("cases/<str:number>/route/", routes.of_case, name="case-route"),
    path("cases/<str:number>/facts/<slug:name>/", facts.of_case, name="case-fact"),
    path("cases/<str:number>/facts/<slug:name>/override/", facts.Override.as_view(), name="case-fact-override"),
    path("cases/<str:number>/facts/<slug:name>/end/", facts.EndOverride.as_view(), name="case-fact-end-override"),
    path("cases/<str:number>/acts/<slug:action>/", cases.CaseAct.as_view(), name="case-act"),
    path("", include(company_urls)),
    path("cases/<str:number>/messages/", correspondence.conversation, name="case-messages"),
    path("cases/<str:number>/messages/<slug:action>/", correspondence.WriteMessage.as_view(), name="case-message"),
    path("letters/<int:pk>/", cases.letter, name="letter"),
    path("letters/<int:pk>/serve/<slug:action>/", correspondence.ServeLetter.as_view(), name="letter-serve"),
    path("scoring/", scoring.listing, name="scoring"),
    path("scoring/<str:number>/", scoring.Score.as_view(), name="score"),
    path("scoring/<str:number>/files/<int:pk>/", scoring.file, name="score-file"),
    path("calls/", include(call_urls)),
    path("rounds/", rounds.listing, name="rounds"),
    path("rounds/open/<int:pk>/", rounds.open_round, name="round-open"),
    path("rounds/<str:number>/", rounds.show, name="round"),
    path("rounds/<str:number>/route/", routes.of_round, name="round-route"),
    path("rounds/<str:number>/acts/<slug:action>/", rounds.RoundAct.as_view(), name="round-act"),
    path("accounts/", accounts.listing, name="accounts"),
    path("companies/<int:pk>/accounts/", accounts.of_company, name="company-accounts"),
    path("companies/<int:pk>/accounts/enter/", accounts.Enter.as_view(), name="account-enter"),
    path("companies/<int:pk>/accounts/papers/<int:paper>/", accounts.paper, name="account-paper"),
    path(
        "companies/<int:pk>/accounts/<int:account>/<slug:action>/", accounts.AccountAct.as_view(), name="account-act"
    ),
    path("registers/", include(register_urls)),
    path("finance/", include(finance_urls)),
    path("sources/", include(sources_urls)),
    path("audit/", include(audit_urls)),
]
