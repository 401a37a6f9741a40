"""Reading `route`: how a case travels, who looks at it on its way, and who approves.

route:
  kind: R0 … R5
  acceptance, correction: working days
  recommendation, visit: yes | no          (default no; R4 visits)
  co_review: no | yes | [tax, market, …]   (yes asks every department)
  upper: city | province | state           (R4 alone: the level that decides)
  announcement: calendar days              (service of letters by public announcement; absent: not allowed)
  confirmation: working days               (in which a payee account is confirmed after the award; absent: no end)
  panel: {seats, quorum, rubric, pass_mark}
         and: composition: {technical: 60%, financial: 1}, field (a choice fact), outlier (points), drop, days,
         shows (documents and texts that experts see), facts (counted by experts); a line of the rubric: weight, facts
  approval: levels by amount               filing: who may file
"""

from __future__ import annotations

import re

from policies.language.compile import minor_units
from policies.language.declare import constant_of
from policies.language.model import ApprovalLevel, FilingDef, Least, PanelDef, RouteDef, RubricItem
from policies.language.reader import ListNode, Node
from policies.language.schema import (
    APPLICANTS,
    both,
    fields,
    identifier,
    items,
    one_of,
    refuse,
    scalar,
    sequence,
    whole,
    working_days,
    yes_no,
)
from policies.language.typed import MONEY, Type

KINDS = ("R0", "R1", "R2", "R3", "R4", "R5")
DEPARTMENTS = ("tax", "market", "emergency", "environment", "court", "labour", "finance")
LEVELS = ("city", "province", "state")


def read_route(node: Node, currency: str) -> RouteDef:
    """Read `route`; amounts of approval are of `currency`."""
    values = fields(
        node,
        "route",
        "kind acceptance correction co_review approval",
        "panel filing recommendation visit upper announcement confirmation",
    )
    panel, filing, upper = values.get("panel"), values.get("filing"), values.get("upper")
    announcement, confirmation = values.get("announcement"), values.get("confirmation")
    found = RouteDef(
        one_of(values["kind"], "route.kind", KINDS),
        working_days(values["acceptance"], "route.acceptance"),
        working_days(values["correction"], "route.correction"),
        None if panel is None else read_panel(panel),
        read_co_review(values["co_review"]),
        read_approval(values["approval"], currency),
        FilingDef() if filing is None else read_filing(filing),
        yes_no(values.get("recommendation"), "route.recommendation", False),
        yes_no(values.get("visit"), "route.visit", False),
        None if upper is None else one_of(upper, "route.upper", LEVELS),
        None if announcement is None else whole(announcement, "route.announcement", 1, 365),
        None if confirmation is None else working_days(confirmation, "route.confirmation"),
    )
    if (found.kind == "R4") != (found.upper is not None):
        raise refuse(
            node.at,
            "route R4 names under upper the level that decides (city, province or state), other routes name none",
            "R4 须以 upper 写明由哪一级认定（city、province、state），其他流程不写",
        )
    if found.kind in ("R0", "R1") and (found.panel or found.co_review or found.recommendation or found.visit):
        raise refuse(
            node.at,
            f"route {found.kind} is decided by rule; panel, co_review, recommendation and visit belong to R2 to R5",
            f"{found.kind} 由规则决定，不设 panel、co_review、recommendation、visit",
        )
    return found


def read_co_review(node: Node) -> tuple[str, ...]:
    """Read `route.co_review`: no, yes for every department, or the departments that are asked, each once."""
    if not isinstance(node, ListNode):
        return DEPARTMENTS if yes_no(node, "route.co_review", False) else ()
    found = tuple(one_of(item, "route.co_review", DEPARTMENTS) for item in sequence(node, "route.co_review"))
    if not found or len(set(found)) < len(found):
        raise refuse(
            node.at, "route.co_review names each department once, and at least one", "co_review 至少一个部门且不重复"
        )
    return found


def read_approval(node: Node, currency: str) -> tuple[ApprovalLevel, ...]:
    """Read `route.approval`: levels that rise, the last for any amount."""
    levels = []
    for item in items(node, "route.approval"):
        line = fields(item, "a level of approval", "by", "up_to")
        limit = line.get("up_to")
        money = Type(MONEY, currency)
        up_to = None if limit is None else minor_units(constant_of(limit, money, "up_to"), limit.at)
        levels.append(ApprovalLevel(up_to, identifier(line["by"], "by")))
    limits = [level.up_to for level in levels]
    rising = [limit for limit in limits[:-1] if limit is not None]
    if not levels or limits[-1] is not None or len(rising) < len(limits) - 1 or rising != sorted(set(rising)):
        raise refuse(
            node.at,
            "levels of approval rise, and the last has no up_to",
            "approval 各级限额应递增，最后一级不写 up_to",
        )
    return tuple(levels)


BRANCHES = ("technical", "financial", "management")


def read_panel(node: Node) -> PanelDef:
    """Read `route.panel`."""
    optional = "composition field outlier drop shows facts days"
    values = fields(node, "route.panel", "seats quorum rubric pass_mark", optional)
    rubric = tuple(_rubric_item(item) for item in sequence(values["rubric"], "route.panel.rubric"))
    seats = whole(values["seats"], "route.panel.seats", 1, 99)
    quorum = whole(values["quorum"], "route.panel.quorum", 1, seats)
    composition, field = values.get("composition"), values.get("field")

    def number(name: str, default: int, low: int, high: int) -> int:
        found = values.get(name)
        return default if found is None else whole(found, f"route.panel.{name}", low, high)

    return PanelDef(
        seats,
        quorum,
        rubric,
        whole(values["pass_mark"], "route.panel.pass_mark", 0, sum(item.weight for item in rubric)),
        () if composition is None else _composition(composition, seats),
        "" if field is None else identifier(field, "route.panel.field"),
        number("outlier", 20, 1, 1000),
        number("drop", 0, 0, (quorum - 1) // 2),
        _names(values.get("shows"), "route.panel.shows"),
        _names(values.get("facts"), "route.panel.facts"),
        number("days", 10, 1, 250),
    )


def _rubric_item(item: Node) -> RubricItem:
    line = fields(item, "a line of the rubric", "id zh en max", "weight facts")
    most, weight = whole(line["max"], "max", 1, 1000), line.get("weight")
    return RubricItem(
        identifier(line["id"], "id"),
        both(line, "rubric"),
        most,
        most if weight is None else whole(weight, "weight", 1, 1000),
        _names(line.get("facts"), "facts of a line of the rubric"),
    )


def _names(node: Node | None, what: str) -> tuple[str, ...]:
    return () if node is None else tuple(identifier(item, what) for item in sequence(node, what))


def _composition(node: Node, seats: int) -> tuple[Least, ...]:
    """Read who must sit on the panel, such as `{technical: 60%, financial: 1}`."""
    what = "route.panel.composition"
    values = fields(node, what, "", " ".join(BRANCHES))
    found = []
    for branch in BRANCHES:
        asked = values.get(branch)
        if asked is None:
            continue
        share = re.fullmatch(r"(\d{1,3})%", scalar(asked, what).value)
        if share and int(share[1]) <= 100:
            found.append(Least(branch, percent=int(share[1])))
        else:
            found.append(Least(branch, count=whole(asked, f"{what}.{branch}", 1, seats)))
    if sum(least.of(seats) for least in found) > seats:
        raise refuse(node.at, f"{what} asks for more than the {seats} seats", f"{what} 的要求超过 {seats} 个席位")
    return tuple(found)


def read_filing(node: Node) -> FilingDef:
    """Read `route.filing`: who may file (by default companies, wherever they are), and the grace of a draft (none)."""
    values = fields(node, "route.filing", "", "applicants registered_here draft_grace")
    who, grace = values.get("applicants"), values.get("draft_grace")
    here = values.get("registered_here")
    kinds = (
        ("company",)
        if who is None
        else tuple(one_of(item, "route.filing.applicants", APPLICANTS) for item in sequence(who, "applicants"))
    )
    if not kinds or len(set(kinds)) < len(kinds):
        raise refuse(
            node.at, "route.filing.applicants names each kind once, and at least one", "applicants 至少一类且不重复"
        )
    return FilingDef(
        kinds,
        here is not None and yes_no(here, "route.filing.registered_here", False),
        0 if grace is None else working_days(grace, "route.filing.draft_grace"),
    )
