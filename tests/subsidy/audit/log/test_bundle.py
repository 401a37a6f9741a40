"""A bundle holds on bare Python; one byte changed anywhere in it is found, and where it was is named."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from subsidy.accounts.services import system_actor
from subsidy.audit.models import Event
from subsidy.audit.offline import bundle as layout
from subsidy.audit.offline.check import WRONG, check_file
from tests.world import World
from workflows.common.refusals import Forbidden, NotFound
from workflows.common.turn import Origin
from workflows.log.exporting import export_case

_made: list[bytes] = []


def exported(world: World, case_id: int, who: str = "auditor") -> bytes:
    return export_case(case_id, asked_by=world.people[who], now=world.now, key=world.key())


@pytest.fixture
def bundle(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The bundle of a case that was paid, made by the first test that asks."""
    if not _made:
        request.getfixturevalue("db")
        world = World()
        call = world.call()
        case = world.ready(call)
        world.decreed(call)
        world.released([world.accounted(case)])
        _made.append(exported(world, case.pk))
    path = tmp_path / "bundle.zip"
    path.write_bytes(_made[0])
    return path


def files_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def wrong(path: Path) -> set[str]:
    return {line.where for line in check_file(path).lines if line.mark == WRONG}


def test_the_bundle_of_a_paid_case_holds_and_says_what_it_checked(bundle: Path) -> None:
    verdict = check_file(bundle)
    assert verdict.holds, [str(line) for line in verdict.lines]
    said = "\n".join(map(str, verdict.lines))
    for part in ("decided again alike: met", "granted ¥", "is in the log", "signed: the first", "not checked"):
        assert part.replace("is in", "are in") in said or part in said, part
    assert "–" in said


def test_it_holds_on_bare_python_with_nothing_installed(bundle: Path) -> None:
    """Isolated, without site-packages: neither ours nor a library for signatures."""
    program = bundle.with_name("verify.pyz")
    program.write_bytes(files_of(bundle)[layout.VERIFIER])
    bare = [sys.executable, "-I", "-S", program.name, bundle.name]
    done = subprocess.run(bare, cwd=bundle.parent, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "核验通过 / it holds" in done.stdout
    spoilt = files_of(bundle)
    spoilt[layout.LEDGER] += b" "
    packed(spoilt, bundle)
    assert subprocess.run(bare, cwd=bundle.parent, capture_output=True, timeout=120, check=False).returncode == 1
    assert subprocess.run(bare[:-1], cwd=bundle.parent, capture_output=True, timeout=120, check=False).returncode == 2


def test_one_byte_changed_in_any_file_is_found_and_named(bundle: Path, tmp_path: Path) -> None:
    """In the middle of every file, one bit; the verifier and the read-me are covered by nothing, and say so."""
    files = files_of(bundle)
    for name, content in files.items():
        if name in (layout.VERIFIER, layout.README):
            continue
        at = len(content) // 2
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        found = wrong(packed({**files, name: changed}, tmp_path / "changed.zip"))
        named = {name, layout.CHECKPOINT} if name == layout.KEY else {name}
        if name == layout.EXPORT:
            named |= {one for one in found if one.startswith("authority-")} | {"proofs"}
        assert found & named, (name, found)


def test_a_file_taken_away_or_added_is_named(bundle: Path, tmp_path: Path) -> None:
    files = files_of(bundle)
    for name in files:
        if name in (layout.VERIFIER, layout.README):
            continue
        rest = {one: content for one, content in files.items() if one != name}
        assert wrong(packed(rest, tmp_path / "less.zip")), name
    assert "extra.txt" in wrong(packed({**files, "extra.txt": b"x"}, tmp_path / "more.zip"))
    assert "proofs/x.tlog-proof" in wrong(packed({**files, "proofs/x.tlog-proof": b"x"}, tmp_path / "more.zip"))


Change = Callable[[dict[str, bytes]], None]


def _lines(files: dict[str, bytes], change: Callable[[list[str]], list[str]]) -> None:
    files[layout.EVENTS] = "".join(f"{one}\n" for one in change(files[layout.EVENTS].decode().splitlines())).encode()


def _drop_last_of_case(files: dict[str, bytes]) -> None:
    """With its proof, as a forger would."""

    def cut(lines: list[str]) -> list[str]:
        own = [one for one in lines if json.loads(one)["stream"] == "case"]
        event = layout.read_event(own[-1])
        del files[event.proof_file]
        return [one for one in lines if one != own[-1]]

    _lines(files, cut)


def _drop_one_of_case(files: dict[str, bytes]) -> None:
    def cut(lines: list[str]) -> list[str]:
        own = [one for one in lines if json.loads(one)["stream"] == "case"]
        del files[layout.read_event(own[2]).proof_file]
        return [one for one in lines if one != own[2]]

    _lines(files, cut)


def _more_money(files: dict[str, bytes]) -> None:
    case = json.loads(files[layout.CASE])
    case["award"]["amount_fen"] += 1
    files[layout.CASE] = json.dumps(case).encode()


def _other_facts(files: dict[str, bytes]) -> None:
    findings = json.loads(files[layout.FINDINGS])
    findings[0]["facts"] = findings[0]["facts"].replace("12000000000", "99000000000")
    files[layout.FINDINGS] = json.dumps(findings).encode()


def _unbalanced(files: dict[str, bytes]) -> None:
    ledger = json.loads(files[layout.LEDGER])
    ledger[0]["legs"][0]["amount_fen"] += 1
    files[layout.LEDGER] = json.dumps(ledger).encode()


def _other_rules(files: dict[str, bytes]) -> None:
    files[layout.POLICY[0]] = files[layout.POLICY[0]].replace(b"title:", b"title: ", 1)
    assert b"title: " in files[layout.POLICY[0]]
    files[layout.POLICY[1]] += "\n增补。\n".encode()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_drop_last_of_case, layout.EVENTS),
        (_drop_one_of_case, "case-"),
        (_more_money, layout.CASE),
        (_other_facts, "finding "),
        (_unbalanced, "ledger "),
        (_other_rules, layout.POLICY[0]),
    ],
)
def test_a_forger_who_rewrites_the_list_of_files_too_is_found(
    bundle: Path, tmp_path: Path, change: Change, where: str
) -> None:
    """The list agrees with the files again, so only what it stands for tells; the event of the export always does."""
    files = files_of(bundle)
    change(files)
    manifest = json.loads(files[layout.MANIFEST])
    manifest["files"] = {name: layout.digest(files[name]) for name in manifest["files"]}
    files[layout.MANIFEST] = json.dumps(manifest).encode()
    found = wrong(packed(files, tmp_path / "forged.zip"))
    assert layout.MANIFEST in found
    assert any(one.startswith(where) for one in found), found


@pytest.mark.parametrize("version", [0, 2])
def test_a_bundle_of_another_version_is_not_judged_by_guess(bundle: Path, tmp_path: Path, version: int) -> None:
    files = files_of(bundle)
    manifest = {**json.loads(files[layout.MANIFEST]), "version": version}
    files[layout.MANIFEST] = json.dumps(manifest).encode()
    lines = check_file(packed(files, tmp_path / "other.zip")).lines
    assert [line.where for line in lines] == [layout.MANIFEST]
    assert f"of version {version}" in lines[0].en


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 spoilt"])
def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert wrong(path) == {"x.zip"}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(layout.MANIFEST, "{}")
    path.write_bytes(buffer.getvalue())
    assert wrong(path) == {layout.MANIFEST}


def test_an_event_whose_text_is_not_carried_still_verifies(bundle: Path) -> None:
    """Only its digest: chain and inclusion hold without the text."""
    line = files_of(bundle)[layout.EVENTS].decode().splitlines()[0]
    whole = layout.read_event(line)
    raw = {**json.loads(line), "body_sha256": whole.body_digest.hex()}
    del raw["body"]
    bare = layout.read_event(json.dumps(raw))
    assert (bare.body, bare.chained()) == (None, whole.hash)
    assert layout.read_event(layout.written_event(bare)) == bare


@pytest.mark.django_db
def test_an_export_is_an_event_with_the_hash_of_all_that_left() -> None:
    world = World()
    case = world.submitted(world.call())
    path = io.BytesIO(exported(world, case.pk))
    with zipfile.ZipFile(path) as archive:
        manifest = layout.digest(archive.read(layout.MANIFEST))
    event = Event.objects.get(stream="authority", action="export_case")
    assert json.loads(event.body)["data"] == {
        "case": case.number,
        "manifest": manifest,
        "asked_by": world.people["auditor"].pk,
    }


@pytest.mark.django_db
def test_a_case_of_another_bureau_is_not_there_to_export() -> None:
    world, other = World(), World(code="qt")
    case = world.submitted(world.call())
    data = {"case": case.number, "manifest": "0" * 64}
    actor, origin = system_actor("system:exports"), Origin(surface="job")
    with pytest.raises(NotFound):
        other.act("authority", other.authority, "export_case", actor, data=data, origin=origin)
    with pytest.raises(Forbidden):
        world.act("authority", world.authority, "export_case", "auditor", data=data)
