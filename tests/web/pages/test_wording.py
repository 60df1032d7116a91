"""German figures and words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pebem.fit_classes import FIT_CLASSES
from web.wording import figures


def plain(text: str) -> str:
    return text.replace(figures.NO_BREAK, " ")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234.5, 1, "1.234,5"),
        (0, 0, "0"),
        (-0.04, 1, "0,0"),
        (-2.5, 1, "-2,5"),
        (1234567, 0, "1.234.567"),
        (0.5, 2, "0,50"),
    ],
)
def test_numbers_have_a_decimal_comma_and_points_at_thousands(value: float, digits: int, text: str) -> None:
    assert figures.number(value, digits) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.1234, "12,3 %"),
        (0, "0,0 %"),
        (1, "100,0 %"),
        (None, "–"),
        (0.0004, "< 0,1 %"),
        (0.0006, "0,1 %"),
        (0.9996, "> 99,9 %"),
        (1.2, "120,0 %"),
        (Decimal("0.9999"), "> 99,9 %"),
    ],
)
def test_shares_of_little_are_not_nothing_and_nearly_all_is_not_all(share: float | None, text: str) -> None:
    assert plain(figures.percent(share)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 Std."),
        (10, "< 1 Min."),
        (90, "2 Min."),
        (3569, "59 Min."),
        (3570, "1,0 Std."),
        (15_480, "4,3 Std."),
        (35_819, "9,9 Std."),
        (35_820, "10 Std."),
        (4_442_400, "1.234 Std."),
    ],
)
def test_hours_never_jump_between_their_forms(seconds: int, text: str) -> None:
    assert plain(figures.hours(seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 Min."), (29, "< 1 Min."), (30, "1 Min."), (15_600, "4 Std. 20 Min."), (3600, "1 Std."), (3599, "1 Std.")],
)
def test_durations(seconds: int, text: str) -> None:
    assert plain(figures.duration(seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0"), (100, "< 0,1"), (180, "0,1"), (7_200, "2,0"), (360_000, "100")]
)
def test_hours_in_the_square_carry_no_unit_and_are_never_a_false_zero(seconds: int, text: str) -> None:
    assert plain(figures.hour_figure(seconds)) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), "März 2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "Februar 2024"),
        (date(2026, 2, 1), date(2026, 2, 27), "01.02.2026 – 27.02.2026"),
        (date(2026, 1, 1), date(2026, 3, 31), "Januar – März 2026"),
        (date(2025, 12, 1), date(2026, 1, 31), "Dezember 2025 – Januar 2026"),
        (date(2026, 3, 5), date(2026, 3, 5), "05.03.2026"),
    ],
)
def test_periods(start: date, end: date, text: str) -> None:
    assert figures.period(start, end) == text


@pytest.mark.parametrize(
    ("answer", "text"),
    [((4, 4, 4), "QN 4"), ((0, 2, 4), "QN 2 bis 4"), ((0, 0, 0), "unbekannt"), ((None, 0, 0), "unbekannt")],
)
def test_levels_and_bounds(answer: tuple[int | None, int, int], text: str) -> None:
    assert plain(figures.level_range(*answer)) == text


def test_one_is_singular() -> None:
    assert plain(figures.counted(1, "Fall", "Fälle")) == "1 Fall"
    assert plain(figures.counted(0, "Fall", "Fälle")) == "0 Fälle"
    assert plain(figures.counted(1204, "Fall", "Fälle")) == "1.204 Fälle"


def test_every_fit_class_has_a_word_sign_and_colour_of_its_own() -> None:
    assert set(figures.FIT_WORDS) == set(FIT_CLASSES)
    for column in zip(*figures.FIT_WORDS.values(), strict=True):
        assert len(set(column)) == len(FIT_CLASSES)


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2026, 1, 1), date(2026, 1, 31), "01.–31.01.2026"),
        (date(2026, 1, 28), date(2026, 2, 3), "28.01.–03.02.2026"),
        (date(2025, 12, 30), date(2026, 1, 2), "30.12.2025–02.01.2026"),
        (date(2026, 3, 5), date(2026, 3, 5), "05.03.2026"),
    ],
)
def test_days_in_little_room(start: date, end: date, text: str) -> None:
    assert figures.days(start, end) == text


@pytest.mark.parametrize(("value", "text"), [("0.125", "0,13"), ("2.005", "2,01"), ("-0.004", "0,00"), ("12", "12,00")])
def test_exact_decimals_are_rounded_half_up(value: str, text: str) -> None:
    assert figures.number(Decimal(value), 2) == text


@pytest.mark.parametrize(("value", "text"), [("38.5", "38,5"), ("39.00", "39"), ("1000", "1000"), ("0.10", "0,1")])
def test_exact_decimals_as_one_would_type_them(value: str, text: str) -> None:
    assert figures.plain_decimal(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.4, "+0,40"), (-0.4, "−0,40"), (0.004, "0,00"), (-0.004, "0,00"), (Decimal("-1.5"), "−1,50")]
)
def test_differences_have_a_sign_unless_zero(value: float | Decimal, text: str) -> None:
    assert figures.signed(value) == text
    assert figures.points(0.1234) == "+12,3"
