"""The rulebook: compiling it for many states, and scoring assessments against copying them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

import rules
from bench.homes import assessments
from bench.stopwatch import say, shortest
from rules.assessment import score
from rules.compile import compile_levels
from rules.states import States
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE, NO_FINDING

if TYPE_CHECKING:
    from collections.abc import Callable

STATES: Final = 100_000
ASSESSMENTS: Final = 1_000_000


def run(seed: int) -> None:
    """Measure and print; both read 16-bit columns, as the engine does."""
    rng = np.random.default_rng(seed)
    book = rules.load(datetime.now(UTC).date())
    findings = rng.integers(NO_FINDING, len(CONTINENCE), STATES).astype(np.int16)
    ids = tuple(criterion.id for criterion in book.criteria)
    criteria = rng.random((STATES, len(ids))) < 0.02
    everybody = np.ones(STATES, np.bool_)
    cells = dict(zip(ASSESSMENT_CELLS, assessments(rng, STATES), strict=True))
    # A new set of states each time: what they score is computed only once for each.
    times = shortest(
        {"compile": lambda: compile_levels(book, States(everybody, cells, findings, findings, criteria, ids))}, 3
    )
    say(f"Regelwerk übersetzen: {STATES} Zustände   {times['compile']:.2f} s")
    matrix = assessments(rng, ASSESSMENTS)
    items = dict(zip(ASSESSMENT_CELLS, matrix, strict=True))
    findings = rng.integers(NO_FINDING, len(CONTINENCE), ASSESSMENTS).astype(np.int16)
    works: dict[str, Callable[[], object]] = {
        "copy": matrix.copy,
        "score": lambda: score(items, continence_urine=findings, continence_stool=findings, on=book.as_of),
    }
    times = shortest(works, 5)
    ratio = times["score"] / times["copy"]
    say(
        f"Begutachtung: {ASSESSMENTS} gegen Kopieren der Punktematrix   {times['score']:.3f} s   {ratio:.1f} x Kopieren"
    )
