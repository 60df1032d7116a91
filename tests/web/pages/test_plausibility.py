"""Minutes by level beside § 113c, held against figures computed by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from web.services.analysis import plausibility
from web.services.analysis.plausibility import Shape
from web.views.analysis.plausibility import distance, row_of_grades
from web.views.analysis.staffing import bars

FRAME = pd.DataFrame(
    [(2, 1, 600), (2, 2, 300), (2, 3, 60), (2, 4, 240), (2, 0, 300), (5, 4, 900), (0, 2, 50), (-1, 0, 70)],
    columns=["pflegegrad", "qn_soll", "seconds"],
)
FOUND = plausibility.compared(FRAME, date(2026, 3, 31))


def shape(grade: int) -> Shape:
    return next(one for one in FOUND.shapes if one.grade == grade)


def test_shares_are_of_rated_minutes_with_levels_1_and_2_joined() -> None:
    assert [band.share for band in shape(2).called_for] == pytest.approx([0.75, 0.05, 0.2])
    assert [band.start for band in shape(2).called_for] == pytest.approx([0, 0.75, 0.8])
    assert shape(2).seconds == 1500
    assert shape(2).rated == pytest.approx(0.8)


def test_the_law_is_that_of_one_resident_of_the_grade() -> None:
    assert [round(band.share, 3) for band in shape(5).statute] == [0.262, 0.164, 0.573]
    assert [round(band.share, 3) for band in shape(2).statute] == [0.412, 0.232, 0.356]


def test_a_grade_without_minutes_has_no_bands_and_nothing_is_lost() -> None:
    assert shape(3).called_for == ()
    assert FOUND.seconds == 2400
    assert FOUND.elsewhere == 120
    assert FOUND.seconds + FOUND.elsewhere == FRAME["seconds"].sum()
    assert FOUND.rated == pytest.approx(2100 / 2400)


def test_the_farthest_grade_is_the_one_whose_share_of_qn_4_differs_most() -> None:
    assert distance(shape(5)) == pytest.approx(1 - 0.3842 / 0.6702)
    assert distance(shape(2)) < distance(shape(5))


def test_bars_of_staffing_share_one_scale_and_leave_out_what_is_not_known() -> None:
    lines = [
        SimpleNamespace(levels=f"QN {n}", ceiling=Decimal(n), agreed=None if n == 2 else Decimal(1), actual=Decimal(4))
        for n in (1, 2, 3)
    ]
    (ceiling, top), (staff, below) = bars(lines)
    assert (ceiling, staff) == ("Obergrenze", "Vorhanden")
    assert [band.share for band in top] == pytest.approx([1 / 12, 2 / 12, 3 / 12])
    assert below[-1].start + below[-1].share == pytest.approx(1)
    assert below[0].figure == "4,00"


@pytest.mark.parametrize(
    ("minutes", "rising"),
    [
        ({2: 10, 3: 20, 5: 20}, True),
        ({2: 10, 3: 25, 4: 20, 5: 30}, False),
        ({2: 200, 3: 199}, True),  # 50 % and 50 %, as they are printed
        ({2: 200, 3: 196}, False),
        ({2: 10}, True),
    ],
)
def test_shares_that_do_not_rise_with_the_grade_are_told_as_such(minutes: dict[int, int], rising: bool) -> None:  # noqa: FBT001
    """The ends of the row alone would hide what lies between them."""
    rows = [(grade, level, of) for grade, most in minutes.items() for level, of in ((4, most), (1, 400 - most))]
    frame = pd.DataFrame(rows, columns=["pflegegrad", "qn_soll", "seconds"])
    row = row_of_grades(plausibility.compared(frame, date(2026, 3, 31)))
    assert [shape.grade for shape in row["with_minutes"]] == [*minutes]
    assert row["rising"] == rising
