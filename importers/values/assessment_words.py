"""Words of an assessment that stand for points or counts: "überwiegend selbständig", "häufig", "entfällt"."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from importers.values.spelling import clean, squash
from rules.vocabulary import allowed_points

_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_POINTS: Final = re.compile(
    r"(?:(\d{1,2})(?:[.,]0)?(?: ?(?:Punkte?|Pkte?|P)\b\.?)?(?: ?[=:\-–,] ?| |$)(.*)|(.+?)[ =:,\-–]+(\d{1,2}))",
    re.IGNORECASE | re.ASCII,
)
_TIMES: Final = re.compile(r"(\d{1,4}) ?(?:x|×|mal)", re.IGNORECASE | re.ASCII)


def points(cell: str, written: str) -> int | None:
    """Return the points a text stands for in a cell of an assessment, None if it stands for none.

    A number may have a word of the scale or "Punkte" beside it; where they contradict each other, it stands for none.

    Parameters
    ----------
    cell
        One of :data:`rules.vocabulary.ASSESSMENT_CELLS`.
    """
    words = _words(cell)
    for text in (written, _BRACKETS.sub("", written)):
        if (known := words.get(_key(text))) is not None:
            return known
    match = _POINTS.fullmatch(clean(_BRACKETS.sub(r" \1", written)))
    if not match:
        return None
    number, word = int(match[1] or match[4]), _key(match[2] or match[3] or "")
    return number if not word or words.get(word) == number else None


def count(cell: str, written: str) -> int | None:
    """Return the count a text stands for in a cell of module 5, None if it stands for none: "entfällt", "3 x"."""
    if (known := _words(cell).get(_key(written))) is not None:
        return known
    match = _TIMES.fullmatch(written)
    return int(match[1]) if match else None


@cache
def _words(cell: str) -> dict[str, int]:
    data = _data()
    words: dict[str, int] = {}
    for scale in data["stufen"]:
        if _is_for(cell, scale["gilt_für"]) and not _is_for(cell, scale.get("nicht_für", ())):
            values = [int(value) for value in scale.get("punkte", ())] or list(allowed_points(cell))
            words |= {_key(word): value for value, step in zip(values, scale["worte"], strict=True) for word in step}
    for name, value in (("entfällt", 0), ("einmal", 1)):
        if _is_for(cell, data[name]["gilt_für"]):
            words |= {_key(word): value for word in data[name]["worte"]}
    return words


def _is_for(cell: str, names: Any) -> bool:
    """Return whether a name is the cell, or ends in a point and is the beginning of it."""
    return any(cell == name or (name.endswith(".") and cell.startswith(name)) for name in names)


def _key(text: str) -> str:
    """Return letters and digits alone, or the signs of a text that has none."""
    return squash(text) or clean(text)


@cache
def _data() -> Any:
    import yaml  # noqa: PLC0415  # needed only where words stand for points

    path = Path(__file__).parent / "words" / "assessment.yaml"
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text alone
