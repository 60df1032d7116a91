"""Where a value stands among those that are known: people, and whatever else has few different values."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def index_of(people: pd.Series | NDArray[np.object_]) -> pd.Index:
    """Return people in the order of their codes.

    Kept as objects: pandas would turn small columns of text into another kind, and back, for every question.
    """
    return pd.Index(people, dtype=object)


def positions(values: pd.Series | pd.Index, known: pd.Index) -> NDArray[np.int64]:
    """Return the position of each value in ``known``, -1 = not there.

    Raises
    ------
    ValueError
        Where a known value is there twice.
    """
    return positions_in(values, places_of(known))


def places_of(known: pd.Index | pd.Series) -> dict[object, int]:
    """Return the position of each value: of a few, a dictionary finds one many times as fast as pandas does.

    Raises
    ------
    ValueError
        Where a value is there twice.
    """
    return _places(known.tolist())


def _places(known: Sequence[object]) -> dict[object, int]:
    places = {value: place for place, value in enumerate(known)}
    if len(places) != len(known):
        raise ValueError("somebody or something is known twice under the same name")
    return places


def positions_in(values: pd.Series | pd.Index, places: Mapping[Any, int]) -> NDArray[np.int64]:
    """Return the position of each value, -1 = not there."""
    return np.fromiter((places.get(value, -1) for value in values.tolist()), np.int64, len(values))


def values_by_part(column: pd.Series, sizes: NDArray[np.int64]) -> list[list[Any]]:
    """Return the values of a column part by part."""
    values, ends = column.tolist(), np.cumsum(sizes).tolist()
    return [values[first:end] for first, end in pairwise([0, *ends])]


def stacked_positions(values: Sequence[Sequence[object]], known: Sequence[Sequence[object]]) -> NDArray[np.int64]:
    """Return the position of each value among those known in the same part, counted through all parts; -1 = not there.

    Raises
    ------
    ValueError
        Where a known value is twice in a part.
    """
    found: list[int] = []
    before = 0
    for asked, there in zip(values, known, strict=True):
        places = _places(there)
        found += [before + place if (place := places.get(value, -1)) >= 0 else -1 for value in asked]
        before += len(there)
    return np.array(found, np.int64)
