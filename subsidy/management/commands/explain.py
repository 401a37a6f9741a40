"""`manage.py explain CASE_NO`: one case from clause to payment: decision, reasons, amount, events, money."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.utils.translation import override

from policies.language import Pack
from subsidy.cases.models import Case
from subsidy.decisions.models import Award, Finding
from subsidy.ledger.enums import Kind
from subsidy.ledger.models import Transaction
from subsidy.management.audit_verify import case_named
from subsidy.management.base import Findings, ProgramCommand, add_json
from subsidy.management.tree import decision_lines
from subsidy.payouts.models import BatchLine
from subsidy.programmes.packs import pack_of
from subsidy.reporting.story import StoryEntry, story
from subsidy.web.formats import instant, money
from subsidy.web.reasons import stored

HEADS = {
    "zh": {"decision": "决定（按已固定的政策版本）", "none": "尚未作出核定", "steps": "经过", "money": "资金", "payments": "付款"},
    "en": {"decision": "Decision by the pinned version", "none": "not yet decided", "steps": "What happened",
           "money": "Money", "payments": "Payments"},
}  # fmt: skip


class Command(ProgramCommand):
    help = "Explain one case: exit 0; 1 when its rules were changed in the database; 2 when there is no such case."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", metavar="CASE_NO")
        parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the texts")
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        case = case_named(options["case"])
        try:
            pack = pack_of(case.policy_version)
        except ValueError as error:
            raise Findings(
                f"{case.number} 所依据的政策版本已被改动，无法说明。请运行 audit verify。 / {error}; run audit verify."
            ) from error
        with override("zh-hans" if options["lang"] == "zh" else "en"):
            if options["json"]:
                self.print_json(_as_json(case))
                return
            for line in _lines(case, pack, options["lang"]):
                self.stdout.write(line)


def _decision(case: Case) -> dict[str, Any] | None:
    """What was decided last and pinned; None before the amount check."""
    finding = Finding.objects.filter(case=case).order_by("-pk").first()
    return stored(finding.decision_text) if finding is not None else None


def _lines(case: Case, pack: Pack, lang: str) -> Iterator[str]:
    heads = HEADS[lang]
    yield f"{case.number}  {case.company_name}  {pack.title.in_language(lang)}  {case.get_state_display()}"
    yield f"\n{heads['decision']}"
    decision = _decision(case)
    if decision is None:
        yield f"  {heads['none']}"
    else:
        yield from (f"  {line}" for line in decision_lines(decision, lang=lang, decimals=pack.decimals))
    yield f"\n{heads['steps']}"
    for entry in story(case, "auditor"):
        yield from _step(entry)
    yield f"\n{heads['money']}"
    for one in _transactions(case):
        yield f"  {instant(one.at)}  {Kind(one.kind).label}  {money(_moved(one))}  {one.key}"
    yield f"\n{heads['payments']}"
    for line in _payments(case):
        yield f"  {line.batch.number}  {line.end_to_end_id}  {money(line.amount_fen)}  {line.get_state_display()}"


def _step(entry: StoryEntry) -> Iterator[str]:
    amount = f"  {money(entry.amount_fen)}" if entry.amount_fen is not None else ""
    clause = f"  [{entry.clause}]" if entry.clause else ""
    role = f" ({entry.role})" if entry.role else ""
    yield f"  {instant(entry.at)}  {entry.who}{role}  {entry.what}{amount}{clause}"
    if entry.why:
        yield f"      {entry.why}"
    yield f"      {entry.stream} #{entry.seq} {entry.hash}"


def _transactions(case: Case) -> list[Transaction]:
    found = Transaction.objects.filter(subject_kind="case", subject_id=case.pk)
    return list(found.prefetch_related("legs").order_by("pk"))


def _moved(transaction: Transaction) -> int:
    """How much a transaction moved, in fen: its debits in one book."""
    legs = list(transaction.legs.all())
    return max(
        sum(leg.amount for leg in legs if leg.book == book and leg.amount > 0) for book in {x.book for x in legs}
    )


def _payments(case: Case) -> list[BatchLine]:
    return list(BatchLine.objects.filter(case=case).select_related("batch").order_by("pk"))


def _as_json(case: Case) -> dict[str, Any]:
    award = Award.objects.filter(case=case).select_related("decree").first()
    return {
        "number": case.number,
        "applicant": case.company_name,
        "policy": case.policy_version.policy.code,
        "version": case.policy_version.version,
        "content_hash": case.policy_version.content_hash,
        "state": case.state,
        "decision": _decision(case),
        "award": None
        if award is None
        else {"decree": award.decree.number, "rank": award.rank, "tier": award.tier, "amount_fen": award.amount_fen},
        "events": [_event(entry) for entry in story(case, "auditor")],
        "money": [
            {"key": one.key, "kind": one.kind, "at": one.at.isoformat(), "amount_fen": _moved(one)}
            for one in _transactions(case)
        ],
        "payments": [
            {
                "batch": line.batch.number,
                "end_to_end_id": line.end_to_end_id,
                "amount_fen": line.amount_fen,
                "state": line.state,
            }
            for line in _payments(case)
        ],
    }


def _event(entry: StoryEntry) -> dict[str, Any]:
    return {
        "stream": entry.stream,
        "seq": entry.seq,
        "action": entry.action,
        "at": entry.at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "who": str(entry.who),
        "role": str(entry.role),
        "what": str(entry.what),
        "why": entry.why,
        "clause": entry.clause,
        "amount_fen": entry.amount_fen,
        "hash": entry.hash,
        "details": dict(entry.details),
    }
