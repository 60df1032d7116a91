"""The rows of docs/security.md, as the program reads them."""

from __future__ import annotations

from typing import Final

from tests.support.product import ROOT
from web.security_report import rows

PAGE: Final = ROOT / "docs" / "security.md"
NAMED: Final = rows.NAMED_TEST
ROWS: Final = rows.load()
