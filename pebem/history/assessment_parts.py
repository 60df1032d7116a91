"""An assessment that comes in parts: modules of an export for the DAS first, modules 3 and 5 with a later delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from pebem import contracts
from pebem.contracts import ITEM_MISSING
from pebem.history.frames import typed
from rules.vocabulary import ASSESSMENT_CELLS, MISSING, NO_FINDING, UNREADABLE_FINDING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

_CELLS: Final = list(ASSESSMENT_CELLS)
_FINDINGS: Final = ["continence_urine", "continence_stool"]
_BLANK: Final = np.array([ITEM_MISSING] * len(_CELLS) + [NO_FINDING] * len(_FINDINGS), np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class AssessmentValue:
    """What one assessment records.

    Attributes
    ----------
    cells : (cells + 2,) int32
        Cells of the instrument and the two findings of continence, in the order of ``ASSESSMENT_CELLS``.
    special
        Whether a special need constellation is recorded: 1 = yes, 0 = no, -1 = not readable.
    """

    cells: NDArray[np.int32]
    special: int

    def __eq__(self, other: object) -> bool:
        """Equal where all that is recorded is."""
        if not isinstance(other, AssessmentValue):
            return NotImplemented
        return self.special == other.special and bool(np.array_equal(self.cells, other.cells))

    __hash__ = None  # type: ignore[assignment]  # an array inside

    @classmethod
    def of_frame(cls, frame: pd.DataFrame) -> list[AssessmentValue]:
        """Return the assessments of a frame as in :mod:`pebem.contracts`, row by row."""
        if frame.empty:
            return []
        cells = frame.reindex(columns=_CELLS, fill_value=ITEM_MISSING).to_numpy(np.int32)
        rows = np.concatenate([cells, frame[_FINDINGS].to_numpy(np.int32)], axis=1)
        return [cls(row, int(special)) for row, special in zip(rows, frame["special"].tolist(), strict=True)]

    def as_recorded(self) -> dict[str, Any]:
        """Return ``cells`` (those recorded, by name), both findings and ``special``, None = not readable."""
        recorded = np.flatnonzero(self.cells[: len(_CELLS)] != ITEM_MISSING).tolist()
        urine, stool = self.cells[len(_CELLS) :].tolist()
        return {
            "cells": {_CELLS[place]: int(self.cells[place]) for place in recorded},
            "continence_urine": urine,
            "continence_stool": stool,
            "special": None if self.special == MISSING else bool(self.special),
        }

    @staticmethod
    def to_frame(assessments: Sequence[tuple[str, date | None, AssessmentValue]]) -> pd.DataFrame:
        """Return resident, day (None = since moving in) and value as a frame with all cells."""
        rows = np.array([value.cells for *_, value in assessments], np.int32).reshape(-1, len(_BLANK))
        urine, stool = rows[:, -2].tolist(), rows[:, -1].tolist()
        heads = [
            (resident, day, urine[i], stool[i], value.special) for i, (resident, day, value) in enumerate(assessments)
        ]
        frame = typed(heads, contracts.ASSESSMENTS)
        return pd.concat([frame, pd.DataFrame(rows[:, : len(_CELLS)], columns=_CELLS)], axis=1)


def completed(before: AssessmentValue, now: AssessmentValue) -> AssessmentValue | None:
    """Return both parts of an assessment as one; None where they share a cell, so that one corrects the other."""
    recorded, old_recorded = (_is_recorded(value.cells) for value in (now, before))
    if (recorded & old_recorded).any():
        return None
    cells = np.where(recorded | (before.cells == _BLANK), now.cells, before.cells)
    special = (now.special, before.special)
    return AssessmentValue(cells, 1 if 1 in special else min(special))


def _is_recorded(cells: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which cells say something: a finding that cannot be read is no reason to drop one that can."""
    return (cells != _BLANK) & (cells != UNREADABLE_FINDING)
