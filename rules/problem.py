"""Problems of a rulebook, in words that help its author to correct them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class RuleBookError(ValueError):
    """A rulebook cannot be used. The message is German and names file, entry and what would be right."""


@dataclass(frozen=True, slots=True)
class BookProblem:
    """One thing that is wrong.

    Attributes
    ----------
    file
        Name of the file, as the reader of the message knows it.
    line
        Line in the file, counted from 1; 0 = not known.
    entry
        Id of the entry, "" where the problem is that of the whole file.
    message
        What is wrong and what would be right, in German.
    """

    file: str
    line: int
    entry: str
    message: str

    def __str__(self) -> str:
        """Return the problem as one German sentence with its place."""
        line = f", Zeile {self.line}" if self.line else ""
        entry = f", Eintrag {self.entry}" if self.entry else ""
        return f"{self.file}{line}{entry}: {self.message}"


def closest(word: str, vocabulary: Iterable[str]) -> str:
    """Return the known word the author may have meant, "" for none; case is ignored."""
    by_case = {name.casefold(): name for name in vocabulary}
    nearest = difflib.get_close_matches(word.casefold(), list(by_case), 1)
    return by_case[nearest[0]] if nearest else ""
