"""Resident states: the inputs of the rules, one row per span of time in which none of them changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from rules.vocabulary import CONTINENCE_OPENS_FROM, MISSING, NO_FINDING, UNREADABLE_FINDING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

_STEP: Final[Mapping[str, int]] = {"4.8": 3, "4.9": 2, "4.10": 2}
"""Points per grade where it is not 1 (Anlage 1 zu § 15 SGB XI)."""

_FREQUENCY_OF_POINTS: Final = np.array([0, 1, MISSING, 2, MISSING, 3], np.int8)
"""Module 3 gives 0, 1, 3 or 5 points for nie/sehr selten, selten, häufig, täglich."""

GATES: Final[Mapping[str, str]] = {"4.11": "continence_urine", "4.12": "continence_stool"}
"""Items that count only with a continence finding, and the finding that opens each."""


@dataclass(frozen=True)
class States:
    """Inputs of n resident states.

    Attributes
    ----------
    assessed : (n,) bool
        An assessment is effective. Where not, everything else about the state is meaningless.
    cells : mapping of (n,) integer arrays
        Assessment cells as recorded (``vocabulary.ASSESSMENT_CELLS``), -1 = unknown. Absent = unknown.
    continence_urine, continence_stool : (n,) integer
        Position in ``vocabulary.CONTINENCE``, -1 = no finding (counts as continent), -2 = not readable.
    criteria : (n, k) bool
        Which criteria of an unstable health situation are active.
    criterion_ids : k ids
        What the columns of ``criteria`` mean.
    special : (n,) bool or integer
        Besondere Bedarfskonstellation (§ 15 Abs. 4 SGB XI): 1 = yes, 0 = no, -1 = not readable; None = no resident.
    derived
        What was computed from these states, by day: filled and read by :mod:`rules.score_bounds`.
    """

    assessed: NDArray[np.bool_]
    cells: Mapping[str, NDArray[np.integer]]
    continence_urine: NDArray[np.integer]
    continence_stool: NDArray[np.integer]
    criteria: NDArray[np.bool_]
    criterion_ids: tuple[str, ...]
    special: NDArray[np.bool_ | np.integer] | None = None
    derived: dict[date | None, object] = field(default_factory=dict, repr=False, compare=False)

    @property
    def unstable(self) -> NDArray[np.bool_]:
        """At least one criterion of an unstable health situation is active, shape (n,)."""
        unstable: NDArray[np.bool_] = np.logical_or.reduce(self.criteria, axis=1)
        return unstable

    def any_active(self, criteria: Collection[str]) -> NDArray[np.bool_]:
        """Return whether one of these criteria is active, shape (n,); none named = whichever."""
        if not criteria:
            return self.unstable
        active: NDArray[np.bool_] = np.logical_or.reduce(
            self.criteria[:, [name in criteria for name in self.criterion_ids]], axis=1
        )
        return active

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.assessed)

    def points(self, item: str) -> NDArray[np.int8]:
        """Return the points of an item, shape (n,): 0 behind a closed continence gate, -1 unknown.

        Where the finding cannot be read, points are unknown unless they are 0 either way.
        """
        recorded = self.cells.get(item)
        points = np.full(self.size, MISSING, np.int8) if recorded is None else recorded.astype(np.int8, copy=False)
        if item not in GATES:
            return points
        finding = getattr(self, GATES[item])
        counted = np.where(finding >= CONTINENCE_OPENS_FROM, points, np.int8(0))
        return np.where((finding == UNREADABLE_FINDING) & (points != 0), np.int8(MISSING), counted)

    def grade(self, item: str) -> NDArray[np.int8]:
        """Return the grade of independence, shape (n,): 0 (selbständig) to 3 (unselbständig), -1 unknown."""
        points = self.points(item)
        return np.where(points < 0, np.int8(MISSING), points // np.int8(_STEP.get(item, 1)))

    def frequency(self, item: str) -> NDArray[np.int8]:
        """Return the frequency of a module 3 item, shape (n,): 0 (nie) to 3 (täglich), -1 unknown."""
        points = self.points(item)
        return np.where(points < 0, np.int8(MISSING), _FREQUENCY_OF_POINTS[np.maximum(points, 0)])


def single(
    cells: Mapping[str, int],
    *,
    continence_urine: int = NO_FINDING,
    continence_stool: int = NO_FINDING,
    criteria: Collection[str] = (),
    special: int = 0,
    assessed: bool = True,
) -> States:
    """Return the states of one resident at one moment (n = 1)."""
    return States(
        assessed=np.array([assessed]),
        cells={cell: np.array([value], np.int16) for cell, value in cells.items()},
        continence_urine=np.array([continence_urine], np.int8),
        continence_stool=np.array([continence_stool], np.int8),
        criteria=np.ones((1, len(criteria)), np.bool_),
        criterion_ids=tuple(criteria),
        special=np.array([special], np.int8),
    )


def stacked(parts: Sequence[States]) -> States:
    """Return several states as one; cells and findings that some of them lack are unknown or absent there."""
    cells = dict.fromkeys(cell for part in parts for cell in part.cells)
    ids = tuple(dict.fromkeys(name for part in parts for name in part.criterion_ids))

    def cell(part: States, name: str) -> NDArray[np.integer]:
        return part.cells[name] if name in part.cells else np.full(part.size, MISSING, np.int16)

    return States(
        assessed=np.concatenate([part.assessed for part in parts]),
        cells={name: np.concatenate([cell(part, name) for part in parts]) for name in cells},
        continence_urine=np.concatenate([part.continence_urine for part in parts]),
        continence_stool=np.concatenate([part.continence_stool for part in parts]),
        criteria=np.concatenate([np.stack([part.any_active((n,)) for n in ids], 1) for part in parts])
        if ids
        else np.zeros((sum(part.size for part in parts), 0), np.bool_),
        criterion_ids=ids,
        special=np.concatenate([np.zeros(p.size, np.bool_) if p.special is None else p.special for p in parts]),
    )
