"""The content of a row as bytes: packed, read back, counted, cut into months, and with persons renumbered."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from pebem.history.contents import (
    DUTY,
    NUMBERS,
    WIDTH,
    days_of,
    month_keys,
    month_of,
    months_of,
    occurrence,
    of_bytes,
    pack,
    renumbered,
    times,
    unpack,
)
from tests.support.pebem.deliveries import ACT, acts, differing

FEBRUARY = date(2026, 2, 1).toordinal()


def test_contents_are_read_back_as_they_were_packed() -> None:
    rows = acts({"status": 0}, {"day": FEBRUARY, "seconds": 2**32 - 1})
    assert (WIDTH, rows.dtype.itemsize) == (40, 40)
    columns = unpack(rows.tobytes())
    assert list(columns) == list(NUMBERS)
    assert columns["seconds"].tolist() == [601, 2**32 - 1]
    assert columns["day"].tolist() == days_of(rows).tolist() == [ACT["day"], FEBRUARY]
    assert np.array_equal(of_bytes(rows.tobytes()), rows)
    duty = pack({name: np.array([7, 8]) for name in DUTY}, DUTY)
    assert np.array_equal(of_bytes(duty.tobytes(), DUTY), duty)
    assert unpack(duty.tobytes(), DUTY)["ward"].tolist() == [7, 8]
    assert days_of(duty).tolist() == [7, 8]


@pytest.mark.parametrize("wrong", [{"day": 0}, {"ward": -1}, {"seconds": 2**32}])
def test_number_that_does_not_fit_into_four_bytes_is_refused(wrong: dict[str, int]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=f"a value of {name} does not fit"):
        acts(wrong)


def test_months_are_cut_and_bounded() -> None:
    rows = acts({}, {"day": FEBRUARY - 1}, {"day": FEBRUARY}, {"day": FEBRUARY + 28})
    assert [(month_of(part), len(part)) for part in months_of(rows)] == [(672, 2), (673, 1), (674, 1)]
    assert months_of(rows[:0]) == []
    first, end = month_keys(672)
    assert (int.from_bytes(first), int.from_bytes(end)) == (date(2026, 1, 1).toordinal(), FEBRUARY)
    assert [first <= row < end for row in rows.tolist()] == [True, True, False, False]


def test_equal_rows_are_counted() -> None:
    rows = acts({}, {}, {}, {"ward": 2}, {"ward": 3}, {"ward": 3})
    assert occurrence(rows).tolist() == [0, 1, 2, 0, 0, 1]
    assert times(acts({}, {"ward": 1}, {"ward": 3}), rows).tolist() == [3, 0, 2]


def test_rows_of_merged_persons_are_renumbered_and_sorted() -> None:
    rows = acts({"resident_id": 2}, {"resident_id": 5}, {"resident_id": 9, "staff_id": 5}, {"resident_id": 3})
    found = renumbered(rows, {"resident_id": {9: 1, 2: 4}, "staff_id": {}})
    assert differing(found) == differing(
        acts({"resident_id": 4}, {"resident_id": 5}, {"staff_id": 5}, {"resident_id": 3})
    )
    assert np.array_equal(found, np.sort(found))
    assert differing(renumbered(rows, {"staff_id": {5: 7}}))[("resident_id", 9), ("staff_id", 7)] == 1
    for nobody in ({}, {"resident_id": {}, "staff_id": {}}):
        assert renumbered(rows, nobody) is rows
    assert len(renumbered(rows[:0], {"resident_id": {1: 2}})) == 0
    # Rows of a kind that names no resident: duties.
    duty = pack({name: np.array([7]) for name in DUTY}, DUTY)
    merged = renumbered(duty, {"resident_id": {7: 1}, "staff_id": {7: 8}}, DUTY)
    assert unpack(merged.tobytes(), DUTY)["staff_id"].tolist() == [8]
