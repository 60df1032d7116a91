"""The granted Pflegegrad of a home: it decides § 113c and the grouping by grade, from file to page and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.uploads import weighed
from web.services.analysis import plausibility, staffing
from web.services.history import fold_home
from web.store import models

if TYPE_CHECKING:
    from tests.support.web.pages import Person

PERIOD = (date(2026, 1, 5), date(2026, 2, 8))
HEAD = (*workbooks.RESIDENTS[0], "Pflegegrad", "Pflegegrad seit")


def residents(ayse: tuple[str, str] = ("", ""), halina: tuple[str, str] = ("", "")) -> list[tuple[Any, ...]]:
    """Return the list of residents with the granted grade of each, and the day it holds from."""
    return [HEAD, (*workbooks.RESIDENTS[1], *ayse), (*workbooks.RESIDENTS[2], *halina)]


def home(ayse: tuple[str, str] = ("", ""), halina: tuple[str, str] = ("", "")) -> bytes:
    return workbooks.workbook(**workbooks.home() | {"Bewohner": residents(ayse, halina)})


def mix(who: Person, first: date, last: date | None = None) -> dict[int, Decimal]:
    figures = staffing.staffing(who.access, who.home_id, first, last)
    return {grade: number for grade, number in figures.mix.items() if number}


def grades(who: Person) -> list[tuple[int, date | None]]:
    with who.services.databases.whole.reading() as session:
        rows = session.execute(select(models.ResidentGrade.grade, models.ResidentGrade.start)).all()
    return sorted(map(tuple, rows), key=str)


def minutes(who: Person) -> dict[int, int]:
    """Return the seconds of the work for residents by Pflegegrad, as the plausibility page has them."""
    found = plausibility.of_home(who.access, who.home_id, PERIOD)
    return {shape.grade: shape.seconds for shape in found.shapes if shape.seconds} | {-1: found.elsewhere}


def test_the_granted_grade_decides_and_the_computed_one_stands_in(anna: Person) -> None:
    """Computed, both have a low grade; of Halina nothing is known before her assessment of 1 February."""
    anna.read_in(home(("5", ""), ("", "")))
    day = staffing.staffing(anna.access, anna.home_id, date(2026, 2, 10))
    assert (day.granted, day.stood_in, day.mix[5]) == (1, 1, 1)
    assert [(one.granted, one.day) for one in day.differing] == [(5, date(2026, 2, 10))]
    january = staffing.staffing(anna.access, anna.home_id, date(2026, 1, 10))
    assert (january.granted, january.stood_in, january.mix[-1]) == (1, 0, 1)
    found = plausibility.of_home(anna.access, anna.home_id, PERIOD)
    assert (found.granted, found.differing) == (1, 1)
    assert 0 < found.stood_in < 1
    assert minutes(anna)[5] == 3 * 20 * 60


def test_a_refused_grade_counts_as_zero(anna: Person) -> None:
    anna.read_in(home(("kein", ""), ("PG 3", "01.02.2026")))
    assert mix(anna, date(2026, 1, 20)) == {0: 1, -1: 1}
    assert mix(anna, date(2026, 2, 1)) == {0: 1, 3: 1}


def test_a_later_upload_adds_a_grade_and_its_undo_removes_it(anna: Person) -> None:
    anna.read_in(home(("2", ""), ("2", "")))
    before, was = minutes(anna), grades(anna)
    assert before[2] == 3 * 20 * 60 + 750
    content = workbooks.workbook(Bewohner=residents(("4", "01.02.2026"), ("2", "")))
    upload_id = anna.read_in(content, store=False)
    assert weighed(anna, upload_id)["statements"]["counts"]["grade/added"] == 1
    page = unescape(anna.first_sign_in().get(f"/daten/{upload_id}").text).replace("\N{NO-BREAK SPACE}", " ")
    assert "Pflegegrade: 1 neu" in page
    assert "Pflegegrad 4 gilt ab 01.02.2026" in page
    anna.store(upload_id)
    assert mix(anna, date(2026, 1, 31)) == {2: 2}
    assert mix(anna, date(2026, 2, 1)) == {2: 1, 4: 1}
    assert minutes(anna)[4] == 2 * 20 * 60, "the days after the decision were analysed anew"
    anna.undo(upload_id)
    assert (minutes(anna), grades(anna)) == (before, was)


def test_stored_grades_follow_from_the_uploads_whenever_they_are_folded(anna: Person) -> None:
    anna.read_in(home(("2", ""), ("3", "01.01.2026")))
    was = grades(anna)
    databases = anna.services.databases
    with databases.whole.writing.begin() as session:
        before = fold_home.stored_state(session, anna.home_id, None)
        changes = fold_home.settle(session, anna.home_id, before, ())
        assert changes.people == []
        session.execute(models.ResidentGrade.__table__.delete())
        before = fold_home.stored_state(session, anna.home_id, None)
        changes = fold_home.settle(session, anna.home_id, before, ())
        assert {one.kind for one in changes.people} == {"grade"}
    assert grades(anna) == was


@pytest.mark.parametrize("path", ["/stellen/", "/plausibilitaet"])
def test_pages_say_for_how_many_the_computed_grade_stands_in(ben: Person, path: str) -> None:
    ben.read_in(home(("5", ""), ("", "")))
    page = unescape(ben.first_sign_in().get(path).text).replace("\N{NO-BREAK SPACE}", " ")
    assert "Für 1,0 Bewohner:innen ist der zuerkannte Pflegegrad bekannt; für" in page
    assert "dort zählt der aus der Begutachtung errechnete." in page
    assert "Bei 1 Person weichen beide voneinander ab." in page


def test_pages_report_that_no_granted_grade_is_known(ben: Person) -> None:
    ben.read_in(workbooks.workbook())
    page = unescape(ben.first_sign_in().get("/stellen/").text)
    assert "Der zuerkannte Pflegegrad ist für niemanden bekannt" in page
