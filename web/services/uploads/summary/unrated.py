"""How much of the work cannot be rated once an upload is stored, and which level is unknown there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pebem.measures import Amount
from web.services.analysis import overview

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class UnknownLevel:
    """Work of which one level is unknown.

    Attributes
    ----------
    kind
        ``soll``: the level called for; ``ist``: that of the person.
    share
        Of all work of the days concerned, in minutes where there are any.
    unnamed
        How many of its interventions lack what is looked for first: an assessment, an employee with a level.
    """

    kind: str
    share: float
    count: int
    unnamed: int


@dataclass(frozen=True, slots=True)
class Unrated:
    """Work that cannot be rated on the days an upload changes.

    Attributes
    ----------
    share
        Of the whole; in minutes where ``in_minutes``, else in interventions.
    levels
        Which level is unknown, the larger share first; of some work it is both.
    """

    share: float
    in_minutes: bool
    levels: tuple[UnknownLevel, ...]


def unrated(effects: Mapping[str, Any] | None) -> Unrated | None:
    """Return what cannot be rated according to a preview; None where there is nothing, or it says nothing about it."""
    after = (effects or {}).get("after", {})
    if "unrated" not in after:
        return None
    whole = overview.whole_of({name: Amount(*amount) for name, amount in after["fit"].items()})
    part, coverage = whole["nicht_bewertbar"], after["coverage"]
    if not part.count:
        return None
    rated = {"soll": coverage["begutachtung"], "ist": coverage["mitarbeitende"]}
    levels = []
    for kind, (count, seconds) in after["unrated"].items():
        share = seconds / whole.seconds if whole.seconds else count / whole.count
        if count:
            levels.append(UnknownLevel(kind, share, count, coverage["counted"] - rated[kind]))
    levels.sort(key=lambda level: -level.share)
    return Unrated(part.share, whole.in_minutes, tuple(levels))
