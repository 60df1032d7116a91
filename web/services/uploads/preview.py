"""What an upload would change: it is applied in a transaction that is rolled back, so the preview cannot differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from sqlalchemy import select

from pebem.contracts import DONE
from pebem.engine.day_numbers import number_of
from pebem.engine.decode import COVERAGE_COUNTS
from pebem.fit_classes import FIT_CLASSES, OUTCOME_COLUMNS
from web.services.people import frames, master_data, pseudonyms
from web.services.uploads import apply
from web.store import vault
from web.store.models import Home, Label, Resident
from web.store.result import repository
from web.store.result.packed import FormatError
from web.store.work.row_bytes import unpack

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from importers import ReadFiles
    from pebem.contracts import Tables
    from pebem.engine.coded_table import CodedTable
    from web.services.analysis.row_changes import Contents
    from web.services.uploads.apply import AppliedChanges, ApplyChoice
    from web.settings import Settings
    from web.store.databases import Databases

SHOWN: Final = 200
"""Changed rows that are shown one by one."""

_PARTS: Final = {
    "seconds": "Minuten",
    "source": "Quelle der Minuten",
    "status": "Status",
    "staff_id": "Person",
    "shift": "Schicht",
    "ward": "Wohnbereich",
}
_FIT: Final = OUTCOME_COLUMNS.index("fit")

Figures = tuple["CodedTable | None", "CodedTable | None"]


def preview_upload(
    databases: Databases, settings: Settings, home_id: int, result: ReadFiles, choice: ApplyChoice
) -> dict[str, Any]:
    """Return what storing an upload would change, as it is stored with the upload until it is decided about.

    Nothing is stored, not even pseudonyms of people who have none yet.
    """
    with databases.vault_reading() as of_vault:
        tables = _under_pseudonyms(of_vault, settings, home_id, result.tables)
    with databases.writing() as session:
        session.execute(select(Home.id).where(Home.id == home_id).with_for_update())
        connection, before = session.connection(), figures(session.connection(), home_id)
        known = master_data.known(session, home_id)
        taken = apply.apply_upload(session, home_id, 0, tables, choice, lambda _: None, dry=True)
        found, after = taken.difference, figures(connection, home_id)
        named = {str(one) for frame, key in _about(tables) for one in frame[key].dropna().unique()}
        weighed = {
            "new": len(found.new),
            "changed": len(found.after),
            "unchanged": found.unchanged,
            "removed": len(found.missing),
            "digest": taken.digest,
            "duties": _rosters(taken, tables),
            "kinds": _kinds(found.before, found.after),
            "changes": _changes(session, home_id, found.before[:SHOWN], found.after[:SHOWN]),
            "people_new": len(named - known),
            "people_again": len(named & known),
            "wards": _wards(session, home_id, before, after),
            **fit_and_coverage(before, after, taken.days),
        }
        session.rollback()
    return weighed


def figures(connection: Connection, home_id: int) -> Figures:
    """Return the stored sums by day and the coverage of a home; None where there are none, or they cannot be read."""
    try:
        return (
            repository.read(connection, home_id, repository.DAYS),
            repository.read(connection, home_id, repository.COVERAGE),
        )
    except FormatError:
        return None, None


def fit_and_coverage(before: Figures, after: Figures, days: Iterable[date] | None) -> dict[str, Any]:
    """Return fit and coverage of some days (None = all) before and after: counts and seconds, ratios come last."""
    chosen = None if days is None else np.array(sorted(number_of(day) for day in days), np.int64)
    return {
        "days": None if chosen is None else len(chosen),
        "before": _sums(before, chosen),
        "after": _sums(after, chosen),
    }


def _sums(found: Figures, days: Any) -> dict[str, Any]:
    of_days, coverage = (
        one if one is None or days is None else one[np.isin(one.columns["day"], days)] for one in found
    )
    fit: dict[Any, list[int]] = {name: [0, 0] for name in FIT_CLASSES}
    if of_days is not None:
        code = of_days.columns["outcome"]
        for position, outcome in enumerate(of_days.labels["outcome"]):
            here = code == position
            for i, name in enumerate(("count", "seconds")):
                fit[cast("tuple[Any, ...]", outcome)[_FIT]][i] += int(of_days.columns[name][here].sum())
    counts = {name: int(coverage.columns[name].sum()) if coverage is not None else 0 for name in COVERAGE_COUNTS}
    return {"fit": fit, "coverage": counts}


def _rosters(taken: AppliedChanges, tables: Tables) -> dict[str, int]:
    return taken.rosters.as_json | {"nameless": int(tables.duties["staff"].isna().sum())}


def _about(tables: Tables) -> list[tuple[pd.DataFrame, str]]:
    return [
        (tables.residents, "resident"),
        (tables.assessments, "resident"),
        (tables.instability, "resident"),
        (tables.staff, "staff"),
    ]


def _under_pseudonyms(session: Session, settings: Settings, home_id: int, tables: Tables) -> Tables:
    """Return frames with pseudonyms; people without one get a temporary sign."""
    for kind, key in ((vault.RESIDENT, "resident"), (vault.STAFF, "staff")):
        numbers = frames.numbers_of(tables, key)
        known = pseudonyms.existing(session, settings, home_id, kind, numbers)
        names = {number: known.get(number, f"?{kind[:1]}{i}") for i, number in enumerate(numbers)}
        tables = frames.renamed(tables, key, names)
    return tables


def _wards(session: Session, home_id: int, before: Figures, after: Figures) -> list[str]:
    """Return the wards of a home, those an upload names and those it would empty included."""
    lived = session.scalars(select(Resident.ward).where(Resident.home_id == home_id, Resident.ward.is_not(None)))
    worked = {str(one) for _, found in (before, after) if found for one in found.labels["ward"] if one}
    return sorted({*lived, *worked} - {None})


def _kinds(before: Contents, after: Contents) -> dict[str, int]:
    """Return in how many rows each part differs, by its German word."""
    old, new = unpack(before.tobytes()), unpack(after.tobytes())
    counts = {word: int((old[name] != new[name]).sum()) for name, word in _PARTS.items()}
    return {word: count for word, count in counts.items() if count}


def _changes(session: Session, home_id: int, before: Contents, after: Contents) -> list[dict[str, Any]]:
    """Return rows side by side in words. Who did the work is not shown, only that it was another person."""
    old, new = unpack(before.tobytes()), unpack(after.tobytes())
    labels = dict(session.execute(select(Label.id, Label.text).where(Label.home_id == home_id)).all())
    residents = dict(session.execute(select(Resident.id, Resident.pseudonym).where(Resident.home_id == home_id)).all())

    def text(name: str, number: int) -> str:
        match name:
            case "seconds":
                return f"{(number - 1) / 60:g}".replace(".", ",") if number else "–"
            case "status":
                return labels.get(number, DONE)
            case _:
                return labels.get(number, "–")

    rows = []
    for i in range(len(before)):
        parts = [
            [word, *(("", "") if name == "staff_id" else (text(name, int(row[name][i])) for row in (old, new)))]
            for name, word in _PARTS.items()
            if old[name][i] != new[name][i]
        ]
        rows.append(
            {
                "resident": residents.get(int(old["resident_id"][i]), ""),
                "day": int(old["day"][i]),
                "minute": int(old["minute"][i]) - 1,
                "intervention": labels.get(int(old["intervention"][i]), ""),
                "parts": parts,
            }
        )
    return rows
