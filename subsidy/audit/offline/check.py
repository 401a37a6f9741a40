"""Checks a bundle with nothing but Python: chain, inclusion, signature, decision and amount; says what it could not check."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policies.language import PackSource, PolicyError, decide, facts_from_json, parse_pack
from subsidy.audit.offline import bundle as layout
from subsidy.audit.offline import ed25519
from subsidy.audit.offline.bundle import Bundle, BundleError, LoggedEvent, digest, read_bundle, read_event
from subsidy.audit.offline.merkle import included, leaf_hash
from subsidy.audit.offline.note import Head, NoteError, read_head, read_key, read_note, read_proof

RIGHT, WRONG, OPEN = "✓", "✗", "–"


@dataclass(frozen=True)
class Line:
    """One thing that was checked (RIGHT or WRONG) or could not be (OPEN); `where` names the file or event."""

    mark: str
    where: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.mark} {self.where}: {self.zh} / {self.en}"


@dataclass
class Verdict:
    lines: list[Line] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not any(line.mark == WRONG for line in self.lines)

    def tell(self, holds: bool, where: str, right: tuple[str, str], wrong: tuple[str, str]) -> bool:
        self.lines.append(Line(RIGHT if holds else WRONG, where, *(right if holds else wrong)))
        return holds

    def fails(self, where: str, zh: str, en: str) -> None:
        self.lines.append(Line(WRONG, where, zh, en))

    def leaves_open(self, where: str, zh: str, en: str) -> None:
        self.lines.append(Line(OPEN, where, zh, en))


def check_file(path: Path) -> Verdict:
    """Check a bundle. Whatever is wrong becomes a line; nothing is raised for a spoilt bundle."""
    verdict = Verdict()
    try:
        _check(read_bundle(path), verdict)
    except BundleError as error:
        verdict.fails(path.name, error.zh, error.en)
    return verdict


def _check(found: Bundle, verdict: Verdict) -> None:
    try:
        manifest = found.json(layout.MANIFEST)
    except ValueError:
        manifest = None
    if not _version(manifest, verdict):
        return
    events: list[LoggedEvent] = []
    head: list[Head] = []
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        (layout.MANIFEST, lambda: _files(found, manifest, verdict)),
        (layout.CHECKPOINT, lambda: head.extend(_checkpoint(found, verdict))),
        (layout.EVENTS, lambda: events.extend(map(read_event, found.text(layout.EVENTS).splitlines()))),
        (layout.EXPORT, lambda: _export(found, manifest, head, verdict)),
        (layout.EVENTS, lambda: _events(events, found, head, verdict)),
        (layout.EVENTS, lambda: _chain(events, manifest, verdict)),
        (layout.FINDINGS, lambda: _decisions(events, found, verdict)),
        (layout.LEDGER, lambda: _ledger(found, verdict)),
        (layout.KEY, lambda: _open(events, verdict)),
    )
    for where, step in steps:
        try:
            step()
        except BundleError as error:
            verdict.fails(where, error.zh, error.en)
        except (ValueError, KeyError, TypeError, AttributeError):
            # Whatever shape a forger gives a file: it is not what this program writes.
            verdict.fails(where, "内容无法读取", "what it holds cannot be read")


def _version(manifest: Any, verdict: Verdict) -> bool:
    if not isinstance(manifest, dict) or manifest.get("format") != layout.FORMAT:
        verdict.fails(layout.MANIFEST, "不是本系统的卷宗", "this is no bundle of this system")
        return False
    version = manifest.get("version")
    if version == layout.VERSION:
        return True
    verdict.fails(
        layout.MANIFEST,
        f"卷宗版本为 {version}，本核验程序只认识 {layout.VERSION}；请使用卷宗内附带的 verify.pyz",
        f"the bundle is of version {version}, this verifier knows {layout.VERSION}; use the verify.pyz inside the bundle",
    )
    return False


def _files(found: Bundle, manifest: dict[str, Any], verdict: Verdict) -> None:
    """Every file is as listed, none is missing, none was added."""
    listed: dict[str, str] = dict(manifest.get("files", {}))
    for name, expected in sorted(listed.items()):
        if name not in found.files:
            verdict.fails(name, "文件缺失", "the file is missing")
        elif digest(found.files[name]) != expected:
            verdict.fails(name, "文件被改动", "the file was changed")
    outside = {layout.MANIFEST, layout.EXPORT, layout.CHECKPOINT, layout.KEY, layout.VERIFIER, layout.README}
    for name in sorted(set(found.files) - set(listed) - outside):
        if not name.startswith("proofs/"):
            verdict.fails(name, "清单之外的文件", "a file that the list does not name")
    if verdict.holds:
        verdict.tell(
            True, layout.MANIFEST, (f"{len(listed)} 个文件与清单一致", f"{len(listed)} files are as listed"), ("", "")
        )


def _checkpoint(found: Bundle, verdict: Verdict) -> list[Head]:
    """The signed head of the log, and whether every signature under it is of a key that is carried."""
    try:
        note = read_note(found.text(layout.CHECKPOINT))
        head = read_head(note.text)
        keys = [read_key(line) for line in found.text(layout.KEY).splitlines()]
        signed = {(one.name, one.key_id) for one in note.signatures} == {
            (one.name, one.key_id) for one in keys
        } and all(ed25519.verifies(key.public, note.text.encode(), note.by(key)) for key in keys)
    except (NoteError, UnicodeDecodeError) as error:
        verdict.fails(
            layout.CHECKPOINT, f"检查点或密钥无法读取（{error}）", f"checkpoint or key cannot be read ({error})"
        )
        return []
    verdict.tell(
        signed and bool(keys),
        layout.CHECKPOINT,
        (f"签名有效：{head.origin} 的前 {head.size} 个事件", f"signed: the first {head.size} events of {head.origin}"),
        ("签名无效：检查点或密钥被改动", "the signature does not fit: checkpoint or key was changed"),
    )
    return [head]


def _export(found: Bundle, manifest: dict[str, Any], head: list[Head], verdict: Verdict) -> None:
    """The export is an event itself; it names the hash of the list of files, and so covers them all."""
    export = read_event(found.text(layout.EXPORT).removesuffix("\n"))
    _event(export, found, head, verdict)
    data = export.said().get("data", {})
    verdict.tell(
        data.get("manifest") == digest(found.files[layout.MANIFEST]) and data.get("case") == manifest.get("case"),
        layout.MANIFEST,
        ("导出事件记录了这份清单", "the event of the export names this very list of files"),
        ("导出事件记录的是另一份清单", "the event of the export names another list of files"),
    )


def _events(events: list[LoggedEvent], found: Bundle, head: list[Head], verdict: Verdict) -> None:
    """Each event is what its hash says, and is in the log under the checkpoint."""
    before = len(verdict.lines)
    for event in events:
        _event(event, found, head, verdict)
    export = read_event(found.text(layout.EXPORT).removesuffix("\n"))
    for name in sorted(set(found.files) - {one.proof_file for one in (*events, export)}):
        if name.startswith("proofs/"):
            verdict.fails(name, "没有对应事件的证明", "a proof without its event")
    if len(verdict.lines) == before:
        told = (
            f"{len(events)} 个事件均未改动，且都在日志中",
            f"{len(events)} events are unchanged, and all are in the log",
        )
        verdict.tell(True, layout.EVENTS, told, ("", ""))


def _event(event: LoggedEvent, found: Bundle, head: list[Head], verdict: Verdict) -> None:
    if event.chained() != event.hash:
        verdict.fails(
            event.name, "事件文本被改动：与其哈希不符", "the text of the event was changed: its hash does not fit"
        )
    elif event.body is not None and not _says_so(event):
        verdict.fails(event.name, "事件放错了位置", "the event stands under another name than its text says")
    else:
        _included(event, found, head, verdict)


def _says_so(event: LoggedEvent) -> bool:
    try:
        said = event.said()
    except json.JSONDecodeError:
        return False
    return (said.get("stream"), said.get("stream_id"), said.get("seq")) == (event.stream, event.stream_id, event.seq)


def _included(event: LoggedEvent, found: Bundle, head: list[Head], verdict: Verdict) -> None:
    try:
        text = found.text(event.proof_file)
        proof = read_proof(text)
        whole = proof.as_text() == text and proof.checkpoint == found.text(layout.CHECKPOINT)
    except (NoteError, BundleError, UnicodeDecodeError):
        verdict.fails(event.proof_file, "证明缺失或无法读取", "the proof is missing or cannot be read")
        return
    entry = leaf_hash(event.hash)
    if not whole or not all(included(entry, proof.index, one.size, proof.hashes, one.root) for one in head):
        verdict.fails(
            event.proof_file,
            "证明不成立：该事件不在签署的日志中",
            "the proof fails: the event is not in the signed log",
        )


def _chain(events: list[LoggedEvent], manifest: dict[str, Any], verdict: Verdict) -> None:
    """The case's own events follow each other without a gap, from the first to the one that the list names last."""
    own = sorted((one for one in events if one.stream == "case"), key=lambda one: one.seq)
    previous = bytes(32)
    for at, event in enumerate(own, 1):
        if event.seq != at or event.prev != previous:
            verdict.fails(
                event.name,
                "事项的事件链在此断开：有事件缺失或被移动",
                "the chain of the case breaks here: events are missing or moved",
            )
            return
        previous = event.hash
    verdict.tell(
        bool(own) and len(own) == manifest.get("case_events"),
        layout.EVENTS,
        (
            f"事项的 {len(own)} 个事件首尾相连，没有缺失",
            f"the {len(own)} events of the case follow each other, none is missing",
        ),
        ("事项的最后几个事件缺失", "the last events of the case are missing"),
    )


def _decisions(events: list[LoggedEvent], found: Bundle, verdict: Verdict) -> None:
    """The policy carried is the one pinned, and decides on the facts carried what was decided then."""
    case = found.json(layout.CASE)
    policy, source, cases = (found.text(name) for name in layout.POLICY)
    try:
        pack = parse_pack(PackSource(policy, source, cases, layout.POLICY[0]))
    except PolicyError as error:
        verdict.fails(layout.POLICY[0], "政策规则无法读取", f"the rules of the policy cannot be read: {error}")
        return
    pinned = {one.said().get("pins", {}).get("policy_version") for one in events if one.stream == "case"}
    verdict.tell(
        pinned == {pack.content_hash},
        layout.POLICY[0],
        (
            f"政策版本与事项固定的版本一致（{pack.content_hash[:12]}）",
            f"the policy is the one that the case is pinned to ({pack.content_hash[:12]})",
        ),
        ("政策文本不是事项固定的版本", "the policy is not the one that the case is pinned to"),
    )
    said = {one.said()["data"]["finding"]: one.said()["data"] for one in events if _has_finding(one)}
    for finding in found.json(layout.FINDINGS):
        _decision(pack, finding, said.get(finding["id"], {}), verdict)
    _award(case, found.json(layout.FINDINGS), verdict)


def _has_finding(event: LoggedEvent) -> bool:
    return "finding" in (event.said().get("data") or {})


def _decision(pack: Any, finding: dict[str, Any], said: dict[str, Any], verdict: Verdict) -> None:
    where = f"finding {finding['id']}"
    for name in ("facts", "decision"):
        if f"{name}_sha256" not in said:
            verdict.leaves_open(
                where, "该决定的事件未记录事实与结论的哈希", "the event of this decision names no hash of its facts"
            )
            break
        if said[f"{name}_sha256"] != hashlib.sha256(finding[name].encode()).hexdigest():
            verdict.fails(
                where, f"{name} 与当时事件记录的哈希不符", f"the {name} are not those whose hash the event names"
            )
            return
    try:
        again = decide(pack, facts_from_json(pack, json.loads(finding["facts"])))
    except (PolicyError, json.JSONDecodeError) as error:
        verdict.fails(where, "无法按所附事实重新计算", f"cannot be decided again on the facts carried: {error}")
        return
    stored = json.loads(finding["decision"])
    same = (again.outcome, again.tier, again.amount) == tuple(
        stored.get(name) for name in ("outcome", "tier", "amount")
    )
    verdict.tell(
        same and finding["amount_fen"] == again.amount,
        where,
        (
            f"重新计算结果相同：{again.outcome}，{_yuan(again.amount)}",
            f"decided again alike: {again.outcome}, {_yuan(again.amount)}",
        ),
        ("重新计算结果不同", f"decided again otherwise: {again.outcome}, {_yuan(again.amount)}"),
    )


def _award(case: dict[str, Any], findings: list[dict[str, Any]], verdict: Verdict) -> None:
    award = case.get("award")
    if award is None:
        verdict.leaves_open(layout.CASE, "尚未授予", "nothing is granted yet")
        return
    computed = {one["id"]: one["amount_fen"] for one in findings}.get(award["finding"])
    verdict.tell(
        computed is not None and award["amount_fen"] <= computed,
        layout.CASE,
        (f"授予 {_yuan(award['amount_fen'])}，不超过规则算出的 {_yuan(computed)}",
         f"granted {_yuan(award['amount_fen'])}, not more than the rules give: {_yuan(computed)}"),
        ("授予金额超过规则算出的金额", "more was granted than the rules give"),
    )  # fmt: skip


def _ledger(found: Bundle, verdict: Verdict) -> None:
    """Each transaction balances in each book."""
    rows = found.json(layout.LEDGER)
    for row in rows:
        for book in {leg["book"] for leg in row["legs"]}:
            if sum(leg["amount_fen"] for leg in row["legs"] if leg["book"] == book):
                verdict.fails(f"ledger {row['key']}", "分录不平", "the legs do not balance")
                return
    told = f"{len(rows)} 笔账务各自平衡", f"{len(rows)} transactions balance, each book by itself"
    verdict.tell(True, layout.LEDGER, told, ("", ""))


def _open(events: list[LoggedEvent], verdict: Verdict) -> None:
    verdict.leaves_open(
        layout.KEY,
        "密钥是否属于该机关，请与其公开日志页核对",
        "whether the key is the bureau's: compare it with the bureau's public log page",
    )
    verdict.leaves_open(
        layout.EVENTS,
        "申报材料原件、个人信息和事实本身的真实性不在卷宗内，未核验",
        "papers themselves, personal values, and whether the facts are true are not in the bundle, and were not checked",
    )
    others = sorted({one.stream for one in events} - {"case"})
    verdict.leaves_open(
        layout.EVENTS,
        f"其他事项流只附相关事件，未核验其完整性：{'、'.join(others)}",
        f"of other streams only what concerns the case is carried, not the whole: {', '.join(others)}",
    )


def _yuan(fen: int | None) -> str:
    return "—" if fen is None else f"¥{fen // 100:,}.{fen % 100:02d}"
