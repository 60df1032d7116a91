"""In which ward a resident lives on which day."""

from __future__ import annotations

import numpy as np
import pytest

from pebem.history.wards import WardHistory

MOVES = WardHistory.of([(2, 100, 7), (1, 0, 5), (2, 0, 6), (4, 50, 8)])


@pytest.mark.parametrize(
    ("resident", "day", "ward"),
    [
        (1, 1, 5),
        (1, 10**6, 5),
        (2, 99, 6),
        (2, 100, 7),
        (2, 101, 7),
        (4, 49, 0),
        (4, 50, 8),
        (3, 99, 0),
        (0, 1, 0),
        (9, 1, 0),
    ],
)
def test_the_ward_begun_last_counts_and_other_residents_have_none(resident: int, day: int, ward: int) -> None:
    assert MOVES.at(np.array([resident]), np.array([day])).tolist() == [ward]


def test_many_are_asked_about_at_once_in_any_order() -> None:
    asked = np.array([4, 2, 1, 2]), np.array([60, 5, 5, 200])
    assert MOVES.at(*asked).tolist() == [8, 6, 5, 7]
    assert MOVES.at(np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []


def test_of_equal_days_the_last_row_counts() -> None:
    assert WardHistory.of([(1, 3, 5), (1, 3, 6)]) == WardHistory.of([(1, 3, 6)])
    assert WardHistory.of([(1, 3, 6), (1, 3, 5)]) != WardHistory.of([(1, 3, 6)])


def test_an_empty_history_has_no_ward_for_any_resident() -> None:
    assert WardHistory().at(np.array([1, 2]), np.array([5, 5])).tolist() == [0, 0]
    assert WardHistory() == WardHistory.of([])


def test_histories_are_equal_where_wards_and_days_are() -> None:
    assert WardHistory.of([(1, 0, 5), (2, 3, 6)]) == WardHistory.of([(2, 3, 6), (1, 0, 5)])
    assert WardHistory.of([(1, 0, 5)]) != WardHistory.of([(1, 1, 5)])
    assert WardHistory.of([(1, 0, 5)]) != "1"
