"""Policies as published, and what is known of a call beyond its own row."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery

from subsidy.ledger.models import BudgetLine
from subsidy.programmes.models import Call, PolicyVersion

RULE_TEXTS = ("policy_text", "source_text", "cases_text")
CALL_RULE_TEXTS = tuple(f"policy_version__{name}" for name in RULE_TEXTS)


def versions() -> QuerySet[PolicyVersion]:
    """All published versions with their policy and bureau, without the long texts."""
    return PolicyVersion.objects.select_related("policy", "authority").defer(*RULE_TEXTS)


def leading_versions(on: dt.date) -> QuerySet[PolicyVersion]:
    """Of each policy one version: the one that took effect last by `on`, or else the first that will."""
    begun = models.Case(models.When(effective_from__lte=on, then=0), default=1)
    ordered = PolicyVersion.objects.filter(policy=OuterRef("policy")).order_by(begun, "-effective_from", "-pk")
    return versions().filter(pk=Subquery(ordered.values("pk")[:1]))


def shares_of(call: Call) -> list[tuple[BudgetLine, int]]:
    """The budget lines of a call with what each bears in fen, in the order in which they are used; none where it
    pays nothing.

    These are the lines that the call was opened on; `ledger.selectors.bearing` says which bears it in a later year.
    """
    further = [(row.line, row.amount_fen) for row in call.further_lines.select_related("line").order_by("position")]
    if call.budget_line is None:
        return []
    return [(call.budget_line, call.budget_fen - sum(amount for _line, amount in further)), *further]
