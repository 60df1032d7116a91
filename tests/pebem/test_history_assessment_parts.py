"""An assessment in parts: two that record no cell in common are one."""

from __future__ import annotations

import numpy as np

from pebem.history.assessment_parts import AssessmentValue, completed
from pebem.history.statements import ASSESSMENT_COLUMNS
from rules.vocabulary import ASSESSMENT_CELLS, UNREADABLE_FINDING
from tests.support.pebem.deliveries import assessed, on
from tests.support.pebem.frames import framed


def value(*, special: int = 0, **cells: int) -> AssessmentValue:
    (found,) = AssessmentValue.of_frame(framed(ASSESSMENT_COLUMNS, [assessed("a", None, special=special, **cells)]))
    return found


def test_parts_without_a_common_cell_are_one_assessment() -> None:
    assert completed(value(c1_1=2, urine=0), value(c1_2=0, stool=3)) == value(c1_1=2, c1_2=0, urine=0, stool=3)
    assert completed(value(), value(c1_2=1)) == value(c1_2=1)
    assert completed(value(c1_2=1), value()) == value(c1_2=1)


def test_common_cell_makes_it_a_correction_even_with_the_same_points() -> None:
    assert completed(value(c1_1=2), value(c1_1=2)) is None
    assert completed(value(c1_1=2, c1_2=1), value(c1_3=1, c1_2=0)) is None
    assert completed(value(urine=0), value(urine=0, c1_1=1)) is None
    assert completed(value(stool=1), value(stool=2)) is None


def test_special_need_of_one_part_is_that_of_the_whole() -> None:
    for before, now, whole in ((1, 0, 1), (0, 1, 1), (1, -1, 1), (-1, 1, 1), (0, -1, -1), (-1, 0, -1)):
        assert completed(value(special=before, c1_1=1), value(special=now, c1_2=1)) == value(
            special=whole, c1_1=1, c1_2=1
        )
    assert completed(value(special=True, c1_1=1), value(special=True, c1_1=1)) is None


def test_values_are_equal_where_all_that_is_recorded_is() -> None:
    assert value(c1_1=1) == value(c1_1=1)
    assert value(c1_1=1) != value(c1_1=1, special=True)
    assert value(c1_1=1) != value(c1_1=2)
    assert value(c1_1=1) != value(c1_1=1, stool=0)
    assert (value() == "nothing") is False


def test_frames_are_read_and_written_with_all_cells() -> None:
    frame = framed(ASSESSMENT_COLUMNS, [assessed("a", "01-05", c1_1=2, urine=1), assessed("b", None, special=True)])
    heads = [("a", on("01-05")), ("b", None)]
    whole = AssessmentValue.to_frame(
        [(*head, one) for head, one in zip(heads, AssessmentValue.of_frame(frame), strict=True)]
    )
    assert whole.columns.tolist() == list(ASSESSMENT_COLUMNS)
    assert whole.astype(object).where(whole.notna(), None).equals(frame.astype(object).where(frame.notna(), None))
    none = AssessmentValue.to_frame([])
    assert (len(none), none.columns.tolist()) == (0, list(ASSESSMENT_COLUMNS))
    assert AssessmentValue.of_frame(none) == []


def test_cells_a_frame_does_not_have_are_not_recorded() -> None:
    frame = framed(ASSESSMENT_COLUMNS, [assessed("a", None, c1_1=2, c1_2=1)])
    (found,) = AssessmentValue.of_frame(frame.drop(columns=[cell for cell in ASSESSMENT_CELLS if cell != "1.1"]))
    assert found == value(c1_1=2)
    assert found.cells.dtype == np.int32


def test_a_finding_that_cannot_be_read_does_not_displace_one_that_can() -> None:
    unreadable = UNREADABLE_FINDING
    assert completed(value(urine=3), value(urine=unreadable, c1_1=1)) == value(urine=3, c1_1=1)
    assert completed(value(urine=unreadable), value(urine=3)) == value(urine=3)
    assert completed(value(), value(urine=unreadable)) == value(urine=unreadable)
    assert completed(value(urine=unreadable), value(c1_1=1)) == value(urine=unreadable, c1_1=1)
