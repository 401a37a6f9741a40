"""Lists of records in an application: filled in with what is held, corrected with proof, called complete, decided on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from policies.language import Outdated, RecordList
from subsidy.audit.models import Event
from subsidy.cases.enums import CaseState
from subsidy.cases.models import AnswerRecord, Case
from subsidy.correspondence.case_papers import answers_of, compose_correction
from subsidy.correspondence.issue import Issue
from subsidy.decisions.facts import decision_of, facts_of, gathered
from subsidy.documents.models import StoredFile
from subsidy.letters.formats import Language
from subsidy.web.reasons import asked as asked_of
from tests.trade import LIST, PAYMENT, entered, keep_payments, record_of, trade_call
from tests.world import World, fresh, kept, pack, pdf
from workflows.case.filing import missing
from workflows.case.list_forms import seen_of_list, seen_of_record
from workflows.common.refusals import BadData, NotFound, Stale, WrongState

OLD = dt.date(2022, 1, 1)


@kept
def begun(world: World, /, *keys: str, complete: bool = False, **more: Any) -> Case:
    """A draft of a company of whom these payments are held."""
    call, company = trade_call(world, replace=more.pop("replace", ("", ""))), world.company()
    if keys or complete:
        keep_payments(world, company, *keys, complete=complete, **more)
    return world.draft(call, company)


def act(world: World, case: Case, action: str, data: dict[str, Any], *, paper: bool = False) -> None:
    files = {"evidence": pdf("发票.pdf")} if paper else None
    world.act("case", case, action, world.filer(case.company), data=data, files=files)


def confirm(world: World, case: Case, *, complete: bool = True) -> None:
    act(world, case, "confirm_list", {"list": LIST, "complete": complete})


def known(world: World, case: Case) -> Any:
    return facts_of(case, pack(case), on=world.now.on).get(LIST)


def errors(
    world: World, case: Case, action: str, data: dict[str, Any], *, paper: bool = False
) -> dict[str, list[str]]:
    with pytest.raises(BadData) as caught:
        act(world, case, action, data, paper=paper)
    return caught.value.fields


# -- filled in with what is held -----------------------------------------------------------------------------------


def test_a_draft_begins_with_what_is_held_each_record_with_its_source_and_day(world: World) -> None:
    case = begun(world, "a", "b", as_of="2024-02-01")
    rows = list(case.records.order_by("record_key"))
    assert [(row.record_key, row.source, row.as_of) for row in rows] == [
        ("a", "register", dt.date(2024, 2, 1)),
        ("b", "register", dt.date(2024, 2, 1)),
    ]
    assert rows[0].values == rows[0].stored == {"number": "a", **PAYMENT}
    found = known(world, case)
    assert [row["number"] for row in found.rows] == ["a", "b"] and not found.complete
    opened = Event.objects.filter(stream="case", stream_id=case.pk, action="open").latest("pk")
    assert '"prefilled_records":{"payments":2}' in opened.body


def test_until_the_company_has_looked_a_list_is_a_gap_also_where_its_source_calls_it_complete(world: World) -> None:
    case = begun(world, "a", complete=True)
    assert known(world, case).complete
    assert LIST in missing(case, on=world.now.on)
    confirm(world, case)
    assert LIST not in missing(case, on=world.now.on)


def test_a_company_of_whom_nothing_is_held_says_itself_that_there_is_nothing(world: World) -> None:
    case = begun(world)
    assert known(world, case) is None
    confirm(world, case)
    assert known(world, case) == RecordList(())


def test_a_list_that_is_not_complete_may_be_filed_but_decides_nothing_that_hangs_on_all_of_it(world: World) -> None:
    case = begun(world, "a")
    confirm(world, case, complete=False)
    assert LIST not in missing(case, on=world.now.on)
    assert not known(world, case).complete
    # At least the payment that is there counts.
    assert decision_of(case, now=world.now)[2].amount_range is not None


def test_a_record_that_lacks_a_field_must_be_completed(world: World) -> None:
    case = begun(world)
    company = case.company
    facts = [{"name": "paid", "kind": "money", "value": 5, "list_name": LIST, "record_key": "x"}]
    data = {"source": "register", "as_of": "2024-02-01", "facts": facts}
    world.act("company", company, "keep_facts", "counter", data=data)
    other = world.draft(trade_call(world), company)
    confirm(world, other)
    assert "x" in missing(other, on=world.now.on)[LIST][0]
    act(world, other, "save_record", {**entered(paid=5), "record": record_of(other, "x").pk})
    assert LIST not in missing(other, on=world.now.on)


# -- what the company says -----------------------------------------------------------------------------------------


def test_a_record_is_corrected_with_reason_and_proof_and_the_source_stays_beside_it(world: World) -> None:
    case = begun(world, "a")
    row = record_of(case, "a")
    sent = {**entered(paid=3_000_000_00), "record": row.pk}
    assert set(errors(world, case, "save_record", sent)) == {"reason", "evidence"}
    assert set(errors(world, case, "save_record", {**sent, "reason": "回单为准"})) == {"evidence"}
    act(world, case, "save_record", {**sent, "reason": "回单为准"}, paper=True)
    row = record_of(case, "a")
    assert row.values["paid"] == 3_000_000_00 and row.stored == {"number": "a", **PAYMENT} and row.is_corrected
    assert row.evidence is not None and row.evidence.slot == LIST
    assert known(world, case).rows[0]["paid"] == 3_000_000_00
    told = gathered(case, pack(case), on=world.now.on)[LIST].conflicts
    assert [(one.name, one.integer) for one in told] == [("paid", PAYMENT["paid"])]
    event = Event.objects.filter(stream="case", stream_id=case.pk, action="save_record").latest("pk").body
    assert '"paid":200000000' in event and '"paid":300000000' in event and row.evidence.sha256 in event


def test_what_proved_a_record_still_does_and_one_paper_may_prove_many(world: World) -> None:
    case = begun(world, "a", "b")
    first, second = record_of(case, "a"), record_of(case, "b")
    act(world, case, "save_record", {**entered(paid=1), "record": first.pk, "reason": "回单"}, paper=True)
    act(world, case, "save_record", {**entered(paid=2), "record": first.pk, "reason": "回单"})
    file = StoredFile.objects.get(owner_kind="case", owner_id=case.pk)
    act(world, case, "save_record", {**entered(paid=3), "record": second.pk, "reason": "回单", "paper": file.pk})
    assert {row.evidence_id for row in case.records.all()} == {file.pk}
    with pytest.raises(WrongState):
        act(world, case, "detach", {"file": file.pk})


def test_what_says_the_same_as_the_source_needs_no_proof_and_takes_a_removal_back(world: World) -> None:
    case = begun(world, "a")
    row = record_of(case, "a")
    act(world, case, "save_record", {**entered(), "record": row.pk})
    assert set(errors(world, case, "remove_record", {"list": LIST, "record": row.pk})) == {"reason", "evidence"}
    act(world, case, "remove_record", {"list": LIST, "record": row.pk, "reason": "合同未履行"}, paper=True)
    row = record_of(case, "a")
    assert row.removed and row.is_corrected and known(world, case) == RecordList((), complete=False)
    act(world, case, "save_record", {**entered(), "record": row.pk})
    assert not record_of(case, "a").removed


def test_the_company_adds_a_record_of_its_own_and_may_take_it_away_again(world: World) -> None:
    case = begun(world, "a")
    assert set(errors(world, case, "save_record", entered("b"))) == {"reason", "evidence"}
    act(world, case, "save_record", {**entered("b"), "reason": "尚未登记"}, paper=True)
    row = record_of(case, "b")
    assert row.stored is None and row.source == "applicant" and not row.is_corrected
    confirm(world, case)
    assert [one["number"] for one in known(world, case).rows] == ["a", "b"]
    assert decision_of(case, now=world.now)[2].outcome == "unknown", "an officer has yet to check the evidence"
    act(world, case, "remove_record", {"list": LIST, "record": row.pk})
    assert not case.records.filter(record_key="b").exists()


@pytest.mark.parametrize(
    ("sent", "blamed"),
    [
        ({"field_number": ""}, "field_number"),
        ({"field_paid": "-1"}, "field_paid"),
        ({"field_paid": "很多"}, "field_paid"),
        ({"field_side": "lender"}, "field_side"),
        ({"field_paid_on": "2023-02-30"}, "field_paid_on"),
        ({"field_vouched": ""}, "field_vouched"),
        ({"field_number": "a"}, "field_number"),
        ({"list": "ip"}, "list"),
        ({"list": ""}, "list"),
        ({"record": 987654}, "record"),
        ({"paper": 987654}, "evidence"),
    ],
)
def test_bad_input_is_refused_and_names_its_field(world: World, sent: dict[str, Any], blamed: str) -> None:
    case = begun(world, "a")
    assert blamed in errors(world, case, "save_record", {**entered("b"), "reason": "尚未登记", **sent})
    assert case.records.count() == 1


def test_a_record_of_another_case_is_none_of_this_one(world: World) -> None:
    mine, foreign = begun(world, "a"), begun(world, "a")
    row = record_of(foreign, "a")
    assert "record" in errors(
        world, mine, "remove_record", {"list": LIST, "record": row.pk, "reason": "错"}, paper=True
    )
    with pytest.raises(NotFound):
        world.act("case", mine, "confirm_list", world.filer(foreign.company), data={"list": LIST, "complete": True})


def test_a_full_list_takes_no_more(world: World) -> None:
    case = begun(world, "a")
    others = (AnswerRecord(case=case, list_name=LIST, record_key=str(n), values=PAYMENT) for n in range(999))
    AnswerRecord.objects.bulk_create(others)
    assert errors(world, case, "save_record", {**entered("b"), "reason": "尚未登记"}, paper=True).get("__all__")


def test_nobody_overwrites_or_confirms_what_they_never_saw(world: World) -> None:
    case = begun(world, "a")
    row = record_of(case, "a")
    seen, whole = seen_of_record(row), seen_of_list(case, LIST)
    act(world, case, "save_record", {**entered(paid=1), "record": row.pk, "reason": "回单", "_seen": seen}, paper=True)
    with pytest.raises(Stale):
        act(world, case, "save_record", {**entered(), "record": row.pk, "_seen": seen})
    with pytest.raises(Stale):
        act(world, case, "confirm_list", {"list": LIST, "complete": True, "_seen": whole})
    act(world, case, "confirm_list", {"list": LIST, "complete": True, "_seen": seen_of_list(case, LIST)})


# -- filing and correcting ------------------------------------------------------------------------------------------


def filed(world: World, case: Case) -> Case:
    confirm(world, case)
    for document in pack(case).documents:
        data = {"slot": document.id}
        world.act(
            "case", case, "attach", world.filer(case.company), data=data, files={"file": pdf(f"{document.id}.pdf")}
        )
    act(world, case, "submit", {"declaration": True})
    return fresh(case)


def test_filed_with_its_list_it_is_decided_on_what_the_company_said(world: World) -> None:
    case = begun(world, "a", complete=True)
    genuine = {"name": "evidence_genuine", "kind": "yes_no", "value": True}
    university = {"name": "is_university", "kind": "yes_no", "value": False}
    data = {"source": "officer", "as_of": "2024-03-01", "facts": [genuine, university]}
    world.act("company", case.company, "keep_facts", "counter", data=data)
    case = filed(world, case)
    assert case.state == CaseState.AWAITING_ACCEPTANCE
    decision = decision_of(case, now=world.now)[2]
    assert (decision.outcome, decision.amount) == ("met", 200_000_00)
    with pytest.raises(WrongState):
        confirm(world, case)


def test_a_correction_opens_the_list_that_it_names_and_no_other(world: World) -> None:
    case = filed(world, begun(world, "a"))
    named = {"message": "请补正", f"reason_{LIST}": "缺一笔付款"}
    world.act("case", case, "return_for_correction", "acceptance", data=named)
    act(world, case, "save_record", {**entered("b"), "reason": "漏填"}, paper=True)
    act(world, case, "resubmit", {"declaration": True})
    assert case.records.count() == 2
    other = filed(world, begun(world, "a"))
    elsewhere = {"message": "请补正", "reason_invoices": "不清楚"}
    world.act("case", other, "return_for_correction", "acceptance", data=elsewhere)
    sent = {**entered("b"), "reason": "漏填"}
    assert "list" in errors(world, other, "save_record", sent, paper=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_letters_about_a_case_name_its_lists(world: World, lang: Language) -> None:
    case = filed(world, begun(world, "a", "b"))
    said = {str(answer.label.en): answer.value for answer in answers_of(case, pack(case), lang)}
    assert said["payments under technology contracts"] in ("2 条，完整", "2 records, complete")
    named = {"message": "请补正", f"reason_{LIST}": "缺一笔付款"}
    world.act("case", case, "return_for_correction", "acceptance", data=named)
    assert compose_correction(fresh(case), Issue("1", world.now.on, lang)).startswith(b"%PDF")


# -- age ------------------------------------------------------------------------------------------------------------

YEAR = ("    asks: applicant\n", "    asks: applicant\n    fresh_within: 12个月\n")


def test_old_records_do_not_count_until_the_company_has_called_them_its_own(world: World) -> None:
    case = begun(world, "a", as_of="2022-01-01", complete=True, replace=YEAR)
    assert case.records.count() == 1, "filled in all the same: nobody types what is known"
    assert known(world, case) == Outdated(OLD)
    decision = decision_of(case, now=world.now)[2]
    assert decision.outcome == "unknown" and [ask.as_of for ask in decision.ask if ask.fact == LIST] == [OLD]
    confirm(world, case)
    assert [row["number"] for row in known(world, case).rows] == ["a"] and known(world, case).complete


def test_of_a_list_only_the_old_records_are_left_out(world: World) -> None:
    company, call = world.company(), trade_call(world, replace=YEAR)
    keep_payments(world, company, "old", as_of="2022-01-01")
    keep_payments(world, company, "new", as_of="2024-02-01", complete=True)
    case = world.draft(call, company)
    found = known(world, case)
    assert [row["number"] for row in found.rows] == ["new"]
    assert not found.complete and found.outdated == OLD
    assert AnswerRecord.objects.filter(case=case).count() == 2


def test_an_old_fact_counts_as_unknown_and_its_question_names_the_day(world: World) -> None:
    name = "is_university"
    rule = ("  is_university:\n    type: yes_no\n", "  is_university:\n    type: yes_no\n    fresh_within: 30天\n")
    case = begun(world, "a", replace=rule, side="seller", complete=True)
    fact = {"name": name, "kind": "yes_no", "value": True}
    for as_of, old in (("2024-02-02", True), ("2024-02-03", False)):
        data = {"source": "registry", "as_of": as_of, "facts": [fact]}
        world.act("company", case.company, "keep_facts", "counter", data=data)
        one = gathered(case, pack(case), on=world.now.on)[name]
        assert (one.too_old, one.is_known) == ((dt.date(2024, 2, 2), False) if old else (None, True))
        asked = {ask.fact: (ask.from_, ask.as_of) for ask in decision_of(case, now=world.now)[2].ask}
        assert asked.get(name) == (("registry", dt.date(2024, 2, 2)) if old else None)
        whom = {ask.fact: str(ask.source) for ask in asked_of(decision_of(case, now=world.now)[2].to_json())}
        assert whom.get(name) == ("市场监管部门；仅有截至2024年2月2日的数据，已超过有效期" if old else None)


def test_an_old_answer_is_filled_in_and_counts_once_the_company_has_saved_it(world: World) -> None:
    name = "is_university"
    rule = (
        "  is_university:\n    type: yes_no\n",
        "  is_university:\n    type: yes_no\n    asks: applicant\n    fresh_within: 30天\n",
    )
    company, call = world.company(), trade_call(world, replace=rule)
    data = {"source": "registry", "as_of": "2024-01-02", "facts": [{"name": name, "kind": "yes_no", "value": True}]}
    world.act("company", company, "keep_facts", "counter", data=data)
    case = world.draft(call, company)
    assert case.answers.get(name=name).integer == 1
    assert facts_of(case, pack(case), on=world.now.on)[name] == Outdated(dt.date(2024, 1, 2))
    assert "2024-01-02" in missing(case, on=world.now.on)[name][0]
    act(world, case, "save_answers", {name: "yes"})
    assert facts_of(case, pack(case), on=world.now.on)[name] is True
    assert name not in missing(case, on=world.now.on)
