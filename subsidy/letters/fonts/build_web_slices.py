"""Makes the web slices for rare Han characters from the vendored PDF fonts; needs fonttools and brotli (requirements-dev.txt).

    python build_web_slices.py OUTPUT_FOLDER        # subsidy/static/vendor/rare-han

Noto Sans SC for the web holds neither extension A beyond the common names nor the extensions from B on, so a company
named with 㛃 or 𠮷 would show boxes. A browser fetches a slice only for a page that has one of its characters.
"""

from __future__ import annotations

import io
import lzma
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
SLICE = 1024
SOURCES = (("serif.ttf.xz", ((0x3400, 0x4DBF),)), ("extension.ttf.xz", ((0x20000, 0x2FA1F),)))
FACE = """@font-face {{
  font-family: 'Rare Han';
  font-style: normal;
  font-display: swap;
  src: url(./files/{name}) format('woff2');
  unicode-range: U+{low:x}-{high:x};
}}
"""


def main(target: Path) -> None:
    (target / "files").mkdir(parents=True, exist_ok=True)
    faces = []
    for source, ranges in SOURCES:
        data = lzma.decompress((HERE / source).read_bytes())
        held = set(TTFont(io.BytesIO(data), lazy=True).getBestCmap())
        for low, high in ranges:
            for start in range(low, high + 1, SLICE):
                end = min(start + SLICE - 1, high)
                wanted = sorted(code for code in held if start <= code <= end)
                if not wanted:
                    continue
                name = f"rare-han-{start:x}.woff2"
                slice_of(data, wanted).save(target / "files" / name)
                faces.append(FACE.format(name=name, low=start, high=end))
    (target / "rare-han.css").write_text("\n".join(faces), encoding="utf-8")


def slice_of(data: bytes, codes: list[int]) -> TTFont:
    """The named characters of a font, as woff2."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.flavor = "woff2"
    font = TTFont(io.BytesIO(data))
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    font.flavor = "woff2"
    return font


if __name__ == "__main__":
    main(Path(sys.argv[1]))
