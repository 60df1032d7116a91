"""What an account may do: rights, by the name pages and services ask for them."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """A right an account can have."""

    SET_LEVELS = "niveaus-festlegen"
    """Set levels in place of the rulebook's: a registered nurse (QN 4)."""
