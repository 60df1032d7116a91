"""What differs between what was known of people and what is known now."""

from __future__ import annotations

from typing import Any

from pebem.history.assessment_parts import AssessmentValue
from pebem.history.changes import between
from pebem.history.statements import Statements
from tests.support.pebem.deliveries import assessed, delivery, folded, on

JANUARY = delivery(
    "01-01",
    residents=[("b", "A", "01-02")],
    assessments=[assessed("b", None, c1_1=1)],
    instability=[("b", "sturz", "01-05", "01-09")],
    staff=[("P", 2)],
)


def told(before: Statements, now: Statements) -> list[tuple[Any, ...]]:
    return [
        (one.kind, one.person, one.criterion, one.first, one.change, one.before, one.after)
        for one in between(before, now)
    ]


def test_changes_from_nothing_are_additions_and_to_nothing_removals() -> None:
    nothing, stated = folded(), folded(JANUARY)
    found = told(nothing, stated)
    value = found[1][-1]
    assert isinstance(value, AssessmentValue)
    assert found == [  # by person, kind and day
        ("level", "P", "", None, "added", None, (2, None, "", None)),
        ("assessment", "b", "", None, "added", None, value),
        ("instability", "b", "sturz", on("01-05"), "added", None, (on("01-09"),)),
        ("stay", "b", "", on("01-02"), "added", None, (None,)),
        ("ward", "b", "", None, "added", None, ("A",)),
    ]
    assert told(stated, nothing) == [(*row[:4], "removed", row[6], None) for row in found]
    assert told(stated, folded(JANUARY)) == []


def test_same_key_with_another_value_is_corrected_and_another_key_added() -> None:
    now = delivery(
        "01-01",
        residents=[("b", "B", "01-02", "01-30")],
        assessments=[assessed("b", "01-01", c1_1=2), assessed("b", None, c1_1=3)],
        instability=[("b", "sturz", "01-05", "01-08"), ("b", "sturz", "01-20")],
        staff=[("P", 3), ("P", 4, "01-20")],
    )
    found = told(folded(JANUARY), folded(JANUARY, now))
    assert [(*row[:5],) for row in found] == [
        ("level", "P", "", None, "corrected"),
        ("level", "P", "", on("01-20"), "added"),
        ("assessment", "b", "", None, "corrected"),
        ("assessment", "b", "", on("01-01"), "added"),
        ("instability", "b", "sturz", on("01-05"), "corrected"),
        ("instability", "b", "sturz", on("01-20"), "added"),
        ("stay", "b", "", on("01-02"), "corrected"),
        ("ward", "b", "", None, "corrected"),
    ]
    assert found[4][5:] == ((on("01-09"),), (on("01-08"),))
    assert found[0][5:] == ((2, None, "", None), (3, None, "", None))


def test_marks_distinguish_changes() -> None:
    def marks(*rows: Any) -> list[str]:
        return [one.mark for one in between(folded(), folded(delivery("01-01", assessments=list(rows))))]

    other = (
        assessed("b", None, c1_1=1),
        assessed("b", None, c1_2=1),
        assessed("b", None, c1_1=1, special=True),
        assessed("c", None, c1_1=1),
        assessed("b", "01-01", c1_1=1),
    )
    assert len({mark for row in other for mark in marks(row)}) == len(other)
    assert marks(other[0]) == marks(assessed("b", None, c1_1=1))
    gone = [one.mark for one in between(folded(delivery("01-01", assessments=[other[0]])), folded())]
    assert gone != marks(other[0])
