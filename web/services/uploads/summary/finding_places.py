"""Where findings are, and of which kind: what pages show without the vault, and to whom no cell may be quoted (X10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from importers.findings import Severity
from importers.sheets.template_columns import SHEETS
from web.store.models import FindingPlaces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from importers.findings import Finding

MOST: Final = 2000
"""Places stored of one upload, the gravest first."""


@dataclass(frozen=True, slots=True)
class FindingPlace:
    """Where a finding is; nothing of a file is quoted.

    Attributes
    ----------
    kind
        Its code, such as "intervention-unbekannt".
    file
        Position of its file, from 1; 0 = none.
    sheet
        Name of one of our sheets; "" where a file calls it otherwise.
    row, letter
        Row and column as the spreadsheet program calls them; 0 and "" = all.
    count
        How many rows it is about.
    """

    severity: Severity
    kind: str
    file: int
    sheet: str
    row: int
    letter: str
    count: int

    @property
    def where(self) -> str:
        """Return the place in words."""
        parts = (
            f"Datei {self.file}" if self.file else "",
            self.sheet,
            f"Zeile {self.row}" if self.row else "",
            f"Spalte {self.letter}" if self.letter else "",
        )
        return ", ".join(filter(None, parts))


def store(session: Session, upload_id: int, findings: Sequence[Finding]) -> None:
    """Store the places of the findings of an upload in the open transaction, instead of those before."""
    files = {name: number for number, name in enumerate(dict.fromkeys(one.file for one in findings if one.file), 1)}
    gravest = _gravest_first(findings)[:MOST]
    places = [
        [
            one.severity.value,
            one.code,
            files.get(one.file, 0),
            one.sheet if one.sheet in SHEETS else "",
            one.row,
            one.letter,
            one.count,
        ]
        for one in gravest
    ]
    session.merge(FindingPlaces(upload_id=upload_id, places=places))


def drop(session: Session, upload_id: int, findings: Sequence[Finding], gone: Callable[[Finding], bool]) -> None:
    """Delete the places of some findings of an upload in the open transaction.

    Parameters
    ----------
    findings
        All there are now, in their order: their places stand in the order of :func:`store`.
    """
    stored = session.get(FindingPlaces, upload_id)
    if stored is not None:
        gravest = _gravest_first(findings)[: len(stored.places)]
        stored.places = [place for place, one in zip(stored.places, gravest, strict=True) if not gone(one)]


def _gravest_first(findings: Sequence[Finding]) -> list[Finding]:
    order = list(Severity)
    return sorted(findings, key=lambda one: order.index(one.severity))


def of_upload(session: Session, upload_id: int) -> list[FindingPlace]:
    """Return the places of the findings of an upload."""
    stored = session.get(FindingPlaces, upload_id)
    return [FindingPlace(Severity(severity), *rest) for severity, *rest in stored.places] if stored else []
