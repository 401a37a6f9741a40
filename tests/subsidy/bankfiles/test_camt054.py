"""Notifications: a booked debit settles, a booked credit with RtrInf comes back, everything else waits."""

from __future__ import annotations

from datetime import date

import pytest

from subsidy.bankfiles import BankFileError
from tests.subsidy.bankfiles.iso import camt054, detail, entry
from tests.subsidy.bankfiles.samples import answers, assert_valid, opened

RETURN = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>账户已销户</AddtlInf></RtrInf>"
CREDIT = "CRDT"
BANKS_OWN = "<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"


def test_a_booked_debit_settles() -> None:
    content = camt054(entry(detail()))
    assert_valid("camt.054.001.08", content)
    file = opened(content)
    assert (file.format, file.message_id, file.original_message_id) == ("camt.054.001.08", "N-1", None)
    [answer] = file.answers
    assert (answer.status, answer.amount_fen, answer.currency) == ("settled", 1000, "CNY")
    assert (answer.end_to_end_id, answer.bank_reference, answer.booked_on) == ("E-1", "REF-1", date(2024, 3, 5))
    assert (answer.account, answer.direction, answer.level) == ("1202", "debit", "transaction")


def test_the_status_of_the_old_version_is_a_plain_code() -> None:
    content = camt054(entry(detail(), status="BOOK"), version="02")
    assert_valid("camt.054.001.02", content)
    assert [answer.status for answer in answers(content)] == ["settled"]


@pytest.mark.parametrize("version", ["09", "10", "11", "12", "13", "14"])
def test_later_versions_read_alike(version: str) -> None:
    content = camt054(entry(detail()), version=version)
    if version == "14":
        assert_valid("camt.054.001.14", content)
    assert [answer.status for answer in answers(content)] == ["settled"]


def test_a_booked_credit_with_return_information_comes_back() -> None:
    content = camt054(entry(detail(more=RETURN), direction=CREDIT))
    assert_valid("camt.054.001.08", content)
    [answer] = answers(content)
    assert (answer.status, answer.reason_code, answer.reason_text) == ("returned", "AC04", "账户已销户")
    assert (answer.direction, answer.end_to_end_id, answer.amount_fen) == ("credit", "E-1", 1000)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (camt054(entry(detail(), status="<Cd>PDNG</Cd>")), "NOT-BOOKED"),
        (camt054(entry(detail(), status="<Cd>INFO</Cd>")), "NOT-BOOKED"),
        (camt054(entry(detail(), status="<Cd>FUTR</Cd>")), "NOT-BOOKED"),
        (camt054(entry(detail(), status="<Cd>book</Cd>")), "NOT-BOOKED"),
        (camt054(entry(detail(), status="<Prtry>BOOKED</Prtry>")), "NOT-BOOKED"),
        (camt054(entry(detail(more=RETURN), direction=CREDIT, status="<Cd>PDNG</Cd>")), "NOT-BOOKED"),
        (camt054(entry(detail(), amount="0.00")), "ZERO"),
    ],
)
def test_what_is_not_booked_is_pending_and_says_why(content: bytes, code: str) -> None:
    [answer] = answers(content)
    assert (answer.status, answer.reason_code, answer.booked_on, answer.moved_fen) == ("pending", code, None, 0)


def classed(sub_family: str) -> str:
    """An entry's own class of booking in place of the bank's."""
    domain = f"<Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>{sub_family}</SubFmlyCd></Fmly>"
    return f"<BkTxCd><Domn>{domain}</Domn></BkTxCd>"


@pytest.mark.parametrize(
    ("plain", "status", "code"),
    [
        (entry(detail(), reversal="<RvslInd>true</RvslInd>"), "taken", "REVERSAL"),
        (entry(detail(more=RETURN), direction=CREDIT, reversal="<RvslInd>1</RvslInd>"), "received", "REVERSAL"),
        (entry(detail(), direction=CREDIT), "received", "CREDIT"),
        (entry(direction=CREDIT), "received", "CREDIT"),
        (entry(detail(more=RETURN)), "taken", "RETURN-DEBIT"),
        (entry().replace(BANKS_OWN, classed("CHRG")), "taken", "CHARGE"),
        (entry(detail()).replace(BANKS_OWN, classed("COMM")), "taken", "CHARGE"),
        (entry(direction=CREDIT).replace(BANKS_OWN, classed("INTR")), "received", "INTEREST"),
        (entry().replace(BANKS_OWN, classed("INTR")), "taken", "INTEREST"),
        (entry().replace(BANKS_OWN, classed("DMCT")), "settled", None),
    ],
)
def test_other_booked_money_is_received_or_taken_and_moves_the_balance(plain: str, status: str, code: str) -> None:
    content = camt054(plain)
    assert_valid("camt.054.001.08", content)
    [answer] = answers(content)
    assert (answer.status, answer.reason_code, answer.booked_on) == (status, code, date(2024, 3, 5))
    assert answer.moved_fen == (1000 if status == "received" else -1000)


def test_a_credit_says_from_whom_and_for_what() -> None:
    parties = (
        "<RltdPties><Dbtr><Pty><Nm>杭州退款有限公司</Nm></Pty></Dbtr>"
        "<DbtrAcct><Id><Othr><Id>571</Id></Othr></Id></DbtrAcct></RltdPties>"
        "<RmtInf><Ustrd>追回款</Ustrd><Ustrd>ZH-7</Ustrd></RmtInf>"
    )
    content = camt054(entry(detail(more=parties), direction=CREDIT))
    assert_valid("camt.054.001.08", content)
    [answer] = answers(content)
    assert (answer.other_name, answer.payee_account, answer.remittance) == ("杭州退款有限公司", "571", "追回款 ZH-7")
    assert (answer.statement, answer.booking, answer.booking_code) == ("N-1-1", "REF-1", "X")


def test_a_debit_that_names_no_payment_is_told_without_an_identifier() -> None:
    for content in (camt054(entry()), camt054(entry(detail("NOTPROVIDED"))), camt054(entry(detail("")))):
        [answer] = answers(content)
        assert (answer.end_to_end_id, answer.status, answer.amount_fen) == (None, "settled", 1000)


def test_a_batch_booking_is_told_detail_by_detail() -> None:
    content = camt054(
        entry(detail("E-1", amount="4.00"), detail("E-2", amount="6.00"), batch="<Btch><NbOfTxs>2</NbOfTxs></Btch>")
    )
    assert_valid("camt.054.001.08", content)
    told = answers(content)
    assert [(one.end_to_end_id, one.status, one.amount_fen) for one in told] == [
        ("E-1", "settled", 400),
        ("E-2", "settled", 600),
    ]
    assert len({one.entry for one in told}) == 2
    assert {one.bank_reference for one in told} == {"REF-1"}


def test_a_batch_booking_in_one_sum_is_told_on_the_level_of_the_block() -> None:
    content = camt054(entry(batch="<Btch><MsgId>PB-1</MsgId><PmtInfId>PI-1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"))
    assert_valid("camt.054.001.08", content)
    [answer] = answers(content)
    assert (answer.level, answer.end_to_end_id, answer.amount_fen) == ("payment_info", None, 1000)
    assert (answer.original_message_id, answer.payment_info_id) == ("PB-1", "PI-1")


def test_details_that_do_not_sum_to_their_entry_refuse_the_file() -> None:
    with pytest.raises(BankFileError, match="sum to"):
        answers(camt054(entry(detail("E-1", amount="4.00"), detail("E-2", amount="6.01"))))


def test_charges_explain_a_difference() -> None:
    charged = detail("E-1", amount="9.50", more="<Chrgs><TtlChrgsAndTaxAmt Ccy='CNY'>0.50</TtlChrgsAndTaxAmt></Chrgs>")
    [paid, charge] = answers(camt054(entry(charged)))
    assert (paid.end_to_end_id, paid.status, paid.moved_fen) == ("E-1", "settled", -950)
    assert (charge.end_to_end_id, charge.status, charge.reason_code, charge.moved_fen) == (
        None,
        "taken",
        "CHARGE",
        -50,
    )


def test_details_without_amounts_of_their_own_never_share_the_entrys() -> None:
    for details in (
        (detail("E-1"), detail("E-2")),
        (detail("E-1"), detail("E-2", amount="10.00")),
        (detail("E-1", amount="10.00"), detail("E-2")),
    ):
        told = answers(camt054(entry(*details)))
        assert [one.end_to_end_id for one in told[:2]] == ["E-1", "E-2"]
        assert sum(one.moved_fen for one in told) == -1000
        for one, source in zip(told[:2], details, strict=True):
            has_amount = "10.00" in source
            assert (one.status, one.reason_code) == (("settled", None) if has_amount else ("pending", "NO-AMOUNT"))
            assert one.amount_fen == (1000 if has_amount else None)


def test_one_detail_out_of_a_larger_batch_does_not_take_the_whole_sum() -> None:
    [one, rest] = answers(camt054(entry(detail(), batch="<Btch><NbOfTxs>5</NbOfTxs></Btch>")))
    assert (one.status, one.reason_code) == ("pending", "NO-AMOUNT")
    assert (rest.end_to_end_id, rest.level, rest.status, rest.amount_fen) == (None, "payment_info", "settled", 1000)


def test_what_the_details_leave_of_a_batch_booking_is_told_once_as_a_whole() -> None:
    told = answers(camt054(entry(detail("E-1", amount="4.00"), detail("E-2"), detail("E-3"))))
    assert [(one.end_to_end_id, one.status, one.amount_fen) for one in told] == [
        ("E-1", "settled", 400),
        ("E-2", "pending", None),
        ("E-3", "pending", None),
        (None, "settled", 600),
    ]
    assert len({one.entry for one in told}) == 4


def test_entries_are_the_same_whatever_file_they_come_in() -> None:
    one = entry(detail("E-1"), reference="<AcctSvcrRef>R-1</AcctSvcrRef>", number="<NtryRef>1</NtryRef>")
    two = entry(detail("E-2"), reference="<AcctSvcrRef>R-2</AcctSvcrRef>", number="<NtryRef>2</NtryRef>")
    swapped = two.replace("<NtryRef>2", "<NtryRef>1") + one.replace("<NtryRef>1", "<NtryRef>2")
    first = {answer.entry for answer in answers(camt054(one, two))}
    assert {answer.entry for answer in answers(camt054(swapped, message_id="N-2"))} == first
    assert len(first) == 2


def test_equal_payments_stay_two_and_a_repetition_stays_one() -> None:
    bare = entry(detail("E-1"), reference="")
    [one, two] = answers(camt054(bare, bare))
    assert one.entry != two.entry
    assert [answer.entry for answer in answers(camt054(bare, bare, message_id="N-2"))] == [one.entry, two.entry]
    referenced = entry(detail("E-1"))
    [three, four] = answers(camt054(referenced, referenced))
    assert three.entry == four.entry


def test_unknown_money_without_reference_is_bound_to_its_notification() -> None:
    unknown = entry(direction=CREDIT, reference="")
    [one] = answers(camt054(unknown))
    [two] = answers(camt054(unknown, message_id="N-2"))
    assert one.entry != two.entry


@pytest.mark.parametrize(
    "other",
    [
        entry(detail(), amount="10.01"),
        entry(detail("E-2")),
        entry(detail(), reference="<AcctSvcrRef>REF-2</AcctSvcrRef>"),
        entry(detail(), status="<Cd>PDNG</Cd>"),
        entry(detail(), direction=CREDIT),
        entry(detail(), reversal="<RvslInd>true</RvslInd>"),
        entry(detail(), booked="<BookgDt><Dt>2024-03-06</Dt></BookgDt>"),
    ],
)
def test_the_entry_differs_where_the_statement_does(other: str) -> None:
    [one, two] = answers(camt054(entry(detail()), other))
    assert one.entry != two.entry


def test_the_same_reference_on_two_accounts_is_two_entries() -> None:
    [one] = answers(camt054(entry(detail())))
    [two] = answers(camt054(entry(detail()), account="3404"))
    assert one.entry != two.entry


def test_a_notification_without_entries_says_nothing() -> None:
    assert answers(camt054()) == []


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (camt054(entry(detail(), booked="")), "BookgDt"),
        (camt054(entry(detail(), booked="<BookgDt><Dt>05.03.2024</Dt></BookgDt>")), "BookgDt"),
        (camt054(entry(detail(), direction="DEBIT")), "CdtDbtInd"),
        (camt054(entry(detail(), direction="")), "CdtDbtInd"),
        (camt054(entry(detail(), status="")), "Sts"),
        (camt054(entry(detail(), amount="")), "Amt"),
        (camt054(entry(detail(), amount="10.005")), "Amt"),
        (camt054(entry(detail(), amount="-10.00")), "Amt"),
        (camt054(entry(detail(), currency="JPY", amount="10.50")), "Amt"),
        (camt054(entry(detail(), currency="XXX")), "Amt"),
        (camt054(entry(detail(), amount="10000000000000.00")), "Amt"),
        (camt054(entry(detail("E-1", amount="11.00"), detail("E-2"))), "Ntry/Amt"),
        (camt054(entry(detail())).replace(b"<MsgId>N-1</MsgId>", b""), "MsgId"),
        (camt054(entry(detail())).replace(b"GrpHdr", b"Header"), None),
    ],
)
def test_a_faulty_entry_refuses_the_file_with_its_line(content: bytes, field: str | None) -> None:
    with pytest.raises(BankFileError, match=r"answer\.dat") as caught:
        answers(content)
    assert caught.value.field == field
    assert field is None or caught.value.line


def test_a_time_of_booking_becomes_the_day_in_the_banks_zone() -> None:
    late = "<BookgDt><DtTm>2024-03-05T17:00:00Z</DtTm></BookgDt>"
    [answer] = answers(camt054(entry(detail(), booked=late)))
    assert answer.booked_on == date(2024, 3, 6)
