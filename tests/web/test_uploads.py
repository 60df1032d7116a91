"""The way of an upload: read, looked at, released, stored once, analysed; killed, refused, thrown away."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from sqlalchemy import func, select

import importers
import pebem
from pebem.aggregate import Aggregate
from tests.support.web import stored_results, workbooks
from tests.support.web.pages import Person, post, upload
from tests.support.web.uploads import run_jobs
from web.jobs import start_worker
from web.services import accounts, clock, rulebook_calendar
from web.services.analysis import demand, home_analysis, home_data, results
from web.services.uploads import flow, kept_files, records, recovery, retention
from web.store import models

if TYPE_CHECKING:
    import pandas as pd

ROOT = Path(__file__).parents[2]


def closes(port: int) -> bool:
    """Return whether nobody listens on a port any more, within ten seconds."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.1)
    return False


def stored(who: Person, model: Any = models.PerformedIntervention) -> int:
    """Return how many rows of a table there are."""
    with who.services.databases.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_from_the_form_to_the_figures(anna: Person) -> None:
    """The whole way, through the pages, with the worker's jobs in between."""
    client = anna.first_sign_in()
    assert "noch keine Interventionen" in client.get("/").text
    sent = upload(client, (workbooks.workbook(), "Haus März.xlsx"))
    assert sent.status_code == 302
    waiting = client.get(sent.location)
    assert '<noscript><meta http-equiv="refresh"' in waiting.text
    assert "Wie weit ist Ihre Datenlieferung?" in waiting.text
    run_jobs(anna)
    assert client.get(f"{sent.location}/stand").headers["HX-Redirect"] == sent.location
    page = client.get(sent.location)
    assert "6 Interventionen zählen" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Haus März.xlsx" in page.text
    assert "Zauberei" in page.text
    assert stored(anna) == 0
    errors = client.get(f"{sent.location}?art=fehler").text
    assert "Zauberei" in errors
    assert "Personal-Nr steht nicht" not in errors
    assert post(client, f"{sent.location}/uebernehmen", sent.location).status_code == 302
    run_jobs(anna)
    assert anna.state(1) == records.STORED
    assert stored(anna) == workbooks.COUNTED + workbooks.NOT_DONE
    assert client.get("/").status_code == 200
    assert "noch keine Interventionen" not in client.get("/").text


def plain_rows(frame: pd.DataFrame) -> set[tuple[object, ...]]:
    """Return rows that compare whatever the columns' types."""
    plain = frame.astype(object)
    return set(plain.where(plain.notna(), None).itertuples(index=False, name=None))


def test_stored_figures_are_those_of_the_file(anna: Person) -> None:
    """What pages show equals what the engine says of the same file without any store."""
    anna.read_in(workbooks.workbook())
    book = rulebook_calendar.current("rekonstruktion")
    direct = pebem.score(importers.read([("a.xlsx", workbooks.workbook())], book).tables, book, groupings=pebem.CUBE)
    result = results.load(anna.services.databases.reading, anna.home_id)
    assert result.period == (date(2026, 1, 5), date(2026, 2, 8))
    assert result.available_period == result.period
    assert result.wards == ["WB 1", "WB 2"]
    assert result.home_name == "Haus am Deich"
    assert result.rulebook.sha256 == book.sha256
    dims = ("day", "ward", "shift", "intervention")
    cells = results.cells(anna.services.databases.reading, anna.home_id, result.period)
    full = Aggregate({dims: cells}, result.aggregate.coverage, direct.excluded)
    assert full == direct
    for kept in (("ward",), ("shift",), ("intervention",), ("day",), ("ward", "shift", "intervention"), ()):
        assert plain_rows(result.aggregate.by(*kept)) == plain_rows(direct.by(*kept))
    assert result.covered == {name: int(n) for name, n in direct.covered().iloc[0].items()}
    assert result.coverage["bewohner"] == pytest.approx(5 / 6)


def test_figures_of_a_period_and_ward(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    reading = anna.services.databases.reading
    march = results.load(reading, anna.home_id, period=(date(2026, 2, 1), date(2027, 1, 1)))
    assert march.period == (date(2026, 2, 1), date(2026, 2, 8))
    assert march.covered["counted"] == 5
    ward = results.load(reading, anna.home_id, ward="WB 2")
    assert ward.covered["counted"] == ward.aggregate.by()["count"].sum() == 2
    assert results.load(reading, anna.home_id, ward="'; --").covered["counted"] == 0


def test_level_of_an_employee_changes_on_its_day(anna: Person) -> None:
    """P2 had no level before January and QN 3 from February: history survives the store."""
    anna.read_in(workbooks.workbook())
    cells = results.load(anna.services.databases.reading, anna.home_id).aggregate.by("day")
    levels = {row.day: row.qn_ist for row in cells.itertuples()}
    assert levels[date(2026, 1, 5)] == 4
    assert levels[date(2026, 2, 5)] == 3


def test_demand_shows_residents_and_nobody_who_worked(anna: Person) -> None:
    """D1: the person view does not exist; reasons belong to residents, by pseudonym."""
    anna.read_in(workbooks.workbook())
    reading = anna.services.databases.reading
    found = demand.behind(reading, anna.home_id, "1.1", (date(2026, 1, 1), date(2026, 12, 31)))
    assert [(one.count, one.seconds) for one in found] == [(3, 3600), (2, 750), (1, 300)]
    assert [one.known for one in found] == [True, True, False]
    assert not {"staff", "qn_ist", "employee"} & set(demand.Demand.__dataclass_fields__)
    why = results.explain(reading, anna.home_id, found[0].resident, "1.1", date(2026, 2, 5))
    assert (why.qn_soll, why.low, why.high) == (found[0].qn_soll, found[0].low, found[0].high)
    assert results.explain(reading, anna.home_id, "B-00000", "1.1", date(2026, 2, 5)) is None
    assert results.explain(reading, anna.home_id, found[0].resident, "99.9", date(2026, 2, 5)) is None
    assert demand.behind(reading, anna.home_id, "99.9", (date(2026, 1, 1), date(2026, 12, 31))) == []


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
    before = [stored(anna, model) for model in tables]
    again = anna.read_in(workbooks.workbook(), name="Kopie.xlsx")
    assert [stored(anna, model) for model in tables] == before
    row = records.find(anna.services.databases.reading, 1, again)
    assert (row.state, row.new_rows) == (records.STORED, 0)
    assert before[:2] == [7, 3]
    assert before[3:5] == [4, 4]


def test_overlapping_file_adds_only_what_is_new(anna: Person) -> None:
    """A third equal row, and one more: two new ones."""
    anna.read_in(workbooks.workbook())
    more = [*workbooks.WORK, workbooks.WORK[2], ("77", "P1", "1.1", "09.02.2026", "", "7", "", "", "")]
    upload_id = anna.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS, Interventionen=more))
    assert records.find(anna.services.databases.reading, 1, upload_id).new_rows == 2


def test_equal_rows_of_two_homes_are_two(anna: Person) -> None:
    """T8: what one home has stored does not hide another's rows."""
    from web.services import homes  # noqa: PLC0415

    anna.read_in(workbooks.workbook())
    second = homes.create(anna.services.databases, 1, "Zweites Haus")
    anna.home_id = second
    anna.read_in(workbooks.workbook())
    assert stored(anna) == 14


def test_two_uploads_stored_at_the_same_time(anna: Person) -> None:
    """Concurrency: both end, every row once, figures complete."""
    services, ids = anna.services, [anna.read_in(workbooks.workbook(), store=False) for _ in range(3)]
    for upload_id in ids:
        flow.commit(services.databases, upload_id, account_id=1)
    threads = [
        threading.Thread(target=flow.store, args=(services.databases, services.settings, services.jobs.queue, one))
        for one in ids
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [anna.state(one) for one in ids] == [records.STORED] * 3
    assert stored(anna) == 7
    assert results.load(services.databases.reading, anna.home_id).covered["counted"] == workbooks.COUNTED


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
    with anna.services.databases.reading() as session:
        tables = home_data.tables_of(session, anna.home_id)
    assert len(tables.residents) == 3
    assert len(tables.assessments) == 3
    assert sorted(tables.assessments["1.1"]) == [1, 2, 2]
    assert sorted(tables.staff["qn"]) == [2, 3, 4, 4]
    covered = results.load(anna.services.databases.reading, anna.home_id).covered
    assert covered["bewohner"] == workbooks.COUNTED


def test_interventions_alone_are_not_told_off_for_people_the_home_knows(anna: Person) -> None:
    """A monthly file may hold the interventions only."""
    anna.read_in(workbooks.workbook())
    upload_id = anna.read_in(workbooks.workbook(Interventionen=workbooks.WORK), store=False)
    said = records.texts(anna.services.databases, anna.services.settings, upload_id)
    strangers = sorted(one.value for one in said.findings if one.code in {"bewohner-unbekannt", "personal-unbekannt"})
    assert strangers == ["0815", "P9"]


def test_what_is_no_workbook_is_refused_in_words(anna: Person) -> None:
    upload_id = anna.read_in(b"PK\x03\x04 broken", store=False)
    assert anna.state(upload_id) == records.REFUSED
    page = anna.first_sign_in().get(f"/daten/{upload_id}").text
    assert records.texts(anna.services.databases, anna.services.settings, upload_id).message in page.replace(
        "&#34;", '"'
    )
    empty = anna.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS[:1]), store=False)
    assert anna.state(empty) == records.REFUSED
    assert "keine Daten" in records.texts(anna.services.databases, anna.services.settings, empty).message
    strange = anna.read_in(workbooks.workbook(Notizen=[("a", "b")]), store=False)
    assert anna.state(strange) == records.ASKING


@pytest.mark.parametrize("files", [[], [(b"", "leer.xlsx")], [(b"x", f"{n}.csv") for n in range(21)]])
def test_form_says_what_is_wrong(ben: Person, files: list[tuple[bytes, str]]) -> None:
    answer = upload(ben.first_sign_in(), *files)
    assert answer.status_code == 422
    assert "Bitte" in answer.text or "bitte" in answer.text
    assert ben.services.jobs.queue.storage.queue_size() == 0


def test_file_names_cannot_leave_their_folder(ben: Person) -> None:
    """F4: names on disk are the server's own."""
    client = ben.first_sign_in()
    upload(client, (workbooks.workbook(), "../../../etc/passwd.xlsx"))
    run_jobs(ben)
    files = {
        path.relative_to(ben.services.settings.uploads).as_posix() for path in ben.services.settings.uploads.rglob("*")
    }
    assert files == {"1", "1/asked", "1/faulty", "1/file-0", "1/result"}
    assert "passwd.xlsx" in client.get("/daten/1").text
    assert "etc/passwd" not in client.get("/daten/1").text


def test_discarding_leaves_nothing_behind(anna: Person) -> None:
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    client = anna.first_sign_in()
    assert post(client, f"/daten/{upload_id}/verwerfen", f"/daten/{upload_id}").status_code == 302
    assert anna.state(upload_id) == records.DISCARDED
    assert not list(anna.services.settings.uploads.rglob("*-*"))
    assert not kept_files.has_result(anna.services.settings, upload_id)
    assert not records.texts(anna.services.databases, anna.services.settings, upload_id).findings
    late = post(client, f"/daten/{upload_id}/uebernehmen", "/daten/")
    assert late.status_code == 302
    assert anna.state(upload_id) == records.DISCARDED
    assert "anderen Stand" in client.get("/daten/").text


def test_uploads_nobody_decides_about_are_forgotten(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """C6: files and findings go after seven days, with an entry in the log; what is stored stays."""
    kept, old = anna.read_in(workbooks.workbook()), anna.read_in(workbooks.workbook(), store=False)
    services, later = anna.services, clock.now() + timedelta(days=7, minutes=1)
    assert retention.forget_old(services.databases, services.settings) == 0
    monkeypatch.setattr(clock, "now", lambda: later)
    assert retention.forget_old(services.databases, services.settings) == 1
    assert (anna.state(kept), anna.state(old)) == (records.STORED, records.DISCARDED)
    assert not kept_files.has_result(services.settings, old)
    with services.databases.reading() as session:
        last = session.scalars(select(models.AuditEvent).order_by(models.AuditEvent.id.desc())).first()
    assert (last.action, last.object, last.account_id) == ("einlesen.verwerfen", f"lieferung {old}", None)
    assert "7 Tagen" in last.reason


def test_releasing_twice_stores_once(anna: Person) -> None:
    """A double click: the second one is told, and no second job does anything."""
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    services = anna.services
    flow.commit(services.databases, upload_id, account_id=1)
    with pytest.raises(flow.UploadError):
        flow.commit(services.databases, upload_id, account_id=1)
    for _ in range(2):
        services.jobs.enqueue(upload_id, records.RELEASED)
    run_jobs(anna)
    assert anna.state(upload_id) == records.STORED
    with services.databases.reading() as session:
        entries = session.scalars(select(models.AuditEvent.action)).all()
    assert entries.count("einlesen.speichern") == 1


def test_findings_and_template_can_be_downloaded(anna: Person) -> None:
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    client = anna.first_sign_in()
    findings = openpyxl.load_workbook(BytesIO(client.get(f"/daten/{upload_id}/befunde.xlsx").data))
    cells = [str(cell.value) for sheet in findings for row in sheet for cell in row]
    assert any("Zauberei" in cell for cell in cells)
    template = client.get("/daten/vorlage.xlsx")
    assert {"Bewohner", "Begutachtungen", "Mitarbeitende", "Interventionen"} <= set(
        openpyxl.load_workbook(BytesIO(template.data)).sheetnames
    )


def test_filter_and_pages_of_findings_survive_nonsense(ben: Person) -> None:
    ben.read_in(workbooks.workbook(), store=False)
    client = ben.first_sign_in()
    for query in ("art=alles", "seite=0", "seite=99999999999999999999", "seite=-1", "seite=²", "art=fehler&seite=7"):
        assert client.get(f"/daten/1?{query}").status_code == 200, query


def test_failing_job_stores_nothing_and_says_so(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10: all or nothing, whatever goes wrong at the end."""
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    services = anna.services
    with monkeypatch.context() as broken:
        broken.setattr(home_analysis, "analyse", lambda *_: 1 / 0)
        flow.commit(services.databases, upload_id, account_id=1)
        flow.store(services.databases, services.settings, services.jobs.queue, upload_id)
    assert anna.state(upload_id) == records.ABORTED
    assert [stored(anna, model) for model in (models.PerformedIntervention, models.Resident, models.Cube)] == [0, 0, 0]
    client = anna.first_sign_in()
    assert "nichts halb übernommen" in client.get(f"/daten/{upload_id}").text
    assert post(client, f"/daten/{upload_id}/erneut", f"/daten/{upload_id}").status_code == 302
    run_jobs(anna)
    assert anna.state(upload_id) == records.STORED
    assert stored(anna) == 7


def test_upload_cut_off_before_it_was_shown_is_never_stored(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what somebody has seen and released is stored, also after a restart."""
    services, real = anna.services, records.move

    def fail_at_the_end(session: Any, upload_id: int, start: str, end: str, **values: Any) -> bool:
        if end == records.READ:
            raise OSError("disk full")
        return real(session, upload_id, start, end, **values)

    with monkeypatch.context() as broken:
        broken.setattr(records, "move", fail_at_the_end)
        upload_id = anna.read_in(workbooks.workbook(), store=False)
    assert kept_files.has_result(services.settings, upload_id)
    assert anna.state(upload_id) == records.ABORTED
    services.jobs.enqueue(upload_id, flow.restart(services.databases, upload_id, account_id=1))
    run_jobs(anna)
    assert anna.state(upload_id) == records.READ
    assert stored(anna) == 0


KILLED = """
import pickle, sys, time
from importlib import import_module
from pathlib import Path
from web import serve

def stop_here(*_, **__):
    Path(sys.argv[2]).touch()
    time.sleep(600)

if __name__ == "__main__":
    import_module("web.services.{module}").{function} = stop_here
    serve.serve(pickle.loads(Path(sys.argv[1]).read_bytes()), "127.0.0.1", int(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("module", "function", "start"),
    [
        ("analysis.home_analysis", "analyse", records.RELEASED),
        pytest.param("uploads.apply", "store_rows", records.RELEASED, marks=pytest.mark.deep),
        ("uploads.kept_files", "keep_result", records.WAITING),
    ],
)
def test_killed_server_leaves_nothing_half_done(
    anna: Person, tmp_path: Path, module: str, function: str, start: str
) -> None:
    """F10: SIGKILL in the middle of reading or of the store's transaction; afterwards it can be started again."""
    services = anna.services
    if start == records.RELEASED:
        upload_id = anna.read_in(workbooks.workbook(), store=False)
        flow.commit(services.databases, upload_id, account_id=1)
    else:
        upload_id = flow.start(
            services.databases,
            services.settings,
            home_id=anna.home_id,
            account_id=accounts.find_id(services.databases, "anna"),
            files=[("a.xlsx", workbooks.workbook())],
        )
    services.jobs.enqueue(upload_id, start)
    script, reached, settings = tmp_path / "killed.py", tmp_path / "reached", tmp_path / "settings"
    script.write_text(KILLED.format(module=module, function=function), encoding="utf-8")
    settings.write_bytes(pickle.dumps(services.settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, str(script), str(settings), str(reached), str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(400):
            if reached.exists() or server.poll() is not None:
                break
            time.sleep(0.1)
        assert reached.exists()
    finally:
        server.kill()
        server.wait()
    assert closes(port)  # the pages' process ends with the one that was killed, and frees the port
    assert anna.state(upload_id) in {records.READING, records.STORING}
    for _ in range(50):  # PostgreSQL needs a moment to see that the client is gone
        if stored(anna) == 0:
            break
        time.sleep(0.1)
    models_stored = (models.PerformedIntervention, models.Resident, models.Assessment, models.Staff, models.Cube)
    assert [stored(anna, model) for model in models_stored] == [0, 0, 0, 0, 0]
    client = anna.first_sign_in()
    services.jobs.take_up(silent_seconds=0)
    assert anna.state(upload_id) == start
    assert "durch einen Neustart unterbrochen" in client.get(f"/daten/{upload_id}").text
    run_jobs(anna)
    if start == records.WAITING:
        assert anna.state(upload_id) == records.READ
    else:
        assert anna.state(upload_id) == records.STORED
        assert stored(anna) == 7


def test_worker_takes_up_what_waits_and_what_died(anna: Person) -> None:
    """After a restart nothing is forgotten, even where the queue itself was lost."""
    services = anna.services
    died, waits = (
        flow.start(
            services.databases, services.settings, home_id=anna.home_id, account_id=1, files=[("a", b"PK\x03\x04")]
        )
        for _ in range(2)
    )
    with services.databases.writing.begin() as session:
        records.move(session, died, records.WAITING, records.READING)
    worker = start_worker(services.settings)
    try:
        for _ in range(100):
            if anna.state(died) == anna.state(waits) == records.REFUSED:
                break
            time.sleep(0.1)
    finally:
        worker.stop(graceful=True)
        worker.close()
    assert (anna.state(died), anna.state(waits)) == (records.REFUSED, records.REFUSED)


def test_running_job_of_another_worker_is_left_alone(ben: Person) -> None:
    """Only a job that has been silent for long is taken for dead."""
    services = ben.services
    upload_id = flow.start(
        services.databases, services.settings, home_id=ben.home_id, account_id=1, files=[("a", b"x")]
    )
    with services.databases.writing.begin() as session:
        records.move(session, upload_id, records.WAITING, records.READING)
    services.jobs.queue.note(f"batch-{upload_id}", {"percent": 5, "step": "", "rows": 0, "at": time.time() - 30})
    recovery.recover(services.databases, services.jobs.queue)
    assert ben.state(upload_id) == records.READING
    assert recovery.recover(services.databases, services.jobs.queue, silent_seconds=20) == {upload_id: records.WAITING}
    assert ben.state(upload_id) == records.WAITING


def test_new_edition_of_the_rulebook_leads_to_new_figures(anna: Person) -> None:
    """Figures never rest on another rulebook than the one the page names."""
    anna.read_in(workbooks.workbook())
    databases = anna.services.databases
    assert home_analysis.refresh_stale(databases) == 0
    stored_results.rest_on_another_book(databases, anna.home_id, date(2026, 1, 5))
    assert results.load(databases.reading, anna.home_id) is None
    assert home_analysis.refresh_stale(databases) == 1
    assert results.load(databases.reading, anna.home_id).covered["counted"] == workbooks.COUNTED
