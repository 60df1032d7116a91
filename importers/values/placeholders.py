"""What stands in a cell where there is nothing: NULL, a dash, 00.01.1900, or "unbefristet" for an open end."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from importers.files.cell import Odd
from importers.values.spelling import clean

_LONGEST: Final = 40
"""No placeholder is longer; a longer text is not looked at."""

_YEAR: Final = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
_PACKED: Final = re.compile(r"\d{8}", re.ASCII)
_MIDNIGHT: Final = re.compile(r"[ T]0?0:00(?::00(?:\.0+)?)?$", re.ASCII)
_SERIALS: Final = range(109_575, 2_958_466)
"""Numbers Excel has for the days from 2200 to 9999."""


class Placeholders(NamedTuple):
    """What means nothing in a column.

    Attributes
    ----------
    blank
        Texts, as :func:`_key` has them.
    no_day
        The same of a column of days: texts of days that stand for none.
    open_words
        The same for an open end; "" where the column is no end.
    far_from
        Year from which a day is an open end, 0 = the column is no end.
    """

    blank: frozenset[str]
    no_day: frozenset[str]
    open_words: frozenset[str]
    far_from: int

    def open_end(self, value: Any) -> bool:
        """Return whether a cell says that there is no last day."""
        if not self.far_from or isinstance(value, bool):
            return False
        match value:
            case str():
                if len(value) > _LONGEST:
                    return False
                text = _key(value)
                return text in self.open_words or _year(text) >= self.far_from or _serial(text) in _SERIALS
            case date():
                return value.year >= self.far_from
            case int() | float():
                return int(value) in _SERIALS
            case _:
                return False

    def nothing(self, value: Any) -> bool:
        """Return whether a cell is a word or a day for "blank"."""
        match value:
            case str():
                if len(value) > _LONGEST or not value:
                    return False
                text = _key(value)
                return text in self.blank or (bool(self.no_day) and _MIDNIGHT.sub("", text) in self.no_day)
            case Odd():  # of the errors of a spreadsheet #NV alone says that there is nothing
                return _key(value.shown) in self.blank
            case date():
                day = value.date() if isinstance(value, datetime) else value
                return f"{day:%d.%m.%Y}" in self.no_day
            case _:
                return False


@cache
def placeholders(column: str) -> Placeholders:
    """Return what means nothing in a column, by its name in the template."""
    data = _data()
    words = (
        word
        for group in data["leer"]
        if not any(_means(column, name) for name in group.get("nicht_in", ()))
        and ("nur_in" not in group or column in group["nur_in"])
        for word in group["worte"]
    )
    days, ends = (data[name] if column in data[name]["spalten"] else None for name in ("kein_tag", "offen"))
    return Placeholders(
        frozenset(map(_key, words)),
        frozenset(map(_key, days["worte"])) if days else frozenset(),
        frozenset(map(_key, ends["worte"])) if ends else frozenset(),
        int(ends["ab_jahr"]) if ends else 0,
    )


def _means(column: str, name: str) -> bool:
    """Return whether a name of the list is the column, or ends in a point and is the beginning of it."""
    return column == name or (name.endswith(".") and column.startswith(name))


def _year(text: str) -> int:
    """Return the year of a text that begins like a day, 0 = none."""
    if not text[:1].isdigit():
        return 0
    if _PACKED.fullmatch(text):
        return int(text[:4])
    match = _YEAR.search(text)
    return int(match[0]) if match else 0


def _serial(text: str) -> int:
    """Return a text of six or seven digits as a number, 0 = it is none."""
    return int(text) if len(text) in {6, 7} and text.isascii() and text.isdigit() else 0


def _key(text: str) -> str:
    return clean(text).casefold()


@cache
def _data() -> Any:
    import yaml  # noqa: PLC0415 - only where a file is read

    path = Path(__file__).parent / "words" / "placeholders.yaml"
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text alone
