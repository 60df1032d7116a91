"""Nasty small homes from a seed: blanks, overlaps, histories, unknown numbers, dirt."""

from __future__ import annotations

import datetime as dt
import random

from . import statute
from .home import CELLS, COUNTED, REQUIRED, Home
from .oracle import CATALOGUE, CRITERIA

START = dt.date(2026, 1, 20)
FINDINGS = [*sorted(statute.FINDINGS), None]
DIRTY_POINTS = ("x", 7, -1, "drei", 2.5)
DIRTY_INTERVENTIONS = (
    "9.99",
    4.1,
    4.10,
    5,
    "Waschen",
    dt.datetime.combine(dt.date(2026, 10, 4), dt.time()),
    None,
    "4.1.0",
    "7.e02",
)
DIRTY_DAYS = (None, "31.02.2026", "morgen", "32.01.2026", "2026-02-30")
STATUSES = (*[None] * 8, *["durchgeführt"] * 8, " Durchgeführt ", "abgelehnt", "nicht durchgeführt", "abwesend")
TELLING = sorted(i for i, entry in CATALOGUE.items() if entry["accepts"] or entry["bi_items"])
"""Interventions for which most can go wrong: the residents' items or a certificate matter."""
MINUTES = (None, 0, 1, 5, 7.5, 12.25, "12,5", "3", 0.125, 2.675, 4.025, 0.175, "0,025", 33.333, 61)


def random_home(seed: int) -> Home:
    """Return a home; the same seed gives the same home."""
    rng = random.Random(seed)
    home = Home()
    residents = [f"{n:03d}" if rng.random() < 0.5 else f"B-{n}" for n in range(1, rng.randint(3, 7))]
    employees = [f"0{n}" if rng.random() < 0.5 else f"MA {n}" for n in range(1, rng.randint(4, 9))]
    for number in residents:
        moved_in = _day(rng, -60, 20) if rng.random() < 0.6 else None
        home.resident(number, rng.choice(("WB 1", "WB 2", "Süd", None)), Einzug=moved_in, Auszug=None)
        for _ in range(rng.choice((0, 1, 2, 2, 3, 4))):
            _assess(rng, home, number)
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            begin = _day(rng, -5, 25)
            end = None if rng.random() < 0.3 else begin + dt.timedelta(rng.choice((0, 0, 1, 3, 8)))
            home.unstable(number, _written(rng, begin), _written(rng, end), rng.choice(sorted(CRITERIA)))
    for number in employees:
        for _ in range(rng.choice((1, 1, 2, 3, 4))):
            _employ(rng, home, number)
    for _ in range(rng.randint(120, 240)):
        _do(rng, home, residents, employees)
    for rows in home.sheets.values():  # the order of rows decides between equals, so it must vary
        rng.shuffle(rows)
    return home


def random_headings(seed: int, home: Home) -> dict[str, list[str]]:
    """Return the headings of each sheet in another order; now and then a column is not there at all."""
    rng = random.Random(seed)
    found = {}
    for name in home.sheets:
        keys = home.headings(name)
        chance = 0.5 / len(keys)
        kept = [k for k in keys if k in REQUIRED[name] or rng.random() >= chance]
        found[name] = rng.sample(kept, len(kept))
    return found


def _day(rng: random.Random, first: int, last: int) -> dt.date:
    return START + dt.timedelta(rng.randint(first, last))


def _written(rng: random.Random, day: dt.date | None) -> object:
    if day is None:
        return None
    return rng.choice((day, dt.datetime.combine(day, dt.time()), f"{day:%d.%m.%Y}", day.isoformat()))


def _assess(rng: random.Random, home: Home, number: str) -> None:
    need, blanks, dirt = rng.random() ** 2, rng.choice((0, 0, 0, 0.02, 0.1)), rng.choice((0, 0, 0, 0.01))
    cells: dict[str, object] = {}
    for cell in CELLS:
        draw = rng.random()
        if draw < blanks:
            cells[cell] = None
        elif draw < blanks + dirt:
            cells[cell] = rng.choice(DIRTY_POINTS)
        elif cell in COUNTED:
            cells[cell] = rng.choice((1, 2, 3, 4, 7, 20)) if rng.random() < 0.06 else 0
        else:
            points = statute.allowed(cell)
            cells[cell] = rng.choice(points) if rng.random() < need else 0
            if rng.random() < 0.1:
                cells[cell] = str(cells[cell])
    if rng.random() < 0.15:  # a source without modules 3 and 5
        cells |= {cell: None for cell in CELLS if cell[0] in "35"}
    more = {f: rng.choice(FINDINGS) for f in statute.GATE.values()}
    more["Besondere Bedarfskonstellation"] = "ja" if rng.random() < 0.08 else rng.choice((None, "nein", "Nein"))
    date = None if rng.random() < 0.2 else _written(rng, _day(rng, -30, 25))
    home.assessed(number, date, cells, **more)


def _employ(rng: random.Random, home: Home, number: str) -> None:
    start = None if rng.random() < 0.4 else _day(rng, -10, 20)
    end = None if rng.random() < 0.5 else (start or START) + dt.timedelta(rng.choice((0, 2, 6, 15)))
    role = rng.choice((None, None, "andere-fachkraft", "Pflege", "betreuung-43b"))
    certificates = rng.choice((None, "LG1", "LG2", "LG1;LG2", "LG2, LG1", "lg1", "WM"))
    level = rng.choice((1, 1, 2, 2, 3, 3, 4, 4, 5, 8))
    dates = (_written(rng, start), _written(rng, end))
    home.employee(number, level, *dates, Rolle=role, Zertifikate=certificates, Wochenstunden=38.5)


def _do(rng: random.Random, home: Home, residents: list[str], employees: list[str]) -> None:
    entry = CATALOGUE[rng.choice(TELLING if rng.random() < 0.5 else sorted(CATALOGUE))]
    title = entry["title"].upper() if rng.random() < 0.3 and "ß" not in entry["title"] else entry["title"]
    intervention: object = entry["id"] if rng.random() < 0.6 else title
    if rng.random() < 0.04:
        intervention = rng.choice(DIRTY_INTERVENTIONS)
    day = rng.choice(DIRTY_DAYS) if rng.random() < 0.04 else _written(rng, _day(rng, 0, 14))
    resident = rng.choice((*residents, *residents, *residents, "999", None))
    employee = rng.choice((*employees, *employees, "99", None))
    more = {
        "Uhrzeit": rng.choice(("00:00", "06:30", "23:59", None, dt.time(13, 45))),
        "Minuten": rng.choice(MINUTES),
        "Minuten-Quelle": rng.choice(("gemessen", "geplant", "Norm", None)),
        "Schicht": rng.choice(("Früh", "Spät", "Nacht", None)),
        "Wohnbereich": rng.choice((None, None, "WB 1", "WB 3")),
        "Status": rng.choice(STATUSES),
    }
    for _ in range(2 if rng.random() < 0.05 else 1):  # identical rows
        home.did(intervention, day, resident, employee, **more)
