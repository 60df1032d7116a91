"""Assessments that come in parts: an export first, modules 3 and 5 in a later upload, undone in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.stored_results import check
from web.services.analysis import home_data
from web.services.uploads import records
from web.store.models import Resident

if TYPE_CHECKING:
    from tests.support.web.pages import Person

WHOLE = workbooks.assessments(2)
LATER = ("3.", "5.")


def part(*, later: bool, keep: tuple[str, ...] = (), date: bool = True) -> list[tuple[Any, ...]]:
    """Return modules 3 and 5, or all others, of the whole sheet; some cells in both."""
    wanted = [
        i
        for i, name in enumerate(WHOLE[0])
        if name in {"Bewohner-Nr", *keep, *(["Datum"] if date else [])}
        or (name != "Datum" and name.startswith(LATER) == later)
    ]
    return [tuple(row[i] for i in wanted) for row in WHOLE]


FIRST = {
    "Bewohner": workbooks.RESIDENTS,
    "Begutachtungen": part(later=False),
    "Mitarbeitende": workbooks.STAFF,
    "Interventionen": workbooks.WORK,
}


def assessed(who: Person) -> list[tuple[Any, ...]]:
    """Return what is stored of assessments, by person and day; persons by their ward, as pseudonyms may be new."""
    with who.services.databases.whole.reading() as session:
        frame = home_data.assessments_of(session, who.home_id)
        wards = dict(session.execute(select(Resident.pseudonym, Resident.ward)).all())
    frame = frame.astype({"date": str}).assign(resident=frame["resident"].astype(str).map(wards))
    return sorted(map(tuple, frame.to_numpy().tolist()))


def in_one(who: Person) -> list[tuple[Any, ...]]:
    """Return what is stored where all comes in one upload, which is taken back again."""
    upload_id = who.read_in(workbooks.workbook(**{**FIRST, "Begutachtungen": WHOLE}))
    assessments = assessed(who)
    who.undo(upload_id)
    return assessments


@pytest.mark.parametrize("date", [True, False], ids=["dated", "undated"])
def test_modules_of_a_later_upload_complete_what_is_stored(ben: Person, *, date: bool) -> None:
    whole = in_one(ben)
    ben.read_in(workbooks.workbook(**FIRST))
    before = assessed(ben)
    assert before != whole
    later = ben.read_in(workbooks.workbook(Begutachtungen=part(later=True, date=date)))
    assert assessed(ben) == whole
    check(ben)
    ben.undo(later)
    assert assessed(ben) == before
    check(ben)


def test_earlier_part_can_be_undone_and_uploaded_again(ben: Person) -> None:
    whole = in_one(ben)
    ben.read_in(workbooks.workbook(**{**FIRST, "Begutachtungen": WHOLE[:1]}))
    first = ben.read_in(workbooks.workbook(Begutachtungen=part(later=False)))
    ben.read_in(workbooks.workbook(Begutachtungen=part(later=True)))
    ben.undo(first)
    alone = assessed(ben)
    assert alone != whole
    ben.read_in(workbooks.workbook(Begutachtungen=part(later=False)))
    assert assessed(ben) == whole
    check(ben)


def test_repeated_cell_is_a_correction_and_replaces_the_earlier(ben: Person) -> None:
    correction = workbooks.workbook(Begutachtungen=part(later=True, keep=("1.1",)))
    ben.read_in(workbooks.workbook(**{**FIRST, "Begutachtungen": WHOLE[:1]}))
    alone = ben.read_in(correction)
    expected = assessed(ben)
    ben.undo(alone)
    assert assessed(ben) == []
    ben.read_in(workbooks.workbook(Begutachtungen=part(later=False)))
    assert len(assessed(ben)) == 2
    ben.read_in(correction)
    assert assessed(ben) == expected


def test_unknown_numbers_are_reported_and_asked_about(ben: Person) -> None:
    ben.read_in(workbooks.workbook(**FIRST))
    sheet = part(later=True)
    upload_id = ben.read_in(
        workbooks.workbook(
            Begutachtungen=[*sheet, ("4711", *sheet[1][1:])],
            Instabilität=[("Bewohner-Nr", "Kriterium", "Von", "Bis"), ("77", "Sturz", "01.02.2026", "03.02.2026")],
        )
    )
    texts = records.texts(ben.access, ben.services.settings, upload_id)
    assert texts is not None
    strangers = [one.value for one in texts.findings if one.code == "bewohner-unbekannt"]
    assert strangers == ["4711"]
    with ben.services.databases.whole.reading() as session:
        assert len(home_data.people_of(session, ben.home_id).instability) == 1


def test_a_special_constellation_that_cannot_be_read_is_stored_as_unknown(ben: Person) -> None:
    sheet = [(*WHOLE[0], "Besondere Bedarfskonstellation"), *((*row, "evtl.") for row in WHOLE[1:])]
    upload_id = ben.read_in(workbooks.workbook(**{**FIRST, "Begutachtungen": sheet}))
    with ben.services.databases.whole.reading() as session:
        assert home_data.assessments_of(session, ben.home_id)["special"].tolist() == [-1] * len(WHOLE[1:])
    check(ben)
    ben.undo(upload_id)
    assert assessed(ben) == []
