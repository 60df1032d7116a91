"""The drawing of a chart says what its figures say, without script."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from web import charts
from web.wording.figures import FIT_WORDS

CSS = [word.css for word in FIT_WORDS.values()]


def days(count: int, **hours: float) -> pd.DataFrame:
    first = date(2026, 1, 5)  # a Monday
    return pd.DataFrame(
        {
            "day": [first + timedelta(days=number) for number in range(count)],
            **{fit: [hours.get(fit, 0.0) * 3600 * (1 + number) for number in range(count)] for fit in FIT_WORDS},
        }
    )


def test_parts_are_stacked_and_their_heights_are_hours() -> None:
    chart = charts.by_day(days(3, passend=2, nicht_bewertbar=1))
    zero, *_, top = (float(line.y) for line in chart.lines)
    hour = (zero - top) / float(chart.lines[-1].text)
    assert [part.css for part in chart.parts] == ["fit"] * 3 + ["unknown"] * 3
    for number, (lower, upper) in enumerate(zip(chart.parts[:3], chart.parts[3:], strict=True), 1):
        assert lower.x == upper.x
        assert float(lower.y) + float(lower.height) == pytest.approx(zero, abs=0.11)
        assert float(upper.y) + float(upper.height) == pytest.approx(float(lower.y), abs=0.11)
        assert float(lower.height) == pytest.approx(2 * number * hour, abs=0.06)
        assert float(upper.height) == pytest.approx(number * hour, abs=0.06)
    assert float(chart.parts[5].y) >= top


def test_a_day_without_data_stays_empty() -> None:
    frame = days(5, passend=1).drop(index=[1, 2])
    left = [float(part.x) for part in charts.by_day(frame).parts]
    assert left[1] - left[0] == pytest.approx(3 * (left[2] - left[1]), abs=0.01)


def test_more_than_a_quarter_comes_as_the_mean_day_of_each_week() -> None:
    assert not charts.by_day(days(charts.LONGEST_BY_DAY, passend=1)).weekly
    chart = charts.by_day(days(charts.LONGEST_BY_DAY + 3, passend=1).drop(index=[0, 1]))
    assert chart.weekly
    assert len(chart.parts) == 14
    assert chart.figure["data"][0]["y"][:2] == [5.0, 11.0]  # (3 + … + 7) / 5, (8 + … + 14) / 7
    assert chart.marks[0].text == "05.01.26"


@pytest.mark.parametrize(
    ("longest", "lines"),
    [
        (0.0, ["0", "1"]),
        (0.3, ["0,0", "0,1", "0,2", "0,3"]),
        (7.0, ["0", "2", "4", "6", "8"]),
        (50.0, ["0", "10", "20", "30", "40", "50"]),
        (1234.0, ["0", "500", "1.000", "1.500"]),
    ],
)
def test_lines_stand_at_round_numbers(longest: float, lines: list[str]) -> None:
    assert [line.text for line in charts.by_day(days(1, passend=longest)).lines] == lines


def test_figure_and_drawing_have_the_same_classes_in_the_same_order() -> None:
    chart = charts.by_day(days(1, **dict.fromkeys(FIT_WORDS, 1.0)))
    assert [part.css for part in chart.parts] == [trace["meta"] for trace in chart.figure["data"]] == CSS
