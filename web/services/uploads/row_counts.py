"""The outcome of each row of an upload: one table whose sums add up, before and after it is stored.

Each row of the files is one of these: it counts, it was not performed, an answer says to ignore its word, it is
faulty, or another file of the same upload has it too. Those that are stored are new, changed or unchanged.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import select

from pebem.contracts import DONE
from pebem.history.contents import unpack
from web.store.models import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from importers import ReadFiles
    from pebem.history.acts import Contents
    from web.services.uploads.apply import AppliedChanges


@dataclass(frozen=True, slots=True)
class StoredRows:
    """Rows that are stored: how many are new, replace a stored one, or are stored already."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.new + self.changed + self.unchanged

    def __add__(self, other: StoredRows) -> StoredRows:
        """Return the sums."""
        return StoredRows(self.new + other.new, self.changed + other.changed, self.unchanged + other.unchanged)


@dataclass(frozen=True, slots=True)
class RowCounts:
    """The rows of an upload's files.

    Attributes
    ----------
    counted, not_done
        Rows that are stored: those that count, and those with another status.
    again
        Rows that another file of the same upload has too, or corrects.
    ignored
        Rows under a word that the home maps to nothing.
    faulty
        Rows with errors.
    total
        All rows of the files.
    """

    counted: StoredRows
    not_done: StoredRows
    again: int
    ignored: int
    faulty: int
    total: int

    @property
    def stored(self) -> StoredRows:
        """Rows that count and rows that were not performed."""
        return self.counted + self.not_done

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored with the upload."""
        return asdict(self)

    @classmethod
    def from_json(cls, effects: Mapping[str, Any] | None) -> Self | None:
        """Return the counts of a stored preview; None where an older version of the program stored it."""
        counts = (effects or {}).get("rows")
        if counts is None:
            return None
        stored = {name: StoredRows(**counts[name]) for name in ("counted", "not_done")}
        return cls(**{**counts, **stored})


def count_rows(session: Session, home_id: int, applied: AppliedChanges, result: ReadFiles) -> RowCounts:
    """Return the outcome of the rows of an upload that has just been applied in the open transaction."""
    performed = session.scalar(select(Label.id).where(Label.home_id == home_id, Label.text == DONE)) or 0
    new, changed, total = (
        _counting(rows, performed) for rows in (applied.acts.new, applied.acts.after, applied.incoming)
    )
    unchanged = len(applied.incoming) - len(applied.acts.new) - len(applied.acts.after)
    counted = StoredRows(new, changed, total - new - changed)
    not_done = StoredRows(len(applied.acts.new) - new, len(applied.acts.after) - changed, unchanged - counted.unchanged)
    readable = len(result.tables.interventions) + len(result.repeated)
    faulty = result.tables.faulty
    return RowCounts(
        counted,
        not_done,
        again=readable - len(applied.incoming) + result.repeated_faulty,
        ignored=result.ignored,
        faulty=faulty,
        total=readable + result.ignored + faulty + result.repeated_faulty,
    )


def _counting(rows: Contents, performed: int) -> int:
    status = unpack(rows.tobytes())["status"]
    return int(((status == 0) | (status == performed)).sum())
