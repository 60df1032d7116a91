"""What uploads say and what a home answers, as plain values whose ``repr`` is Python again."""

from __future__ import annotations

import datetime as dt
from dataclasses import MISSING, dataclass, field, fields, replace

ALWAYS = dt.date.min
"""Since always: first day of what began on no day in particular."""

RESIDENT, EMPLOYEE = "resident", "staff"


class Value:
    """A record whose ``repr`` leaves out what is as usual."""

    def __repr__(self) -> str:
        parts = [(one, getattr(self, one.name)) for one in fields(self)]  # type: ignore[arg-type]
        said = [f"{one.name}={value!r}" for one, value in parts if not _usual(one, value)]
        return f"{type(self).__name__}({', '.join(said)})"


def _usual(one: object, value: object) -> bool:
    default, factory = one.default, one.default_factory  # type: ignore[attr-defined]
    return value == default if factory is MISSING else value == factory()


class AmbiguousError(Exception):
    """The rule leaves open what follows; such a sequence proves nothing."""


@dataclass(frozen=True, repr=False)
class Act(Value):
    """A performed intervention: all that makes up its content."""

    resident: str | None
    employee: str | None
    intervention: str
    day: dt.date
    minute: int | None = None
    seconds: int | None = None
    source: str | None = None
    shift: str | None = None
    ward: str | None = None
    status: str | None = None


@dataclass(frozen=True, repr=False)
class Lives(Value):
    """A row of the list of residents."""

    resident: str
    ward: str | None = None
    moved_in: dt.date | None = None
    moved_out: dt.date | None = None


@dataclass(frozen=True, repr=False)
class Assessed(Value):
    """A row of the assessments; ``cells`` are the ones recorded, findings of continence among them."""

    resident: str
    day: dt.date | None = None
    cells: tuple[tuple[str, int | str], ...] = ()
    special: bool = False


@dataclass(frozen=True, repr=False)
class Unstable(Value):
    """A row of the sheet on instability."""

    resident: str
    criterion: str
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True, repr=False)
class Grade(Value):
    """A granted Pflegegrad, 0 = none."""

    resident: str
    grade: int
    first: dt.date | None = None


@dataclass(frozen=True, repr=False)
class Level(Value):
    """A row of the list of staff."""

    employee: str
    qn: int
    first: dt.date | None = None
    last: dt.date | None = None
    role: str | None = None
    certificates: str = ""
    hours: int | None = None


@dataclass(frozen=True, repr=False)
class Duty(Value):
    """A duty, in minutes since midnight of the day it begins on."""

    employee: str
    day: dt.date
    start: int
    end: int
    ward: str | None = None


@dataclass(frozen=True, repr=False)
class File(Value):
    """What a file says; ``lives`` and ``levels`` None = it has no such sheet.

    ``faulty`` are the days of rows of acts that were left out, None = a row without a readable day; ``without`` are the
    columns that the list of staff does not have: "role", "certificates".
    """

    acts: tuple[Act, ...] = ()
    lives: tuple[Lives, ...] | None = None
    assessed: tuple[Assessed, ...] = ()
    unstable: tuple[Unstable, ...] = ()
    levels: tuple[Level, ...] | None = None
    duties: tuple[Duty, ...] = ()
    faulty: tuple[dt.date | None, ...] = ()
    without: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()

    def first_day(self) -> dt.date | None:
        """Return the first day of its acts and duties."""
        return min([one.day for one in (*self.acts, *self.duties)], default=None)

    def meaning(self, meant: dict[tuple[str, str], str]) -> File:
        """Return the same with persons resolved."""

        def who(kind: str, name: str | None) -> str | None:
            while name is not None and (kind, name) in meant:
                name = meant[kind, name]
            return name

        def of_resident(rows: tuple) -> tuple:
            return tuple(replace(row, resident=who(RESIDENT, row.resident)) for row in rows)

        def of_employee(rows: tuple) -> tuple:
            return tuple(replace(row, employee=who(EMPLOYEE, row.employee)) for row in rows)

        return File(
            of_employee(of_resident(self.acts)),
            None if self.lives is None else of_resident(self.lives),
            of_resident(self.assessed),
            of_resident(self.unstable),
            None if self.levels is None else of_employee(self.levels),
            of_employee(self.duties),
            self.faulty,
            self.without,
            of_resident(self.grades),
        )


@dataclass(frozen=True, repr=False)
class Choice(Value):
    """What the user chose for an upload."""

    pairing: str = "sure"
    first: dt.date | None = None
    last: dt.date | None = None
    wards: tuple[str, ...] = ()
    persons_complete: bool = False
    since: dt.date | None = None
    always: bool = False


@dataclass(frozen=True, repr=False)
class Applied(Value):
    """An effective upload: its files, the choice, and the upload it repairs."""

    name: str
    files: tuple[File, ...]
    choice: Choice
    repairs: str | None = None

    def meaning(self, meant: dict[tuple[str, str], str]) -> Applied:
        """Return the same with persons resolved."""
        return replace(self, files=tuple(one.meaning(meant) for one in self.files))


@dataclass(frozen=True, repr=False)
class SetByHand(Value):
    """A level set by hand; ``resident`` None = for the whole home."""

    name: str
    resident: str | None
    intervention: str
    level: int
    first: dt.date
    last: dt.date


@dataclass
class Statements:
    """What is stated of persons, by key."""

    assessed: dict[tuple[str, dt.date], tuple[dict[str, int | str], bool]] = field(default_factory=dict)
    unstable: dict[tuple[str, str, dt.date], dt.date | None] = field(default_factory=dict)
    levels: dict[tuple[str, dt.date], tuple] = field(default_factory=dict)
    wards: dict[tuple[str, dt.date], str] = field(default_factory=dict)
    stays: dict[tuple[str, dt.date], dt.date | None] = field(default_factory=dict)
    grades: dict[tuple[str, dt.date], int] = field(default_factory=dict)

    def ward_of(self, resident: str | None, on: dt.date) -> str | None:
        """Return the ward a resident lives in on a day."""
        begun = [(first, ward) for (who, first), ward in self.wards.items() if who == resident and first <= on]
        return max(begun)[1] if begun else None

    def moved_in(self, resident: str) -> dt.date:
        """Return the day from which an assessment without a day holds."""
        return min([first for who, first in self.stays if who == resident], default=ALWAYS)
