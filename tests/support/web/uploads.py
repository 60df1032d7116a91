"""What a worker does for an upload, what is chosen in its preview, and what is stored of it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import func, select

import importers
from web.services.uploads import records, steps
from web.services.uploads.apply import ApplyChoice
from web.services.uploads.row_counts import RowCounts
from web.store import models

if TYPE_CHECKING:
    from tests.support.web.pages import Person


def run_jobs(who: Person) -> None:
    """Do what a worker would, until nothing waits."""
    queue = who.services.jobs.queue
    while (task := queue.dequeue()) is not None:
        queue.execute(task)


def count_rows(who: Person, model: Any = models.PerformedIntervention) -> int:
    """Return how many rows a table of the work database has."""
    with who.services.databases.whole.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def weighed(who: Person, upload_id: int) -> dict[str, Any]:
    """Return what the preview of an upload says."""
    return records.find(who.access, upload_id).weighed


def row_changes(found: dict[str, Any]) -> list[int]:
    """Return how many rows a preview says are new, changed, unchanged, and removed."""
    rows = RowCounts.from_json(found).stored
    return [rows.new, rows.changed, rows.unchanged, found["removed"]]


def choose(who: Person, upload_id: int, choice: ApplyChoice) -> dict[str, Any]:
    """Choose what to apply, and return what the preview says then."""
    steps.update_preview(who.access, who.services.settings, upload_id, choice)
    return weighed(who, upload_id)


def same_import(first: importers.ReadFiles, second: importers.ReadFiles) -> None:
    """Fail unless two results are equal, frames with their types."""
    for whole, part in ((first, second), (first.tables, second.tables)):
        for spot in fields(whole):
            left, right = getattr(whole, spot.name), getattr(part, spot.name)
            if isinstance(left, pd.DataFrame):
                pd.testing.assert_frame_equal(left, right)
            elif spot.name == "parts":
                assert left.keys() == right.keys()
                for frame, files in left.items():
                    np.testing.assert_array_equal(files, right[frame], strict=True)
            elif spot.name != "tables":
                assert left == right
                assert type(left) is type(right)
