"""The author's guide: its example is a pack that passes, its fragments read, and it names everything there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from policies.language import PackSource, parse_pack
from policies.language.award.groups import MODES, parse_group
from policies.language.build import _OPTIONAL, _REQUIRED
from policies.language.check.lint import check_pack
from policies.language.check.mutate import survivors
from policies.language.declare import _FACT_KEYS, FACT_KINDS, SOURCES
from policies.language.functions import FUNCTION_TABLE
from policies.language.guarantees import KINDS
from policies.language.reader import plain, read_yaml
from policies.language.units import CURRENCIES, NUMBER_UNITS
from subsidy.management.commands.policies import Command

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "policy-author.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(?:yaml|markdown)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
FILES = ("policy.yaml", "source.md", "cases.yaml")


def block(name: str) -> str:
    """Return the block whose first line names a file."""
    return next(text for text in BLOCKS if name in text.splitlines()[0])


EXAMPLE = PackSource(block(FILES[0]), block(FILES[1]), block(FILES[2]), "example")
FRAGMENTS = [text for text in BLOCKS if not any(name in text.splitlines()[0] for name in (*FILES, "groups/"))]


def test_the_example_passes_the_check_with_nothing_to_say() -> None:
    assert [str(found) for found in check_pack(EXAMPLE)] == []


def test_the_cases_of_the_example_notice_slips() -> None:
    assert survivors(EXAMPLE, sample=12).killed >= 10


def merged(one: Any, other: Any) -> Any:
    """Return `one` with what `other` adds; a list and a tree of criteria take the place of another."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: merged(one.get(key), value) for key, value in other.items()}}
    return other


@pytest.mark.parametrize("index", range(len(FRAGMENTS)))
def test_every_fragment_reads_within_the_example(index: int) -> None:
    whole = plain(read_yaml(EXAMPLE.policy, "policy.yaml"))
    assert isinstance(whole, dict)
    part: dict[str, Any] = {}
    for text in FRAGMENTS[: index + 1]:
        read = plain(read_yaml(text, "fragment"))
        assert isinstance(read, dict)
        part = read
        for key, value in part.items():
            whole[key] = value if key == "eligibility" else merged(whole[key], value)
    # Requirements that the fragments replace are no longer there to be redundant.
    source = PackSource(json.dumps(whole, ensure_ascii=False), EXAMPLE.source, "cases: []", "fragment")
    pack = parse_pack(source)
    assert pack.code == "innovation_voucher"
    for key in part:
        assert key in ("tables", "eligibility", "facts", "instalments")


def test_the_group_of_the_guide_reads() -> None:
    group = parse_group(block("groups/"), "groups/vouchers/1.yaml")
    assert (group.mode, group.cap) == ("sum_with_cap", 50_000_000)


@pytest.mark.parametrize(
    "name",
    [
        *_REQUIRED.split(), *_OPTIONAL.split(), *FACT_KINDS, *_FACT_KEYS.split(), *SOURCES, *FUNCTION_TABLE, *KINDS, *MODES,
        *CURRENCIES, *sorted(NUMBER_UNITS), "at_least", "any_of", "all_of", "best_of", "like", "absent", "unknown", "complete",
    ],
)  # fmt: skip
def test_the_guide_names_everything_there_is(name: str) -> None:
    assert re.search(rf"(?<![a-z_]){re.escape(name)}(?![a-z_])", GUIDE), name


def test_the_guide_names_every_command() -> None:
    parser = Command().create_parser("manage.py", "policies")
    actions = next(action for action in parser._actions if action.dest == "action")
    assert actions.choices is not None
    missing = [name for name in actions.choices if not re.search(rf"`{name}[ `]|· `{name}", GUIDE)]
    assert missing == []


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("18 <= age <= 60", "count"), ("age in (18, 60)", "count"), ("number_of(age > 1, age > 2) >= 1", "count"),
        ("whole(age, 3) > 1", "count"), ("e - d <= 30天", "date"), ("d + 3年 > e", "date"), ("year(d) == 2024", "date"),
        ("fiscal_year(d) == 2023", "date"), ("d + 6 months > e", "date"), ("price * land > 5元", "land"),
    ],
)  # fmt: skip
def test_the_expressions_of_the_table_mean_something(expression: str, kind: str) -> None:
    whole = plain(read_yaml(EXAMPLE.policy, "policy.yaml"))
    assert isinstance(whole, dict) and kind
    for name, fact in {
        "age": {"type": "count"}, "d": {"type": "date"}, "e": {"type": "date"},
        "land": {"type": "number", "unit": "ha", "decimals": "1"},
    }.items():  # fmt: skip
        whole["facts"][name] = {**fact, "from": "applicant"}
    figure = {"clause": "第一条", "certainty": "assumed", "source": "example"}
    whole["parameters"]["price"] = {"value": "120CNY/ha", **figure}
    whole["vetoes"][0]["when"] = expression
    assert parse_pack(PackSource(json.dumps(whole, ensure_ascii=False), EXAMPLE.source, "cases: []", "x")).vetoes


def test_the_page_stays_a_page() -> None:
    prose = re.sub(r"^```.*?^```", "", GUIDE, flags=re.DOTALL | re.MULTILINE)
    assert len(prose.split()) < 3000
