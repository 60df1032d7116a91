"""What time it is: moments in UTC, days in Europe/Berlin."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

BERLIN: Final = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the day it is in Germany."""
    return datetime.now(BERLIN).date()


def format_moment(moment: datetime) -> str:
    """Return a moment as German pages write it: 21.11.2026, 17:20 Uhr."""
    return f"{moment.astimezone(BERLIN):%d.%m.%Y, %H:%M} Uhr"
