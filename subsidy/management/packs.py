"""Finds packs by what people call them: a code, code@version, or the path of a folder. Needs no database."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from policies.language import Pack, load_pack
from subsidy.management.base import BadUsage

PACKS = Path(settings.BASE_DIR) / "policies" / "packs"
POLICY = "policy.yaml"


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


def _versions(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if (path / POLICY).is_file())


def _none(name: str) -> str:
    known = [f"{folder.parent.name}@{folder.name}" for folder in all_folders()]
    return (
        f"没有政策包“{name}”。可用代码、代码@版本或文件夹路径；现有：{'、'.join(known)}。 / "
        f"There is no pack {name!r}. Name it by code, code@version or its folder's path; there are {', '.join(known)}."
    )
