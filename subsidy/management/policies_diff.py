"""`policies diff OLD NEW`: what changed between two versions of a pack, by meaning."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from policies.language import PolicyError
from policies.language.diff.versions import diff
from policies.language.render.page import difference_item
from subsidy.management.base import Findings, ProgramCommand, add_json
from subsidy.management.packs import add_lang, pack_named


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("old", metavar="PACK@OLD", help="code@version, or the folder of a version")
    parser.add_argument("new", metavar="PACK@NEW", help="code@version, or the folder of a version")
    add_lang(parser)
    add_json(parser)


def run(command: ProgramCommand, options: dict[str, Any]) -> None:
    lang = options["lang"]
    try:
        found = diff(pack_named(options["old"]), pack_named(options["new"]))
    except PolicyError as error:
        raise Findings(error.in_language(lang)) from error
    if options["json"]:
        command.print_json([one.to_json() for one in found])
    else:
        for one in found:
            item = difference_item(one)
            marks = ("；" if lang == "zh" else "; ").join(mark.in_language(lang) for mark in item.marks)
            command.stdout.write(f"{item.text.in_language(lang)} [{marks}]")
            if one.before is not None:
                command.stdout.write(f"  - {one.before.in_language(lang)}")
            if one.after is not None:
                command.stdout.write(f"  + {one.after.in_language(lang)}")
    if found:
        raise Findings(f"两个版本有 {len(found)} 处不同 / the versions differ in {len(found)} places")
    if not options["json"]:
        command.stdout.write("✓ 两个版本的规则相同 / the versions say the same")
