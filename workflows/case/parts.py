"""Agreements, and the parts of an award after the first: reported, checked, rated, paid or fallen away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policies.language import Pack
from policies.language.award.payment import WHOLE, owed
from policies.language.terms import AWARD
from policies.language.terms import Instalment as Part
from subsidy.cases.models import Case
from subsidy.cases.papers import AGREEMENT, PART_REPORT
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Agreement, Award, Instalment, PartReport
from subsidy.payouts.owing import asked_back, paid_of, restated_back
from subsidy.programmes.packs import pack_of
from workflows.case.checking import give_reason
from workflows.case.fields import spoken
from workflows.common.acts import ActForm
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep
from workflows.round.reserving import correct

STANDS = (InstalmentState.DUE, InstalmentState.IN_BATCH, InstalmentState.PAID)


class AgreementForm(ActForm):
    document = forms.FileField(label=_("The agreement, signed and sealed (PDF or picture)"), max_length=200)


class CountersignForm(ActForm):
    number = forms.CharField(label=_("Number of the agreement"), max_length=60)


class ReportForm(ActForm):
    text = forms.CharField(label=_("What was reached"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    document = forms.FileField(label=_("Report with its proofs (PDF or picture)"), max_length=200)


class PartForm(ActForm):
    """The check of one part; where the policy pays it by a rating, the rating."""

    remark = forms.CharField(label=_("What was checked"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pack = pack_of(self.subject.policy_version)
        part = part_of(pack, next_part(self.subject))
        if part.rated_by:
            self.fields["rating"] = forms.ChoiceField(label=_("Rating"), choices=list(ratings_of(pack, part).items()))


def ratings_of(pack: Pack, part: Part) -> dict[str, str]:
    """The ratings that a part is paid by, with their words; none where it is not rated."""
    known = {choice.value: spoken(choice.text) for choice in _choices(pack, part.rated_by)} if part.rated_by else {}
    return {value: known.get(value, value) for value in part.times}


def _choices(pack: Pack, name: str) -> Any:
    """The values of the fact that rates a part: of the pack itself or of one of its later decisions."""
    for facts in (pack.facts, *(stage.facts for stage in pack.stages.values())):
        if name in facts:
            return facts[name].choices
    return ()


def next_part(case: Case) -> Instalment:
    """The instalment that is planned next (WrongState when none is left)."""
    found = Instalment.objects.filter(award__case=case, state=InstalmentState.PLANNED).order_by("position").first()
    if found is None:
        raise WrongState(_("No part of this award is left to check."))
    return found


def part_of(pack: Pack, instalment: Instalment) -> Part:
    """What the policy says of an instalment (KeyError for one that it does not know)."""
    return next(item for item in (pack.instalments or (WHOLE,)) if item.term.id == instalment.part)


def is_reported(turn: Turn) -> bool:
    """Whether the company reports on the next part; under other routes the bureau rates it from what it holds."""
    return bool(turn.subject.route == "R5")


def due_at_once(case: Case, award: Award) -> int:
    """Make due what the policy pays on the award itself; returns how many parts."""
    pack = pack_of(case.policy_version)
    at_once = [item.term.id for item in (pack.instalments or (WHOLE,)) if item.on == AWARD]
    planned = award.instalments.filter(state=InstalmentState.PLANNED, part__in=at_once)
    return planned.update(state=InstalmentState.DUE)


def sign_agreement(turn: Turn) -> None:
    """The company signs: its copy is kept, and the bureau signs next."""
    case: Case = turn.subject
    stored = upload_keep(turn, "document", slot=AGREEMENT)
    Agreement.objects.update_or_create(
        case=case,
        defaults={
            "authority_id": case.authority_id,
            "document": stored,
            "signed_by": turn.actor,
            "signed_at": turn.now.at,
        },
    )
    turn.record(document=stored.sha256, name=stored.name)


def countersign(turn: Turn) -> None:
    agreement = Agreement.objects.get(case=turn.subject)
    agreement.number = turn.data["number"]
    agreement.countersigned_by, agreement.countersigned_at = turn.actor, turn.now.at
    agreement.save(update_fields=["number", "countersigned_by", "countersigned_at"])
    turn.record(agreement=agreement.number)


def report_part(turn: Turn) -> None:
    instalment = next_part(turn.subject)
    stored = upload_keep(turn, "document", slot=PART_REPORT)
    report = PartReport.objects.create(
        authority_id=turn.subject.authority_id,
        instalment=instalment,
        text=turn.data["text"],
        document=stored,
        reported_by=turn.actor,
        reported_at=turn.now.at,
    )
    turn.record(part=instalment.part, report=report.pk, text=report.text, document=stored.sha256)


@dataclass(frozen=True)
class Reckoned:
    """What the next part comes to, in fen, and whether parts were due before it and are left after it."""

    instalment: Instalment
    amount_fen: int
    any_before: bool
    any_left: bool


def reckoned(case: Case, *, rating: str = "") -> Reckoned:
    """The next part at a rating: the total owed by then less what is due already (negative where too much was paid).

    Raises WrongState when no part is left.
    """
    now_due = next_part(case)
    award = Award.objects.get(case=case)
    pack = pack_of(case.policy_version)
    rows = list(award.instalments.order_by("position"))
    done = [row for row in rows if row.state != InstalmentState.PLANNED]
    ratings = {row.pk: row.rating for row in done} | {now_due.pk: rating}
    counted = [(row, part_of(pack, row)) for row in (*done, now_due)]
    total = owed(
        pack,
        case.amount_fen or 0,
        happened={AWARD, *(part.on for _row, part in counted)},
        ratings={str(part.rated_by): ratings[row.pk] for row, part in counted if ratings[row.pk]},
    ).amount
    standing = [row for row in done if row.state in STANDS]
    return Reckoned(
        instalment=now_due,
        amount_fen=total - sum(row.amount_fen for row in standing) + restated_back(case),
        any_before=bool(standing),
        any_left=any(row.state == InstalmentState.PLANNED and row.pk != now_due.pk for row in rows),
    )


def _have_recovered(turn: Turn, too_much: int) -> None:
    """Propose, in the name of whoever rates, to recover what was paid beyond the total; another person decides on it."""
    case: Case = turn.subject
    if too_much > paid_of(case) - asked_back(case):
        raise WrongState(
            _(
                "At this rating less is owed than stands to be paid. Wait until the bank has answered the payment under "
                "way; then confirm the rating."
            )
        )
    turn.record(too_much_fen=too_much)
    turn.passage.defer(
        "propose_difference",
        case_id=case.pk,
        amount_fen=too_much,
        proposer_id=turn.actor.pk,
        occurred_on=turn.now.on.isoformat(),
        reason=turn.data["remark"],
    )


def confirm_part(turn: Turn) -> None:
    """State the total owed anew: the part comes to what is not yet due of it; what it falls short of goes back.

    A total below what was paid is not clipped: the part falls away, and the difference is proposed to be recovered. Raises
    WrongState while what is too much is not paid yet.
    """
    case: Case = turn.subject
    found = reckoned(case, rating=turn.data.get("rating", ""))
    now_due, comes_to = found.instalment, found.amount_fen
    if comes_to < 0:
        _have_recovered(turn, -comes_to)
        comes_to = 0
    correct(turn, case.call, case, before_fen=now_due.amount_fen, after_fen=comes_to)
    now_due.rating = turn.data.get("rating", "")
    now_due.state = InstalmentState.DUE if comes_to else InstalmentState.FALLEN
    turn.record(part=now_due.part, rating=now_due.rating, amount_fen=comes_to, remark=turn.data["remark"])
    now_due.amount_fen = comes_to or now_due.amount_fen
    now_due.save(update_fields=["rating", "amount_fen", "state"])
    if not comes_to:
        turn.verdict = (
            "part_falls" if found.any_left else "last_part_falls" if found.any_before else "nothing_ever_due"
        )


def return_part(turn: Turn) -> None:
    give_reason(turn)
