"""The auditor's pages: a case as a story with its proof, and a search through the log. They only read."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from subsidy.audit.selectors import latest_checkpoint, places_of
from subsidy.audit.verify import ChainFinding, Report, verify_record
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.console.audit import lists, scope
from subsidy.console.case_list import case_spec, policies_of
from subsidy.correspondence.models import Letter
from subsidy.decisions.enums import RoundState
from subsidy.decisions.models import Award, Finding
from subsidy.ledger.enums import Book, Kind
from subsidy.ledger.models import Leg, Transaction
from subsidy.payouts.enums import BatchState
from subsidy.payouts.models import BatchLine
from subsidy.reporting.chains import streams_of
from subsidy.reporting.story import StoryEntry, story
from subsidy.web.components import DataTable, KeyFact
from subsidy.web.formats import instant, money, pick, yuan
from subsidy.web.lists import respond
from subsidy.web.reasons import reason_tree, stored

STATES: dict[str, str | Promise] = {
    name: label for states in (CaseState, RoundState, BatchState) for name, label in states.choices
}


@dataclass(frozen=True)
class ChainStatus:
    """One chain, verified now."""

    stream: str | Promise
    matter: str
    events: int
    findings: list[ChainFinding]


@require_GET
@login_required
def search(request: HttpRequest) -> HttpResponseBase:
    """Every event of the bureau: by matter, person, act and time."""
    return respond(request, lists.EVENTS, [scope.audited_events(request)], "console/audit/search.html")


@require_GET
@login_required
def cases(request: HttpRequest) -> HttpResponseBase:
    """The cases of the bureau, to open one as a story."""
    policies = policies_of(scope.auditor_grants(request).values("authority"))
    spec = case_spec("console:audit-case", policies)
    return respond(request, spec, [scope.audited_cases(request)], "console/audit/cases.html")


@require_GET
@login_required
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Every step of a case: who, when, why, under which clause, with what money and paper; and whether its chains hold."""
    found = scope.audited_case(request, number)
    chains = chain_status(found)
    finding = Finding.objects.filter(case=found).order_by("-pk").first()
    award = Award.objects.filter(case=found).select_related("decree").first()
    entries = story(found, "auditor")
    places = places_of(entry.event_id for entry in entries)
    context = {
        "head": latest_checkpoint(),
        "case": found,
        "policy_title": pick(found.policy_version.policy.title_zh, found.policy_version.policy.title_en),
        "facts": _facts(found, award),
        "chains": chains,
        "broken": [(chain.stream, one) for chain in chains for one in chain.findings],
        "events": sum(chain.events for chain in chains),
        "entries": [(*_in_words(entry), places.get(entry.event_id)) for entry in entries],
        "finding": finding,
        "tree": reason_tree(stored(finding.decision_text)) if finding else [],
        "money": _money(found),
        "payments": _payments(found),
        "letters": Letter.objects.filter(case=found).defer("content").order_by("issued_at", "pk"),
    }
    return render(request, "console/audit/case.html", context)


def chain_status(found: Case) -> list[ChainStatus]:
    """The chains that carry a case, each verified now."""
    chains = []
    for stream, stream_id in streams_of(found):
        report = Report()
        findings = verify_record(stream, stream_id, report)
        chains.append(ChainStatus(lists.STREAMS[stream], _called(found, stream, stream_id), report.events, findings))
    return chains


def _called(found: Case, stream: str, stream_id: int) -> str:
    """What people call a matter that carries the case."""
    if stream == "company":
        return found.company.name
    if stream == "policy_version":
        return found.policy_version.version
    model, _page = lists.NUMBERED[stream]
    return str(model._default_manager.values_list("number", flat=True).get(pk=stream_id))


def _in_words(entry: StoryEntry) -> tuple[StoryEntry, str | Promise, str]:
    """A step with the name of its stream, and the change of state in words (empty when there was none)."""
    change = ""
    if entry.before != entry.after:
        change = f"{STATES.get(entry.before, entry.before) or '—'} → {STATES.get(entry.after, entry.after)}"
    return entry, lists.STREAMS.get(entry.stream, entry.stream), change


def _facts(found: Case, award: Award | None) -> list[KeyFact]:
    facts = [
        KeyFact(_("State"), found.get_state_display()),
        KeyFact(_("Amount checked"), money(found.computed_fen) if found.computed_fen else "—"),
        KeyFact(_("Awarded"), money(award.amount_fen) if award else "—", award.decree.number if award else ""),
    ]
    return facts


def _money(found: Case) -> DataTable | None:
    """What the books moved for this case, in the order of the acts."""
    rows = Transaction.objects.filter(subject_kind="case", subject_id=found.pk).order_by("pk")
    moved = dict(
        Leg.objects.filter(transaction__in=rows.values("pk"), book=Book.BUDGET, amount__gt=0)
        .order_by()
        .values("transaction")
        .annotate(fen=Sum("amount"))
        .values_list("transaction", "fen")
    )
    table = [(instant(one.at), Kind(one.kind).label, yuan(moved.get(one.pk, 0)), one.key) for one in rows]
    if not table:
        return None
    return DataTable(
        caption=_("Money in the budget book"),
        head=(_("When"), _("What"), pick("金额（元）", "Amount (CNY)"), _("Key")),
        rows=table,
        numeric=(2,),
    )


def _payments(found: Case) -> DataTable | None:
    rows = BatchLine.objects.filter(case=found).select_related("batch").order_by("pk")
    table = [(one.batch.number, one.end_to_end_id, yuan(one.amount_fen), one.get_state_display()) for one in rows]
    if not table:
        return None
    return DataTable(
        caption=_("Payments at the bank"),
        head=(_("Batch"), _("Reference at the bank"), pick("金额（元）", "Amount (CNY)"), _("State")),
        rows=table,
        numeric=(2,),
    )
