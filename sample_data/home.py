"""One synthetic home, from the first draw to the finished sheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

import rules
from sample_data import acts, names, residents, roster, sheets, staff
from sample_data.setting import Setting

if TYPE_CHECKING:
    from rules import RuleBook

SYNTHETIC: Final = (
    "Synthetische Beispieldaten: Alle Personen, Häuser und Werte sind erfunden und von einem Programm erzeugt. "
    "Die Daten enthalten keine Angaben über wirkliche Menschen."
)
"""What every file says about itself."""
_RESIDENTS_OF_A_WARD: Final = 13  # at least, where there is more than one ward


@dataclass
class SampleHome:
    """A synthetic home.

    Attributes
    ----------
    name
        Such as "Haus Sonnenschein".
    first, last
        First and last day of the period.
    sheets
        One frame per sheet of ``sample_data.sheets.SHEETS``, headings and order as in the file. Blanks are None;
        days are ``datetime.date``, times of day ``datetime.time``, begin and end of duties ``datetime.datetime``.
    planted
        Faults put in on purpose: kind -> rows as the spreadsheet program counts them (headings in row 1).
    """

    name: str
    first: date
    last: date
    sheets: dict[str, pd.DataFrame]
    planted: dict[str, list[int]] = field(default_factory=dict)


def months_later(start: date, months: int) -> date:
    """Return the day ``months`` months after ``start``; the day of the month is cut to what the month has."""
    later = pd.Timestamp(start) + pd.DateOffset(months=months)
    return date(later.year, later.month, later.day)


@cache
def _book(on: date) -> RuleBook:
    return rules.load(on)


def draw(rng: np.random.Generator, name: str, size: int, months: int, start: date) -> SampleHome:
    """Draw one home with ``size`` beds without faults; the same generator state gives the same home."""
    end = months_later(start, months)
    days = (end - start).days
    wards = names.WARDS[int(rng.integers(len(names.WARDS)))][: max(1, min(3, size // _RESIDENTS_OF_A_WARD))]
    living = residents.draw(rng, size, days, len(wards), start)
    people = staff.draw(rng, living.mix, start, days, len(wards))
    duties = roster.draw(rng, people, np.bincount(living.ward[living.present[:, 0]], minlength=len(wards)), days)
    setting = Setting(start, days, wards, living, people, duties, _book(start))
    done = acts.draw(rng, setting)
    return SampleHome(name=name, first=start, last=end - timedelta(days=1), sheets=sheets.lay_out(rng, setting, done))
