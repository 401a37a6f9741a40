"""Reading a bank's answer: the format is recognised from the content, never from the file's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from lxml.etree import QName, _Element

from subsidy.bankfiles import camt054, pain002
from subsidy.bankfiles.csv_profile import RESULT
from subsidy.bankfiles.iso_read import IsoReader
from subsidy.bankfiles.lxml_stream import line_of
from subsidy.bankfiles.model import AnswerFile, BankFileError
from subsidy.bankfiles.result_csv import read_result_csv
from subsidy.bankfiles.source import MAX_BYTES, Source, hardened_events, sniffed_root

_Reader = Callable[[IsoReader, Iterator[tuple[str, _Element]]], AnswerFile]

_PREFIX = "urn:iso:std:iso:20022:tech:xsd:"
#: Message by namespace. A further message is one more line here.
_ISO_READERS: Mapping[str, _Reader] = {
    **{f"{_PREFIX}pain.002.001.{version}": pain002.read_pain002 for version in pain002.VERSIONS},
    **{f"{_PREFIX}camt.054.001.{version}": camt054.read_camt054 for version in camt054.VERSIONS},
}
_TAGS = tuple(dict.fromkeys((*pain002.TAGS, *camt054.TAGS)))

_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")
_FOREIGN = {b"PK\x03\x04": "XLSX/ZIP", b"%PDF": "PDF", b"\xd0\xcf\x11\xe0": "XLS", b"\x1f\x8b": "gzip"}


def read(stream: BinaryIO, *, name: str | None = None, max_bytes: int = MAX_BYTES) -> AnswerFile:
    """Read a bank's answer: pain.002 (.03 .10 .12 .14), camt.054 (.02, .08 to .14) or the bank's result CSV.

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
                f"这是 {kind} 文件，请改为导入 pain.002、camt.054 或银行结果 CSV 原始文件",
                f"this is a {kind} file; import the original pain.002, camt.054 or result CSV instead",
            )
    if head.lstrip(b" \t\r\n").startswith(_XML_STARTS):
        return _read_xml(source)
    return read_result_csv(source, RESULT)


def _name_of(stream: BinaryIO) -> str:
    name = getattr(stream, "name", None)
    return name if isinstance(name, str) else "银行回执文件 (bank answer)"


def _read_xml(source: Source) -> AnswerFile:
    root = sniffed_root(source)
    namespace = QName(root).namespace or ""
    reader = _ISO_READERS.get(namespace)
    if reader is None:
        raise _unknown(source, root, namespace)
    return reader(IsoReader(source, namespace), hardened_events(source, _TAGS))


def _unknown(source: Source, root: _Element, namespace: str) -> BankFileError:
    known = ", ".join(name.removeprefix(_PREFIX) for name in _ISO_READERS)
    found = namespace.removeprefix(_PREFIX) or QName(root).localname
    return source.error(
        f"报文“{found}”不是可读取的银行回执，可读取 {known}，请选对文件或请银行改发其中一种",
        f"the message {found!r} cannot be read as an answer; choose another file or ask the bank for one of {known}",
        line=line_of(root),
        field="xmlns",
    )
