"""What the product has to say about a workbook, worked out row by row from the specification.

Nothing of the product is imported and nothing is fast: rules are ``if`` statements, tables are lists.
The catalogue is a copy of its own (``catalogue.csv``), so a slip in the product's rulebook shows.
"""

from __future__ import annotations

import csv
import datetime as dt
from decimal import ROUND_HALF_UP, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from . import reading, statute

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
ALWAYS = dt.date.min
FOREVER = dt.date.max
CLASSES = ("passend", "unterqualifiziert", "ueberqualifiziert", "vorbehalt_verletzt", "nicht_bewertbar")
WITHOUT_RESIDENT = {"organisation", "hauswirtschaft", "vorbehalt"}
STEP = {"4.8": 3, "4.9": 2, "4.10": 2}
FREQUENCY = {0: 0, 1: 1, 3: 2, 5: 3}


def _file(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


CATALOGUE = {row["id"]: row for row in _file("catalogue.csv")}
BY_TITLE = {row["title"].casefold(): row for row in CATALOGUE.values()}
CRITERIA = {name.casefold(): row["id"] for row in _file("criteria.csv") for name in (row["id"], row["label"])}


class Oracle:
    """One workbook and every answer about it."""

    def __init__(self, path: Path) -> None:
        sheets = reading.read(path)
        self.rows = sheets.get("Interventionen", [])
        self.residents = {reading.text(r["bewohner-nr"]): r for r in sheets.get("Bewohner", [])}
        self.assessments = [Assessment(r) for r in sheets.get("Begutachtungen", [])]
        self.instability = sheets.get("Instabilität", [])
        self.staff = sheets.get("Mitarbeitende", [])

    # -- what holds on a day ---------------------------------------------------------------------------

    def assessment(self, resident: str, on: dt.date) -> Assessment | None:
        """Return the assessment in force: the latest that began by then, of equals the later row."""
        if resident not in self.residents:
            return None
        best, best_start = None, ALWAYS
        for assessment in self.assessments:
            if assessment.resident != resident:
                continue
            start = assessment.date or reading.day(self.residents[resident].get("einzug")) or ALWAYS
            if start <= on and start >= best_start:
                best, best_start = assessment, start
        return best

    def unstable(self, resident: str, on: dt.date) -> bool:
        """Return whether at least one criterion is in force, last day included."""
        for row in self.instability:
            if reading.text(row["bewohner-nr"]) != resident:
                continue
            assert reading.text(row["kriterium"]).casefold() in CRITERIA
            if reading.day(row["von"]) <= on <= (reading.day(row.get("bis")) or FOREVER):
                return True
        return False

    def employee(self, number: str, on: dt.date) -> dict[str, object] | None:
        """Return the staff row in force: the one with the latest start, of equals the later row."""
        best, best_start = None, ALWAYS
        for row in self.staff:
            start = reading.day(row.get("gültig ab")) or ALWAYS
            end = reading.day(row.get("gültig bis")) or FOREVER
            if reading.text(row["personal-nr"]) == number and start <= on <= end and start >= best_start:
                best, best_start = row, start
        return best

    # -- levels ----------------------------------------------------------------------------------------

    def target(self, entry: dict[str, str], resident: str, on: dt.date) -> Target:
        """Return the QN-Soll of an intervention, with its bounds and the rules that decide."""
        if entry["kind"] in WITHOUT_RESIDENT:
            assessment, unstable = None, False
        else:
            assessment = self.assessment(resident, on)
            if assessment is None:
                return Target(0, None, None, frozenset())
            unstable = self.unstable(resident, on)
        met = [(name, level, state) for name, level, state in rules_of(entry, assessment, unstable=unstable)]
        low = max(level for _, level, state in met if state is True)
        high = max(level for _, level, state in met if state is not False)
        deciding = frozenset(name for name, level, state in met if state is True and level == low)
        return Target(low if low == high else 0, low, high, deciding)

    def actual(self, entry: dict[str, str], employee: dict[str, object] | None) -> int:
        """Return the level of the person that counts, 0 = unknown."""
        if employee is None:
            return 0
        role = reading.text(employee.get("rolle")).casefold()
        if role == "betreuung-43b":
            return 2 if entry["kind"] == "alltag" else 1
        if role == "andere-fachkraft" and self.period[1] >= dt.date(2023, 7, 1):
            return 4 if entry["kind"] == "alltag" and entry["reserved"] != "1" else 3
        return min(int(reading.text(employee["qn"])), 4)

    def _fit(self, entry: dict[str, str], target: Target, ist: int, employee: dict | None) -> tuple[str, bool]:
        if target.soll == 0 or ist == 0:
            return "nicht_bewertbar", False
        if entry["reserved"] == "1" and ist < 4:
            return "vorbehalt_verletzt", False
        if ist == target.soll:
            return "passend", False
        if ist > target.soll:
            return "ueberqualifiziert", False
        if entry["accepts"] and "instabil" not in target.deciding:
            wanted, lowest = entry["accepts"].split(">=")
            held = reading.text(employee.get("zertifikate")).replace(",", ";").upper().split(";")
            if wanted in [c.strip() for c in held] and ist >= int(lowest):
                return "passend", True
        return "unterqualifiziert", False

    # -- the rows --------------------------------------------------------------------------------------

    def decisions(self, first: dt.date | None = None, last: dt.date | None = None) -> list[dict]:
        """Return one decision for each intervention row, in the order of the file."""
        entries = [_entry(row) for row in self.rows]
        days = [_day_or_none(row) for row in self.rows]
        good = [d for e, d in zip(entries, days, strict=True) if e and d]
        first = first or (min(good) if good else None)
        last = last or (max(good) if good else None)
        self.period = (first, last)
        made = []
        for row, entry, on in zip(self.rows, entries, days, strict=True):
            if entry is None or on is None:
                made.append({"excluded": "fehlerhaft"})
            elif reading.text(row.get("status")).casefold() not in {"", "durchgeführt"}:
                made.append({"excluded": "nicht_durchgefuehrt"})
            elif not first <= on <= last:
                made.append({"excluded": "ausserhalb_zeitraum"})
            else:
                made.append(self._decide(row, entry, on))
        return made

    def _decide(self, row: dict[str, object], entry: dict[str, str], on: dt.date) -> dict:
        resident, number = reading.text(row.get("bewohner-nr")), reading.text(row.get("personal-nr"))
        target = self.target(entry, resident, on)
        employee = self.employee(number, on)
        ist = self.actual(entry, employee)
        fit, certificate = self._fit(entry, target, ist, employee)
        home = self.residents.get(resident, {})
        minutes = reading.number(row.get("minuten"))
        needs_none = entry["kind"] in WITHOUT_RESIDENT
        return {
            "excluded": None,
            "soll": target.soll,
            "ist": ist,
            "fit": fit,
            "certificate": certificate,
            "seconds": 0 if minutes is None else int((minutes * 60).to_integral_value(ROUND_HALF_UP)),
            "ward": reading.text(row.get("wohnbereich")) or reading.text(home.get("wohnbereich")) or None,
            "shift": reading.text(row.get("schicht")) or None,
            "day": on.isoformat(),
            "intervention": entry["id"],
            "has_resident": bool(home) or (not resident and needs_none),
            "has_assessment": needs_none or self.assessment(resident, on) is not None,
            "has_staff": ist > 0,
            "has_minutes": minutes is not None,
        }

    def document(self, first: dt.date | None = None, last: dt.date | None = None) -> dict:
        """Return the content of ``fit.json``, without the entry on the rulebook."""
        rows = self.decisions(first, last)
        counted = [r for r in rows if r["excluded"] is None]
        excluded = {
            name: sum(r["excluded"] == name for r in rows)
            for name in ("nicht_durchgefuehrt", "ausserhalb_zeitraum", "fehlerhaft")
        }
        squares = sorted({(r["soll"], r["ist"]) for r in counted})
        return {
            "schema": 1,
            "period": {k: d and d.isoformat() for k, d in zip(("from", "to"), self.period, strict=True)},
            "input": {
                "rows": len(rows),
                "counted": len(counted),
                "excluded": excluded,
                "residents": len(self.residents),
                "staff": len({reading.text(r["personal-nr"]) for r in self.staff}),
            },
            "coverage": {
                "bewohner": _share(counted, "has_resident"),
                "begutachtung": _share(counted, "has_assessment"),
                "mitarbeitende": _share(counted, "has_staff"),
                "intervention": 1.0 if counted else 0.0,
                "minuten": _share(counted, "has_minutes"),
            },
            "fit": _fits(counted),
            "passend_durch_zertifikat": _totals([r for r in counted if r["certificate"]]),
            "matrix": [
                {"qn_soll": soll, "qn_ist": ist} | _totals([r for r in counted if (r["soll"], r["ist"]) == (soll, ist)])
                for soll, ist in squares
            ],
            "by_ward": _split(counted, "ward", lambda label: {"wohnbereich": label}),
            "by_shift": _split(counted, "shift", lambda label: {"schicht": label}),
            "by_intervention": _split(
                counted, "intervention", lambda i: {"intervention": i, "titel": CATALOGUE[i]["title"]}
            ),
            "by_day": _split(counted, "day", lambda label: {"tag": label}),
        }


class Target:
    """QN-Soll (0 = unknown), its bounds (``None`` without an assessment), the rules that decide."""

    def __init__(self, soll: int, low: int | None, high: int | None, deciding: frozenset[str]) -> None:
        self.soll, self.low, self.high, self.deciding = soll, low, high, deciding


class Assessment:
    """One row of the sheet ``Begutachtungen``."""

    def __init__(self, row: dict[str, object]) -> None:
        self.resident = reading.text(row["bewohner-nr"])
        self.date = reading.day(row.get("datum"))
        self.findings = {name: _finding(row.get(name.lower())) for name in statute.GATE.values()}
        self.special = reading.text(row.get("besondere bedarfskonstellation")).casefold() == "ja"
        self.cells = {name: _points(name, value) for name, value in row.items() if name[:1].isdigit()}
        _complete_counts(self.cells, row)

    def score(self) -> dict[str, float | int | None]:
        """Return the row of ``pebem assess``."""
        return statute.score(self.cells, self.findings, special=self.special)

    def grade(self, item: str) -> int | None:
        """Return the degree of dependence 0 to 3, ``None`` = unknown."""
        points = self.cells.get(item)
        if item in statute.GATE:
            points = statute.behind_gate(points, self.findings[statute.GATE[item]])
        return None if points is None else points // STEP.get(item, 1)

    def frequency(self, item: str) -> int | None:
        """Return 0 never, 1 seldom, 2 often, 3 daily, ``None`` = unknown."""
        points = self.cells.get(item)
        return None if points is None else FREQUENCY[points]


def rules_of(entry: dict[str, str], a: Assessment | None, *, unstable: bool) -> list[tuple[str, int, bool | None]]:
    """Return (rule, level, met) of every rule for this kind; met is ``None`` where it cannot be known."""
    kind = entry["kind"]
    rules: list[tuple[str, int, bool | None]] = [("basis", int(entry["base"]), True)]
    if entry["reserved"] == "1":
        rules.append(("vorbehalt", 4, True))
    if kind == "koerper":
        grades = [a.grade(item) for item in entry["bi_items"].split()]
        behaviour = [a.frequency(item) for item in ("3.3", "3.5", "3.8")]
        rules += [
            ("grad-2", 2, _any(grades, 2)),
            ("grad-3", 3, _any(grades, 3)),
            ("kognition", 3, _any([a.grade("2.10")], 2)),
            ("verhalten-haeufig", 3, _any(behaviour, 2)),
            ("verhalten-taeglich", 4, _any(behaviour, 3)),
        ]
    if kind in {"koerper", "behandlung", "verhalten"}:
        rules.append(("instabil", 4, unstable))
    if kind == "alltag":
        daily = [a.frequency(item) for item in ("3.1", "3.3", "3.5", "3.8", "3.9")]
        rules += [
            ("instabil-alltag", 3, unstable),
            ("orientierung-alltag", 2, _any([a.grade("2.8"), a.grade("2.10")], 2)),
            ("verhalten-alltag", 3, _any(daily, 3)),
        ]
    return rules


def _any(values: list[int | None], least: int) -> bool | None:
    """Return whether one value is at least ``least``; ``None`` where an unknown one could be."""
    if any(value is not None and value >= least for value in values):
        return True
    return None if None in values else False


def _entry(row: dict[str, object]) -> dict[str, str] | None:
    """Return the catalogue entry of a row; a number in the cell is no id, it may have been 4.1 or 4.10."""
    value = row.get("intervention")
    if not isinstance(value, str):
        return None
    return CATALOGUE.get(value.strip()) or BY_TITLE.get(value.strip().casefold())


def _day_or_none(row: dict[str, object]) -> dt.date | None:
    try:
        return reading.day(row.get("datum"))
    except ValueError:
        return None


def _finding(value: object) -> str:
    written = reading.text(value)
    known = {name.casefold(): name for name in statute.FINDINGS} | {"": ""}
    return known.get(written.casefold(), statute.UNREADABLE)


def _complete_counts(cells: dict[str, int | None], row: dict[str, object]) -> None:
    """Set blank counts to 0 beside one that is given; what stands under a daily count of visits is meant elsewhere."""
    for item in range(1, 16):
        names = [f"5.{item} {frequency}" for frequency in ("täglich", "wöchentlich", "monatlich")]
        blank = [name for name in names if not reading.text(row.get(name))]
        if any(cells.get(name) is not None for name in names):
            cells |= dict.fromkeys(blank, 0)
        daily = cells.get(names[0])
        if item >= 13 and names[0] not in blank and (daily is None or daily > 0):
            cells |= dict.fromkeys(names, None)


def _points(name: str, value: object) -> int | None:
    """Return the points or the count of a cell; what is not allowed there is unknown."""
    try:
        written = reading.number(value)
    except InvalidOperation:
        return None
    if written is None or written != int(written) or written < 0:
        return None
    counted = " " in name
    return int(written) if counted or int(written) in statute.allowed(name) else None


def _totals(rows: list[dict]) -> dict[str, int]:
    return {"count": len(rows), "seconds": sum(r["seconds"] for r in rows)}


def _fits(rows: list[dict]) -> dict[str, dict[str, int]]:
    return {name: _totals([r for r in rows if r["fit"] == name]) for name in CLASSES}


def _share(rows: list[dict], key: str) -> float:
    return sum(r[key] for r in rows) / len(rows) if rows else 0.0


def _split(rows: list[dict], key: str, label: Callable[[str], dict]) -> list[dict]:
    values = sorted({r[key] for r in rows}, key=lambda v: (v is None, v or ""))
    return [label(value) | {"fit": _fits([r for r in rows if r[key] == value])} for value in values]
