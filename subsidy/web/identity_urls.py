"""Addresses of the identity providers; there are none where no provider is set."""

from __future__ import annotations

from allauth.socialaccount import views
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import URLPattern, URLResolver, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/with/<slug:provider_id>/", openid.login, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", openid.callback, name="openid_connect_callback"),
    path("sign-in/cancelled/", views.login_cancelled, name="socialaccount_login_cancelled"),
]
