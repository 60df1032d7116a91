"""What a preview offers first: the sensible next step, never a button that stores nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from web.services.uploads.row_counts import RowCounts


class NextStep(StrEnum):
    """What the primary button of a preview does."""

    WORDS = "wörter"
    APPLY = "übernehmen"
    FAULTY_ROWS = "fehlerhafte Zeilen"
    RESULT = "ergebnis"


def next_step(
    rows: RowCounts | None, effects: Mapping[str, Any] | None, *, costly_words: bool, faulty_rows: bool
) -> NextStep:
    """Return what to do next about an upload that was read.

    Parameters
    ----------
    costly_words
        Whether words are undecided without which rows are lost.
    faulty_rows
        Whether faulty rows can be downloaded to be repaired.
    """
    if costly_words:
        return NextStep.WORDS
    if stores_something(rows, effects):
        return NextStep.APPLY
    return NextStep.FAULTY_ROWS if faulty_rows else NextStep.RESULT


def stores_something(rows: RowCounts | None, effects: Mapping[str, Any] | None) -> bool:
    """Return whether storing an upload would change anything, as far as its preview knows."""
    if rows is None or effects is None:
        return True
    statements = (effects.get("statements") or {}).get("counts", {})
    duties = effects.get("duties", {})
    return bool(
        rows.stored.new
        or rows.stored.changed
        or effects["removed"]
        or effects["people_new"]
        or effects.get("hours")
        or any(not key.endswith("/repeated") for key in statements)
        or any(duties.get(name) for name in ("new", "changed", "removed"))
    )
