"""`manage.py cases list`: every case with its policy, state, applicant and amount."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.management.base import BadUsage, ProgramCommand, add_json
from subsidy.programmes.models import Policy

FIELDS = {
    "number": "number",
    "policy": "policy_version__policy__code",
    "version": "policy_version__version",
    "state": "state",
    "applicant": "company_name",
    "amount_fen": "amount_fen",
}


class Command(ProgramCommand):
    help = "Cases by number. amount_fen is the amount as decreed, null before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        listed = actions.add_parser("list", help="every case, or those of a policy or state")
        listed.add_argument("--policy", metavar="CODE")
        listed.add_argument("--state", metavar="STATE", choices=CaseState.values, help=", ".join(CaseState.values))
        add_json(listed)

    def handle(self, *args: Any, **options: Any) -> None:
        cases = Case.objects.order_by("number")
        if options["state"]:
            cases = cases.filter(state=options["state"])
        if options["policy"]:
            _refuse_unknown(options["policy"])
            cases = cases.filter(policy_version__policy__code=options["policy"])
        rows = (dict(zip(FIELDS, row, strict=True)) for row in cases.values_list(*FIELDS.values()))
        if options["json"]:
            self.print_json(list(rows))
            return
        for row in rows:
            fen = row["amount_fen"]
            amount = "—" if fen is None else f"{fen // 100:,}.{fen % 100:02d} 元"
            self.stdout.write(
                f"{row['number']}  {row['policy']}@{row['version']}  {row['state']:<20}  {amount:>18}  {row['applicant']}"
            )


def _refuse_unknown(code: str) -> None:
    known = sorted(set(Policy.objects.values_list("code", flat=True)))
    if code not in known:
        raise BadUsage(
            f"没有政策 {code}；现有：{'、'.join(known) or '无'}。 / "
            f"There is no policy {code}; there are: {', '.join(known) or 'none'}."
        )
