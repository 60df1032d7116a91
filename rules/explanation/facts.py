"""What is recorded of a resident on a day: what an explanation starts from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rules.states import States, single
from rules.vocabulary import NO_FINDING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class ActiveCriterion:
    """A criterion of an unstable situation that is active, with its first and last day (None = open)."""

    label: str
    start: date | None
    end: date | None
    id: str = ""


@dataclass(frozen=True, slots=True)
class SetLevel:
    """A level a qualified person has set in place of the rulebook's.

    Attributes
    ----------
    start, end
        First and last day (None = open).
    whole_house
        It applies to everyone, not to this resident alone.
    """

    level: int
    reason: str
    start: date
    end: date | None
    by: str
    whole_house: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is recorded of one resident on one day.

    Attributes
    ----------
    day
        The day in question.
    assessed
        An assessment is effective; everything below but ``criteria`` belongs to it.
    assessment_from
        Its first day; None = since always.
    cells
        Recorded cells of the assessment; what is absent or -1 was not recorded.
    special
        Besondere Bedarfskonstellation: 1 = yes, 0 = no, -1 = not readable.
    set_level
        Level a person has set for the intervention in question, None = the rulebook decides.
    """

    day: date
    assessed: bool = False
    assessment_from: date | None = None
    cells: Mapping[str, int] = field(default_factory=dict)
    continence_urine: int = NO_FINDING
    continence_stool: int = NO_FINDING
    special: int = 0
    criteria: tuple[ActiveCriterion, ...] = ()
    set_level: SetLevel | None = None

    def states(self) -> States:
        """Return these facts as the single row the compiler takes."""
        return single(
            self.cells,
            continence_urine=self.continence_urine,
            continence_stool=self.continence_stool,
            criteria=[criterion.id or criterion.label for criterion in self.criteria],
            special=self.special,
            assessed=self.assessed,
        )
