from __future__ import annotations

from django.urls import URLPattern, path

from subsidy.console import undertakings

urlpatterns: list[URLPattern] = [
    path("undertakings/", undertakings.listing, name="undertakings"),
    path("undertakings/<str:number>/", undertakings.show, name="undertaking"),
    path(
        "undertakings/<str:number>/acts/<slug:action>/", undertakings.UndertakingAct.as_view(), name="undertaking-act"
    ),
    path("cases/<str:number>/undertaking/", undertakings.BeginAfter.as_view(), name="begin-undertaking"),
]
