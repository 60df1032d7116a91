"""Random sequences of uploads, undos, answers and decisions: the product has what the model has, after each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.web import own_rulebook
from tests.support.web.overrides import nurse

from .history.compare import DifferentError, run, smaller, told
from .history.folded import FoldedHome
from .history.generator import Generator
from .history.product import BOOK, ProductHome, ReadHome
from .history.records import AmbiguousError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.web.pages import Person

    from .history.steps import Step


def fresh(who: Person, kind: type[ProductHome] = ProductHome) -> Callable[[], ProductHome]:
    """Return what makes a fresh home of an installation."""
    nurse(who)
    entry = own_rulebook.import_(who, own_rulebook.changed(levels=dict(BOOK))).entry
    assert entry is not None
    return lambda: kind(who, entry.key)


def hold(steps: list[Step], home: Callable[[], ProductHome], *, end: bool = True) -> None:
    """Compare a sequence; where it differs, say with which shorter one."""

    def failing(tried: list[Step]) -> DifferentError | None:
        try:
            run(tried, home, end=end)
        except AmbiguousError:  # of a shorter sequence
            return None
        except DifferentError as error:
            return error
        return None

    def word(error: DifferentError | None) -> str:
        return str(error).split(" ", 1)[0] if error is not None else ""

    error = failing(steps)
    if error is None:
        return
    if error.step is not None:
        steps, end = steps[: error.step], False
    shorter = smaller(steps, lambda tried: word(failing(tried)) == word(error))
    raise DifferentError(told(shorter, failing(shorter) or error)) from error


@pytest.mark.parametrize("first", [0, *(pytest.param(first, marks=pytest.mark.deep) for first in range(20, 200, 20))])
def test_folding_has_what_the_model_has(first: int) -> None:
    """Without a store: after each step all is folded anew from the uploads and answers, by the product's rule."""
    for seed in range(first, first + 20):
        hold(Generator(seed).sequence(4 + seed % 5, BOOK), FoldedHome, end=seed % 8 == 0)


@pytest.mark.deep
@pytest.mark.parametrize("first", range(3100, 4100, 50))
def test_folding_of_a_thousand(first: int) -> None:
    for seed in range(first, first + 50):
        hold(Generator(seed).sequence(5 + seed % 8, BOOK), FoldedHome)


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, *(pytest.param(first, marks=pytest.mark.deep) for first in range(3, 99, 3))])
def test_product_has_what_the_model_has(ben: Person, first: int) -> None:
    home = fresh(ben)
    for seed in range(first, first + 3):
        hold(Generator(seed).sequence(5 + seed % 4, BOOK), home, end=seed % 2 == 0)


@pytest.mark.deep
@pytest.mark.parametrize("first", range(100, 180, 20))
def test_many_sequences(anna: Person, first: int) -> None:
    home = fresh(anna)
    for seed in range(first, first + 20):
        hold(Generator(seed).sequence(5 + seed % 8, BOOK), home)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1000, *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(1001, 1060))])
def test_workbooks_come_to_the_same(ben: Person, seed: int) -> None:
    """The whole way: read, weighed, released, stored; taken back as shown."""
    steps = Generator(seed, instability_without_day=False, repairs=False).sequence(6, BOOK)
    hold(steps, fresh(ben, ReadHome), end=False)
