"""The typed value of a fact, shared by company facts and by the answers of an application."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TypedValue(models.Model):
    """One value in the column of its kind; exactly one of integer, day, text is set, or `absent` says that none exists.

    `integer` holds money in the currency's minor unit (fen), counts, and yes/no as 1/0; rates and numbers with
    decimals stand in `text` as plain decimal notation.
    """

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    integer = models.BigIntegerField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    text = models.CharField(max_length=500, null=True, blank=True)  # null: not of this kind
    absent = models.BooleanField(default=False, help_text=_("known not to exist"))

    class Meta:
        abstract = True

    @staticmethod
    def one_value_constraint(name: str) -> models.CheckConstraint:
        """Exactly one column speaks; `name` is the constraint's own."""
        none = Q(integer__isnull=True) & Q(day__isnull=True) & Q(text__isnull=True)
        one = (
            Q(integer__isnull=False, day__isnull=True, text__isnull=True)
            | Q(integer__isnull=True, day__isnull=False, text__isnull=True)
            | Q(integer__isnull=True, day__isnull=True, text__isnull=False)
        )
        return models.CheckConstraint(condition=(Q(absent=True) & none) | (Q(absent=False) & one), name=name)
