from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from subsidy.accounts.models import User
from subsidy.cases.models import Case, Recusal
from subsidy.reviews.models import Opinion, Seat, Visit


def cases_of_expert(user: User) -> QuerySet[Case]:
    """Cases in whose panel the person sits, without those recused from."""
    seats = Seat.objects.filter(expert=user, panel__case=OuterRef("pk"))
    recused = Recusal.objects.filter(user=user, case=OuterRef("pk"))
    return Case.objects.filter(Exists(seats)).exclude(Exists(recused))


def opinions_that_count(case: Case) -> QuerySet[Opinion]:
    """The last answer of everybody who was asked about the case, with its unit: a case that came back was asked anew."""
    last = Opinion.objects.filter(case=case).order_by("asked", "unit", "-id").distinct("asked", "unit")
    return last.select_related("unit", "given_by")


def visit_that_counts(case: Case) -> Visit | None:
    """The last visit that two officers have signed."""
    return Visit.objects.filter(case=case, signed_at__isnull=False).order_by("-id").first()


def opinions_that_count(case: Case) -> QuerySet[Opinion]:
    """The last answer of everybody who was asked about the case, with its unit: a case that came back was asked anew."""
    last = Opinion.objects.filter(case=case).order_by("asked", "unit", "-id").distinct("asked", "unit")
    return last.select_related("unit", "given_by")


def visit_that_counts(case: Case) -> Visit | None:
    """The last visit that two officers have signed."""
    return Visit.objects.filter(case=case, signed_at__isnull=False).order_by("-id").first()
