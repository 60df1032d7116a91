"""Spoil a file of a federation for a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install '.[parquet]'")
pq = pytest.importorskip("pyarrow.parquet")


def rewrite(path: Path, change: Callable[[object], object]) -> None:
    pq.write_table(change(pq.read_table(path)), path)


def month(folder: Path, home: str = "0001") -> Path:
    return folder / f"home={home}" / "interventions" / "2026-01.parquet"


def with_value(column: str, values: object, row: int = 0) -> Callable[[object], object]:
    """Put something else into the first rows of a column."""

    def change(table: pa.Table) -> pa.Table:
        old = table.column(column).to_pylist()
        old[row : row + len(values)] = values
        kind = table.schema.field(column).type
        array = pa.array(old, pa.string()).dictionary_encode() if pa.types.is_dictionary(kind) else pa.array(old, kind)
        return table.set_column(table.schema.get_field_index(column), column, array)

    return change
