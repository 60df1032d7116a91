"""What is recorded of the residents of a home, from frames to arrays: each column is asked for once.

A column of a frame costs more to ask for than all that is done with the eighty people in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.contracts import ITEM_MISSING
from pebem.engine.day_numbers import FOR_EVER, SINCE_ALWAYS, days
from pebem.engine.places import index_of, positions, positions_in, stacked_positions, values_by_part
from rules.states import States
from rules.vocabulary import ASSESSMENT_CELLS, NO_FINDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

_NO_DAY: Final = FOR_EVER + 1

_CELLS: Final = list(ASSESSMENT_CELLS)


@dataclass(frozen=True)
class ResidentFrames:
    """The frames about the residents of one or more homes, home after home, and the days to lay out.

    Attributes
    ----------
    sizes : (3, homes)
        How many rows of each frame belong to each home.
    first, last : (homes,)
        Days since 1970-01-01, both included.
    """

    residents: pd.DataFrame
    assessments: pd.DataFrame
    instability: pd.DataFrame
    sizes: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


@dataclass(frozen=True)
class ResidentRecords:
    """The same as arrays: days are counted from the first one of the home, residents through all homes.

    Attributes
    ----------
    residents, assessments, days : (homes,) int64
        How many there are.
    person, begins : (assessments,) int64
        Whose assessment it is (-1 = nobody known), and its first day.
    cells : (assessments, cells) int16
        As ``vocabulary.ASSESSMENT_CELLS``.
    findings : (assessments, 3) int16
        Continence of urine and stool, besondere Bedarfskonstellation.
    unstable : (4, spans) int64
        Which criterion (any other is the last), whose span it is, its first day, and the day after its last one, cut to
        the days laid out; of known residents.
    """

    residents: NDArray[np.int64]
    assessments: NDArray[np.int64]
    days: NDArray[np.int64]
    person: NDArray[np.int64]
    begins: NDArray[np.int64]
    cells: NDArray[np.int16]
    findings: NDArray[np.int16]
    unstable: NDArray[np.int64]

    @classmethod
    def of(cls, frames: ResidentFrames, criteria: Sequence[str]) -> ResidentRecords:
        """Read frames. ``criteria`` are those the rules distinguish."""
        residents, assessments, instability = frames.residents, frames.assessments, frames.instability
        size = np.maximum(frames.last - frames.first + 1, 0)
        of_residents, of_assessments, of_spans = frames.sizes
        known = values_by_part(residents["resident"], of_residents)
        person = stacked_positions(values_by_part(assessments["resident"], of_assessments), known)
        starts = _starts(residents, assessments, person) - np.repeat(frames.first, of_assessments)
        kinds = {name: kind for kind, name in enumerate(criteria)}
        first, length = np.repeat(frames.first, of_spans), np.repeat(size, of_spans)
        spans = np.stack(
            [
                positions_in(instability["criterion"], kinds) % (len(kinds) + 1),
                stacked_positions(values_by_part(instability["resident"], of_spans), known),
                np.clip(days(instability["start"], SINCE_ALWAYS) - first, 0, length),
                np.clip(days(instability["end"], FOR_EVER) - first + 1, 0, length),
            ]
        )
        used = (spans[1] >= 0) & (spans[2] < spans[3])
        cells, findings = _cells(assessments), _findings(assessments)
        return cls(of_residents, of_assessments, size, person, starts, cells, findings, spans[:, used])


def assessment_starts(residents: pd.DataFrame, assessments: pd.DataFrame) -> NDArray[np.int64]:
    """Return the first day of each assessment: its date, else the day of moving in, else since always."""
    return _starts(residents, assessments, positions(assessments["resident"], index_of(residents["resident"])))


def _starts(residents: pd.DataFrame, assessments: pd.DataFrame, person: NDArray[np.int64]) -> NDArray[np.int64]:
    # Somebody who is not known stands at the end: since always.
    moved_in = np.append(days(residents["moved_in"], SINCE_ALWAYS), SINCE_ALWAYS)[person]
    dated = days(assessments["date"], _NO_DAY)
    return np.where(dated == _NO_DAY, moved_in, dated)


def _cells(assessments: pd.DataFrame) -> NDArray[np.int16]:
    """Return the cells of assessments; those without a column are not recorded."""
    names = assessments.columns.tolist()
    begin = names.index(_CELLS[0]) if _CELLS[0] in names else 0
    if names[begin : begin + len(_CELLS)] == _CELLS:  # as importers lay them: one block
        return assessments.iloc[:, begin : begin + len(_CELLS)].to_numpy(np.int16)
    cells = np.full((len(assessments), len(_CELLS)), ITEM_MISSING, np.int16)
    there = np.isin(_CELLS, names)
    if there.any():
        cells[:, there] = assessments[[name for name in _CELLS if name in names]].to_numpy(np.int16)
    return cells


def _findings(assessments: pd.DataFrame) -> NDArray[np.int16]:
    findings = np.empty((len(assessments), len(_NO_FINDINGS)), np.int16)
    for place, (name, missing) in enumerate(_NO_FINDINGS.items()):
        findings[:, place] = assessments[name].to_numpy(np.int16) if name in assessments.columns else missing
    return findings


_NO_FINDINGS: Final = {"continence_urine": NO_FINDING, "continence_stool": NO_FINDING, "special": 0}


def states_of(
    records: ResidentRecords, rows: NDArray[np.int64], criteria: NDArray[np.bool_], names: tuple[str, ...]
) -> States:
    """Return rule inputs for some rows of the assessments, -1 = no assessment."""
    # Who is not assessed finds what stands at the end: nothing recorded.
    cells = np.concatenate([records.cells, np.full((1, len(_CELLS)), ITEM_MISSING, np.int16)])
    findings = np.concatenate([records.findings, np.array([[*_NO_FINDINGS.values()]], np.int16)])
    of_cells, (urine, stool, special) = np.ascontiguousarray(cells[rows].T), findings[rows].T
    return States(
        assessed=rows >= 0,
        cells=dict(zip(_CELLS, of_cells, strict=True)),
        continence_urine=urine,
        continence_stool=stool,
        criteria=criteria,
        criterion_ids=names,
        special=special,
    )


def states_between(states: States, first: int, end: int) -> States:
    """Return some of the states, without copying."""
    part = slice(first, end)
    return States(
        assessed=states.assessed[part],
        cells={name: cells[part] for name, cells in states.cells.items()},
        continence_urine=states.continence_urine[part],
        continence_stool=states.continence_stool[part],
        criteria=states.criteria[part],
        criterion_ids=states.criterion_ids,
        special=None if states.special is None else states.special[part],
    )
