"""`policies sweep`: what a pack says of every row of a table."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from policies.language import PolicyError, format_value
from policies.language.sweep.files import sweep_file
from policies.language.typed import MONEY, Type
from subsidy.management.base import BadUsage, Findings, ProgramCommand, add_json
from subsidy.management.packs import add_lang, add_stage, known_stage, pack_named
from subsidy.management.tree import WORDS


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("pack", metavar="PACK[@VERSION]", help="code (newest version), code@version or folder")
    parser.add_argument(
        "--input",
        required=True,
        metavar="FILE",
        help="cases as .csv or .parquet; a list LIST beside it: FILE.LIST.csv",
    )
    parser.add_argument("--output", required=True, metavar="FILE", help="where the decisions go, .csv or .parquet")
    parser.add_argument("--clauses", action="store_true", help="a column for each requirement as well")
    add_stage(parser)
    add_lang(parser)
    add_json(parser)


def run(command: ProgramCommand, options: dict[str, Any]) -> None:
    lang, source = options["lang"], Path(options["input"])
    if not source.is_file():
        raise BadUsage(f"没有文件 {source}，请核对 --input。 / There is no file {source}; check --input.")
    try:
        pack = pack_named(options["pack"])
        known_stage(pack, options["stage"])
        totals = sweep_file(pack, source, Path(options["output"]), stage=options["stage"], clauses=options["clauses"])
    except PolicyError as error:
        raise Findings(error.in_language(lang)) from error
    if options["json"]:
        command.print_json(
            {
                "outcomes": dict(sorted(totals.outcomes.items())), "tiers": dict(sorted(totals.tiers.items())),
                "amount": totals.amount, "open": [totals.open_low, totals.open_high], "currency": pack.currency,
            }
        )  # fmt: skip
        return
    words, kind = WORDS[lang], Type(MONEY, pack.currency)
    for outcome in ("met", "not_met", "unknown"):
        command.stdout.write(f"{words[outcome]}: {totals.outcomes[outcome]:,}")
    for tier in pack.program_of(options["stage"]).tiers:
        command.stdout.write(f"  {tier.text.in_language(lang)}: {totals.tiers[tier.id]:,}")
    command.stdout.write(f"{words['amount']}: {format_value(kind, totals.amount, lang)}")
    if totals.open_high:
        low, high = (format_value(kind, bound, lang) for bound in (totals.open_low, totals.open_high))
        command.stdout.write(f"{words['open']}: {low} – {high}")
