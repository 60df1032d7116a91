"""A single cell as it is in a file, and as its reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell without a value to read: a formula never calculated, or an error such as #NV."""

    shown: str


class Formatted(float):
    """A number whose cell shows more than the number: leading zeros, fixed decimals, text around it.

    Attributes
    ----------
    shown
        What the cell shows.
    """

    __slots__ = ("shown",)

    def __new__(cls, value: float, shown: str) -> Self:
        """Return the number with what its cell shows."""
        number = super().__new__(cls, value)
        number.shown = shown
        return number

    shown: str


def shown(value: object) -> str:
    """Return a cell as its reader sees it in a German spreadsheet."""
    match value:
        case str():
            return value
        case Odd() | Formatted():
            return value.shown
        case bool():
            return "WAHR" if value else "FALSCH"
        case int() | float():
            return f"{value:.15g}".replace(".", ",")
        case datetime():
            return f"{value:%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
        case time():
            return f"{value:%H:%M}"
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02d}"
        case _:
            return str(value)
