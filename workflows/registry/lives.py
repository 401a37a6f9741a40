"""What becomes of a company: renamed, moved, merged, split, closed, bound into a group. The counter enters it by document.

The rules, where a company is no longer there:

* A merged or closed company begins no new matter. What it filed stays as it was filed, under the name of that day.
* Cases under way stay with the company that filed them. Whoever acts for the successor by the day of the merger gets
  the same rights for the merged company, so that its cases are answered; they are recorded as rights by succession.
* The merged company's own people lose their rights at the merger.
* The accounts of a company that is no more end with it; what stands in a batch already goes out as it was checked.
  Money that is still due goes to the successor's account, once the successor's people have chosen it for the case; not
  while a court's order holds an account of the merged company back. The payment page shows both names.
* Awards of a merged company count as the successor's own (history.predecessors_of).
* What was entered wrongly is taken back by a correcting act (reversals.py), never edited.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.account_services import accounts_end
from subsidy.applicants.company_services import (
    change_note,
    link_end,
    link_note,
    right_end,
    right_grant,
    succession_note,
)
from subsidy.applicants.enums import ChangeOf, CompanyState, LinkKind, RightBasis, SuccessionKind
from subsidy.applicants.history import last_change_on
from subsidy.applicants.models import Company, CompanyUserObjectPermission, GroupLink
from subsidy.applicants.rights import rights_in
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData, WrongState
from workflows.common.turn import Turn
from workflows.registry.companies import clean_code, refuse_unprintable

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
HUNDREDTHS = 100


class ChangeForm(ActForm):
    """Every change has its day and the document that proves it."""

    effective_on = forms.DateField(label=_("With effect from"), widget=_DATE)
    document = forms.CharField(
        label=_("Number of the document"), max_length=100, help_text=_("of the registry's notice of the change")
    )


class RenameForm(ChangeForm):
    name = forms.CharField(label=_("New name"), max_length=140)
    field_order = ("name",)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        refuse_unprintable(name)
        return name


class MoveForm(ChangeForm):
    region = forms.RegexField(
        r"^\d{6}$",
        label=_("New district of registration"),
        help_text=_("six-digit area code, such as 330106"),
        error_messages={"invalid": _("Enter the six digits of the district's area code.")},
    )
    field_order = ("region",)


class RepresentativeForm(ChangeForm):
    representative = forms.CharField(label=_("New legal representative"), max_length=60)
    field_order = ("representative",)


class OtherForm(ChangeForm):
    """Names another company of the bureau by its code; cleaned to the company."""

    other = forms.CharField(label=_("Code of the other company"), max_length=18)
    field_order = ("other",)

    def clean_other(self) -> Company:
        code = clean_code(self.cleaned_data["other"])
        found = Company.objects.filter(authority_id=self.subject.authority_id, uscc=code).first()
        if found is None:
            raise forms.ValidationError(
                _("No company of this code is registered. Register it first, or compare the code.")
            )
        if found.pk == self.subject.pk:
            raise forms.ValidationError(_("Enter the code of the other company, not of this one."))
        if found.state != CompanyState.ACTIVE:
            raise forms.ValidationError(_("That company is no longer active. Compare the code with the document."))
        return found


class SplitForm(OtherForm):
    survives = forms.BooleanField(label=_("This company goes on beside the new one"), required=False)


class LinkForm(OtherForm):
    kind = forms.ChoiceField(label=_("This company …"), choices=LinkKind.choices)
    share = forms.DecimalField(
        label=_("Share in percent"), max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )


class EndLinkForm(ChangeForm):
    link = forms.IntegerField(widget=forms.HiddenInput)


def _refuse_day(turn: Turn, what: ChangeOf | None = None) -> dt.date:
    """The day of the change: not before the last one of its kind, not in the future (the row says what holds today)."""
    day: dt.date = turn.data["effective_on"]
    if day > turn.now.on:
        raise BadData(fields={"effective_on": [str(_("This day is still to come. Enter the change on that day."))]})
    last = last_change_on(turn.subject, what) if what is not None else None
    if last is not None and day < last:
        said = _("A later change is on record since %(day)s. Enter a day from then on.") % {"day": last.isoformat()}
        raise BadData(fields={"effective_on": [str(said)]})
    return day


def _change(turn: Turn, what: ChangeOf, after: str) -> None:
    """Note the change with what was true before, and let the company's row say what is true now."""
    day, before = _refuse_day(turn, what), getattr(turn.subject, what.value)
    if after == before:
        raise WrongState(_("The company's record says this already. Nothing needs to be changed."))
    document = turn.data["document"]
    change_note(turn.subject, what, after=after, effective_on=day, document=document, actor=turn.actor, now=turn.now)
    turn.set(**{what.value: after})
    if what == ChangeOf.REPRESENTATIVE:
        turn.record(what=what.value, effective_on=day, document=document)
        turn.record_private(before=before, after=after)
    else:
        turn.record(what=what.value, before=before, after=after, effective_on=day, document=document)


def rename(turn: Turn) -> None:
    _change(turn, ChangeOf.NAME, turn.data["name"])


def move(turn: Turn) -> None:
    """Into the district or out of it; what a policy makes of the district it reads from the row."""
    _change(turn, ChangeOf.REGION, turn.data["region"])


def change_representative(turn: Turn) -> None:
    """The rights that somebody had as legal representative end with their office."""
    _change(turn, ChangeOf.REPRESENTATIVE, turn.data["representative"])
    rows = rights_in(turn.subject, on=turn.now.on)
    former = rows.filter(basis=RightBasis.REPRESENTATIVE).exclude(user__name=turn.data["representative"])
    _end(turn, list(former))


def _dissolve(turn: Turn) -> None:
    """A company that is no more has no people of its own and no account."""
    _end(turn, list(rights_in(turn.subject, on=turn.now.on)))
    ended = accounts_end(turn.subject.pk, now=turn.now, reason=turn.data["document"])
    turn.record(accounts_ended=[account.pk for account in ended])


def _end(turn: Turn, rows: list[CompanyUserObjectPermission]) -> None:
    """End rights by the document that the change rests on."""
    for row in rows:
        right_end(row, ended_by=turn.actor, now=turn.now, reason=turn.data["document"])
    turn.record(rights_ended=[row.pk for row in rows])


def merge(turn: Turn) -> None:
    """Merge this company into another: it is no more, its cases are answered by the successor's people."""
    successor: Company = turn.data["other"]
    _change(turn, ChangeOf.STATE, CompanyState.MERGED)
    _succeed(turn, successor, SuccessionKind.MERGER)
    _dissolve(turn)
    _inherit(turn, successor)


def split(turn: Turn) -> None:
    """A company came out of this one; unless it goes on, it is dissolved and the heir's people answer its cases."""
    heir: Company = turn.data["other"]
    _refuse_day(turn)
    _succeed(turn, heir, SuccessionKind.SPLIT)
    if not turn.data["survives"]:
        _change(turn, ChangeOf.STATE, CompanyState.SPLIT)
        _dissolve(turn)
        _inherit(turn, heir)


def _succeed(turn: Turn, successor: Company, kind: SuccessionKind) -> None:
    succession_note(
        turn.subject,
        successor,
        kind=kind,
        effective_on=turn.data["effective_on"],
        document=turn.data["document"],
        actor=turn.actor,
        now=turn.now,
    )
    turn.record(successor=successor.pk, successor_name=successor.name)


def _inherit(turn: Turn, successor: Company) -> None:
    """Who acts for the successor acts for this company too, each as long as they may there."""
    for row in rights_in(successor, on=turn.now.on):
        right_grant(
            turn.subject,
            row.user,
            row.permission.codename,
            basis=RightBasis.SUCCESSION,
            granted_by=turn.actor,
            now=turn.now,
            valid_to=row.valid_to,
        )


def close(turn: Turn) -> None:
    """The company is struck off; its people keep their rights, so that open matters can be answered."""
    _change(turn, ChangeOf.STATE, CompanyState.CLOSED)


def link(turn: Turn) -> None:
    """This company holds the majority of another, or controls it."""
    share = turn.data["share"]
    day = _refuse_day(turn)
    made = link_note(
        turn.subject,
        turn.data["other"],
        kind=LinkKind(turn.data["kind"]),
        share=None if share is None else int(share * HUNDREDTHS),
        valid_from=day,
        document=turn.data["document"],
        actor=turn.actor,
        now=turn.now,
    )
    turn.record(link=made.pk, child=made.child_id, kind=made.kind, share=made.share, valid_from=day)


def end_link(turn: Turn) -> None:
    day = _refuse_day(turn)
    found = GroupLink.objects.filter(pk=turn.data["link"], parent=turn.subject, valid_to__isnull=True).first()
    if found is None:
        raise WrongState(_("This link has ended already. Look at the company's history."))
    if day < found.valid_from:
        raise BadData(fields={"effective_on": [str(_("The link began later. Compare the day with the document."))]})
    link_end(found, valid_to=day)
    turn.record(link=found.pk, valid_to=day, document=turn.data["document"])


def _life(name: str, title: Any, step: Any, form: type[ActForm], *, danger: bool = False) -> Act:
    """Changes are entered at the counter, while the company is active."""
    return Act(
        name,
        title,
        step,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=form,
        states=frozenset({CompanyState.ACTIVE.value}),
        danger=danger,
    )


ACTS = (
    _life("rename", _("Enter a new name"), rename, RenameForm),
    _life("move", _("Enter a new district"), move, MoveForm),
    _life("change_representative", _("Enter a new legal representative"), change_representative, RepresentativeForm),
    _life("merge", _("Merge into another company"), merge, OtherForm, danger=True),
    _life("split", _("Enter a split"), split, SplitForm, danger=True),
    _life("close", _("Enter the closing"), close, ChangeForm, danger=True),
    _life("link", _("Enter a group link"), link, LinkForm),
    _life("end_link", _("End a group link"), end_link, EndLinkForm),
)
