"""What reading costs beyond the Excel reader's own work."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

import importers
from tests.support.importers.files import DAY, intervention, with_interventions, xlsx

if TYPE_CHECKING:
    from rules.model import RuleBook

ROWS = 100_000
MOST_EXTRA = 0.8


def best_of_three(task: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = perf_counter()
        task()
        times.append(perf_counter() - start)
    return min(times)


@pytest.mark.deep
def test_100_000_rows_cost_little_more_than_unpacking_them(book: RuleBook) -> None:
    rng = np.random.default_rng(1)
    ids = [entry.id for entry in book.interventions]
    rows = [
        intervention(Intervention=ids[i], Datum=DAY + timedelta(days=int(d)), Minuten=float(m), Bewohner_Nr=f"B{b}")
        for i, d, m, b in zip(
            rng.integers(0, len(ids), ROWS),
            rng.integers(0, 90, ROWS),
            rng.integers(1, 60, ROWS) / 2,
            rng.integers(0, 100, ROWS),
            strict=True,
        )
    ]
    sheets = with_interventions(*rows)
    sheets["Bewohner"] += [[f"B{b}"] for b in range(100) if b != 2]
    data = xlsx(sheets)

    def unpack() -> None:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in workbook.sheet_names:
            workbook.get_sheet_by_name(name).to_python()

    unpacking = best_of_three(unpack)
    reading = best_of_three(lambda: importers.read([("heim.xlsx", data)], book))
    assert reading <= (1 + MOST_EXTRA) * unpacking
