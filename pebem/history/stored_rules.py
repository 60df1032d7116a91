"""How an upload was applied, as it is stored with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pebem.history.acts import ApplyRule, CompletenessScope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pebem.history.acts import Pairing


@dataclass(frozen=True)
class StoredRule:
    """How an upload was applied.

    Attributes
    ----------
    acts
        How its rows become what is stored.
    covers
        First day each of its files has data of, in their order; None = its undated statements apply since always.
    last_day
        Last day of its rows; None = it has none.
    after_rows
        Whether its undated statements apply from the day after the rows of the uploads before it: it has none itself.
    persons_complete
        Whether it has all there is of its persons.
    unstated
        For each of its files the columns that its staff list does not have.
    repairs
        Upload whose repaired rows it contains: they count as further rows of that one. None = it repairs none.
    """

    acts: ApplyRule = field(default_factory=ApplyRule)
    covers: tuple[date | None, ...] = (None,)
    last_day: date | None = None
    after_rows: bool = False
    persons_complete: bool = False
    unstated: tuple[frozenset[str], ...] = ()
    repairs: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        scope = self.acts.scope
        return {
            "pairing": self.acts.pairing,
            "scope": scope
            and {
                "first": scope.first,
                "last": scope.last,
                "wards": None if scope.wards is None else sorted(scope.wards),
                "open_days": sorted(scope.open_days),
            },
            "covers": [cover and cover.isoformat() for cover in self.covers],
            "last_day": self.last_day and self.last_day.isoformat(),
            "after_rows": self.after_rows,
            "persons_complete": self.persons_complete,
            "unstated": [sorted(columns) for columns in self.unstated],
            "repairs": self.repairs,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> StoredRule:
        """Return the rule that :meth:`as_json` returned, or that an older version stored."""
        return cls(
            ApplyRule(pairing_of(stored), scope_of(stored)),
            tuple(_day(cover) for cover in stored.get("covers", [None])),
            _day(stored.get("last_day")),
            stored.get("after_rows", False),
            stored.get("persons_complete", False),
            _unstated(stored),
            stored.get("repairs"),
        )

    def placed(self, last_day: date | None) -> StoredRule:
        """Return the rule with the first day of its statements, given the last day of rows of the uploads before it."""
        if not self.after_rows or last_day is None:
            return self
        return replace(self, covers=(last_day + timedelta(days=1),) * len(self.covers))


def _unstated(stored: Mapping[str, Any]) -> tuple[frozenset[str], ...]:
    """Return the columns that are not there file by file; older versions stored those of the whole upload."""
    columns = stored.get("unstated", ())
    if all(isinstance(one, str) for one in columns):
        return (frozenset(columns),) * len(stored.get("covers", [None]))
    return tuple(frozenset(of_file) for of_file in columns)


def repaired_by(number: int, rules: Mapping[int, StoredRule]) -> int:
    """Return the active upload whose rows an upload repairs, at last: itself where it repairs none.

    Parameters
    ----------
    rules
        Number of each active upload -> its rule.
    """
    while (repaired := rules[number].repairs) is not None and repaired in rules:
        number = repaired
    return number


def pairing_of(stored: Mapping[str, Any]) -> Pairing:
    """Return which rows an upload replaces; older versions stored whether any."""
    return stored.get("pairing") or ("sure" if stored.get("replace", True) else "none")


def scope_of(stored: Mapping[str, Any]) -> CompletenessScope | None:
    """Return what an upload is complete for, from its stored rule."""
    scope = stored["scope"]
    if scope is None:
        return None
    wards = None if scope["wards"] is None else frozenset(scope["wards"])
    return CompletenessScope(scope["first"], scope["last"], wards, frozenset(scope.get("open_days", ())))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
