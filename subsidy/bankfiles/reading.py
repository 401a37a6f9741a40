"""Reading a bank's answer: the format is recognised from the content, never from the file's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from lxml.etree import QName, _Element

from subsidy.bankfiles import camt, pacs004, pain002, treasury_receipt
from subsidy.bankfiles.bank_profile import RESULT
from subsidy.bankfiles.iso_read import IsoReader
from subsidy.bankfiles.lxml_stream import line_of
from subsidy.bankfiles.model import AnswerFile, BankFileError
from subsidy.bankfiles.result_csv import read_result_csv
from subsidy.bankfiles.result_xlsx import read_result_xlsx
from subsidy.bankfiles.source import MAX_BYTES, Source, hardened_events, sniffed_root

_Reader = Callable[[IsoReader, Iterator[tuple[str, _Element]]], AnswerFile]

_PREFIX = "urn:iso:std:iso:20022:tech:xsd:"
#: Message by namespace. A further message is one more line here.
_ISO_READERS: Mapping[str, _Reader] = {
    **{f"{_PREFIX}pain.002.001.{version}": pain002.read_pain002 for version in pain002.VERSIONS},
    **{f"{_PREFIX}camt.053.001.{version}": camt.read_camt053 for version in camt.VERSIONS},
    **{f"{_PREFIX}camt.054.001.{version}": camt.read_camt054 for version in camt.VERSIONS},
    **{f"{_PREFIX}pacs.004.001.{version}": pacs004.read_pacs004 for version in pacs004.VERSIONS},
}
_TAGS = tuple(dict.fromkeys((*pain002.TAGS, *camt.TAGS, *pacs004.TAGS)))

_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")
_ZIP = b"PK\x03\x04"
_FOREIGN = {b"%PDF": "PDF", b"\xd0\xcf\x11\xe0": "XLS", b"\x1f\x8b": "gzip"}


def read(stream: BinaryIO, *, name: str | None = None, max_bytes: int = MAX_BYTES) -> AnswerFile:
    """Read what a bank sends, in any format that this program reads.

    pain.002 (.03 .10 .12 .14), camt.053 and camt.054 (.02, .08 to .14), pacs.004 (.02 to .13), the bank's result as CSV
    or XLSX, the treasury's receipt.

    ``name`` is the file's name for error messages. The head is read at once, the statements while ``answers`` is
    walked. Raises BankFileError, saying file, line, what was expected and what to do next, for an empty, unknown,
    malformed, cut off or oversized file and for one with a DOCTYPE. An unknown status is no error: see ``Answer``.
    """
    source = Source(stream, name or _name_of(stream), max_bytes)
    head = source.head()
    if not head.strip():
        raise source.error("文件为空，请重新选择文件或向银行索取", "the file is empty; choose another or ask the bank")
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic):
            raise source.error(
                f"这是 {kind} 文件，请改为导入银行发来的 XML、CSV 或 XLSX 原始文件",
                f"this is a {kind} file; import the original XML, CSV or XLSX of the bank instead",
            )
    if head.startswith(_ZIP):
        return read_result_xlsx(source, RESULT)
    if head.lstrip(b" \t\r\n").startswith(_XML_STARTS):
        return _read_xml(source)
    return read_result_csv(source, RESULT)


def _name_of(stream: BinaryIO) -> str:
    name = getattr(stream, "name", None)
    return name if isinstance(name, str) else "银行回执文件 (bank answer)"


def _read_xml(source: Source) -> AnswerFile:
    root = sniffed_root(source)
    namespace = QName(root).namespace or ""
    if root.tag == treasury_receipt.ROOT:
        return treasury_receipt.read_receipt(source, hardened_events(source, treasury_receipt.TAGS))
    reader = _ISO_READERS.get(namespace)
    if reader is None:
        raise _unknown(source, root, namespace)
    return reader(IsoReader(source, namespace), hardened_events(source, _TAGS))


def _unknown(source: Source, root: _Element, namespace: str) -> BankFileError:
    known = ", ".join((*(name.removeprefix(_PREFIX) for name in _ISO_READERS), treasury_receipt.FORMAT))
    found = namespace.removeprefix(_PREFIX) or QName(root).localname
    return source.error(
        f"报文“{found}”不是可读取的银行回执，可读取 {known}，请选对文件或请银行改发其中一种",
        f"the message {found!r} cannot be read as an answer; choose another file or ask the bank for one of {known}",
        line=line_of(root),
        field="xmlns",
    )
