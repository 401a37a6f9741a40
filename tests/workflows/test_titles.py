"""Titles as results: calls that pay nothing, levels, certificates, and what the register says of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from policies.language import load_pack
from subsidy.audit.moment import Moment
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.correspondence.services import letter_issue
from subsidy.decisions.facts import facts_of_company
from subsidy.decisions.models import Award, AwardChange, TitleTest, Undertaking, UndertakingState
from subsidy.decisions.titles import TestOutcome
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import Reservation
from subsidy.registers.conferring import Conferred, titles_confer
from subsidy.registers.enums import Change
from subsidy.registers.models import RegisterEntry
from tests.subsidy.letters.reading import text_of
from tests.titles import MODEL, SPACE, YEAR, TitleBureau
from tests.world import PACKS, days_later, fresh
from workflows.case import by_rule
from workflows.case.jobs import issue_letter
from workflows.case.titles import run_titles
from workflows.common.consistency import differences, stuck
from workflows.common.refusals import BadData, Refused, WrongState
from workflows.round.jobs import issue_round_paper
from workflows.undertaking.jobs import run_undertakings

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(db: None) -> TitleBureau:
    return TitleBureau()


def test_a_decree_without_money_confers_levels_and_moves_nothing(bureau: TitleBureau) -> None:
    model, standard = bureau.conferred(MODEL, SPACE)
    assert [case.state for case in (model, standard)] == [CaseState.RECOGNISED] * 2
    assert [case.amount_fen for case in (model, standard)] == [None, None]
    entries = [bureau.entry(case) for case in (model, standard)]
    assert [(row.kind, row.level, row.change) for row in entries] == [
        ("maker_space", "model", Change.NOTED),
        ("maker_space", "standard", Change.NOTED),
    ]
    first = bureau.now.on
    assert {(row.valid_from, row.valid_to, row.document_number) for row in entries} == {
        (first, dt.date(first.year + 3, first.month, first.day) - dt.timedelta(days=1), "西科〔2024〕8号")
    }
    assert entries[0].certificate_number == f"{model.number}-CT"
    assert not Reservation.objects.exists()
    assert not Award.objects.exclude(amount_fen=0, instalments__isnull=True).exists()
    assert differences() == [] and stuck() == []


def test_the_papers_print_levels_where_others_print_amounts(bureau: TitleBureau) -> None:
    model, _standard = bureau.conferred(MODEL, SPACE)
    round_ = model.round_rows.get().round
    for kind in (LetterKind.NOTICE_LIST, LetterKind.DECREE):
        issue_round_paper(round_.pk, kind, now=bureau.now)
    letter = letter_issue(model, LetterKind.CERTIFICATE, now=bureau.now).letter
    assert letter.number == bureau.entry(model).certificate_number
    texts = {
        (row.kind, row.language): text_of(bytes(row.content)).replace("\n", "")
        for row in Letter.objects.exclude(kind=LetterKind.RECEIPT)
    }
    assert "拟认定为众创空间的2家企业（示范级1家、标准级1家）" in texts["notice_list", "zh"]
    assert "本次认定众创空间2家（示范级1家、标准级1家）" in texts["decree", "zh"]
    assert "众创空间（示范级）" in texts["certificate", "zh"]
    assert "makers' space (model space)" in texts["certificate", "en"]
    assert not [key for key, text in texts.items() if "0.00" in text or "元" in text]


def test_a_later_decree_raises_the_level_and_the_same_level_is_renewed(bureau: TitleBureau) -> None:
    (first,) = bureau.conferred(SPACE)
    (second,) = bureau.conferred(MODEL, company=first.company, number=9)
    (third,) = bureau.conferred(MODEL, company=first.company, number=10)
    rows = RegisterEntry.objects.filter(company=first.company).order_by("pk")
    assert [(row.change, row.level, row.case_key) for row in rows] == [
        (Change.NOTED, "standard", first.pk),
        (Change.UPGRADED, "model", second.pk),
        (Change.RENEWED, "model", third.pk),
    ]
    assert [row.follows_id for row in rows] == [None, rows[0].pk, rows[1].pk]


def test_money_and_policy_must_agree_when_a_call_opens(bureau: TitleBureau) -> None:
    with pytest.raises(BadData) as refusal:
        bureau.title_call(budget_line=bureau.line().pk, budget_fen=100)
    assert "不拨付资金" in str(refusal.value.fields["budget_line"])
    with pytest.raises(BadData) as refusal:
        bureau.title_call("city_rd_centre", "2019.1", opens_at="2019-03-04", closes_at="2024-03-20")
    assert "请选择承担的预算科目" in str(refusal.value.fields["budget_line"])
    with pytest.raises(BadData) as refusal:
        bureau.title_call(budget_fen=100)
    assert "须同时填写" in str(refusal.value.fields["budget_fen"])
    assert not bureau.title_call().pays


def test_a_company_struck_from_the_list_gets_no_title(bureau: TitleBureau) -> None:
    call = bureau.title_call()
    case = bureau.space(call, SPACE)
    other = bureau.space(call, SPACE)
    round_ = bureau.published(call)
    bureau.act("case", other, "withdraw", bureau.filer(other.company), data={"reason": "不再申报"})
    bureau.now = days_later(bureau.now, 20)
    bureau.act("round", round_, "close_notice", bureau.system)
    bureau.act("round", round_, "issue_decree", "notice", data={"number": "西科〔2024〕8号"})
    assert fresh(other).state == CaseState.WITHDRAWN
    assert list(RegisterEntry.objects.values_list("case_key", flat=True)) == [case.pk]


def proposed(bureau: TitleBureau, case: Case, change: str, **given: Any) -> int:
    data = {"case": case.pk, "change": change, "document": "西科〔2024〕20号", "reason": "统计数据虚假", **given}
    return bureau.open("proposal", "propose_title_change", "supervision", data)


def again(bureau: TitleBureau, case: Case, **given: Any) -> TitleTest:
    """Test the title a year on, approved by the leader."""
    bureau.now = days_later(bureau.now, 200)
    pk = bureau.open("proposal", "propose_title_test", "amount", {"case": case.pk, **YEAR, **given})
    bureau.act("proposal", pk, "approve", "leader")
    return TitleTest.objects.get(proposal=pk)


def promised(case: Case, now: Moment) -> Undertaking:
    """A report of the year after next that a title asks for."""
    who = {
        "authority": case.authority,
        "company": case.company,
        "company_name": case.company_name,
        "opened_at": now.at,
    }
    due_on = now.on + dt.timedelta(days=500)
    return Undertaking.objects.create(
        case=case, number=f"U-{case.pk}", term="annual_report", breach="suspension", due_on=due_on, **who
    )


def test_a_title_goes_down_and_ends_by_two_people_and_a_letter(bureau: TitleBureau) -> None:
    model, standard = bureau.conferred(MODEL, SPACE)
    with pytest.raises(BadData):
        proposed(bureau, standard, "lower")
    pk = proposed(bureau, model, "lower")
    assert bureau.entry(model).level == "model", "nothing has changed before it is approved"
    with pytest.raises(Refused):
        bureau.act("proposal", pk, "approve", "supervision")
    bureau.act("proposal", pk, "approve", "leader")
    entry = bureau.entry(model)
    assert (entry.level, entry.change, entry.words["level"]["zh"]) == ("standard", Change.UPGRADED, "标准级")
    letter = issue_letter(model.pk, LetterKind.TITLE_LOWERED, now=bureau.now, about=entry.pk)
    assert letter.subject_id == model.pk
    report, kept = (promised(case, bureau.now) for case in (model, standard))
    assert run_undertakings(bureau.now) == [], "lowered, the title still stands"
    bureau.act("proposal", proposed(bureau, model, "revoke"), "approve", "leader")
    assert run_undertakings(bureau.now) == [("end_undertaking", report.pk)]
    assert fresh(kept).state == UndertakingState.AWAITED
    gone = bureau.entry(model)
    assert (gone.change, gone.effective_on, gone.document_number) == (Change.ENDED, bureau.now.on, "西科〔2024〕20号")
    issue_letter(model.pk, LetterKind.TITLE_ENDED, now=bureau.now, about=gone.pk)
    texts = {row.kind: text_of(bytes(row.content)) for row in Letter.objects.filter(case=model, language="zh")}
    assert "调整为标准级" in texts["title_lowered"].replace("\n", "")
    assert "统计数据虚假" in texts["title_ended"] and "行政复议" in texts["title_ended"]
    with pytest.raises(WrongState):
        proposed(bureau, model, "revoke")
    assert fresh(model).state == CaseState.RECOGNISED and differences() == []


def test_the_policy_decides_the_yearly_test_and_two_failures_end_the_title(bureau: TitleBureau) -> None:
    model, standard = bureau.conferred(MODEL, SPACE)
    ended = again(bureau, standard, teams_now=19, document="西科〔2025〕4号")
    assert (ended.outcome, bureau.entry(standard).change) == (TestOutcome.ENDED, Change.ENDED), "no level lies below"
    assert (again(bureau, model).outcome, bureau.entry(model).level) == (TestOutcome.KEPT, "model")
    with pytest.raises(BadData) as refusal:
        again(bureau, model, events_now=9)
    assert "document" in refusal.value.fields
    lowered = again(bureau, model, events_now=9, document="西科〔2026〕3号")
    assert (lowered.outcome, lowered.failures, bureau.entry(model).level) == (TestOutcome.LOWERED, 1, "standard")
    assert '"not_met"' in lowered.decision_text and '"events_now":9' in lowered.facts_text


def test_a_title_is_reminded_of_once_and_its_end_is_told_once(bureau: TitleBureau) -> None:
    (case,) = bureau.conferred(SPACE)
    last = bureau.entry(case).valid_to
    assert last is not None
    bureau.now = days_later(bureau.now, (last - bureau.now.on).days - 91)
    assert run_titles(bureau.now) == []
    bureau.now = days_later(bureau.now, 1)
    assert run_titles(bureau.now) == [("title_expiring", case.pk)]
    assert run_titles(bureau.now) == []
    bureau.now = days_later(bureau.now, 91)
    assert run_titles(bureau.now) == [("title_expired", case.pk)]
    assert run_titles(bureau.now) == []
    with pytest.raises(WrongState):
        proposed(bureau, case, "revoke")


def test_an_upgrade_pays_the_difference_to_what_the_lower_level_was_given(bureau: TitleBureau) -> None:
    """From a city centre (200 thousand yuan) to a provincial one (500 thousand): 300 thousand are owed."""
    company = bureau.company()
    city = bureau.centre_award(company, "city_centre")
    assert city.computed_fen == 200_000_00
    bureau.decreed(city.call, "西科〔2024〕31号")
    with pytest.raises(BadData, match="晋级补差"):
        bureau.centre_award(company, "city_centre")
    province = bureau.centre_award(company, "provincial_centre")
    finding = province.findings.order_by("-pk")[0]
    assert (finding.amount_fen, province.computed_fen) == (500_000_00, 300_000_00)
    bureau.decreed(province.call, "西科〔2024〕32号")
    granted = Award.objects.filter(company=company).values_list("amount_fen", flat=True)
    assert sorted(granted) == [200_000_00, 300_000_00]
    assert fresh(province.call).budget_line.obligated == 300_000_00


def test_a_name_in_a_decree_of_titles_is_corrected_and_nothing_else_of_it(bureau: TitleBureau) -> None:
    case, _other = bureau.conferred(SPACE, SPACE)
    row = case.round_rows.get()
    said = {"rank": row.rank, "number": "西科〔2024〕18号", "reason": "名称有误"}
    with pytest.raises(BadData) as refusal:
        bureau.act("round", row.round, "correct_award", "notice", data={**said, "amount_yuan": "5"})
    assert "amount_yuan" in refusal.value.fields
    with pytest.raises(WrongState):
        bureau.act("round", row.round, "revoke_award", "notice", data=said)
    bureau.act("round", row.round, "correct_award", "notice", data={**said, "name": "杭州新名空间有限公司"})
    change = AwardChange.objects.get()
    assert (change.count, change.total_fen, change.name_after) == (2, 0, "杭州新名空间有限公司")
    assert (fresh(case).state, fresh(case).amount_fen) == (CaseState.RECOGNISED, None)


def test_what_a_rule_recognises_is_checked_before_where_the_sample_falls_on_it(
    bureau: TitleBureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No payment follows after which the sample could be looked at: people decide the case instead of the rule."""
    call = bureau.title_call(route="R1")
    terms = {"cap_fen": 0, "case_cap_fen": 0, "sample_percent": 1, "reason": "规则清晰"}
    days = {"valid_from": "2024-03-01", "valid_to": "2024-12-31"}
    pk = bureau.open("proposal", "propose_authorisation", "amount", {"call": call.pk, **terms, **days})
    bureau.act("proposal", pk, "approve", "leader")
    states = []
    for drawn in (True, False):
        monkeypatch.setattr(by_rule, "is_drawn", lambda *_args, drawn=drawn: drawn)
        states.append(bureau.filed(call, SPACE).state)
    assert states == [CaseState.AWAITING_ACCEPTANCE, CaseState.AWAITING_ROUND]


def test_a_refusal_of_a_title_speaks_of_no_award(bureau: TitleBureau) -> None:
    case = bureau.filed(bureau.title_call(), SPACE)
    bureau.act("case", case, "accept", "acceptance")
    bureau.act("case", case, "reject", "amount", data={"reason": "团队名单不实"})
    letter = letter_issue(fresh(case), LetterKind.REJECTION, now=bureau.now).letter
    assert "不予认定通知书" in text_of(bytes(letter.content)) and "奖补" not in text_of(bytes(letter.content))


def test_the_books_hold_beside_awards_without_money(bureau: TitleBureau) -> None:
    (case,) = bureau.conferred(SPACE)
    assert list(violations()) == []
    Case.objects.filter(pk=case.pk).update(amount_fen=1)
    assert [one.invariant for one in violations(["I9"])] == ["I9"], "money that no decree has granted is still found"


def test_a_title_of_this_bureau_is_a_fact_of_later_decisions(bureau: TitleBureau) -> None:
    """A city centre that a decree conferred is what the provincial centre's policy asks the register for."""
    company, on = bureau.company(), bureau.now.on
    words = {"title": {"zh": "市级研发中心", "en": "city research centre"}}
    titles_confer(
        [Conferred(company.pk, 1, "city_centre", "XH-2024-000001-CT", words)],
        authority_id=company.authority_id,
        register="rd_platform",
        first=on,
        last=on + dt.timedelta(days=1000),
        document_number="西科〔2024〕8号",
        now=bureau.now,
        actor=bureau.people["notice"],
    )
    pack = load_pack(PACKS / "provincial_rd_centre" / "2020.1")
    facts = facts_of_company(company.pk, pack, route="R4", on=on + dt.timedelta(days=30))
    assert facts["city_centre_on"] == on
