"""What several deliveries state of people, kept by key: cases worked out by hand from ``docs/adr/0016``."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from pebem.history.statements import UploadStatements
from tests.support.pebem.deliveries import (
    assessed,
    assessments,
    delivery,
    folded,
    grades,
    levels,
    residents,
    stays,
    unstable,
    wards,
)

JANUARY = delivery("01-01", residents=[("a", "WB 1")], staff=[("P", 1)])
FEBRUARY = delivery("02-01", residents=[("a", "WB 2")], staff=[("P", 2)])
MARCH = delivery("03-01", residents=[("a", "WB 3")], staff=[("P", 3)])


def level(qn: int, first: str | None, last: str | None = None, role: str | None = None, has: str = "") -> Any:
    return ("P", qn, role, has, first, last)


@pytest.mark.parametrize("order", list(permutations([JANUARY, FEBRUARY, MARCH])))
def test_undated_lists_apply_from_their_month_in_any_order(order: tuple[Any, ...]) -> None:
    stated = folded(*order)
    assert levels(stated) == [level(1, None), level(2, "02-01"), level(3, "03-01")]
    assert wards(stated) == [("a", "WB 1", None), ("a", "WB 2", "02-01"), ("a", "WB 3", "03-01")]
    assert residents(stated) == [("a", "WB 3", None, None)]


def test_first_to_state_something_of_a_person_states_it_since_always() -> None:
    """However late it comes: nothing older is known of that person, or of that kind."""
    newcomer = delivery("02-01", residents=[("b", "WB 9")], staff=[("Q", 4)])
    stated = folded(JANUARY, newcomer)
    assert wards(stated) == [("a", "WB 1", None), ("b", "WB 9", None)]
    assert levels(stated) == [level(1, None), ("Q", 4, None, "", None, None)]


def test_delivery_without_cover_is_earlier_than_those_after_it_and_replaces_those_before() -> None:
    always = delivery(staff=[("P", 2)])
    assert levels(folded(always, JANUARY)) == [level(2, None), level(1, "01-01")]
    assert levels(folded(JANUARY, always)) == [level(2, None)]
    assert levels(folded(JANUARY, always, FEBRUARY)) == [level(2, None), *levels(folded(JANUARY, FEBRUARY))[1:]]


def test_same_file_again_adds_nothing_and_a_later_one_with_the_same_key_replaces() -> None:
    once = levels(folded(JANUARY, FEBRUARY))
    assert levels(folded(JANUARY, FEBRUARY, FEBRUARY, JANUARY)) == once
    corrected = delivery("02-01", staff=[("P", 4)])
    assert levels(folded(JANUARY, FEBRUARY, corrected)) == [level(1, None), level(4, "02-01")]


def test_last_row_of_a_key_within_one_file_counts() -> None:
    twice = delivery("01-01", staff=[("P", 2, "01-05"), ("P", 3, "01-05")], residents=[("a", "WB 1"), ("a", "WB 2")])
    assert levels(folded(twice)) == [level(3, "01-05")]
    assert wards(folded(twice)) == [("a", "WB 2", None)]


def test_undated_row_with_a_dated_one_in_the_same_file_applies_since_always() -> None:
    both = delivery("02-01", staff=[("P", 2), ("P", 3, "02-15")])
    assert levels(folded(JANUARY, both)) == [level(2, None), level(3, "02-15")]
    other = delivery("02-01", staff=[("P", 2), ("Q", 3, "02-15")])
    assert levels(folded(JANUARY, other))[:2] == [level(1, None), level(2, "02-01")]


@pytest.mark.parametrize(
    ("first", "last", "yields"),
    [
        ("01-15", None, True),
        ("02-01", None, True),
        ("02-02", None, False),
        ("01-15", "02-01", True),
        ("01-15", "01-31", False),
    ],
)
@pytest.mark.parametrize("late", [True, False])
def test_undated_row_yields_to_a_later_statement_effective_on_its_first_day(
    first: str, last: str | None, *, yields: bool, late: bool
) -> None:
    """A promotion of January, told in March, is not undone by February's list, which does not know it yet."""
    march = delivery("03-01", staff=[("P", 3, first, last)])
    found = levels(folded(JANUARY, *((FEBRUARY, march) if late else (march, FEBRUARY))))
    undated = [] if yields else [level(2, "02-01")]
    assert sorted(found, key=lambda row: row[4] or "") == sorted(
        [level(1, None), level(3, first, last), *undated], key=lambda row: row[4] or ""
    )


def test_of_two_files_about_the_same_days_the_later_upload_counts_as_later() -> None:
    promoted = delivery("02-01", staff=[("P", 3, "01-15")])
    assert levels(folded(JANUARY, FEBRUARY, promoted)) == [level(1, None), level(3, "01-15")]
    assert levels(folded(JANUARY, promoted, FEBRUARY)) == [level(1, None), level(3, "01-15"), level(2, "02-01")]


def test_earlier_file_does_not_make_an_undated_row_yield() -> None:
    told = delivery("01-01", staff=[("P", 3, "01-15")])
    assert levels(folded(JANUARY, told, FEBRUARY)) == [level(1, None), level(3, "01-15"), level(2, "02-01")]


def test_undated_row_that_yields_does_not_pass_on_its_end() -> None:
    february = delivery("02-01", staff=[("P", 2, None, "06-30")])
    march = delivery("03-01", staff=[("P", 3, "02-01")])
    assert levels(folded(JANUARY, february, march)) == [level(1, None), level(3, "02-01")]


def test_an_end_stated_later_stays() -> None:
    open_end = delivery("01-01", staff=[("P", 2, "01-05")], residents=[("a", None, "01-05")])
    ended = delivery("03-01", staff=[("P", 2, "01-05", "03-20")], residents=[("a", None, "01-05", "03-20")])
    stated = folded(ended, open_end)
    assert levels(stated) == [level(2, "01-05", "03-20")]
    assert stays(stated) == [("a", "01-05", "03-20")]
    assert residents(stated) == [("a", None, "01-05", "03-20")]
    # Told later that there is no end: it has none.
    assert levels(folded(ended, delivery("04-01", staff=[("P", 2, "01-05")]))) == [level(2, "01-05")]
    assert levels(folded(ended, delivery("03-01", staff=[("P", 2, "01-05")]))) == [level(2, "01-05")]
    # Told earlier, but with an end of its own: the later in order replaces.
    own = delivery("01-01", staff=[("P", 2, "01-05", "02-10")])
    assert levels(folded(ended, own)) == [level(2, "01-05", "02-10")]


def test_end_stays_through_several_files_that_do_not_know_it() -> None:
    ended = delivery("03-01", staff=[("P", 2, "01-05", "03-20")])
    unaware = [delivery(month, staff=[("P", 2, "01-05")]) for month in ("01-01", "02-01")]
    assert levels(folded(ended, *unaware)) == [level(2, "01-05", "03-20")]


def test_columns_missing_in_the_staff_list_retain_the_known_values() -> None:
    full = delivery("01-01", staff=[("P", 2, "Pflege", "LG1", None, None)])
    bare = delivery("01-01", unstated=("role", "certificates"), staff=[("P", 3)])
    assert levels(folded(full, bare)) == [level(3, None, role="Pflege", has="LG1")]
    told = delivery("01-01", staff=[("P", 2, "Pflege", "LG1", "02-01", None)])
    ended = delivery("01-01", unstated=("role", "certificates"), staff=[("P", 3, "02-01", "06-30")])
    assert levels(folded(told, ended)) == [level(3, "02-01", "06-30", role="Pflege", has="LG1")]
    # From another first day on: that of the statement before.
    later = delivery("02-01", unstated=("role", "certificates"), staff=[("P", 3)])
    assert levels(folded(full, later)) == [
        level(2, None, role="Pflege", has="LG1"),
        level(3, "02-01", role="Pflege", has="LG1"),
    ]
    # A column that is there and blank says that there is none.
    blank = delivery("01-01", staff=[("P", 3)])
    assert levels(folded(full, blank)) == [level(3, None)]
    # One of the two columns.
    half = delivery("01-01", unstated=("role",), staff=[("P", 3, None, "LG2", None, None)])
    assert levels(folded(full, half)) == [level(3, None, role="Pflege", has="LG2")]
    half = delivery("01-01", unstated=("certificates",), staff=[("P", 3, "Leitung", "", None, None)])
    assert levels(folded(full, half)) == [level(3, None, role="Leitung", has="LG1")]


def test_missing_column_looks_through_rows_that_do_not_have_it_either() -> None:
    full = delivery("01-01", staff=[("P", 1, "Pflege", "LG1", None, None)])
    bare = [delivery(month, unstated=("role", "certificates"), staff=[("P", 2)]) for month in ("02-01", "02-01")]
    march = delivery("03-01", unstated=("role", "certificates"), staff=[("P", 3)])
    assert {row[2:4] for row in levels(folded(full, *bare, march))} == {("Pflege", "LG1")}
    assert levels(folded(bare[0])) == [level(2, None)]


def test_blank_cells_state_nothing() -> None:
    stated = folded(JANUARY, delivery("02-01", residents=[("a", None, None, None), ("b",)]))
    assert wards(stated) == [("a", "WB 1", None)]
    assert stays(stated) == []
    assert residents(stated) == [("a", "WB 1", None, None), ("b", None, None, None)]


def test_stays_are_separate_and_the_resident_has_the_first_and_the_last_day() -> None:
    stated = folded(
        delivery("01-01", residents=[("a", None, "01-03", "01-20")]),
        delivery("02-01", residents=[("a", None, "02-10", None)]),
    )
    assert stays(stated) == [("a", "01-03", "01-20"), ("a", "02-10", None)]
    assert residents(stated) == [("a", None, "01-03", None)]
    # Only the last day is known.
    assert stays(folded(delivery("01-01", residents=[("a", None, None, "01-20")]))) == [("a", None, "01-20")]


def test_granted_grades_have_a_history_by_resident_and_day() -> None:
    """As wards: an undated one holds from its month; of the same day the later file corrects."""
    january, march = (delivery(day, grades=[("a", grade)]) for day, grade in (("01-01", 2), ("03-01", 3)))
    decision = delivery("02-01", grades=[("a", 4, "02-15"), ("b", 0, "02-01")])
    for order in permutations([january, march, decision]):
        stated = grades(folded(*order))
        assert [row for row in stated if row[0] == "a"] == [("a", 2, None), ("a", 4, "02-15"), ("a", 3, "03-01")]
        assert [row for row in stated if row[0] == "b"] == [("b", 0, "02-01")]
    corrected = delivery("03-01", grades=[("a", 5, "02-15")])
    assert grades(folded(january, decision, corrected))[:2] == [("a", 2, None), ("a", 5, "02-15")]


def test_a_decision_stated_later_outlasts_the_undated_grade_of_an_earlier_month() -> None:
    march = delivery("03-01", grades=[("a", 4, "01-20")])
    february = delivery("02-01", grades=[("a", 3)])
    january = delivery("01-01", grades=[("a", 3)])
    assert grades(folded(january, march, february)) == [("a", 3, None), ("a", 4, "01-20")]


def test_a_complete_upload_withdraws_older_grades_of_those_it_names() -> None:
    old = delivery("01-01", residents=[("a", "A"), ("b", "A")], grades=[("a", 2), ("a", 3, "01-10"), ("b", 2)])
    new = delivery("02-01", residents=[("a", "A"), ("b", "A")], grades=[("a", 4)])
    assert grades(folded(old, UploadStatements((new,), persons_complete=True))) == [("a", 4, None)]
    without = delivery("02-01", residents=[("a", "A"), ("b", "A")])
    assert grades(folded(old, UploadStatements((without,), persons_complete=True))) == grades(folded(old))


def test_instability_is_placed_by_criterion() -> None:
    stated = folded(
        delivery("01-01", instability=[("a", "sturz")]),
        delivery("02-01", instability=[("a", "sturz", None, "02-05"), ("a", "wunde")]),
    )
    assert unstable(stated) == [
        ("a", "sturz", None, None),
        ("a", "sturz", "02-01", "02-05"),
        ("a", "wunde", None, None),
    ]


def test_assessments_of_other_days_are_added_and_of_the_same_day_replace_or_complete() -> None:
    first = delivery("01-01", assessments=[assessed("a", "01-01", c1_1=1, urine=0)])
    later = delivery("02-01", assessments=[assessed("a", "02-01", c1_1=2)])
    completing = delivery("02-01", assessments=[assessed("a", "01-01", c1_2=3, stool=1, special=True)])
    replacing = delivery("02-01", assessments=[assessed("a", "01-01", c1_1=2, c1_2=3)])
    one = {"1.1": 1, "urine": 0}
    assert assessments(folded(first, later)) == [("a", "01-01", False, one), ("a", "02-01", False, {"1.1": 2})]
    assert assessments(folded(first, completing)) == [("a", "01-01", True, one | {"1.2": 3, "stool": 1})]
    assert assessments(folded(first, replacing)) == [("a", "01-01", False, {"1.1": 2, "1.2": 3})]
    # Completed and corrected: the third speaks of a cell of the whole.
    assert assessments(folded(first, completing, replacing)) == [("a", "01-01", False, {"1.1": 2, "1.2": 3})]


def test_rows_of_one_file_do_not_complete_each_other() -> None:
    both = delivery("01-01", assessments=[assessed("a", "01-01", c1_1=1), assessed("a", "01-01", c1_2=3)])
    assert assessments(folded(both)) == [("a", "01-01", False, {"1.2": 3})]


def test_undated_part_belongs_to_the_assessment_since_always_or_to_the_only_one() -> None:
    part = delivery("02-01", assessments=[assessed("a", None, c1_2=3)])
    always = delivery("01-01", assessments=[assessed("a", None, c1_1=1), assessed("a", "01-15", c1_1=0)])
    dated = delivery("01-01", assessments=[assessed("a", "01-15", c1_1=0)])
    two = delivery("01-01", assessments=[assessed("a", "01-15", c1_1=0), assessed("a", "01-20", c1_1=1)])
    whole = {"1.1": 1, "1.2": 3}
    assert assessments(folded(always, part)) == [("a", None, False, whole), ("a", "01-15", False, {"1.1": 0})]
    assert assessments(folded(dated, part)) == [("a", "01-15", False, {"1.1": 0, "1.2": 3})]
    assert assessments(folded(two, part))[2] == ("a", "02-01", False, {"1.2": 3})
    corrects = delivery("02-01", assessments=[assessed("a", None, c1_1=2)])
    assert assessments(folded(dated, corrects)) == [
        ("a", "01-15", False, {"1.1": 0}),
        ("a", "02-01", False, {"1.1": 2}),
    ]


def test_completed_assessment_has_the_earlier_cover_of_its_parts() -> None:
    """So it holds since always, though the second part is from February and January states another one later."""
    parts = [
        delivery("01-01", assessments=[assessed("a", None, c1_1=1)]),
        delivery("02-01", assessments=[assessed("a", None, c1_2=3)]),
    ]
    march = delivery("01-15", assessments=[assessed("a", None, c1_1=2)])
    expected = [("a", None, False, {"1.1": 1, "1.2": 3}), ("a", "01-15", False, {"1.1": 2})]
    assert assessments(folded(*parts, march)) == expected
    # And no earlier one: what January says, told last, is older than both parts.
    later_parts = [
        delivery("02-01", assessments=[assessed("a", None, c1_1=1)]),
        delivery("03-01", assessments=[assessed("a", None, c1_2=3)]),
    ]
    january = delivery("01-01", assessments=[assessed("a", None, c1_1=2)])
    expected = [("a", None, False, {"1.1": 2}), ("a", "02-01", False, {"1.1": 1, "1.2": 3})]
    assert assessments(folded(*later_parts, january)) == expected


def complete(*deliveries: Any) -> UploadStatements:
    return UploadStatements(deliveries, persons_complete=True)


def test_complete_upload_withdraws_what_it_does_not_have_of_its_persons_kind_by_kind() -> None:
    before = delivery(
        "01-01",
        residents=[("a", "WB 1"), ("b", "WB 1")],
        assessments=[assessed("a", "01-01", c1_1=1), assessed("b", "01-01", c1_1=1)],
        instability=[("a", "sturz", "01-01"), ("b", "sturz", "01-01")],
        staff=[("P", 2), ("Q", 2)],
    )
    now = delivery("02-01", residents=[("a", "WB 2")], assessments=[assessed("b", "02-01", c1_1=2)], staff=[("P", 3)])
    stated = folded(before, complete(now))
    assert assessments(stated) == [("b", "02-01", False, {"1.1": 2})]  # a is on the list and has none any more
    assert unstable(stated) == [("a", "sturz", "01-01", None), ("b", "sturz", "01-01", None)]  # no row of that kind
    assert levels(stated) == [("Q", 2, None, "", None, None), level(3, None)]  # Q is not on the list of staff
    assert wards(stated) == [("a", "WB 1", None), ("a", "WB 2", "02-01"), ("b", "WB 1", None)]  # wards are kept
    assert len(assessments(folded(before, now))) == 3


def test_files_of_a_complete_upload_do_not_withdraw_each_other() -> None:
    files = delivery("01-01", staff=[("P", 2)]), delivery("02-01", staff=[("P", 3)])
    assert levels(folded(delivery("01-01", staff=[("P", 1, "01-10")]), complete(*files))) == [
        level(2, None),
        level(3, "02-01"),
    ]


def test_folding_nothing_yields_nothing() -> None:
    stated = folded()
    assert [levels(stated), wards(stated), stays(stated), residents(stated), assessments(stated)] == [[]] * 5
