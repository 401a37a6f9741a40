"""What the rules say of a case or a company as things stand now, in words for the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from policies.language import Decision, Pack, PolicyError, decide
from subsidy.applicants.models import CompanyFact
from subsidy.audit.moment import Moment
from subsidy.cases.models import Case
from subsidy.decisions.facts import facts_of, system_facts, values_held
from subsidy.programmes.packs import pack_of
from subsidy.web import formats
from subsidy.web.components import Reason, Tone
from subsidy.web.reasons import Asked, asked, reason_tree

OUTCOME_TONES: dict[str, Tone] = {"met": "done", "not_met": "stop", "unknown": "wait"}


@dataclass(frozen=True)
class Live:
    """A decision made for the page alone: nothing of it is kept. `trouble` says why there is none."""

    words: str
    amount: str = ""
    tone: Tone = "plain"
    outcome: str = ""
    tree: Sequence[Reason] = ()
    asks: Sequence[Asked] = ()
    trouble: str = ""


def live_of_case(case: Case, *, now: Moment) -> Live:
    """The decision on the application as it is filled in now."""
    pack = pack_of(case.policy_version)
    return live(pack, facts_of(case, pack, on=now.on))


def live_of_company(pack: Pack, known: Sequence[CompanyFact], *, now: Moment) -> Live:
    """A rough answer before anything is filed: from what the state already knows of the company."""
    return live(pack, {**values_held(pack, known, on=now.on), **system_facts(submitted_on=now.on, decided_on=now.on)})


def live(pack: Pack, facts: dict[str, Any]) -> Live:
    facts = {name: value for name, value in facts.items() if name in pack.facts or name in pack.records}
    try:
        decision = decide(pack, facts)
    except PolicyError as error:
        said = [formats.pick(finding.message_zh, finding.message_en) for finding in error.findings]
        return Live(words=_("cannot be decided today"), tone="wait", trouble=" ".join(said))
    content = decision.to_json()
    return Live(
        words=_words(decision),
        amount=_amount(decision),
        tone=OUTCOME_TONES[decision.outcome],
        outcome=decision.outcome,
        tree=reason_tree(content),
        asks=asked(content),
    )


def _words(decision: Decision) -> str:
    if decision.outcome == "met":
        return _("meets the conditions")
    return _("does not meet the conditions") if decision.outcome == "not_met" else _("not decided: facts are missing")


def _amount(decision: Decision) -> str:
    """Exact when it is known; a range while facts are missing; nothing where nothing would be paid."""
    if decision.outcome == "not_met":
        return ""
    if decision.amount is not None:
        return formats.money(decision.amount)
    if decision.amount_range is None:
        return ""
    low, high = decision.amount_range
    if low <= 0:
        return _("up to %(high)s") % {"high": formats.money(high)}
    return _("%(low)s to %(high)s") % {"low": formats.money(low), "high": formats.money(high)}
