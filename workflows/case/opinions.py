"""What others say of a case on its way: the township, two officers on the site, departments, the level above.

Each opinion is a row that is only added. One that does not agree does not end the case by itself: the amount check
cannot confirm past it, and whoever rejects gives the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import Unit
from subsidy.cases.models import Case
from subsidy.cases.papers import VISIT_PHOTOGRAPH
from subsidy.correspondence.models import LetterKind
from subsidy.programmes.packs import pack_of
from subsidy.reviews.models import Asked, Opinion, Visit
from subsidy.reviews.selectors import opinions_that_count, visit_that_counts
from workflows.common.acts import ActForm
from workflows.common.refusals import BadData, Message, WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep


class OpinionForm(ActForm):
    """An opinion in words; whoever does not agree must say why."""

    text = forms.CharField(label=_("Opinion"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class UpperForm(OpinionForm):
    """What a higher level decided, by the number of its document."""

    document = forms.CharField(label=_("Document number of the decision"), max_length=60)


class PhotographForm(ActForm):
    photograph = forms.FileField(label=_("Photograph"), max_length=200)


class VisitForm(PhotographForm):
    """The record of a visit; at least one photograph is attached with it."""

    visited_on = forms.DateField(
        label=_("Day of the visit"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = forms.CharField(label=_("Place"), max_length=200)
    met = forms.CharField(label=_("People of the company who were there"), max_length=200)
    findings = forms.CharField(label=_("What was found"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    favourable = forms.TypedChoiceField(
        label=_("Does it agree with the application?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    field_order = ("visited_on", "place", "met", "findings", "favourable", "photograph")


def township_of(turn: Turn) -> int | None:
    """The unit whose pool the recommendation waits in; none: the queue of all townships."""
    township: int | None = turn.subject.company.township_id
    return township


def departments_asked(turn: Turn) -> list[int]:
    """The units of the departments that the policy names, in its order (WrongState names those that are missing)."""
    wanted = pack_of(turn.subject.policy_version).route.co_review
    units = dict(Unit.objects.filter(authority=turn.subject.authority_id, code__in=wanted).values_list("code", "pk"))
    missing = [code for code in wanted if code not in units]
    if missing:
        raise WrongState(
            _("The policy asks departments that have no unit here: %(codes)s. Have the administrator enter them.")
            % {"codes": ", ".join(missing)}
        )
    return [units[code] for code in wanted]


def _opinion(turn: Turn, asked: Asked, *, favourable: bool, unit_id: int | None = None) -> None:
    opinion = Opinion.objects.create(
        authority_id=turn.subject.authority_id,
        case=turn.subject,
        asked=asked,
        unit_id=unit_id,
        favourable=favourable,
        text=turn.data["text"],
        document=turn.data.get("document", ""),
        given_by=turn.actor,
        given_at=turn.now.at,
    )
    turn.record(opinion=opinion.pk, unit=unit_id, favourable=favourable, text=opinion.text, document=opinion.document)


def _unit_of_task(turn: Turn) -> int | None:
    assert turn.task is not None, "opinions are given at a node"
    unit: int | None = turn.task.data.get("unit")
    return unit


def recommend(turn: Turn) -> None:
    _opinion(turn, Asked.TOWNSHIP, favourable=True, unit_id=_unit_of_task(turn))


def advise_against(turn: Turn) -> None:
    _opinion(turn, Asked.TOWNSHIP, favourable=False, unit_id=_unit_of_task(turn))


def agree(turn: Turn) -> None:
    _opinion(turn, Asked.DEPARTMENT, favourable=True, unit_id=_unit_of_task(turn))


def object_to(turn: Turn) -> None:
    _opinion(turn, Asked.DEPARTMENT, favourable=False, unit_id=_unit_of_task(turn))


def grant_above(turn: Turn) -> None:
    _opinion(turn, Asked.UPPER, favourable=True)


def refuse_above(turn: Turn) -> None:
    _opinion(turn, Asked.UPPER, favourable=False)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.REJECTION)


def record_visit(turn: Turn) -> None:
    """What one officer saw; it counts when a second one who was there has signed."""
    case: Case = turn.subject
    if turn.data["visited_on"] > turn.now.on:
        raise BadData(
            fields={"visited_on": [str(_("Enter the day on which the visit was made; it cannot lie ahead."))]}
        )
    photograph = upload_keep(turn, "photograph", slot=VISIT_PHOTOGRAPH)
    visit = Visit.objects.create(
        authority_id=case.authority_id,
        case=case,
        visited_on=turn.data["visited_on"],
        place=turn.data["place"],
        met=turn.data["met"],
        findings=turn.data["findings"],
        favourable=turn.data["favourable"],
        recorded_by=turn.actor,
        recorded_at=turn.now.at,
    )
    turn.record(
        visit=visit.pk,
        visited_on=visit.visited_on,
        place=visit.place,
        findings=visit.findings,
        favourable=visit.favourable,
        photograph=photograph.sha256,
    )
    turn.record_private(met=visit.met)


def sign_visit(turn: Turn) -> None:
    visit = Visit.objects.get(case=turn.subject, signed_at__isnull=True)
    visit.signed_by, visit.signed_at = turn.actor, turn.now.at
    visit.save(update_fields=["signed_by", "signed_at"])
    turn.record(visit=visit.pk)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.VISIT_RECORD)


def add_photograph(turn: Turn) -> None:
    """A further photograph, while the record is not signed."""
    photograph = upload_keep(turn, "photograph", slot=VISIT_PHOTOGRAPH)
    turn.record(photograph=photograph.sha256, name=photograph.name)


def refuse_past_disagreement(case: Case) -> None:
    """Nobody confirms an amount past a township, a department or a visit that does not agree (BadData says who)."""
    against = list(_against(case))
    if against:
        raise BadData(
            _(
                "These do not agree with the application: %(who)s. Read their opinions; then reject the application with "
                "the reason."
            )
            % {"who": "; ".join(str(one) for one in against)}
        )


def _against(case: Case) -> Iterable[Message]:
    route: Any = pack_of(case.policy_version).route
    if route.recommendation or route.co_review:
        for opinion in opinions_that_count(case):
            if not opinion.favourable:
                yield str(opinion.unit or opinion.get_asked_display())
    if route.visit:
        visit = visit_that_counts(case)
        if visit is not None and not visit.favourable:
            yield _("the officers who visited the site")
