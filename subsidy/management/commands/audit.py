"""`manage.py audit verify [CASE_NO]`: whether the chains of events hold."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.utils.translation import override

from subsidy.audit.verify import ChainFinding, Report, verify_all, verify_record
from subsidy.cases.models import Case
from subsidy.management.base import BadUsage, Findings, ProgramCommand, add_json
from subsidy.reporting.chains import streams_of
from subsidy.reporting.seals import BrokenSeal, broken_seals


class Command(ProgramCommand):
    help = "Verify the log: exit 0 when every chain holds, 1 with each break named otherwise, 2 for an unknown case."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        verify = actions.add_parser(
            "verify",
            help="sequence, links, hashes, heads and personal values of every chain; hashes of texts and papers",
        )
        verify.add_argument("case", nargs="?", metavar="CASE_NO", help="only the chains that carry this case")
        add_json(verify)

    def handle(self, *args: Any, **options: Any) -> None:
        report = Report()
        count = 0
        rows = []
        for finding in self._findings(options["case"], report):
            count += 1
            if options["json"]:
                rows.append(_row(finding))
            elif isinstance(finding, BrokenSeal):
                self.stdout.write(f"✗ {_both(finding)}")
            else:
                self.stdout.write(f"✗ {finding.stream} {finding.label} #{finding.seq} {_both(finding)}")
        if options["json"]:
            self.print_json({"streams": report.streams, "events": report.events, "findings": rows})
        if count:
            raise Findings(
                f"日志有 {count} 处断裂。请保留现场，停止放款，并报告审计管理员。 / "
                f"{count} breaks in the log. Keep the database as it is, stop releasing batches, tell the audit administrator."
            )
        if not options["json"]:
            self.stdout.write(
                f"✓ 日志完整：{report.streams} 条链，{report.events} 个事件 / "
                f"the log is whole: {report.streams} chains, {report.events} events"
            )

    def _findings(self, number: str | None, report: Report) -> Iterator[ChainFinding | BrokenSeal]:
        if number is None:
            yield from verify_all(report)
            yield from broken_seals()
            return
        case = case_named(number)
        for stream, stream_id in streams_of(case):
            yield from verify_record(stream, stream_id, report)


def case_named(number: str) -> Case:
    """The case of that number (BadUsage when there is none)."""
    case = Case.objects.select_related("policy_version", "call", "company").filter(number=number).first()
    if case is None:
        raise BadUsage(
            f"没有编号为 {number} 的事项，请用 cases list 核对。 / There is no case {number}; look it up with cases list."
        )
    return case


def _both(finding: ChainFinding | BrokenSeal) -> str:
    texts = []
    for language in ("zh-hans", "en"):
        with override(language):
            texts.append(finding.in_words())
    return " / ".join(texts)


def _row(finding: ChainFinding | BrokenSeal) -> dict[str, Any]:
    with override("en"):
        words = finding.in_words()
        if isinstance(finding, BrokenSeal):
            return {
                "stream": "",
                "id": finding.key,
                "label": str(finding.what),
                "seq": 0,
                "code": "seal",
                "message": words,
            }
    return {
        "stream": finding.stream,
        "id": finding.stream_id,
        "label": finding.label,
        "seq": finding.seq,
        "code": finding.code,
        "message": words,
    }
