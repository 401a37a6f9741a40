"""The data of the acts on the pool of experts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.reviews.enums import Branch, ExpertLinkKind
from workflows.common.acts import ActForm
from workflows.registry.companies import clean_code

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
FIELDS_MAX = 30


class ProfileForm(ActForm):
    """What an expert judges, and where the expert works."""

    branch = forms.ChoiceField(label=_("Branch"), choices=Branch.choices)
    fields_text = forms.CharField(
        label=_("Fields"),
        required=False,
        max_length=500,
        help_text=_("names of the fields as the policy has them, with commas; empty: every field of the branch"),
    )
    employer = forms.CharField(label=_("Employer"), max_length=140)
    employer_uscc = forms.CharField(label=_("Credit code of the employer"), max_length=18, required=False)
    title = forms.CharField(label=_("Title"), max_length=60, required=False)
    valid_from = forms.DateField(label=_("In the pool from"), widget=_DATE)
    valid_to = forms.DateField(label=_("Until"), required=False, widget=_DATE)

    def clean_fields_text(self) -> list[str]:
        text = self.cleaned_data["fields_text"].replace("，", ",").replace("、", ",")
        names = [name.strip() for name in text.split(",") if name.strip()]
        if len(names) > FIELDS_MAX or any(len(name) > 60 for name in names):
            raise ValidationError(_("Name at most 30 fields, each with at most 60 characters."))
        return names

    def clean_employer_uscc(self) -> str:
        text: str = self.cleaned_data["employer_uscc"]
        return clean_code(text) if text else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("valid_from") and data.get("valid_to") and data["valid_to"] < data["valid_from"]:
            self.add_error("valid_to", _("This day lies before the first one."))
        return data


class AdmitForm(ProfileForm):
    """The person, by user name, who becomes an expert of the pool."""

    username = forms.CharField(label=_("User name of the expert"), max_length=150)
    field_order = ("username",)

    def clean_username(self) -> User:
        found = User.objects.filter(
            username=self.cleaned_data["username"].strip(), kind=UserKind.EXPERT, is_active=True
        ).first()
        if found is None:
            raise ValidationError(
                _("No expert has this user name. Have the security administrator make the account first.")
            )
        return found


class LinkForm(ActForm):
    """What binds an expert to a company."""

    kind = forms.ChoiceField(label=_("What is the link?"), choices=ExpertLinkKind.choices)
    uscc = forms.CharField(label=_("Credit code of the company"), max_length=18)
    company_name = forms.CharField(label=_("Company"), max_length=140, required=False)
    valid_from = forms.DateField(label=_("Since"), widget=_DATE)
    valid_to = forms.DateField(
        label=_("Until"), required=False, widget=_DATE, help_text=_("of joint work: the day on which it ended")
    )

    def clean_uscc(self) -> str:
        return clean_code(self.cleaned_data["uscc"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("valid_from") and data.get("valid_to") and data["valid_to"] < data["valid_from"]:
            self.add_error("valid_to", _("This day lies before the first one."))
        return data


class EndLinkForm(ActForm):
    link = forms.IntegerField(widget=forms.HiddenInput)
    valid_to = forms.DateField(label=_("Ended on"), widget=_DATE)
    reason = forms.CharField(label=_("Reason"), max_length=500)
