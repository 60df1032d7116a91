"""Several files of one home as one: folded like several uploads, with the words of the importers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pebem.contracts import DUTIES, INTERVENTIONS, RESIDENTS, STAFF, Tables
from pebem.history.files import fold_files, with_wards
from tests.support.pebem.deliveries import delivery, folded, on, work, worked
from tests.support.pebem.frames import framed

DAYS = {0: date(2026, 1, 5), 1: date(2026, 2, 5)}
BATH = ("a", "P", "1.1", "01-12", 420, 600, None)


def parts(**files: list[int]) -> dict[str, Any]:
    return {name: np.array(numbers, np.int32) for name, numbers in files.items()}


def both(first: list[Any], second: list[Any], **other: Any) -> list[Any]:
    """Return the acts that stay of two files."""
    files = parts(interventions=[0] * len(first) + [1] * len(second))
    return work(fold_files(worked(*first, *second), files, DAYS, **other))


def test_a_single_file_is_not_changed() -> None:
    tables = worked(BATH, BATH)
    assert fold_files(tables, parts(interventions=[0, 0]), DAYS) is tables
    assert fold_files(tables, {}, {}) is tables
    assert fold_files(tables, parts(interventions=[3, 3]), {}) is tables


def test_rows_of_two_files_count_as_often_as_one_has_them() -> None:
    assert both([BATH], [BATH, BATH]) == [BATH, BATH]
    assert both([BATH, BATH], [BATH]) == [BATH, BATH]


def test_rows_stay_in_the_order_of_the_files_and_corrected_ones_go() -> None:
    later, corrected, by_another = (*BATH[:4], 500, *BATH[5:]), (*BATH[:5], 900, None), ("a", "Q", *BATH[2:])
    assert both([later, BATH], [by_another, corrected]) == [later, by_another, corrected]
    assert both([by_another, BATH], [BATH, later]) == [by_another, BATH, later]


def test_missing_values_are_no_values() -> None:
    """No resident, employee, time, minutes: the same in both files, and apart from the first of each."""
    blank = (None, None, "1.1", "01-12", -1, -1, None)
    assert both([blank], [blank]) == [blank]
    assert both([blank], [("a", *blank[1:]), ("a", "P", *blank[2:])]) == [
        blank,
        ("a", *blank[1:]),
        ("a", "P", *blank[2:]),
    ]
    assert both([(*BATH[:5], -1, None)], [(*BATH[:5], 0, None)]) == [(*BATH[:5], 0, None)]


def test_repaired_rows_are_additional_ones_wherever_their_file_is_in_the_order() -> None:
    other = ("a", None, *BATH[2:])  # would be corrected by the other
    for repaired in ([0], [1]):
        assert sorted(both([other], [BATH], repaired=repaired), key=str) == sorted([other, BATH], key=str)
        assert both([BATH], [BATH], repaired=repaired) == [BATH, BATH]


def test_same_repaired_row_in_two_workbooks_is_one() -> None:
    files = parts(interventions=[0, 1, 2, 2])
    assert len(fold_files(worked(*[BATH] * 4), files, {}, repaired=[1, 2]).interventions) == 3
    assert len(fold_files(worked(*[BATH] * 4), files, {}, repaired=[0, 1, 2]).interventions) == 2


def staff(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return framed(STAFF, [(who, qn, role, "", on(first), None) for who, qn, role, first in rows])


def test_undated_statements_apply_from_the_first_day_of_their_file() -> None:
    """The third file has no data: it counts from the first day of all."""
    tables = Tables(
        residents=framed(RESIDENTS, [("a", "A", None, None), ("a", "B", None, None), ("b", "B", None, None)]),
        staff=staff(("P", 2, None, None), ("P", 3, None, None), ("P", 1, None, "03-01"), ("Q", 4, None, None)),
    )
    files = parts(residents=[0, 1, 2], staff=[0, 1, 2, 2])
    found = fold_files(tables, files, DAYS)
    assert [(row.staff, row.qn, str(row.start)[:10]) for row in found.staff.itertuples()] == [
        ("P", 2, "NaT"),
        ("P", 3, "2026-02-05"),
        ("P", 1, "2026-03-01"),
        ("Q", 4, "NaT"),
    ]
    assert found.residents["ward"].tolist() == ["B", "B"]
    third = replace(tables, staff=staff(("P", 2, None, None), ("P", 3, None, None), ("P", 1, None, None)))
    found = fold_files(third, parts(staff=[0, 1, 2]), DAYS)
    assert [(row.qn, str(row.start)[:10]) for row in found.staff.itertuples()] == [(1, "NaT"), (3, "2026-02-05")]


def test_columns_a_list_does_not_have_state_nothing() -> None:
    """Each list speaks for itself: a blank cell of its column says that there is none, an absent column nothing."""
    tables = Tables(staff=staff(("P", 2, "Pflege", None), ("P", 3, None, None)))
    files, role = parts(staff=[0, 1]), frozenset({"role"})

    def roles(**unstated: dict[int, frozenset[str]]) -> list[str | None]:
        return fold_files(tables, files, DAYS, **unstated).staff["role"].tolist()

    assert roles(unstated={0: role, 1: role}) == roles(unstated={1: role}) == ["Pflege", "Pflege"]
    assert roles(unstated={0: role}) == roles() == ["Pflege", None]


def duties(*rows: tuple[str | None, str, int]) -> pd.DataFrame:
    """Return duties of eight hours: person, day, first hour."""
    start = pd.Series(pd.to_datetime([f"2026-{day} {hour:02}:00" for _, day, hour in rows]).astype("datetime64[s]"))
    people = pd.Series([who for who, *_ in rows], dtype=object)
    frame = pd.DataFrame({"staff": people, "ward": pd.Series([None] * len(rows), dtype=object), "start": start})
    return frame.assign(end=start + pd.Timedelta(hours=8))[list(DUTIES)]


def test_duties_of_a_person_and_day_are_those_of_the_last_file_that_names_one() -> None:
    frame = duties(
        ("P", "01-05", 6),
        ("P", "01-06", 6),
        ("Q", "01-05", 6),
        (None, "01-05", 6),
        ("P", "01-05", 13),
        ("P", "01-05", 21),
        (None, "01-05", 13),
    )
    found = fold_files(Tables(duties=frame), parts(duties=[0, 0, 0, 0, 1, 1, 1]), DAYS).duties
    assert [(row.staff, row.start.day, row.start.hour) for row in found.itertuples()] == [
        ("P", 6, 6),
        ("Q", 5, 6),
        (None, 5, 6),
        ("P", 5, 13),
        ("P", 5, 21),
        (None, 5, 13),
    ]
    assert found.index.tolist() == list(range(6))
    none = fold_files(worked(BATH, BATH), parts(interventions=[0, 1]), DAYS).duties
    assert (len(none), list(none)) == (0, list(DUTIES))


MOVES = (
    delivery("01-01", residents=[("a", "A"), ("b", "B")]),
    delivery("01-12", residents=[("a", "C")]),
)


@pytest.mark.parametrize("known", ["ABC", "A", ""])
def test_rows_without_ward_get_that_of_the_day_where_the_resident_moved(known: str) -> None:
    """Whatever wards the rows name, new ones included."""
    rows = [
        ("a", "P", "1.1", "01-11", 420, 600, None),
        ("a", "P", "1.1", "01-12", 420, 600, None),
        ("a", "P", "1.1", "01-13", 420, 600, "B"),
        ("x", "P", "1.1", "01-12", 420, 600, None),
        (None, "P", "1.1", "01-12", 420, 600, None),
    ]
    rows += [("x", "P", "1.1", "01-13", 420, 600, ward) for ward in known]
    found = work(Tables(interventions=with_wards(worked(*rows).interventions, folded(*MOVES))))
    assert [row[-1] for row in found] == ["A", "C", "B", None, None, *known]
    assert [row[:-1] for row in found] == [row[:-1] for row in rows]


def test_resident_who_always_lived_in_one_ward_is_left_to_the_engine() -> None:
    stated = folded(*MOVES)
    rows = worked(("b", "P", "1.1", "01-12", 420, 600, None)).interventions
    assert with_wards(rows, stated)["ward"].isna().all()
    assert with_wards(rows, folded(MOVES[0])) is rows
    none = framed(INTERVENTIONS, [])
    assert with_wards(none, stated) is none


def test_wards_are_filled_where_files_are_folded() -> None:
    rows = worked(("a", "P", "1.1", "01-11", 420, 600, None), ("a", "P", "1.1", "02-06", 420, 600, None))
    tables = replace(rows, residents=framed(RESIDENTS, [("a", "A", None, None), ("a", "C", None, None)]))
    found = fold_files(tables, parts(residents=[0, 1], interventions=[0, 1]), DAYS)
    assert [row[-1] for row in work(found)] == ["A", "C"]
