"""Reading commands: exit 0 = it holds, 1 = findings or refused, 2 = bad usage; each tried, the packs without a database."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from subsidy.cases.models import Case
from subsidy.management.base import BAD_USAGE, FINDINGS
from subsidy.programmes import packs
from tests.world import World, fresh

PACK = Path(__file__).resolve().parents[3] / "policies" / "packs" / "flying_sky" / "2023.1"


def run(*words: str) -> tuple[int, str]:
    """Exit status and output, as a caller sees them."""
    out = io.StringIO()
    try:
        call_command(*words, stdout=out)
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{error}"
    return 0, out.getvalue()


@pytest.fixture
def world(db: None) -> World:
    """A bureau in this test's transaction."""
    return World()


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS), encoding="utf-8")
    return path


FACTS: dict[str, Any] = {
    "submitted_on": "2023-06-15",
    "registered_in_district": True,
    "taxed_in_district": True,
    "founded_on": "2015-03-01",
    "sales_y1": 15_000_000_000,
    "sales_y3": 10_000_000_000,
    "rd_y1": 1_200_000_000,
    "high_tech_until": "2025-12-31",
    "valuation": None,
    "contribution_y1": 1_000_000_000,
    "contribution_y2": 500_000_000,
    "is_dishonest": False,
    "serious_violation": False,
    "abnormal_operation": False,
    "major_incident": False,
    "commitment_signed": True,
}


# -- policies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["flying_sky", "flying_sky@2023.1", str(PACK)])
def test_the_packs_hold(name: str) -> None:
    status, said = run("policies", "check", name, "--no-proofs")
    assert (status, "✗" in said) == (0, False)
    assert said.count("✓") == (2 if name == "flying_sky" else 1)


def test_a_planted_fault_is_named_by_file_line_and_clause(tmp_path: Path) -> None:
    folder = tmp_path / "2023.1"
    shutil.copytree(PACK, folder)
    policy = folder / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(
        text.replace("rd_intensity >= flying_research", "rd_intensity >= flying_reserch"), encoding="utf-8"
    )
    line = text[: text.index("when: rd_intensity >= flying_research")].count("\n") + 1
    status, said = run("policies", "check", str(folder), "--lang", "en")
    assert status == FINDINGS
    assert f"{policy}:{line}:" in said
    assert "flying_reserch" in said
    assert " A-04" in said
    status, said = run("policies", "check", str(folder), "--json")
    assert status == FINDINGS
    found = json.JSONDecoder().raw_decode(said)[0]
    assert {one["severity"] for one in found[0]["findings"]} >= {"error"}


def test_a_pack_decides_with_reasons(facts: Path) -> None:
    status, said = run("policies", "decide", "flying_sky@2023.1", "--facts", str(facts))
    assert status == 0
    assert "结论: 符合" in said
    assert "3,250,000.00 元" in said
    assert "[A-08]" in said
    status, said = run("policies", "decide", str(PACK), "--facts", str(facts), "--lang", "en")
    assert "outcome: met" in said
    status, said = run("policies", "decide", "flying_sky", "--facts", str(facts), "--json")
    decision = json.loads(said)
    assert (status, decision["version"], decision["amount"]) == (0, "2023.1", 325_000_000)


def test_an_unknown_fact_is_asked_for(facts: Path) -> None:
    facts.write_text(json.dumps({k: v for k, v in FACTS.items() if k != "contribution_y1"}), encoding="utf-8")
    status, said = run("policies", "decide", "flying_sky@2023.1", "--facts", str(facts), "--lang", "en")
    assert status == 0
    assert "still to ask" in said
    assert "contribution_y1" in said
    assert "amount between" in said


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"sales_y1": 1.5}', '{"no_such_fact": 1}', '{"registered_in_district": null}']
)
def test_wrong_facts_are_refused(facts: Path, content: str) -> None:
    facts.write_text(content, encoding="utf-8")
    assert run("policies", "decide", "flying_sky@2023.1", "--facts", str(facts))[0] == FINDINGS


@pytest.mark.parametrize(
    "words",
    [
        ["policies", "check", "no_such_pack"],
        ["policies", "check", "flying_sky@1999.1"],
        ["policies", "decide", "flying_sky", "--facts", "nowhere.json"],
        ["policies", "decide", "no_such_pack", "--facts", str(PACK / "policy.yaml")],
    ],
)
def test_bad_usage_of_policies(words: list[str]) -> None:
    assert run(*words)[0] == BAD_USAGE


def test_packs_are_checked_and_decided_by_without_a_database(facts: Path, tmp_path: Path) -> None:
    """Neither an embedded server is started nor one at DATABASE_URL asked: nobody answers there."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SUBSIDY_", "DJANGO_"))},
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "SUBSIDY_DATA_DIR": str(tmp_path / "data"),
        "SUBSIDY_SECRET_KEY": "k" * 60,
    }
    wanted = {
        ("policies", "check", "flying_sky@2023.1", "--no-proofs"): 0,
        ("policies", "decide", "flying_sky@2023.1", "--facts", str(facts)): 0,
        ("policies", "check", "nothing"): BAD_USAGE,
        ("policies", "chek"): BAD_USAGE,
        ("policies", "decide", "flying_sky"): BAD_USAGE,
        ("cases", "list", "--state", "nowhere"): BAD_USAGE,
        ("audit",): BAD_USAGE,
        ("explain",): BAD_USAGE,
    }
    for words, status in wanted.items():
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=PACK.parents[3], env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == status, f"{words}: {done.stdout}{done.stderr}"


# -- audit, cases, explain -----------------------------------------------------------------------------------------


def test_the_log_of_a_paid_path_holds_and_a_fault_is_found(world: World) -> None:
    call = world.call()
    case = world.ready(call)
    other = world.submitted(call)
    world.decreed(call)
    world.released([world.accounted(case)])
    case = fresh(case)

    status, said = run("audit", "verify")
    assert status == 0
    assert "日志完整" in said
    status, said = run("audit", "verify", case.number, "--json")
    told = json.loads(said)
    assert status == 0
    assert told["streams"] == 6
    _listed(case, other)
    _explained(case)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE audit_event SET body = body || ' ' WHERE action = 'award' AND stream_id = %s", [case.pk]
        )
    status, said = run("audit", "verify", case.number)
    assert status == FINDINGS
    assert f"case {case.number} #" in said
    status, said = run("audit", "verify", "--json")
    assert status == FINDINGS
    assert json.JSONDecoder().raw_decode(said)[0]["findings"][0]["label"] == case.number
    # The fault is in one case alone; the other's chains hold still.
    assert run("audit", "verify", other.number)[0] == 0


def _listed(case: Case, other: Case) -> None:
    status, said = run("cases", "list", "--json")
    rows = json.loads(said)
    assert status == 0
    assert rows == sorted(rows, key=lambda row: row["number"])
    assert {"number": case.number, "policy": "flying_sky", "version": "2023.1", "state": "awaiting_payment",
            "applicant": case.company_name, "amount_fen": case.amount_fen} in rows  # fmt: skip
    assert next(row for row in rows if row["number"] == other.number)["amount_fen"] is None
    status, said = run("cases", "list", "--state", "awaiting_payment", "--policy", "flying_sky", "--json")
    assert [row["number"] for row in json.loads(said)] == [case.number]
    status, said = run("cases", "list")
    assert case.company_name in said


def _explained(case: Case) -> None:
    status, said = run("explain", case.number)
    assert status == 0
    for part in ("[A-08]", "结论: 符合", "资金", case.company_name):
        assert part in said
    assert case.amount_fen is not None
    assert f"{case.amount_fen // 100:,}." in said
    status, said = run("explain", case.number, "--lang", "en", "--json")
    told = json.loads(said)
    assert told["award"]["amount_fen"] == case.amount_fen == told["decision"]["amount"]
    assert {one["kind"] for one in told["money"]} >= {"reserve", "obligate"}
    assert told["payments"][0]["amount_fen"] == case.amount_fen
    assert told["events"][0]["action"] == "open"
    assert all(len(one["hash"]) == 64 for one in told["events"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        ["audit", "verify", "NO-SUCH"],
        ["explain", "NO-SUCH"],
        ["cases", "list", "--policy", "no_such"],
    ],
)
def test_bad_usage_names_what_is_wrong(words: list[str]) -> None:
    status, said = run(*words)
    assert status == BAD_USAGE
    assert "such" in said.lower() or "NO-SUCH" in said


@pytest.mark.django_db
def test_an_undecided_case_is_explained_too(world: World) -> None:
    case = world.draft(world.call())
    status, said = run("explain", case.number)
    assert status == 0
    assert "尚未作出核定" in said


SEALS = {
    "finding of a case": ("decisions_finding", "decision_text = decision_text || ' '"),
    "notice list": ("decisions_notice", "list_text = replace(list_text, '1', '2')"),
    "payment file": ("payouts_exportfile", "content = content || 'x'::bytea"),
    "policy version": ("programmes_policyversion", "policy_text = replace(policy_text, '1000万元', '2000万元')"),
}


def test_a_changed_text_or_paper_is_found_and_not_explained_by(world: World) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    world.released([world.accounted(case)])
    assert run("audit", "verify")[0] == 0
    for what, (table, change) in SEALS.items():
        with pytest.raises(UndoError), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                cursor.execute(f"UPDATE {table} SET {change}")
            status, said = run("audit", "verify", "--json")
            found = json.JSONDecoder().raw_decode(said)[0]["findings"]
            assert (status, {one["label"] for one in found}) == (FINDINGS, {what})
            packs._parsed.cache_clear()
            assert run("explain", case.number)[0] == (FINDINGS if what == "policy version" else 0)
            raise UndoError
    packs._parsed.cache_clear()


class UndoError(Exception):
    """Takes a planted fault back."""
