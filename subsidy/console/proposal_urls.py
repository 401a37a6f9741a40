from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.console import proposals, proposing

urlpatterns: list[URLPattern | URLResolver] = [
    path("proposals/", proposals.listing, name="proposals"),
    path("proposals/<str:number>/", proposals.show, name="proposal"),
    path("proposals/<str:number>/acts/<slug:action>/", proposals.ProposalAct.as_view(), name="proposal-act"),
    path("calls/call/<str:number>/authorise/", proposing.ProposeAuthorisation.as_view(), name="propose-authorisation"),
    path("cases/<str:number>/title/", proposing.ProposeTitleChange.as_view(), name="propose-title-change"),
    path("cases/<str:number>/title-test/", proposing.ProposeTitleTest.as_view(), name="propose-title-test"),
    path("cases/<str:number>/erase/", proposing.ProposeErasure.as_view(), name="propose-erasure"),
    path("cases/<str:number>/reopen/", proposing.ProposeReopening.as_view(), name="propose-reopening"),
]
