"""Going to another day: whatever asks the clock of the application is told that one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from web.services import clock

if TYPE_CHECKING:
    import pytest


def go_to(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Make it noon of a day."""
    moment = datetime.combine(day, time(12), UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    monkeypatch.setattr(clock, "today", lambda: day)
