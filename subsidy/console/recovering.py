"""Proposing a recovery from the page of a paid case, and giving one up from its own."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from subsidy.console import scope
from subsidy.console.proposing import Propose
from subsidy.console.recoveries import recoveries_for
from subsidy.payouts.owing import paid_of
from subsidy.payouts.recoveries import RecoveryState
from subsidy.web.components import Preview, Text


class ProposeRecovery(Propose):
    kind, opening, about = "recovery", "propose", "case"

    def subject(self) -> Any:
        case = scope.case_for_officer(self.request, self.kwargs["number"])
        if not paid_of(case):
            raise Http404("Nothing was paid on this case.")
        return case

    def title_of(self, subject: Any) -> Text:
        return str(subject.company_name)

    def preview(self) -> Preview:
        return Preview(
            changes=[
                _("The company may answer; nothing is owed before another person decides."),
                _("Where the policy names the ground, its share of all that was paid is asked back."),
            ],
            told=[_("The company, and the leader, who decides")],
        )


class ProposeWriteOff(Propose):
    opening, about = "propose_write_off", "recovery"
    then = _("Then what is still owed on that day is given up; money that comes in later is still entered.")

    def subject(self) -> Any:
        return get_object_or_404(recoveries_for(self.request), number=self.kwargs["number"], state=RecoveryState.OPEN)

    def title_of(self, subject: Any) -> Text:
        return str(subject.company_name)

    def preview(self) -> Preview:
        return Preview(
            changes=[_("Nothing changes yet: it holds when another person approves it."), self.then],
            told=[_("The leader, who approves or refuses it")],
        )


class ProposeReduction(ProposeWriteOff):
    opening = "propose_recovery_less"
    then = _("Then the company owes this much less.")
