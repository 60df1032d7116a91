"""How the acts of a delivery change those that are there: cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pebem.history.acts import (
    NOTHING,
    ActChanges,
    ApplyRule,
    CompletenessScope,
    Contents,
    Pairing,
    apply_acts,
    compare,
    fold_files,
    in_months,
)
from pebem.history.wards import WardHistory
from tests.support.pebem.deliveries import ACT, acts, differing

NONE, SURE, SIMILAR = ApplyRule("none"), ApplyRule("sure"), ApplyRule("similar")
DAY = ACT["day"]
UNTIMED: dict[str, int] = {"minute": 0}


def told(changes: ActChanges) -> dict[str, Any]:
    """Return what a delivery does, in numbers."""
    return {
        "unchanged": changes.unchanged,
        "new": len(changes.new),
        "changed": len(changes.after),
        "alike": len(changes.alike_after),
        "removed": len(changes.missing),
    }


def after(stored: Contents, delivered: Contents, rule: ApplyRule = SURE) -> Counter[Any]:
    return differing(apply_acts(stored, delivered, rule))


def test_same_content_is_the_same_act_as_often_as_one_of_both_has_it() -> None:
    one, two = acts({}), acts({}, {})
    for rule in (NONE, SURE, SIMILAR):
        assert after(one, two, rule) == after(two, one, rule) == {(): 2}
    assert told(compare(two, one, SURE)) == {"unchanged": 1, "new": 0, "changed": 0, "alike": 0, "removed": 0}
    assert told(compare(one, two, SURE)) == {"unchanged": 1, "new": 1, "changed": 0, "alike": 0, "removed": 0}


SURELY = {
    "minutes": ({}, {"seconds": 901}),
    "source, shift and status": ({}, {"source": 2, "shift": 3, "status": 1}),
    "employee told later": ({"staff_id": 0}, {}),
    "no employee in either": ({"staff_id": 0}, {"staff_id": 0, "seconds": 901}),
    "ward told later": ({}, {"ward": 2}),
    "ward not told any more": ({"ward": 2}, {"seconds": 901}),
    "no resident": ({"resident_id": 0}, {"resident_id": 0, "seconds": 901}),
    "no resident, employee told later": ({"resident_id": 0, "staff_id": 0}, {"resident_id": 0}),
}
SIMILARLY = {
    "another employee": ({}, {"staff_id": 2}),
    "employee not told any more": ({}, {"staff_id": 0}),
    "no resident, employee not told any more": ({"resident_id": 0}, {"resident_id": 0, "staff_id": 0}),
    "both without time, one shift": (UNTIMED, UNTIMED | {"seconds": 901}),
    "both without time, another employee": (UNTIMED, UNTIMED | {"staff_id": 2}),
    "both without time, shift told later": (UNTIMED | {"shift": 0}, UNTIMED),
    "both without time, shift not told any more": (UNTIMED, UNTIMED | {"shift": 0}),
    "time told later": (UNTIMED, {}),
    "time told later, another shift": (UNTIMED, {"shift": 2}),
    "time not told any more": ({}, UNTIMED | {"shift": 2}),
    "ward told later, another employee": ({}, {"ward": 2, "staff_id": 2}),
}
DIFFERENT = {
    "another time": ({}, {"minute": 422}),
    "another day": ({}, {"day": DAY + 1}),
    "another resident": ({}, {"resident_id": 2}),
    "resident told later": ({"resident_id": 0}, {}),
    "another intervention": ({}, {"intervention": 2}),
    "other wards": ({"ward": 1}, {"ward": 2, "seconds": 901}),
    "no resident, another employee": ({"resident_id": 0}, {"resident_id": 0, "staff_id": 2}),
    "both without time, other shifts": (UNTIMED, UNTIMED | {"shift": 2}),
}


@pytest.mark.parametrize(("old", "new"), SURELY.values(), ids=SURELY)
def test_sure_correction_replaces(old: dict[str, int], new: dict[str, int]) -> None:
    before, now = acts(old), acts(new)
    for rule in (SURE, SIMILAR):
        assert after(before, now, rule) == differing(now)
        assert told(compare(before, now, rule))["changed"] == 1
    assert after(before, now, NONE) == differing(before) + differing(now)


@pytest.mark.parametrize(("old", "new"), SIMILARLY.values(), ids=SIMILARLY)
def test_similar_act_is_an_additional_one_unless_declared_a_correction(
    old: dict[str, int], new: dict[str, int]
) -> None:
    before, now = acts(old), acts(new)
    assert after(before, now) == differing(before) + differing(now)
    assert told(compare(before, now, SURE)) == {"unchanged": 0, "new": 1, "changed": 0, "alike": 1, "removed": 0}
    assert after(before, now, SIMILAR) == differing(now)
    assert told(compare(before, now, SIMILAR)) == {"unchanged": 0, "new": 0, "changed": 1, "alike": 0, "removed": 0}
    assert told(compare(before, now, NONE)) == {"unchanged": 0, "new": 1, "changed": 0, "alike": 0, "removed": 0}


@pytest.mark.parametrize(("old", "new"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_acts_are_additional_ones_under_every_rule(old: dict[str, int], new: dict[str, int]) -> None:
    before, now = acts(old), acts(new)
    assert after(before, now, SIMILAR) == differing(before) + differing(now)
    assert told(compare(before, now, SURE))["alike"] == 0


def test_pairs_are_one_to_one_and_what_is_left_is_further() -> None:
    before, now = acts({}, {}), acts({"seconds": 901}, {"seconds": 961}, {"seconds": 1021})
    assert told(compare(before, now, SURE)) == {"unchanged": 0, "new": 1, "changed": 2, "alike": 0, "removed": 0}
    changes = compare(now, before, SURE)
    assert len(changes.removed) == len(changes.added) == 2
    # The first with the first, in order of content.
    assert (differing(changes.before), differing(changes.after)) == (
        {(("seconds", 901),): 1, (("seconds", 961),): 1},
        {(): 2},
    )


def test_equal_rows_are_no_partners_of_others() -> None:
    """The unchanged one stays; of the other two one is corrected."""
    before, now = acts({}, {"seconds": 901}), acts({}, {"seconds": 961})
    assert after(before, now) == {(): 1, (("seconds", 961),): 1}
    assert compare(before, now, SURE).unchanged == 1


CLOSEST = {
    "same employee before one added": ([{"staff_id": 0}, {"seconds": 901}], {}, {"seconds": 901}),
    "same ward before one told later": ([{}, {"ward": 2, "seconds": 901}], {"ward": 2}, {"ward": 2, "seconds": 901}),
    "same ward before one not told any more": ([{"seconds": 901}, {"ward": 2}], {}, {"seconds": 901}),
    "employee before ward": ([{"staff_id": 0, "ward": 2}, {"seconds": 901}], {"ward": 2}, {"seconds": 901}),
}


@pytest.mark.parametrize(("old", "new", "partner"), CLOSEST.values(), ids=CLOSEST)
def test_closest_sure_partner_is_replaced(old: list[dict[str, int]], new: dict[str, int], partner: Any) -> None:
    changes = compare(acts(*old), acts(new), SURE)
    assert differing(changes.before) == differing(acts(partner))


CLOSEST_SIMILAR = {
    "time before employee": ([{"staff_id": 2}, UNTIMED], {}, {"staff_id": 2}),
    "no time, same shift": ([UNTIMED | {"shift": 0}, UNTIMED | {"seconds": 901}], UNTIMED, UNTIMED | {"seconds": 901}),
    "no time, shift told later before time dropped": ([UNTIMED | {"shift": 0}, {}], UNTIMED, UNTIMED | {"shift": 0}),
    "no time, shift dropped before time dropped": ([UNTIMED, {}], UNTIMED | {"shift": 0}, UNTIMED),
    "same employee": ([UNTIMED | {"staff_id": 2}, UNTIMED | {"seconds": 901}], UNTIMED, UNTIMED | {"seconds": 901}),
    "employee told later before another": (
        [UNTIMED | {"staff_id": 2}, UNTIMED | {"staff_id": 0}],
        UNTIMED,
        UNTIMED | {"staff_id": 0},
    ),
    "same ward": ([{"staff_id": 2, "ward": 2}, {"staff_id": 2}], {"ward": 2}, {"staff_id": 2, "ward": 2}),
}


@pytest.mark.parametrize(("old", "new", "partner"), CLOSEST_SIMILAR.values(), ids=CLOSEST_SIMILAR)
def test_closest_similar_partner_is_replaced(old: list[dict[str, int]], new: dict[str, int], partner: Any) -> None:
    changes = compare(acts(*old), acts(new), SIMILAR)
    assert differing(changes.before) == differing(acts(partner))
    # Only "berichtigt" replaces them; they are told all the same.
    assert differing(compare(acts(*old), acts(new), SURE).alike_before) == differing(changes.before)


def test_a_row_without_employee_is_closer_than_one_of_another_employee() -> None:
    """Of two new rows the one without employee is closer to the stored one than that of somebody else."""
    changes = compare(acts(UNTIMED), acts(UNTIMED | {"staff_id": 0}, UNTIMED | {"staff_id": 3}), SIMILAR)
    assert differing(changes.after) == differing(acts(UNTIMED | {"staff_id": 0}))


def test_sure_pairs_go_before_similar_ones() -> None:
    changes = compare(acts({"seconds": 901}), acts({"staff_id": 2, "seconds": 901}, {}), SIMILAR)
    assert (differing(changes.after), differing(changes.new)) == ({(): 1}, {(("staff_id", 2), ("seconds", 901)): 1})


JANUARY = CompletenessScope(date(2026, 1, 1).toordinal(), date(2026, 1, 31).toordinal())
FIRST, LAST = ({"day": day} for day in (JANUARY.first, JANUARY.last))
OUTSIDE = {"day": JANUARY.first - 1}, {"day": JANUARY.last + 1}


def test_complete_upload_removes_what_it_does_not_have_in_its_days() -> None:
    stored = acts({}, {}, {"seconds": 901, "minute": 500}, FIRST, LAST, *OUTSIDE)
    rule = ApplyRule("sure", JANUARY)
    assert told(compare(stored, acts({}), rule)) == {"unchanged": 1, "new": 0, "changed": 0, "alike": 0, "removed": 4}
    assert after(stored, acts({}), rule) == differing(acts({}, *OUTSIDE))
    assert after(stored, NOTHING, rule) == differing(acts(*OUTSIDE))


def test_complete_upload_removes_nothing_on_days_with_an_unreadable_row() -> None:
    scope = replace(JANUARY, open_days=frozenset({JANUARY.first, DAY}))
    assert after(acts({}, FIRST, LAST), NOTHING, ApplyRule("sure", scope)) == differing(acts({}, FIRST))


def test_correction_in_complete_days_is_changed_and_not_removed() -> None:
    rule = ApplyRule("sure", JANUARY)
    assert told(compare(acts({}), acts({"seconds": 901}), rule)) == {
        "unchanged": 0,
        "new": 0,
        "changed": 1,
        "alike": 0,
        "removed": 0,
    }
    # What is similar is new, and what is not in it goes: nothing stays beside its like.
    assert told(compare(acts({}), acts({"staff_id": 2}), rule)) == {
        "unchanged": 0,
        "new": 1,
        "changed": 0,
        "alike": 0,
        "removed": 1,
    }
    kept = ApplyRule("sure", replace(JANUARY, open_days=frozenset({DAY})))
    assert told(compare(acts({}), acts({"staff_id": 2}), kept))["alike"] == 1


def test_similar_pairs_outside_complete_days_are_reported() -> None:
    """Of two similar pairs one lies in a complete day: only that of the other day stays."""
    stored, delivered = acts({}, {"day": DAY + 1}), acts({"staff_id": 2}, {"day": DAY + 1, "staff_id": 2})
    changes = compare(stored, delivered, ApplyRule("sure", CompletenessScope(DAY, DAY)))
    assert differing(changes.alike_before) == {(("day", DAY + 1),): 1}
    assert differing(changes.alike_after) == {(("day", DAY + 1), ("staff_id", 2)): 1}
    assert differing(changes.missing) == {(): 1}


@pytest.mark.parametrize("pairing", ["none", "similar"])
def test_complete_upload_of_another_pairing(pairing: Pairing) -> None:
    stored, delivered = acts({}, {"day": DAY + 1}), acts({"staff_id": 2})
    assert after(stored, delivered, ApplyRule(pairing, JANUARY)) == differing(delivered)
    removed = {"none": 2, "similar": 1}[pairing]
    assert told(compare(stored, delivered, ApplyRule(pairing, JANUARY)))["removed"] == removed


def test_complete_for_a_ward_means_rows_that_name_it_or_whose_resident_lives_there_then() -> None:
    lived_in = WardHistory.of([(1, 0, 7), (1, DAY + 1, 8), (2, 0, 8)])
    stored = acts(
        {},
        {"day": DAY + 1},
        {"resident_id": 2},
        {"resident_id": 3},
        {"ward": 7, "resident_id": 2},
        {"ward": 8},
        {"resident_id": 0},
        {"resident_id": 0, "ward": 7},
    )
    gone = acts({}, {"ward": 7, "resident_id": 2}, {"resident_id": 0, "ward": 7})
    changes = compare(stored, NOTHING, ApplyRule("sure", replace(JANUARY, wards=frozenset({7}))), lived_in)
    assert differing(changes.missing) == differing(gone)
    # Without knowing where people live only rows that name the ward.
    nobody = compare(stored, NOTHING, ApplyRule("sure", replace(JANUARY, wards=frozenset({7}))))
    assert len(nobody.missing) == 2


def test_files_of_one_upload_are_folded_onto_each_other_in_order() -> None:
    files = [acts({}, {}), acts({"seconds": 901}), acts({"staff_id": 2}, {})]
    assert differing(fold_files(files, "sure")) == {(): 1, (("seconds", 901),): 1, (("staff_id", 2),): 1}
    assert differing(fold_files(files, "none")) == {(): 2, (("seconds", 901),): 1, (("staff_id", 2),): 1}
    assert differing(fold_files(files, "similar")) == {(): 1, (("staff_id", 2),): 1}
    assert len(fold_files([], "sure")) == 0
    assert differing(fold_files(files[:1], "sure")) == {(): 2}


def test_months_are_cut_out() -> None:
    february = date(2026, 2, 1).toordinal()
    contents = acts({}, LAST, {"day": february}, {"day": february + 40})
    assert differing(in_months(contents, [56 * 12])) == differing(acts({}, LAST))
    assert len(in_months(contents, [])) == 0
    assert len(in_months(contents, [56 * 12, 56 * 12 + 2])) == 3
