"""The rulebook a home works with today, loaded once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import rules
from web.services import clock

if TYPE_CHECKING:
    from datetime import date


def current(name: str) -> rules.RuleBook:
    """Return the edition of the rulebook ``name`` that holds today."""
    return _loaded(clock.today(), name)


@lru_cache(maxsize=8)
def _loaded(day: date, name: str) -> rules.RuleBook:
    return rules.load(day, name)
