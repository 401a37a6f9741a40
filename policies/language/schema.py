"""Reading the skeleton of a pack: maps with known keys, texts, days, dates, and the sections without expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from policies.language.findings import Finding, PolicyError, Position, Text
from policies.language.model import (
    AllocationDef,
    Clause,
    DocumentNumber,
    ManualClause,
    NoticeDef,
    Undertaking,
)
from policies.language.reader import MAX_FILE, ListNode, MapNode, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICANTS = ("company", "branch")
CERTAINTIES = ("verified", "recalled", "assumed")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,59}")
_DUE = re.compile(
    r"(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|[12]\d)"
    r"|[1-9]\d{0,2} (days|months|years)"
)


def refuse(at: Position, en: str, zh: str, code: str = "SCHEMA") -> PolicyError:
    """Make the error of a place in the skeleton."""
    return PolicyError.at(at, code, en, zh)


@dataclass(slots=True)
class Fields:
    """The values of a map whose keys were checked."""

    values: dict[str, Node]
    at: Position

    def get(self, key: str) -> Node | None:
        """Return the node under `key`, None where it is not written."""
        return self.values.get(key)

    def __getitem__(self, key: str) -> Node:
        return self.values[key]

    def __contains__(self, key: str) -> bool:
        return key in self.values


def mapping(node: Node, what: str) -> MapNode:
    """Return `node` as a map."""
    if not isinstance(node, MapNode):
        raise refuse(node.at, f"found a {_kind(node)}; expected a map for {what}", f"{what} 应为键值")
    return node


def sequence(node: Node, what: str) -> tuple[Node, ...]:
    """Return the items of a list."""
    if not isinstance(node, ListNode):
        raise refuse(node.at, f"found a {_kind(node)}; expected a list for {what}", f"{what} 应为列表")
    return node.items


def scalar(node: Node, what: str) -> Scalar:
    """Return `node` as a text that is not empty."""
    if not isinstance(node, Scalar) or not node.value.strip():
        raise refuse(node.at, f"found {_kind(node)}; expected a text for {what}", f"{what} 应为文本")
    return node


def _kind(node: Node) -> str:
    if isinstance(node, Scalar):
        return "an empty value" if not node.value.strip() else "text"
    return "list" if isinstance(node, ListNode) else "map"


def fields(node: Node, what: str, required: str = "", optional: str = "") -> Fields:
    """Return the values of a map with exactly these keys (names separated by blanks)."""
    must, may = required.split(), optional.split()
    values: dict[str, Node] = {}
    for key, value in mapping(node, what).items:
        if key.value not in must and key.value not in may:
            raise _unknown_key(key, what, must + may)
        values[key.value] = value
    missing = [key for key in must if key not in values]
    if missing:
        raise refuse(
            node.at, f"{what} lacks {', '.join(missing)}; add it", f"{what} 缺少 {'、'.join(missing)}，请补充"
        )
    return Fields(values, node.at)


def _unknown_key(key: Scalar, what: str, known: list[str]) -> PolicyError:
    if key.value.endswith(")"):
        return refuse(
            key.at,
            f"found the key {key.value!r}: the comma before it ended the expression; put the expression in quotes",
            f"“{key.value}”被当作键：表达式中的逗号断开了内容，请给表达式加引号",
            "UNQUOTED",
        )
    return refuse(
        key.at,
        f"found the key {key.value!r} in {what}; expected one of {', '.join(known)}",
        f"{what} 中有未知的键“{key.value}”；可用：{'、'.join(known)}",
        "UNKNOWN_KEY",
    )


def entries(node: Node | None, what: str) -> Iterable[tuple[Scalar, Node]]:
    """Return keys and values of a map with free keys, nothing where it is not written."""
    if node is None:
        return ()
    items = mapping(node, what).items
    for key, _ in items:
        if key.value.endswith(")") and key.value[0] not in "([":
            raise _unknown_key(key, what, [])
    return items


def items(node: Node | None, what: str) -> tuple[Node, ...]:
    """Return the items of a list, nothing where it is not written."""
    return () if node is None else sequence(node, what)


def identifier(node: Node, what: str) -> str:
    """Return a name of lower-case letters, digits and _."""
    value = scalar(node, what).value
    if not _IDENTIFIER.fullmatch(value):
        raise refuse(
            node.at,
            f"found {value!r}; expected lower-case letters, digits and _ for {what}",
            f"{what} 应由小写字母、数字和下划线组成",
        )
    return value


def one_of(node: Node, what: str, options: Iterable[str]) -> str:
    """Return one of `options`."""
    value, known = scalar(node, what).value, list(options)
    if value not in known:
        raise refuse(
            node.at,
            f"found {value!r}; expected one of {', '.join(known)} for {what}",
            f"{what} 为“{value}”；可用：{'、'.join(known)}",
        )
    return value


def yes_no(node: Node | None, what: str, default: bool) -> bool:
    """Return whether `yes` is written; `default` where nothing is."""
    return default if node is None else one_of(node, what, ("yes", "no")) == "yes"


def whole(node: Node, what: str, low: int = 0, high: int = 10**9) -> int:
    """Return a whole number between `low` and `high`."""
    value = scalar(node, what).value
    if not re.fullmatch(r"0|[1-9]\d{0,17}", value) or not low <= int(value) <= high:
        raise refuse(
            node.at,
            f"found {value!r}; expected a whole number from {low} to {high} for {what}",
            f"{what} 应为 {low} 至 {high} 的整数",
        )
    return int(value)


def day(node: Node, what: str) -> date:
    """Return a day written YYYY-MM-DD."""
    value = scalar(node, what).value
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # refused below, like any other text that is no day
    raise refuse(node.at, f"found {value!r}; expected a day YYYY-MM-DD for {what}", f"{what} 应为日期 YYYY-MM-DD")


def fiscal_start(node: Node | None) -> tuple[int, int]:
    """Return month and day on which the fiscal year starts, written MM-DD; 1 January where nothing is."""
    if node is None:
        return (1, 1)
    match = re.fullmatch(r"(0[1-9]|1[0-2])-([01]\d|2[0-8])", scalar(node, "fiscal_year_start").value)
    if match is None or match[2] == "00":
        raise refuse(node.at, "expected MM-DD, at most day 28", "fiscal_year_start 应为 MM-DD，日不超过 28")
    return (int(match[1]), int(match[2]))


def working_days(node: Node, what: str) -> int:
    """Return the number in "5 working days"."""
    value = scalar(node, what).value
    match = re.fullmatch(r"([1-9]\d{0,2}) working days?", value)
    if match is None:
        raise refuse(
            node.at, f'found {value!r}; expected "5 working days" for {what}', f"{what} 应写作“5 working days”"
        )
    return int(match[1])


def both(values: Fields, what: str, default: str | None = None, prefix: str = "") -> Text:
    """Return the texts under zh and en (or `prefix`zh …); without `default` both must be written."""
    zh, en = values.get(f"{prefix}zh"), values.get(f"{prefix}en")
    if zh is None and en is None and default is not None:
        return Text(default, default)
    if zh is None or en is None:
        lacking = " and ".join(key for key, node in (("zh", zh), ("en", en)) if node is None)
        raise refuse(
            values.at, f"{what} lacks {lacking}; write both languages", f"{what} 缺少 {lacking}，两种语言都要写"
        )
    return Text(scalar(zh, f"{what} zh").value, scalar(en, f"{what} en").value)


def text_of(node: Node, what: str) -> Text:
    """Return a map {zh, en} as a text."""
    return both(fields(node, what, "zh en"), what)


def source_of(values: Fields) -> Text:
    """Return on whose word something stands: a map {zh, en}, or one writing for both (a document by its number)."""
    node = values["source"]
    if isinstance(node, Scalar):
        word = scalar(node, "source").value
        return Text(word, word)
    return text_of(node, "source")


@dataclass(slots=True)
class Problems:
    """Gathers findings, so that one check reports everything it can."""

    findings: list[Finding] = field(default_factory=list)

    @contextmanager
    def collecting(self, clause: str = "") -> Iterator[None]:
        """Keep the findings of a PolicyError raised inside and go on after the block."""
        try:
            yield
        except PolicyError as error:
            self.findings.extend(error.with_clause(clause).findings)

    def finish(self) -> None:
        """Raise PolicyError if anything was kept."""
        if self.findings:
            raise PolicyError(*self.findings)


# sections without expressions --------------------------------------------------------------------------------------


def read_notice(node: Node) -> NoticeDef:
    """Read `notice`."""
    values = fields(node, "notice", "days count fields", "mask")
    mask = values.get("mask")
    return NoticeDef(
        working_days(values["days"], "notice.days"),
        one_of(values["count"], "notice.count", ("exclusive", "inclusive")),
        tuple(identifier(item, "notice.fields") for item in sequence(values["fields"], "notice.fields")),
        "none" if mask is None else one_of(mask, "notice.mask", ("none", "persons")),
    )


def read_document(node: Node) -> DocumentNumber:
    """Read `document`; a Chinese number has the brackets of official papers 〔year〕 and no leading zero."""
    values = fields(node, "document", "number issuers", "fair_competition_review")
    number = scalar(values["number"], "document.number")
    chinese = re.fullmatch(r"[\u4e00-\u9fa5（）]+〔\d{4}〕[1-9]\d*号", number.value)
    if chinese is None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ./:()&-]{0,79}", number.value):
        raise refuse(
            number.at,
            f"found {number.value!r}; expected a number like 西科〔2024〕1号, or one in Latin letters and digits",
            "文号格式应如 西科〔2024〕1号（外文文号用字母和数字）",
        )
    review = values.get("fair_competition_review")
    return DocumentNumber(
        number.value,
        tuple(scalar(item, "document.issuers").value for item in sequence(values["issuers"], "document.issuers")),
        None if review is None else scalar(review, "document.fair_competition_review").value,
    )


def read_allocation(node: Node) -> AllocationDef:
    """Read `allocation`."""
    values = fields(node, "allocation", "mode ties clause")
    return AllocationDef(
        one_of(values["mode"], "allocation.mode", ("ranked", "pro_rata", "first_come")),
        one_of(values["ties"], "allocation.ties", ("earliest_filed", "largest_amount", "smallest_amount")),
        scalar(values["clause"], "allocation.clause").value,
    )


def read_undertaking(node: Node) -> Undertaking:
    """Read one undertaking."""
    values = fields(node, "an undertaking", "id due zh en breach", "clause for after ground")
    due = scalar(values["due"], "due")
    if not _DUE.fullmatch(due.value):
        raise refuse(due.at, f'found {due.value!r}; expected MM-DD or "3 months"', "due 应为 MM-DD 或“3 months”")
    clause, yearly = values.get("clause"), " " not in due.value
    after = one_of(values["after"], "after", ("award", "event")) if "after" in values else "award"
    if yearly and after == "event":
        raise refuse(due.at, "a day of each year follows no event", "每年固定日期的承诺不能写 after: event")
    years = _years(values["for"], yearly=yearly) if "for" in values else 0
    breach = one_of(values["breach"], "breach", ("recovery", "suspension", "warning"))
    if "ground" in values and breach != "recovery":
        raise refuse(values["ground"].at, "ground belongs to breach: recovery", "只有 breach: recovery 才写 ground")
    return Undertaking(
        identifier(values["id"], "id"),
        due.value,
        both(values, "an undertaking"),
        breach,
        "" if clause is None else scalar(clause, "clause").value,
        years,
        after,
        identifier(values["ground"], "ground") if "ground" in values else "",
    )


def _years(node: Node, *, yearly: bool) -> int:
    """For how many years a day of each year returns."""
    said = scalar(node, "for")
    number = re.fullmatch(r"([1-9]|[1-4]\d) years", said.value)
    if number is None or not yearly:
        raise refuse(
            said.at,
            f'found {said.value!r}; expected "3 years" (1 to 49) beside a due day MM-DD',
            "for 应如“3 years”（1至49），且只与 MM-DD 同写",
        )
    return int(number[1])


def read_manual(node: Node) -> ManualClause:
    """Read one clause judged by people."""
    values = fields(node, "a manual clause", "clause zh en by")
    return ManualClause(
        scalar(values["clause"], "clause").value, both(values, "a manual clause"), identifier(values["by"], "by")
    )


_HEADING = re.compile(r"## +(?P<number>\S+) +(?P<zh>.+?) / (?P<en>.+)")


def read_clauses(source: str, file: str) -> tuple[Clause, ...]:
    """Read source.md: `## number heading / heading`, the Chinese text, the English text in lines with `>`."""
    if len(source) > MAX_FILE:
        raise refuse(
            Position(file, 1, 1), f"found more than {MAX_FILE} characters; keep only the clauses",
            f"超过 {MAX_FILE} 个字符，请只保留条款", "LIMIT",
        )  # fmt: skip
    clauses: list[Clause] = []
    zh: list[str] = []
    en: list[str] = []
    head: tuple[str, Text, int] | None = None

    def close() -> None:
        if head is not None:
            body = Text("\n".join(zh).strip(), "\n".join(en).strip())
            if not body.zh or not body.en:
                raise refuse(
                    Position(file, head[2], 1),
                    f"clause {head[0]} lacks its text in one language; English stands in lines with >",
                    f"条款 {head[0]} 缺少一种语言的正文（英文写在 > 行）",
                )
            clauses.append(Clause(head[0], head[1], body, head[2]))
        zh.clear()
        en.clear()

    for number, line in enumerate(source.splitlines(), start=1):
        if line.startswith("## "):
            close()
            match = _HEADING.fullmatch(line.strip())
            if match is None:
                raise refuse(
                    Position(file, number, 1),
                    "expected ## number heading / heading",
                    "标题应为 ## 编号 中文 / English",
                )
            if any(match["number"] == clause.number for clause in clauses):
                raise refuse(Position(file, number, 4), f"clause {match['number']} stands twice", "条款编号重复")
            head = (match["number"], Text(match["zh"], match["en"]), number)
        elif head is not None:
            (en if line.startswith(">") else zh).append(line.lstrip("> ").rstrip())
    close()
    return tuple(clauses)
