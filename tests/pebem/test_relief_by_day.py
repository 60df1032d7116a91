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
from pebem.relief.by_day import AS, WAY, relief_by_day
from pebem.relief.feasible import OBSTACLES, relief_of_home
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
    unmet = sum(by_day.unmet.columns["seconds"])
    assert unmet == sum(n for (way,), n in sums(by_day.work, "way").items() if "niemand_passend" in way)
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
    duties = [Duty(name, "A", time_of(6), time_of(15)) for name in "NH"]
    acts = [
        Act("N", "A", time_of(7), 30, "7.E17"),
        Act("N", "A", time_of(7.5), 5, "4.19"),
        Act("N", None, time_of(8), 10, "7.E17"),
        Act("N", "A", time_of(14), 10, "7.E17"),
    ]
    compiled = compile_home(home([nurse, helper], duties, acts), BOOK, (DAY, DAY))
    by_day = relief_by_day(compiled)
    assert by_day is not None
    day = number_of(DAY)
    assert sums(by_day.work, "day", "third", "ward", "intervention", "way") == {
        (day, 6, "A", "7.E17", (1, 4, "", 1, "Servicekraft", False)): 1800,
        (day, 14, "A", "7.E17", (1, 4, "", 1, "Servicekraft", False)): 600,
        (day, None, None, "7.E17", (1, 4, "ohne_wohnbereich", 0, "", False)): 600,
        (day, None, "A", "4.19", (2, 4, "niemand_passend", 0, "", False)): 300,
    }
    assert sums(by_day.shifts, "day", "third", "ward", "staff", "as") == {
        (day, 6, "A", "H", (1, "Servicekraft")): 3600,
        (day, 14, "A", "H", (1, "Servicekraft")): 3600,
    }
    assert sums(by_day.unmet, "day", "hour", "ward", "qn_soll", "staff") == {(day, 7, "A", 2, "N"): 300}
    assert sums(by_day.days, "day") == {(day,): 2 * 9 * 3600}
    assert len(AS) == len(by_day.shifts.labels["as"][0])
    stored = (by_day.work, by_day.shifts, by_day.unmet, by_day.days)
    labels = [label for table in stored for of_name in table.labels.values() for label in of_name]
    plain = [part for label in labels for part in (label if isinstance(label, tuple) else (label,))]
    assert {type(part) for part in plain} == {str, int, bool, type(None)}


def test_unrated_work_uses_time_and_never_moves() -> None:
    compiled = of_seeds(1, 2, 3, 4)
    by_day = relief_by_day(compiled, [entry.id for entry in BOOK.interventions])
    assert by_day is not None
    assert len(by_day.work) == 0
    assert len(by_day.shifts) == len(by_day.unmet) == 0
    assert len(by_day.days) > 0
