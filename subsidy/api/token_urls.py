from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.api import tokens

app_name = "token"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", tokens.listing, name="list"),
    path("new/", tokens.MakeToken.as_view(), name="new"),
    path("<int:pk>/revoke/", tokens.revoke, name="revoke"),
]
