"""Groups: which awards of different packs may stand beside one another. A group is a versioned file of its own.

    code: rd_platform
    version: "1"
    title: {zh: 研发平台奖励从优不重复, en: Only the highest award for research platforms}
    currency: CNY
    key: [company]
    mode: higher_only              # exclusive · higher_only · allowed · sum_with_cap · all_or_nothing · at_most 2
    cap: 500万元                   # of sum_with_cap and all_or_nothing only
    order: filed_on                # or confer_on: whose day comes first when a cap bites
    counts_when: conferred_on + 3年 > confer_on     # which earlier awards count; all where it is not written
    clause: 第五条
    certainty: assumed
    source: …

`counts_when` reads `conferred_on` and `amount` of the earlier award, and `confer_on`, the day of the one in question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from policies.language.compile import minor_units, order_of
from policies.language.core import TRUE, Builder, Core
from policies.language.declare import FACT_KINDS, constant_of
from policies.language.evaluate import Evaluation
from policies.language.facts import Encoded
from policies.language.findings import Finding, PolicyError, Position, Text, finding
from policies.language.lower import Lowerer
from policies.language.lowered import Num
from policies.language.model import Pack
from policies.language.parse import parse_expression
from policies.language.reader import Node, read_yaml
from policies.language.schema import (
    CERTAINTIES,
    Fields,
    fields,
    fiscal_start,
    identifier,
    items,
    one_of,
    refuse,
    scalar,
    source_of,
    text_of,
)
from policies.language.terms import Stacking
from policies.language.typed import MONEY, T_DATE, Symbol, Type, Typed
from policies.language.types import Checker
from policies.language.units import CURRENCIES

MODES = ("exclusive", "higher_only", "allowed", "sum_with_cap", "all_or_nothing", "at_most")
CAPPED = ("sum_with_cap", "all_or_nothing")
_AT_MOST = re.compile(r"at_most ([1-9]\d?)")


@dataclass(frozen=True, slots=True)
class Group:
    """One version of a group. `cap` in minor units; `most` is how many awards at_most allows.

    `counts_typed` is the condition `counts_when` as it is written, for those who read it.
    """

    code: str
    version: str
    title: Text
    currency: str
    key: tuple[str, ...]
    mode: str
    most: int
    cap: int
    order: str
    counts_when: Core | None
    clause: str
    certainty: str
    source: Text
    counts_typed: Typed | None = None

    def counts(self, *, conferred_on: date, amount: int, confer_on: date) -> bool:
        """Tell whether an earlier award still counts on the day of the new one."""
        if self.counts_when is None:
            return True
        days = {"conferred_on": conferred_on.toordinal(), "confer_on": confer_on.toordinal(), "amount": amount}
        evaluation = Evaluation(Encoded({name: (value, value) for name, value in days.items()}, {}))
        evaluation.run(order_of([self.counts_when]))
        return evaluation.value(self.counts_when) == TRUE


def parse_group(text: str, file: str) -> Group:
    """Return the group of one file; raises PolicyError."""
    values = fields(
        read_yaml(text, file), "the group", "code version title currency key mode clause certainty source",
        "cap order counts_when fiscal_year_start",
    )  # fmt: skip
    currency = one_of(values["currency"], "currency", CURRENCIES)
    version = scalar(values["version"], "version")
    if not re.fullmatch(r"[1-9]\d{0,3}", version.value):
        raise refuse(version.at, f"found {version.value!r}; expected a number", "version 应为整数")
    mode, most = _mode(values["mode"])
    key = tuple(identifier(part, "key") for part in items(values["key"], "key"))
    if not key:
        raise refuse(values["key"].at, "expected at least one name, like [company, year]", "key 至少写一个名称")
    order = one_of(values["order"], "order", ("filed_on", "confer_on")) if "order" in values else "filed_on"
    counts_typed, counts_when = _condition(values, currency)
    return Group(
        identifier(values["code"], "code"), version.value, text_of(values["title"], "title"), currency, key, mode,
        most, _cap(values, mode, currency), order, counts_when, scalar(values["clause"], "clause").value,
        one_of(values["certainty"], "certainty", CERTAINTIES), source_of(values), counts_typed,
    )  # fmt: skip


def load_group(path: Path) -> Group:
    """Return the group of a file; raises PolicyError when it is missing, no UTF-8 or wrong."""
    at = Position(str(path), 1, 1)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PolicyError.at(at, "FILE", "there is no such group file; write it", "没有该组文件，请先编写") from error
    except UnicodeDecodeError as error:
        raise PolicyError.at(at, "FILE", "the file is not UTF-8; save it so", "文件不是 UTF-8 编码") from error
    group = parse_group(text, str(path))
    if (group.code, group.version) != (path.parent.name, path.stem):
        raise PolicyError.at(
            at, "FILE", f"the file says {group.code}@{group.version}; move it to {group.code}/{group.version}.yaml",
            f"文件内容为 {group.code}@{group.version}，应存放于 {group.code}/{group.version}.yaml",
        )  # fmt: skip
    return group


def group_of(stacking: Stacking, folder: Path) -> Group:
    """Return the group that a pack names; `folder` holds the groups as <code>/<version>.yaml.

    Raises PolicyError at the pack's line when there is none, or when its key differs from the pack's.
    """
    path = folder / stacking.group / f"{stacking.version}.yaml"
    if not path.is_file():
        raise PolicyError.at(
            stacking.at, "GROUP", f"there is no group {stacking.name}; write {path.name} under {path.parent}",
            f"没有组 {stacking.name}，请在 {path.parent} 下编写 {path.name}",
        )  # fmt: skip
    group = load_group(path)
    if group.key != stacking.key:
        raise PolicyError.at(
            stacking.at, "GROUP", f"the key of {stacking.name} is {list(group.key)}; write the same",
            f"组 {stacking.name} 的 key 为 {list(group.key)}，两处应一致",
        )  # fmt: skip
    return group


def groups_beside(folder: Path) -> Path:
    """Return the folder of groups that a version folder's pack reads: `groups` beside the nearest parent that has one.

    Where there is none, the place in which to put it: beside the folder of packs.
    """
    parents = folder.resolve().parents
    return next((parent / "groups" for parent in parents[:3] if (parent / "groups").is_dir()), parents[1] / "groups")


def stacking_findings(pack: Pack, groups: Path) -> tuple[Finding, ...]:
    """Return what is wrong with the groups that a pack names; `groups` is the folder of group files."""
    found: list[Finding] = []
    for stacking in pack.stacking:
        try:
            group = group_of(stacking, groups)
        except PolicyError as error:
            found.extend(error.findings)
            continue
        if group.currency != pack.currency:
            found.append(
                finding(
                    stacking.at, "GROUP", f"{stacking.name} counts in {group.currency}; the pack pays {pack.currency}",
                    f"组 {stacking.name} 的币种为 {group.currency}，与本政策（{pack.currency}）不同",
                )
            )  # fmt: skip
    return tuple(found)


def _mode(node: Node) -> tuple[str, int]:
    written = scalar(node, "mode").value
    match = _AT_MOST.fullmatch(written)
    if match is not None:
        return "at_most", int(match[1])
    return one_of(node, "mode", [mode for mode in MODES if mode != "at_most"] + ["at_most N"]), 0


def _cap(values: Fields, mode: str, currency: str) -> int:
    if (mode in CAPPED) != ("cap" in values):
        raise refuse(values.at, f"a cap belongs to {' and '.join(CAPPED)}", f"cap 仅用于 {'、'.join(CAPPED)}，且必写")
    if "cap" not in values:
        return 0
    return minor_units(constant_of(values["cap"], Type(MONEY, currency), "cap"), values["cap"].at)


def _condition(values: Fields, currency: str) -> tuple[Typed | None, Core | None]:
    if "counts_when" not in values:
        return None, None
    kinds = {"conferred_on": T_DATE, "confer_on": T_DATE, "amount": Type(MONEY, currency)}
    typed = Checker({name: Symbol(name, "fact", kind) for name, kind in kinds.items()}).condition(
        parse_expression(scalar(values["counts_when"], "counts_when"))
    )
    builder = Builder()
    ranges = {name: FACT_KINDS[kind.kind] for name, kind in kinds.items()}
    names = {name: Num(builder.fact(name, span.low, span.high)) for name, span in ranges.items()}
    return typed, Lowerer(builder, dict(names), fiscal_start(values.get("fiscal_year_start"))).condition(typed)
