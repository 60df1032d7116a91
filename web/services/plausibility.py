"""Does what the rulebook calls for look like what the law reckons with? Per Pflegegrad, as shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Final

import pandas as pd

from pebem import plausibility
from rules.staffing import GROUPS, full_time_equivalents
from web.services import care, scoring
from web.store.models import Home

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session, sessionmaker

    from pebem.contracts import Tables
    from web.services.holdings import Stretch

BANDS: Final = {"nr1": ("QN 1 und 2", (1, 2)), "nr2": ("QN 3", (3,)), "nr3": ("QN 4", (4,))}
"""The groups of § 113c Abs. 1, and the levels of the rulebook each of them stands beside."""

KEPT: Final = 8
"""Shapes that stay in memory: each needs all work of a home."""

_kept: dict[tuple[object, ...], pd.DataFrame] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Band:
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
    called_for: tuple[Band, ...]
    statute: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All five Pflegegrade, and the minutes that belong to none of them."""

    shapes: tuple[Shape, ...]
    seconds: int
    rated: float
    elsewhere: int
    source: str


def of_home(
    reading: sessionmaker[Session], home_id: int, stretches: Sequence[Stretch], period: tuple[date, date]
) -> Comparison | None:
    """Return the comparison for a home and a period, each day by its rulebook; None where there are no minutes."""
    frame = _shape(reading, home_id, stretches, period)
    return compared(frame, period[1]) if len(frame) and frame["seconds"].sum() else None


def compared(frame: pd.DataFrame, on: date) -> Comparison:
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
    return Comparison(
        tuple(shapes), total, rated / total if total else 0.0, sum(seconds.values()) - total, law.provenance.source
    )


def bands(amounts: list[float] | list[int]) -> tuple[Band, ...]:
    """Return three amounts as bands that fill a bar."""
    whole = sum(amounts)
    return tuple(
        Band(word, f"band-{i + 1}", amounts[i] / whole, sum(amounts[:i]) / whole)
        for i, (word, _) in enumerate(BANDS.values())
    )


def _shape(
    reading: sessionmaker[Session], home_id: int, stretches: Sequence[Stretch], period: tuple[date, date]
) -> pd.DataFrame:
    with reading() as session:
        home = session.get_one(Home, home_id)
        key = (str(session.get_bind().engine.url), home_id, home.analysis, period)
        with _lock:
            kept = _kept.get(key)
        if kept is not None:
            return kept
        tables = care.tables_of(session, home_id)
    made = pd.concat([_of_stretch(tables, stretch) for stretch in stretches], ignore_index=True)
    with _lock:
        while len(_kept) >= KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = made
    return made


def _of_stretch(tables: Tables, stretch: Stretch) -> pd.DataFrame:
    """Return the shape of one rulebook's days; work it does not know counts as not rated."""
    part, days = scoring.of_days(tables, stretch.first, stretch.last), (stretch.first, stretch.last)
    unknown = scoring.unknown_to(stretch.book, part)
    if not unknown:
        return plausibility.shape(part, stretch.book, days)
    work = part.interventions
    known = replace(part, interventions=work[~work["intervention"].isin(unknown)].reset_index(drop=True))
    foreign = replace(part, interventions=work[work["intervention"].isin(unknown)].reset_index(drop=True))
    unrated = plausibility.shape(foreign, scoring.completed(stretch.book, unknown), days).assign(qn_soll=0)
    return pd.concat([plausibility.shape(known, stretch.book, days), unrated], ignore_index=True)
