from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    name = "subsidy.demo"
    label = "demo"
    verbose_name = _("Demo")

    def ready(self) -> None:
        from subsidy.api.description import add_path
        from subsidy.demo import clock_api

        if settings.DEMO_MODE:
            add_path(clock_api.PATH, clock_api.described)
