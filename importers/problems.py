"""What can be the matter with a value, before it has a place."""

from __future__ import annotations

from typing import Any

from importers.findings import Finding, Severity


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
        """Return the finding that says where: ``file``, ``sheet``, ``row`` and the others of :class:`Finding`."""
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
