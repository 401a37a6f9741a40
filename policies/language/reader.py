"""YAML to a tree of texts with positions.

Every scalar stays text (the failsafe schema): `no`, `2023.1`, `010` and `12:30` mean what is written, and our own
schema types them. What would make a file mean something other than it shows is refused here: duplicate keys,
anchors, aliases, tags, and block scalars (their position inside cannot be told to a reader).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from policies.language.findings import PolicyError, Position

MAX_FILE = 400_000
MAX_NESTING = 40


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text; `at` is the place of its first character, inside an opening quote.

    `escaped` tells that the file writes it with escapes, so that columns inside it cannot be told.
    """

    value: str
    at: Position
    quoted: bool = False
    escaped: bool = False


@dataclass(frozen=True, slots=True)
class MapNode:
    """Keys and values in the order of the file."""

    items: tuple[tuple[Scalar, Node], ...]
    at: Position


@dataclass(frozen=True, slots=True)
class ListNode:
    """Items in the order of the file."""

    items: tuple[Node, ...]
    at: Position


Node = Scalar | MapNode | ListNode


class _Composer:
    def __init__(self, events: Iterator[Event], file: str) -> None:
        self.events = events
        self.file = file

    def position(self, event: Event, shift: int = 0) -> Position:
        mark = event.start_mark
        return Position(self.file, mark.line + 1, mark.column + 1 + shift)

    def refuse(self, event: Event, en: str, zh: str) -> PolicyError:
        return PolicyError.at(self.position(event), "YAML", en, zh)

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, StreamStartEvent | StreamEndEvent | DocumentEndEvent):
                continue
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    raise self.refuse(event, "found a second document; expected one", "文件含有第二个文档，应只有一个")
                continue
            root = self.node(event, 0)
        if root is None:
            raise PolicyError.at(
                Position(self.file, 1, 1),
                "YAML",
                "found an empty file; expected keys and values",
                "文件为空，应有内容",
            )
        return root

    def node(self, event: Event, depth: int) -> Node:
        if depth > MAX_NESTING:
            raise self.refuse(event, f"found more than {MAX_NESTING} levels of nesting", f"嵌套超过 {MAX_NESTING} 层")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self.refuse(
                event,
                "found an anchor or alias (& or *); write the value out",
                "发现锚点或引用（& 或 *），请直接写出内容",
            )
        tag = getattr(event, "tag", None) or getattr(event, "ctag", None)
        if tag is not None and str(tag) not in ("", "None", "!"):
            raise self.refuse(event, f"found the tag {tag}; write the value without it", f"发现标签 {tag}，请删去")
        if isinstance(event, ScalarEvent):
            return self.scalar(event)
        if isinstance(event, SequenceStartEvent):
            return ListNode(tuple(self.children(SequenceEndEvent, depth)), self.position(event))
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, depth)
        raise self.refuse(event, "found something that is neither text, list nor map", "内容既非文本、列表，也非键值")

    def scalar(self, event: ScalarEvent) -> Scalar:
        if event.style in ("|", ">"):
            raise self.refuse(
                event,
                "found a block scalar (| or >); write the text on one line",
                "发现块文本（| 或 >），请写在一行内",
            )
        if event.start_mark.line != event.end_mark.line:
            raise self.refuse(
                event,
                "found a text that runs over several lines; write it on one line",
                "文本跨越多行，请写在一行内",
            )
        quoted = event.style in ("'", '"')
        written = event.end_mark.column - event.start_mark.column - 2
        escaped = quoted and written != len(event.value)
        return Scalar(str(event.value), self.position(event, 1 if quoted else 0), quoted, escaped)

    def children(self, end: type[Event], depth: int) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield self.node(event, depth + 1)

    def mapping(self, start: Event, depth: int) -> MapNode:
        items: list[tuple[Scalar, Node]] = []
        seen: dict[str, int] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                return MapNode(tuple(items), self.position(start))
            key = self.node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise self.refuse(event, "found a key that is not a text", "键必须是文本")
            if key.value in seen:
                raise PolicyError.at(
                    key.at,
                    "DUPLICATE_KEY",
                    f"found the key {key.value!r} again (first on line {seen[key.value]}); keep one of them",
                    f"键“{key.value}”重复（首次在第 {seen[key.value]} 行），请只保留一个",
                )
            seen[key.value] = key.at.line
            items.append((key, self.node(next(self.events), depth + 1)))
        raise self.refuse(start, "found a map without its end", "键值没有结束")


def read_yaml(text: str, file: str) -> Node:
    """Return the tree of `text`; `file` is named in positions.

    Raises PolicyError for text that is no YAML or uses what the module refuses.
    """
    start = Position(file, 1, 1)
    if len(text) > MAX_FILE:
        raise PolicyError.at(
            start, "YAML", f"found more than {MAX_FILE} characters; split the pack", f"超过 {MAX_FILE} 个字符，请拆分"
        )
    try:
        return _Composer(iter(YAML(typ="safe", pure=True).parse(text)), file).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Position(file, mark.line + 1, mark.column + 1) if mark else start
        raise PolicyError.at(
            where,
            "YAML",
            f"not YAML: {error.problem}; check quotes, colons and indentation",
            f"不是有效的 YAML：{error.problem}；请检查引号、冒号和缩进",
        ) from error
    except YAMLError as error:
        raise PolicyError.at(
            start, "YAML", f"not YAML: {str(error).splitlines()[0]}", f"不是有效的 YAML：{str(error).splitlines()[0]}"
        ) from error


def plain(node: Node) -> object:
    """Return the tree as texts, lists and dicts without positions (for the canonical form)."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key.value: plain(value) for key, value in node.items}
