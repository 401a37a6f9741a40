"""Proposals about a title that a case was given: taking it back, lowering it, and its repeated test by the policy's stage."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policies.language import Decision, FactDef, Pack, decide, facts_from_json, facts_to_json
from policies.language.recognition import RecognitionDef, RepeatedTest
from subsidy.audit.canonical import canonical
from subsidy.cases.models import Case
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.facts import facts_of
from subsidy.decisions.models import Proposal
from subsidy.decisions.recusals import recused_from
from subsidy.decisions.titles import TestOutcome, TitleTest
from subsidy.programmes.packs import pack_of
from subsidy.registers.enums import Change
from subsidy.registers.models import RegisterEntry
from subsidy.registers.selectors import entries_of_case
from subsidy.registers.services import entry_follow
from workflows.case.fields import field_for, stored
from workflows.common.acts import ActForm
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.round.conferring import words_of

REVOKE, LOWER = "revoke", "lower"
CHANGES = {REVOKE: _("take the title back"), LOWER: _("lower it by one level")}
# What a stage may ask of the title itself, whatever the policy calls it.
FIRST_DAY, LEVEL = frozenset({"certificate_on", "approved_on", "awarded_on"}), "recognised_tier"
_REASON: dict[str, Any] = {"max_length": 500, "widget": forms.Textarea(attrs={"rows": 3})}


class TitleChangeForm(ActForm):
    """Taking a title back, or one level of it, by a decision with a document number."""

    case = forms.IntegerField(widget=forms.HiddenInput)
    change = forms.ChoiceField(
        label=_("What is decided"),
        choices=list(CHANGES.items()),
        widget=forms.RadioSelect,
    )
    document = forms.CharField(label=_("Document number of the decision"), max_length=60)
    reason = forms.CharField(label=_("Reason, as the company reads it"), **_REASON)


class TitleTestForm(ActForm):
    """What the test needs to know beyond what the bureau holds; the policy decides, not the officer."""

    case = forms.IntegerField(widget=forms.HiddenInput)
    document = forms.CharField(label=_("Document number, if the title changes"), max_length=60, required=False)
    reason = forms.CharField(label=_("What was looked at"), **_REASON)

    def __init__(self, data: Any = None, files: Any = None, *, subject: Any, **kwargs: Any) -> None:
        super().__init__(data, files, subject=subject, **kwargs)
        named = (data or {}).get("case") or kwargs.get("initial", {}).get("case")
        case = Case.objects.filter(pk=named).first() if str(named or "").isdecimal() else None
        self.facts = asked_of(pack_of(case.policy_version)) if case is not None else {}
        for name, fact in self.facts.items():
            self.fields[name] = field_for(fact)
            self.fields[name].required = not fact.optional

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["facts"] = {name: stored(fact, data.pop(name, None)) for name, fact in self.facts.items()}
        return data


def asked_of(pack: Pack) -> dict[str, FactDef]:
    """The facts of the stage that tests the title, without those that the title itself answers; none without a test."""
    if pack.recognition is None or pack.recognition.test is None:
        return {}
    stage = pack.stages[pack.recognition.test.stage]
    own = {name: fact for name, fact in stage.facts.items() if name not in pack.facts}
    return {name: fact for name, fact in own.items() if name not in {*FIRST_DAY, LEVEL, stage.decides_on}}


def title_of(case: Case, on: dt.date) -> RegisterEntry:
    """The title that the case was given and that holds on that day (WrongState for none)."""
    entry = next(iter(entries_of_case(case.pk)), None)
    if entry is None or entry.change == Change.ENDED or (entry.valid_to is not None and entry.valid_to < on):
        raise WrongState(_("This case has no title that holds today; there is nothing to change."))
    return entry


def case_for(turn: Turn) -> Case:
    """The case that is spoken of, of the own bureau and without those who are recused from it."""
    found = Case.objects.filter(pk=turn.data["case"]).exclude(recused_from("case", turn.actor))
    case = found.select_related("policy_version").first()
    if case is None or case.authority_id != turn.authority_id:
        raise NotFound
    return case


def change_terms(turn: Turn, case: Case) -> dict[str, Any]:
    """What exactly is proposed: which entry becomes what. Refuses a lowering below the lowest level."""
    entry = title_of(case, turn.now.on)
    terms = {"change": turn.data["change"], "document": turn.data["document"], "entry": entry.pk}
    if turn.data["change"] == LOWER:
        level = _recognition(case).below(entry.level)
        if level is None:
            raise BadData(fields={"change": [str(_("This is the lowest level. Take the title back instead."))]})
        terms["level"] = level
    return {**terms, "certificate": entry.certificate_number}


def test_terms(turn: Turn, case: Case) -> dict[str, Any]:
    """The facts entered, and what the policy finds of them today. Refuses what it cannot decide, naming what is missing."""
    entry = title_of(case, turn.now.on)
    pack = pack_of(case.policy_version)
    if _recognition(case).test is None:
        raise WrongState(_("The policy has no test of this title."))
    given = {name: value for name, value in turn.data["facts"].items() if value is not None}
    stage = pack.stages[_test(case).stage]
    said = facts_to_json(pack, given, stage=stage.stage)
    _facts, decision = judged(case, entry, said, on=turn.now.on)
    if decision.outcome == "unknown":
        names = "、".join(
            str(stage.facts[ask.fact].text.zh if ask.fact in stage.facts else ask.fact) for ask in decision.ask
        )
        raise BadData(_("The policy cannot decide: %(facts)s is not known. Have it kept first.") % {"facts": names})
    outcome, level, failures = _consequence(case, entry, decision)
    if outcome in (TestOutcome.LOWERED, TestOutcome.ENDED) and not turn.data["document"]:
        raise BadData(
            fields={"document": [str(_("The title changes by this test. Enter the number of the decision."))]}
        )
    return {
        "document": turn.data["document"],
        "entry": entry.pk,
        "certificate": entry.certificate_number,
        "facts": said,
        "outcome": outcome.value,
        "level": level,
        "failures": failures,
    }


def judged(case: Case, entry: RegisterEntry, said: dict[str, Any], *, on: dt.date) -> tuple[dict[str, Any], Decision]:
    """What the stage finds on that day, with the facts it read."""
    pack, test = pack_of(case.policy_version), _test(case)
    stage = pack.stages[test.stage]
    facts = {name: value for name, value in facts_of(case, pack, on=on).items() if name in stage.facts}
    facts |= facts_from_json(pack, said, stage=test.stage)
    facts[stage.decides_on] = on
    facts |= dict.fromkeys(FIRST_DAY & stage.facts.keys(), entry.valid_from)
    if LEVEL in stage.facts:
        facts[LEVEL] = entry.level
    return facts, decide(pack, facts, stage=test.stage)


def _consequence(case: Case, entry: RegisterEntry, decision: Decision) -> tuple[TestOutcome, str, int]:
    """What the test leads to by the policy's rule: (outcome, level after it, failed tests of the title in all)."""
    title, test = _recognition(case), _test(case)
    before = TitleTest.objects.filter(case=case).exclude(outcome=TestOutcome.KEPT).count()
    if decision.outcome == "met":
        level = decision.tier or entry.level
        return (TestOutcome.KEPT if level == entry.level else TestOutcome.LOWERED), level, before
    failures, below = before + 1, title.below(entry.level)
    if failures >= test.failures or (test.lowers and below is None):
        return TestOutcome.ENDED, "", failures
    if test.lowers:
        return TestOutcome.LOWERED, below or "", failures
    return TestOutcome.FAILED, entry.level, failures


def _recognition(case: Case) -> RecognitionDef:
    title = pack_of(case.policy_version).recognition
    if title is None:
        raise WrongState(_("The policy of this case confers no title."))
    return title


def _test(case: Case) -> RepeatedTest:
    test = _recognition(case).test
    if test is None:
        raise WrongState(_("The policy has no test of this title."))
    return test


def change_title(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
    """The title ends or goes down one level from today on; the company is told by a decision with its reasons."""
    case = Case.objects.select_related("policy_version").get(pk=proposal.about_id)
    _write(turn, proposal, case, terms, ends=terms["change"] == REVOKE)


def test_title(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
    """Judge anew on today's facts, pin what was found, and let the policy's rule take its course."""
    case = Case.objects.select_related("policy_version").get(pk=proposal.about_id)
    entry = _same(case, terms, turn.now.on)
    facts, decision = judged(case, entry, terms["facts"], on=turn.now.on)
    outcome, level, failures = _consequence(case, entry, decision)
    if (outcome.value, level, failures) != (terms["outcome"], terms["level"], terms["failures"]):
        raise BadData(
            _("What the policy finds has changed since it was proposed. Refuse it and have it proposed anew.")
        )
    pack, text = pack_of(case.policy_version), decision.canonical()
    TitleTest.objects.create(
        authority_id=case.authority_id,
        case=case,
        entry=entry,
        proposal=proposal,
        stage=_test(case).stage,
        tested_on=turn.now.on,
        content_hash=pack.content_hash,
        facts_text=canonical(facts_to_json(pack, facts, stage=_test(case).stage)),
        decision_text=text,
        decision_hash=hashlib.sha256(text.encode()).hexdigest(),
        outcome=outcome,
        failures=failures,
    )
    turn.record(outcome=outcome, failures=failures, decided=decision.outcome)
    if outcome in (TestOutcome.LOWERED, TestOutcome.ENDED):
        _write(turn, proposal, case, terms, ends=outcome == TestOutcome.ENDED)


def _same(case: Case, terms: dict[str, Any], on: dt.date) -> RegisterEntry:
    entry = title_of(case, on)
    if entry.pk != terms["entry"]:
        raise BadData(_("The title has changed since it was proposed. Refuse it and have it proposed anew."))
    return entry


def _write(turn: Turn, proposal: Proposal, case: Case, terms: dict[str, Any], *, ends: bool) -> None:
    """Write the row that follows in the register, and tell the case, which prints the decision."""
    entry = _same(case, terms, turn.now.on)
    level = None if ends else terms["level"]
    row = entry_follow(
        entry,
        change=Change.ENDED if ends else Change.UPGRADED,
        effective_on=turn.now.on,
        now=turn.now,
        actor=turn.actor,
        level=level,
        reason=proposal.reason[:500],
        document_number=terms["document"],
        words=None if level is None else words_of(pack_of(case.policy_version), level),
    )
    turn.record(entry=row.pk, follows=entry.pk, change=row.change, level=row.level, certificate=row.certificate_number)
    kind = LetterKind.TITLE_ENDED if ends else LetterKind.TITLE_LOWERED
    told = {"proposal": proposal.number, "entry": row.pk, "document": terms["document"], "reason": proposal.reason}
    turn.passage.also(
        "case", [case.pk], "title_changed", {**told, "paper": kind.value, "certificate": row.certificate_number}
    )
