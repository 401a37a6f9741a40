"""The calculator: what a policy would say of figures that somebody tries; nothing is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from policies.language import ABSENT, Decision, FactDef, Outdated, Pack, PolicyError, decide
from subsidy.accounts.models import User
from subsidy.applicants.models import Company
from subsidy.applicants.selectors import companies_of
from subsidy.decisions.facts import held_on, system_facts, values_held
from subsidy.decisions.rows import Reads
from subsidy.public.reading import said
from subsidy.web.components import Reason, Text
from subsidy.web.formats import money, pick
from subsidy.web.reasons import Asked, asked, reason_tree
from workflows.case.fields import field_for

COMPANIES_SHOWN = 3
NONE_PREFIX = "none_"
OUTCOME_WORDS = {"met": "done", "not_met": "stop", "unknown": "wait"}


class CalculatorForm(forms.Form):
    """Every fact of the first decision. An empty field is not known; one that need not exist can be ticked as missing."""

    def __init__(self, data: Any, *, pack: Pack, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial={name: value for name, value in initial.items() if value is not ABSENT})
        self.pack = pack
        for name, fact in self.shown_facts().items():
            field = field_for(fact)
            if fact.kind == "money":
                field.label = pick(f"{said(fact.text)}（元）", f"{said(fact.text)} (CNY)")
            self.fields[name] = field
            if fact.optional:
                self.fields[f"{NONE_PREFIX}{name}"] = forms.BooleanField(
                    required=False,
                    label=_("There is none: %(what)s") % {"what": said(fact.text)},
                    initial=initial.get(name) is ABSENT,
                )

    def shown_facts(self) -> dict[str, FactDef]:
        """Facts that a decision reads; texts are never compared."""
        return {name: fact for name, fact in self.pack.program.facts.items() if fact.kind != "text"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, fact in self.shown_facts().items():
            if fact.optional and cleaned.get(f"{NONE_PREFIX}{name}") and cleaned.get(name) not in (None, ""):
                self.add_error(name, _("You gave a value and ticked that there is none. Clear one of the two."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What the form says, for a valid form: empty fields are left out (unknown)."""
        found: dict[str, Any] = {}
        for name in self.shown_facts():
            value = self.cleaned_data.get(name)
            if self.cleaned_data.get(f"{NONE_PREFIX}{name}"):
                found[name] = ABSENT
            elif value not in (None, ""):
                found[name] = value.date() if isinstance(value, dt.datetime) else value
        return found

    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """The fields under the headings of the pack's sections; what stands in none comes last."""
        groups: dict[str, list[BoundField]] = {said(text): [] for text in self.pack.sections.values()}
        other = _("Dates and other facts")
        for name, fact in self.shown_facts().items():
            section = self.pack.sections.get(fact.section or "")
            fields = groups.setdefault(said(section) if section is not None else other, [])
            fields.append(self[name])
            if fact.optional:
                fields.append(self[f"{NONE_PREFIX}{name}"])
        return [(heading, fields) for heading, fields in groups.items() if fields]


@dataclass(frozen=True)
class Result:
    """What the rules say: a headline with its tone, the tree of reasons, what is still to be asked."""

    headline: str
    tone: str
    tier: str = ""
    tree: Sequence[Reason] = ()
    asks: Sequence[Asked] = ()
    trouble: str = ""
    whose: Text = ""


def result(pack: Pack, facts: Mapping[str, Any], *, whose: Text = "") -> Result:
    """Decide and put it into words; facts that the rules refuse are named instead."""
    try:
        decision = decide(pack, dict(facts))
    except PolicyError as error:
        words = " ".join(pick(one.message_zh, one.message_en) for one in error.findings)
        return Result(_("The rules cannot read these figures"), "stop", trouble=words, whose=whose)
    content = decision.to_json()
    tier = next((said(one.text) for one in pack.tiers if one.id == decision.tier), "")
    return Result(
        headline=_headline(decision),
        tone=OUTCOME_WORDS[decision.outcome],
        tier=tier,
        tree=reason_tree(content),
        asks=asked(content),
        whose=whose,
    )


def _headline(decision: Decision) -> str:
    if decision.outcome == "not_met":
        return _("The requirements are not met: nothing would be granted")
    if decision.outcome == "met" and decision.amount is not None:
        return _("The requirements are met: %(amount)s") % {"amount": money(decision.amount)}
    low, high = decision.amount_range or (0, 0)
    if decision.outcome == "met":
        return _("The requirements are met: between %(low)s and %(high)s") % {"low": money(low), "high": money(high)}
    return _("Not known yet: between %(low)s and %(high)s") % {"low": money(low), "high": money(high)}


def facts_held(pack: Pack, company: Company, *, on: dt.date) -> dict[str, Any]:
    """What the bureau knows of a company for this policy, with the dates of today."""
    held = held_on(company.pk, Reads.of(pack), on=on)
    both = {**values_held(pack, held, on=on), **system_facts(submitted_on=on, decided_on=on)}
    return {name: value for name, value in both.items() if name in pack.facts or name in pack.records}


def results_of_member(pack: Pack, user: User, *, on: dt.date) -> list[Result]:
    """What the policy would say of each company that the person acts for, from what is known of it today."""
    return [
        result(pack, facts_held(pack, company, on=on), whose=company.name)
        for company in companies_of(user, on=on)[:COMPANIES_SHOWN]
    ]


def first_held(pack: Pack, user: User, *, on: dt.date) -> dict[str, Any]:
    """The figures to begin with: those of the person's first company, or only today's date."""
    company = companies_of(user, on=on).first()
    if company is None:
        return {pack.decides_on: on}
    held = facts_held(pack, company, on=on)
    return {name: value for name, value in held.items() if not isinstance(value, Outdated)}
