"""What the words and figures of a line that is no record look like: sums, footers, columns that are counted."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importers.files.cell import shown
from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_FIGURE: Final = re.compile(
    r"[+-]?\d[\d.,:]*(?: ?(?:min\w*|std|stunden|h|sek\w*|%|€|stk|stück|x)\.?)?|min\w*\.?|std\.?|h|%", re.IGNORECASE
)
_COUNTED: Final = re.compile(r"(?P<bracket>[(\[])?(?:spalte )?(\d{1,3}|[a-z])\.?(?(bracket)[)\]])", re.IGNORECASE)
_FEWEST, _FEWEST_NUMBERS = 3, 5
"""So many columns are counted in a numbering line; more where a row of small numbers could be a record."""

_NEVER_NUMBERS: Final = frozenset({"Intervention", "Datum", "Kriterium", "Von", "Name", "Beginn", "Bedeutung"})


def counts_columns(cells: Sequence[Any], headings: int, columns: Collection[str]) -> bool:
    """Return whether the cells of a line do nothing but count the columns: 1, 2, 3 or (a), (b), (c).

    Parameters
    ----------
    headings
        Number of headings, each of which is counted.
    columns
        Our columns among them.
    """
    counted = [_COUNTED.fullmatch(clean(shown(cell))) for cell in cells]
    if len(counted) < max(_FEWEST, headings) or not all(counted):
        return False
    signs = [match[2].casefold() for match in counted if match]
    start = signs[0]
    expected = (
        [str(int(start) + step) for step in range(len(signs))]
        if start in {"0", "1"}
        else [chr(ord(start) + step) for step in range(len(signs))]
        if start == "a"
        else []
    )
    certain = not _NEVER_NUMBERS.isdisjoint(columns) or not signs[0].isdecimal()
    return signs == expected and len(signs) >= (_FEWEST if certain else _FEWEST_NUMBERS)


def is_note(cells: list[tuple[int, Any]]) -> bool:
    """Return whether a line below the table is a remark or explains a sign: "F=Frühdienst"."""
    return len(cells) == 1 and isinstance(cells[0][1], str) and bool(re.search(r"\S[ =:]+\S", clean(cells[0][1])))


def is_sum(cells: list[tuple[int, Any]], *, nothing_required: bool) -> bool:
    """Return whether a line holds a word for a sum and otherwise figures.

    ``nothing_required``: all required cells are blank; there one more text may say of what it is the sum.
    """
    patterns = patterns_of_lines()
    texts = [clean(cell) for _, cell in cells if isinstance(cell, str)]
    begins = [text for text in texts if patterns["summe"].match(text)]
    sums = begins or [text for text in texts if patterns["summe_am_ende"].match(text)]
    others = [cell for _, cell in cells if not _is_figure(cell) and not (isinstance(cell, str) and clean(cell) in sums)]
    return bool(sums) and len(others) <= (1 if nothing_required else 0) and all(isinstance(one, str) for one in others)


def is_footer(texts: Sequence[str]) -> bool:
    """Return whether the texts of a line are those of a footer: a page, or a place to sign."""
    patterns = patterns_of_lines()
    if any(re.match(r"seite:? ?\d+", text, re.IGNORECASE) for text in texts):
        return True
    signed = all(
        patterns["seite"].match(text) or patterns["strich"].match(text) or text.endswith(":") for text in texts
    )
    return signed and any(patterns["seite"].match(text) for text in texts)


def _is_figure(cell: Any) -> bool:
    if isinstance(cell, str):
        return bool(_FIGURE.fullmatch(clean(cell)))
    return isinstance(cell, (int, float, time, timedelta)) or (isinstance(cell, date) and cell.year < 1905)


@cache
def patterns_of_lines() -> dict[str, re.Pattern[str]]:
    """Return the patterns of ``words/lines.yaml`` by kind."""
    import yaml  # noqa: PLC0415  # needed only where a line is no record

    words = yaml.safe_load((Path(__file__).parent.parent / "words" / "lines.yaml").read_text("utf-8"))
    return {kind: re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE) for kind, parts in words.items()}
