"""How alike texts are in their short runs of letters, weighted by rarity: TF-IDF with a few lines of numpy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

LENGTHS: Final = (3, 4)


class LetterRuns:
    """Known texts, and how alike another is to each."""

    def __init__(self, texts: Sequence[str]) -> None:
        index: dict[str, int] = {}
        places: list[tuple[int, int]] = []
        for number, text in enumerate(texts):
            places += ((number, index.setdefault(run, len(index))) for run in _runs(text))
        self._index, self._count = index, len(texts)
        row, column = np.array(places, dtype=np.int64).reshape(-1, 2).T
        self._rarity = np.log((1 + self._count) / (1 + np.bincount(column, minlength=len(index)))) + 1
        self._length = np.sqrt(np.bincount(row, self._rarity[column] ** 2, minlength=self._count))
        order = np.argsort(column, kind="stable")
        self._rows = row[order]
        self._starts = np.searchsorted(column[order], np.arange(len(index) + 1))

    def likeness(self, text: str) -> np.ndarray:
        """Return the cosine of a text with each known one, shape (texts,)."""
        runs = _runs(text)
        known = np.array(sorted(self._index[run] for run in runs if run in self._index), dtype=np.int64)
        if not len(known):
            return np.zeros(self._count)
        spans = [self._rows[self._starts[run] : self._starts[run + 1]] for run in known.tolist()]
        weights = np.repeat(self._rarity[known] ** 2, [len(span) for span in spans])
        dots = np.bincount(np.concatenate(spans), weights, minlength=self._count)
        of_unknown = (len(runs) - len(known)) * (math.log(1 + self._count) + 1) ** 2
        own = math.sqrt(float((self._rarity[known] ** 2).sum()) + of_unknown)
        return np.asarray(dots / (self._length * own))


def _runs(text: str) -> set[str]:
    padded = f" {text} "
    return {padded[at : at + size] for size in LENGTHS for at in range(len(padded) - size + 1)}
