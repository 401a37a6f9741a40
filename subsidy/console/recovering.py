"""Proposing a recovery from the page of a paid case, and giving one up from its own."""

from __future__ import annotations

from typing import Any

from django.forms import Select
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from subsidy.console import scope
from subsidy.console.proposing import Propose
from subsidy.console.recoveries import recoveries_for
from subsidy.payouts.owing import paid_of, refundable
from subsidy.payouts.recoveries import RecoveryState
from subsidy.payouts.selectors import paying_accounts_of
from subsidy.programmes.packs import pack_of
from subsidy.web.components import Money, Preview, Text
from subsidy.web.formats import pick
from subsidy.web.person import moment_of
from workflows.common.acts import ActForm
from workflows.recovery.refunding import ENDED


class ProposeRecovery(Propose):
    kind, opening, about = "recovery", "propose", "case"

    def subject(self) -> Any:
        case = scope.case_for_officer(self.request, self.kwargs["number"])
        if not paid_of(case):
            raise Http404("Nothing was paid on this case.")
        return case

    def title_of(self, subject: Any) -> Text:
        return str(subject.company_name)

    def form(self, subject: Any, data: Any) -> ActForm:
        """The grounds of the policy are chosen from, in its words; a program names them by their short names."""
        form = super().form(subject, data)
        terms = [ground.term for ground in pack_of(subject.policy_version).recovery]
        choices = [(one.id, f"{one.clause} {pick(one.text.zh, one.text.en)}") for one in terms]
        term = form.fields["term"]
        term.widget = Select(choices=[("", "—"), *choices])
        term.help_text = _("only where the policy names the ground")
        return form

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


class ProposeRefund(Propose):
    """What was recovered too much was paid back to the company, by a payment that the bank has made."""

    opening, about = "propose_recovery_refund", "recovery"

    def subject(self) -> Any:
        return get_object_or_404(recoveries_for(self.request), number=self.kwargs["number"], state__in=ENDED)

    def title_of(self, subject: Any) -> Text:
        return str(subject.company_name)

    def form(self, subject: Any, data: Any) -> ActForm:
        form = super().form(subject, data)
        mine = paying_accounts_of(scope.person(self.request), on=moment_of(self.request).on)
        form.fields["paying_account"].queryset = mine.filter(authority=subject.authority_id)  # type: ignore[attr-defined]
        return form

    def preview(self) -> Preview:
        return Preview(
            changes=[
                _("Nothing changes yet: it holds when another person approves it."),
                _("Then the payment to the company is booked; so much less was recovered."),
            ],
            money=[Money(_("at most, as came in"), refundable(self.subject()))],
            told=[_("The leader, who approves or refuses it"), _("The company, when it is approved")],
        )
