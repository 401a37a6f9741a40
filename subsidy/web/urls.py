from __future__ import annotations

from allauth.account import views as account
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from subsidy.web import catalogue, notifications, own, own_exports, own_sessions, sign_up, source, views

# allauth's own names, because it looks its pages up by them. E-mail pages are left out on purpose.
urlpatterns: list[URLPattern | URLResolver] = [
    path("start/", views.home, name="home"),
    path("source/", views.source, name="source"),
    path("source/archive/", source.archive, name="source-archive"),
    path("notifications/", notifications.listing, name="notifications"),
    path("notifications/read/", notifications.mark_read, name="notifications-read"),
    path("notifications/settings/", notifications.preferences, name="notification-settings"),
    path("account/details/", own.Details.as_view(), name="own-details"),
    path("account/lists/", own_exports.listing, name="own-exports"),
    path("account/lists/ask/", own_exports.Ask.as_view(), name="own-exports-ask"),
    path("account/lists/<int:pk>/stop/", own_exports.Stop.as_view(), name="own-exports-stop"),
    path("account/lists/<int:pk>/file/", own_exports.file, name="own-exports-file"),
    path("account/sessions/", own_sessions.listing, name="own-sessions"),
    path("account/sessions/end/", own_sessions.end, name="own-sessions-end"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-up/", sign_up.SignUp.as_view(), name="account_signup"),
    path("sign-up/received/", sign_up.signed_up, name="account_signed_up"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-in/inactive/", account.account_inactive, name="account_inactive"),
    path("sign-in/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/second-factor/", include("allauth.mfa.urls")),
]
if settings.IDENTITY_PROVIDERS:
    urlpatterns.append(path("", include("subsidy.web.identity_urls")))
if settings.COMPONENT_CATALOGUE:
    urlpatterns.append(path("_components/", catalogue.show, name="component-catalogue"))
