"""The words the rulebook and the assessment instrument are written in."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("koerper", "behandlung", "verhalten", "alltag", "organisation", "hauswirtschaft", "vorbehalt")
"""Kinds of interventions."""

KINDS_WITHOUT_RESIDENT: Final = frozenset({"organisation", "hauswirtschaft", "vorbehalt"})
"""Kinds that are rated without a resident and without an assessment."""

STATUSES: Final = ("amtlich", "rekonstruktion", "hausregel")
"""What a rulebook is: official, our reconstruction, or a home's own."""

HIGHEST_LEVEL: Final = 4
"""No rule asks for more; levels 5 to 8 of staff count as this one."""

CONTINENCE: Final = (
    "kontinent",
    "überwiegend kontinent",
    "überwiegend inkontinent",
    "komplett inkontinent",
    "Dauerkatheter/Urostoma",
    "Stoma",
)
"""Continence findings; from position 2 on they open the items 4.11 (urine) and 4.12 (stool)."""

CONTINENCE_OPENS_FROM: Final = 2

NO_FINDING: Final = -1
"""No continence finding was recorded: counts as continent."""

UNREADABLE_FINDING: Final = -2
"""A continence finding was recorded that cannot be read: whether its item counts is unknown."""

MISSING: Final = -1
"""An item or a count that was not recorded: unknown, not zero."""

_ITEMS_PER_MODULE: Final = {1: 5, 2: 11, 3: 13, 4: 13, 5: 16, 6: 6}

ITEMS: Final = tuple(f"{module}.{i}" for module, count in _ITEMS_PER_MODULE.items() for i in range(1, count + 1))
"""The 64 criteria of Anlage 1 zu § 15 SGB XI."""

GRADED_ITEMS: Final = tuple(i for i in ITEMS if i[0] in "1246" and i != "4.13")
"""Items with a grade of independence, 0 to 3."""

FREQUENCY_ITEMS: Final = tuple(i for i in ITEMS if i[0] == "3")
"""Items with a frequency, 0 to 3."""

FREQUENCIES: Final = ("täglich", "wöchentlich", "monatlich")

COUNTED_ITEMS: Final = tuple(f"5.{i}" for i in range(1, 16))
"""Criteria of module 5 that are recorded as counts per day, week and month."""

ITEMS_WITHOUT_DAILY: Final = frozenset({"5.13", "5.14", "5.15"})
"""Visits: Anlage 1 gives no points for a daily frequency."""

ASSESSMENT_CELLS: Final = tuple(
    cell for item in ITEMS for cell in ([f"{item} {f}" for f in FREQUENCIES] if item in COUNTED_ITEMS else [item])
)
"""The cells of one assessment as they are in the workbook: points, or three counts."""


def module_of(item: str) -> int:
    """Return the module (1-6) an item or cell belongs to."""
    return int(item.split(".", 1)[0])


def allowed_points(item: str) -> tuple[int, ...]:
    """Return the item points Anlage 1 allows for an item that is not recorded as counts."""
    if item == "4.8":
        return (0, 3, 6, 9)
    if item in {"4.9", "4.10"}:
        return (0, 2, 4, 6)
    if item == "4.13":
        return (0, 3, 6)
    if module_of(item) == 3:
        return (0, 1, 3, 5)
    return (0, 1, 2, 3)
