from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from subsidy.accounts.models import User
from subsidy.cases.models import Case, Recusal
from subsidy.reviews.models import Seat


def cases_of_expert(user: User) -> QuerySet[Case]:
    """Cases in whose panel the person sits, without those recused from."""
    seats = Seat.objects.filter(expert=user, panel__case=OuterRef("pk"))
    recused = Recusal.objects.filter(user=user, case=OuterRef("pk"))
    return Case.objects.filter(Exists(seats)).exclude(Exists(recused))
