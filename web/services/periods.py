"""How long data of each deletion class are stored in this installation, as pages, protocol and reports state it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from web.store.data_classes import LOG_SETTING, RETENTION, Deletion

if TYPE_CHECKING:
    from web.settings import Settings


@dataclass(frozen=True, slots=True)
class StatedPeriod:
    """A deletion class as pages state it: the data, how long, from when, why."""

    word: str
    length: str
    start: str
    basis: str


def stated(settings: Settings) -> list[StatedPeriod]:
    """Return the periods of all deletion classes."""
    return [
        StatedPeriod(rule.word, _length(settings, rule.setting) if rule.setting else "sofort", rule.start, rule.basis)
        for rule in RETENTION.values()
    ]


def rule_of(settings: Settings, deletion: Deletion) -> str:
    """Return the rule of a class as the protocol names it, such as "36 Monate ab: Auszug"."""
    rule = RETENTION[deletion]
    return f"{_length(settings, rule.setting)} ab: {rule.start}"


def months_ago(day: date, months: int) -> date:
    """Return the day some months before another; where that month is shorter, its last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def first_kept_day(settings: Settings, today: date) -> date:
    """Return the first day of the first month whose work is not due for deletion."""
    return months_ago(today.replace(day=1), settings.retention.work_months)


def _length(settings: Settings, setting: str) -> str:
    number = getattr(settings if setting == LOG_SETTING else settings.retention, setting)
    one, several = ("Tag", "Tage") if setting.endswith("_days") else ("Monat", "Monate")
    return f"{number} {one if number == 1 else several}"


def word(deletion: Deletion) -> str:
    """Return what pages call the data of a class."""
    return RETENTION[deletion].word
