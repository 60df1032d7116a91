"""What becomes of the rows of an upload: one table, the sums of which add up, before and after it is stored."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.uploads import choose, weighed
from web.services.uploads import records, steps
from web.services.uploads.apply import ApplyChoice
from web.services.uploads.row_counts import RowCounts, StoredRows
from web.services.words import terms
from web.store import models

if TYPE_CHECKING:
    from tests.support.web.pages import Person

HEAD = workbooks.WORK[0]
IGNORED = "Kaffeerunde"


class Made(NamedTuple):
    """A file, and what its rows are, as whoever wrote them knows."""

    content: bytes
    rows: int
    done: int
    not_done: int
    faulty: int
    ignored: int


def made(rng: np.random.Generator) -> Made:
    """Return a random file of which each row is known to be one thing or another."""
    kinds = rng.choice(["done", "not_done", "faulty", "ignored"], int(rng.integers(1, 25)), p=[0.5, 0.2, 0.2, 0.1])
    rows = [_row(rng, str(kind)) for kind in kinds]
    counts = [int((kinds == kind).sum()) for kind in ("done", "not_done", "faulty", "ignored")]
    return Made(workbooks.workbook(Bewohner=workbooks.RESIDENTS, Interventionen=[HEAD, *rows]), len(rows), *counts)


def _row(rng: np.random.Generator, kind: str) -> tuple[str, ...]:
    def choice(*values: str) -> str:
        return str(values[int(rng.integers(len(values)))])

    day = f"{date(2026, 1, 5) + timedelta(days=int(rng.integers(0, 40))):%d.%m.%Y}"
    word = {"ignored": IGNORED, "faulty": choice("Zauberei", "1.1")}.get(kind, choice("1.1", "4.1", "5.E03"))
    if kind == "faulty" and word == "1.1":
        day = choice("gestern", "31.02.2026", "")
    status = choice("abgelehnt", "nicht durchgeführt") if kind == "not_done" else choice("", "durchgeführt")
    return (
        choice("0042", "77"),
        choice("P1", "P2", ""),
        word,
        day,
        choice("", "07:10", "09:30"),
        choice("", "5", "20"),
        choice("Früh", ""),
        "",
        status,
    )


def rows_of(who: Person, upload_id: int) -> RowCounts:
    found = records.find(who.access, upload_id).row_counts
    assert found is not None
    return found


def add_up(rows: RowCounts) -> None:
    """Fail unless every sum of the table is that of its parts."""
    for stored in (rows.counted, rows.not_done, rows.stored):
        assert min(stored.new, stored.changed, stored.unchanged) >= 0, rows
    assert rows.stored.total == rows.counted.total + rows.not_done.total
    assert rows.total == rows.stored.total + rows.again + rows.ignored + rows.faulty, rows
    assert rows.again >= 0, rows


def in_store(who: Person) -> tuple[int, int]:
    """Return how many stored rows count, and how many do not."""
    with who.services.databases.whole.reading() as session:
        words = session.scalars(select(models.PerformedIntervention.status)).all()
    counting = sum(word in {None, "durchgeführt"} for word in words)
    return counting, len(words) - counting


def ignore_a_word(who: Person) -> None:
    terms.answer(
        who.access,
        home_id=who.home_id,
        kind="intervention",
        answers={IGNORED: "ignorieren"},
    )


@pytest.mark.parametrize("seed", range(4))
def test_sums_add_up_over_random_files_and_equal_what_is_stored(ben: Person, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ignore_a_word(ben)
    for _ in range(3):
        file, before = made(rng), in_store(ben)
        upload_id = ben.read_in(file.content, store=False)
        if ben.state(upload_id) == records.REFUSED:
            continue
        rows = rows_of(ben, upload_id)
        add_up(rows)
        assert (rows.total, rows.faulty, rows.ignored, rows.again) == (file.rows, file.faulty, file.ignored, 0)
        assert (rows.counted.total, rows.not_done.total) == (file.done, file.not_done)
        ben.store(upload_id)
        assert rows_of(ben, upload_id) == rows
        if not rows.stored.changed:  # a row may be corrected from one state to another
            assert in_store(ben) == (before[0] + rows.counted.new, before[1] + rows.not_done.new)
        assert sum(in_store(ben)) == sum(before) + rows.stored.new


@pytest.mark.parametrize("seed", range(3))
def test_sums_add_up_over_several_files_however_they_are_applied(ben: Person, seed: int) -> None:
    """Rows and faulty rows of one file that another one has too are told apart, whatever replaces what."""
    rng = np.random.default_rng(seed)
    first, second = made(rng), made(rng)
    files = [("a.xlsx", first.content), ("b.xlsx", second.content), ("c.xlsx", first.content)]
    upload_id = read_together(ben, files)
    for pairing in ("sure", "similar", "none"):
        choose(ben, upload_id, ApplyChoice(pairing=pairing))
        rows = rows_of(ben, upload_id)
        add_up(rows)
        assert rows.total == 2 * first.rows + second.rows
        assert rows.again >= first.done + first.not_done + first.faulty
    ben.store(upload_id)
    assert sum(in_store(ben)) == rows_of(ben, upload_id).stored.total


def read_together(who: Person, files: list[tuple[str, bytes]]) -> int:
    services = who.services
    upload_id = steps.start(who.access, services.settings, home_id=who.home_id, files=files)
    steps.read(who.access, services.settings, services.jobs.queue, upload_id)
    return upload_id


def test_rows_sent_again_are_unchanged_and_a_correction_is_changed(ben: Person) -> None:
    work = [list(row) for row in workbooks.WORK[1:7]]
    ben.read_in(workbooks.workbook(Interventionen=[HEAD, *work]))
    work[0][5] = "25"
    work[5][8] = "durchgeführt"
    again = ben.read_in(workbooks.workbook(Interventionen=[HEAD, *work]), store=False)
    rows = rows_of(ben, again)
    assert (rows.counted, rows.not_done) == (StoredRows(0, 2, 4), StoredRows())
    add_up(rows)


def test_preview_of_an_older_version_has_no_table(ben: Person) -> None:
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    older: dict[str, Any] = {name: value for name, value in weighed(ben, upload_id).items() if name != "rows"}
    assert RowCounts.from_json(older) is None
    assert RowCounts.from_json(None) is None
