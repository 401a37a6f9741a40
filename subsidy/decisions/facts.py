"""Gathers the facts of a decision from where each is known, and lets the policy decide."""

from __future__ import annotations

import datetime as dt
from typing import Any

from policies.language import Decision, Pack, decide
from subsidy.applicants.models import CompanyFact
from subsidy.audit.moment import ZONE, Moment
from subsidy.cases.models import Case
from subsidy.cases.values import is_asked, value_of
from subsidy.programmes.packs import pack_of


def facts_of(case: Case, pack: Pack, *, on: dt.date) -> dict[str, Any]:
    """Every fact of the pack that is known of this case on that day; what nobody has said is left out (unknown).

    What the applicant is asked comes from the application, the rest from what the bureau holds of the company.
    """
    answers = {answer.name: value_of(answer) for answer in case.answers.all()}
    held = {fact.name: value_of(fact) for fact in known_facts(case.company_id)}
    system = system_facts(submitted_on=_filed_on(case, on), decided_on=on)
    facts: dict[str, Any] = {}
    for name, fact in pack.facts.items():
        source = system if fact.source == "system" else answers if is_asked(fact) else held
        if name in source:
            facts[name] = source[name]
    return facts


def known_facts(company_id: int) -> list[CompanyFact]:
    """The current facts of a company, the newest last."""
    return list(CompanyFact.objects.filter(company_id=company_id, superseded_at__isnull=True).order_by("as_of", "id"))


def system_facts(*, submitted_on: dt.date, decided_on: dt.date) -> dict[str, Any]:
    """What this system itself knows: the dates of filing and of deciding."""
    return {"submitted_on": submitted_on, "decided_on": decided_on}


def _filed_on(case: Case, on: dt.date) -> dt.date:
    return case.submitted_at.astimezone(ZONE).date() if case.submitted_at else on


def decision_of(case: Case, *, now: Moment) -> tuple[Pack, dict[str, Any], Decision]:
    """What the pinned policy version says of this case now."""
    pack = pack_of(case.policy_version)
    facts = facts_of(case, pack, on=now.on)
    return pack, facts, decide(pack, facts)
