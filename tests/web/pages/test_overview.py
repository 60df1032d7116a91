"""What pages say of a home, held against small homes counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from pebem.measures import Amount
from tests.support.web.figures import table
from web.services.analysis import overview
from web.services.analysis.shown import NOTHING, ShownTable
from web.views.analysis.month_overview import by_month
from web.wording.figures import FIT_WORDS

COLUMNS = ["day", "ward", "shift", "intervention", "qn_soll", "qn_ist", "fit", "certificate", "count", "seconds"]


def frame(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS).astype({"certificate": bool})


def row(
    fit: str,
    count: int,
    seconds: int,
    *,
    day: int = 1,
    ward: str | None = "WB 1",
    shift: str | None = "Früh",
    intervention: str = "4.1",
    soll: int = 2,
    ist: int = 2,
    certificate: bool = False,
) -> tuple[object, ...]:
    return (date(2026, 3, day), ward, shift, intervention, soll, ist, fit, certificate, count, seconds)


def square(of: pd.DataFrame) -> ShownTable:
    return table(of, "qn_soll", "qn_ist")


def reserved(of: pd.DataFrame) -> ShownTable:
    return square(of[of["fit"] == "vorbehalt_verletzt"])


MIXED = frame(
    row("passend", 4, 2400),
    row("ueberqualifiziert", 3, 1800, ist=4, intervention="4.10", ward="WB 2"),
    row("unterqualifiziert", 1, 600, soll=3, day=2, shift=None),
    row("vorbehalt_verletzt", 2, 300, soll=4, ist=3, intervention="7.E1", ward=None),
    row("nicht_bewertbar", 5, 900, soll=0, ist=3, day=3),
)


def test_shares_are_of_minutes_start_where_the_last_ended_and_add_up() -> None:
    total = overview.whole(table(MIXED))
    assert [part.fit for part in total.parts] == list(FIT_WORDS)
    assert (total.count, total.seconds) == (15, 6000)
    assert total["passend"].share == pytest.approx(0.4)
    assert total["vorbehalt_verletzt"].share == pytest.approx(0.05)
    assert sum(part.share for part in total.parts) == pytest.approx(1)
    ends = [part.start + part.share for part in total.parts]
    assert [part.start for part in total.parts][1:] == pytest.approx(ends[:-1])
    assert total.rated == pytest.approx(0.85)
    assert (total.too_low.count, total.too_low.seconds) == (3, 900)
    assert (total.too_high.count, total.too_high.seconds) == (3, 1800)


def test_without_any_minutes_shares_are_of_numbers() -> None:
    total = overview.whole(table(frame(row("passend", 3, 0), row("nicht_bewertbar", 1, 0, soll=0))))
    assert not total.in_minutes
    assert total["passend"].share == pytest.approx(0.75)
    assert total.rated == pytest.approx(0.75)


def test_empty_data_has_no_share_and_no_coverage() -> None:
    total = overview.whole(table(MIXED[:0]))
    assert (total.count, total.seconds, total.rated) == (0, 0, None)
    assert overview.out_of_100(total) == dict.fromkeys(FIT_WORDS, 0)


@pytest.mark.parametrize(
    "seconds", [(1, 1, 1, 0, 0), (333, 333, 334, 0, 0), (9995, 1, 1, 1, 2), (5, 7, 11, 13, 17), (1, 0, 0, 0, 0)]
)
def test_whole_numbers_out_of_100_add_up_and_stay_within_one(seconds: tuple[int, ...]) -> None:
    total = overview.whole(table(frame(*(row(fit, 1, s) for fit, s in zip(FIT_WORDS, seconds, strict=True)))))
    numbers = overview.out_of_100(total)
    assert sum(numbers.values()) == 100
    assert all(abs(numbers[part.fit] - 100 * part.share) < 1 for part in total.parts)


def test_groups_begin_with_the_most_below_the_level_and_never_add_what_is_above_it() -> None:
    interventions = overview.groups(table(MIXED, "intervention"))
    assert [group.key for group in interventions] == ["4.1", "7.E1", "4.10"]
    assert [group.whole.too_low.seconds for group in interventions] == [600, 300, 0]


def test_groups_are_the_whole_and_end_with_what_is_not_given() -> None:
    wards = overview.groups(table(MIXED))
    assert [group.key for group in wards] == ["WB 1", "WB 2", None]
    assert wards[-1].whole["vorbehalt_verletzt"].count == 2
    assert sum(group.whole.seconds for group in wards) == overview.whole(table(MIXED)).seconds


def test_days_hold_every_class_and_every_interventions_number() -> None:
    days = overview.days(table(MIXED, "day"))
    assert [row["day"] for row in days] == [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]
    assert [row["count"] for row in days] == [9, 1, 5]
    assert [days[0][fit] for fit in FIT_WORDS] == [2400, 1800, 0, 300, 0]
    assert days[2]["nicht_bewertbar"] == 900


def test_the_square_runs_from_4_to_unknown_and_its_margins_are_sums() -> None:
    rows = overview.square(square(MIXED), reserved(MIXED))
    assert [r.soll for r in rows] == [4, 3, 2, 1, 0, None]
    assert [c.ist for c in rows[0].cells] == [1, 2, 3, 4, 0, None]
    for r in rows:
        assert sum(c.seconds for c in r.cells[:-1]) == r.cells[-1].seconds
        assert sum(c.count for c in r.cells[:-1]) == r.cells[-1].count
    for column in zip(*(r.cells for r in rows), strict=True):
        assert sum(c.seconds for c in column[:-1]) == column[-1].seconds
    assert rows[-1].cells[-1].seconds == 6000
    assert rows[-1].cells[-1].share == pytest.approx(1)


def test_cells_show_meaning_heat_and_reservation() -> None:
    cells = {(c.soll, c.ist): c for r in overview.square(square(MIXED), reserved(MIXED)) for c in r.cells}
    assert cells[2, 2].css == "f5"
    assert cells[2, 2].diagonal
    assert cells[2, 4].css == "o5"
    assert cells[3, 2].css == "u4"  # 10 %
    assert cells[4, 3].css == "u3"  # 5 %
    assert cells[4, 3].reserved == 2
    assert cells[0, 3].css == "n4"  # 15 %
    assert not cells[1, 3].css
    assert not cells[None, 3].css
    assert not cells[0, 0].diagonal
    assert not cells[None, None].diagonal


@pytest.mark.parametrize(("seconds", "step"), [(199, 1), (200, 2), (499, 2), (500, 3), (1000, 4), (1999, 4), (2000, 5)])
def test_heat_steps_begin_exactly_at_their_share(seconds: int, step: int) -> None:
    rows = overview.square(
        square(frame(row("passend", 1, seconds), row("nicht_bewertbar", 1, 10_000 - seconds, soll=0)))
    )
    assert next(c for r in rows for c in r.cells if (c.soll, c.ist) == (2, 2)).css == f"f{step}"


def test_shares_of_the_square_are_of_minutes_or_of_the_number_of_interventions() -> None:
    by_count = {
        (c.soll, c.ist): c for r in overview.square(square(MIXED), reserved(MIXED), by_count=True) for c in r.cells
    }
    assert by_count[2, 2].share == pytest.approx(4 / 15)
    assert by_count[4, 3].share == pytest.approx(2 / 15)
    assert by_count[4, 3].css == "u4"
    assert by_count[None, None].share == pytest.approx(1)
    unmeasured = overview.square(square(frame(row("passend", 3, 0), row("nicht_bewertbar", 1, 0, soll=0))))
    assert unmeasured[2].cells[1].share == pytest.approx(0.75)


def test_remarkable_are_the_largest_cell_below_and_the_largest_above() -> None:
    cells = overview.remarkable(overview.square(square(MIXED), reserved(MIXED)))
    assert [(cell.soll, cell.ist) for cell in cells] == [(3, 2), (2, 4)]
    assert overview.remarkable(overview.square(square(frame(row("passend", 1, 60))))) == []


def test_gaps_name_what_is_unknown_and_leave_out_what_is_complete() -> None:
    gaps = overview.gaps(square(MIXED), {"minuten": 0.8})
    assert [(gap.kind, gap.count, gap.seconds) for gap in gaps] == [("minuten", 3, 0), ("soll", 5, 900)]
    assert gaps[1].share == pytest.approx(0.15)
    assert overview.gaps(square(frame(row("passend", 1, 60))), {"minuten": 1.0}) == []


def test_months_of_a_period_over_a_new_year() -> None:
    assert overview.months(date(2025, 12, 30), date(2026, 2, 1)) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


@pytest.mark.parametrize(("unrated", "telling"), [(499, True), (500, True), (501, False)])
def test_shares_tell_something_where_half_of_the_minutes_is_rated(unrated: int, telling: bool) -> None:  # noqa: FBT001
    of = overview.whole(table(frame(row("passend", 1, 1000 - unrated), row("nicht_bewertbar", 1, unrated, soll=0))))
    assert of.telling == telling


def test_what_is_hidden_is_in_one_part_or_in_none() -> None:
    """D3: the classes shown and the part of all others add up; without a total, what is hidden is in no figure."""
    whole = table(MIXED)
    few = {"vorbehalt_verletzt", "unterqualifiziert"}
    hidden = frozenset(key for key in whole.cells if key[1] in few)
    told = replace(
        whole, columns={k: v for k, v in whole.columns.items() if k not in few}, rows={}, hidden=hidden,
        cells={k: v for k, v in whole.cells.items() if k not in hidden},
    )  # fmt: skip
    of = overview.whole(told)
    assert (of.merged.count, of.merged.seconds) == (3, 900)
    assert of.hidden == few
    assert of.too_low_hidden
    assert sum(overview.out_of_100(of).values()) == 100
    assert (told.rest.count, told.rest.seconds) == (3, 900)
    of = overview.whole(replace(told, total=None))
    assert of.merged is of.rated is replace(told, total=None).rest is None
    assert (of.count, of["unterqualifiziert"].count) == (12, 0)
    few = replace(square(MIXED), total=None, cells={}, hidden=frozenset({(2, 4)}))
    cells = {(c.soll, c.ist): c for r in overview.square(few) for c in r.cells}
    assert cells[2, 4].hidden
    assert cells[None, None].hidden
    assert not cells[2, 2].hidden
    assert NOTHING.count == cells[2, 4].count


def test_days_add_up_to_months_and_hide_what_one_of_them_hides() -> None:
    none = dict.fromkeys(FIT_WORDS, 0)
    rows = [
        {"day": date(2026, 1, 31), **none, "passend": 60, "count": 3, "hidden": frozenset()},
        {"day": date(2026, 2, 1), **none, "passend": 50, "count": None, "hidden": frozenset({"unterqualifiziert"})},
        {"day": date(2026, 2, 28), **none, "passend": 70, "count": 4, "hidden": frozenset()},
    ]
    assert by_month(rows) == [
        {**rows[0], "day": date(2026, 1, 1)},
        {**rows[1], "passend": 120},
    ]


def test_a_hidden_number_of_reserved_tasks_is_not_none_of_them() -> None:
    """D3: what few employees stand behind is no 0."""
    shown = ShownTable(cells={(4, 2): Amount(10, 600)}, total=Amount(10, 600))
    reserved = ShownTable(total=None, hidden=frozenset({(4, 2)}))
    found = {(cell.soll, cell.ist): cell.reserved for row in overview.square(shown, reserved) for cell in row.cells}
    assert found[4, 2] is None
    assert found[4, 1] == 0
    told = overview.square(shown, ShownTable(cells={(4, 2): Amount(3, 60)}, total=Amount(3, 60)))
    assert {cell.reserved for row in told for cell in row.cells if (cell.soll, cell.ist) == (4, 2)} == {3}
