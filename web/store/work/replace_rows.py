"""Replacing rows of a home, and keeping the joined months consistent (``docs/adr/0010``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import insert, select, text

from pebem.history.contents import WIDTH, month_of, months_of, occurrence, times
from web.store.models import PerformedIntervention, WorkMonth
from web.store.work.bulk import NO_MONTH, join_months, row_form, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray
    from sqlalchemy import Connection

_NO_ROW: Final = text(
    "DELETE FROM intervention WHERE home_id = :home_id AND content = :content AND occurrence = :occurrence"
)


def replace(
    connection: Connection,
    home_id: int,
    stored: NDArray[np.bytes_],
    removed: NDArray[np.bytes_],
    added: Mapping[int, NDArray[np.bytes_]],
    on_progress: Callable[[int], object] = lambda _: None,
) -> None:
    """Delete rows of a home and add others, in the open transaction. The home is locked by the caller.

    Parameters
    ----------
    stored
        Contents of all rows of the days concerned, in order.
    removed
        Contents to take out, in order; each as often as it is to be removed.
    added
        Upload -> contents to add, in order. None is also in ``removed`` or of two uploads.
    on_progress
        Told now and then how many rows are through.
    """
    months = np.unique([month_of(part) for contents in (removed, *added.values()) for part in months_of(contents)])
    if not len(months):
        return
    _forget(connection, home_id, months)
    if len(removed):
        # The last ones are taken out, so that the numbers stay without gaps.
        last = times(removed, stored) - times(removed, removed) + occurrence(removed)
        _take_out(connection, home_id, removed, last)
    through = 0
    for upload_id, contents in added.items():
        for rows in row_form(connection, home_id, upload_id, contents, times(contents, stored) + occurrence(contents)):
            write(connection, rows)
            through += len(rows)
            on_progress(through)
    join_months(connection, home_id, months.astype("datetime64[M]"))


def reattribute(connection: Connection, home_id: int, upload_id: int, heirs: Mapping[int, NDArray[np.bytes_]]) -> None:
    """Attribute rows of an upload to others that contained them too.

    Parameters
    ----------
    heirs
        Upload -> contents, in order; a row of ``upload_id`` whose content is in none of them does not change.
    """
    query = select(PerformedIntervention.content, PerformedIntervention.occurrence).where(
        PerformedIntervention.home_id == home_id, PerformedIntervention.upload_id == upload_id
    )
    own = connection.execute(query.order_by(PerformedIntervention.content, PerformedIntervention.occurrence)).all()
    contents = np.array([row.content for row in own], f"S{WIDTH}")
    number = np.array([row.occurrence for row in own], np.int64)
    moved = {heir: np.isin(contents, wanted) for heir, wanted in heirs.items()}
    changed = np.logical_or.reduce([np.zeros(len(contents), bool), *moved.values()])
    if not changed.any():
        return
    months = np.unique([month_of(part) for part in months_of(contents[changed])])
    _forget(connection, home_id, months)
    _take_out(connection, home_id, contents[changed], number[changed])
    for heir, chosen in moved.items():
        for rows in row_form(connection, home_id, heir, contents[chosen], number[chosen]):
            write(connection, rows)
    join_months(connection, home_id, months.astype("datetime64[M]"))


def preview_rows(connection: Connection, home_id: int, contents: NDArray[np.bytes_], months: Iterable[int]) -> None:
    """Make these the rows of some months for all readers; the caller rolls the transaction back."""
    _forget(connection, home_id, months)
    parts = [{"home_id": home_id, "month": month_of(part), "contents": part.tobytes()} for part in months_of(contents)]
    if parts:
        connection.execute(insert(WorkMonth), parts)


def _take_out(connection: Connection, home_id: int, contents: NDArray[np.bytes_], number: NDArray[np.int64]) -> None:
    """Delete rows by their keys; what is read of their months is gone already."""
    keys = zip(contents.view(f"V{WIDTH}").tolist(), number.tolist(), strict=True)
    connection.execute(_NO_ROW, [{"home_id": home_id, "content": key, "occurrence": nth} for key, nth in keys])


def _forget(connection: Connection, home_id: int, months: Iterable[int]) -> None:
    """Delete what is read of some months: first of all, or the database refuses to delete their rows."""
    keys = [{"home_id": home_id, "month": int(month)} for month in months]
    if keys:
        connection.execute(NO_MONTH, keys)
