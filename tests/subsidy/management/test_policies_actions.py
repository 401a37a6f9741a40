"""The actions of `policies` beside check and decide: exit 0 = it holds or was done, 1 = findings, 2 = bad usage."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from policies.language import PackSource, parse_pack
from policies.language.check.cases import read_cases
from policies.language.check.lint import check_pack
from policies.language.check.places import unfilled
from policies.language.facts import facts_to_json
from subsidy.management import policies_docs
from subsidy.management.base import BAD_USAGE, FINDINGS
from subsidy.management.commands.policies import ACTIONS, Command
from subsidy.management.packs import all_folders, all_groups, checked_paths
from tests.subsidy.management.test_read_commands import FACTS, PACK, run

OLD = PACK.parent / "2022.1"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A version folder that may be changed."""
    return Path(shutil.copytree(PACK, tmp_path / "2023.1"))


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def first_json(said: str) -> Any:
    return json.JSONDecoder().raw_decode(said)[0]


def test_there_is_every_action_of_the_contract() -> None:
    assert set(ACTIONS) == {"check", "decide", "sweep", "diff", "new", "docs", "boundary", "mutants"}


def test_the_help_of_every_action_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Command().create_parser("manage.py", "policies")
    for name in ACTIONS:
        with pytest.raises(SystemExit) as ended:
            parser.parse_args([name, "--help"])
        assert ended.value.code == 0
        assert f"manage.py policies {name}" in capsys.readouterr().out
    assert "boundaries that no worked case touches" in parser.format_help()


# -- check ---------------------------------------------------------------------------------------------------------


def test_without_a_name_all_packs_and_groups_are_checked() -> None:
    assert checked_paths([]) == [*all_folders(), *all_groups()]
    assert all_groups()


def test_a_group_is_checked_by_its_name_and_file(tmp_path: Path) -> None:
    group = all_groups()[0]
    for name in (group.parent.name, f"{group.parent.name}@{group.stem}", str(group)):
        assert run("policies", "check", name)[0] == 0
    wrong = tmp_path / "rd_platform" / "1.yaml"
    wrong.parent.mkdir()
    wrong.write_text(group.read_text(encoding="utf-8").replace("mode: ", "mode: none_of_"), encoding="utf-8")
    status, said = run("policies", "check", str(wrong), "--lang", "en")
    assert status == FINDINGS
    assert "none_of_" in said


def test_a_pack_that_names_a_group_which_is_not_there_is_found(copied: Path) -> None:
    edit(copied, "policy.yaml", "allocation:", "stacking: [{group: nowhere@7, key: [company]}]\nallocation:")
    status, said = run("policies", "check", str(copied), "--no-proofs", "--lang", "en")
    assert status == FINDINGS
    assert "there is no group nowhere@7" in said


def test_proofs_belong_to_a_check_unless_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def noted(path: Path, *, proofs: bool) -> tuple[()]:
        asked.append(proofs)
        return ()

    monkeypatch.setattr("subsidy.management.policies_check.check_pack", noted)
    run("policies", "check", "flying_sky@2023.1")
    run("policies", "check", "flying_sky@2023.1", "--no-proofs")
    assert asked == [True, False]


# -- decide --------------------------------------------------------------------------------------------------------


def test_a_later_decision_is_taken_by_its_stage(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    later = {
        "tested_on": "2024-06-20",
        "awarded_on": "2023-09-01",
        "recognised_tier": "flying",
        "owed_before": 325_000_000,
    }
    path.write_text(json.dumps({**FACTS, **later}), encoding="utf-8")
    words = ["policies", "decide", "flying_sky@2023.1", "--facts", str(path)]
    status, said = run(*words, "--stage", "yearly", "--json")
    assert (status, json.loads(said)["amount"]) == (0, 650_000_000)
    assert run(*words, "--stage", "monthly")[0] == BAD_USAGE
    # Facts of a stage are none of the first decision's.
    assert run(*words)[0] == FINDINGS


# -- sweep ---------------------------------------------------------------------------------------------------------


def cases_of(folder: Path) -> list[dict[str, Any]]:
    source = PackSource.from_folder(folder)
    pack = parse_pack(source)
    found = []
    for case in read_cases(pack, source.cases, "cases.yaml"):
        if case.stage is None:
            found.append({"case": case.id, **facts_to_json(pack, case.facts)})
    return found


def test_a_table_is_swept_as_each_row_is_decided(tmp_path: Path) -> None:
    known = [row for row in cases_of(PACK) if all(value is not None for value in row.values())][:6]
    names = list(dict.fromkeys(name for row in known for name in row))
    source, output = tmp_path / "firms.csv", tmp_path / "out.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([["" if row.get(name) is None else str(row[name]).lower() if isinstance(row[name], bool)
                           else row[name] for name in names] for row in known])  # fmt: skip
    status, said = run(
        "policies", "sweep", "flying_sky@2023.1", "--input", str(source), "--output", str(output), "--json"
    )
    assert status == 0, said
    totals = json.loads(said)
    with output.open(encoding="utf-8", newline="") as file:
        swept = {row["case"]: row for row in csv.DictReader(file)}
    amounts = 0
    for row in known:
        facts = tmp_path / "facts.json"
        facts.write_text(json.dumps({key: value for key, value in row.items() if key != "case"}), encoding="utf-8")
        decision = json.loads(run("policies", "decide", "flying_sky@2023.1", "--facts", str(facts), "--json")[1])
        assert swept[row["case"]]["outcome"] == decision["outcome"]
        amounts += decision["amount"] if decision["outcome"] == "met" else 0
    assert totals["amount"] == amounts
    assert sum(totals["outcomes"].values()) == len(known)
    status, said = run(
        "policies", "sweep", "flying_sky@2023.1", "--input", str(source), "--output", str(output), "--lang", "en"
    )
    assert (status, "met: " in said) == (0, True)


def test_a_table_that_cannot_be_swept_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "firms.csv"
    words = ["policies", "sweep", "flying_sky@2023.1", "--output", str(tmp_path / "out.csv"), "--input"]
    assert run(*words, str(source))[0] == BAD_USAGE
    source.write_text("case,no_such_fact\na,1\n", encoding="utf-8")
    status, said = run(*words, str(source))
    assert status == FINDINGS
    assert "no_such_fact" in said
    assert not (tmp_path / "out.csv").exists()


# -- diff ----------------------------------------------------------------------------------------------------------


def test_versions_are_compared() -> None:
    status, said = run("policies", "diff", "flying_sky@2022.1", "flying_sky@2023.1", "--lang", "en")
    assert status == FINDINGS
    assert "parameter nearly_research [changed; stricter; A-04]" in said
    assert "  - research threshold of a nearly flying enterprise: 5%" in said
    assert "the versions differ in 7 places" in said
    status, said = run("policies", "diff", str(OLD), str(PACK), "--json")
    assert (status, [one["kind"] for one in first_json(said)][-2:]) == (FINDINGS, ["paper", "route"])


def test_equal_versions_and_wrong_names() -> None:
    assert run("policies", "diff", "flying_sky@2022.1", str(OLD))[0] == 0
    status, said = run("policies", "diff", str(OLD), str(OLD), "--json")
    assert (status, json.loads(said)) == (0, [])
    assert run("policies", "diff", "flying_sky@2022.1", "nothing")[0] == BAD_USAGE
    assert run("policies", "diff", "flying_sky@2022.1", "tech_sme")[0] == FINDINGS


# -- new -----------------------------------------------------------------------------------------------------------

FILLED = {
    "政策名称": "示例补助", "name of the policy": "Sample grant", "施行首日 YYYY-MM-DD": "2024-01-01",
    "施行末日 YYYY-MM-DD 或 null": "null", "企业从哪里查到这个数": "见审计报告利润表",
    "where the company finds this figure": "See the income statement", "营业收入门槛 如 2000万元": "2000万元",
    "奖补金额 如 20万元": "20万元", "verified 或 recalled 或 assumed": "recalled", "出处": "sample",
    "金额怎样计算": "定额", "how the amount is computed": "a fixed sum", "文号 如 西科〔2024〕1号": "示科〔2024〕9号",
    "发文机关": "区科技局", "怎样算出结果": "3000万元不低于2000万元，定额20万元",
    "施行期内的一天 YYYY-MM-DD": "2024-06-03", "高于门槛的营业收入": "3000万元", "应得金额": "20万元", "门槛": "2000万元",
    "第一条的内容": "营业收入不低于2000万元。", "what the first clause says": "Sales of at least 20 million yuan.",
    "第二条的内容": "补助20万元。", "what the second clause says": "The grant is 200,000 yuan.",
    "第三条的内容": "失信的不予补助。", "what the third clause says": "No grant to dishonest debtors.",
}  # fmt: skip


def begun(tmp_path: Path) -> Path:
    status, said = run("policies", "new", "sample_grant", "--version", "2024.1", "--folder", str(tmp_path))
    assert status == 0
    assert "places marked" in said
    return tmp_path / "sample_grant" / "2024.1"


def test_a_new_pack_names_exactly_the_places_to_fill(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in ("policy.yaml", "source.md", "cases.yaml")}
    found = check_pack(folder, proofs=False)
    assert {one.code for one in found} == {"TO_FILL"}
    places = set()
    for name, text in texts.items():
        for number, line in enumerate(text.splitlines(), start=1):
            if not (name != "source.md" and line.lstrip().startswith("#")):
                places |= {(f"{folder}/{name}", number, mark.start() + 1) for mark in re.finditer("«", line)}
    assert {(one.file, one.line, one.column) for one in found} == places
    assert len(found) == len(places)
    status, said = run("policies", "check", str(folder))
    assert status == FINDINGS
    assert said.count("TO_FILL") == len(places)


def test_a_new_pack_passes_once_it_is_filled(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    used = set()
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        used |= {mark[1] for mark in re.finditer("«([^»]*)»", text)} - {"…"}
        path.write_text(re.sub("«([^»]*)»", lambda mark: FILLED.get(mark[1], mark[0]), text), encoding="utf-8")
    assert used == set(FILLED)
    assert unfilled(PackSource.from_folder(folder)) == ()
    assert [str(one) for one in check_pack(folder, proofs=False)] == []
    assert run("policies", "check", str(folder))[0] == 0


@pytest.mark.parametrize(
    "words",
    [["Grant", "--version", "2024.1"], ["class", "--version", "2024.1"], ["grant", "--version", "24.1"]],
)
def test_a_wrong_code_or_version_begins_nothing(tmp_path: Path, words: list[str]) -> None:
    assert run("policies", "new", *words, "--folder", str(tmp_path))[0] == BAD_USAGE
    assert list(tmp_path.iterdir()) == []


def test_a_pack_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    edit(folder, "policy.yaml", "«政策名称»", "改过")
    assert run("policies", "new", "sample_grant", "--version", "2024.1", "--folder", str(tmp_path))[0] == BAD_USAGE
    assert "改过" in (folder / "policy.yaml").read_text(encoding="utf-8")


# -- docs ----------------------------------------------------------------------------------------------------------


def test_pages_are_written_alike_and_found_stale(copied: Path, tmp_path: Path) -> None:
    target = tmp_path / "docs"
    words = ["policies", "docs", str(copied), "--output", str(target)]
    assert run(*words, "--check")[0] == FINDINGS
    assert run(*words)[0] == 0
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(target.rglob("*.md"))}
    assert set(pages) == {"2023.1.md", "2023.1.en.md"}
    assert "## 条款与规则对照" in pages["2023.1.md"]
    assert "## Worked cases" in pages["2023.1.en.md"]
    assert run(*words, "--check")[0] == 0
    run(*words)
    assert {path.name: path.read_text(encoding="utf-8") for path in sorted(target.rglob("*.md"))} == pages
    edit(copied, "policy.yaml", "flying_cap: {value: 1000万元", "flying_cap: {value: 1001万元")
    status, said = run(*words, "--check")
    assert status == FINDINGS
    assert said.count("✗") == 2


def test_a_page_without_its_pack_is_left_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("subsidy.management.packs.all_folders", lambda: [PACK])
    target = tmp_path / "docs"
    (target / "gone").mkdir(parents=True)
    (target / "gone" / "2020.1.md").write_text("# gone", encoding="utf-8")
    words = ["policies", "docs", "--output", str(target)]
    assert "gone" in run(*words, "--check")[1]
    assert run(*words)[0] == 0
    assert sorted(str(path.relative_to(target)) for path in target.rglob("*.md")) == [
        "README.md", "flying_sky/2023.1.en.md", "flying_sky/2023.1.md",
    ]  # fmt: skip
    index = (target / "README.md").read_text(encoding="utf-8")
    assert (
        "| 飞天计划企业奖补 | [flying_sky@2023.1](flying_sky/2023.1.md) | 2023年1月1日至2024年7月31日 | A-01" in index
    )
    assert "[flying_sky@2023.1](flying_sky/2023.1.en.md) | 2023-01-01 to 2024-07-31 | A-01" in index


def test_the_pages_lie_beside_the_program() -> None:
    assert Path(settings.BASE_DIR) / "docs" / "policies" == policies_docs.DOCS


# -- boundary, mutants ---------------------------------------------------------------------------------------------


def test_a_boundary_without_its_case_is_named(copied: Path) -> None:
    assert run("policies", "boundary", str(copied))[0] == 0
    text = (copied / "cases.yaml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if "id: ten_years" not in line and "last_of_february" not in line]
    (copied / "cases.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    status, said = run("policies", "boundary", str(copied), "--lang", "en")
    assert status == FINDINGS
    assert "policy.yaml" in said and "A-05" in said
    status, said = run("policies", "boundary", str(copied), "--json")
    assert {one["code"] for one in first_json(said)} == {"BOUNDARY"}


def test_mutants_are_counted(copied: Path) -> None:
    words = ["policies", "mutants", str(copied), "--sample", "16"]
    status, said = run(*words, "--json")
    (row,) = first_json(said)
    assert row["killed"] + len(row["survivors"]) == row["total"] > 0
    assert status == (0 if row["percent"] >= 90 else FINDINGS)
    text = (copied / "cases.yaml").read_text(encoding="utf-8")
    (copied / "cases.yaml").write_text(text[: text.index("  # A-02")], encoding="utf-8")
    status, said = run(*words)
    assert (status, "✗" in said) == (FINDINGS, True)
    assert "policy.yaml:" in said
