"""What a company is offered without an application: why, and from which data of the bureau."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from policies.language import FactDef, facts_from_json, format_value
from subsidy.applicants.models import CompanyFact
from subsidy.audit.moment import ZONE
from subsidy.cases.models import Case
from subsidy.decisions.facts import CASE_DAYS, Known, gathered, supplied_by_route
from subsidy.decisions.models import RuleDecision
from subsidy.programmes.packs import pack_of
from subsidy.web.components import Reason, SummaryRow
from subsidy.web.facts import list_words, said_by, source_words
from subsidy.web.formats import is_chinese
from subsidy.web.reasons import reason_tree, stored
from workflows.case.fields import spoken


@dataclass(frozen=True)
class OfferShown:
    """The decision by rule behind an offer: its amount in fen, its reasons clause by clause, the data it read.

    `later` names what was taken as said although the company is yet to say it.
    """

    amount_fen: int
    tree: Sequence[Reason]
    facts: Sequence[SummaryRow]
    later: Sequence[str] = ()


def offer_of(case: Case) -> OfferShown | None:
    """The offer that a case was opened with; None where people decided, or where the company applied."""
    if case.route != "R0":
        return None
    made = RuleDecision.objects.select_related("finding").filter(case=case).first()
    if made is None:
        return None
    on = made.decided_at.astimezone(ZONE).date()
    pack = pack_of(case.policy_version)
    return OfferShown(
        amount_fen=made.amount_fen,
        tree=reason_tree(stored(made.finding.decision_text)),
        facts=_facts(case, made.finding.facts_text, on=on),
        later=[spoken(pack.facts[name].text) for name in supplied_by_route(case.route) if name in pack.facts],
    )


def _facts(case: Case, facts_text: str, *, on: dt.date) -> list[SummaryRow]:
    """Each fact as it was pinned with the offer; its source, or that it has changed since."""
    pack = pack_of(case.policy_version)
    pinned = facts_from_json(pack, json.loads(facts_text))
    known = gathered(case, pack, on=on)
    rows = []
    for name, fact in pack.facts.items():
        if name in pinned and name not in CASE_DAYS:
            said = format_value(fact, pinned[name], "zh" if is_chinese() else "en")
            rows.append(SummaryRow(spoken(fact.text), said, source=_source(case, fact, known[name], pinned[name])))
    for name, record in pack.records.items():
        if name in pinned:
            rows.append(SummaryRow(spoken(record.text), list_words(known[name]), source=source_words(record.source)))
    return rows


def _source(case: Case, fact: FactDef, known: Known, pinned: object) -> str:
    if fact.name in supplied_by_route(case.route):
        return _("You say so when you confirm the account; nothing is paid before that.")
    if known.value != pinned:
        return _("%(source)s; changed since the offer was made") % {"source": source_words(fact.source)}
    return said_by(known.row) if isinstance(known.row, CompanyFact) else source_words(fact.source)
