"""Columns of the tables of how work fits: shares and times of the five classes, and what a row comes to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from web.page_table import DASH, HIDDEN, PageCell, TableColumn
from web.wording import figures, units

if TYPE_CHECKING:
    from collections.abc import Callable

    from pebem.measures import Amount
    from web.services.analysis.overview import Group, Whole
    from web.wording.units import Unit

SHORT_WORDS: Final = {
    "passend": "Passend",
    "ueberqualifiziert": "Über",
    "unterqualifiziert": "Unter",
    "vorbehalt_verletzt": "Vorbehalt",
    "nicht_bewertbar": "Nicht\nbewertbar",
}
"""The five classes as headings of narrow columns; the full word is their explanation."""

PART: Final = units.SHARE._replace(page=lambda part: figures.percent(part.share), file=lambda part: 100 * part.share)
"""The share of a part; of nothing 0 %."""
_SOME_PART: Final = PART._replace(page=lambda part: figures.percent(part.share) if part.count else DASH)
"""The same, of nothing a dash."""
_PART_TIME: Final = units.HOURS._replace(
    page=lambda part: figures.hours(part.seconds) if part.count else DASH, file=lambda part: part.seconds / 60
)
"""The time of a part; of nothing a dash."""
_TIME_BELOW: Final = _PART_TIME._replace(page=lambda part: figures.hours(part.seconds) if part.count else "")


def label(group: Group) -> str:
    """Return what a ward or shift is called."""
    return figures.NO_LABEL if group.key is None else str(group.key)


def merged(_: Amount | None) -> str:
    """Return what the line of all that is not shown is called."""
    return figures.PART_WORDS[figures.MERGED].word


def rests_on(whole: Whole) -> str:
    """Return what the shares of a row rest on."""
    if whole.rated is None:
        return f"{figures.hours(whole.seconds)} gezeigt"
    return f"{figures.percent(whole.rated)} bewertbar"


def too_low(group: Group) -> Any:
    """Return what was done below the level called for, as far as it is shown."""
    whole = group.whole
    return HIDDEN if whole.too_low_hidden and not whole.too_low.count else whole.too_low


def of_class(fit: str) -> Callable[[Group], Any]:
    """Return what gives the part of a class."""
    return partial(_of_class, fit=fit)


def _of_class(group: Group, fit: str) -> Any:
    return HIDDEN if fit in group.whole.hidden else group.whole[fit]


def count(group: Group) -> Any:
    """Return how many there are of all classes; hidden where some are, and nothing tells them together."""
    return group.whole.count if not group.whole.hidden or group.whole.merged else HIDDEN


def seconds(group: Group) -> Any:
    """Return the time of all classes, hidden likewise."""
    return HIDDEN if count(group) is HIDDEN else group.whole.seconds


def bar() -> TableColumn[Group]:
    """Return the column of bars."""
    return TableColumn(
        heading="Anteile",
        value=lambda group: group.whole,
        cell=lambda group: PageCell((), parts=group.whole.parts),
        file=None,
        unseen=True,
        css="bar",
    )


def totals() -> list[TableColumn[Group]]:
    """Return the columns that files alone have: what a row comes to, and the time of every class."""
    return [
        TableColumn(
            heading="Anzahl",
            value=count,
            unit=units.COUNT,
            of_rest=lambda rest: HIDDEN if rest is None else rest.count,
            page=False,
        ),
        TableColumn(
            heading="Zeit",
            value=seconds,
            unit=units.HOURS,
            file="Minuten",
            of_rest=lambda rest: HIDDEN if rest is None else rest.seconds,
            page=False,
        ),
        *(
            TableColumn(heading=word.word, value=of_class(fit), unit=_PART_TIME, page=False)
            for fit, word in figures.FIT_WORDS.items()
        ),
    ]


def time(heading: str, key: str, value: Callable[[Group], Any], file: str | None = "") -> TableColumn[Group]:
    """Return a column of the time of a part."""

    def size(group: Group) -> Any:
        part = value(group)
        return part if part is HIDDEN else (part.seconds, part.count) if part.count else None

    return TableColumn(heading=heading, value=value, unit=_PART_TIME, key=key, order=size, file=file, strong=True)


def share(
    heading: str, key: str, value: Callable[[Group], Any], unit: Unit = _SOME_PART, **more: Any
) -> TableColumn[Group]:
    """Return a column of the share of a part; ``more`` as of ``TableColumn``."""

    def size(group: Group) -> Any:
        part = value(group)
        return part if part is HIDDEN else (part.share, part.seconds, part.count) if part.count else None

    return TableColumn(heading=heading, value=value, unit=unit, key=key, order=size, **more)


def share_and_time(heading: str, key: str, value: Callable[[Group], Any], file: str | None = "") -> TableColumn[Group]:
    """Return a column of the share of a part with its time below; ``file`` is about the time."""
    below = TableColumn(heading=heading, value=value, unit=_TIME_BELOW, file=file)
    return share(heading, key, value, below=below)
