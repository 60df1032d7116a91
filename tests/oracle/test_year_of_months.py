"""A year comes to the same, however it is delivered: at once, by month, ward or staff, late, twice, corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .history.figures import figures
from .history.model import HomeHistory
from .history.product import ProductHome
from .history.year import IN_PAIRS, WAYS, Upload, Year, by_day, by_staff, one_corrected, whole, year

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.web.pages import Person

    from .history.records import Statements

MONTHS = year(1, residents=6, acts_a_day=3)
PAIRS = year(1, residents=6, acts_a_day=2, stretches=IN_PAIRS)


def model_of(uploads: list[Upload]) -> HomeHistory:
    """Return the model of a home with some uploads."""
    home = HomeHistory()
    for number, (files, choice) in enumerate(uploads):
        home.store(f"u{number}", files, choice)
    return home


QUICK = (by_staff, one_corrected)
"""Ways in the suite on the product itself: the others take as long and differ less."""


def days(found: Statements, of: Year) -> dict:
    """Return what holds of each person on each day."""
    return by_day(found, of.residents, of.levels)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_model_comes_to_the_same(way: Callable[[Year], list[Upload]]) -> None:
    found, expected = model_of(way(MONTHS)), model_of(whole(MONTHS))
    assert found.acts() == expected.acts()
    assert days(found.statements(), MONTHS) == days(expected.statements(), MONTHS)
    assert figures(found) == figures(expected)


def hold(who: Person, of: Year, way: Callable[[Year], list[Upload]]) -> None:
    """Deliver a year to the product, and compare with the model of the year as a whole."""
    expected, home = model_of(whole(of)), ProductHome(who)
    for files, choice in way(of):
        home.store(files, choice)
    assert home.acts() == expected.acts()
    assert days(home.statements(), of) == days(expected.statements(), of)
    assert home.figures() == figures(expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    "way",
    [way if way in QUICK else pytest.param(way, marks=pytest.mark.deep) for way in WAYS],
    ids=lambda way: way.__name__,
)
def test_product_comes_to_the_same(ben: Person, way: Callable[[Year], list[Upload]]) -> None:
    hold(ben, PAIRS, way)


@pytest.mark.deep
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_home_of_24_residents_comes_to_the_same(anna: Person, way: Callable[[Year], list[Upload]]) -> None:
    hold(anna, year(2, residents=24, acts_a_day=100), way)
