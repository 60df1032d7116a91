"""What an upload would change: it is applied in a transaction that is rolled back, so the preview cannot differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from pebem.contracts import DONE
from pebem.history.contents import unpack
from web.services import clock, open_vault, periods
from web.services.history import statement_changes
from web.services.history.moved_shares import Figures, figures, fit_and_coverage
from web.services.people import frames, master_data, pseudonyms
from web.services.uploads import apply, other_home, previous_choices
from web.services.uploads.apply import UploadFacts
from web.services.uploads.row_counts import count_rows
from web.store import vault
from web.store.data_classes import Deletion
from web.store.models import Home, Label, Resident

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy.orm import Session

    from importers import ReadFiles
    from pebem.contracts import Tables
    from pebem.history.acts import Contents
    from web.services.open_vault import OpenVault
    from web.services.uploads.apply import AppliedChanges, ApplyChoice
    from web.settings import Settings
    from web.store.access import Access

SHOWN: Final = 200
"""Changed rows that are shown one by one."""

_PARTS: Final = {
    "seconds": "Minuten",
    "source": "Quelle der Minuten",
    "status": "Status",
    "staff_id": "Person",
    "minute": "Uhrzeit",
    "shift": "Schicht",
    "ward": "Wohnbereich",
}


def preview_upload(
    access: Access, settings: Settings, upload_id: int, result: ReadFiles, choice: ApplyChoice
) -> dict[str, Any]:
    """Return what storing an upload would change, as it is stored with the upload until it is decided about.

    Nothing is stored, not even pseudonyms of people who have none yet.
    """
    with access.reading() as session:
        home_id = previous_choices.home_of(session, upload_id)
    with open_vault.reading(access, settings) as of_vault:
        tables = _under_pseudonyms(of_vault, home_id, result.by_file()[0])
        with access.reading() as session:
            elsewhere, _ = other_home.signs(access, session, of_vault, settings, (home_id, upload_id), result)
    with access.writing() as session:
        session.execute(select(Home.id).where(Home.id == home_id).with_for_update())
        connection, before = session.connection(), figures(session.connection(), home_id)
        listed = master_data.known_pseudonyms(session, home_id)
        earlier = previous_choices.remembered(session, upload_id)
        repaired = previous_choices.repaired_upload(session, settings, upload_id, result.repairs)
        facts = UploadFacts.of(result, repaired)
        applied = apply.apply_upload(session, home_id, upload_id, tables, choice, facts=facts, dry=True)
        rows, after = applied.acts, figures(connection, home_id)
        named = {str(person) for frame, key in _about(tables) for person in frame[key].dropna().unique()}
        scope = applied.rule.acts.scope
        preview = {
            "rows": count_rows(session, home_id, applied, result).as_json(),
            "removed": len(rows.missing),
            "digest": applied.home.digest,
            "outdated": _outdated(settings, applied.incoming),
            "duties": _rosters(applied, tables),
            "kinds": _kinds(rows.before, rows.after),
            "changes": _changes(session, home_id, rows.before[:SHOWN], rows.after[:SHOWN]),
            "alike": len(rows.alike_after),
            "alike_kinds": _kinds(rows.alike_before, rows.alike_after),
            "people_new": len(named - listed),
            "people_again": len(named & listed),
            "hours": len(result.hours),
            "wards": _wards(session, home_id, before, after),
            "covers": [
                day and day.isoformat() for day in apply.undated_from(session, home_id, upload_id, choice, facts)
            ],
            "open_days": sorted(scope.open_days) if scope else [],
            "never_complete": choice.complete and facts.open_always,
            "repairs": repaired,
            "remembered": earlier and earlier[0],
            "other_home": elsewhere.as_json,
            "das_homes": sorted(result.das_homes),
            "statements": statement_changes.shown(applied.home.people),
            "withdrawable": statement_changes.withdrawable(session, home_id, upload_id, applied.home),
            "elsewhere": statement_changes.months_elsewhere(
                before, after, applied.home.days, applied.months, applied.home.people
            ),
            **fit_and_coverage(before, after, applied.home.days),
        }
        session.rollback()
    return preview


def _outdated(settings: Settings, incoming: Contents) -> dict[str, Any]:
    """Return how many rows are of months whose period is over already, the first day that is not, and the rule."""
    first, rule = periods.first_kept_day(settings, clock.today()), periods.rule_of(settings, Deletion.WORK)
    days = unpack(incoming.tobytes())["day"]
    return {"rows": int((days < first.toordinal()).sum()), "before": first.isoformat(), "rule": rule}


def _rosters(applied: AppliedChanges, tables: Tables) -> dict[str, int]:
    own = {"unchanged": applied.unchanged_duties, "nameless": int(tables.duties["staff"].isna().sum())}
    return applied.home.rosters.as_json | own


def _about(tables: Tables) -> list[tuple[pd.DataFrame, str]]:
    return [
        (tables.residents, "resident"),
        (tables.assessments, "resident"),
        (tables.instability, "resident"),
        (tables.staff, "staff"),
    ]


def _under_pseudonyms(of_vault: OpenVault, home_id: int, tables: Tables) -> Tables:
    """Return frames with pseudonyms; people without one get a temporary sign."""
    for kind, key in ((vault.RESIDENT, "resident"), (vault.STAFF, "staff")):
        numbers = frames.numbers_of(tables, key)
        existing = pseudonyms.find_existing(of_vault, home_id, kind, numbers)
        names = {number: existing.get(number, f"?{kind[:1]}{i}") for i, number in enumerate(numbers)}
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
