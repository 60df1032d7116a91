"""All an aggregate says as plain values, and properties that hold for every home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

import pebem
from pebem.contracts import Tables
from pebem.engine.decode import COVERAGE_COUNTS, frame_of
from tests.support.rules.books import with_every_word

BOOK = with_every_word()
BOTH = (*pebem.CUBE, *pebem.FIT)
OTHER_TABLES = ("residents", "assessments", "instability", "staff", "overrides")


def holds(*drawn: SearchStrategy[object]) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """Test a property on a few homes always, and on many among the deep tests."""

    def decorate(statement: Callable[..., None]) -> Callable[[int], None]:
        @pytest.mark.parametrize("examples", [4, pytest.param(100, marks=pytest.mark.deep)])
        def test(examples: int) -> None:
            settings(max_examples=examples, deadline=None)(given(*drawn)(statement))()

        test.__name__, test.__doc__ = statement.__name__, statement.__doc__
        return test

    return decorate


def exact(result: pebem.Aggregate) -> dict[object, object]:
    """Return all an aggregate says as plain values, and refuse a cell that is there twice or not whole."""
    values: dict[object, object] = {"excluded": dict(result.excluded), "period": result.period}
    for name, table in {**result.tables, "coverage": result.coverage}.items():
        frame = frame_of(table)
        sums = list(COVERAGE_COUNTS if name == "coverage" else ("count", "seconds"))
        labels = frame.drop(columns=sums).astype(object)
        keys = labels.where(labels.notna(), None).itertuples(index=False, name=None)
        assert frame.empty or set(frame[sums].dtypes) == {np.dtype("int64")}
        cells = dict(zip(keys, frame[sums].itertuples(index=False, name=None), strict=True))
        assert len(cells) == len(frame)
        values[name] = cells
    return values


def scored(home: Tables, period: tuple[date, date] | None) -> dict[object, object]:
    return exact(pebem.score(home, BOOK, period, BOTH))


def rows_of(home: Tables, keep: object) -> Tables:
    return replace(home, interventions=home.interventions[keep], faulty=0)
