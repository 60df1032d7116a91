"""The rows of docs/security.md."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tests.support.product import ROOT

PAGE: Final = ROOT / "docs" / "security.md"
NAMED: Final = re.compile(r"(?P<path>tests/[\w/]+\.py)::(?P<test>\w+)")

_ROW: Final = re.compile(
    r"^\| (?P<id>[A-Z]\d+) \| (?P<what>[^|]+) \| (?P<state>[^|]*) \| (?P<proof>[^|]*) \|$", re.MULTILINE
)


class SecurityRow(NamedTuple):
    """A row of the page."""

    id: str
    what: str
    state: str
    proof: str


ROWS: Final = [SecurityRow(*found) for found in _ROW.findall(PAGE.read_text(encoding="utf-8"))]
