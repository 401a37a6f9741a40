from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.console import call_acts, calls

urlpatterns: list[URLPattern | URLResolver] = [
    path("", calls.listing, name="calls"),
    path("open/", call_acts.Open.as_view(), name="call-open"),
    path("call/<str:number>/", calls.show, name="call"),
    path("call/<str:number>/acts/<slug:action>/", call_acts.CallAct.as_view(), name="call-act"),
]
