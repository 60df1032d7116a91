"""One rule of a rulebook: data only, its condition is evaluated by :mod:`rules.compile`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from rules.catalogue import CatalogueEntry
    from rules.language.condition import Condition
    from rules.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: for these kinds, under this condition, at least this level.

    Attributes
    ----------
    level
        1-4, or None: the base level of the intervention.
    bars_certificates
        While this rule decides, no certificate lowers what is asked for.
    """

    id: str
    title: str
    kinds: frozenset[str]
    condition: Condition
    level: int | None
    why: str
    bars_certificates: bool
    valid_from: date
    valid_until: date | None
    provenance: Provenance

    @property
    def source(self) -> str:
        """Return the citation of the entry."""
        return self.provenance.text

    def level_for(self, intervention: CatalogueEntry) -> int:
        """Return the level this rule asks for where its condition holds."""
        return intervention.base if self.level is None else self.level
