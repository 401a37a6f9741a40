"""A preview cannot be paid with, and a manifest says what every sealed file is."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from lxml import etree

from subsidy.bankfiles import FORMATS, BankFileError, write_preview
from subsidy.bankfiles.manifest import SealedFile, manifest, totals
from subsidy.bankfiles.source import Source
from subsidy.bankfiles.workbook import sheet_rows
from subsidy.demo import bank
from tests.subsidy.bankfiles.samples import PAYER, assert_valid, golden_payments, header, payment, written


def preview(format: str, **changes: object) -> bytes:
    out = io.BytesIO()
    write_preview(format, header(golden_payments(), **changes), golden_payments(), out)
    return out.getvalue()


def words(format: str, content: bytes) -> list[str]:
    """Every text of a payout file."""
    if format == "bank_csv":
        return [cell for row in csv.reader(io.StringIO(content.decode("gb18030"))) for cell in row]
    if format == "bank_xlsx":
        return [cell for _line, row in sheet_rows(Source(io.BytesIO(content), "preview", 2**20)) for cell in row]
    return [node.text or "" for node in etree.fromstring(content).iter()]


@pytest.mark.parametrize("format", FORMATS)
def test_a_preview_shows_the_rows_without_accounts_and_cannot_be_paid(format: str) -> None:
    content = preview(format)
    found, real = words(format, content), words(format, written(format, golden_payments()))
    assert len(found) == len(real)
    for party in (PAYER, *(one.payee for one in golden_payments())):
        assert any(party.account in text for text in real)
        assert not any(party.account in text or party.bank_code == text for text in found)
    assert "NOT-PAYABLE-PB-2024-0001" in found and found.count("NOT-PAYABLE") >= 4
    assert any("预览不可付款" in text for text in found)
    assert "1409.50" in found and "1000000.02" in found
    if format.startswith("pain"):
        assert_valid(format, content)
    with pytest.raises(bank.ReferenceBankError, match="is a preview"):
        bank.read_order(content)


def test_a_preview_refuses_what_the_file_would_refuse() -> None:
    with pytest.raises(BankFileError, match="total_fen"):
        preview("bank_csv", total_fen=0)
    with pytest.raises(BankFileError, match=r"row 7: payee\.name"):
        write_preview("pain.001.001.09", header([payment()]), [payment(7, name="")], io.BytesIO())


def test_the_longest_identifier_still_fits() -> None:
    assert_valid("pain.001.001.09", preview("pain.001.001.09", message_id="B" * 35))


@pytest.mark.parametrize(
    ("fen", "currency", "figures", "capitals"),
    [
        (140950, "CNY", "1,409.50", "人民币壹仟肆佰零玖元伍角"),
        (200_000_000_00, "CNY", "200,000,000.00", "人民币贰亿元整"),
        (140950, "JPY", "140,950", ""),
        (140950, "KWD", "140.950", ""),
    ],
)
def test_totals_of_a_cover_sheet(fen: int, currency: str, figures: str, capitals: str) -> None:
    said = totals(fen, currency)
    assert (said.figures, said.capitals) == (figures, capitals)


def test_the_manifest_names_each_file_with_its_hash_and_adds_up() -> None:
    one = SealedFile("a.xml", "pain.001.001.09", "PB-1", 1, 2, 140950, "CNY", 5000, "ab" * 32)
    two = replace(one, name="b.csv", format="bank_csv", message_id="PB-2", sequence=2, count=1, total_fen=50)
    three = replace(two, name="c.xml", message_id="PB-3", currency="JPY")
    said = json.loads(manifest([one, two, three]))
    assert [(file["name"], file["sha256"], file["total"]) for file in said["files"]] == [
        ("a.xml", "ab" * 32, "1,409.50"),
        ("b.csv", "ab" * 32, "0.50"),
        ("c.xml", "ab" * 32, "50"),
    ]
    assert said["files"][0]["total_in_capitals"] == "人民币壹仟肆佰零玖元伍角"
    assert said["sums"] == [
        {"currency": "CNY", "count": 3, "total_fen": 141000, "total": "1,410.00"},
        {"currency": "JPY", "count": 1, "total_fen": 50, "total": "50"},
    ]
    assert manifest([one, two, three]) == manifest([one, two, three])
