"""The data of the acts on a panel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from policies.language.panel import lines
from subsidy.programmes.packs import pack_of
from subsidy.reviews.enums import ExpertLinkKind
from workflows.case.fields import spoken
from workflows.common.acts import ActForm

REASON_LENGTH = 500
_AREA = forms.Textarea(attrs={"rows": 3})


class ScoreForm(ActForm):
    """Points for every line of the sheet, a word of why at the extremes, a comment, and the declaration."""

    comment = forms.CharField(label=_("Comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    no_conflict = forms.BooleanField(
        label=_(
            "I have no link to this company: no employment, share, kinship, or joint work in the last three years."
        ),
        error_messages={
            "required": _("Without this declaration you may not score. If there is a link, tell the office.")
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines(pack_of(self.subject.policy_version))
        comment, declaration = self.fields.pop("comment"), self.fields.pop("no_conflict")
        for line in self.lines:
            self.fields[f"points_{line.name}"] = forms.IntegerField(
                label=spoken(line.text),
                min_value=0,
                max_value=line.most,
                help_text=(_("a number up to %(max)d") if line.counts else _("0 to %(max)d points"))
                % {"max": line.most},
                widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"comment_{line.name}"] = forms.CharField(
                label=_("Why: %(line)s") % {"line": spoken(line.text)}, required=False, max_length=REASON_LENGTH
            )
        self.fields["comment"], self.fields["no_conflict"] = comment, declaration

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for line in self.lines:
            given = data.get(f"points_{line.name}")
            if given is not None and line.is_extreme(given) and not data.get(f"comment_{line.name}"):
                self.add_error(
                    f"comment_{line.name}", _("You give none or all of the points here. Say why in a few words.")
                )
        return data


class ConflictForm(ActForm):
    """What binds an expert to the applicant."""

    kind = forms.ChoiceField(label=_("What is the link?"), choices=[*ExpertLinkKind.choices, ("other", _("another"))])
    reason = forms.CharField(label=_("In a few words"), max_length=REASON_LENGTH, widget=_AREA)


class SeatForm(ActForm):
    """Names a seat of the panel by its number, with a reason."""

    seat = forms.IntegerField(label=_("Seat"), min_value=1, max_value=999, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH, widget=_AREA)


class NoteForm(ActForm):
    note = forms.CharField(
        label=_("Why do the totals lie so far apart, and what does the panel hold?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"].strip()
        if len(note) < 5:
            raise ValidationError(_("Write at least a short sentence; it is kept with the result."))
        return note


class BoundForm(ActForm):
    """From the pool: an expert, by id, whom a record binds to the applicant."""

    expert = forms.IntegerField()
    why = forms.CharField(max_length=REASON_LENGTH, required=False)
