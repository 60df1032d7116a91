"""Does what the rulebook calls for look like what the law reckons with? Per Pflegegrad, as shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.engine.day_numbers import number_of
from pebem.resident_mix import UNKNOWN_GRADE
from rules.staffing import GROUPS, full_time_equivalents
from web.services.analysis import home_data
from web.services.analysis.disclosure import OF_GRADES
from web.services.analysis.shown import ShownFigures
from web.store.result import repository

if TYPE_CHECKING:
    from datetime import date

    from pebem.measures import Amount
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
    hidden
        Whether too few employees did some of this work (security row D3): nothing of it is shown.
    """

    grade: int
    seconds: int
    rated: float
    called_for: tuple[BarSegment, ...]
    statute: tuple[BarSegment, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class PlausibilityComparison:
    """All five Pflegegrade, and the minutes that belong to none of them.

    Attributes
    ----------
    granted, stood_in
        Mean residents counted by the granted Pflegegrad, and by the computed one because that is not known.
    differing
        Number of residents whose granted Pflegegrad is another than the computed one.
    elsewhere_hidden
        Whether some of the minutes that belong to no Pflegegrad are not shown, and not counted.
    """

    shapes: tuple[Shape, ...]
    seconds: int
    rated: float
    elsewhere: int
    source: str
    granted: Decimal = Decimal(0)
    stood_in: Decimal = Decimal(0)
    differing: int = 0
    elsewhere_hidden: bool = False


def of_home(access: Access, home_id: int, period: tuple[date, date]) -> PlausibilityComparison | None:
    """Return the comparison for a home and all months of a period, each day by its rulebook; None = no minutes."""
    access.check_home(home_id)
    amounts, hidden = _shown(access, home_id, period)
    if not hidden and not any(one.seconds for one in amounts.values()):
        return None
    few = {grade for grade, _ in hidden}
    frame = pd.DataFrame(
        [(grade, band, one.seconds) for (grade, band), one in amounts.items() if grade not in few],
        columns=["pflegegrad", "qn_soll", "seconds"],
    )
    with access.reading() as session:
        residents, differing = home_data.resident_grades(session, home_id, *period)
    known = sum((number for grade, number in residents.by_grade.items() if grade != UNKNOWN_GRADE), Decimal(0))
    found = compared(frame, period[1])
    return replace(
        found,
        shapes=tuple(replace(shape, hidden=shape.grade in few) for shape in found.shapes),
        elsewhere_hidden=not few.isdisjoint({0, UNKNOWN_GRADE}),
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


def _shown(
    access: Access, home_id: int, period: tuple[date, date]
) -> tuple[dict[tuple[int, int], Amount], set[tuple[int, int]]]:
    """Return amounts by Pflegegrad and level called for as far as they may be shown, and where they may not."""
    first, last = (int(repository.month_of(number_of(day))) for day in period)
    with access.reading() as session:
        found = repository.read(session.connection(), home_id, repository.GRADES, range(first, last + 1))
    if found is None:
        return {}, set()
    known = np.array([label is not None for label in found.labels["grade"]], bool)[found.columns["grade"]]
    return ShownFigures(found, (OF_GRADES,), known).of("grade", "band")
