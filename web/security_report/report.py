"""The report: each row of docs/security.md with its state and proof, and what was found at this installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from web.security_report import inspection, rows
from web.security_report.of_installation import INSTALLATION
from web.security_report.of_tenants import TENANTS
from web.services import clock
from web.serving.installation_checks import Verdict
from web.wording import security_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from web.security_report.inspection import Inspection
    from web.security_report.rows import SecurityRow
    from web.serving.installation_checks import CheckResult

GROUPS: Final = (INSTALLATION, TENANTS)

TO_DO: Final = "zu tun"
UNKNOWN: Final = "nicht prüfbar"
IN_ORDER: Final = "in Ordnung"
NOTHING: Final = "nichts zu prüfen"
HERE: Final = (TO_DO, UNKNOWN, IN_ORDER, NOTHING)
"""How it stands with a row at this installation, the worst first."""

_WORDS: Final = {
    Verdict.REFUSED: TO_DO,
    Verdict.WARNING: TO_DO,
    Verdict.UNKNOWN: UNKNOWN,
    Verdict.GOOD: IN_ORDER,
}


def here(results: Sequence[CheckResult]) -> str:
    """Return how it stands with what some checks found: one of ``HERE``."""
    return min((_WORDS[one.verdict] for one in results), key=HERE.index, default=NOTHING)


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A row with what was found here."""

    row: SecurityRow
    results: tuple[CheckResult, ...]

    @property
    def holds(self) -> str:
        """What must hold, a German sentence."""
        return security_rows.HOLDS[self.row.id]

    @property
    def open(self) -> str:
        """What of it is not shown; "" for nothing."""
        return security_rows.OPEN.get(self.row.id, "")

    @property
    def state(self) -> str:
        """How far it is shown: one of the words of ``rows.STATES``."""
        return rows.STATES[self.row.state]

    @property
    def here(self) -> str:
        """How it stands with it at this installation: one of ``HERE``."""
        return here(self.results)


@dataclass(frozen=True, slots=True)
class SecurityReport:
    """All rows, and when they were looked at."""

    at: datetime
    rows: tuple[ReportedRow, ...]
    results: tuple[CheckResult, ...]

    @property
    def to_do(self) -> list[CheckResult]:
        """What is not in order, each once."""
        return [one for one in self.results if _WORDS[one.verdict] == TO_DO]

    @property
    def unknown(self) -> list[CheckResult]:
        """What could not be checked, each once."""
        return [one for one in self.results if _WORDS[one.verdict] == UNKNOWN]


def make(subject: Inspection) -> SecurityReport:
    """Look at an installation and report."""
    results = tuple(inspection.carry_out(subject, GROUPS))
    reported = tuple(ReportedRow(row, tuple(one for one in results if row.id in one.rows)) for row in rows.load())
    return SecurityReport(clock.now(), reported, results)


def is_for_operator(result: CheckResult) -> bool:
    """Return whether the administration of the operator of homes can do what is to be done."""
    return result.name in TENANTS.checks
