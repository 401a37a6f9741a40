"""Which acts a reader may do with many rows at once, and what a rehearsal of one says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subsidy.accounts.enums import Role
from subsidy.correspondence.models import LetterKind
from subsidy.correspondence.telling import tells
from subsidy.web.components import Money, Preview, Refusal, Text
from subsidy.web.told import who_of
from subsidy.work.selectors import Standing
from workflows.common.acts import Act
from workflows.common.duties import WITHOUT_BUSINESS_POWER
from workflows.common.nodes import Standing as StandingNode
from workflows.common.outcomes import Rehearsal
from workflows.common.subjects import kind_named

KINDS = ("case", "round", "batch")


@cache
def bulk_acts() -> dict[str, Act]:
    """Every act that is done with many rows, by name; the same name is the same act at every kind and route."""
    return {act.name: act for name in KINDS for act in _acts_of(name) if act.bulk}


def _acts_of(kind_name: str) -> Iterator[Act]:
    kind = kind_named(kind_name)
    yield from kind.free_acts
    for flow_class in kind.flows.values():
        for node in flow_class.instance.nodes():
            yield from node.acts if isinstance(node, StandingNode) else ()


def allowed(standing: Standing) -> dict[str, Act]:
    """The acts on many rows that the reader's roles allow; the door judges each row."""
    if standing.roles & WITHOUT_BUSINESS_POWER:
        return {}
    return {
        name: act for name, act in bulk_acts().items() if (act.pooled and standing.pools) or act.role in standing.roles
    }


def offered(standing: Standing) -> list[tuple[str, Text]]:
    return [(name, act.title) for name, act in allowed(standing).items()]


def preview_of(act: str, rehearsals: Sequence[tuple[str, Rehearsal]], numbers: dict[tuple[str, int], str]) -> Preview:
    """What an act would do, from its rehearsal on each kind of matter: rows, letters, tasks, money, refusals; and whom
    the table of notifications names.
    """
    changes: list[Text] = []
    told: list[Text] = []
    money: list[Money] = []
    refused: list[Refusal] = []
    for kind, found in rehearsals:
        changes += _changes(kind, found)
        told += _told(found)
        if any(row.refusal is None for row in found.rows):
            told += [who_of(entry) for entry in tells(kind, act)]
        money += [Money(movement.label, fen) for movement, fen in found.money.items()]
        refused += [
            Refusal(numbers.get((kind, row.subject_id), ""), row.refusal.message)
            for row in found.rows
            if row.refusal is not None
        ]
    return Preview(changes, list(dict.fromkeys(told)), money, refused)


def _changes(kind: str, found: Rehearsal) -> Iterator[str]:
    states = dict(kind_named(kind).model._meta.get_field("state").choices)
    for (of_kind, before, after), count in sorted(found.moves.items()):
        if of_kind != kind:
            continue
        if before == after:
            yield ngettext(
                "%(n)d matter stays where it stands (%(state)s).",
                "%(n)d matters stay where they stand (%(state)s).",
                count,
            ) % {"n": count, "state": states.get(before, before)}
        else:
            yield ngettext(
                "%(n)d matter moves from %(before)s to %(after)s.",
                "%(n)d matters move from %(before)s to %(after)s.",
                count,
            ) % {"n": count, "before": states.get(before, before), "after": states.get(after, after)}


def _told(found: Rehearsal) -> Iterator[str]:
    for letter, count in sorted(found.letters.items()):
        label = LetterKind(letter).label if letter in LetterKind.values else letter
        yield ngettext("%(n)d company, by letter: %(letter)s", "%(n)d companies, by letter: %(letter)s", count) % {
            "n": count,
            "letter": label,
        }
    for role, count in sorted(found.waiting.items()):
        who = Role(role).label if role else _("companies")
        yield ngettext("%(who)s: %(n)d new task", "%(who)s: %(n)d new tasks", count) % {"who": who, "n": count}
