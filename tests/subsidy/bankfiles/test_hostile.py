"""Files that are no answers, or attacks: each is refused with the file's name and what to do next."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.bankfiles import FORMATS, BankFileError, read
from subsidy.bankfiles.source import HEAD_BYTES, MAX_BYTES
from tests.subsidy.bankfiles.iso import PREFIX, block, camt054, detail, entry, pain002, transaction
from tests.subsidy.bankfiles.samples import GOLDEN, answers, payment, written

ANSWERS = ["pain.002.001.12.xml", "camt.054.001.08.xml", "camt.054.001.08-returned.xml", "result.csv"]
LATER = ["camt.053.001.08.xml", "pacs.004.001.09.xml", "receipt.xml", "receipt-returned.xml"]


def refused(content: bytes) -> BankFileError:
    with pytest.raises(BankFileError) as caught:
        answers(content)
    error = caught.value
    assert error.source == "answer.dat"
    assert error.zh.startswith("answer.dat") and error.en.startswith("answer.dat")
    assert "请" in error.zh
    assert any(word in error.en for word in ("ask", "choose", "check", "import"))
    return error


def with_doctype(doctype: str, encoding: str = "utf-8") -> bytes:
    text = pain002(block(transaction("RJCT"))).decode().replace('"UTF-8"?>', f'"{encoding}"?>{doctype}', 1)
    return text.encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Document>",
        '<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE Document [<!ENTITY a "1">]>',
        '<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Document [<!ENTITY % a SYSTEM "http://localhost/x"> %a;]>',
        '<!DOCTYPE Document [<!ATTLIST Document x CDATA "y">]>',
    ],
)
def test_a_doctype_is_refused_in_every_encoding(doctype: str, encoding: str) -> None:
    assert "DOCTYPE" in refused(with_doctype(doctype, encoding)).en


def test_an_entity_bomb_is_refused_before_it_opens() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = with_doctype(f'<!DOCTYPE Document [<!ENTITY l0 "boom">{levels}]>').replace(b"RJCT", b"&l11;")
    assert "DOCTYPE" in refused(bomb).en


def test_a_doctype_behind_a_long_prologue_is_refused_too() -> None:
    refused(with_doctype(f"<!--{' ' * HEAD_BYTES}--><!DOCTYPE Document>"))


def test_a_doctype_written_in_an_encoding_that_hides_it_is_refused() -> None:
    hidden = with_doctype("<!DOCTYPE Document>").decode().replace('"utf-8"', '"UTF-7"').replace("<!", "+ADwAIQ-")
    assert b"<!DOCTYPE" not in hidden.encode()
    assert "DOCTYPE" in refused(hidden.encode()).en


def test_an_undeclared_entity_is_malformed() -> None:
    assert refused(pain002(block(transaction("&x;")))).line


def test_the_encodings_of_xml_are_read() -> None:
    text = pain002(block(transaction("RJCT"))).decode()
    for encoding in ("utf-16", "gb18030"):
        assert [one.status for one in answers(text.replace("UTF-8", encoding).encode(encoding))] == ["rejected"]
    assert [one.status for one in answers(b"\xef\xbb\xbf" + text.encode())] == ["rejected"]


def test_bytes_in_another_encoding_than_they_claim_are_refused() -> None:
    reason = "<StsRsnInf><AddtlInf>账户已销户</AddtlInf></StsRsnInf>"
    text = pain002(block(transaction("RJCT", reason=reason))).decode()
    refused(text.encode("gb18030"))
    refused(text.replace("UTF-8", "utf-16").encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \r\n\t ",
        b"PK\x03\x04....",
        b"%PDF-1.7",
        b"\x1f\x8b\x08",
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        b"hello",
        b"\x00" * 100,
        b"{}",
        b"<",
        b"<html><body>error 502</body></html>",
        b"<Document/>",
        b"<?xml version='1.0'?>",
        b"<!-- nothing -->",
    ],
)
def test_what_is_no_answer_is_refused(content: bytes) -> None:
    refused(content)


def test_an_empty_file_is_called_empty() -> None:
    assert "empty" in refused(b"").en and "为空" in refused(b" \n").zh


@pytest.mark.parametrize("message", ["pain.001.001.09", "pain.002.001.99", "camt.053.001.03", "camt.054.001.03", "x"])
def test_another_namespace_is_refused_with_those_that_are_read(message: str) -> None:
    error = refused(pain002(block(transaction("RJCT"))).replace(b"pain.002.001.12", message.encode()))
    assert message in error.en and "pain.002.001.12" in error.en and "camt.054.001.08" in error.en


def test_the_right_message_under_a_foreign_prefix_is_refused() -> None:
    refused(pain002(block(transaction("RJCT"))).replace(PREFIX.encode(), b"urn:other:"))


@pytest.mark.parametrize("format", FORMATS)
def test_a_payout_file_is_not_taken_for_its_answer(format: str) -> None:
    refused(written(format, [payment()]))


@pytest.mark.parametrize(("name", "step"), [*((name, 1) for name in ANSWERS), *((name, 11) for name in LATER)])
def test_an_answer_cut_off_anywhere_is_refused(name: str, step: int) -> None:
    whole = (GOLDEN / name).read_bytes().rstrip()
    for end in range(0, len(whole) - 1, step):
        # A CSV that lost only the end of its last line's last, empty cells has lost nothing.
        if name == "result.csv" and whole[end:].strip(b",\r\n") == b"":
            continue
        refused(whole[:end])


@settings(deadline=None, max_examples=300)
@given(st.sampled_from([*ANSWERS, *LATER, "result.xlsx"]), st.data())
def test_damaged_bytes_give_an_answer_or_a_refusal_and_nothing_else(name: str, data: st.DataObject) -> None:
    whole = bytearray((GOLDEN / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        answers(bytes(whole))
    except BankFileError as error:
        assert error.source == "answer.dat"


@pytest.mark.parametrize("name", [*ANSWERS, *LATER])
def test_a_file_over_the_limit_is_refused_while_it_is_read(name: str) -> None:
    whole = (GOLDEN / name).read_bytes()
    assert list(read(io.BytesIO(whole), max_bytes=len(whole)).answers)
    with pytest.raises(BankFileError, match="larger than"):
        list(read(io.BytesIO(whole), max_bytes=len(whole) - 1).answers)


class Endless(io.RawIOBase):
    """A file without end."""

    def __init__(self, start: bytes, more: bytes) -> None:
        self.start, self.more, self.given = start, more, 0

    def read(self, size: int = -1) -> bytes:
        block, self.start = self.start[:size], self.start[size:]
        block = block or (self.more * (size // len(self.more) + 1))[:size]
        self.given += len(block)
        return block


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (camt054(entry(detail())).split(b"<Ntfctn>")[0], b"<Ntfctn></Ntfctn>"),
        (b"a", b"a"),
    ],
)
def test_an_endless_file_is_left_at_the_limit(start: bytes, more: bytes) -> None:
    endless = Endless(start, more)
    with pytest.raises(BankFileError):
        list(read(endless, max_bytes=300_000).answers)  # type: ignore[arg-type]  # a raw stream reads as well
    assert endless.given < 600_000
    assert MAX_BYTES < 2**30


def test_deep_nesting_is_refused() -> None:
    deep = "<A>" * 1000 + "</A>" * 1000
    assert "depth" in refused(pain002(block(transaction("RJCT")) + deep)).en


def test_the_name_of_a_real_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "回执.xml"
    path.write_bytes(b"<oops")
    with path.open("rb") as stream, pytest.raises(BankFileError, match=r"回执\.xml"):
        read(stream)


def test_head_and_small_reads_do_not_lose_bytes() -> None:
    class Drip(io.RawIOBase):
        def __init__(self, content: bytes) -> None:
            self.content = content

        def read(self, size: int = -1) -> bytes:
            size = min(size, 7)
            piece, self.content = self.content[:size], self.content[size:]
            return piece

    for name in (*ANSWERS, *LATER, "result.xlsx"):
        whole = (GOLDEN / name).read_bytes()
        drip = read(Drip(whole))  # type: ignore[arg-type]  # a raw stream that gives little at a time
        assert list(drip.answers) == answers(whole)
