from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.api import webhooks

app_name = "webhook"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", webhooks.listing, name="list"),
    path("new/", webhooks.MakeWebhook.as_view(), name="new"),
    path("<int:pk>/end/", webhooks.end, name="end"),
    path("messages/<int:pk>/again/", webhooks.again, name="again"),
]
