from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import ADMINISTRATORS, Role, UserKind


class ConsoleConfig(AppConfig):
    name = "subsidy.console"
    label = "console"
    verbose_name = _("Console")

    def ready(self) -> None:
        from subsidy.console.accounts import SEES_ACCOUNTS
        from subsidy.console.audit.nav import add_entries as add_audit_entries
        from subsidy.console.finance.nav import add_entries
        from subsidy.ledger.selectors import SEES_BUDGET
        from subsidy.web.nav import NavEntry, add

        officers = tuple(role for role in Role if role not in (*ADMINISTRATORS, Role.EXPERT, Role.AUDITOR))
        deciders = tuple(role for role in officers if role != Role.POLICY_AUTHOR)
        add(NavEntry(10, _("Queue"), "console:queue", kinds=(UserKind.OFFICER,), roles=officers))
        add(NavEntry(11, _("Overview"), "console:overview", kinds=(UserKind.OFFICER,), roles=SEES_BUDGET))
        add(NavEntry(10, _("My cases to score"), "console:scoring", kinds=(UserKind.EXPERT,), roles=(Role.EXPERT,)))
        add(NavEntry(12, _("My declarations"), "console:declarations", kinds=(UserKind.EXPERT,), roles=(Role.EXPERT,)))
        panels = (Role.ACCEPTANCE, Role.AMOUNT, Role.LEADER, Role.AUDITOR)
        add(NavEntry(18, _("Expert panels"), "console:panels", kinds=(UserKind.OFFICER,), roles=panels))
        add(NavEntry(15, _("Calls"), "console:calls", kinds=(UserKind.OFFICER,), roles=(*deciders, Role.AUDITOR)))
        proposes = (Role.AMOUNT, Role.SUPERVISION, Role.LEADER, Role.AUDITOR)
        add(NavEntry(25, _("Proposals"), "console:proposals", kinds=(UserKind.OFFICER,), roles=proposes))
        recovers = (*proposes, Role.FINANCE_CHECK)
        add(NavEntry(26, _("Recoveries"), "console:recoveries", kinds=(UserKind.OFFICER,), roles=recovers))
        add(NavEntry(27, _("Undertakings"), "console:undertakings", kinds=(UserKind.OFFICER,), roles=proposes))
        add(NavEntry(20, _("Rounds"), "console:rounds", kinds=(UserKind.OFFICER,), roles=(*deciders, Role.AUDITOR)))
        add(
            NavEntry(
                30, _("Companies"), "console:companies", kinds=(UserKind.OFFICER,), roles=(Role.COUNTER, Role.AUDITOR)
            )
        )
        keepers = (Role.COUNTER, Role.ACCEPTANCE, Role.AMOUNT, Role.AUDITOR)
        add(NavEntry(42, _("Registers and lists"), "console:registers", kinds=(UserKind.OFFICER,), roles=keepers))
        add(NavEntry(45, _("Payee accounts"), "console:accounts", kinds=(UserKind.OFFICER,), roles=SEES_ACCOUNTS))
        add(
            NavEntry(
                40,
                _("Facts from sources"),
                "console:sources",
                kinds=(UserKind.OFFICER,),
                roles=(Role.COUNTER, Role.AUDITOR),
            )
        )
        administers = (Role.SYSTEM_ADMIN,)
        add(NavEntry(90, _("Jobs and e-mails"), "console:jobs", kinds=(UserKind.OFFICER,), roles=administers))
        sees = (*ADMINISTRATORS, Role.AUDITOR)
        add(NavEntry(88, _("People of the bureau"), "console:staff", kinds=(UserKind.OFFICER,), roles=sees))
        add_entries()
        add_audit_entries()
