"""What another rulebook would change for a home: rows and seconds whose level or fit is not the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pebem.engine.encode import encode_rows
from pebem.engine.keys import sum_by
from pebem.engine.lookup_tables import recompile
from pebem.fit_classes import FIT_CLASSES, OUTCOMES
from pebem.measures import Amount
from pebem.score import outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pebem.engine.lookup_tables import CompiledHome
    from rules import RuleBook

_LEVEL = np.array([outcome.qn_soll for outcome in OUTCOMES], np.int64)
_FIT = np.array([outcome.fit for outcome in OUTCOMES], np.int64)
_LEVELS = 5
"""1 to 4, and 0 = not to be rated."""


@dataclass(frozen=True, slots=True)
class LevelMove:
    """Rows of one intervention that get another QN-Soll (0 = not to be rated)."""

    intervention: str
    before: int
    after: int
    amount: Amount


@dataclass(frozen=True)
class RulebookEffect:
    """The same rows under two rulebooks.

    Attributes
    ----------
    compared
        Rows rated under both.
    uncompared
        Rows whose intervention the second rulebook does not have; they are in no other figure.
    levels
        Moves of QN-Soll, those with the most seconds first.
    fit
        Amount by (class before, class after), all that occur.
    """

    compared: Amount
    uncompared: Amount
    levels: tuple[LevelMove, ...]
    fit: dict[tuple[str, str], Amount]

    @property
    def moved(self) -> Amount:
        """Return what gets another QN-Soll."""
        return _sum([move.amount for move in self.levels])

    def fit_before(self, name: str) -> Amount:
        """Return what is in a fit class under the first rulebook."""
        return _sum([amount for (before, _), amount in self.fit.items() if before == name])

    def fit_after(self, name: str) -> Amount:
        """Return what is in a fit class under the second rulebook."""
        return _sum([amount for (_, after), amount in self.fit.items() if after == name])


def _sum(amounts: list[Amount]) -> Amount:
    return Amount(sum(a.count for a in amounts), sum(a.seconds for a in amounts))


def effect(home: CompiledHome, after: RuleBook) -> RulebookEffect:
    """Rate a home under its rulebook and another one and compare row by row, vectorised.

    Parameters
    ----------
    home
        Compiled with the first rulebook, which has every intervention of the work.
    """
    before, other = home.book, recompile(home, home.people, after)
    rows = encode_rows(home.people.interventions, home).rows
    total = _amount(rows.seconds)
    position = np.array([after.index.get(entry.id, -1) for entry in before.interventions], np.int64)
    rows = rows[position[rows.intervention] >= 0]
    was = outcomes(rows, home)
    now = outcomes(replace(rows, intervention=position[rows.intervention]), other)
    compared = _amount(rows.seconds)
    return RulebookEffect(
        compared=compared,
        uncompared=Amount(total.count - compared.count, total.seconds - compared.seconds),
        levels=_moves(rows.intervention, _LEVEL[was], _LEVEL[now], rows.seconds, before),
        fit=_fit(_FIT[was], _FIT[now], rows.seconds),
    )


def _amount(seconds: NDArray[np.int64]) -> Amount:
    return Amount(len(seconds), int(seconds.sum(dtype=np.int64)))


def _amounts(
    columns: Sequence[NDArray[np.int64]], sizes: Sequence[int], seconds: NDArray[np.int64]
) -> Iterator[tuple[tuple[int, ...], Amount]]:
    """Yield the codes that occur together, in order, with their amount."""
    codes, sums = sum_by(columns, sizes, {"count": np.ones_like(seconds), "seconds": seconds})
    amounts = map(Amount, sums["count"].tolist(), sums["seconds"].tolist())
    yield from zip(zip(*(code.tolist() for code in codes), strict=True), amounts, strict=True)


def _moves(
    intervention: NDArray[np.int64],
    was: NDArray[np.int64],
    now: NDArray[np.int64],
    seconds: NDArray[np.int64],
    book: RuleBook,
) -> tuple[LevelMove, ...]:
    changed = was != now
    columns = (intervention[changed], was[changed], now[changed])
    sizes = (len(book.interventions), _LEVELS, _LEVELS)
    moves = [
        LevelMove(book.interventions[position].id, before, after, amount)
        for (position, before, after), amount in _amounts(columns, sizes, seconds[changed])
    ]
    return tuple(sorted(moves, key=lambda move: (-move.amount.seconds, -move.amount.count)))


def _fit(was: NDArray[np.int64], now: NDArray[np.int64], seconds: NDArray[np.int64]) -> dict[tuple[str, str], Amount]:
    pairs = _amounts((was, now), (len(FIT_CLASSES),) * 2, seconds)
    return {(FIT_CLASSES[before], FIT_CLASSES[after]): amount for (before, after), amount in pairs}
