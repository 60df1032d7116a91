"""Random homes as frames, and an obvious scorer that goes through them row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from pebem.contracts import Tables
from rules.catalogue import CatalogueEntry
from rules.model import RuleBook
from rules.reference import ReferenceResident, level
from rules.vocabulary import ASSESSMENT_CELLS, HIGHEST_LEVEL, KINDS_WITHOUT_RESIDENT, allowed_points

FIRST = date(2024, 2, 20)
DAYS = 20  # over a leap day


def day(offset: float | None) -> pd.Timestamp | None:
    return None if offset is None else pd.Timestamp(FIRST + timedelta(days=int(offset)))


def days(offsets: list[float | None]) -> pd.Series:
    return pd.Series([day(offset) for offset in offsets], dtype="datetime64[s]")


def maybe(rng: np.random.Generator, values: list[object], missing: float) -> object:
    return None if rng.random() < missing else values[rng.integers(len(values))]


def random_home(book: RuleBook, seed: int, rows: int = 300) -> Tables:
    rng = np.random.default_rng(seed)
    residents = [f"{i:03}" for i in range(int(rng.integers(1, 8)))]
    people = [f"P{i}" for i in range(int(rng.integers(1, 6)))]
    return Tables(
        residents=pd.DataFrame(
            {
                "resident": pd.Series(residents, dtype=object),
                "ward": pd.Series([maybe(rng, ["A", "B"], 0.3) for _ in residents], dtype=object),
                "moved_in": days([maybe(rng, [-5, 3], 0.5) for _ in residents]),
                "moved_out": days([None] * len(residents)),
            }
        ),
        assessments=_assessments(rng, residents),
        instability=_instability(rng, residents, book),
        staff=_staff(rng, people),
        interventions=_interventions(rng, book, residents, people, rows),
        overrides=_overrides(rng, book, residents),
        faulty=int(rng.integers(3)),
    )


def with_granted_grades(tables: Tables, seed: int) -> Tables:
    """Return a home in which some residents have granted grades, some of them several."""
    rng = np.random.default_rng([seed, 113])
    owners = [name for name in (*tables.residents["resident"], "weg") for _ in range(int(rng.integers(3)))]
    grades = pd.DataFrame(
        {
            "resident": pd.Series(owners, dtype=object),
            "grade": rng.integers(0, 6, len(owners)).astype(np.int32),
            "start": days([maybe(rng, [-30, 0, 7, 7, 12], 0.3) for _ in owners]),
        }
    )
    return replace(tables, grades=grades)


def _assessments(rng: np.random.Generator, residents: list[str]) -> pd.DataFrame:
    owners = [name for name in residents for _ in range(int(rng.integers(3)))]
    frame = {
        "resident": pd.Series(owners, dtype=object),
        "date": days([maybe(rng, [-30, 0, 7, 7, 12], 0.3) for _ in owners]),
        "continence_urine": rng.integers(-1, 6, len(owners)),
        "continence_stool": rng.integers(-1, 6, len(owners)),
        "special": np.zeros(len(owners), bool),
    }
    for cell in ASSESSMENT_CELLS:
        allowed = [0] if " " in cell else [-1, *allowed_points(cell)]
        frame[cell] = rng.choice(allowed, len(owners))
    return pd.DataFrame(frame)


def _instability(rng: np.random.Generator, residents: list[str], book: RuleBook) -> pd.DataFrame:
    owners = [name for name in residents for _ in range(int(rng.integers(3)))]
    start = [int(rng.integers(-3, DAYS)) for _ in owners]
    return pd.DataFrame(
        {
            "resident": pd.Series(owners, dtype=object),
            "criterion": pd.Series([maybe(rng, [c.id for c in book.criteria], 0) for _ in owners], dtype=object),
            "start": days(list(start)),
            "end": days([None if rng.random() < 0.3 else s + int(rng.integers(5)) for s in start]),
        }
    )


def _staff(rng: np.random.Generator, people: list[str]) -> pd.DataFrame:
    owners = [name for name in people for _ in range(int(rng.integers(1, 4)))]
    start = [maybe(rng, [-100, 2, 9], 0.3) for _ in owners]
    return pd.DataFrame(
        {
            "staff": pd.Series(owners, dtype=object),
            "qn": rng.integers(1, 9, len(owners)),
            "role": pd.Series(
                [maybe(rng, ["Pflege", "betreuung-43b", "andere-fachkraft"], 0.3) for _ in owners], dtype=object
            ),
            "certificates": pd.Series([maybe(rng, ["", "LG1", "LG2", "LG1;LG2"], 0) for _ in owners], dtype=object),
            "start": days(start),
            "end": days([None if rng.random() < 0.5 else (s or 0) + int(rng.integers(8)) for s in start]),
        }
    )


def _overrides(rng: np.random.Generator, book: RuleBook, residents: list[str]) -> pd.DataFrame:
    """Set levels for a third of the catalogue in some homes, for single residents, the home, and an unknown person."""
    n = int(rng.choice([0, 5, 60]))
    start = [int(rng.integers(-3, DAYS)) for _ in range(n)]
    return pd.DataFrame(
        {
            "resident": pd.Series([maybe(rng, [*residents, "weg"], 0.3) for _ in range(n)], dtype=object),
            "intervention": pd.Series([book.interventions[int(rng.integers(40))].id for _ in range(n)], dtype=object),
            "level": rng.integers(1, 5, n),
            "start": days(list(start)),
            "end": days([None if rng.random() < 0.2 else s + int(rng.integers(9)) for s in start]),
            "reason": pd.Series(["Fallbesprechung"] * n, dtype=object),
            "by": pd.Series(["M-1"] * n, dtype=object),
        }
    )


def _interventions(
    rng: np.random.Generator, book: RuleBook, residents: list[str], people: list[str], rows: int
) -> pd.DataFrame:
    def category(values: list[object], missing: float) -> pd.Categorical:
        return pd.Categorical([maybe(rng, values, missing) for _ in range(rows)])

    return pd.DataFrame(
        {
            "resident": category([*residents, "weg"], 0.2),
            "staff": category([*people, "fremd"], 0.1),
            "intervention": category([entry.id for entry in book.interventions], 0),
            "date": days([int(rng.integers(DAYS)) for _ in range(rows)]),
            "minute_of_day": np.full(rows, -1, np.int32),
            "seconds": rng.integers(-1, 90_000, rows).astype(np.int32),
            "minutes_source": pd.Categorical([None] * rows, categories=["gemessen"]),
            "shift": category(["Früh", "Spät", "Nacht"], 0.2),
            "ward": category(["B", "C"], 0.5),
            "status": category(["durchgeführt", "abgelehnt", "abwesend"], 0.8),
        }
    )


def obvious(tables: Tables, book: RuleBook, first: date, last: date) -> tuple[Counter[object], Counter[object], int]:
    """Rate row by row; return counts and seconds by (day, ward, shift, intervention, soll, ist, fit, certificate)."""
    counts: Counter[object] = Counter()
    seconds: Counter[object] = Counter()
    counted = 0
    wards = dict(zip(tables.residents["resident"], tables.residents["ward"], strict=True))
    for row in tables.interventions.to_dict("records"):
        on = row["date"].date()
        if row["status"] not in {None, "durchgeführt"} and not pd.isna(row["status"]):
            continue
        if not first <= on <= last:
            continue
        counted += 1
        entry = book.interventions[book.index[row["intervention"]]]
        resident = None if pd.isna(row["resident"]) else row["resident"]
        answer = level(book, entry, _resident(tables, resident, on))
        soll = answer.low if answer.low == answer.high else 0
        deciding = answer.deciding
        if (level_set := _override(tables, resident, entry, on)) is not None:
            soll, deciding = level_set, ()
        everyday = entry.kind == "alltag" and not entry.reserved
        ist, certificates = _supply(tables, None if pd.isna(row["staff"]) else row["staff"], on, everyday)
        accepts = entry.accepts
        certified = bool(
            accepts and "instabil" not in deciding and ist >= accepts.from_level and accepts.certificate in certificates
        )
        fit, by_certificate = _fit(soll, ist, reserved=entry.reserved, certified=certified)
        ward = row["ward"] if not pd.isna(row["ward"]) else wards.get(resident)
        shift = None if pd.isna(row["shift"]) else row["shift"]
        key = (on, ward, shift, entry.id, soll, ist, fit, by_certificate)
        counts[key] += 1
        seconds[key] += max(row["seconds"], 0)
    return counts, seconds, counted


def _fit(soll: int, ist: int, *, reserved: bool, certified: bool) -> tuple[str, bool]:
    if soll == 0 or ist == 0:
        return "nicht_bewertbar", False
    if reserved and ist < HIGHEST_LEVEL:
        return "vorbehalt_verletzt", False
    if ist == soll:
        return "passend", False
    if ist < soll:
        return ("passend", True) if certified else ("unterqualifiziert", False)
    return "ueberqualifiziert", False


def _resident(tables: Tables, name: str | None, on: date) -> ReferenceResident | None:
    moved_in = dict(zip(tables.residents["resident"], tables.residents["moved_in"], strict=True))
    if name not in moved_in:
        return None
    chosen, chosen_start = None, date.min
    for row in tables.assessments[tables.assessments["resident"] == name].to_dict("records"):
        start = row["date"] if not pd.isna(row["date"]) else moved_in[name]
        start = date.min if pd.isna(start) else start.date()
        if start <= on and start >= chosen_start:
            chosen, chosen_start = row, start
    if chosen is None:
        return None
    criteria = frozenset(
        row["criterion"]
        for row in tables.instability[tables.instability["resident"] == name].to_dict("records")
        if row["start"].date() <= on and (pd.isna(row["end"]) or on <= row["end"].date())
    )
    points = {cell: chosen[cell] for cell in ASSESSMENT_CELLS if chosen[cell] != -1}
    return ReferenceResident(
        points,
        chosen["continence_urine"] >= 2,
        chosen["continence_stool"] >= 2,
        criteria,
        {0: False, 1: True}.get(chosen["special"]),
    )


def _override(tables: Tables, resident: str | None, entry: CatalogueEntry, on: date) -> int | None:
    needs_resident = entry.kind not in KINDS_WITHOUT_RESIDENT
    if resident is None and needs_resident:
        return None
    override = None
    for row in sorted(tables.overrides.to_dict("records"), key=lambda r: (not pd.isna(r["resident"]), r["start"])):
        applies = pd.isna(row["resident"]) or (
            row["resident"] == resident and resident in set(tables.residents["resident"])
        )
        in_force = row["start"].date() <= on and (pd.isna(row["end"]) or on <= row["end"].date())
        if applies and in_force and row["intervention"] == entry.id:
            override = HIGHEST_LEVEL if entry.reserved else row["level"]
    return override


def _supply(tables: Tables, name: str | None, on: date, everyday: bool) -> tuple[int, set[str]]:  # noqa: FBT001
    valid, valid_start = None, date.min
    for row in tables.staff[tables.staff["staff"] == name].to_dict("records"):
        start = date.min if pd.isna(row["start"]) else row["start"].date()
        end = date.max if pd.isna(row["end"]) else row["end"].date()
        if start <= on <= end and start >= valid_start:
            valid, valid_start = row, start
    if valid is None:
        return 0, set()
    by_role = {"betreuung-43b": (1, 2), "andere-fachkraft": (3, 4)}
    if valid["role"] in by_role:
        return by_role[valid["role"]][everyday], set(valid["certificates"].split(";"))
    return min(valid["qn"], HIGHEST_LEVEL), set(valid["certificates"].split(";"))


def without(tables: Tables, keep: np.ndarray) -> Tables:
    """Return the home with only some rows of the interventions."""
    return replace(tables, interventions=tables.interventions[keep].reset_index(drop=True), faulty=0)
