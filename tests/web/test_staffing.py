"""§ 113c for a home: exact means over days, what was entered from when, and hours as sums only."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from rules.staffing import full_time_equivalents
from tests.support.web import workbooks
from tests.support.web.accounts import actions
from tests.support.web.pages import Person, person
from web.services import clock
from web.services.analysis import staffing, staffing_inputs
from web.services.analysis.staffing_inputs import StaffingError
from web.store import models
from web.store.base import Base

STAFF: list[tuple[Any, ...]] = [
    ("Personal-Nr", "Name", "QN", "Rolle", "Gültig ab", "Gültig bis", "Wochenstunden"),
    ("P1", "Quast", "4", "", "", "", "38,5"),
    ("P2", "Ngũgĩ", "2", "", "", "31.01.2026", "30"),
    ("P2", "Ngũgĩ", "3", "", "01.02.2026", "", "30"),
    ("P3", "Blaschke", "1", "", "", "", "19,25"),
    ("P4", "Özil", "2", "Betreuung § 43b", "", "", "20"),
]
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))


def upload(who: Person, staff: list[tuple[Any, ...]] | None = None, *, store: bool = True) -> int:
    """Read the small home in, with weekly hours."""
    content = workbooks.workbook(
        Bewohner=workbooks.RESIDENTS,
        Begutachtungen=workbooks.assessments(3),
        Mitarbeitende=staff or STAFF,
        Interventionen=workbooks.WORK,
    )
    return who.read_in(content, store=store)


def enter(who: Person, day: date, full_time: str = "38.5", **figures: str | None) -> None:
    """Enter figures such as ``agreed_nr1="2.5"``."""
    exact = {name: None if text is None else Decimal(text) for name, text in figures.items()}
    minimum, contracted = (
        {group: exact.get(f"{kind}_{group}") for group in ("nr1", "nr2", "nr3")} for kind in ("minimum", "agreed")
    )
    staffing_inputs.enter(
        who.access,
        home_id=who.home_id,
        valid_from=day,
        full_time=Decimal(full_time),
        minimum=minimum,
        agreed=contracted,
    )


def figures_of(who: Person, first: date, last: date | None = None) -> staffing.StaffingFigures:
    """Return the staffing of the home."""
    return staffing.staffing(who.access, who.home_id, first, last)


def test_the_ceiling_follows_from_the_present_residents(anna: Person) -> None:
    """Two residents: one assessed since always, one from 1 February; before, the grade is unknown."""
    upload(anna)
    day = figures_of(anna, date(2026, 2, 10))
    assert (day.residents, day.first, day.last, day.values_on) == (2, date(2026, 2, 10), *[date(2026, 2, 10)] * 2)
    graded = {grade: number for grade, number in day.mix.items() if number}
    (grade,) = graded
    assert grade in range(1, 6)
    assert graded[grade] == 2
    expected = full_time_equivalents({grade: 2}, date(2026, 2, 10))
    assert [line.ceiling for line in day.lines] == [expected.nr1, expected.nr2, expected.nr3, expected.total]
    january = figures_of(anna, date(2026, 1, 31))
    assert {grade: number for grade, number in january.mix.items() if number} == {grade: 1, -1: 1}
    both = figures_of(anna, date(2026, 1, 31), date(2026, 2, 1))
    assert both.mix[grade] == Decimal("1.5")
    assert both.lines[3].ceiling == (january.lines[3].ceiling + day.lines[3].ceiling) / 2


def test_employed_staff_is_shown_by_group(anna: Person) -> None:
    upload_id = upload(anna)
    figures = figures_of(anna, date(2026, 2, 10))
    assert figures.hours_from == upload_id
    assert figures.by_qn == {
        0: Decimal(20) / Decimal("38.5"),
        1: Decimal("0.5"),
        2: 0,
        3: Decimal(30) / Decimal("38.5"),
        4: 1,
    }
    nr1, nr2, nr3, total = figures.lines
    assert (nr1.actual, nr3.actual) == (Decimal("0.5"), 1)
    assert total.actual == nr1.actual + nr2.actual + nr3.actual  # those of § 43b are not among them
    assert sum(line.share for line in (nr1, nr2, nr3)) == pytest.approx(1)
    assert sum(line.ceiling_share for line in (nr1, nr2, nr3)) == pytest.approx(1)
    assert nr3.ratio == nr3.actual / nr3.ceiling
    assert figures_of(anna, date(2026, 1, 31)).by_qn[2] == Decimal(30) / Decimal("38.5")


def test_means_are_over_days_and_rounded_last(anna: Person) -> None:
    upload(anna)
    figures = figures_of(anna, date(2026, 1, 29), date(2026, 2, 1))  # three days QN 2, one day QN 3
    assert figures.by_qn[2] == Decimal(30) / Decimal("38.5") * 3 / 4
    assert figures.by_qn[3] == Decimal(30) / Decimal("38.5") / 4
    assert figures.lines[0].actual == pytest.approx(figures.by_qn[1] + figures.by_qn[2])
    assert staffing.rounded(Decimal("0.125")) == Decimal("0.13")
    assert staffing.rounded(Decimal("0.5"), 0) == 1
    assert staffing.rounded(None) is None


def test_without_hours_no_staff_is_assumed(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    figures = figures_of(anna, *FEBRUARY)
    assert (figures.by_qn, figures.hours_from) == ({}, None)
    assert {(line.actual, line.share, line.ratio, line.minimum, line.agreed) for line in figures.lines} == {(None,) * 5}
    assert figures.full_time == Decimal("38.5")


def test_an_empty_home_has_a_ceiling_of_zero(anna: Person) -> None:
    figures = figures_of(anna, *FEBRUARY)
    assert figures.residents == 0
    assert [line.ceiling for line in figures.lines] == [0, 0, 0, 0]
    assert [line.ceiling_share for line in figures.lines] == [None] * 4


def test_entered_figures_are_effective_from_their_day(anna: Person) -> None:
    upload(anna)
    everything = {f"{kind}_{group}": "2.125" for kind in ("minimum", "agreed") for group in ("nr1", "nr2", "nr3")}
    enter(anna, date(2026, 2, 1), "40", **everything)
    enter(anna, date(2026, 2, 15), "39", **everything | {"agreed_nr1": "4.125", "minimum_nr2": None})
    first, second = figures_of(anna, date(2026, 2, 14)), figures_of(anna, date(2026, 2, 15))
    assert (first.full_time, second.full_time) == (40, 39)
    assert (first.by_qn[4], second.by_qn[4]) == (Decimal("38.5") / 40, Decimal("38.5") / 39)
    assert [line.agreed for line in first.lines] == [Decimal("2.125")] * 3 + [Decimal("6.375")]
    assert [line.minimum for line in second.lines] == [Decimal("2.125"), None, Decimal("2.125"), None]
    month = figures_of(anna, *FEBRUARY)
    assert month.lines[0].agreed == Decimal("3.125")
    assert month.lines[1].minimum is None
    assert month.lines[0].agreed_ratio == month.lines[0].agreed / month.lines[0].ceiling
    assert [line.agreed for line in figures_of(anna, date(2026, 1, 31)).lines] == [None] * 4
    assert [one.valid_from for one in staffing_inputs.history(anna.access, anna.home_id)] == [
        date(2026, 2, 15),
        date(2026, 2, 1),
    ]
    assert staffing_inputs.inputs(anna.access, anna.home_id, date(2026, 1, 1)).valid_from is None
    assert staffing_inputs.inputs(anna.access, anna.home_id).by == "Anna"


def test_later_entry_for_the_same_day_counts_and_the_former_stays(anna: Person) -> None:
    """T7: nothing entered is lost."""
    enter(anna, date(2026, 2, 1), agreed_nr1="1")
    enter(anna, date(2026, 2, 1), agreed_nr1="2")
    reading = anna.services.databases.whole.reading
    assert [one.agreed["nr1"] for one in staffing_inputs.history(anna.access, anna.home_id)] == [2]
    with reading() as session:
        assert len(session.scalars(select(models.StaffingInput)).all()) == 2
    assert actions(anna).count("personal.eingeben") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"full_time": "0"},
        {"full_time": "61"},
        {"full_time": "NaN"},
        {"agreed_nr1": "-0.1"},
        {"minimum_nr3": "Infinity"},
        {"minimum_nr3": "10000"},
        {"minimum_nr3": "0." + "1" * 40},
        {"day": date(1999, 1, 1)},
        {"day": date(2100, 1, 1)},
    ],
)
def test_impossible_figures_are_refused(anna: Person, wrong: dict[str, Any]) -> None:
    with pytest.raises(StaffingError):
        enter(anna, **{"day": date(2026, 2, 1)} | wrong)
    assert staffing_inputs.history(anna.access, anna.home_id) == []


def test_impossible_periods_are_refused(anna: Person) -> None:
    for first, last in (FEBRUARY[::-1], (date(2015, 1, 1), date(2026, 1, 1)), (date(2020, 1, 1), date(2020, 1, 2))):
        with pytest.raises(StaffingError):
            figures_of(anna, first, last)


def test_newest_stored_upload_with_hours_counts(anna: Person) -> None:
    first = upload(anna)
    anna.read_in(workbooks.workbook())  # a later one without the column changes nothing
    assert figures_of(anna, *FEBRUARY).hours_from == first
    upload(anna, [*STAFF[:1], ("P1", "Quast", "4", "", "", "", "19,25")], store=False)
    assert figures_of(anna, *FEBRUARY).hours_from == first
    newest = upload(anna, [*STAFF[:1], ("P1", "Quast", "4", "", "", "", "19,25")])
    figures = figures_of(anna, *FEBRUARY)
    assert figures.hours_from == newest
    assert {level: there for level, there in figures.by_qn.items() if there} == {4: Decimal("0.5")}


def test_no_table_contains_the_hours_of_a_person(anna: Person) -> None:
    """T1: sums by level; no column leads from hours to a person."""
    staff = [STAFF[0], ("P1", "Quast", "4", "", "", "", "17,31"), ("P2", "Ngũgĩ", "4", "", "", "", "13,37")]
    upload(anna, staff)
    with anna.services.databases.whole.reading() as session:
        rows = []
        for table in Base.metadata.sorted_tables:
            rows += [(table.name, str(cell)) for row in session.execute(select(table)) for cell in row]
    assert ("weekly_hours", "30.68") in rows
    assert not [one for one in rows if one[1] in {"17.31", "13.37", "17,31", "13,37"}]
    assert not {"staff_id", "person", "pseudonym"} & set(models.WeeklyHours.__table__.c.keys())
    assert not [name for name in models.Qualification.__table__.c.keys() if "hour" in name]  # noqa: SIM118


def test_staffing_of_one_home_is_not_that_of_another(anna: Person) -> None:
    """B2, T8."""
    upload(anna)
    enter(anna, date(2026, 1, 1), agreed_nr1="3")
    other = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    figures = figures_of(other, *FEBRUARY)
    assert (figures.residents, figures.hours_from, figures.lines[0].agreed) == (0, None, None)
    assert staffing_inputs.history(other.access, other.home_id) == []


def test_future_days_use_what_is_known(anna: Person) -> None:
    upload(anna)
    figures = figures_of(anna, clock.today() + timedelta(days=30))
    assert figures.by_qn[4] == 1
