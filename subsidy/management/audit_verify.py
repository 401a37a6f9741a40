"""`audit verify [CASE_NO|FILE]`: chains, seals and the log; one case; or what somebody else holds of it."""

from __future__ import annotations

import zipfile
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import override

from subsidy.audit.log.places import verify_places
from subsidy.audit.log.verify import LogFinding, LogReport, verify_checkpoint, verify_log
from subsidy.audit.offline.bundle import CHECKPOINT, read_bundle
from subsidy.audit.offline.check import WRONG, check_file
from subsidy.audit.offline.note import PROOF_HEAD, NoteError, read_proof
from subsidy.audit.reading import snapshot
from subsidy.audit.verify import ChainFinding, Report, verify_all, verify_record
from subsidy.cases.models import Case
from subsidy.management.base import BadUsage, Findings, ProgramCommand, add_json
from subsidy.reporting.chains import streams_of
from subsidy.reporting.seals import BrokenSeal, broken_seals
from subsidy.web.formats import pick


@dataclass(frozen=True)
class FileFinding:
    """Something wrong with a bundle, at one of its files or events."""

    where: str
    zh: str
    en: str

    def in_words(self) -> str:
        """What is wrong, in the active language."""
        return pick(self.zh, self.en)


Found = ChainFinding | BrokenSeal | LogFinding | FileFinding
SIZE_MAX = 1_000_000
"""Bytes of a checkpoint or proof; anything larger is none."""


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "target", nargs="?", metavar="CASE_NO|FILE", help="only this case; or a bundle, checkpoint or proof"
    )
    add_json(parser)


def run(command: ProgramCommand, options: dict[str, Any]) -> None:
    report, log = Report(), LogReport()
    count = 0
    told = []
    for finding in _findings(options["target"], report, log):
        count += 1
        if options["json"]:
            told.append(_row(finding))
        else:
            command.stdout.write(f"✗ {_place(finding)}{_both(finding)}")
    if options["json"]:
        read = {"streams": report.streams, "events": report.events}
        command.print_json({**read, "leaves": log.leaves, "checkpoints": log.checkpoints, "findings": told})
    if count:
        raise Findings(
            f"日志有 {count} 处断裂。请保留现场，停止放款，并报告审计管理员。 / "
            f"{count} breaks in the log. Keep the database as it is, stop releasing batches, tell the audit administrator."
        )
    if not options["json"]:
        command.stdout.write(_whole(report, log))


def _whole(report: Report, log: LogReport) -> str:
    if not report.events:
        return "✓ 与本日志一致 / agrees with this log"
    text = (
        f"✓ 日志完整：{report.streams} 条链，{report.events} 个事件 / "
        f"the log is whole: {report.streams} chains, {report.events} events"
    )
    if log.leaves:
        text += (
            f"\n  {log.leaves} 个位置，{log.checkpoints} 个已签署的检查点 / "
            f"{log.leaves} places, {log.checkpoints} signed checkpoints"
        )
    return text


def _findings(target: str | None, report: Report, log: LogReport) -> Iterator[Found]:
    if target is None:
        with snapshot():
            yield from verify_all(report)
            yield from broken_seals()
            yield from verify_log(log)
    elif Path(target).is_file():
        with snapshot():
            yield from _of_bundle(Path(target)) if zipfile.is_zipfile(target) else _of_file(Path(target))
    else:
        streams = list(streams_of(case_named(target)))
        for stream, stream_id in streams:
            yield from verify_record(stream, stream_id, report)
        with snapshot():
            yield from verify_places(streams)


def _of_bundle(path: Path) -> Iterator[Found]:
    """A bundle by itself, and its checkpoint against this log."""
    verdict = check_file(path)
    for line in verdict.lines:
        if line.mark == WRONG:
            yield FileFinding(line.where, line.zh, line.en)
    if verdict.holds:
        yield from verify_checkpoint(read_bundle(path).text(CHECKPOINT))


def _of_file(path: Path) -> list[LogFinding]:
    """What somebody holds, against this log as it is."""
    try:
        if path.stat().st_size > SIZE_MAX:
            raise NoteError("too large")
        text = path.read_text(encoding="utf-8")
        return verify_checkpoint(read_proof(text).checkpoint if text.startswith(PROOF_HEAD) else text)
    except (NoteError, UnicodeDecodeError) as error:
        raise BadUsage(
            f"{path} 既不是检查点，也不是证明或卷宗。 / {path} is no checkpoint, proof or bundle: {error}"
        ) from error


def case_named(number: str) -> Case:
    """The case of that number (BadUsage when there is none)."""
    case = Case.objects.select_related("policy_version", "call", "company").filter(number=number).first()
    if case is None:
        raise BadUsage(
            f"没有编号为 {number} 的事项，请用 cases list 核对。 / There is no case {number}; look it up with cases list."
        )
    return case


def _place(finding: Found) -> str:
    if isinstance(finding, ChainFinding):
        return f"{finding.stream} {finding.label} #{finding.seq} "
    if isinstance(finding, FileFinding):
        return f"{finding.where} "
    return f"{finding.what} {finding.place} " if isinstance(finding, LogFinding) else ""


def _both(finding: Found) -> str:
    texts = []
    for language in ("zh-hans", "en"):
        with override(language):
            texts.append(finding.in_words())
    return " / ".join(texts)


def _row(finding: Found) -> dict[str, Any]:
    with override("en"):
        words = finding.in_words()
        if isinstance(finding, BrokenSeal):
            label, place, code = str(finding.what), (finding.key, 0), "seal"
        elif isinstance(finding, FileFinding):
            label, place, code = finding.where, (0, 0), "file"
        elif isinstance(finding, LogFinding):
            label, place, code = finding.what, (finding.place, 0), finding.code
        else:
            label, place, code = finding.label, (finding.stream_id, finding.seq), finding.code
    stream = finding.stream if isinstance(finding, ChainFinding) else ""
    return {"stream": stream, "id": place[0], "label": label, "seq": place[1], "code": code, "message": words}
