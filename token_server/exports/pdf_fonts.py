"""Which font of a PDF shows which letter.

DejaVu Sans, where Debian or another system has it, knows Latin, Greek, Cyrillic and more; without
it Vera, which comes with ReportLab, knows Latin letters. Chinese, Japanese and Korean use the
names that every PDF reader has fonts for (Adobe's Asian font packs). What nobody knows is shown
as a box, and counted.
"""

import unicodedata
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any, Final
from xml.sax.saxutils import escape

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "SidenoteSans"
BOLD: Final = "SidenoteSans-Bold"
BOX: Final = "\N{WHITE SQUARE}"

_FOLDERS: Final = tuple(
    Path(folder)
    for folder in (
        "/usr/share/fonts/truetype/dejavu",
        "/usr/share/fonts/dejavu",
        "/usr/share/fonts/dejavu-sans-fonts",
        "/usr/share/fonts/TTF",
        "/opt/homebrew/share/fonts",
        "/Library/Fonts",
    )
)
_JAPANESE: Final = "HeiseiKakuGo-W5"
_KOREAN: Final = "HYGothic-Medium"
_CHINESE: Final = "STSong-Light"
_lock: Final = Lock()  # fonts are registered once per process, and exports run in threads


class PdfFonts:
    """The fonts of one file."""

    def __init__(self) -> None:
        self._known = _register()
        self.boxes = 0
        """How many letters were replaced so far."""

    def mark_up(self, text: str, font: str = REGULAR) -> str:
        """Return a text as ReportLab's paragraphs take it, every letter in a font that has it."""
        plain = "".join(char for char in text if unicodedata.category(char) != "Cc" or char == "\n")
        ideographs = _font_of_ideographs(plain)
        runs = []
        for name, chars in groupby(plain, lambda char: self._font_of(char, font, ideographs)):
            run = "".join(chars)
            if name is None:
                self.boxes += len(run)
                name, run = font, self._box() * len(run)
            runs.append(f'<font name="{name}">{escape(run)}</font>')
        return "".join(runs)

    def _font_of(self, char: str, font: str, ideographs: str) -> str | None:
        if ord(char) in self._known or char.isspace():
            return font
        name = unicodedata.name(char, "")
        if ord(char) > 0xFFFF:
            return None
        if name.startswith(("HIRAGANA", "KATAKANA")):
            return _JAPANESE
        if name.startswith("HANGUL"):
            return _KOREAN
        if name.startswith(("CJK", "IDEOGRAPHIC", "FULLWIDTH")):
            return ideographs
        return None

    def _box(self) -> str:
        return BOX if ord(BOX) in self._known else "?"


def _font_of_ideographs(text: str) -> str:
    """Return whose way of writing ideographs a text follows."""
    names = [unicodedata.name(char, "") for char in text if ord(char) > 0x2FFF]
    if any(name.startswith(("HIRAGANA", "KATAKANA")) for name in names):
        return _JAPANESE
    if any(name.startswith("HANGUL") for name in names):
        return _KOREAN
    return _CHINESE


def _register() -> frozenset[int]:
    """Make the fonts known to ReportLab; return the letters of the first."""
    with _lock:
        if REGULAR not in pdfmetrics.getRegisteredFontNames():
            regular, bold = _find_files()
            pdfmetrics.registerFont(TTFont(REGULAR, str(regular)))
            pdfmetrics.registerFont(TTFont(BOLD, str(bold)))
            for name in (_JAPANESE, _KOREAN, _CHINESE):
                pdfmetrics.registerFont(UnicodeCIDFont(name))
        font: Any = pdfmetrics.getFont(REGULAR)
        bold_font: Any = pdfmetrics.getFont(BOLD)
    return frozenset(font.face.charToGlyph) & frozenset(bold_font.face.charToGlyph)


def _find_files() -> tuple[Path, Path]:
    for folder in _FOLDERS:
        regular, bold = folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"
        if regular.is_file() and bold.is_file():
            return regular, bold
    own = Path(reportlab.__file__).parent / "fonts"
    return own / "Vera.ttf", own / "VeraBd.ttf"
