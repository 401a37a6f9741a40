"""The forms of the acts on lists of records, made from what the pack declares of each list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from policies.language import FactDef
from subsidy.applicants.enums import FactSource
from subsidy.audit.canonical import canonical, digest
from subsidy.cases.enums import CaseState
from subsidy.cases.models import AnswerRecord, Case
from subsidy.cases.values import as_json
from subsidy.documents.models import StoredFile
from subsidy.documents.selectors import files_of
from subsidy.programmes.packs import pack_of
from workflows.case.fields import YesNoField, field_for
from workflows.case.forms import asked_lists, open_item_names
from workflows.common.acts import ActForm
from workflows.common.refusals import Stale

# A record's fields stand in the form behind this, so that none can bear the name of a field of the form itself.
FIELD = "field_"


def seen_of_list(case: Case, name: str) -> str:
    """What a list says now, as a digest: who calls it complete has seen these records and no others."""
    rows = case.records.filter(list_name=name).order_by("id")
    return digest(canonical([[row.pk, row.values, row.removed] for row in rows])).hex()


def seen_of_record(record: AnswerRecord | None) -> str:
    """The same of one record, so that nobody overwrites what they never saw."""
    return "" if record is None else digest(canonical([record.values, record.removed])).hex()


class ListForm(ActForm):
    """Base: `list` names a list that the application asks for, while a correction is open one that it names."""

    list = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, subject: Any, **kwargs: Any) -> None:
        super().__init__(data, files, subject=subject, **kwargs)
        name = str((data if data is not None else self.initial).get("list", ""))
        self.definition = asked_lists(pack_of(subject.policy_version)).get(name)

    def clean_list(self) -> str:
        name: str = self.cleaned_data["list"]
        if self.definition is None:
            raise ValidationError(_("The policy does not ask for this list. Choose one from your application."))
        if self.subject.state == CaseState.AWAITING_CORRECTION and name not in open_item_names(self.subject):
            raise ValidationError(_("This list is not part of the correction that was asked for."))
        return name

    def refuse_stale(self, seen: str) -> None:
        sent = (self.data or {}).get("_seen")
        if sent and sent != seen:
            raise Stale


class ProvenForm(ListForm):
    """Base of what is said of one record: `record` (its key here), why, and a paper that proves it."""

    record = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    evidence = forms.FileField(
        label=_("Paper that proves it (PDF or picture)"), required=False, allow_empty_file=True, max_length=200
    )

    def __init__(self, data: Any = None, files: Any = None, *, subject: Any, **kwargs: Any) -> None:
        super().__init__(data, files, subject=subject, **kwargs)
        raw = str((data if data is not None else self.initial).get("record") or "")
        found = (
            subject.records.filter(list_name=self.definition.name) if self.definition else AnswerRecord.objects.none()
        )
        self.row: AnswerRecord | None = found.filter(pk=raw).first() if raw.isdecimal() else None
        self.papers: dict[str, StoredFile] = {}
        if self.definition is not None:
            held = files_of("case", subject.pk).filter(slot__in=[self.definition.name, *self.definition.proof])
            self.papers = {str(file.pk): file for file in held}
        if self.papers:
            self.fields["paper"] = forms.ChoiceField(
                label=_("Or a paper that you have added before"),
                required=False,
                choices=[("", _("None")), *((key, file.name) for key, file in self.papers.items())],
            )

    def clean_record(self) -> AnswerRecord | None:
        if self.cleaned_data["record"] is not None and self.row is None:
            raise ValidationError(_("This record is no longer in the list. Open the list and see what is in it."))
        return self.row

    def clean_paper(self) -> StoredFile | None:
        return self.papers.get(self.cleaned_data["paper"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.refuse_stale(seen_of_record(self.row))
        return {"paper": None, **cleaned, "evidence": cleaned.get("evidence") or None}

    def prove(self, cleaned: dict[str, Any], why: Any) -> None:
        """Ask for reason and paper; what proved the record before still does."""
        if not cleaned.get("reason"):
            self.add_error("reason", why)
        kept = self.row.evidence if self.row is not None else None
        if not (cleaned["evidence"] or cleaned["paper"] or kept) and "evidence" not in self.errors:
            self.add_error("evidence", _("Add a paper that proves it, or choose one that you have added before."))


class RecordForm(ProvenForm):
    """One record with all its fields. What departs from a source needs its reason and a paper."""

    def __init__(self, data: Any = None, files: Any = None, *, subject: Any, **kwargs: Any) -> None:
        super().__init__(data, files, subject=subject, **kwargs)
        own = list(self.fields)
        self.declared: dict[str, FactDef] = dict(self.definition.fields) if self.definition else {}
        if self.is_of_a_source and self.definition is not None:
            # Under another key it would be another record.
            del self.declared[self.definition.key]
        for name, fact in self.declared.items():
            self.fields[FIELD + name] = field_for(fact)
            self.fields[FIELD + name].required = True
        self.order_fields([*(FIELD + name for name in self.declared), *own])

    @property
    def is_of_a_source(self) -> bool:
        return self.row is not None and self.row.stored is not None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        values = {
            name: as_json(cleaned[FIELD + name]) for name in self.declared if cleaned.get(FIELD + name) is not None
        }
        if self.definition is None or self.errors:
            return cleaned
        key = self._key(values)
        if self.row is not None and self.row.stored is not None:
            values = {**self.row.stored, **values}
            if any(values[name] != said for name, said in self.row.stored.items()):
                self.prove(cleaned, _("Say why the source is wrong."))
        elif self.definition.source != FactSource.APPLICANT:
            self.prove(cleaned, _("Say why the source does not have this record."))
        return {**cleaned, "values": values, "key": key}

    def _key(self, values: dict[str, Any]) -> str:
        """The key of the record; refused where the list has it already, or is full."""
        assert self.definition is not None, "a form of no list has errors already"
        if self.row is not None and self.row.stored is not None:
            return self.row.record_key
        key = str(values[self.definition.key])[:120]
        others = self.subject.records.filter(list_name=self.definition.name)
        if self.row is not None:
            others = others.exclude(pk=self.row.pk)
        if others.filter(record_key=key).exists():
            self.add_error(
                FIELD + self.definition.key, _("This record is in the list already. Open it there and correct it.")
            )
        elif self.row is None and others.filter(removed=False).count() >= self.definition.max_length:
            self.add_error(
                None,
                ValidationError(
                    _("The list takes at most %(n)d records. Remove one before you add another."),
                    params={"n": self.definition.max_length},
                ),
            )
        return key


class RemoveRecordForm(ProvenForm):
    """Taking a record out; one of a source is denied, with reason and paper."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.row is None and "record" not in self.errors:
            self.add_error("record", _("Choose the record to remove from the list."))
        if self.row is not None and self.row.stored is not None and not self.errors:
            self.prove(cleaned, _("Say why the source is wrong."))
        return cleaned


class ConfirmListForm(ListForm):
    """The company's word on whether the list is complete."""

    complete = YesNoField(
        label=_("Is the list complete?"),
        help_text=_("With “no” the records count, but there may be more: what depends on all of them stays unknown."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.definition is not None:
            self.refuse_stale(seen_of_list(self.subject, self.definition.name))
        return cleaned
