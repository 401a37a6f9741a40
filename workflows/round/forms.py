"""The data of each act of a round."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.correspondence.models import LetterKind
from workflows.common.acts import ActForm

# 西科〔2024〕1号: issuer, year in 〔〕, number without leading zero (GB/T 9704-2012).
DOCUMENT_NUMBER = re.compile(r"^[\u4e00-\u9fa5]+〔\d{4}〕[1-9]\d*号$")


def document_number(value: str) -> None:
    if not DOCUMENT_NUMBER.match(value):
        raise ValidationError(
            _("Write the document number as in 西科〔2024〕1号: square brackets 〔〕, no leading zero.")
        )


class OpenForm(ActForm):
    call = forms.IntegerField()


class ApproveForm(ActForm):
    minute_number = forms.CharField(label=_("Number of the minute"), max_length=60)
    statement = forms.CharField(
        label=_("Decision of the meeting"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class PublishForm(ActForm):
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=200)
    title_en = forms.CharField(label=_("Title (English)"), max_length=200)


class DecreeForm(ActForm):
    number = forms.CharField(label=_("Document number"), max_length=60, validators=[document_number])


class PaperForm(ActForm):
    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in (LetterKind.NOTICE_LIST, LetterKind.DECREE)]
    )
