"""Makes the vendored PDF fonts from their sources; needs fonttools (requirements-dev.txt). README.md tells where from.

    python build_fonts.py SOURCE_FOLDER UNIHAN_FOLDER OUTPUT_FOLDER [face ...]

SOURCE_FOLDER holds the source files named in FACES and HanaMinA.ttf; UNIHAN_FOLDER the Unihan_*.txt of Unicode 14.
"""

from __future__ import annotations

import lzma
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates

Points = list[tuple[int, int, int]]  # x, y, on-curve flag

LATIN_AND_MARKS = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x2010, 0x2044),
    (0x20AC, 0x20AC),
    (0x2100, 0x2122),
    (0x2150, 0x218F),
    (0x2190, 0x2193),
    (0x2200, 0x22A5),
    (0x2460, 0x249B),
    (0x25A0, 0x25CF),
    (0x2605, 0x2606),
    (0x2640, 0x2642),
    (0x2713, 0x2717),
    (0x3000, 0x303F),
    (0x3105, 0x312D),
    (0x3220, 0x3229),
    (0xFE30, 0xFE4F),
    (0xFF01, 0xFF5E),
    (0xFFE0, 0xFFE6),
)
#: Signs that a typed text may hold beyond those; the regular serif, which every chain passes, carries them for all.
MORE_SIGNS = (
    (0x0251, 0x0261),
    (0x02B9, 0x02DD),
    (0x2196, 0x2199),
    (0x2500, 0x259F),
    (0x25E2, 0x25E5),
    (0x3040, 0x30FF),
    (0x3231, 0x3231),
    (0x32A3, 0x32A3),
    (0x3300, 0x33FF),
    (0xFE50, 0xFE6B),
)
HAN_ALL = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3134F))
EXTENSION_B_TO_F = ((0x20000, 0x2EBE0),)
#: face -> (source file, repertoire, new units per em or None, family name written into the font)
FACES: dict[str, tuple[str, str, int | None, str]] = {
    "serif": ("NotoSerifSC_400Regular.ttf", "all", None, "Noto Serif SC"),
    "serif-bold": ("NotoSerifSC_700Bold.ttf", "gb2312", None, "Noto Serif SC"),
    "sans": ("NotoSansSC_400Regular.ttf", "level 1", None, "Noto Sans SC"),
    "sans-bold": ("NotoSansSC_700Bold.ttf", "gb2312", None, "Noto Sans SC"),
    # The licence reserves the name of the source, so the changed copy carries another.
    "extension": ("HanaMinB.ttf", "extension", 256, "Rare Han Serif"),
}


def spread(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {code for first, last in ranges for code in range(first, last + 1)}


def gb2312(last_row: int = 0xF7) -> set[int]:
    """GB 2312-80 up to a row (0xD7: level 1 of its Han characters, 0xF7: level 2 too), with the signs before them."""
    codes: set[int] = set()
    for row in range(0xA1, last_row + 1):
        for cell in range(0xA1, 0xFF):
            try:
                codes.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue  # an unassigned cell of the table
    return codes


def rare_but_used(unihan: Path, everyday_rare: Path) -> set[int]:
    """Of extensions B to F what a living name may hold, without what only a dictionary or a code table knows.

    In: a Mandarin reading; a source in Hong Kong or Japan; the Unihan core; a mainland source other than the two great
    dictionaries (GHZ, GKX); whatever HanaMinA, the everyday half of the source font, carries.
    """
    codes = set(TTFont(everyday_rare, lazy=True).getBestCmap())
    for file in sorted(unihan.glob("Unihan_*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            code, _, rest = line.partition("\t")
            key, _, value = rest.partition("\t")
            known = key in {"kMandarin", "kIRG_HSource", "kIRG_JSource", "kUnihanCore2020"}
            living = key == "kIRG_GSource" and not value.startswith(("GHZ-", "GKX-"))
            if code.startswith("U+") and (known or living):
                codes.add(int(code.removeprefix("U+"), 16))
    return codes & spread(EXTENSION_B_TO_F)


def is_straight(before: tuple[int, int, int], here: tuple[int, int, int], after: tuple[int, int, int]) -> bool:
    """True when `here` is an on-curve point between on-curve neighbours, at most half a unit off their line."""
    if not (before[2] and here[2] and after[2]):
        return False
    dx, dy = after[0] - before[0], after[1] - before[1]
    cross = dx * (here[1] - before[1]) - dy * (here[0] - before[0])
    along = dx * (here[0] - before[0]) + dy * (here[1] - before[1])
    return 4 * cross * cross <= dx * dx + dy * dy and 0 <= along <= dx * dx + dy * dy


def thinned(points: Points) -> Points:
    """The contour without the points that a coarser grid has made superfluous."""
    kept: Points = []
    for point in points:
        if not kept or point[:2] != kept[-1][:2]:
            kept.append(point)
    changed = True
    while changed and len(kept) > 4:
        changed = False
        index = 0
        while index < len(kept) and len(kept) > 4:
            if is_straight(kept[index - 1], kept[index], kept[(index + 1) % len(kept)]):
                del kept[index]
                changed = True
            index += 1  # never two neighbours in one sweep, so that a curve cannot be eaten point by point
    return kept


def thin_outlines(font: Any) -> None:
    """Halves the size of an outline font that was scaled down: its points lie closer than the new grid."""
    table = font["glyf"]
    for name in font.getGlyphOrder():
        glyph = table[name]
        if glyph.numberOfContours <= 0:
            continue
        coordinates, ends, flags = glyph.getCoordinates(table)
        contours: list[Points] = []
        start = 0
        for end in ends:
            points = [(x, y, flags[i] & 1) for i, (x, y) in enumerate(coordinates[start : end + 1], start)]
            contours.append(thinned(points))
            start = end + 1
        contours = [contour for contour in contours if len(contour) > 2]
        glyph.numberOfContours = len(contours)
        flat = [point for contour in contours for point in contour]
        glyph.coordinates = GlyphCoordinates([(x, y) for x, y, _ in flat])
        glyph.flags = bytearray(flag for _, _, flag in flat)
        glyph.endPtsOfContours = [sum(map(len, contours[: i + 1])) - 1 for i in range(len(contours))]


def rename(font: Any, family: str, style: str) -> None:
    plain = f"{family} {style}"
    for identifier, text in ((1, family), (2, style), (3, f"{plain} subset"), (4, plain), (6, plain.replace(" ", ""))):
        font["name"].setName(text, identifier, 3, 1, 0x409)


def build(face: str, sources: Path, unihan: Path, target: Path) -> None:
    file_name, repertoire, units_per_em, family = FACES[face]
    marks = spread(LATIN_AND_MARKS)
    wanted = {
        "all": lambda: marks | spread(MORE_SIGNS) | spread(HAN_ALL) | gb2312(),
        "gb2312": lambda: marks | gb2312(),
        "level 1": lambda: marks | gb2312(0xD7),
        "extension": lambda: rare_but_used(unihan, sources / "HanaMinA.ttf"),
    }[repertoire]()
    options = subset.Options(
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        glyph_names=False,
        name_languages=[0x409],
        name_IDs=[0, 13, 14],
    )
    options.drop_tables += ["vhea", "vmtx", "GSUB", "GPOS", "GDEF", "BASE", "VORG", "DSIG", "STAT", "gasp", "FFTM"]
    font = TTFont(sources / file_name, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font["post"].formatType = 3.0
    if units_per_em:
        scale_upem(font, units_per_em)
        thin_outlines(font)
    rename(font, family, "Bold" if face.endswith("bold") else "Regular")
    plain = target / f"{face}.ttf"
    font.save(plain)
    packed = lzma.compress(plain.read_bytes(), preset=9 | lzma.PRESET_EXTREME)
    (target / f"{face}.ttf.xz").write_bytes(packed)
    sys.stdout.write(
        f"{face}: {len(font.getGlyphOrder())} glyphs, {plain.stat().st_size} bytes, packed {len(packed)}\n"
    )
    plain.unlink()


def main() -> None:
    sources, unihan, target, *faces = sys.argv[1:]
    for face in faces or FACES:
        build(face, Path(sources), Path(unihan), Path(target))


if __name__ == "__main__":
    main()
