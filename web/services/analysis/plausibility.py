"""Does what the rulebook calls for look like what the law reckons with? Per Pflegegrad, as shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from pebem.engine.day_numbers import number_of
from pebem.resident_mix import UNKNOWN_GRADE
from rules.staffing import GROUPS, full_time_equivalents
from web.services.analysis import home_data
from web.store.result import repository

if TYPE_CHECKING:
    from datetime import date

    from web.store.access import Access


BANDS: Final = {"nr1": ("QN 1 und 2", (1, 2)), "nr2": ("QN 3", (3,)), "nr3": ("QN 4", (4,))}
"""The groups of § 113c Abs. 1, and the levels of the rulebook each of them stands beside."""


@dataclass(frozen=True, slots=True)
class BarSegment:
    """One group's share of a bar, where it starts in it, and its figure where that is not the share."""

    word: str
    css: str
    share: float
    start: float
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """One Pflegegrad: shares of its rated minutes by level called for, beside those of § 113c.

    Attributes
    ----------
    seconds, rated
        All minutes of residents with this Pflegegrad, and the share whose level is known.
    called_for, statute
        Bands of the rated minutes (none where nothing could be rated) and of the law's full-time equivalents.
    """

    grade: int
    seconds: int
    rated: float
    called_for: tuple[BarSegment, ...]
    statute: tuple[BarSegment, ...]


@dataclass(frozen=True, slots=True)
class PlausibilityComparison:
    """All five Pflegegrade, and the minutes that belong to none of them.

    Attributes
    ----------
    granted, stood_in
        Mean residents counted by the granted Pflegegrad, and by the computed one because that is not known.
    differing
        Number of residents whose granted Pflegegrad is another than the computed one.
    """

    shapes: tuple[Shape, ...]
    seconds: int
    rated: float
    elsewhere: int
    source: str
    granted: Decimal = Decimal(0)
    stood_in: Decimal = Decimal(0)
    differing: int = 0


def of_home(access: Access, home_id: int, period: tuple[date, date]) -> PlausibilityComparison | None:
    """Return the comparison for a home and a period, each day by its rulebook; None where there are no minutes."""
    access.check_home(home_id)
    frame = _shape(access, home_id, period)
    if not len(frame) or not frame["seconds"].sum():
        return None
    with access.reading() as session:
        residents, differing = home_data.resident_grades(session, home_id, *period)
    known = sum((number for grade, number in residents.by_grade.items() if grade != UNKNOWN_GRADE), Decimal(0))
    return replace(
        compared(frame, period[1]),
        granted=known - residents.stood_in,
        stood_in=residents.stood_in,
        differing=len(differing),
    )


def compared(frame: pd.DataFrame, on: date) -> PlausibilityComparison:
    """Return minutes by Pflegegrad and level (columns ``pflegegrad``, ``qn_soll``, ``seconds``) beside the law."""
    sums = frame.groupby(["pflegegrad", "qn_soll"], as_index=False)["seconds"].sum()
    seconds = {(int(row.pflegegrad), int(row.qn_soll)): int(row.seconds) for row in sums.itertuples()}
    shapes = []
    for grade in range(1, 6):
        law = full_time_equivalents({grade: 1}, on)
        asked = [sum(seconds.get((grade, level), 0) for level in levels) for _, levels in BANDS.values()]
        whole = sum(asked) + seconds.get((grade, 0), 0)
        shapes.append(
            Shape(
                grade=grade,
                seconds=whole,
                rated=sum(asked) / whole if whole else 0.0,
                called_for=bands(asked) if sum(asked) else (),
                statute=bands([float(getattr(law, group)) for group in GROUPS]),
            )
        )
    total = sum(shape.seconds for shape in shapes)
    rated = sum(shape.seconds * shape.rated for shape in shapes)
    return PlausibilityComparison(
        tuple(shapes), total, rated / total if total else 0.0, sum(seconds.values()) - total, law.provenance.source
    )


def bands(amounts: list[float] | list[int]) -> tuple[BarSegment, ...]:
    """Return three amounts as bands that fill a bar."""
    whole = sum(amounts)
    return tuple(
        BarSegment(word, f"band-{i + 1}", amounts[i] / whole, sum(amounts[:i]) / whole)
        for i, (word, _) in enumerate(BANDS.values())
    )


def _shape(access: Access, home_id: int, period: tuple[date, date]) -> pd.DataFrame:
    first, last = (number_of(day) for day in period)
    months = range(int(repository.month_of(first)), int(repository.month_of(last)) + 1)
    with access.reading() as session:
        found = repository.read(session.connection(), home_id, repository.GRADES, months)
    if found is None:
        return pd.DataFrame(columns=["pflegegrad", "qn_soll", "count", "seconds"])
    return pd.DataFrame(found.between(first, last).summed("pflegegrad", "qn_soll").columns)
