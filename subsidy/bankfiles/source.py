"""An answer file as a bounded stream of bytes, and hardened XML reading over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from lxml.etree import XMLPullParser, XMLSyntaxError, _Element

from subsidy.bankfiles.lxml_stream import has_doctype, iterparse, line_of
from subsidy.bankfiles.model import BankFileError

#: About four times the answer to 100,000 payments; a larger file is no answer to anything sent from here.
MAX_BYTES = 256 * 1024 * 1024
HEAD_BYTES = 4096

#: The settings of every parser here. Comments and instructions carry nothing and could split a text in two.
_HARDENED: Mapping[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}

_FRESH_ZH = "请向银行重新索取该文件"
_FRESH_EN = "ask the bank for the file again"


@dataclass(slots=True)
class Source:
    """The bytes of one answer file, read once, never more than ``max_bytes`` of them."""

    stream: BinaryIO
    name: str
    max_bytes: int
    _head: bytes = b""
    _taken: int = 0

    def head(self) -> bytes:
        """The first bytes, for recognising the format; they are read again afterwards."""
        while len(self._head) < HEAD_BYTES:
            more = self.stream.read(HEAD_BYTES - len(self._head))
            if not more:
                break
            self._head += more
        return self._head

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes. Raises BankFileError as soon as the file turns out larger than allowed."""
        limit = size if size >= 0 else self.max_bytes + 1
        data, self._head = self._head[:limit], self._head[limit:]
        data = data or self.stream.read(limit)
        self._taken += len(data)
        if self._taken > self.max_bytes:
            raise self.error(
                f"文件超过 {self.max_bytes} 字节的上限，请确认选对了文件，或请银行拆分后重发",
                f"the file is larger than {self.max_bytes} bytes; check the choice or ask the bank for it in parts",
            )
        return data

    def error(self, zh: str, en: str, *, line: int | None = None, field: str | None = None) -> BankFileError:
        """The error for this file with its name and the line in front."""
        where_zh = f"{self.name}第{line}行：" if line else f"{self.name}："
        where_en = f"{self.name}, line {line}: " if line else f"{self.name}: "
        return BankFileError(where_zh + zh, where_en + en, line=line, field=field, source=self.name)


def hardened_events(source: Source, tags: tuple[str, ...]) -> Iterator[tuple[str, _Element]]:
    """Start and end events of the elements with these local names, from untrusted bytes.

    No entity is resolved, no DTD loaded, nothing fetched, libxml2's limits stay on, and a DOCTYPE is refused: a
    hardened parser silently yields empty text for an entity, which in a bank's answer would be an empty amount.
    Raises BankFileError for malformed, cut off, oversized files and for a DOCTYPE.
    """
    wanted = tuple("{*}" + tag for tag in tags)
    line: int | None = None
    try:
        for event, element in iterparse(
            source,
            events=("start", "end"),
            tag=wanted,
            **_HARDENED,
        ):
            if line is None:
                _refuse_doctype(source, element)
            line = line_of(element)
            yield event, element
    except XMLSyntaxError as error:
        raise _malformed(source, error, line) from error


def sniffed_root(source: Source) -> _Element:
    """The root element with its attributes, from the first bytes of the file, which are read again afterwards.

    Raises BankFileError for a DOCTYPE, for bytes that are no XML, and where no element begins there.
    """
    if b"<!DOCTYPE" in source.head().replace(b"\0", b""):
        # Before any parser sees it; the parsed document is asked as well, for one that begins further behind.
        raise _doctype(source, 1)
    parser = XMLPullParser(events=("start",), **_HARDENED)
    try:
        parser.feed(source.head())
        for _event, root in parser.read_events():
            assert isinstance(root, _Element), "a start event carries the element"
            _refuse_doctype(source, root)
            return root
    except XMLSyntaxError as error:
        raise _malformed(source, error, 1) from error
    raise source.error(
        f"前 {HEAD_BYTES} 字节内没有 XML 元素，应为银行回执报文，{_FRESH_ZH}",
        f"no XML element begins in the first {HEAD_BYTES} bytes; expected a bank's answer; {_FRESH_EN}",
    )


def _malformed(source: Source, error: XMLSyntaxError, near: int | None) -> BankFileError:
    return source.error(
        f"XML 不完整或有误（{error.msg}），应为完整的 XML 文件，{_FRESH_ZH}",
        f"malformed or cut off XML ({error.msg}); expected one complete XML document; {_FRESH_EN}",
        line=error.lineno or near,
    )


def _refuse_doctype(source: Source, element: _Element) -> None:
    if has_doctype(element):
        raise _doctype(source, line_of(element))


def _doctype(source: Source, line: int | None) -> BankFileError:
    return source.error(
        f"文件含 DOCTYPE，银行回执不应含有，为安全起见拒绝读取；请勿打开，{_FRESH_ZH}",
        f"the file has a DOCTYPE, which no bank's answer carries; refused for safety; do not open it, {_FRESH_EN}",
        line=line,
    )


def forget(element: _Element) -> None:
    """Free an element that has been read, and everything before it under the same parent."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
