"""What an importer reports about a file: one finding per place, in a sentence a reader can act on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding matters. Only an error costs the row (or the cell) it names."""

    ERROR = "Fehler"
    WARNING = "Warnung"
    NOTICE = "Hinweis"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know or to repair.

    Attributes
    ----------
    severity
        Error (not taken), warning (taken, flagged) or notice.
    code
        Stable short name of the kind of finding, for filters and tests, such as "intervention-unbekannt".
    message
        German sentence: what is the matter with this value.
    repair
        German sentence: what to do about it.
    file, sheet
        Where: file name without path, sheet name ("" where the file is refused before sheets are known).
    row
        Row as the spreadsheet program counts it (headings in row 1), the first of several; 0 = the sheet as a whole.
    column
        Heading as it is in the file; "" = the row as a whole.
    value
        The cell as it stood, as text.
    count
        How many rows the finding covers: those with the same value, or those one sentence is about.
    letter
        The column as the spreadsheet program calls it; "" = the row as a whole, or no column of a sheet.
    rows
        The first of several rows with the same value, ``row`` included; blank where there is one.
    """

    severity: Severity
    code: str
    message: str
    repair: str
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    count: int = 1
    letter: str = ""
    rows: tuple[int, ...] = ()

    @property
    def where(self) -> str:
        """Where in the sheet, German: "Zeile 5", "Zeilen 5, 9, 12 und 40 weitere"; "" = the sheet as a whole."""
        if not self.row:
            return ""
        if not self.rows:
            return f"Zeile {self.row}"
        named, rest = ", ".join(map(str, self.rows)), self.count - len(self.rows)
        return f"Zeilen {named}" + (f" und {rest} weitere" if rest > 0 else "")


class Problem(Exception):  # noqa: N818 - a finding without its place, not a failure of the program
    """What is the matter with a value, and what to do about it.

    Attributes
    ----------
    taken
        The value that holds nevertheless, None = the default of the column.
    """

    def __init__(self, severity: Severity, code: str, message: str, repair: str, taken: Any = None) -> None:
        super().__init__(code)
        self.taken = taken
        self.severity, self.code, self.message, self.repair = severity, code, message, repair

    def at(self, **place: Any) -> Finding:
        """Return the finding with its place: ``file``, ``sheet``, ``row`` and the others of :class:`Finding`."""
        return Finding(self.severity, self.code, self.message, self.repair, **place)


def error(code: str, message: str, repair: str) -> Problem:
    """Return a problem that costs the row or the cell."""
    return Problem(Severity.ERROR, code, message, repair)


def warning(code: str, message: str, repair: str, taken: Any = None) -> Problem:
    """Return a problem of a value that is taken nevertheless."""
    return Problem(Severity.WARNING, code, message, repair, taken)


def notice(code: str, message: str, repair: str) -> Problem:
    """Return something to know."""
    return Problem(Severity.NOTICE, code, message, repair)


class UnreadableError(Exception):
    """The input is refused as a whole. The message is one German sentence on what to do."""


class NoTableError(UnreadableError):
    """The file is sound, but of a kind that holds no tables: a picture, a letter."""


class PasswordNeededError(UnreadableError):
    """A file opens with a password alone, and none was given or another one.

    Attributes
    ----------
    file
        Its name, the key of the password that is to be given.
    wrong
        True if a password was given and does not open the file.
    """

    def __init__(self, file: str, *, wrong: bool) -> None:
        reason = "Das Kennwort passt nicht zur Datei" if wrong else "Es fehlt das Kennwort für die Datei"
        super().__init__(f"{reason} „{file}“. Bitte geben Sie es ein oder speichern Sie die Datei ohne Kennwort.")
        self.file, self.wrong = file, wrong
