"""Keys of several codes: in order, taken apart again, and summed alike in every way there is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pebem.engine.keys import fuse, split, sum_by


def test_keys_sort_as_their_columns_and_split_again() -> None:
    columns = [column.ravel() for column in np.indices((3, 1, 4))]
    key = fuse(columns, (3, 1, 4))
    assert key.tolist() == list(range(12))
    assert [part.tolist() for part in split(key, (3, 1, 4))] == [column.tolist() for column in columns]


def test_columns_may_have_shapes_that_broadcast() -> None:
    assert fuse([np.array([[0], [1]]), np.array([False, True, True])], (2, 2)).tolist() == [[0, 1, 1], [2, 3, 3]]


@pytest.mark.parametrize("size", [4, 2**40])
@pytest.mark.parametrize("rows", [0, 1, 500])
@pytest.mark.parametrize("ordered", [True, False])
def test_sums_by_slots_by_sorting_and_in_order(rows: int, size: int, ordered: bool) -> None:  # noqa: FBT001
    """Sums are exact above what a float can hold, also of narrow and of negative numbers."""
    rng = np.random.default_rng(rows)
    slow, fast = rng.integers(0, 3, rows), rng.integers(0, 4, rows) * (size // 4)
    if ordered:
        order = np.lexsort((fast, slow))
        slow, fast = slow[order], fast[order]
    values = {"big": rng.integers(-9, 2**53, rows) | 1, "narrow": np.full(rows, 255, np.uint8)}
    codes, sums = sum_by((slow, fast), (3, size), values)
    frame = pd.DataFrame(
        {"slow": slow, "fast": fast} | {name: value.astype(np.int64) for name, value in values.items()}
    )
    expected = frame.groupby(["slow", "fast"], as_index=False).sum()
    sums_ = pd.DataFrame(dict(zip(("slow", "fast"), codes, strict=True)) | sums)
    assert sums_.to_numpy().tolist() == expected.to_numpy().tolist()
    assert {value.dtype for value in sums.values()} == {np.dtype(np.int64)}


def test_sums_are_exact_where_no_key_of_64_bits_can_number_the_groups() -> None:
    big = 2**32
    columns = [np.array([big - 1, 0, big - 1, 0]), np.array([0, big - 1, 0, 0])]
    codes, sums = sum_by(columns, (big, big), {"count": np.array([1, 2, 3, 4])})
    assert [code.tolist() for code in codes] == [[0, 0, big - 1], [0, big - 1, 0]]
    assert sums["count"].tolist() == [4, 2, 4]
