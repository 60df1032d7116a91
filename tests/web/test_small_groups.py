"""No page, file or sequence of them tells about the work of too few employees (D3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest

import pebem
from pebem.contributions import LACKING, contributions
from pebem.disclosure.groups import Work, too_small
from pebem.engine.day_numbers import number_of
from tests.support.pebem.attack import NOBODY, told_about_few, told_about_one
from tests.support.web.drawn_homes import BOOK, FIRST, LAST, SHIFTS, WARDS, drawn
from tests.support.web.stored_results import keep
from web.services.analysis import disclosure, results
from web.store.result import repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from pebem.engine.coded_table import CodedTable
    from pebem.measures import Amount
    from tests.support.web.pages import Person
    from web.services.analysis.results import HomeResult

pytestmark = pytest.mark.small_groups

PERIODS: Final = (
    (FIRST, date(2026, 1, 31)),
    (date(2026, 2, 1), LAST),
    (FIRST, LAST),
    (FIRST, date(2026, 1, 20)),
    (date(2026, 1, 3), date(2026, 2, 10)),
)


class Attacker:
    """Sees every table of a home, and knows which cells of its work are empty and which are of whom.

    Attributes
    ----------
    figures
        By amount: each figure seen, as the cells it is a sum of.
    """

    def __init__(self, tables: Tables) -> None:
        self.work: CodedTable = contributions(pebem.compile_home(tables, BOOK, (FIRST, LAST)))
        names = ("day", "ward", "shift", "intervention", "outcome", "known")
        codes = np.stack([self.work.columns[name] for name in names])
        self.distinct, self.cell = np.unique(codes, axis=1, return_inverse=True)
        self.label = {
            name: [self.work.labels[name][code] for code in row] if name in self.work.labels else row.tolist()
            for name, row in zip(names, self.distinct, strict=True)
        }
        parts: Any = self.label["outcome"]
        self.label |= {name: [one[i] for one in parts] for i, name in enumerate(("qn_soll", "qn_ist", "fit"))}
        self.groups = [BOOK.find_intervention(str(name)).group for name in self.label["intervention"]]
        self.sums = {
            name: np.bincount(self.cell, self.work.columns[name]).astype(np.int64) for name in ("count", "seconds")
        }
        self.figures: set[bytes] = set()

    def mask(self, asked: dict[str, Any]) -> NDArray[np.bool_]:
        """Return the cells that are asked for."""
        first, last = (number_of(day) for day in asked["period"])
        day = np.array(self.label["day"])
        found = (day >= first) & (day <= last)
        of = {"ward": "ward", "shift": "shift", "intervention": "intervention", "soll": "qn_soll", "ist": "qn_ist"}
        for name, column in of.items():
            if asked.get(name) is not None:
                found &= np.array([one == asked[name] for one in self.label[column]])
        if asked.get("group") is not None:
            found &= np.array([one == asked["group"] for one in self.groups])
        return found

    def see(self, result: HomeResult, asked: dict[str, Any]) -> None:
        """Take note of all figures, and hold each against the sum of its cells."""
        inside = self.mask(asked)
        for name, cells, amount in _figures(result):
            mask = inside.copy()
            for column, label in cells:
                label_ = number_of(label) if column == "day" else label
                mask &= np.array([one == label_ for one in self.label[column]])
            told = amount.count, amount.seconds
            assert told == tuple(int(self.sums[one][mask].sum()) for one in ("count", "seconds")), (name, cells, asked)
            self.figures.add(mask.tobytes())
        if result.covered is not None:
            self.see_coverage(result.covered, self.mask({name: asked.get(name) for name in ("period", "ward")}))

    def see_coverage(self, covered: dict[str, int | None], inside: NDArray[np.bool_]) -> None:
        """Take note of how much is known."""
        known = np.array(self.label["known"])
        of_all = {name: inside & (known & bit == 0) for name, bit in LACKING.items()} | {"counted": inside}
        of_all["ueberschrieben"] = inside & (known & LACKING["ueberschrieben"] > 0)
        for name, number in covered.items():
            if number is not None:
                assert number == int(self.sums["count"][of_all[name]].sum()), name
                self.figures.add(of_all[name].tobytes())

    def told(self) -> frozenset[str] | None:
        """Return few people about whom alone, or one about whom mostly, something follows from what was seen."""
        people = [
            frozenset(
                str(self.work.labels["staff"][code])
                for code in self.work.columns["staff"][(self.cell == number) & there].tolist()
            )
            for there in (self.work.columns["count"] > 0, self.work.columns["seconds"] > 0)
            for number in range(len(self.distinct.T))
        ]
        seen = np.array([np.frombuffer(one, bool) for one in self.figures], float)
        half = len(people) // 2
        for of in (people[:half], people[half:]):
            there = np.array([bool(one) for one in of])
            named = [one - {"None"} or frozenset({NOBODY}) for one in of if one]
            if len(seen) and there.any() and (few := told_about_few(seen[:, there], named)):
                return few
        staff = self.work.columns["staff"]
        of_person = np.zeros((2, staff.max() + 1, len(self.distinct.T)))
        for sums, name in zip(of_person, self.sums, strict=True):
            np.add.at(sums, (staff, self.cell), self.work.columns[name])
        named_ = [code for code, name in enumerate(self.work.labels["staff"][: len(of_person[0])]) if name is not None]
        found = (told_about_one(seen, sums[named_]) for sums in of_person if len(seen))
        return next(
            (frozenset({str(self.work.labels["staff"][named_[one]])}) for one in found if one is not None), None
        )


def _figures(result: HomeResult) -> Iterator[tuple[str, list[tuple[str, Any]], Amount]]:
    axes = {name: (name, "fit") for name in ("ward", "shift", "intervention", "day")} | {
        "square": ("qn_soll", "qn_ist")
    }
    for name, (row, column) in axes.items():
        table = getattr(result, name)
        for key, amount in table.cells.items():
            yield name, list(zip((row, column), key, strict=True)), amount
        for label, amount in table.rows.items():
            yield name, [(row, label)], amount
        for label, amount in table.columns.items():
            yield name, [(column, label)], amount
        if table.total is not None:
            yield name, [], table.total
    for key, amount in result.reserved.cells.items():
        yield "reserved", [*zip(("qn_soll", "qn_ist"), key, strict=True), ("fit", "vorbehalt_verletzt")], amount


def asked_for(tables: Tables, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Yield what to ask: every period, ward and shift, and some groups, interventions and levels."""
    entries = list(tables.interventions["intervention"].cat.categories)
    for period, ward, shift in product(PERIODS, (None, *WARDS), (None, *SHIFTS)):
        asked = {"period": period, "ward": ward, "shift": shift}
        yield asked
        more = rng.choice(["group", "intervention", "soll", "ist"])
        entry = str(rng.choice(entries))
        value = {"group": BOOK.find_intervention(entry).group, "intervention": entry}
        yield asked | {more: value.get(more, int(rng.integers(5)))}


def attack(who: Person, seed: int) -> int:
    """Ask for everything of a random home; return how many different figures were shown."""
    tables = drawn(seed)
    keep(who, tables, BOOK, (FIRST, LAST))
    attacker = Attacker(tables)
    for asked in asked_for(tables, np.random.default_rng(seed)):
        attacker.see(results.load(who.access, who.home_id, **asked), asked)
    assert attacker.told() is None, seed
    return len(attacker.figures)


def test_no_sequence_of_pages_tells_about_few_employees(ben: Person) -> None:
    """D3: whatever figures of a home are added and subtracted, nothing is left of fewer than five employees."""
    shown = [attack(ben, seed) for seed in (0, 2, 4, 5)]
    assert max(shown) > 40


@pytest.mark.deep
@pytest.mark.parametrize("start", range(100, 300, 20))
def test_no_sequence_of_pages_tells_about_few_employees_of_many_homes(ben: Person, start: int) -> None:
    assert max(attack(ben, seed) for seed in range(start, start + 20)) > 40


def test_a_night_nurse_is_in_no_figure_of_her_own(ben: Person) -> None:
    """D3: one person at night in a ward: neither her ward by shift nor the night, and no day, is told."""
    tables = drawn(3, people=16, rows=600)
    work = tables.interventions
    staff = work["staff"].astype(str)
    shift = np.where(staff == "M0", "N", np.where(work["shift"] == "N", "F", work["shift"]))
    tables = replace(tables, interventions=work.assign(shift=pd.Categorical(shift)))
    keep(ben, tables, BOOK, (FIRST, LAST))
    for period, ward in product(PERIODS, (None, *WARDS)):
        of_all = results.load(ben.access, ben.home_id, period=period, ward=ward)
        assert "N" not in of_all.shift.rows
        assert not any(label == "N" for label, _ in of_all.shift.cells)
        night = results.load(ben.access, ben.home_id, period=period, ward=ward, shift="N")
        for name in ("ward", "shift", "intervention", "day", "square"):
            table = getattr(night, name)
            assert [*table.cells, *table.rows, *table.columns] == [], name
            assert table.total is None or not table.total.count
    whole = results.load(ben.access, ben.home_id, period=PERIODS[0])
    assert whole.shift.total is not None
    assert whole.shift.rest.count > 0
    shown = sum(amount.count for amount in whole.shift.cells.values())
    assert whole.shift.total.count >= shown + 1


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_work_by_grade_is_told_in_blocks_of_enough_employees(seed: int) -> None:
    """D3: whatever is added up of what levels the work for each Pflegegrad called for."""
    tables = drawn(seed, people=12, rows=500)
    grades = pd.DataFrame(
        {
            "resident": tables.residents["resident"].to_numpy(),
            "grade": np.arange(len(tables.residents), dtype=np.int32) % 6,
            "start": pd.Series([pd.NaT] * len(tables.residents), dtype="datetime64[s]"),
        }
    )
    work = contributions(pebem.compile_home(replace(tables, grades=grades), BOOK, (FIRST, LAST)))
    january = work[work.columns["day"] < number_of(date(2026, 2, 1))]
    stored = disclosure.derived(january)[repository.GRADES]
    block = {
        (stored.labels["grade"][grade], stored.labels["band"][band]): number
        for grade, band, number in zip(
            *(stored.columns[name].tolist() for name in ("grade", "band", "block_grade")), strict=True
        )
    }
    outcomes: Any = january.labels["outcome"]
    of_rows = np.array(
        [
            block[january.labels["grade"][grade], disclosure.BANDS[disclosure.BAND_OF_LEVEL[outcomes[outcome][0]]]]
            for grade, outcome in zip(
                january.columns["grade"].tolist(), january.columns["outcome"].tolist(), strict=True
            )
        ]
    )
    amounts = tuple(january.columns[name].astype(np.int64) for name in ("seconds", "count"))
    assert not too_small(of_rows, Work(january.columns["staff"].astype(np.int64), amounts), of_rows.max() + 1).any()
    assert 1 < len(set(of_rows.tolist())) < len(block)


def test_pages_and_files_show_tables_that_lack_figures(ben: Person) -> None:
    """D3: every page and file of a small home says that figures are missing, and why, and how to widen it."""
    tables = drawn(3, people=12, rows=500)
    keep(ben, tables, BOOK, (FIRST, LAST))
    client = ben.first_sign_in()
    entry = tables.interventions["intervention"].cat.categories[0]
    texts = []
    paths = (
        "/",
        "/interventionen",
        "/interventionen.csv",
        f"/interventionen/{entry}",
        "/entlastung",
        "/plausibilitaet",
    )
    for path, period, ward, shift in product(paths, PERIODS[1:4], (None, "A"), (None, "N")):
        asked = {"von": period[0].isoformat(), "bis": period[1].isoformat()}
        asked |= {name: label for name, label in (("wb", ward), ("schicht", shift)) if label}
        answer = client.get(f"{path}?{urlencode(asked)}")
        assert answer.status_code == 200, (path, asked)
        texts.append(answer.get_data(as_text=True))
    assert sum("(zu wenige Personen)" in text for text in texts) > 5
    assert sum("nur für ganze Monate" in text for text in texts) > 10
    assert sum("alle Schichten</a>" in text for text in texts) > 3
