"""Aggregates are added, taken apart and compared by what their codes stand for, never by the codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pebem import FIT_CLASSES, Aggregate, measures
from pebem.aggregate import DIMENSIONS, EXCLUDED
from pebem.engine.coded_table import CodedTable
from pebem.engine.day_numbers import number_of
from pebem.engine.decode import COVERAGE_COUNTS, frame_of, table_of
from pebem.fit_classes import OUTCOME_COLUMNS
from tests.support.pebem.sums_by_hand import exact

FIRST = date(2026, 2, 27)
DAYS = [FIRST + timedelta(days=number) for number in range(4)]
LABELS = {
    "ward": ["WB 10", "WB 2", "", None],
    "shift": ["Nacht", "Früh", None],
    "intervention": ["4.10", "4.2", "4.1"],
    "outcome": [
        (3, 2, "passend", True),
        (3, 2, "unterqualifiziert", False),
        (0, 4, "nicht_bewertbar", False),
        (3, 3, "passend", False),
        (1, 4, "ueberqualifiziert", False),
    ],
}

Cells = dict[tuple[object, ...], tuple[int, int]]
"""Day, ward, shift, intervention, outcome -> count and seconds."""

CELLS = st.dictionaries(
    st.tuples(st.sampled_from(DAYS), *map(st.sampled_from, LABELS.values())),
    st.tuples(st.integers(1, 300), st.integers(0, 2**40)),
    max_size=12,
)
PROPERTY = settings(max_examples=25, deadline=None)


def coded(
    rows: list[tuple[object, ...]], names: Iterable[str], sums: Iterable[str], ordered: Callable[[list], list]
) -> CodedTable:
    """Code rows of labels and sums; ``ordered`` gives the labels in an order of its own, unused ones too."""
    columns, labels = {}, {}
    for place, name in enumerate(names):
        values = [row[place] for row in rows]
        if name == "day":
            columns[name] = np.array([number_of(day) for day in values], np.int64)
        else:
            labels[name] = tuple(ordered(LABELS[name]))
            columns[name] = np.array([labels[name].index(value) for value in values], np.uint8)
    of_keys = len(columns)
    for place, name in enumerate(sums):
        kind = np.int64 if name == "seconds" else np.uint16  # as narrow as what comes from the store
        columns[name] = np.array([row[of_keys + place] for row in rows], kind)
    return CodedTable(columns, labels)


def aggregate(cells: Cells, ordered: Callable[[list], list] = list, faulty: int = 0) -> Aggregate:
    """Make an aggregate whose codes follow ``ordered``."""
    counted: Counter[tuple[object, object]] = Counter()
    for (day, ward, *_), (count, _) in cells.items():
        counted[day, ward] += count
    covered = [(*key, count, *([count] * (len(COVERAGE_COUNTS) - 2)), 0) for key, count in counted.items()]
    return Aggregate(
        {
            DIMENSIONS: coded(
                [(*k, *v) for k, v in cells.items()], (*DIMENSIONS, "outcome"), ("count", "seconds"), ordered
            )
        },
        coded(covered, ("day", "ward"), COVERAGE_COUNTS, ordered),
        dict.fromkeys(EXCLUDED, 1) | {"fehlerhaft": faulty},
        (min(key[0] for key in cells), max(key[0] for key in cells)) if cells else None,
    )


def shuffled(data: st.DataObject) -> Callable[[list], list]:
    """Return an order of labels drawn anew each time."""
    return lambda labels: data.draw(st.permutations(labels))


def summed(*parts: Cells) -> Cells:
    """Add cells up, one by one."""
    keys = {key for part in parts for key in part}
    return {key: tuple(sum(part.get(key, (0, 0))[i] for part in parts) for i in (0, 1)) for key in keys}


def plain(cells: Cells) -> dict[tuple[object, ...], tuple[int, int]]:
    """Return cells as :func:`exact` says them."""
    return {(*key[:4], *key[4]): sums for key, sums in cells.items()}


@given(st.data(), st.lists(CELLS, min_size=1, max_size=4))
@PROPERTY
def test_sums_by_label_do_not_depend_on_the_order_of_codes(data: st.DataObject, parts: list[Cells]) -> None:
    made = [aggregate(part, shuffled(data), faulty=number) for number, part in enumerate(parts)]
    total = Aggregate.total(made)
    said = exact(total)
    assert said[DIMENSIONS] == plain(summed(*parts))
    assert said["excluded"] == dict.fromkeys(EXCLUDED, len(parts)) | {"fehlerhaft": sum(range(len(parts)))}
    days = [key[0] for part in parts for key in part]
    assert total.period == ((min(days), max(days)) if days else None)
    assert total == sum(made[1:], made[0]) == Aggregate.total(made[::-1])
    assert total.counted == sum(count for count, _ in summed(*parts).values())
    wards: Counter[object] = Counter()
    for (day, ward, *_), (count, _) in summed(*parts).items():
        wards[day, ward] += count
    assert {key: sums[0] for key, sums in said["coverage"].items()} == wards


@given(st.data(), CELLS, CELLS)
@PROPERTY
def test_an_added_aggregate_can_be_subtracted_again(data: st.DataObject, one: Cells, other: Cells) -> None:
    first, second = (aggregate(cells, shuffled(data), faulty=2) for cells in (one, other))
    rest = (first + second) - second
    assert rest == first
    assert rest.period == (first + second).period
    assert len(rest.tables[DIMENSIONS]) == len(one)
    assert (first - first).tables.keys() == first.tables.keys()
    assert exact(first - first) == exact(Aggregate.zero([DIMENSIONS])) | {"period": first.period}


@given(st.data(), CELLS.filter(bool), st.sampled_from(["count", "seconds", "elsewhere", "excluded", "coverage"]))
@PROPERTY
def test_subtracting_more_than_there_is_is_refused(data: st.DataObject, cells: Cells, too_much: str) -> None:
    whole = aggregate(cells, shuffled(data))
    key = data.draw(st.sampled_from(sorted(cells, key=str)))
    count, seconds = cells[key]
    part = aggregate(cells, shuffled(data))
    if too_much == "count":
        part = aggregate({key: (count + 1, seconds)}, shuffled(data))
    elif too_much == "seconds":
        part = aggregate({key: (count, seconds + 1)}, shuffled(data))
    elif too_much == "elsewhere":
        part = aggregate({(DAYS[-1] + timedelta(days=1), *key[1:]): (1, 0)}, shuffled(data))
    elif too_much == "excluded":
        part = replace(part, excluded=dict(part.excluded) | {"fehlerhaft": 1})
    else:
        counts = part.coverage.columns
        part = replace(part, coverage=replace(part.coverage, columns={**counts, "ueberschrieben": counts["counted"]}))
    with pytest.raises(ValueError, match="taken out"):
        whole - part


def test_seconds_are_not_left_behind_without_rows() -> None:
    key = (FIRST, None, None, "4.2", LABELS["outcome"][0])
    with pytest.raises(ValueError, match="taken out"):
        aggregate({key: (2, 60)}) - aggregate({key: (2, 59)})


@given(st.data(), CELLS)
@PROPERTY
def test_equality_is_about_labels_and_sees_every_cell(data: st.DataObject, cells: Cells) -> None:
    one, other = (aggregate(cells, shuffled(data)) for _ in range(2))
    turned = {name: column[::-1] for name, column in other.tables[DIMENSIONS].columns.items()}
    assert one == replace(other, tables={DIMENSIONS: replace(other.tables[DIMENSIONS], columns=turned)})
    assert one != replace(other, excluded=dict(other.excluded) | {"fehlerhaft": 9})
    assert one != replace(other, tables={})
    for key, (count, seconds) in list(cells.items())[:3]:
        for changed in ((count + 1, seconds), (count, seconds + 1)):
            different = aggregate(cells | {key: changed}, shuffled(data))
            assert one != replace(different, coverage=other.coverage)
    if cells:
        recorded = aggregate(cells, shuffled(data)).coverage
        wrong = {**recorded.columns, "minuten": recorded.columns["minuten"] - 1}
        assert one != replace(other, coverage=replace(recorded, columns=wrong))


def test_a_missing_ward_is_neither_a_blank_nor_another_one() -> None:
    rest = ("Früh", "4.1", LABELS["outcome"][3])
    wards = [aggregate({(FIRST, ward, *rest): (1, 60)}) for ward in LABELS["ward"]]
    assert [[one == other for other in wards] for one in wards] == np.eye(len(wards), dtype=bool).tolist()
    assert Aggregate.total(wards).by("ward")["ward"].tolist() == ["", "WB 10", "WB 2", None]


@given(st.data(), CELLS, st.lists(st.sampled_from(DIMENSIONS), unique=True))
@PROPERTY
def test_words_come_in_the_order_of_labels_with_what_is_missing_last(
    data: st.DataObject, cells: Cells, dims: list[str]
) -> None:
    found = aggregate(cells, shuffled(data))
    keys = [*dims, *OUTCOME_COLUMNS]
    columns = [*DIMENSIONS, *OUTCOME_COLUMNS, "count", "seconds"]
    rows = pd.DataFrame([(*key, *sums) for key, sums in plain(cells).items()], columns=columns)
    frame = found.by(*dims)
    assert frame.columns.tolist() == [*keys, "count", "seconds"]
    asked = measures.condense(rows, keys, ("count", "seconds"))
    assert frame.astype(object).to_numpy().tolist() == asked.astype(object).to_numpy().tolist()
    filled = aggregate({(FIRST, None, "Früh", "4.1", LABELS["outcome"][0]): (1, 1)})
    assert frame.dtypes.to_dict() == filled.by(*dims).dtypes.to_dict()
    assert set(frame["fit"]) <= set(FIT_CLASSES)
    ward = found.covered("ward")
    assert ward["ward"].tolist() == [
        *sorted({key[1] for key in cells} - {None}),
        *[None][: any(k[1] is None for k in cells)],
    ]
    assert ward["counted"].sum() == found.covered("day", "ward")["counted"].sum() == found.counted
    assert found.covered().to_dict("records") == [ward[[*COVERAGE_COUNTS]].sum().to_dict()]


@given(st.data(), CELLS)
@PROPERTY
def test_words_can_be_coded_again(data: st.DataObject, cells: Cells) -> None:
    """Coverage has a count that is called as a dimension is: intervention."""
    found = aggregate(cells, shuffled(data))
    again = Aggregate(
        {DIMENSIONS: table_of(found.by(*DIMENSIONS))}, table_of(found.covered("day", "ward")), found.excluded
    )
    assert again == found
    categories = table_of(frame_of(found.tables[DIMENSIONS], categorical=True))
    assert replace(again, tables={DIMENSIONS: categories}) == found


def test_dimensions_without_a_common_grouping_are_refused() -> None:
    with pytest.raises(KeyError, match="no grouping holds"):
        Aggregate.zero().by("day", "ward")
    with pytest.raises(ValueError, match="groupings"):
        Aggregate.total([Aggregate.zero(), Aggregate.zero([DIMENSIONS])])
