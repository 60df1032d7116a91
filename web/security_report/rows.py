"""The rows of docs/security.md, which comes with the program: what must hold, how far it is shown, by which tests."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

PAGE: Final = Path(__file__).parents[1] / "help" / "security.md"
"""A link to the one page there is; a built package has the page itself."""

NAMED_TEST: Final = re.compile(r"(?P<path>tests/[\w/]+\.py)::(?P<test>\w+)")

STATES: Final = {"proven": "belegt", "partly": "teilweise", "absent": "fehlt"}
"""How far a row is shown, and the words for that."""

_ROW: Final = re.compile(
    r"^\| (?P<id>[A-Z]\d+) \| (?P<what>[^|]+) \| (?P<state>[^|]*) \| (?P<proof>[^|]*) \|$", re.MULTILINE
)


class SecurityRow(NamedTuple):
    """A row of the page."""

    id: str
    what: str
    state: str
    proof: str

    @property
    def tests(self) -> list[str]:
        """The tests that fail when it no longer holds."""
        return [f"{path}::{test}" for path, test in NAMED_TEST.findall(self.proof)]


@cache
def load() -> tuple[SecurityRow, ...]:
    """Return the rows in the order of the page."""
    return tuple(SecurityRow(*found) for found in _ROW.findall(PAGE.read_text(encoding="utf-8")))
