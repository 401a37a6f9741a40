"""Finds packs by what people call them: a code, code@version, or the path of a folder. Needs no database.

A group of packs is called likewise: its code, code@version, or the path of its file.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings

from policies.language import Pack, load_pack
from subsidy.management.base import BadUsage

PACKS = Path(settings.BASE_DIR) / "policies" / "packs"
GROUPS = Path(settings.BASE_DIR) / "policies" / "groups"
POLICY = "policy.yaml"


def add_lang(parser: ArgumentParser) -> None:
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the texts")


def add_packs(parser: ArgumentParser) -> None:
    parser.add_argument("packs", nargs="*", metavar="PACK", help="code, code@version or folder; default: all")


def add_stage(parser: ArgumentParser) -> None:
    parser.add_argument("--stage", metavar="STAGE", help="a later decision of the pack; default: the first")


def chosen_folders(names: list[str]) -> list[Path]:
    """The version folders that the names mean, each once; without names all that ship with the program.

    Raises BadUsage when a name means none.
    """
    return list(dict.fromkeys(folder for name in names for folder in folders_named(name))) or all_folders()


def checked_paths(names: list[str]) -> list[Path]:
    """The version folders and group files that the names mean; without names all that ship with the program."""
    if not names:
        return [*all_folders(), *all_groups()]
    found = [path for name in names for path in (groups_named(name) or folders_named(name))]
    return list(dict.fromkeys(found))


def groups_named(name: str) -> list[Path]:
    """The files of the groups that `name` means; none where it means no group."""
    code, _at, version = name.partition("@")
    given = Path(name)
    if given.suffix == ".yaml" and given.is_file():
        return [given]
    return [path for path in all_groups() if path.parent.name == code and version in ("", path.stem)]


def all_groups() -> list[Path]:
    """Every version of every group that ships with the program."""
    return sorted(GROUPS.glob("*/*.yaml"))


def folders_named(name: str) -> list[Path]:
    """The version folders that `name` means: one for code@version or a version's folder, else all of the pack.

    Raises BadUsage when there is none.
    """
    code, _at, version = name.partition("@")
    given = Path(name)
    if "/" not in name and (PACKS / code).is_dir():
        found = _versions(PACKS / code)
        if version:
            found = [folder for folder in found if folder.name == version]
    elif (given / POLICY).is_file():
        found = [given]
    else:
        found = _versions(given) if given.is_dir() else []
    if not found:
        raise BadUsage(_none(name))
    return found


def all_folders() -> list[Path]:
    """Every version of every pack that ships with the program."""
    return [folder for pack in sorted(PACKS.iterdir()) if pack.is_dir() for folder in _versions(pack)]


def pack_named(name: str) -> Pack:
    """The one version that `name` means: without a version, the one that took effect last.

    Raises BadUsage when there is none, PolicyError when it cannot be read.
    """
    packs = [load_pack(folder) for folder in folders_named(name)]
    return max(packs, key=lambda pack: (pack.effective_from, pack.version))


def known_stage(pack: Pack, stage: str | None) -> None:
    """Raises BadUsage when the pack has no such stage."""
    if stage is not None and stage not in pack.stages:
        known = "、".join(pack.stages) or "无"
        raise BadUsage(
            f"{pack.code}@{pack.version} 没有阶段“{stage}”；现有：{known}。 / "
            f"{pack.code}@{pack.version} has no stage {stage!r}; there are: {', '.join(pack.stages) or 'none'}."
        )


def _versions(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if (path / POLICY).is_file())


def _none(name: str) -> str:
    known = [f"{folder.parent.name}@{folder.name}" for folder in all_folders()]
    return (
        f"没有政策包“{name}”。可用代码、代码@版本或文件夹路径；现有：{'、'.join(known)}。 / "
        f"There is no pack {name!r}. Name it by code, code@version or its folder's path; there are {', '.join(known)}."
    )
