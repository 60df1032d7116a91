"""How alike texts are in their short runs of letters, weighted by rarity: TF-IDF with a few lines of numpy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LENGTHS: Final = (3, 4)

_END: Final = "\0"
_BITS: Final = 14
"""Of a letter as part of a run; letters beyond the Latin ones share codes, which does no harm here."""


class LetterRuns:
    """Known texts, and how alike another is to each."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._count = len(texts)
        row, runs = _runs(texts)
        self._known, column = np.unique(runs, return_inverse=True)
        row, column = np.divmod(np.unique(row * len(self._known) + column), len(self._known))  # once in a text
        self._rarity = np.log((1 + self._count) / (1 + np.bincount(column, minlength=len(self._known)))) + 1
        self._length = np.sqrt(np.bincount(row, self._rarity[column] ** 2, minlength=self._count))
        order = np.argsort(column, kind="stable")
        self._rows = row[order]
        self._starts = np.searchsorted(column[order], np.arange(len(self._known) + 1))

    def likeness(self, text: str) -> NDArray[np.float64]:
        """Return the cosine of a text with each known one, shape (texts,)."""
        runs = np.unique(_runs([text])[1])
        places = np.searchsorted(self._known, runs)
        places = places[self._known[np.minimum(places, len(self._known) - 1)] == runs]
        if not len(places):
            return np.zeros(self._count)
        spans = [self._rows[self._starts[place] : self._starts[place + 1]] for place in places.tolist()]
        weights = np.repeat(self._rarity[places] ** 2, [len(span) for span in spans])
        dots = np.bincount(np.concatenate(spans), weights, minlength=self._count)
        of_unknown = (len(runs) - len(places)) * (math.log(1 + self._count) + 1) ** 2
        own = math.sqrt(float((self._rarity[places] ** 2).sum()) + of_unknown)
        return np.asarray(dots / (self._length * own))


def _runs(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all runs of the texts as integers, with the position of the text of each."""
    signs = np.frombuffer("".join(f" {text} {_END}" for text in texts).encode("utf-32-le"), np.uint32).astype(np.int64)
    text = np.cumsum(signs == 0) - (signs == 0)
    signs &= (1 << _BITS) - 1
    rows, runs = [], []
    for length in LENGTHS:
        windows = np.lib.stride_tricks.sliding_window_view(signs, length)
        whole = np.flatnonzero((windows != 0).all(axis=1))
        rows.append(text[whole])
        runs.append(windows[whole] @ (1 << _BITS * np.arange(length)))
    return np.concatenate(rows), np.concatenate(runs)
