"""A home as the rule has it: nothing is stored but uploads and answers, and everything follows from them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from . import acts, statements
from .records import RESIDENT, Act, Applied, Choice, Duty, File, SetByHand, Statements

if TYPE_CHECKING:
    from collections import Counter


class HomeHistory:
    """The effective uploads of a home, in order, and what it was answered.

    Attributes
    ----------
    meant
        Kind and number of a person -> the number he or she is merged into.
    books
        First day -> base levels of interventions that differ from the built-in rulebook, the last decision of a day.
    """

    def __init__(self) -> None:
        self.uploads: list[Applied] = []
        self.meant: dict[tuple[str, str], str] = {}
        self.set_by_hand: list[SetByHand] = []
        self.books: dict[dt.date, dict[str, int]] = {}

    def store(self, name: str, files: tuple[File, ...], choice: Choice, repairs: str | None = None) -> None:
        """Apply an upload."""
        self.uploads.append(Applied(name, files, choice, repairs))

    def undo(self, name: str) -> None:
        """Take an upload back."""
        self.uploads = [one for one in self.uploads if one.name != name]

    def merge(self, kind: str, person: str, into: str) -> None:
        """Say that one number is another person's."""
        self.meant[kind, person] = into

    def part(self, kind: str, person: str) -> None:
        """Take a merge back."""
        del self.meant[kind, person]

    def withdraw(self, name: str) -> None:
        """Take back a level set by hand, as if it had never been set."""
        self.set_by_hand = [one for one in self.set_by_hand if one.name != name]

    def resolved(self) -> list[Applied]:
        """Return the uploads with persons resolved."""
        return [one.meaning(self.meant) for one in self.uploads] if self.meant else self.uploads

    def person(self, kind: str, name: str) -> str:
        """Return whom a number means."""
        while (kind, name) in self.meant:
            name = self.meant[kind, name]
        return name

    def statements(self) -> Statements:
        """Return what is stated of persons."""
        return statements.statements_of(self.resolved())

    def known(self) -> tuple[set[str], set[str]]:
        """Return known residents and employees."""
        return statements.known(self.resolved())

    def named(self, kind: str) -> set[str]:
        """Return the residents or employees that effective uploads name, by the numbers in their files."""
        files = [file for one in self.uploads for file in one.files]
        if kind == RESIDENT:
            rows = [row for file in files for row in (*file.acts, *(file.lives or ()), *file.assessed, *file.unstable)]
            return {row.resident for row in rows if row.resident is not None}
        rows = [row for file in files for row in (*file.acts, *(file.levels or ()), *file.duties)]
        return {row.employee for row in rows if row.employee is not None}

    def acts(self) -> Counter[Act]:
        """Return the stored acts."""
        return acts.acts_of(self.resolved(), lambda who, on: self.statements().ward_of(who, on))

    def duties(self) -> set[Duty]:
        """Return the stored duties."""
        return acts.duties_of(self.resolved())

    def hours(self) -> list[str]:
        """Return the uploads whose weekly hours count, newest first."""
        counted: list[str] = []
        named: set[str] = set()
        for one in reversed(self.resolved()):
            staff = [row for file in one.files for row in file.levels or ()]
            people = {row.employee for row in staff}
            if any(row.hours is not None for row in staff) and not people & named:
                counted.append(one.name)
                named |= people
        return counted
