"""The catalogue of interventions: plain, frozen entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from rules.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Accepts:
    """A certificate that allows a lower level to perform an intervention: ``LG2`` from QN 3 on."""

    certificate: str
    from_level: int

    def __str__(self) -> str:
        return f"{self.certificate} ab QN {self.from_level}"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One entry of the catalogue. ``id`` is text: 4.10 is not 4.1."""

    id: str
    group: str
    title: str
    title_status: str
    kind: str
    bi_items: tuple[str, ...]
    base: int
    reserved: bool
    accepts: Accepts | None
    note: str
    valid_from: date
    valid_until: date | None
    provenance: Provenance

    @property
    def source(self) -> str:
        """Return the citation of the entry."""
        return self.provenance.text
