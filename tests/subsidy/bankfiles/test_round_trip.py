"""What is written, answered by the reference bank and read back is what was meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.bankfiles import Payment, check_payment
from subsidy.demo import bank
from tests.subsidy.bankfiles.samples import ANSWERED_AT, BOOKED_ON, answers, assert_valid, opened, payment, written

TEXT = st.text(
    st.one_of(
        st.sampled_from("飞天㛃𠮷䶮杭州=+-@'\"<>&,;（） "), st.characters(exclude_categories=("Cs", "Cc", "Cn"))
    ),
    min_size=1,
    max_size=40,
)


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[Payment], dict[str, str]]:
    """Payments that both formats take, and a fate for each."""
    payments: list[Payment] = []
    for row in range(1, draw(st.integers(1, 6)) + 1):
        drawn = payment(
            row,
            amount_fen=draw(st.one_of(st.integers(1, 10**17 - 1), st.integers(1, 200))),
            name=draw(TEXT),
            purpose=draw(TEXT),
            remark=draw(st.one_of(st.just(""), TEXT)),
            account=draw(st.from_regex(r"\A[0-9A-Za-z][0-9A-Za-z-]{7,31}\Z")),
        )
        if not check_payment("bank_csv", drawn) and not check_payment("pain.001.001.09", drawn):
            payments.append(drawn)
        else:
            payments.append(payment(row))
    fates = st.sampled_from(["settled", "rejected", "pending", "silent"])
    return payments, {one.end_to_end_id: draw(fates) for one in payments}


def told_to(fates: dict[str, str]) -> bank.Instructions:
    def of(fate: str) -> frozenset[str]:
        return frozenset(name for name, value in fates.items() if value == fate)

    return bank.Instructions(reject=dict.fromkeys(of("rejected"), "AC04"), pending=of("pending"), silent=of("silent"))


@settings(deadline=None, max_examples=60)
@given(batches())
def test_pain001_is_answered_line_by_line(batch: tuple[list[Payment], dict[str, str]]) -> None:
    payments, fates = batch
    exported = written("pain.001.001.09", payments)
    assert_valid("pain.001.001.09", exported)
    status, booked = bank.answer(exported, answered_at=ANSWERED_AT, booked_on=BOOKED_ON, instructions=told_to(fates))
    assert_valid("pain.002.001.12", status.content)
    assert_valid("camt.054.001.08", booked.content)
    meant = {"settled": "accepted", "rejected": "rejected", "pending": "pending"}
    amounts = {one.end_to_end_id: one.amount_fen for one in payments}
    assert {
        one.end_to_end_id: (one.status, one.amount_fen)
        for one in answers(status.content)
        if one.level == "transaction"
    } == {name: (meant[fate], amounts[name]) for name, fate in fates.items() if fate != "silent"}
    assert [(one.end_to_end_id, one.status, one.amount_fen) for one in answers(booked.content)] == [
        (one.end_to_end_id, "settled", one.amount_fen) for one in payments if fates[one.end_to_end_id] == "settled"
    ]


@settings(deadline=None, max_examples=60)
@given(batches())
def test_the_template_is_answered_line_by_line(batch: tuple[list[Payment], dict[str, str]]) -> None:
    payments, fates = batch
    exported = written("bank_csv", payments)
    [result] = bank.answer(exported, answered_at=ANSWERED_AT, booked_on=BOOKED_ON, instructions=told_to(fates))
    assert [(one.end_to_end_id, one.status, one.amount_fen, one.payee_account) for one in answers(result.content)] == [
        (one.end_to_end_id, fates[one.end_to_end_id], one.amount_fen, one.payee.account)
        for one in payments
        if fates[one.end_to_end_id] != "silent"
    ]


@pytest.mark.parametrize("format", ["pain.001.001.09", "bank_csv"])
@pytest.mark.parametrize("version", ["02", "08"])
def test_money_comes_back_later_for_both_formats(format: str, version: str) -> None:
    payments = [payment(1), payment(2), payment(3)]
    content = bank.money_back(
        written(format, payments),
        returned={payments[1].end_to_end_id: "AC06"},
        answered_at=datetime(2024, 3, 11, 2, tzinfo=UTC),
        booked_on=date(2024, 3, 11),
        version=version,
    )
    assert_valid(f"camt.054.001.{version}", content)
    [answer] = answers(content)
    assert (answer.end_to_end_id, answer.status, answer.reason_code) == (payments[1].end_to_end_id, "returned", "AC06")
    assert (answer.amount_fen, answer.booked_on) == (payments[1].amount_fen, date(2024, 3, 11))


@pytest.mark.parametrize("version", ["03", "12", "14"])
def test_the_bank_speaks_several_versions_of_the_report(version: str) -> None:
    content = bank.status_report(written("pain.001.001.09", [payment()]), answered_at=ANSWERED_AT, version=version)
    assert_valid(f"pain.002.001.{version}", content)
    assert [(one.level, one.status) for one in answers(content)] == [
        ("group", "accepted"),
        ("transaction", "accepted"),
    ]


def test_debit_and_return_have_references_of_their_own() -> None:
    exported = written("pain.001.001.09", [payment()])
    out = bank.notification(exported, answered_at=ANSWERED_AT, booked_on=BOOKED_ON)
    back = bank.money_back(
        exported, returned={payment().end_to_end_id: "AC04"}, answered_at=ANSWERED_AT, booked_on=BOOKED_ON
    )
    [one], [two] = answers(out), answers(back)
    assert one.bank_reference != two.bank_reference and one.entry != two.entry
    assert opened(out).message_id != opened(back).message_id


def test_the_bank_answers_the_same_to_the_same() -> None:
    exported = written("bank_csv", [payment(1), payment(2)])
    first = bank.answer(exported, answered_at=ANSWERED_AT, booked_on=BOOKED_ON)
    assert first == bank.answer(exported, answered_at=ANSWERED_AT, booked_on=BOOKED_ON)


def test_an_answer_with_other_content_has_another_message_id() -> None:
    exported = written("pain.001.001.09", [payment(1), payment(2)])
    waits = bank.Instructions(pending=frozenset({payment(2).end_to_end_id}))
    first = bank.answer(exported, answered_at=ANSWERED_AT, booked_on=BOOKED_ON, instructions=waits)
    second = bank.answer(exported, answered_at=ANSWERED_AT, booked_on=BOOKED_ON)
    for one, other in zip(first, second, strict=True):
        assert opened(one.content).message_id != opened(other.content).message_id


@pytest.mark.parametrize(
    "instructions",
    [
        bank.Instructions(reject={"NOBODY": "AC04"}),
        bank.Instructions(pending=frozenset({"NOBODY"})),
        bank.Instructions(silent=frozenset({"NOBODY"})),
        bank.Instructions(reject={payment().end_to_end_id: "ZZ99"}),
    ],
)
@pytest.mark.parametrize("format", ["pain.001.001.09", "bank_csv"])
def test_instructions_that_do_not_fit_are_refused(format: str, instructions: bank.Instructions) -> None:
    with pytest.raises(bank.ReferenceBankError):
        bank.answer(
            written(format, [payment()]), answered_at=ANSWERED_AT, booked_on=BOOKED_ON, instructions=instructions
        )


@pytest.mark.parametrize("format", ["pain.001.001.09", "bank_csv"])
def test_the_bank_refuses_a_payout_file_that_was_tampered_with(format: str) -> None:
    payments = [payment(1, amount_fen=140950), payment(2, amount_fen=77)]
    exported = written(format, payments)
    head, tail = exported.rsplit(b"1409.50", 1)
    for tampered in (head + b"1409.51" + tail, exported.replace(b"1410.27", b"1410.28")):
        assert tampered != exported
        with pytest.raises(bank.ReferenceBankError, match="does not hold"):
            bank.read_order(tampered)
    assert bank.read_order(exported).lines[1].amount_fen == 77


def test_a_rare_name_and_a_formula_reach_the_bank_unchanged_in_iso() -> None:
    for name in ("㛃𠮷公司", "=1+1"):
        exported = written("pain.001.001.09", [replace(payment(), payee=replace(payment().payee, name=name))])
        assert name in exported.decode()
