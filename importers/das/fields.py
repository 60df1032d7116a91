"""The fields of a DAS file as listed in ``fields.yaml``, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from importers.findings import Severity

Value: TypeAlias = int | str
Record: TypeAlias = Mapping[str, str]
"""Field -> value as it stands, without blanks around it; fields without a value are absent."""

RESIDENT, WARD, ASSESSED, MOVED_IN = "IDBEWOHNER", "WOHNBEREICH", "ERHEBUNGSDATUM", "EINZUGSDATUM"
GRADE, EXCLUDED = "PFLEGEGRAD", "AUSSCHLUSSGRUND"
DAYS: Final = (ASSESSED, MOVED_IN)


@dataclass(frozen=True, slots=True)
class DasField:
    """A field about the assessment.

    Attributes
    ----------
    scale
        Value in the file -> value of the cell.
    cell
        Column of ``Begutachtungen`` it goes to; "" = it decides about another one.
    missing, listed, typed
        Official rules it breaks when it is empty (0: it may be), not among its values, not of its type.
    """

    scale: Mapping[str, Value]
    cell: str
    missing: int
    listed: int
    typed: int


@dataclass(frozen=True, slots=True)
class DasCondition:
    """Which records something applies to: all parts have to hold; see the file for their meaning."""

    among: Mapping[str, tuple[str, ...]]
    not_among: Mapping[str, tuple[str, ...]]
    empty: tuple[str, ...]
    present: tuple[str, ...]

    def holds(self, record: Record) -> bool:
        """Return whether all parts hold for a record."""
        return (
            all(record.get(field) in values for field, values in self.among.items())
            and all(record.get(field) not in values for field, values in self.not_among.items())
            and not any(field in record for field in self.empty)
            and all(field in record for field in self.present)
        )


@dataclass(frozen=True, slots=True)
class DasPoints:
    """Where the points of an item behind a gate come from: from a field, or as listed here."""

    cell: str
    when: DasCondition
    source: str
    points: int


@dataclass(frozen=True, slots=True)
class DasGate:
    """A rule among several fields."""

    rule: int
    field: str
    excluded: bool
    when: DasCondition
    severity: Severity
    message: str
    repair: str


@dataclass(frozen=True, slots=True)
class DayOrder:
    """A rule about two days; ``than`` is a field, "heute" or "stichtag"."""

    rule: int
    field: str
    records: str
    when: DasCondition
    later: bool
    than: str
    offset: int
    message: str


@dataclass(frozen=True, slots=True)
class DasSpecification:
    """All of the file; ``unread`` are elements that are known and never stored."""

    namespace: str
    versions: Mapping[str, str]
    fields: Mapping[str, DasField]
    points: tuple[DasPoints, ...]
    gates: tuple[DasGate, ...]
    orders: tuple[DayOrder, ...]
    unread: frozenset[str]

    @property
    def taken(self) -> frozenset[str]:
        """Fields that are read: those that are stored, and those that decide about them."""
        return frozenset(self.fields) | {RESIDENT, WARD, ASSESSED, MOVED_IN, GRADE, EXCLUDED}


@cache
def specification() -> DasSpecification:
    """Return the content of ``fields.yaml``."""
    raw = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    scales = {name: scale["werte"] for name, scale in raw["skalen"].items()}
    return DasSpecification(
        namespace=raw["namensraum"],
        versions=raw["fassungen"],
        fields={
            name: DasField(
                scales[entry["skala"]], entry.get("zelle", ""), entry.get("fehlt", 0), entry["liste"], entry["typ"]
            )
            for name, entry in raw["felder"].items()
        },
        points=tuple(
            DasPoints(entry["zelle"], _condition(entry), entry.get("aus", ""), entry.get("punkte", 0))
            for entry in raw["punkte"]
        ),
        gates=tuple(
            DasGate(
                entry["nr"],
                entry["feld"],
                entry.get("mds", False),
                _condition(entry),
                Severity(entry["schwere"]),
                entry["satz"],
                entry["abhilfe"],
            )
            for entry in raw["weichen"]
        ),
        orders=tuple(
            DayOrder(
                entry.get("nr", 0),
                entry["feld"],
                entry["in"],
                _condition(entry),
                entry["liegt"] == "nach",
                entry["als"],
                entry.get("tage", 0),
                entry["satz"],
            )
            for entry in raw["tage"]
        ),
        unread=frozenset(f"{raw['ungelesen']} {raw['rahmen']}".split()),
    )


def _condition(raw: Mapping[str, Any]) -> DasCondition:
    def values(key: str) -> dict[str, tuple[str, ...]]:
        return {field: tuple(listed) for field, listed in raw.get(key, {}).items()}

    return DasCondition(values("ist"), values("nicht"), tuple(raw.get("leer", ())), tuple(raw.get("da", ())))
