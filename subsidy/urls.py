from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from subsidy.web import errors

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many
handler500 = errors.failed

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", set_language, name="set_language"),
    path("my/", include("subsidy.portal.urls")),
    path("console/", include("subsidy.console.urls")),
    path("api/v1/", include("subsidy.api.urls")),
    path("account/tokens/", include("subsidy.api.token_urls")),
    path("account/webhooks/", include("subsidy.api.webhook_urls")),
    path("", include("subsidy.web.urls")),
    path("", include("subsidy.public.urls")),
]
if settings.DEMO_MODE:
    urlpatterns.append(path("demo/", include("subsidy.demo.urls")))
    # Before the API's own addresses, the last of which answers whatever is left.
    urlpatterns.insert(0, path("api/v1/clock/", include("subsidy.demo.clock_api")))
