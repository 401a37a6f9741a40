"""`manage.py policies ACTION`: packs read from files, without a database. Each action stands in a module beside."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, NamedTuple

from subsidy.management import (
    policies_check,
    policies_decide,
    policies_diff,
    policies_docs,
    policies_new,
    policies_sweep,
)
from subsidy.management.base import ProgramCommand


class Action(NamedTuple):
    """What an action is for, which arguments it takes, and what it does."""

    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[ProgramCommand, dict[str, Any]], None]


ACTIONS = {
    "check": Action(
        "parse, types, lint, worked cases and proofs; a line a finding",
        policies_check.check_arguments, policies_check.check,
    ),
    "decide": Action(
        "what a pack says of one company's facts, and why",
        policies_decide.arguments, policies_decide.run,
    ),
    "sweep": Action(
        "what a pack says of every row of a table", policies_sweep.arguments, policies_sweep.run,
    ),
    "diff": Action(
        "what changed between two versions; exit 1 when anything did", policies_diff.arguments, policies_diff.run
    ),
    "new": Action("write the folder of a new pack, to be filled in", policies_new.arguments, policies_new.run),
    "docs": Action("write docs/policies/, a page a version", policies_docs.arguments, policies_docs.run),
    "boundary": Action(
        "boundaries that no worked case touches", policies_check.boundary_arguments, policies_check.boundary
    ),
    "mutants": Action(
        "how many slips in a pack its worked cases notice; exit 1 where they notice less than nine tenths",
        policies_check.mutants_arguments, policies_check.mutants,
    ),
}  # fmt: skip


class Command(ProgramCommand):
    help = (
        "Check, try, compare, begin and document packs. Exit 0: it holds, or it was done; 1: findings, or refused; "
        "2: bad usage."
    )
    # Rules need neither records nor routes: a policy author runs this on a machine without either.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, action in ACTIONS.items():
            action.arguments(actions.add_parser(name, help=action.help))

    def handle(self, *args: Any, **options: Any) -> None:
        ACTIONS[options["action"]].run(self, options)
