"""Where a statement of a rulebook comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a statement comes from: a source, or our own setting with a certainty and a reason.

    Attributes
    ----------
    source
        Citation with section or page; "" for an own setting.
    reason
        The reason for the entry.
    certainty
        How sure we are that the entry is right, in per cent.
    checked
        Day on which the entry was last compared with its source.
    """

    source: str
    reason: str
    certainty: int
    checked: date

    @property
    def text(self) -> str:
        """Return the citation as a reader sees it."""
        origin = self.source or "eigene Setzung"
        return f"{origin} ({self.certainty} % sicher): {self.reason}"
