"""Relief by day comes as codes with plain labels, as the store takes them, and adds up to the relief of the home."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

import rules
from pebem.engine.coded_table import CodedTable
from pebem.engine.day_numbers import number_of
from pebem.engine.lookup_tables import CompiledHome, compile_home
from pebem.relief.feasible import AS, OBSTACLES, WAY, relief_by_day, relief_of_home
from tests.support.pebem.rosters import DAY, Act, Duty, Person, home, one_after_the_other, random_case, time_of

BOOK = rules.load(date(2026, 3, 31))


def of_seeds(*seeds: int) -> CompiledHome:
    tables = one_after_the_other([random_case(seed) for seed in seeds]).tables
    return compile_home(tables, BOOK, (DAY, DAY + timedelta(days=2 * len(seeds))))


def sums(table: CodedTable, *names: str) -> Counter[tuple[Any, ...]]:
    """Return the seconds by labels, or numbers of days."""
    total: Counter[tuple[Any, ...]] = Counter()
    columns = [
        [table.labels[name][code] for code in table.columns[name]] if name in table.labels else table.columns[name]
        for name in names
    ]
    for *key, seconds in zip(*columns, table.columns["seconds"].tolist(), strict=True):
        total[tuple(key)] += seconds
    return total


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 60, 12))
def test_all_days_together_are_the_relief_of_the_home(first: int) -> None:
    compiled = of_seeds(*range(first, first + 12))
    by_day, whole = relief_by_day(compiled), relief_of_home(compiled)
    assert by_day is not None
    assert whole is not None
    moved: Counter[tuple[Any, ...]] = Counter()
    stayed: Counter[str] = Counter()
    for (intervention, way), seconds in sums(by_day.work, "intervention", "way").items():
        told = dict(zip(WAY, way, strict=True))
        if told["obstacle"]:
            stayed[told["obstacle"]] += seconds
            assert (told["qn_neu"], told["role"], told["certificate"]) == (0, "", False)
        else:
            moved[intervention, *(told[name] for name in WAY if name != "obstacle")] += seconds
    assert moved == {
        (move.intervention, move.qn_soll, move.qn_ist, move.qn_neu, move.role, move.certificate): move.seconds
        for move in whole.moves
    }
    assert all(stayed[name] <= whole.obstacles[name] for name in OBSTACLES)  # days without a roster are left out
    assert set(stayed) <= set(OBSTACLES)


def test_labels_say_who_and_where_and_missing_wards_are_none() -> None:
    nurse, helper = Person("N", 4), Person("H", 1, "Servicekraft")
    duties = [Duty("N", "A", time_of(6), time_of(14)), Duty("H", "A", time_of(6), time_of(14))]
    acts = [Act("N", "A", time_of(7), 30, "7.E17"), Act("N", None, time_of(8), 10, "7.E17")]
    compiled = compile_home(home([nurse, helper], duties, acts), BOOK, (DAY, DAY))
    by_day = relief_by_day(compiled)
    assert by_day is not None
    day = number_of(DAY)
    assert sums(by_day.work, "day", "ward", "intervention", "way") == {
        (day, "A", "7.E17", (1, 4, "", 1, "Servicekraft", False)): 1800,
        (day, None, "7.E17", (1, 4, "ohne_wohnbereich", 0, "", False)): 600,
    }
    assert sums(by_day.shifts, "day", "ward", "staff", "as") == {
        (day, None, "N", (0, "")): 8 * 3600,
        (day, None, "H", (0, "")): 8 * 3600,
        (day, "A", "H", (1, "Servicekraft")): 3600,
    }
    assert len(AS) == len(by_day.shifts.labels["as"][0])
    labels = [label for table in (by_day.work, by_day.shifts) for of_name in table.labels.values() for label in of_name]
    plain = [part for label in labels for part in (label if isinstance(label, tuple) else (label,))]
    assert {type(part) for part in plain} == {str, int, bool, type(None)}


def test_unrated_work_uses_time_and_never_moves() -> None:
    compiled = of_seeds(1, 2, 3, 4)
    by_day = relief_by_day(compiled, [entry.id for entry in BOOK.interventions])
    assert by_day is not None
    assert len(by_day.work) == 0
    assert {label for (label,) in sums(by_day.shifts, "as")} == {(0, "")}
