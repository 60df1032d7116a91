"""Several files come to the same in one upload, in several, and in ``pebem analyse``."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from . import product
from .history.compare import same
from .history.figures import Rater, figures
from .history.generator import Generator, readable
from .history.model import HomeHistory
from .history.product import ProductHome
from .history.records import AmbiguousError, Assessed, Choice, File, Level, Lives
from .history.tables import workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.web.pages import Person

SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(4, 300))]


def drawn(seed: int, *, workbooks: bool = False) -> tuple[File, ...]:
    """Return two to four files."""
    first, *others = Generator(seed, plain=True, instability_without_day=not workbooks).files(2 + seed % 3)
    if workbooks:  # the program wants each of these sheets in one of the files
        lives = {row.resident for file in (first, *others) for row in (*file.assessed, *file.unstable)}
        first = replace(
            first,
            lives=first.lives or tuple(Lives(who) for who in sorted(lives | {"0042"})),
            assessed=first.assessed or (Assessed("0042", None, (("1.1", 0),)),),
            levels=first.levels or (Level("P1", 2),),
            without=first.without if first.levels else (),
        )
    return readable((first, *others))


def apart(files: tuple[File, ...]) -> HomeHistory:
    """Return the model of a home that gets some files one after the other."""
    home = HomeHistory()
    for number, file in enumerate(files):
        home.store(f"u{number}", (file,), Choice())
    return home


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_rule_makes_no_difference_between_files_and_uploads(first: int) -> None:
    for seed in range(first, first + 50):
        files = drawn(seed)
        together = HomeHistory()
        together.store("u", files, Choice())
        try:
            assert together.acts() == apart(files).acts(), seed
        except AmbiguousError:
            continue
        for part in fields(together.statements()):
            assert getattr(together.statements(), part.name) == getattr(apart(files).statements(), part.name), seed
        assert figures(together) == figures(apart(files)), seed


@pytest.mark.parametrize("seed", SEEDS)
def test_files_of_one_upload_are_as_several_uploads(ben: Person, seed: int) -> None:
    files = drawn(seed)
    home = ProductHome(ben)
    home.store(files, Choice())
    same(apart(files), home, "in one upload")


@pytest.mark.parametrize("seed", SEEDS)
def test_analyse_of_several_files_is_as_several_uploads(seed: int, tmp_path: Path) -> None:
    files = drawn(seed, workbooks=True)
    paths = [tmp_path / f"{number}.xlsx" for number in range(len(files))]
    for path, file in zip(paths, files, strict=True):
        path.write_bytes(workbook(file))
    _, document = product.analyse(*paths, out=tmp_path / "out")
    assert product.comparable(document) == product.comparable(Rater(apart(files)).document())
