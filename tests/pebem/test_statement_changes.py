"""What differs between two states of what is known of people, and which of it only says again what held before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pebem import contracts
from pebem.history import changes
from pebem.history.frames import typed
from pebem.history.statements import ASSESSMENT_COLUMNS, STAYS, WARDS, Statements

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))


def stated(*levels: tuple[date | None, int], wards: tuple[tuple[date | None, str], ...] = ()) -> Statements:
    """Return levels of one employee and wards of one resident, each with its first day."""
    staff = [("M", qn, "", "", first, None) for first, qn in levels]
    return Statements(
        contracts.empty(contracts.RESIDENTS),
        contracts.empty(ASSESSMENT_COLUMNS),
        contracts.empty(contracts.INSTABILITY),
        typed(staff, contracts.STAFF),
        typed([("B", ward, first) for first, ward in wards], WARDS),
        contracts.empty(STAYS),
    )


def told(before: Statements, after: Statements) -> list[tuple[Any, ...]]:
    return [(one.person, one.first, one.change, one.repeats) for one in changes.between(before, after)]


def test_a_repeated_level_is_new_without_changing_anything() -> None:
    before, after = stated((None, 2)), stated((None, 2), (FEBRUARY, 2), (MARCH, 3))
    assert told(before, after) == [("M", FEBRUARY, "added", True), ("M", MARCH, "added", False)]
    assert told(after, before) == [("M", FEBRUARY, "removed", True), ("M", MARCH, "removed", False)]


def test_a_first_level_repeats_nothing() -> None:
    assert told(stated(), stated((FEBRUARY, 2))) == [("M", FEBRUARY, "added", False)]


def test_a_level_back_after_another_one_is_a_change() -> None:
    before, after = stated((None, 2), (FEBRUARY, 3)), stated((None, 2), (FEBRUARY, 3), (MARCH, 2))
    assert told(before, after) == [("M", MARCH, "added", False)]


def test_statements_removed_with_their_repetitions_are_reported_as_removed() -> None:
    assert told(stated((JANUARY, 2), (FEBRUARY, 2)), stated()) == [
        ("M", JANUARY, "removed", False),
        ("M", FEBRUARY, "removed", False),
    ]


def test_a_ward_stated_again_is_a_repetition() -> None:
    before = stated(wards=((None, "WB 1"),))
    after = stated(wards=((None, "WB 1"), (FEBRUARY, "WB 1"), (MARCH, "WB 2")))
    assert told(before, after) == [("B", FEBRUARY, "added", True), ("B", MARCH, "added", False)]


def test_a_granted_grade_stated_again_is_a_repetition() -> None:
    def graded(*rows: tuple[date | None, int]) -> Statements:
        return replace(stated(), grades=typed([("B", grade, first) for first, grade in rows], contracts.GRADES))

    before, after = graded((None, 3)), graded((None, 3), (FEBRUARY, 3), (MARCH, 0))
    assert told(before, after) == [("B", FEBRUARY, "added", True), ("B", MARCH, "added", False)]
    assert told(graded((None, 3)), graded((None, 4))) == [("B", None, "corrected", False)]


def test_the_mark_of_a_change_does_not_depend_on_repeating() -> None:
    (again,) = changes.between(stated((None, 2)), stated((None, 2), (FEBRUARY, 2)))
    (other,) = changes.between(stated((None, 3)), stated((None, 3), (FEBRUARY, 2)))
    assert (again.repeats, other.repeats) == (True, False)
    assert again.mark == other.mark
