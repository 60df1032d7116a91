"""What an upload changes in what is known of people, and in months it has no rows of, as it is stored for the page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pebem.engine.day_numbers import day_of
from pebem.history import changes
from pebem.history.contents import month_of, months_of
from pebem.history.statements import COMPLETE_KINDS
from web.services.history import active_uploads, moved_shares

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from pebem.history.acts import Contents
    from pebem.history.changes import StatementChange
    from web.services.history.fold_home import HomeChanges
    from web.services.history.moved_shares import Figures

SHOWN: Final = 200
"""Statements that are listed one by one."""


def shown(people: list[StatementChange]) -> dict[str, Any]:
    """Return changes of statements: numbers by kind and change, and the first of them one by one.

    What only repeats an earlier statement comes last, as "repeated"; of how many persons something changes does not
    count it.
    """
    people = sorted(people, key=lambda one: one.repeats)
    counts = Counter(f"{one.kind}/{_change(one)}" for one in people)
    rows = [
        {
            "kind": one.kind,
            "person": one.person,
            "criterion": one.criterion,
            "first": _day(one.first),
            "change": _change(one),
            "before": _plain(one.before),
            "after": _plain(one.after),
        }
        for one in people[:SHOWN]
    ]
    return {"counts": dict(counts), "persons": len({one.person for one in people if not one.repeats}), "rows": rows}


def withdrawable(session: Session, home_id: int, upload_id: int, home: HomeChanges) -> dict[str, int]:
    """Return what would be withdrawn were an upload, which is active, complete for its persons.

    Parameters
    ----------
    home
        What the upload changes as it is applied.

    Returns
    -------
    dict
        ``statements`` and ``persons``.
    """
    if not home.known:
        return {"statements": 0, "persons": 0}
    complete = active_uploads.fold_statements(session, home_id, complete=upload_id)
    withdrawn = [
        change
        for change in (*changes.between(home.statements, complete), *home.people)
        if change.change == "removed" and change.kind in COMPLETE_KINDS
    ]
    return {"statements": len(withdrawn), "persons": len({change.person for change in withdrawn})}


def months_elsewhere(
    before: Figures, after: Figures, days: set[date] | None, own: frozenset[int], people: list[StatementChange]
) -> list[dict[str, Any]]:
    """Return the months that change though an upload has no rows of them: shares before and after, and why.

    Parameters
    ----------
    days
        Days that were analysed; None = all.
    own
        Months (counted from January 1970) the upload has rows of, or is complete for.
    people
        What it changes about people.
    """
    everything = np.unique(
        np.concatenate([np.zeros(0, np.int64), *(side[0].columns["day"] for side in (before, after) if side[0])])
    )
    months = everything.astype("datetime64[D]").astype("datetime64[M]").astype(int)
    found = []
    for month in sorted(set(months.tolist()) - own):
        of_month = everything[months == month]
        if days is not None and not days & {day_of(int(day)) for day in of_month}:
            continue
        moved = moved_shares.fit_and_coverage(before, after, [day_of(int(day)) for day in of_month])
        if moved["before"] != moved["after"]:
            last = day_of(int(of_month[-1]))
            reasons = Counter(
                one.kind for one in people if not one.repeats and (one.first is None or one.first <= last)
            )
            found.append({"month": month, "reasons": dict(reasons), **moved})
    return found


def with_rows(moved: list[dict[str, Any]], removed: Contents, added: Contents) -> list[dict[str, Any]]:
    """Return the months that move and those that rows are removed from or added to, in order, with how many.

    Parameters
    ----------
    moved
        As :func:`months_elsewhere` returns them.
    """
    rows = {int(one["month"]): [0, 0] for one in moved}
    for place, contents in enumerate((removed, added)):
        for part in months_of(contents):
            rows.setdefault(month_of(part), [0, 0])[place] = len(part)
    told = {int(one["month"]): one for one in moved}
    return [
        {"month": month, "rows_removed": gone, "rows_added": new, **told.get(month, {"reasons": {}})}
        for month, (gone, new) in sorted(rows.items())
    ]


def _change(one: StatementChange) -> str:
    return "repeated" if one.repeats else one.change


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_day(part) if hasattr(part, "isoformat") else part for part in value]
    return None if value is None else []


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
