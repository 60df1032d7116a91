"""The cell styles of an xlsx file, as far as they say something about a value: number formats and struck-out text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from importers.files.number_formats import BUILT_IN, shown_number
from importers.files.package import attributes, text_of

_FORMAT: Final = re.compile(r"<(?:\w+:)?numFmt\b([^>]*)>")
_FONTS: Final = re.compile(r"<(?:\w+:)?fonts\b[^>]*>(.*?)</(?:\w+:)?fonts>", re.DOTALL)
_FONT: Final = re.compile(r"<(?:\w+:)?font\b(?:[^>]*/>|[^>]*>(.*?)</(?:\w+:)?font>)", re.DOTALL)
_STRIKE: Final = re.compile(r"<(?:\w+:)?strike\b([^>]*)>")
_CELL_STYLES: Final = re.compile(r"<(?:\w+:)?cellXfs\b[^>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE: Final = re.compile(r"<(?:\w+:)?xf\b([^>]*)>")
_OFF: Final = frozenset({"0", "false"})
_PROBE: Final = 1.0


@dataclass(frozen=True, slots=True)
class CellStyles:
    """Styles of cells by their number in a sheet.

    Attributes
    ----------
    formats
        Those whose numbers show more than the number -> the format.
    struck
        Those whose text is struck out.
    """

    formats: dict[int, str]
    struck: frozenset[int]


def cell_styles(part: bytes) -> CellStyles:
    """Read the part with the styles; an empty one has none that matters."""
    text = text_of(part)
    codes = dict(BUILT_IN)
    for tag in _FORMAT.findall(text):
        one = attributes(tag)
        if (number := one.get("numFmtId", "")).isdigit():
            codes[int(number)] = one.get("formatCode", "")
    fonts = _FONT.findall(match[1]) if (match := _FONTS.search(text)) else []
    struck = {
        str(number)
        for number, font in enumerate(fonts)
        if (strike := _STRIKE.search(font)) and attributes(strike[1]).get("val", "1") not in _OFF
    }
    styles = [attributes(tag) for tag in _STYLE.findall(match[1])] if (match := _CELL_STYLES.search(text)) else []
    written = (int(number) if (number := style.get("numFmtId", "")).isdigit() else -1 for style in styles)
    formats = {at: codes[number] for at, number in enumerate(written) if number in codes}
    return CellStyles(
        {at: code for at, code in formats.items() if shown_number(_PROBE, code) is not None},
        frozenset(at for at, style in enumerate(styles) if style.get("fontId") in struck),
    )
