"""The four faces of a letter, their chain of fallbacks, and what none of them can print.

Fonts are embedded TrueType subsets (fonts/README.md). A character missing from a face is looked for along the face's
chain, character by character; one that is nowhere is an error that names it, never a box on paper.
"""

from __future__ import annotations

import io
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any, Literal
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

Face = Literal["serif", "serif-bold", "sans", "sans-bold"]
#: Faces in the order in which a character is looked for; the last covers the rare characters of extension B to F.
CHAINS: dict[Face, tuple[str, ...]] = {
    "serif": ("serif", "extension"),
    "serif-bold": ("serif-bold", "serif", "extension"),
    "sans": ("sans", "serif", "extension"),
    "sans-bold": ("sans-bold", "serif-bold", "serif", "extension"),
}
FONT_FOLDER = Path(__file__).parent / "fonts"
#: Not characters to print: a paragraph turns line ends into line breaks and a tab into a space.
LAYOUT = frozenset("\r\n\t")
#: A CMap block may hold at most this many entries (PDF 32000-1, 9.10.3 and Adobe's CMap specification).
CMAP_BLOCK = 100
#: A second font object of one name would split a document between two subsets; so one thread loads, the others wait.
LOADING = Lock()
LOADED: dict[str, Any] = {}


class LetterError(ValueError):
    """A letter that cannot be made as asked; the message says in Chinese and English what to mend."""


class EmbeddedFont(TTFont):  # type: ignore[misc]  # reportlab carries no types
    """A TrueType font whose text can be copied out again, also beyond U+FFFF.

    reportlab writes such characters into its ToUnicode map as five hexadecimal digits, which a reader cannot decode.
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802  # reportlab's name
        subsets = list(self.state[doc].subsets)
        super().addObjects(doc)
        for index, subset in enumerate(subsets):
            name = (SUBSETN(index) + b"+" + self.face.name + self.face.subfontNameX).decode("pdfdoc")
            doc.idToObject[f"toUnicodeCMap:{name}"].content = to_unicode_map(name, subset)


def to_unicode_map(name: str, subset: Iterable[int]) -> str:
    """The ToUnicode CMap of a one-byte subset: code n stands for the n-th character, written in UTF-16BE."""
    entries = [f"<{code:02X}> <{chr(point).encode('utf-16-be').hex().upper()}>" for code, point in enumerate(subset)]
    blocks = [entries[start : start + CMAP_BLOCK] for start in range(0, len(entries), CMAP_BLOCK)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for block in blocks:
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


def font_name(file_name: str) -> str:
    """The name under which a font file is registered with reportlab."""
    return f"Letter-{file_name}"


def font(file_name: str) -> Any:
    """The font of that file name, unpacked (about a second for all) and registered once a process."""
    found = LOADED.get(file_name)
    if found is None:
        with LOADING:
            found = LOADED.get(file_name) or load(file_name)
    return found


def load(file_name: str) -> Any:
    packed = (FONT_FOLDER / f"{file_name}.ttf.xz").read_bytes()
    made = EmbeddedFont(font_name(file_name), io.BytesIO(lzma.decompress(packed)))
    pdfmetrics.registerFont(made)
    LOADED[file_name] = made
    return made


def font_of(character: str, face: Face) -> str | None:
    """The first font file along the face's chain that has the character, or None."""
    for file_name in CHAINS[face]:
        if ord(character) in font(file_name).face.charToGlyph:
            return file_name
    return None


def missing_glyphs(text: str) -> tuple[str, ...]:
    """The characters of the text that no letter can print, each once, in their order.

    To be asked when a name is entered, so that the person is told then and not when the decree is printed.
    """
    return tuple(
        dict.fromkeys(
            character for character in text if character not in LAYOUT and font_of(character, "serif") is None
        )
    )


def require_printable(text: str) -> None:
    """Raises LetterError naming every character that no font has."""
    missing = missing_glyphs(text)
    if missing:
        named = "、".join(f"{character} (U+{ord(character):04X})" for character in missing)
        raise LetterError(
            f"“{text}”中有无法打印的字符：{named}。请改用通行字形，或请管理员补充字体后重试。 / "
            f"“{text}” holds characters that no font can print: {named}. "
            "Enter a printable form of the name, or ask the administrator to add a font, then try again."
        )


def runs(text: str, face: Face) -> Iterator[tuple[str, str]]:
    """The text in pieces of one font each: (font file name, piece). Raises LetterError for what no font has."""
    require_printable(text)
    current, start = "", 0
    for index, character in enumerate(text):
        found = font_of(character, face) or CHAINS[face][0]
        if found != current:
            if index > start:
                yield current, text[start:index]
            current, start = found, index
    if text:
        yield current, text[start:]


def markup(text: str, face: Face) -> str:
    """The text as reportlab paragraph markup, escaped, each piece in a font that has it."""
    first = CHAINS[face][0]
    pieces = []
    for file_name, piece in runs(text.replace("\r\n", "\n").replace("\t", " "), face):
        body = escape(piece).replace("\n", "<br/>")
        pieces.append(body if file_name == first else f'<font name="{font_name(file_name)}">{body}</font>')
    return "".join(pieces)
