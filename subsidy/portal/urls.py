from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.portal.views import (
    application,
    case,
    case_acts,
    company,
    documents,
    facts,
    home,
    lists,
    messages,
    registration,
    statements,
    team,
)

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.Home.as_view(), name="home"),
    path("applications/", home.CaseList.as_view(), name="cases"),
    path("apply/<str:call_number>/", application.Start.as_view(), name="start"),
    path("applications/<str:number>/", case.CasePage.as_view(), name="case"),
    path("applications/<str:number>/tasks/", application.TaskList.as_view(), name="tasks"),
    path("applications/<str:number>/sections/<slug:section>/", application.Section.as_view(), name="section"),
    path("applications/<str:number>/lists/<slug:name>/", lists.ListPage.as_view(), name="list"),
    path("applications/<str:number>/lists/<slug:name>/add/", lists.RecordPage.as_view(), name="list-add"),
    path("applications/<str:number>/lists/<slug:name>/<int:record>/", lists.RecordPage.as_view(), name="list-record"),
    path(
        "applications/<str:number>/lists/<slug:name>/<int:record>/remove/",
        lists.RemovePage.as_view(),
        name="list-remove",
    ),
    path("applications/<str:number>/documents/", documents.Documents.as_view(), name="documents"),
    path("applications/<str:number>/documents/<int:pk>/", documents.Download.as_view(), name="file"),
    path("applications/<str:number>/documents/<int:pk>/remove/", documents.Remove.as_view(), name="remove"),
    path("applications/<str:number>/answers/", application.Check.as_view(), name="check"),
    path("applications/<str:number>/submit/", application.Submit.as_view(), name="submit"),
    path("applications/<str:number>/receipt/", application.Receipt.as_view(), name="receipt"),
    path("applications/<str:number>/correction/", application.Correct.as_view(), name="correction"),
    path("applications/<str:number>/resubmit/", application.Resubmit.as_view(), name="resubmit"),
    path("applications/<str:number>/withdraw/", case.Withdraw.as_view(), name="withdraw"),
    path("applications/<str:number>/acts/<slug:action>/", case_acts.NamedAct.as_view(), name="case-act"),
    path("applications/<str:number>/account/", case.ChooseAccount.as_view(), name="account"),
    path("applications/<str:number>/account/change/", case.ChangeAccount.as_view(), name="change-account"),
    path("applications/<str:number>/letters/<int:pk>/", case.LetterPage.as_view(), name="letter"),
    path("applications/<str:number>/messages/", messages.Messages.as_view(), name="case-messages"),
    path("companies/", company.Companies.as_view(), name="companies"),
    path("companies/register/", registration.Choose.as_view(), name="register-at"),
    path("companies/register/<slug:bureau>/", registration.Ask.as_view(), name="register"),
    path("registrations/<int:pk>/", registration.Show.as_view(), name="registration"),
    path(
        "registrations/<int:pk>/files/<int:file>/", registration.RegistrationFile.as_view(), name="registration-file"
    ),
    path("registrations/<int:pk>/<slug:action>/", registration.RegistrationAct.as_view(), name="registration-act"),
    path("companies/<int:pk>/", company.CompanyPage.as_view(), name="company"),
    path("companies/<int:pk>/team/", team.Team.as_view(), name="team"),
    path("companies/<int:pk>/team/letters/<int:file>/", team.TeamLetter.as_view(), name="team-letter"),
    path("companies/<int:pk>/team/<slug:action>/", team.TeamAct.as_view(), name="team-act"),
    path("companies/<int:pk>/history/", team.History.as_view(), name="history"),
    path("companies/<int:pk>/statement/<slug:wanted>/", statements.CompanyStatement.as_view(), name="statement"),
    path("companies/<int:pk>/facts/<slug:name>/", facts.FactPage.as_view(), name="fact"),
    path("companies/<int:pk>/accounts/history/", company.Accounts.as_view(), name="accounts"),
    path("companies/<int:pk>/accounts/papers/<int:paper>/", company.AccountPaper.as_view(), name="account-paper"),
    path("companies/<int:pk>/accounts/", company.ProposeAccount.as_view(), name="propose-account"),
    path("companies/<int:pk>/accounts/<int:account>/", company.ConfirmAccount.as_view(), name="confirm-account"),
]
