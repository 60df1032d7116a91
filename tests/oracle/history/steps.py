"""The steps of a sequence, as values whose ``repr`` is a script again, and what they do to the model."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .records import Choice, File, SetByHand, Value

if TYPE_CHECKING:
    from .model import HomeHistory


@dataclass(frozen=True, repr=False)
class Store(Value):
    """An upload is stored; ``repairs`` is the upload whose faulty rows it brings, repaired."""

    name: str
    files: tuple[File, ...]
    choice: Choice = field(default_factory=Choice)
    repairs: str = ""


@dataclass(frozen=True, repr=False)
class Undo(Value):
    """An upload is taken back."""

    name: str


@dataclass(frozen=True, repr=False)
class Merge(Value):
    """A number is said to be another person's."""

    kind: str
    person: str
    into: str


@dataclass(frozen=True, repr=False)
class Part(Value):
    """A merge is taken back."""

    kind: str
    person: str


@dataclass(frozen=True, repr=False)
class SetLevel(Value):
    """A level is set by hand."""

    level: SetByHand


@dataclass(frozen=True, repr=False)
class Withdraw(Value):
    """A level set by hand is withdrawn from its first day on."""

    name: str


@dataclass(frozen=True, repr=False)
class Book(Value):
    """A rulebook holds from a day on: the built-in one, with some base levels of its own."""

    first: dt.date
    levels: tuple[tuple[str, int], ...] = ()


Step = Store | Undo | Merge | Part | SetLevel | Withdraw | Book


def do(home: HomeHistory, step: Step) -> None:
    """Let a step happen to the model."""
    match step:
        case Store(name, files, choice, repairs):
            home.store(name, files, choice, repairs or None)
        case Undo(name):
            home.undo(name)
        case Merge(kind, person, into):
            home.merge(kind, person, into)
        case Part(kind, person):
            home.part(kind, person)
        case SetLevel(level):
            home.set_by_hand.append(level)
        case Withdraw(name):
            home.withdraw(name)
        case Book(first, levels):
            home.books[first] = dict(levels)


def possible(home: HomeHistory, step: Step) -> bool:
    """Return whether a home could be asked to do that: who a merge is about must be open, whom it means be known."""
    residents, staff = home.known()
    match step:
        case Store(repairs=repairs) if repairs:
            return any(one.name == repairs for one in home.uploads)
        case Undo(name):
            return any(one.name == name for one in home.uploads)
        case Withdraw(name):
            return any(one.name == name for one in home.set_by_hand)
        case Merge(kind, person, into):
            known = residents if kind == "resident" else staff
            named = home.named(kind)
            merged = (kind, person) in home.meant or (kind, into) in home.meant
            return not merged and person in named - known and into in known and person != into
        case Part(kind, person):
            return (kind, person) in home.meant
        case SetLevel(level):
            return level.resident is None or level.resident in home.named("resident")
    return True


def script(steps: list[Step] | tuple[Step, ...]) -> str:
    """Return a sequence as Python to paste into a test."""
    lines = "\n".join(f"    {step!r}," for step in steps)
    return f"STEPS = [\n{lines}\n]".replace("datetime.date", "dt.date")
