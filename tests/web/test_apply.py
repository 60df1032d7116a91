"""What applying an upload adds to a home: each row once, people once, new master data over old."""

from __future__ import annotations

import threading

from tests.support.web import workbooks
from tests.support.web.pages import Person
from tests.support.web.uploads import count_rows
from web.services.analysis import home_data, results
from web.services.uploads import records, steps
from web.store import models


def test_same_file_twice_stores_nothing_new(anna: Person) -> None:
    """Contract 1: equal rows of one file all count, those of a second file do not; no duplicate people."""
    anna.read_in(workbooks.workbook())
    tables = (
        models.PerformedIntervention,
        models.Resident,
        models.Assessment,
        models.Staff,
        models.Qualification,
        models.Cube,
    )
    before = [count_rows(anna, model) for model in tables]
    again = anna.read_in(workbooks.workbook(), name="Kopie.xlsx")
    assert [count_rows(anna, model) for model in tables] == before
    row = records.find(anna.access, again)
    assert (row.state, row.new_rows) == (records.STORED, 0)
    assert before[:2] == [7, 3]
    assert before[3:5] == [4, 4]


def test_overlapping_file_adds_only_what_is_new(anna: Person) -> None:
    """A third equal row, and one more: two new ones."""
    anna.read_in(workbooks.workbook())
    more = [*workbooks.WORK, workbooks.WORK[2], ("77", "P1", "1.1", "09.02.2026", "", "7", "", "", "")]
    upload_id = anna.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS, Interventionen=more))
    assert records.find(anna.access, upload_id).new_rows == 2


def test_equal_rows_of_two_homes_are_two(anna: Person) -> None:
    """T8: what one home has stored does not hide another's rows."""
    from web.services import homes  # noqa: PLC0415

    anna.read_in(workbooks.workbook())
    second = homes.create(anna.access, "Zweites Haus")
    anna.home_id = second
    anna.read_in(workbooks.workbook())
    assert count_rows(anna) == 14


def test_two_uploads_stored_at_the_same_time(anna: Person) -> None:
    """Concurrency: both end, every row once, figures complete."""
    services, ids = anna.services, [anna.read_in(workbooks.workbook(), store=False) for _ in range(3)]
    for upload_id in ids:
        steps.commit(anna.access, upload_id)
    threads = [
        threading.Thread(target=steps.store, args=(anna.access, services.settings, services.jobs.queue, number))
        for number in ids
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [anna.state(number) for number in ids] == [records.STORED] * 3
    assert count_rows(anna) == 7
    assert results.load(anna.access, anna.home_id).covered["counted"] == workbooks.COUNTED


def test_new_master_data_replace_and_complete_old_ones(anna: Person) -> None:
    """An assessment that changed replaces; the resident only interventions named becomes known."""
    anna.read_in(workbooks.workbook())
    residents = [*workbooks.RESIDENTS, ("0815", "Neu", "Nora", "WB 3", "")]
    extra = ("0815", *workbooks.assessments()[2][1:])
    staff = [workbooks.STAFF[0], ("P3", "Blaschke", "Tom", "4", "", "LG1", "", "")]
    content = workbooks.workbook(
        Bewohner=residents, Begutachtungen=[*workbooks.assessments(2), extra], Mitarbeitende=staff
    )
    anna.read_in(content)
    with anna.services.databases.whole.reading() as session:
        tables = home_data.tables_of(session, anna.home_id)
    assert len(tables.residents) == 3
    # Those without a day hold from the day after the last row on; what was known before stays.
    days = tables.assessments["date"].dt.strftime("%d.%m.").fillna("")
    known = sorted(zip(tables.assessments["1.1"], days, strict=True))
    assert known == [(1, ""), (1, "01.02."), (2, "01.02."), (2, "09.02.")]
    assert sorted(tables.staff["qn"]) == [1, 2, 3, 4, 4]
    covered = results.load(anna.access, anna.home_id).covered
    assert covered["bewohner"] == workbooks.COUNTED


def test_interventions_alone_need_no_master_data_for_known_people(anna: Person) -> None:
    """A monthly file may hold the interventions only."""
    anna.read_in(workbooks.workbook())
    upload_id = anna.read_in(workbooks.workbook(Interventionen=workbooks.WORK), store=False)
    texts = records.texts(anna.access, anna.services.settings, upload_id)
    strangers = sorted(one.value for one in texts.findings if one.code in {"bewohner-unbekannt", "personal-unbekannt"})
    assert strangers == ["0815", "P9"]
