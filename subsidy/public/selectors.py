"""What a bureau has published: everybody may read it, and nothing else is reached from here."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, QuerySet, Sum

from subsidy.accounts.models import Authority
from subsidy.decisions.models import Award, Decree, Notice
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call
from subsidy.programmes.selectors import CALL_RULE_TEXTS
from subsidy.programmes.window import in_state


def bureaus() -> QuerySet[Authority]:
    return Authority.objects.order_by("code")


def calls() -> QuerySet[Call]:
    related = ("policy_version__policy", "authority", "budget_line")
    return Call.objects.select_related(*related).defer(*CALL_RULE_TEXTS)


def calls_open(at: dt.datetime) -> QuerySet[Call]:
    """Calls that take applications at this instant, those that close first first."""
    return calls().filter(in_state(CallState.OPEN, at)).order_by("closes_at", "pk")


def notices() -> QuerySet[Notice]:
    return Notice.objects.select_related("round__call__policy_version__policy", "authority").defer(
        *(f"round__call__{name}" for name in CALL_RULE_TEXTS)
    )


def decrees() -> QuerySet[Decree]:
    """Decrees with how many awards they grant (`count`) and their total in fen (`total_fen`), counted from the awards."""
    found = Decree.objects.select_related("round__call__policy_version__policy", "authority", "corrects")
    return found.defer(*(f"round__call__{name}" for name in CALL_RULE_TEXTS)).annotate(
        count=Count("awards"), total_fen=Sum("awards__amount_fen")
    )


def awards_of(decree: Decree) -> QuerySet[Award]:
    """The annex of a decree, by rank."""
    return Award.objects.filter(decree=decree).order_by("rank", "pk")
