"""Differences between two states of knowledge about people, statement by statement."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from pebem import contracts
from pebem.history.assessment_parts import AssessmentValue
from pebem.history.frames import records
from pebem.history.statements import ASSESSMENT, GRADE, INSTABILITY, LEVEL, STAY, STAYS, WARD, WARDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pebem.history.statements import Statements

_Key: TypeAlias = "tuple[str, str, str, date | None]"
"""Kind, person, criterion and first day of a statement."""

Change = Literal["added", "corrected", "removed"]

_CHANGES: Final[dict[tuple[bool, bool], Change]] = {
    (False, True): "added",
    (True, True): "corrected",
    (True, False): "removed",
}

_LASTING: Final = {LEVEL, WARD, GRADE}
"""Kinds of which only the statement that began last applies."""


@dataclass(frozen=True)
class StatementChange:
    """One statement that is new, another or gone.

    Attributes
    ----------
    kind
        "assessment", "instability", "grade", "level", "ward" or "stay".
    criterion
        Of an instability, else "".
    first
        Day it applies from, None = since always.
    before, after
        What it stated and states; None = nothing.
    repeats
        Whether a level, ward or grade that is new or gone is also stated from an earlier day on: it changes nothing.
    """

    kind: str
    person: str
    criterion: str
    first: date | None
    change: Change
    before: Any
    after: Any
    repeats: bool = False

    @property
    def mark(self) -> str:
        """All of it as text, to compare two changes."""
        values = (
            (value.special, value.cells.tolist()) if isinstance(value, AssessmentValue) else value
            for value in (self.before, self.after)
        )
        return repr((self.kind, self.person, self.criterion, self.first, self.change, *values))


def between(before: Statements, after: Statements) -> list[StatementChange]:
    """Return the statements that differ, by person, kind and day."""
    old, new = _keyed(before), _keyed(after)
    again, stays = _repeated(new), _repeated(old)
    repeated = {key for key in again if key not in old}
    repeated |= {key for key, last in stays.items() if key not in new and new.get(last) == old[last]}
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return [
        StatementChange(*key, _CHANGES[key in old, key in new], old.get(key), new.get(key), key in repeated)
        for key in sorted(keys, key=_order)
    ]


def _repeated(keyed: Mapping[_Key, Any]) -> dict[_Key, _Key]:
    """Return the levels, wards and grades that state what the person's one before them states, and that one."""
    ordered = sorted((key for key in keyed if key[0] in _LASTING), key=_order)
    return {key: last for last, key in pairwise(ordered) if last[:3] == key[:3] and keyed[last] == keyed[key]}


def _order(key: _Key) -> tuple[str, str, str, str]:
    kind, person, criterion, first = key
    return person, kind, criterion, str(first or "")


def _keyed(statements: Statements) -> dict[_Key, Any]:
    keyed: dict[_Key, Any] = {}
    values = AssessmentValue.of_frame(statements.assessments)
    days = records(statements.assessments, ("resident", "date"))
    for (resident, day), value in zip(days, values, strict=True):
        keyed[ASSESSMENT, resident, "", day] = value
    for resident, criterion, start, end in records(statements.instability, contracts.INSTABILITY):
        keyed[INSTABILITY, resident, criterion, start] = (end,)
    for staff, qn, role, certificates, start, end in records(statements.staff, contracts.STAFF):
        keyed[LEVEL, staff, "", start] = (qn, role, certificates, end)
    for resident, grade, start in records(statements.grades, contracts.GRADES):
        keyed[GRADE, resident, "", start] = (grade,)
    for resident, ward, start in records(statements.wards, WARDS):
        keyed[WARD, resident, "", start] = (ward,)
    for resident, start, end in records(statements.stays, STAYS):
        keyed[STAY, resident, "", start] = (end,)
    return keyed
