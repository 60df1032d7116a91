"""Statements and acts of deliveries as a test writes them down, and what follows from them as plain rows."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any, Final

import numpy as np

from pebem import contracts
from pebem.contracts import ITEM_MISSING, Tables
from pebem.history.acts import Contents
from pebem.history.contents import NUMBERS, pack, unpack
from pebem.history.frames import records, typed
from pebem.history.statements import ASSESSMENT_COLUMNS, STAYS, WARDS, Delivery, Statements, UploadStatements, fold
from rules.vocabulary import ASSESSMENT_CELLS, NO_FINDING
from tests.support.pebem.frames import framed


def on(text: str | None) -> date | None:
    """Return a day of 2026, written "02-01"; None stays None."""
    return None if text is None else date.fromisoformat(f"2026-{text}")


def assessed(resident: str, day: str | None, *, special: int = 0, **cells: int) -> tuple[Any, ...]:
    """Return an assessment with some cells, written "c1_1" for "1.1", or "urine" and "stool"."""
    named = {name.removeprefix("c").replace("_", "."): value for name, value in cells.items()}
    findings = [named.pop(name, NO_FINDING) for name in ("urine", "stool")]
    points = dict.fromkeys(ASSESSMENT_CELLS, ITEM_MISSING) | named
    return (resident, on(day), *findings, special, *points.values())


def delivery(cover: str | None = None, *, unstated: tuple[str, ...] = (), **rows: list[tuple[Any, ...]]) -> Delivery:
    """Return what a file states; rows as in the contracts, days written "02-01".

    ``residents`` may be short: (resident, ward, moved in, moved out); so may ``grades`` and ``staff``: (staff, qn,
    first day, last day) or with role and certificates after the level.
    """
    people = [(*row, None, None, None)[:4] for row in rows.get("residents", [])]
    staff = [row if len(row) == 6 else (*row[:2], None, "", *row[2:], None, None)[:6] for row in rows.get("staff", [])]
    unstable = [(*row, None, None)[:4] for row in rows.get("instability", [])]
    frames = {
        "residents": typed([(*row[:2], on(row[2]), on(row[3])) for row in people], contracts.RESIDENTS),
        "assessments": typed(rows.get("assessments", []), ASSESSMENT_COLUMNS),
        "instability": typed([(*row[:2], on(row[2]), on(row[3])) for row in unstable], contracts.INSTABILITY),
        "staff": typed([(*row[:4], on(row[4]), on(row[5])) for row in staff], contracts.STAFF),
    }
    granted = [(*row, None)[:3] for row in rows.get("grades", [])]
    frames["grades"] = typed([(*row[:2], on(row[2])) for row in granted], contracts.GRADES)
    return Delivery(**frames, cover=on(cover), unstated=frozenset(unstated))


def folded(*uploads: Delivery | UploadStatements) -> Statements:
    """Return what holds after some uploads; a delivery alone is an upload of one file."""
    return fold([one if isinstance(one, UploadStatements) else UploadStatements((one,)) for one in uploads])


def levels(stated: Statements) -> list[tuple[Any, ...]]:
    """Return employee, level, role, certificates, first and last day."""
    return [(*row[:4], *map(_short, row[4:])) for row in records(stated.staff, contracts.STAFF)]


def wards(stated: Statements) -> list[tuple[Any, ...]]:
    """Return resident, ward and first day."""
    return [(*row[:2], _short(row[2])) for row in records(stated.wards, WARDS)]


def grades(stated: Statements) -> list[tuple[Any, ...]]:
    """Return resident, granted grade and first day."""
    return [(*row[:2], _short(row[2])) for row in records(stated.grades, contracts.GRADES)]


def stays(stated: Statements) -> list[tuple[Any, ...]]:
    """Return resident, first and last day."""
    return [(row[0], *map(_short, row[1:])) for row in records(stated.stays, STAYS)]


def residents(stated: Statements) -> list[tuple[Any, ...]]:
    """Return resident, ward, first and last day."""
    return [(*row[:2], *map(_short, row[2:])) for row in records(stated.residents, contracts.RESIDENTS)]


def unstable(stated: Statements) -> list[tuple[Any, ...]]:
    """Return resident, criterion, first and last day."""
    return [(*row[:2], *map(_short, row[2:])) for row in records(stated.instability, contracts.INSTABILITY)]


def assessments(stated: Statements) -> list[tuple[Any, ...]]:
    """Return resident, day, special and the cells that are recorded."""
    found = []
    for row in records(stated.assessments, ASSESSMENT_COLUMNS):
        named = dict(zip(ASSESSMENT_COLUMNS, row, strict=True))
        cells = {name: named[name] for name in ASSESSMENT_CELLS if named[name] != ITEM_MISSING}
        for short in ("urine", "stool"):
            if (finding := named[f"continence_{short}"]) != NO_FINDING:
                cells[short] = finding
        found.append((named["resident"], _short(named["date"]), named["special"], cells))
    return found


def _short(day: date | None) -> str | None:
    return None if day is None else f"{day:%m-%d}"


ACT: Final = {
    "day": date(2026, 1, 12).toordinal(),
    "resident_id": 1,
    "staff_id": 1,
    "intervention": 1,
    "minute": 421,
    "seconds": 601,
    "source": 1,
    "shift": 1,
    "ward": 0,
    "status": 0,
}
"""Ten minutes of work of the first employee for the first resident, at 07:00 in the first shift."""


def acts(*rows: dict[str, int]) -> Contents:
    """Return contents, in order: each row says in what it differs from ``ACT``."""
    columns = {name: np.array([{**ACT, **row}[name] for row in rows], np.int64) for name in NUMBERS}
    return np.sort(pack(columns))


def differing(contents: Contents) -> Counter[tuple[tuple[str, int], ...]]:
    """Return rows by what differs from ``ACT``."""
    columns = unpack(contents.tobytes())
    rows = zip(*(columns[name].tolist() for name in NUMBERS), strict=True)
    return Counter(
        tuple((name, value) for name, value in zip(NUMBERS, row, strict=True) if value != ACT[name]) for row in rows
    )


def worked(*rows: tuple[Any, ...]) -> Tables:
    """Return interventions: resident, employee, intervention, day, minute of the day, seconds and ward."""
    written = [
        (resident, staff, intervention, on(day), minute, seconds, None, None, ward, None)
        for resident, staff, intervention, day, minute, seconds, ward in rows
    ]
    return Tables(interventions=framed(contracts.INTERVENTIONS, written))


def work(tables: Tables) -> list[tuple[Any, ...]]:
    """Return what :func:`worked` takes."""
    names = ("resident", "staff", "intervention", "date", "minute_of_day", "seconds", "ward")
    return [(*row[:3], _short(row[3]), *row[4:]) for row in records(tables.interventions, names)]
