"""What is written, answered by the reference bank and read back is what was meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.bankfiles import FORMATS, Payment, check_payment
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
    """Payments that every format takes, and a fate for each."""
    payments: list[Payment] = []
    for row in range(1, draw(st.integers(1, 6)) + 1):
        drawn = payment(
            row,
            amount_fen=draw(st.one_of(st.integers(1, 10**15 - 1), st.integers(1, 200))),
            name=draw(TEXT),
            purpose=draw(TEXT),
            remark=draw(st.one_of(st.just(""), TEXT)),
            account=draw(st.from_regex(r"\A[0-9A-Za-z][0-9A-Za-z-]{7,31}\Z")),
        )
        if not any(check_payment(format, drawn) for format in FORMATS):
            payments.append(drawn)
        else:
            payments.append(payment(row))
    fates = st.sampled_from(["settled", "rejected", "pending", "silent"])
    return payments, {one.end_to_end_id: draw(fates) for one in payments}


def told_to(fates: dict[str, str]) -> bank.Instructions:
    def of(fate: str) -> frozenset[str]:
        return frozenset(name for name, value in fates.items() if value == fate)

    return bank.Instructions(reject=dict.fromkeys(of("rejected"), "AC04"), pending=of("pending"), silent=of("silent"))


@pytest.mark.parametrize("format", ["pain.001.001.09", "pain.001.001.03"])
@settings(deadline=None, max_examples=30)
@given(batches())
def test_pain001_is_answered_line_by_line(format: str, batch: tuple[list[Payment], dict[str, str]]) -> None:
    payments, fates = batch
    exported = written(format, payments)
    assert_valid(format, exported)
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


@pytest.mark.parametrize("format", ["bank_csv", "bank_xlsx", "treasury_xml"])
@settings(deadline=None, max_examples=30)
@given(batches())
def test_templates_and_vouchers_are_answered_line_by_line(
    format: str, batch: tuple[list[Payment], dict[str, str]]
) -> None:
    payments, fates = batch
    exported = written(format, payments)
    [result] = bank.answer(exported, answered_at=ANSWERED_AT, booked_on=BOOKED_ON, instructions=told_to(fates))
    # A voucher comes back whole: what the bank is silent about stands in it without an answer.
    meant = {"silent": "pending"} if format == "treasury_xml" else {}
    assert [(one.end_to_end_id, one.status, one.amount_fen, one.payee_account) for one in answers(result.content)] == [
        (one.end_to_end_id, meant.get(fate, fate), one.amount_fen, one.payee.account)
        for one in payments
        if (fate := fates[one.end_to_end_id]) != "silent" or meant
    ]


@settings(deadline=None, max_examples=40)
@given(batches(), st.integers(-(10**17), 10**17), st.sampled_from(["02", "08"]), st.data())
def test_a_statement_moves_what_its_balances_say(
    batch: tuple[list[Payment], dict[str, str]], opening: int, version: str, data: st.DataObject
) -> None:
    payments, fates = batch
    exported = written("pain.001.001.09", payments)
    paid = [one.end_to_end_id for one in payments if fates[one.end_to_end_id] == "settled"]
    back = dict.fromkeys(data.draw(st.sets(st.sampled_from(paid))) if paid else (), "AC06")
    content = bank.account_statement(
        exported,
        opening_fen=opening,
        sequence=3,
        answered_at=ANSWERED_AT,
        booked_on=BOOKED_ON,
        instructions=told_to(fates),
        returned=back,
        version=version,
    )
    assert_valid(f"camt.053.001.{version}", content)
    file = opened(content)
    told = list(file.answers)
    [said] = file.statements
    assert said.opening_fen == opening and said.closing_fen == opening + sum(one.moved_fen for one in told)
    assert {one.end_to_end_id for one in told if one.status == "settled"} == set(paid)
    assert {one.end_to_end_id for one in told if one.status == "returned"} == set(back)
    booked = bank.notification(
        exported, answered_at=ANSWERED_AT, booked_on=BOOKED_ON, instructions=told_to(fates), version=version
    )
    assert {one.entry for one in answers(booked)} <= {one.entry for one in told}


@settings(deadline=None, max_examples=30)
@given(batches(), st.randoms(use_true_random=False))
def test_the_rows_of_an_answer_may_come_in_any_order(
    batch: tuple[list[Payment], dict[str, str]], random: Random
) -> None:
    payments, _fates = batch
    shuffled = list(payments)
    random.shuffle(shuffled)
    turned = [replace(one, row=row) for row, one in enumerate(shuffled, 1)]
    for format in FORMATS:
        first, second = (
            {
                one.entry: (one.end_to_end_id, one.moved_fen, one.status)
                for document in bank.answer(written(format, rows), answered_at=ANSWERED_AT, booked_on=BOOKED_ON)
                for one in answers(document.content)
                if one.level == "transaction"
            }
            for rows in (payments, turned)
        )
        # The treasury's receipt has one reference for the whole, which this bank makes from its rows.
        if format != "treasury_xml" or payments == shuffled:
            assert first == second
        assert sorted(first.values()) == sorted(second.values())


def test_returns_of_the_treasury_come_back_below_zero() -> None:
    payments = [payment(1), payment(2)]
    exported = written("treasury_xml", payments)
    [answer] = answers(
        bank.receipt_of_returns(exported, returned={payments[1].end_to_end_id: "AC04"}, booked_on=date(2024, 3, 11))
    )
    assert (answer.end_to_end_id, answer.status) == (payments[1].end_to_end_id, "returned")
    assert (answer.moved_fen, answer.booked_on) == (payments[1].amount_fen, date(2024, 3, 11))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("version", ["02", "08"])
def test_money_comes_back_later_for_every_format(format: str, version: str) -> None:
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
    for format in FORMATS:
        exported = written(format, [payment(1), payment(2)])
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
@pytest.mark.parametrize("format", FORMATS)
def test_instructions_that_do_not_fit_are_refused(format: str, instructions: bank.Instructions) -> None:
    with pytest.raises(bank.ReferenceBankError):
        bank.answer(
            written(format, [payment()]), answered_at=ANSWERED_AT, booked_on=BOOKED_ON, instructions=instructions
        )


@pytest.mark.parametrize("format", ["pain.001.001.09", "pain.001.001.03", "bank_csv", "treasury_xml"])
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
