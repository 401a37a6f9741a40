"""`manage.py audit ACTION`: verify, sign, export and recompute. Each action stands in a module beside."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from subsidy.audit.log.refusals import LogRefused
from subsidy.management import audit_export, audit_keys, audit_reprove, audit_verify
from subsidy.management.base import Findings, ProgramCommand, both
from subsidy.management.commands.policies import Action

ACTIONS = {
    "verify": Action(
        "everything, or one case; or a file: a bundle, a checkpoint, a proof",
        audit_verify.arguments, audit_verify.run,
    ),
    "export": Action(
        "the file of one case with proofs and a verifier that needs nothing but Python",
        audit_export.arguments, audit_export.run,
    ),
    "reprove": Action(
        "decide every award and every open finding again from what was pinned",
        audit_reprove.arguments, audit_reprove.run,
    ),
    "checkpoint": Action(
        "number what is pending, sign the head of the log and print it", audit_keys.no_arguments, audit_keys.checkpoint
    ),
    "key": Action("list, make, replace and revoke the keys that sign", audit_keys.arguments, audit_keys.run),
}  # fmt: skip


class Command(ProgramCommand):
    help = "The log: exit 0 when it holds or it was done, 1 with each finding named or when refused, 2 for bad usage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, action in ACTIONS.items():
            action.arguments(actions.add_parser(name, help=action.help))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ACTIONS[options["action"]].run(self, options)
        except LogRefused as refused:
            raise Findings(both(refused.message)) from refused
