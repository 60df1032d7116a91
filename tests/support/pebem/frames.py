"""Hard homes as frames: small ones that hypothesis shrinks, and large ones drawn by column."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from pebem.contracts import ASSESSMENTS, INSTABILITY, INTERVENTIONS, OVERRIDES, RESIDENTS, STAFF, STATUSES, Tables
from rules.model import RuleBook
from rules.vocabulary import ASSESSMENT_CELLS, COUNTED_ITEMS, allowed_points

LEAP_DAY = date(2024, 2, 29)
SUMMER_TIME, WINTER_TIME = date(2025, 3, 30), date(2025, 10, 26)
NEW_YEAR = date(2026, 1, 1)
MOMENTS = (LEAP_DAY, SUMMER_TIME, WINTER_TIME, NEW_YEAR)

RESIDENTS_KNOWN = ("1", "01", "R 1", "r 1", "nan", "None", "Öz;=1'")
RESIDENTS_UNKNOWN = ("weg", "NaN", "001")
STAFF_KNOWN = ("P1", "p1", "nan", "7")
STAFF_UNKNOWN = ("fremd", "07")
WARDS = ("A", "a", "Ä", "WB 10", "WB 2", "None")
SHIFTS = ("Früh", "Spät", "Nacht", "nan")
CERTIFICATES = ("", "LG1", "LG2", "LG1;LG2", "LG1;XY", "LG21")
ROLES = ("Pflege", "betreuung-43b", "Betreuung-43b", "leitung")
ASKED = ("1.1", "2.8", "2.10", "3.1", "3.3", "3.5", "3.8", "4.1", "4.3", "4.8", "4.11", "4.12", "5.1 täglich", "5.16")
"""Cells the rules look at, and some behind gates and in module 5."""

CATEGORIES = ("resident", "staff", "intervention", "shift", "ward", "status", "minutes_source")


def framed(columns: dict[str, str], rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows as a frame of the engine's contract; None = missing."""
    series: dict[str, object] = {}
    for i, (name, kind) in enumerate(columns.items()):
        values = [row[i] for row in rows]
        match kind:
            case "day":
                series[name] = pd.Series(
                    [None if v is None else pd.Timestamp(v) for v in values], dtype="datetime64[s]"
                )
            case "int":
                series[name] = np.array(values, np.int32)
            case "truth":
                series[name] = np.array(values, bool)
            case "category":
                used = sorted({v for v in values if v is not None})
                series[name] = pd.Categorical(values, categories=pd.Index(used, dtype=object))
            case _:
                series[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(series)


def _some(draw: st.DrawFn, row: st.SearchStrategy[tuple[object, ...]], most: int) -> list[tuple[object, ...]]:
    return draw(st.lists(row, max_size=most))


def _or_none(*values: object) -> st.SearchStrategy[object]:
    return st.sampled_from((None, *values))


@st.composite
def homes(draw: st.DrawFn, book: RuleBook, most: int = 14, *, least: int = 0) -> Tables:
    """Draw a home of up to seven residents and ``most`` interventions around a difficult day."""
    around = draw(st.sampled_from(MOMENTS))
    day = st.integers(-4, 4).map(lambda n: around + timedelta(days=n))
    or_open = st.none() | day
    known = draw(st.lists(st.sampled_from(RESIDENTS_KNOWN), unique=True, max_size=4))
    anyone = st.sampled_from((*known, *RESIDENTS_UNKNOWN))
    ids = st.sampled_from([entry.id for entry in book.interventions])
    few = draw(st.lists(ids, min_size=1, max_size=5))
    criteria = st.sampled_from([*(entry.id for entry in book.criteria), "sturz", "wunde", "sterbephase", "?"])
    residents = [(name, draw(_or_none(*WARDS)), draw(or_open), None) for name in known]
    findings = st.integers(-1, 5)
    assessment = st.tuples(anyone, or_open, findings, findings, st.booleans(), st.sampled_from((-1, 0, 9)))
    performed = st.tuples(
        st.none() | anyone,
        _or_none(*STAFF_KNOWN, *STAFF_UNKNOWN),
        st.sampled_from(few),
        day,
        st.sampled_from((-1, 0, 60, 150, 1439)),
        st.sampled_from((-1, 0, 1, 59, 86_399)) | st.integers(0, 86_399),
        _or_none("gemessen", "geplant", "norm"),
        _or_none(*SHIFTS),
        _or_none(*WARDS, "Z"),
        st.sampled_from((None, None, STATUSES[0], *STATUSES)),
    )
    members = st.sampled_from(STAFF_KNOWN)
    role, certificate = _or_none(*ROLES), st.sampled_from(CERTIFICATES)
    set_levels = st.tuples(st.none() | anyone, st.sampled_from(few), st.integers(1, 4), or_open, or_open)
    return Tables(
        residents=framed(RESIDENTS, residents),
        assessments=_assessed(draw, _some(draw, assessment, 6)),
        instability=framed(INSTABILITY, _some(draw, st.tuples(anyone, criteria, or_open, or_open), 6)),
        staff=framed(STAFF, _some(draw, st.tuples(members, st.integers(1, 8), role, certificate, or_open, or_open), 7)),
        interventions=framed(INTERVENTIONS, draw(st.lists(performed, min_size=least, max_size=most))),
        overrides=framed(OVERRIDES, [(*row, "Fallbesprechung", "M-1") for row in _some(draw, set_levels, 6)]),
        faulty=draw(st.integers(0, 2)),
    )


def _assessed(draw: st.DrawFn, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Fill each assessment with unknown, none or the most of everything, then draw the cells rules ask for."""
    columns = ASSESSMENTS | dict.fromkeys(ASSESSMENT_CELLS, "int")
    filled = []
    for *head, fill in rows:
        cells = {cell: min(fill, max(_allowed(cell))) for cell in ASSESSMENT_CELLS}
        for cell in draw(st.lists(st.sampled_from(ASKED), unique=True, max_size=4)):
            cells[cell] = draw(st.sampled_from((-1, *_allowed(cell))))
        filled.append((*head, *cells.values()))
    return framed(columns, filled)


def _allowed(cell: str) -> tuple[int, ...]:
    return (0, 1, 3, 8) if cell.partition(" ")[0] in COUNTED_ITEMS else allowed_points(cell)


@st.composite
def periods(draw: st.DrawFn, home: Tables) -> tuple[date, date]:
    """Draw a period that cuts into the rows of a home."""
    dates = home.interventions["date"]
    around = LEAP_DAY if dates.empty else dates.iloc[0].date()
    first = around + timedelta(days=draw(st.integers(-5, 3)))
    return first, first + timedelta(days=draw(st.integers(0, 8)))


def large_home(
    book: RuleBook,
    seed: int,
    *,
    residents: int = 60,
    staff: int = 25,
    wards: int = 5,
    first: date = date(2024, 1, 15),
    days: int = 90,
    rows: int = 20_000,
    profiles: int = 40,
    overrides: int = 150,
) -> Tables:
    """Draw a large home column by column: every kind of gap and overlap, the same for the same seed."""
    rng = np.random.default_rng(seed)
    people = np.array([f"R{i:05}" for i in range(residents)], object)
    members = np.array([f"P{i:04}" for i in range(staff)], object)
    names = np.array([f"WB {i}" for i in range(wards)], object)
    start = np.datetime64(first, "s")

    def day(size: int, low: int, high: int, missing: float) -> pd.Series:
        values = start + rng.integers(low, high, size).astype("timedelta64[D]")
        values[rng.random(size) < missing] = np.datetime64("NaT")
        return pd.Series(values)

    def text(values: np.ndarray, size: int, missing: float) -> pd.Series:
        drawn = values[rng.integers(len(values), size=size)]
        drawn[rng.random(size) < missing] = None
        return pd.Series(drawn, dtype=object)

    def category(values: np.ndarray, missing: float) -> pd.Categorical:
        codes = rng.integers(len(values), size=rows)
        codes[rng.random(rows) < missing] = -1
        return pd.Categorical.from_codes(codes, categories=pd.Index(values, dtype=object))

    drawn = {cell: rng.choice((-1, *_allowed(cell)), profiles, p=_mostly_known(cell)) for cell in ASSESSMENT_CELLS}
    whose = rng.integers(profiles, size=2 * residents)
    criteria = np.array([entry.id for entry in book.criteria], object)
    ids = np.array([entry.id for entry in book.interventions], object)
    # Levels are set where it matters most: reserved tasks and those a certificate opens, and a few more.
    decided = np.array(
        [e.id for i, e in enumerate(book.interventions) if e.reserved or e.accepts or i % 9 == 0], object
    )
    return Tables(
        residents=pd.DataFrame(
            {
                "resident": pd.Series(people, dtype=object),
                "ward": text(names, residents, 0.05),
                "moved_in": day(residents, -300, days, 0.5),
                "moved_out": day(residents, days, days + 9, 0.9),
            }
        ),
        assessments=pd.DataFrame(
            {
                "resident": text(np.append(people, "weg"), 2 * residents, 0),
                "date": day(2 * residents, -20, days, 0.3),
                "continence_urine": rng.integers(-1, 6, profiles)[whose],
                "continence_stool": rng.integers(-1, 6, profiles)[whose],
                "special": ((special := rng.random(profiles)) < 0.1).astype(np.int8)[whose] - (special > 0.9)[whose],
            }
            | {cell: values[whose].astype(np.int16) for cell, values in drawn.items()}
        ),
        instability=pd.DataFrame(
            {
                "resident": text(people, residents, 0),
                "criterion": text(criteria, residents, 0),
                "start": day(residents, -10, days, 0.05),
                "end": day(residents, 0, days + 20, 0.2),
            }
        ),
        staff=pd.DataFrame(
            {
                "staff": text(members, 2 * staff, 0),
                "qn": rng.integers(1, 9, 2 * staff),
                "role": text(np.array(ROLES, object), 2 * staff, 0.4),
                "certificates": text(np.array(CERTIFICATES, object), 2 * staff, 0.05),
                "start": day(2 * staff, -50, days, 0.3),
                "end": day(2 * staff, 0, days + 50, 0.4),
            }
        ),
        interventions=pd.DataFrame(
            {
                "resident": category(np.append(people, ["weg"]), 0.1),
                "staff": category(np.append(members, ["fremd"]), 0.05),
                "intervention": category(ids, 0),
                "date": day(rows, -2, days + 2, 0),
                "minute_of_day": rng.integers(-1, 1440, rows).astype(np.int16),
                "seconds": rng.integers(-1, 86_400, rows).astype(np.int32),
                "minutes_source": category(np.array(["gemessen", "norm"], object), 0.5),
                "shift": category(np.array(SHIFTS, object), 0.1),
                "ward": category(names[::-1], 0.5),
                "status": category(np.array(STATUSES, object), 0.8),
            }
        ),
        overrides=pd.DataFrame(
            {
                "resident": text(np.append(people[:8], "weg"), overrides, 0.2),
                "intervention": text(decided, overrides, 0),
                "level": rng.integers(1, 5, overrides),
                "start": day(overrides, -5, days, 0.1),
                "end": day(overrides, 0, days + 5, 0.2),
                "reason": pd.Series(["Fallbesprechung"] * overrides, dtype=object),
                "by": pd.Series(["M-1"] * overrides, dtype=object),
            }
        ),
        faulty=seed % 3,
    )


def _mostly_known(cell: str) -> list[float]:
    """Leave one cell in fifty blank: with more, hardly a level would be certain."""
    allowed = len(_allowed(cell))
    return [0.02, *[0.98 / allowed] * allowed]


@st.composite
def dressed(draw: st.DrawFn, frame: pd.DataFrame, *, shuffle: bool = True) -> pd.DataFrame:
    """Return the same rows in other clothes: order, index, widths, units of time, categories and their order."""
    rows = np.arange(len(frame))
    if shuffle:
        rows = np.array(draw(st.permutations(rows.tolist())), np.intp)
    chosen = frame.iloc[rows]
    chosen.index = draw(st.sampled_from([pd.RangeIndex(len(rows)), pd.Index(rows[::-1]), pd.Index(["x"] * len(rows))]))
    clothes: dict[str, pd.Series] = {}
    for name in draw(st.permutations(list(frame.columns)) if len(frame.columns) < 12 else st.just(list(frame.columns))):
        column = chosen[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            extra = [f"ungenutzt {i}" for i in range(draw(st.sampled_from([0, 1, 126, 300])))]
            known = draw(st.permutations(column.cat.categories.tolist()))
            text = draw(st.sampled_from(["object", "str"]))
            clothes[name] = column.cat.set_categories(pd.Index([*known[:1], *extra, *known[1:]], dtype=text))
        elif column.dtype.kind == "M":
            clothes[name] = column.astype(f"datetime64[{draw(st.sampled_from(['s', 'ms', 'us', 'ns']))}]")
        elif column.dtype.kind == "i" and len(frame.columns) < 12:
            narrow = ["int8"] if column.abs().max() < 100 else ["int16"] if column.abs().max() < 30_000 else []
            clothes[name] = column.astype(draw(st.sampled_from([*narrow, "int32", "int64"])))
        elif column.dtype == object:
            clothes[name] = column.astype(draw(st.sampled_from(["object", "str"])))
        else:
            clothes[name] = column
    return pd.DataFrame(clothes, index=chosen.index)
