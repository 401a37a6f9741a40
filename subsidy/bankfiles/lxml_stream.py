"""The two streaming entries of lxml that its type stubs leave out, in one place and with their types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Protocol

from lxml import etree


class XmlStream(Protocol):
    """What ``xmlfile`` yields: elements are opened as context managers and finished elements written."""

    def write_declaration(self) -> None: ...

    def element(self, tag: str, *, nsmap: Mapping[str | None, str] = ...) -> AbstractContextManager[object]: ...

    def write(self, *content: etree._Element | str) -> None: ...


class _XmlFile(Protocol):
    def __call__(self, out: BinaryIO, *, encoding: str) -> AbstractContextManager[XmlStream]: ...


xmlfile: _XmlFile = vars(etree)["xmlfile"]
iterparse: Callable[..., Iterator[tuple[str, Any]]] = vars(etree)["iterparse"]


def line_of(element: etree._Element) -> int | None:
    """The line of the file that the element starts on, where the parser knows it."""
    line: Any = element.sourceline
    return line if isinstance(line, int) else None


def has_doctype(element: etree._Element) -> bool:
    """Whether the element's document has a DOCTYPE declaration, whatever stands in it."""
    docinfo: Any = element.getroottree().docinfo
    return bool(docinfo.doctype) or docinfo.internalDTD is not None


def ancestor(element: etree._Element, steps: int) -> etree._Element:
    """The element that many levels above, which the caller knows to exist."""
    node: etree._Element | None = element
    for _step in range(steps):
        assert node is not None, "the caller has checked the element's place"
        node = node.getparent()
    assert node is not None, "the caller has checked the element's place"
    return node
