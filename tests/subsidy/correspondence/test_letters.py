"""Each letter of a case, a round and a batch says what was decided, in both languages, and is kept once."""

from __future__ import annotations

import hashlib

import pytest

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.models import Award
from subsidy.payouts.models import Batch
from tests.subsidy.letters.reading import flat, text_of
from tests.world import World, fresh, scores
from workflows.case.jobs import issue_letter
from workflows.payout_batch.jobs import issue_batch_cover
from workflows.round.jobs import issue_round_paper


@pytest.fixture
def world(db: None) -> World:
    return World()


def read(subject: object, kind: LetterKind, language: str = "zh") -> str:
    """The text of the one letter of that kind, without spaces; checks the hash of its bytes on the way."""
    stream, pk = subject.STREAM, subject.pk  # type: ignore[attr-defined]
    letter = Letter.objects.get(subject_kind=stream, subject_id=pk, kind=kind, language=language)
    content = bytes(letter.content)
    assert hashlib.sha256(content).hexdigest() == letter.sha256
    return flat(text_of(content))


def issued(world: World, case: Case, kind: LetterKind) -> str:
    issue_letter(case.pk, kind, now=world.now)
    english = read(case, kind, "en")
    assert flat(case.number) in english and "ILLUSTRATIVE" in english
    return read(case, kind)


def test_letters_from_receipt_to_award(world: World) -> None:
    call = world.call()
    case = world.submitted(call)
    receipt = issued(world, case, LetterKind.RECEIPT)
    assert case.number in receipt and "120,000,000.00元" in receipt and "audit_reports.pdf" in receipt
    asked = {"message": "请补正", "reason_rd_y1": "与审计报告不一致"}
    world.act("case", case, "return_for_correction", "acceptance", data=asked)
    correction = issued(world, case, LetterKind.CORRECTION)
    assert (
        "上年度研发费用" in correction and "与审计报告不一致" in correction and "送达之日起5个工作日内" in correction
    )
    world.act("case", case, "resubmit", world.filer(case.company), data={"declaration": True})
    world.act("case", case, "accept", "acceptance")
    assert "予以受理" in issued(world, case, LetterKind.ACCEPTANCE)
    for expert in world.experts(case):
        world.act("case", case, "score", expert, data=scores(case))
    world.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    round_ = world.decreed(call)
    award = Award.objects.get(case=case)
    letter = issued(world, case, LetterKind.AWARD)
    assert f"{award.amount_fen // 100:,}.00元" in letter and "西科〔2024〕8号" in letter and "A-08" in letter
    issue_round_paper(round_.pk, LetterKind.NOTICE_LIST, now=world.now)
    issue_round_paper(round_.pk, LetterKind.DECREE, now=world.now)
    assert round_.notice.list_hash in read(round_, LetterKind.NOTICE_LIST)
    assert case.company_name in read(round_, LetterKind.DECREE)
    assert "1company" in read(round_, LetterKind.DECREE, "en")
    batch = world.released([world.accounted(case)])
    issue_batch_cover(batch.pk, now=world.now)
    cover = read(batch, LetterKind.BATCH_COVER)
    assert Batch.objects.get(pk=batch.pk).export_file.sha256 in cover and "finance3" in cover


def test_letters_of_the_ways_out(world: World) -> None:
    call = world.call(budget_fen=14_000_000_00)
    refused = world.submitted(call)
    world.act("case", refused, "refuse", "acceptance", data={"reason": "不属于本局受理范围"})
    letter = issued(world, refused, LetterKind.NON_ACCEPTANCE)
    assert "不属于本局受理范围" in letter and "六十日" in letter and "不予受理通知书" in letter
    rejected = world.scored(call, rd_y1=100_000_000)
    world.act("case", rejected, "reject", "amount", data={"reason": "研发强度不足"})
    letter = issued(world, rejected, LetterKind.REJECTION)
    assert "研发强度不足" in letter and "不符合" in letter and "A-04" in letter and "六十日" in letter


def test_a_case_below_the_cut_is_told_so(world: World) -> None:
    call = world.call(budget_fen=1_500_000_00)
    first, second = world.ready(call, points=0.95), world.ready(call, points=0.7)
    world.decreed(call)
    below = fresh(second)
    assert (fresh(first).state, below.state) == (CaseState.AWAITING_ACCOUNT, CaseState.NOT_FUNDED)
    letter = issued(world, below, LetterKind.NOT_FUNDED)
    assert "未列入奖补名单" in letter and "六个月" in letter


def test_a_letter_about_what_was_never_decided_is_refused(world: World) -> None:
    case = world.submitted()
    with pytest.raises(Award.DoesNotExist):
        issue_letter(case.pk, LetterKind.AWARD, now=world.now)
    assert not Letter.objects.exists()
