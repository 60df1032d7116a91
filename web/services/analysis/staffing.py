"""§ 113c for a home: the ceiling for its residents, what is agreed, and the staff there is. Sum first, round last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from pebem.resident_mix import UNKNOWN_GRADE
from rules import RuleBookError
from rules.staffing import GROUPS, full_time_equivalents
from web.services.analysis import home_data, staffing_inputs
from web.services.analysis.staffing_inputs import StaffingError
from web.services.people import aliases, master_data
from web.store.models import AppliedUpload, WeeklyHours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from sqlalchemy.orm import Session

    from pebem.resident_mix import GradeDifference
    from rules.provenance import Provenance
    from web.store.access import Access


GROUP_OF_LEVEL: Final = {1: "nr1", 2: "nr1", 3: "nr2", 4: "nr3"}
"""Group of § 113c by level; level 4 stands for 4 to 8."""

EXTRA_CARE: Final = 0
"""Key of additional carers (§ 43b SGB XI): shown apart, because § 113c does not count them."""

TOTAL: Final = "total"
_LONGEST: Final = timedelta(days=366 * 10)
_DAY: Final = timedelta(days=1)
_LEVELS: Final = (EXTRA_CARE, *GROUP_OF_LEVEL)


@dataclass(frozen=True, slots=True)
class StaffingLine:
    """One group, or the sum of all (``TOTAL``): full-time equivalents, exact; None = not known.

    Attributes
    ----------
    ceiling
        What can be agreed at most (§ 113c Abs. 1).
    actual
        What there is, by weekly hours.
    share, ceiling_share
        Part (0..1) of all there is, and of the whole ceiling.
    ratio, agreed_ratio
        What there is, and what is agreed, in proportion to the ceiling.
    """

    group: str
    title: str
    levels: str
    ceiling: Decimal
    minimum: Decimal | None
    agreed: Decimal | None
    actual: Decimal | None
    share: Decimal | None
    ceiling_share: Decimal | None
    ratio: Decimal | None
    agreed_ratio: Decimal | None


@dataclass(frozen=True, slots=True)
class StaffingFigures:
    """Residents and staff of a home, averaged over days.

    Attributes
    ----------
    mix
        Mean residents by Pflegegrad; 0 = none, -1 = unknown. Only 1 to 5 have a value in § 113c.
    stood_in
        Those of them whose granted Pflegegrad is not known, so that the computed one counts.
    differing
        Residents, by pseudonym, whose granted Pflegegrad is another than the computed one.
    lines
        The three groups and the sum.
    full_time
        Hours a week of a full-time job on the last day.
    by_qn
        Full-time equivalents by level 1 to 4 (4 = 4 and above) and ``EXTRA_CARE``; empty where no hours are known.
    hours_from
        Upload the weekly hours came with, None = no upload has any.
    provenance, values_on
        Where the values come from, and the day whose values were taken.
    """

    first: date
    last: date
    mix: dict[int, Decimal]
    stood_in: Decimal
    differing: tuple[GradeDifference, ...]
    lines: tuple[StaffingLine, ...]
    full_time: Decimal
    by_qn: dict[int, Decimal]
    hours_from: int | None
    provenance: Provenance
    values_on: date

    @property
    def granted(self) -> Decimal:
        """Mean number of residents counted by the Pflegegrad that was granted."""
        return self.residents - self.mix[UNKNOWN_GRADE] - self.stood_in

    @property
    def residents(self) -> Decimal:
        """Mean number of all residents."""
        return sum(self.mix.values(), Decimal(0))


def rounded(value: Decimal | None, places: int = 2) -> Decimal | None:
    """Return a value as it is shown, half up; None stays None."""
    return None if value is None else value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def staffing(access: Access, home_id: int, first: date, last: date | None = None) -> StaffingFigures:
    """Return the staffing of a home on a day, or averaged over the days from ``first`` to ``last``.

    Raises
    ------
    StaffingError
        Where the period is reversed or too long, or the statute has no values for the last day.
    """
    access.check_home(home_id)
    last = last or first
    if last < first or last - first > _LONGEST:
        raise StaffingError("Bitte wählen Sie einen Zeitraum von höchstens zehn Jahren.")
    with access.reading() as session:
        residents, differing = home_data.resident_grades(session, home_id, first, last)
        entered = staffing_inputs.entered(session, home_id)
        upload_id, hours = _hours(session, home_id)
    try:
        ceiling = full_time_equivalents({grade: residents.by_grade[grade] for grade in range(1, 6)}, last)
    except RuleBookError as error:
        raise StaffingError(str(error)) from error
    begins = {one.valid_from for one in entered if one.valid_from}
    changes = {row.start for row in hours if row.start} | {row.end + _DAY for row in hours if row.end}
    parts = _parts(first, last, begins | changes)
    by_qn = {level: _mean(parts, _full_time(hours, level, entered)) for level in _LEVELS} if hours else {}
    lines = [
        _line(
            group,
            "Summe" if group == TOTAL else ceiling.titles[group],
            "" if group == TOTAL else ceiling.levels[group],
            ceiling=(getattr(ceiling, group), ceiling.total),
            minimum=_entered_mean(parts, entered, "minimum", of),
            agreed=_entered_mean(parts, entered, "agreed", of),
            actual=(_there(by_qn, of), _there(by_qn, GROUPS)) if by_qn else None,
        )
        for group, of in (*((group, (group,)) for group in GROUPS), (TOTAL, GROUPS))
    ]
    return StaffingFigures(
        first,
        last,
        residents.by_grade,
        residents.stood_in,
        tuple(differing),
        tuple(lines),
        staffing_inputs.effective(entered, last).full_time,
        by_qn,
        upload_id,
        ceiling.provenance,
        last,
    )


def store_hours(session: Session, upload_id: int, hours: pd.DataFrame) -> None:
    """Store the summed weekly hours of an upload, in the open transaction."""
    days = [[None if day is None else day.date() for day in _plain(hours[name])] for name in ("start", "end")]
    session.add_all(
        WeeklyHours(upload_id=upload_id, qn=int(qn), start=start, end=end, hours=total)
        for qn, start, end, total in zip(hours["qn"], *days, hours["hours"], strict=True)
    )


def _plain(column: pd.Series) -> list[Any]:
    return column.astype(object).where(column.notna(), None).tolist()


def _hours(session: Session, home_id: int) -> tuple[int | None, list[WeeklyHours]]:
    """Return the newest upload with weekly hours, and its sums with those of older lists of other staff.

    An upload replaces the hours of those it lists. Only sums are stored, so an older list counts beside a newer one
    only where the two share nobody.
    """
    uploads = session.execute(
        select(AppliedUpload.upload_id, AppliedUpload.people)
        .where(
            AppliedUpload.home_id == home_id,
            AppliedUpload.upload_id.in_(select(WeeklyHours.upload_id)),
        )
        .order_by(AppliedUpload.position.desc())
    ).all()
    meant = aliases.of_home(session, home_id)
    counted: list[int] = []
    listed: set[str] = set()
    for upload_id, packed in uploads:
        staff = {meant.get(one, one) for one in master_data.listed_staff(packed)}
        if not counted or not staff & listed:
            counted.append(upload_id)
            listed |= staff
    if not counted:
        return None, []
    return counted[0], list(session.scalars(select(WeeklyHours).where(WeeklyHours.upload_id.in_(counted))))


def _full_time(
    hours: Sequence[WeeklyHours], level: int, entered: Sequence[staffing_inputs.StaffingInputs]
) -> Callable[[date], Decimal]:
    """Return a function that gives the full-time equivalents of a level on a day."""

    def there(day: date) -> Decimal:
        held = (
            row.hours
            for row in hours
            if row.qn == level and (row.start is None or row.start <= day) and (row.end is None or day <= row.end)
        )
        return sum(held, Decimal(0)) / staffing_inputs.effective(entered, day).full_time

    return there


def _there(by_qn: Mapping[int, Decimal], groups: Sequence[str]) -> Decimal:
    return sum((by_qn[level] for level, group in GROUP_OF_LEVEL.items() if group in groups), Decimal(0))


def _parts(first: date, last: date, changes: set[date]) -> list[tuple[date, int]]:
    """Return the first day and the number of days of each time without change."""
    starts = sorted({first} | {day for day in changes if first < day <= last})
    return [(begin, (following - begin).days) for begin, following in pairwise([*starts, last + _DAY])]


def _mean(parts: Sequence[tuple[date, int]], value: Callable[[date], Decimal]) -> Decimal:
    return sum((value(day) * days for day, days in parts), Decimal(0)) / sum(days for _, days in parts)


def _entered_mean(
    parts: Sequence[tuple[date, int]],
    entered: Sequence[staffing_inputs.StaffingInputs],
    kind: str,
    groups: Sequence[str],
) -> Decimal | None:
    """Return the mean of what was entered for some groups together; None where a day or a group lacks it."""
    values = [
        (getattr(staffing_inputs.effective(entered, day), kind)[group], days) for day, days in parts for group in groups
    ]
    if any(value is None for value, _ in values):
        return None
    return sum((value * days for value, days in values), Decimal(0)) / sum(days for _, days in parts)


def _line(  # a line of a table has as many cells
    group: str,
    title: str,
    levels: str,
    *,
    ceiling: tuple[Decimal, Decimal],
    minimum: Decimal | None,
    agreed: Decimal | None,
    actual: tuple[Decimal, Decimal] | None,
) -> StaffingLine:
    own, whole = ceiling
    there, everybody = actual or (None, None)
    return StaffingLine(
        group, title, levels, own, minimum, agreed, there,
        share=_ratio(there, everybody), ceiling_share=_ratio(own, whole),
        ratio=_ratio(there, own), agreed_ratio=_ratio(agreed, own),
    )  # fmt: skip


def _ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return part / whole if part is not None and whole else None
