"""`policies new CODE`: the folder of a new pack with the places to fill in marked."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from policies.language.check.places import unfilled
from policies.language.functions import FUNCTION_TABLE
from policies.language.parse import name_problem
from policies.language.source import PackSource
from subsidy.management.base import BadUsage, ProgramCommand
from subsidy.management.packs import PACKS

SKELETON = Path(__file__).with_name("skeleton")
FILES = ("policy.yaml", "source.md", "cases.yaml")


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="lower-case letters, digits and _")
    parser.add_argument("--folder", metavar="DIR", help="folder of packs to write into; default: policies/packs")
    parser.add_argument("--version", metavar="YEAR.NUMBER", dest="pack_version", required=True, help="such as 2024.1")


def run(command: ProgramCommand, options: dict[str, Any]) -> None:
    code, version = options["code"], options["pack_version"]
    problem = name_problem(code, FUNCTION_TABLE)
    if problem is not None:
        raise BadUsage(f"代码“{code}”：{problem[1]} / The code {code!r}: {problem[0]}")
    year, _, number = version.partition(".")
    if not (len(year) == 4 and year.isdecimal() and year.isascii() and number.isdecimal() and len(number) <= 3):
        raise BadUsage(f"版本“{version}”应如 2024.1 / The version {version!r} must look like 2024.1")
    folder = (Path(options["folder"]) if options["folder"] else PACKS) / code / version
    if folder.exists():
        raise BadUsage(
            f"{folder} 已存在；请另取版本，或先移走。 / {folder} exists; choose another version or move it away first."
        )
    folder.mkdir(parents=True)
    for name, text in skeleton(code, version).items():
        (folder / name).write_text(text, encoding="utf-8")
        command.stdout.write(str(folder / name))
    places = len(unfilled(PackSource.from_folder(folder)))
    command.stdout.write(
        f"共 {places} 处 «…» 待填写，填好后运行 policies check {folder} / "
        f"{places} places marked «…» to fill in; then run policies check {folder}"
    )


def skeleton(code: str, version: str) -> dict[str, str]:
    """The three texts of a new pack by file name, its code and version put in, all else to be filled."""
    texts = {name: (SKELETON / name).read_text(encoding="utf-8") for name in FILES}
    return {name: text.replace("{code}", code).replace("{version}", version) for name, text in texts.items()}
