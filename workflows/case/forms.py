"""The data of each act of a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from policies.language import FactDef, Pack
from policies.language.model import RecordDef
from subsidy.applicants.enums import AccountState
from subsidy.applicants.history import successor_of
from subsidy.applicants.models import AccountFreeze, PayeeAccount
from subsidy.audit.canonical import canonical, digest
from subsidy.cases.enums import CaseState
from subsidy.cases.values import as_json, is_asked, value_of
from subsidy.correspondence.models import LetterKind
from subsidy.programmes.packs import pack_of
from workflows.case.fields import field_for, spoken, stored
from workflows.case.panel_forms import ScoreForm as ScoreForm
from workflows.common.acts import ActForm
from workflows.common.refusals import Stale


class OpenForm(ActForm):
    call = forms.IntegerField()
    company = forms.IntegerField()


def asked_facts(pack: Pack, section: str | None = None) -> dict[str, FactDef]:
    """Facts that the applicant is asked for, in the pack's order; of one section of the form, if named."""
    return {
        name: fact
        for name, fact in pack.facts.items()
        if is_asked(fact) and (section is None or fact.section == section)
    }


def asked_lists(pack: Pack) -> dict[str, RecordDef]:
    """The lists that the application asks the company for, in the pack's order."""
    return {name: record for name, record in pack.records.items() if is_asked(record)}


def seen_of(case: Any, names: Iterable[str]) -> str:
    """What these answers are now, as a digest: a page carries it, so that it cannot overwrite what it never showed."""
    rows = {row.name: as_json(value_of(row)) for row in case.answers.filter(name__in=list(names))}
    return digest(canonical(rows)).hex()


class AnswersForm(ActForm):
    """Answers of one section (`_section`), or any answers by name. While a correction is open only what it names.

    With `_seen` (`seen_of` when the page was made) it refuses as Stale when somebody else has answered meanwhile.
    """

    def __init__(self, data: Any = None, files: Any = None, *, subject: Any, **kwargs: Any) -> None:
        super().__init__(data, files, subject=subject, **kwargs)
        pack = pack_of(subject.policy_version)
        section = (data or {}).get("_section") if data else kwargs.get("initial", {}).get("_section")
        self.facts = asked_facts(pack, section)
        if data is not None and section is None:
            self.facts = {name: fact for name, fact in self.facts.items() if name in data}
        if subject.state == CaseState.AWAITING_CORRECTION:
            named = open_item_names(subject)
            self.facts = {name: fact for name, fact in self.facts.items() if name in named}
        for name, fact in self.facts.items():
            self.fields[name] = field_for(fact)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        seen = (self.data or {}).get("_seen")
        if seen and seen != seen_of(self.subject, self.facts):
            raise Stale
        if self.data and not self.facts:
            raise ValidationError(
                _("None of these answers can be changed now. Open the application and see which are asked.")
            )
        return {name: stored(fact, cleaned.get(name)) for name, fact in self.facts.items() if name not in self.errors}


def open_item_names(case: Any) -> set[str]:
    """The facts, lists and documents that the open correction names."""
    correction = case.corrections.filter(answered_at__isnull=True).first()
    return set(correction.items.values_list("name", flat=True)) if correction else set()


class AttachForm(ActForm):
    """A document for a slot; `replaces` names a file of the same slot that goes out of use with it."""

    slot = forms.CharField(max_length=60)
    file = forms.FileField(label=_("File"), allow_empty_file=True, max_length=200)
    replaces = forms.IntegerField(required=False)

    def clean_slot(self) -> str:
        slot: str = self.cleaned_data["slot"]
        if slot not in {document.id for document in pack_of(self.subject.policy_version).documents}:
            raise ValidationError(_("The policy does not ask for this document. Choose one from the list."))
        if self.subject.state == CaseState.AWAITING_CORRECTION and slot not in open_item_names(self.subject):
            raise ValidationError(_("This document is not part of the correction that was asked for."))
        return slot


class DetachForm(ActForm):
    file = forms.IntegerField()


class SubmitForm(ActForm):
    declaration = forms.BooleanField(
        label=_(
            "I declare that these statements and documents are true and complete, and that I may file for the company."
        ),
        error_messages={"required": _("Declare that the statements are true before you submit.")},
    )


class ReturnForm(ActForm):
    """Which fields or documents must be mended, each with its reason: `reason_<name>` for every named item."""

    message = forms.CharField(
        label=_("Message to the company"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pack = pack_of(self.subject.policy_version)
        self.names: dict[str, str] = {
            **{name: spoken(fact.text) for name, fact in asked_facts(pack).items()},
            **{name: spoken(record.text) for name, record in asked_lists(pack).items()},
            **{document.id: spoken(document.text) for document in pack.documents},
        }
        for name, label in self.names.items():
            self.fields[f"reason_{name}"] = forms.CharField(label=label, required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        items = {name: cleaned[f"reason_{name}"] for name in self.names if cleaned.get(f"reason_{name}")}
        if not items:
            raise ValidationError(_("Name at least one field or document that must be corrected, with the reason."))
        return {"message": cleaned.get("message", ""), "items": items}


class RemarkForm(ActForm):
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class AccountForm(ActForm):
    account = forms.ModelChoiceField(
        label=_("Account for this payment"),
        queryset=PayeeAccount.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = PayeeAccount.objects.filter(
            company__in=_payees(self.subject), state=AccountState.CONFIRMED
        ).order_by("id")


def _payees(case: Any) -> list[int]:
    """Whose accounts a case may be paid to: its company's, or after a merger its successor's.

    While a court's order holds an account of the merged company back, its money does not move on to the successor.
    """
    heir = successor_of(case.company)
    held = AccountFreeze.objects.filter(account__company=case.company_id, lifted_at__isnull=True).exists()
    return [case.company_id] if heir is None or held else [case.company_id, heir.pk]


class ServeForm(ActForm):
    letter = forms.IntegerField()


class LetterForm(ActForm):
    kind = forms.ChoiceField(choices=LetterKind.choices)
    about = forms.IntegerField(required=False)
