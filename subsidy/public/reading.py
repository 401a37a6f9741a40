"""A policy version as people read it: each clause beside the rules that carry it out, and the numbers behind them.

Everything comes from the pack alone, in the active language; a pack is never told apart by its name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from policies.language import Leaf, Pack, Text
from policies.language.check.cases import Case as WorkedCase
from policies.language.check.cases import differences, read_cases
from policies.language.decide import decide
from policies.language.decision import Decision
from policies.language.model import Criterion, ParameterDef, Program, Undertaking
from policies.language.shown import shown
from policies.language.typed import Typed
from subsidy.reporting.granted import granted_under
from subsidy.web.components import CERTAINTIES, DataTable
from subsidy.web.components import Text as Words
from subsidy.web.formats import day, money, pick

PEOPLE: dict[str, Words] = {
    "leader": gettext_lazy("leader"),
    "division_head": gettext_lazy("division head"),
    "acceptance": gettext_lazy("acceptance officer"),
    "expert": gettext_lazy("expert"),
    "officer": gettext_lazy("officer of the bureau"),
}
BREACHES: dict[str, Words] = {
    "recovery": gettext_lazy("the award is recovered"),
    "suspension": gettext_lazy("payments stop until it is done"),
    "warning": gettext_lazy("a warning"),
}
NOTICE_FIELDS: dict[str, Words] = {
    "name": gettext_lazy("name"),
    "tier": gettext_lazy("tier"),
    "amount": gettext_lazy("amount"),
    "rank": gettext_lazy("rank"),
}
GROUPS: dict[str, Words] = {
    "all_of": gettext_lazy("All of these:"),
    "any_of": gettext_lazy("Any of these:"),
    "not": gettext_lazy("None of these:"),
}


@dataclass(frozen=True)
class Line:
    """One requirement or group of requirements in words, with the numbers that it compares with."""

    sentence: str
    clause: str = ""
    certainty: Words = ""
    assumed: bool = False
    numbers: Sequence[str] = ()
    children: Sequence[Line] = ()


@dataclass(frozen=True)
class Grade:
    title: str
    settings: Sequence[str]
    requires: Sequence[Line]


@dataclass(frozen=True)
class ClauseRow:
    """A clause of the published text, and everything in the rules that stands under its number."""

    number: str
    heading: str
    text: str
    rules: Sequence[str]


@dataclass(frozen=True)
class Decided:
    """A set of criteria with its amount: the first decision, or a later one (`title` says which)."""

    title: str
    conditions: Sequence[Line]
    vetoes: Sequence[Line]
    tiers: Sequence[Grade]
    amount: Line | None


def said(text: Text) -> str:
    """A text of a pack in the active language."""
    return pick(text.zh, text.en)


def decided(pack: Pack, stage: str | None = None) -> Decided:
    """The criteria of the first decision, or of a later stage (KeyError for one that the pack has not)."""
    program = pack.program_of(stage)
    # The vetoes of a pack hold in every stage; they are said once.
    vetoes = program.vetoes if stage is None else program.vetoes[len(pack.vetoes) :]
    return Decided(
        title=said(program.title),
        conditions=_lines(pack, program.eligibility),
        vetoes=[_leaf(pack, leaf) for leaf in vetoes],
        tiers=[
            Grade(said(tier.text), [_setting(pack, name, value) for name, value in tier.settings.items()],
                  _lines(pack, tier.requires))
            for tier in program.tiers
        ],
        amount=_amount(pack, program),
    )  # fmt: skip


def _lines(pack: Pack, node: Criterion | None) -> list[Line]:
    """A tree of criteria; an outermost "all of these" is not said, its parts are."""
    if node is None:
        return []
    if not isinstance(node, Leaf) and node.kind == "all_of" and node.text is None:
        return [_line(pack, child) for child in node.children]
    return [_line(pack, node)]


def _line(pack: Pack, node: Criterion) -> Line:
    if isinstance(node, Leaf):
        return _leaf(pack, node)
    children = [_line(pack, child) for child in node.children]
    if node.text is not None:
        return Line(said(node.text), children=children)
    if node.kind == "at_least":
        words = ngettext("At least %(n)d of these:", "At least %(n)d of these:", node.least) % {"n": node.least}
        return Line(words, children=children)
    return Line(str(GROUPS[node.kind]), children=children)


def _leaf(pack: Pack, leaf: Leaf) -> Line:
    return Line(
        said(leaf.text),
        leaf.clause,
        _certainty(leaf.certainty),
        leaf.certainty == "assumed",
        [f"{said(pack.parameters[name].text)}{_colon()}{value_now(pack.parameters[name])}"
         for name in leaf.when.names() if name in pack.parameters],
    )  # fmt: skip


def _amount(pack: Pack, program: Program) -> Line | None:
    amount = program.amount
    if amount is None:
        return None
    names = [name for name in amount.formula.names() if name in pack.parameters]
    numbers = [f"{said(pack.parameters[name].text)}{_colon()}{value_now(pack.parameters[name])}" for name in names]
    return Line(said(amount.text), amount.clause, _certainty(amount.certainty), amount.certainty == "assumed", numbers)


def _setting(pack: Pack, name: str, value: Typed) -> str:
    parameter = pack.parameters.get(str(value.value)) if value.op == "name" else None
    if parameter is not None:
        return f"{said(parameter.text)}{_colon()}{value_now(parameter)}"
    return f"{name}{_colon()}{constant(value)}"


def _certainty(certainty: str) -> Words:
    words: dict[str, Words] = {str(name): text for name, text in CERTAINTIES.items()}
    return words.get(certainty, certainty)


def _colon() -> str:
    return pick("：", ": ")


def constant(value: Typed) -> str:
    """A fixed value in words; what is computed is only named as such."""
    if value.op != "const":
        return _("computed by its formula")
    if value.type.kind == "duration":
        return _duration(value)
    found = shown(value.type, value.value)
    return pick(found.zh, found.en)


def _duration(value: Typed) -> str:
    assert isinstance(value.value, tuple)
    months, days = (int(part) for part in value.value)
    parts = []
    if months and months % 12 == 0:
        parts.append(ngettext("%(n)d year", "%(n)d years", months // 12) % {"n": months // 12})
    elif months:
        parts.append(ngettext("%(n)d month", "%(n)d months", months) % {"n": months})
    if days or not parts:
        parts.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    return " ".join(parts)


def value_now(parameter: ParameterDef) -> str:
    """The value of a parameter; where it follows the date, each with the day it begins."""
    if len(parameter.values) == 1:
        return constant(parameter.values[0].value)
    return pick("；", "; ").join(_since(dated.since, dated.value) for dated in parameter.values)


def _since(since: dt.date | None, value: Typed) -> str:
    if since is None:
        return constant(value)
    return _("%(value)s from %(day)s") % {"value": constant(value), "day": day(since)}


def parameters(pack: Pack) -> DataTable:
    """The numbers of the policy with clause, certainty and source."""
    return DataTable(
        caption=_("Numbers of this policy"),
        head=(_("What"), _("Value"), _("Clause"), _("Wording"), _("Where it comes from")),
        rows=[
            (said(one.text), value_now(one), one.clause, _certainty(one.certainty), said(one.source))
            for one in pack.parameters.values()
        ],
    )


def granted(policy_id: int) -> DataTable | None:
    """What decrees granted under the policy, by year; None where none did yet."""
    found = granted_under(policy_id)
    if not found:
        return None
    return DataTable(
        caption=_("What was granted"),
        head=(_("Year of the decree"), _("Awards"), _("Revoked since"), _("Granted, as it stands now"), _("Paid")),
        rows=[
            (str(one.year), str(one.awards), str(one.revoked), money(one.granted_fen), money(one.paid_fen))
            for one in found
        ],
        numeric=(1, 2, 3, 4),
        caption_shown=False,
    )


def clauses(pack: Pack) -> list[ClauseRow]:
    """Every clause of the text with what carries it out; none is left out."""
    rules: dict[str, dict[str, None]] = {clause.number: {} for clause in pack.clauses}
    for number, sentence in _uses(pack):
        rules.setdefault(number, {})[sentence] = None
    return [
        ClauseRow(clause.number, said(clause.heading), said(clause.text), list(rules[clause.number]))
        for clause in pack.clauses
    ]


def _uses(pack: Pack) -> Iterator[tuple[str, str]]:
    for leaf in pack.leaves():
        yield leaf.clause, said(leaf.text)
    for program in (pack.program, *pack.stages.values()):
        if program.amount is not None:
            yield program.amount.clause, said(program.amount.text)
    for parameter in pack.parameters.values():
        yield parameter.clause, f"{said(parameter.text)}{_colon()}{value_now(parameter)}"
    for definition in pack.definitions.values():
        yield definition.clause, said(definition.text)
    for table in pack.tables.values():
        yield table.clause, said(table.text)
    for undertaking in pack.undertakings:
        yield undertaking.clause, said(undertaking.text)
    for rule in pack.manual:
        yield (
            rule.clause,
            _("judged by people (%(who)s): %(what)s") % {"who": person(rule.by), "what": said(rule.text)},
        )
    if pack.allocation is not None:
        yield pack.allocation.clause, _("allocation among the applicants of a call")


def person(name: str) -> Words:
    """Who decides or judges, by the name that packs use."""
    return PEOPLE.get(name, name)


def route(pack: Pack) -> list[str]:
    """The way of an application, step by step, with its working days."""
    steps = [_("You apply in this system. Drafts are kept; you submit when everything is there.")]
    way = pack.route
    steps.append(_working(way.acceptance_days, _("the bureau checks that the application is complete")))
    steps.append(_working(way.correction_days, _("if something is missing you are asked once, and answer")))
    if way.panel is not None:
        steps.append(
            _(
                "%(seats)d experts score independently; at least %(quorum)d scores count, the pass mark is %(mark)d of 100."
            )
            % {"seats": way.panel.seats, "quorum": way.panel.quorum, "mark": way.panel.pass_mark}
        )
    steps.append(_("The amount is computed by the rules on this page and checked by an officer."))
    steps.append(
        _("The applications of a call are decided together. Approved by: %(who)s.") % {"who": _approval(pack)}
    )
    steps.append(notice(pack))
    steps.append(
        _("The decree is issued; you confirm your account; three people prepare, check and release the payment.")
    )
    if way.confirmation_days is not None:
        end = _("you confirm the account after the letter of award reaches you; after that the award lapses")
        steps.append(_working(way.confirmation_days, end))
    return steps


def _working(days: int, what: str) -> str:
    words = ngettext("Within %(n)d working day: %(what)s.", "Within %(n)d working days: %(what)s.", days)
    return words % {"n": days, "what": what}


def _approval(pack: Pack) -> str:
    levels = []
    for level in pack.route.approval:
        who = str(person(level.by))
        if level.up_to is not None:
            who = _("%(who)s (up to %(amount)s)") % {"who": who, "amount": money(level.up_to)}
        levels.append(who)
    return pick("、", ", ").join(levels) or str(person("leader"))


def notice(pack: Pack) -> str:
    """The rule of the public notice, or why there is none."""
    if pack.notice is None:
        return _("There is no public notice: %(reason)s") % {"reason": pack.no_notice_reason or ""}
    fields = pick("、", ", ").join(str(NOTICE_FIELDS.get(name, name)) for name in pack.notice.fields)
    words = ngettext(
        "The list (%(fields)s) is public for %(n)d working day; anybody may object.",
        "The list (%(fields)s) is public for %(n)d working days; anybody may object.",
        pack.notice.days,
    ) % {"fields": fields, "n": pack.notice.days}
    if pack.notice.count == "exclusive":
        words += _(" The day of publishing does not count.")
    return words


def undertakings(pack: Pack) -> DataTable | None:
    """What recipients promise; None where the policy asks for nothing."""
    if not pack.undertakings:
        return None
    return DataTable(
        caption=_("What you undertake"),
        head=(_("Undertaking"), _("Until"), _("If not kept"), _("Clause")),
        rows=[(said(one.text), _due(one), BREACHES.get(one.breach, one.breach), one.clause)
              for one in pack.undertakings],
    )  # fmt: skip


def _due(one: Undertaking) -> str:
    """When it is due; after what where it is no span from the award, and for how many years where that is written."""
    due = _day_or_span(one.due)
    if one.after == "event":
        return _("%(span)s after what happened") % {"span": due}
    if one.years:
        return _("%(due)s, for %(n)d years") % {"due": due, "n": one.years}
    return due


def _day_or_span(due: str) -> str:
    """A day of each year (MM-DD) or a span such as "3 months"."""
    number, _space, unit = due.partition(" ")
    if unit:
        count = int(number)
        if unit.startswith("year"):
            return ngettext("%(n)d year", "%(n)d years", count) % {"n": count}
        if unit.startswith("month"):
            return ngettext("%(n)d month", "%(n)d months", count) % {"n": count}
        return ngettext("%(n)d day", "%(n)d days", count) % {"n": count}
    month, _dash, on = due.partition("-")
    in_any_year = day(dt.date(2000, int(month), int(on)))
    return _("every year by %(day)s") % {"day": in_any_year.removeprefix("2000年").removesuffix(" 2000")}


@dataclass(frozen=True)
class _Version:
    """What its worked cases hang on; the pack itself is told apart by its hash."""

    content_hash: str
    cases_text: str
    pack: Pack = field(compare=False)


@lru_cache(maxsize=16)
def _worked(version: _Version) -> tuple[tuple[WorkedCase, Decision], ...]:
    """The worked cases with their decisions: worked once a process and version."""
    pack = version.pack
    found = read_cases(pack, version.cases_text, "cases.yaml")
    return tuple((case, decide(pack, case.facts, stage=case.stage)) for case in found)


def worked_cases(pack: Pack, cases_text: str) -> DataTable:
    """Each worked case of the pack: what it is called, and what the rules decide of it now."""
    tiers = {tier.id: said(tier.text) for program in (pack.program, *pack.stages.values()) for tier in program.tiers}
    outcomes = {"met": _("met"), "not_met": _("not met"), "unknown": _("not known yet")}
    rows = []
    for case, decision in _worked(_Version(pack.content_hash, cases_text, pack)):
        as_expected = _("as expected") if not differences(case, decision) else _("differs")
        amount = money(decision.amount) if decision.amount is not None else "—"
        tier = tiers.get(decision.tier or "", "—")
        rows.append((case.id.replace("_", " "), outcomes[decision.outcome], tier, amount, as_expected))
    return DataTable(
        caption=_("Worked cases"),
        head=(_("Worked case"), _("Outcome"), _("Tier"), _("Amount"), _("Compared")),
        rows=rows,
        numeric=(3,),
    )
