from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "subsidy.web"
    label = "web"
    verbose_name = _("Screens in common")

    def ready(self) -> None:
        from subsidy.web import entering

        entering.connect()
