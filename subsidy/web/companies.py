"""What pages of companies and officers both show of a company: its rights, its changes, its kin, its registrations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.models import User
from subsidy.applicants.codes import inner_check_holds
from subsidy.applicants.enums import ChangeOf, CompanyState, LinkKind, RegistrationState, RightBasis, SuccessionKind
from subsidy.applicants.history import successor_of
from subsidy.applicants.models import (
    Company,
    CompanyChange,
    CompanyUserObjectPermission,
    GroupLink,
    Registration,
    Succession,
)
from subsidy.applicants.rights import ADMINISTER_FOR, CONFIRM_FOR, FILE_FOR, rights_ever
from subsidy.documents.models import StoredFile
from subsidy.documents.selectors import files_of
from subsidy.web.components import DataTable, File, SummaryRow, Text, Tone
from subsidy.web.formats import day
from workflows.common.acts import ActForm

RIGHT_WORDS: dict[str, Text] = {
    FILE_FOR: gettext_lazy("prepares and files applications"),
    CONFIRM_FOR: gettext_lazy("legal representative or authorised person: confirms accounts"),
    ADMINISTER_FOR: gettext_lazy("administers: says who acts for the company"),
}
REGISTRATION_TONES: dict[str, Tone] = {
    RegistrationState.AWAITING_REPRESENTATIVE: "wait",
    RegistrationState.AWAITING_COUNTER: "wait",
    RegistrationState.ACCEPTED: "done",
    RegistrationState.REFUSED: "stop",
    RegistrationState.WITHDRAWN: "plain",
}
SLOT_WORDS: dict[str, Text] = {
    "licence": gettext_lazy("Business licence"),
    "letter": gettext_lazy("Letter of authorisation"),
}


@dataclass(frozen=True)
class RightShown:
    """A right as a list shows it: what, of whom, by what, how long; `end_url` where this reader may end it."""

    row: CompanyUserObjectPermission
    what: Text
    basis: Text
    days: str
    words: Text
    tone: Tone
    end_url: str = ""
    letter_url: str = ""


def rights_shown(
    company: Company, *, on: dt.date, end_url: Callable[[int], str] | None, letter_url: Callable[[int], str]
) -> list[RightShown]:
    """Every right that was ever given, those in force first; `end_url` is None for readers who may end none."""
    shown = []
    for row in rights_ever(company):
        holds = row.in_force(on)
        words, tone = _standing(row, on)
        shown.append(
            RightShown(
                row=row,
                what=RIGHT_WORDS.get(row.permission.codename, row.permission.codename),
                basis=RightBasis(row.basis).label,
                days=_days(row),
                words=words,
                tone=tone,
                end_url=end_url(row.pk) if holds and end_url is not None else "",
                letter_url=letter_url(row.letter_id) if row.letter_id is not None else "",
            )
        )
    return sorted(shown, key=lambda one: not one.row.in_force(on))


def _standing(row: CompanyUserObjectPermission, on: dt.date) -> tuple[Text, Tone]:
    if row.ended_at is not None:
        return _("ended"), "plain"
    if row.valid_to is not None and row.valid_to < on:
        return _("expired"), "stop"
    if row.valid_from is not None and row.valid_from > on:
        return _("begins later"), "wait"
    return _("in force"), "done"


def _days(row: CompanyUserObjectPermission) -> str:
    since = day(row.valid_from) if row.valid_from else _("from the beginning")
    until = day(row.valid_to) if row.valid_to else _("without end")
    text = f"{since} – {until}"
    if row.ended_at is not None:
        text += " · " + _("ended on %(day)s") % {"day": day(row.ended_at)}
    return f"{text} · {row.end_reason}" if row.end_reason else text


def today_words(company: Company, name: str) -> Text:
    """What must be known of a company that a paper calls `name`: what it is called today, and what became of it."""
    said: list[str] = []
    if company.name != name:
        said.append(_("Today called %(name)s.") % {"name": company.name})
    if company.state != CompanyState.ACTIVE:
        heir = successor_of(company)
        after = _(" (successor: %(name)s)") % {"name": heir.name} if heir is not None else ""
        said.append(_("State: %(state)s%(after)s.") % {"state": company.get_state_display(), "after": after})
    return " ".join(said)


def changes_table(company: Company) -> DataTable:
    """What changed and when, the newest first."""
    rows = CompanyChange.objects.filter(company=company).order_by("-effective_on", "-id")
    return DataTable(
        caption=_("Changes of the company"),
        head=(_("With effect from"), _("What"), _("Before"), _("After"), _("Document"), _("Entered on")),
        rows=[
            (
                day(row.effective_on),
                ChangeOf(row.what).label,
                _value(row.what, row.before),
                _value(row.what, row.after),
                row.document,
                day(row.recorded_at),
            )
            for row in rows
        ],
    )


def _value(what: str, value: str) -> str:
    return str(CompanyState(value).label) if what == ChangeOf.STATE and value in CompanyState.values else value or "—"


def kin_table(company: Company) -> DataTable:
    """Who came before and after the company, its branches and head office, and its group."""
    rows: list[tuple[str, str, str, str]] = []
    for one in Succession.objects.filter(predecessor=company).select_related("successor").order_by("id"):
        said = _("merged into") if one.kind == SuccessionKind.MERGER else _("split off")
        rows.append((said, one.successor.name, _since(one), one.document))
    for one in Succession.objects.filter(successor=company).select_related("predecessor").order_by("id"):
        said = _("took over") if one.kind == SuccessionKind.MERGER else _("came out of")
        rows.append((said, one.predecessor.name, _since(one), one.document))
    for link in GroupLink.objects.filter(parent=company).select_related("child").order_by("id"):
        rows.append((str(LinkKind(link.kind).label), link.child.name + _share(link), _span(link), link.document))
    for link in GroupLink.objects.filter(child=company).select_related("parent").order_by("id"):
        said = _("majority held by") if link.kind == LinkKind.MAJORITY else _("controlled by")
        rows.append((said, link.parent.name + _share(link), _span(link), link.document))
    if company.head_office is not None:
        rows.append((_("branch of"), company.head_office.name, "—", "—"))
    rows += [(_("has the branch"), one.name, "—", "—") for one in company.branches.order_by("id")]
    return DataTable(
        caption=_("Companies it is bound to"),
        head=(_("How"), _("Company"), _("Days"), _("Document")),
        rows=rows,
    )


def _since(one: Succession) -> str:
    if one.reversed_at is None:
        return day(one.effective_on)
    words = _("entered wrongly; taken back on %(day)s by %(document)s")
    return words % {"day": day(one.reversed_at), "document": one.reversing_document}


def _share(link: GroupLink) -> str:
    return "" if link.share is None else f" ({link.share / 100:.2f} %)"


def _span(link: GroupLink) -> str:
    return f"{day(link.valid_from)} – {day(link.valid_to) if link.valid_to else _('today')}"


def registration_rows(registration: Registration) -> list[SummaryRow]:
    """What was declared, beside what the bureau holds where that differs."""
    held = registration.company
    rows = [
        SummaryRow(_("Unified social credit code"), registration.uscc, wrong=_inner_warning(registration.uscc)),
        SummaryRow(
            _("Name of the company"),
            registration.name,
            wrong=_("On record under this code: %(name)s") % {"name": held.name}
            if held is not None and held.name != registration.name
            else "",
        ),
        SummaryRow(_("District of registration"), registration.region),
        SummaryRow(_("Founded on"), day(registration.founded_on)),
        SummaryRow(_("Legal representative"), registration.representative),
        SummaryRow(_("Telephone"), registration.contact_phone),
        SummaryRow(_("Asked by"), str(registration.person), wrong=_name_warning(registration.person)),
        SummaryRow(_("Acts by"), str(RightBasis(registration.basis).label)),
    ]
    if registration.letter_to is not None and registration.letter_from is not None:
        rows.append(SummaryRow(_("Authorised"), f"{day(registration.letter_from)} – {day(registration.letter_to)}"))
    if registration.confirmer is not None:
        said = day(registration.confirmed_at) if registration.confirmed_at else _("not yet")
        words, warning = f"{registration.confirmer} · {said}", _name_warning(registration.confirmer)
        rows.append(SummaryRow(_("Confirmed by the legal representative"), words, wrong=warning))
    return rows


def _name_warning(person: User) -> str:
    if person.name_checked:
        return ""
    return _("Opened the account online; nobody has compared the name with an identity card yet.")


def _inner_warning(uscc: str) -> str:
    if inner_check_holds(uscc):
        return ""
    return _(
        "The organisation code inside it fails its own check. Compare it with the licence; it may still be right."
    )


def registration_files(registration: Registration, url: Callable[[StoredFile], str]) -> list[File]:
    """The papers of a request."""
    return [
        File(
            name=file.name,
            url=url(file),
            octets=file.size,
            at=file.uploaded_at,
            what=SLOT_WORDS.get(file.slot, file.slot),
            sha256=file.sha256,
        )
        for file in files_of("registration", registration.pk)
    ]


def prefilled(form: ActForm | None, values: Mapping[str, Any]) -> ActForm | None:
    """An unbound form with values for its hidden fields from the address (which right, which link)."""
    if form is not None and not form.is_bound:
        hidden = (name for name, field in form.fields.items() if isinstance(field.widget, forms.HiddenInput))
        form.initial.update({name: values[name] for name in hidden if name in values})
    return form
