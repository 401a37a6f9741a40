from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "subsidy.api"
    label = "api"
    verbose_name = _("API")

    def ready(self) -> None:
        from subsidy.api import catalogue, records  # noqa: F401 - declare what the API shows
