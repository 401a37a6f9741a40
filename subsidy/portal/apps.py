from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import UserKind
from subsidy.web.nav import NavEntry, add


class PortalConfig(AppConfig):
    name = "subsidy.portal"
    label = "portal"
    verbose_name = _("Company portal")

    def ready(self) -> None:
        add(NavEntry(order=10, label=_("My page"), url_name="portal:home", kinds=(UserKind.COMPANY,)))
        add(NavEntry(order=20, label=_("My applications"), url_name="portal:cases", kinds=(UserKind.COMPANY,)))
        add(NavEntry(order=30, label=_("My company"), url_name="portal:companies", kinds=(UserKind.COMPANY,)))
