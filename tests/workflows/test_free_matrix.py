"""Everybody tries every act on matters without a flow, wherever they can stand, and every act that opens a matter.

What is tried comes from the registry of kinds: a new kind or act without an entry in free_places fails here by name.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from subsidy.accounts.enums import ADMINISTRATORS, Role, UserKind
from subsidy.demo.uscc import generated_uscc
from tests.subsidy.payouts.bank import obligated
from tests.subsidy.registers.lists import TITLES, said, table
from tests.workflows.fact_import.files import csv_file
from tests.workflows.free_places import GROUNDS, HASH, Sent
from tests.workflows.staff import POWERLESS, Person, officers
from tests.workflows.test_matrix import PAGE, attempts
from tests.world import PACKS, World, pack_texts, pdf
from workflows.common import door
from workflows.common.acts import Act
from workflows.common.refusals import Refused
from workflows.common.subjects import Kind, kind_named, kinds

FREE = [kind for kind in kinds() if not kind.flows]


def test_every_kind_without_a_flow_has_its_ground() -> None:
    assert {kind.name for kind in FREE if kind.free_acts} == set(GROUNDS)


@pytest.mark.parametrize("name", sorted(GROUNDS))
def test_everybody_tries_every_act(world: World, name: str) -> None:
    staff = officers(world, World(code="yh"))
    ground, kind = GROUNDS[name](world, staff), kind_named(name)
    if any(act.states for act in kind.free_acts):
        standing = {place.subject.state for place in ground.places}
        assert standing >= {state for act in kind.free_acts for state in act.states} - NEVER_LONG.get(name, set())
    wrong: list[str] = []
    for number, place in enumerate(ground.places):
        refused = {("", act): code for (at, act), code in ground.refused.items() if at == number}
        wrong += attempts(kind, [place], ground, refused)
    assert wrong == []


# A company that was merged or split stands as a closed one does: test_reversals takes each back.
NEVER_LONG = {"company": {"merged", "split"}}


def _opened(world: World) -> dict[tuple[str, str], Sent]:
    """With what data each opening act succeeds."""
    awarded = obligated(world, 1)[0]
    company = world.company()
    known = {"region": "330106", "founded_on": "2019-01-01", "representative": "李法人"}
    fresh_code = {"uscc": generated_uscc(93_001, region="330106"), "name": "杭州新芽科技有限公司", **known}
    account = {"username": "li@example.cn", "name": "李明", "password_hash": HASH}
    line = {"year": 2024, "code": "L-X", "name_zh": "资金", "name_en": "Funds", "source": "district"}
    window = {"opens_at": "2024-04-05 09:00", "closes_at": "2024-04-20"}
    call = {"policy_version": world.policy().pk, "number": "XH-NEW", "title_zh": "申报", "title_en": "Call", **window}
    money = {"allocation": "ranked", "budget_line": world.line().pk, "budget_fen": 100}
    rows = csv_file(f"uscc,sales_y1\n{company.uscc},1\n")
    admitted = {
        "username": _unpooled(world),
        "branch": "technical",
        "employer": "浙江大学",
        "valid_from": "2020-01-01",
    }
    return {
        ("company", "register"): (fresh_code, {}),
        ("registration", "ask"): (
            {**fresh_code, "contact_phone": "13800001234", "basis": "representative"},
            {"licence": pdf("licence.pdf")},
        ),
        ("person", "sign_up"): (account, {}),
        ("person", "open_at_counter"): ({**account, "compared": True}, {}),
        ("person", "open_for_bureau"): ({**account, "username": "li.ming", "kind": "officer"}, {}),
        ("budget_line", "establish"): (line, {}),
        ("call", "open"): ({**call, **money}, {}),
        ("policy_version", "publish"): (pack_texts(PACKS / "flying_sky" / "2022.1"), {}),
        ("undertaking", "begin"): ({"case": awarded.pk, "term": "annual_report", "due_on": "2024-05-31"}, {}),
        ("undertaking", "begin_after"): (
            {"case": awarded.pk, "term": "change_report", "occurred_on": world.now.on.isoformat()},
            {},
        ),
        ("fact_import", "upload"): ({"layout": "tax", "as_of": "2024-02-01", "year": 2023}, {"file": rows}),
        ("register_import", "upload"): (
            {"register": "high_tech", "as_of": "2024-01-31"},
            {"file": table([said(company)], heading=TITLES)},
        ),
        ("expert", "admit"): (admitted, {}),
    }


def _unpooled(world: World) -> str:
    """An expert who is not in the pool yet."""
    return world.person("m-unpooled", None, kind=UserKind.EXPERT).username


def expected_opening(act: Act, person: Person) -> str:
    """What the door must answer to somebody who opens a matter, from the rules of the design alone."""
    if act.system:
        return "done" if person.user.kind == UserKind.SYSTEM else "permission"
    if act.member:
        return "done" if act.member in person.member else "permission" if person.member else "not_found"
    if act.personal:
        return "done" if person.user.kind == UserKind.COMPANY else "permission"
    if (person.roles | person.elsewhere) & POWERLESS and act.role not in ADMINISTRATORS:
        return "permission"
    if act.role in person.roles:
        return "done"
    return "permission" if person.roles else "not_found"


def test_everybody_tries_to_open_every_kind_of_matter(world: World) -> None:
    staff, opened = officers(world, World(code="yh")), _opened(world)
    openings = {(kind.name, name): opening.act for kind in FREE for name, opening in kind.opens.items()}
    assert set(openings) == set(opened), "say in _opened with what data each opening succeeds"
    wrong, seen = [], set()
    for (name, action), act in openings.items():
        for person in staff:
            expected, got = (
                expected_opening(act, person),
                tried(world, kind_named(name), action, person, opened[name, action]),
            )
            seen.add(expected)
            if got != expected:
                wrong.append(f"{name}.{action} by {person.label}: {got}, must be {expected}")
    assert wrong == [] and seen == {"done", "permission", "not_found"}


def tried(world: World, kind: Kind, action: str, person: Person, sent: Sent) -> str:
    content, files = sent
    for file in files.values():
        file.seek(0)
    try:
        with transaction.atomic():
            _open(world, kind, action, person, content, files)
            transaction.set_rollback(True)
    except Refused as refusal:
        return refusal.code
    return "done"


def _open(world: World, kind: Kind, action: str, person: Person, content: Any, files: Any) -> None:
    door.open_matter(
        kind.name,
        action,
        actor=person.user,
        now=world.now,
        key=world.key(),
        authority_id=world.authority.pk,
        data=content,
        files=files,
        origin=PAGE,
    )


def test_no_role_is_forgotten(world: World) -> None:
    """Each business role can do something, so that none of the matrix is empty for it."""
    staff = officers(world, World(code="yh"))
    assert {role for person in staff for role in person.roles} == set(Role)
