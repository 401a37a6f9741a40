from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import UserKind
from subsidy.web.nav import NavEntry, add


class PublicConfig(AppConfig):
    name = "subsidy.public"
    label = "public"
    verbose_name = _("Public site")

    def ready(self) -> None:
        # Officers and experts have their own work in the bar; these are for companies and those not signed in.
        readers = ("", UserKind.COMPANY.value)
        add(NavEntry(order=60, label=_("Policies"), url_name="public:policies", kinds=readers))
        add(NavEntry(order=61, label=_("Calls"), url_name="public:calls", kinds=readers))
        add(NavEntry(order=62, label=_("Notices"), url_name="public:notices", kinds=readers))
        add(NavEntry(order=63, label=_("Decrees"), url_name="public:decrees", kinds=readers))
        add(NavEntry(order=64, label=_("Recognitions"), url_name="public:recognitions", kinds=readers))
