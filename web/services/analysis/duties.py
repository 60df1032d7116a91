"""Duties of a home: who was on shift from when to when, as the active uploads have it (``docs/adr/0019``).

Nothing is stored besides the duties of each upload. A duty belongs to the day and month it begins on. For each person
and day the newest upload that names a duty of theirs counts alone: a roster replaces the plan of the days it names.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import insert, select

from pebem import contracts
from pebem.history.contents import DUTY, FIRST_DAY, month_of, months_of, pack, renumbered, unpack
from pebem.history.duties import NOTHING, fold, fold_files, keys
from pebem.history.stored_rules import StoredRule
from web.services.people import aliases, restrictions
from web.store.models import AppliedDuties, AppliedUpload, Label, Staff
from web.store.work import bulk
from web.store.work.packed_files import by_month, split_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from pebem.history.acts import CompletenessScope, Contents

NO_DUTIES: Final = pd.DataFrame(contracts.empty(contracts.DUTIES))

_A_DAY: Final = 86_400
_LEVEL: Final = 1


@dataclass(frozen=True)
class DutyChanges:
    """Changes to the stored duties of a home.

    Attributes
    ----------
    new, changed, removed
        Duties: of a person and day, one removed and one added are one changed.
    unchanged
        Duties of the upload that are stored already.
    removed_contents
        Contents of the stored ones that are removed, in order.
    days
        Days on which duties changed, those a night reaches into included.
    """

    new: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    removed_contents: Contents = field(default_factory=lambda: NOTHING)
    days: frozenset[date] = frozenset()

    @property
    def as_json(self) -> dict[str, int]:
        """The numbers, as they are stored with an upload."""
        return {name: getattr(self, name) for name in ("new", "changed", "removed", "unchanged")}


def contents_of(session: Session, home_id: int, frame: pd.DataFrame, staff: Mapping[str, int]) -> Contents:
    """Return the contents of the duties of an upload, in order; equal ones once.

    A duty without a known person is left out: no one could take on work in it.

    Parameters
    ----------
    frame
        As ``pebem.contracts.DUTIES``, persons by pseudonym.
    staff
        Pseudonym -> row id.
    """
    frame = frame[frame["staff"].notna() & frame["start"].notna() & frame["end"].notna()]
    if frame.empty:
        return NOTHING
    wards = {str(one) for one in frame["ward"].dropna().unique()}
    labels = bulk.numbered_labels(session.connection(), home_id, wards) if wards else {}
    start, end = (frame[name].to_numpy("datetime64[s]").astype(np.int64) for name in ("start", "end"))
    day = start // _A_DAY
    numbers: dict[str, NDArray[np.int64]] = {
        "day": day + FIRST_DAY,
        "staff_id": np.asarray(frame["staff"].map(staff), np.int64),
        "start": start - day * _A_DAY,
        "end": end - day * _A_DAY,
        "ward": np.asarray(frame["ward"].map(labels).fillna(0), np.int64),
    }
    return np.unique(pack(numbers, DUTY))


def add(session: Session, upload_id: int, files: Sequence[Contents]) -> None:
    """Store the duties of an upload, file by file, which is active already."""
    months = by_month(files)
    rows = [
        {
            "upload_id": upload_id,
            "month": month,
            "contents": zlib.compress(np.concatenate(parts).tobytes(), _LEVEL),
            "lengths": [len(part) for part in parts] if len(parts) > 1 else None,
        }
        for month, parts in months.items()
    ]
    if rows:
        session.execute(insert(AppliedDuties), rows)


def of_upload(session: Session, upload_id: int) -> Contents:
    """Return the contents of the duties of an upload, in order, its files folded onto each other."""
    query = select(AppliedDuties.contents, AppliedDuties.lengths).where(AppliedDuties.upload_id == upload_id)
    return fold_files(split_files(session.execute(query.order_by(AppliedDuties.month)), DUTY))


def affected_months(given: Contents, scope: CompletenessScope | None) -> list[int]:
    """Return the months an upload with these duties is about."""
    if not len(given):
        return []
    found = {month_of(part) for part in months_of(given)}
    if scope is not None:
        ends = (np.array([scope.first, scope.last]) - FIRST_DAY).astype("datetime64[D]").astype("datetime64[M]")
        found |= set(range(int(ends[0].astype(int)), int(ends[1].astype(int)) + 1))
    return sorted(found)


def replay(session: Session, home_id: int, months: Iterable[int] | None = None) -> Contents:
    """Return what follows from the active uploads for some months (None = all): contents in order."""
    uploads = session.execute(
        select(AppliedUpload.upload_id, AppliedUpload.rule)
        .where(AppliedUpload.home_id == home_id)
        .order_by(AppliedUpload.position)
    ).all()
    rules = {upload_id: StoredRule.from_json(rule) for upload_id, rule in uploads}
    query = (
        select(AppliedDuties.upload_id, AppliedDuties.month, AppliedDuties.contents, AppliedDuties.lengths)
        .where(AppliedDuties.upload_id.in_(select(AppliedUpload.upload_id).where(AppliedUpload.home_id == home_id)))
        .order_by(AppliedDuties.month)
    )
    wanted = None if months is None else frozenset(months)
    if wanted:  # by their ends: a period without an end has more months than a query may have parameters
        query = query.where(AppliedDuties.month.between(min(wanted), max(wanted)))
    months_of_upload: dict[int, list[tuple[bytes, list[int] | None]]] = {upload_id: [] for upload_id in rules}
    for upload_id, month, packed, lengths in session.execute(query):
        if wanted is None or month in wanted:
            months_of_upload[upload_id].append((packed, lengths))
    meant = aliases.merged_rows(session, home_id)
    files_by_upload = {
        upload_id: [renumbered(rows, meant, DUTY) for rows in split_files(packed_months, DUTY)]
        for upload_id, packed_months in months_of_upload.items()
    }
    return fold(files_by_upload, rules)


def compare(before: Contents, after: Contents, given: Contents = NOTHING) -> DutyChanges:
    """Return the changes to stored duties, and how many of an upload's are there already."""
    removed, added = np.setdiff1d(before, after), np.setdiff1d(after, before)
    _, code = np.unique(np.concatenate([keys(removed), keys(added)]), return_inverse=True)
    top = int(code.max(initial=-1)) + 1
    changed = int(np.minimum(*(np.bincount(part, minlength=top) for part in np.split(code, [len(removed)]))).sum())
    days = frozenset(_days(np.concatenate([removed, added])))
    return DutyChanges(
        len(added) - changed, changed, len(removed) - changed, int(np.isin(given, before).sum()), removed, days
    )


def frame(
    session: Session, home_id: int, days: tuple[date, date] | None = None, *, restricted: bool = False
) -> pd.DataFrame:
    """Return the duties of a home as ``pebem.contracts.DUTIES``, persons by pseudonym.

    Parameters
    ----------
    days
        First and last day: the duties of their months, and those that reach into the first; None = all.
    restricted
        Whether those of restricted persons are there too: not for an analysis (H7).
    """
    found = replay(session, home_id, None if days is None else _months(*days))
    if not len(found):
        return NO_DUTIES
    duty = {name: column.astype(np.int64) for name, column in unpack(found.tobytes(), DUTY).items()}
    midnight = (duty["day"] - FIRST_DAY) * _A_DAY
    staff = dict(session.execute(select(Staff.id, Staff.pseudonym).where(Staff.home_id == home_id)).all())
    labels: dict[int, Any] = dict(session.execute(select(Label.id, Label.text).where(Label.home_id == home_id)).all())
    everybody = pd.DataFrame(
        {
            "staff": pd.Series([staff[one] for one in duty["staff_id"].tolist()], dtype="object"),
            "ward": pd.Series([labels.get(one) for one in duty["ward"].tolist()], dtype="object"),
            "start": (midnight + duty["start"]).astype("datetime64[s]"),
            "end": (midnight + duty["end"]).astype("datetime64[s]"),
        }
    )
    return everybody if restricted else restrictions.without(session, home_id, everybody)


def days_of_changed_staff(session: Session, home_id: int, before: pd.DataFrame, now: pd.DataFrame) -> set[date]:
    """Return the days on which a person was on shift whose entry in the staff list changed for that day.

    Parameters
    ----------
    before, now
        As ``pebem.contracts.STAFF``.
    """
    rows = pd.concat([before.drop_duplicates(), now.drop_duplicates()]).drop_duplicates(keep=False)
    if rows.empty:
        return set()
    ids = dict(session.execute(select(Staff.pseudonym, Staff.id).where(Staff.home_id == home_id)).all())
    stored = replay(session, home_id)
    who = unpack(stored.tobytes(), DUTY)["staff_id"]
    found: set[date] = set()
    starts, ends = (_dates(rows[name]) for name in ("start", "end"))
    for pseudonym, start, end in zip(rows["staff"], starts, ends, strict=True):
        days = _days(stored[who == ids[str(pseudonym)]])
        found |= {day for day in days if (start is None or start <= day) and (end is None or day <= end)}
    return found


def _dates(column: pd.Series) -> list[date | None]:
    return [one.date() if pd.notna(one) else None for one in column]


def _days(contents: Contents) -> set[date]:
    duty = {name: column.astype(np.int64) for name, column in unpack(contents.tobytes(), DUTY).items()}
    last = duty["day"] + np.maximum(duty["end"] - 1, 0) // _A_DAY
    found = {*duty["day"].tolist(), *last.tolist()}
    return {date.fromordinal(day) for day in found}


def _months(first: date, last: date) -> range:
    ends = np.array([max(first, date(1, 1, 2)) - timedelta(days=1), last], "datetime64[M]").astype(int).tolist()
    return range(ends[0], ends[1] + 1)
