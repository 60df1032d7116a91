"""The way of an upload through the pages: sent, shown, released or thrown away, refused in words."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.pages import Person, path_of, post, upload
from tests.support.web.uploads import count_rows, run_jobs
from web.services import clock
from web.services.uploads import kept_files, records, retention, steps
from web.store import models


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
    assert client.get(f"{path_of(sent)}/stand").headers["HX-Redirect"] == sent.location
    page = client.get(sent.location)
    assert "6 von 8 Zeilen zählen" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Haus März.xlsx" in page.text
    assert "Zauberei" in page.text
    assert count_rows(anna) == 0
    errors = client.get(f"{path_of(sent)}?art=fehler").text
    assert "Zauberei" in errors
    assert "Personal-Nr steht nicht" not in errors
    assert post(client, f"{path_of(sent)}/uebernehmen", sent.location).status_code == 302
    run_jobs(anna)
    assert anna.state(1) == records.STORED
    assert count_rows(anna) == workbooks.COUNTED + workbooks.NOT_DONE
    assert client.get("/").status_code == 200
    assert "noch keine Interventionen" not in client.get("/").text


def test_a_file_that_is_no_workbook_is_refused_with_a_sentence(anna: Person) -> None:
    upload_id = anna.read_in(b"PK\x03\x04 broken", store=False)
    assert anna.state(upload_id) == records.REFUSED
    page = anna.first_sign_in().get(f"/daten/{upload_id}").text
    assert records.texts(anna.access, anna.services.settings, upload_id).message in page.replace("&#34;", '"')
    empty = anna.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS[:1]), store=False)
    assert anna.state(empty) == records.REFUSED
    assert "keine Daten" in records.texts(anna.access, anna.services.settings, empty).message
    strange = anna.read_in(workbooks.workbook(Notizen=[("a", "b")]), store=False)
    assert anna.state(strange) == records.ASKING


@pytest.mark.parametrize("files", [[], [(b"", "leer.xlsx")], [(b"x", f"{n}.csv") for n in range(21)]])
def test_form_reports_what_is_wrong(ben: Person, files: list[tuple[bytes, str]]) -> None:
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
    assert "gelesene Zeilen" in post(client, f"/daten/{upload_id}/verwerfen", f"/daten/{upload_id}").text
    assert anna.state(upload_id) == records.READ
    assert post(client, f"/daten/{upload_id}/verwerfen", f"/daten/{upload_id}", sicher="ja").status_code == 302
    assert anna.state(upload_id) == records.DISCARDED
    assert not list(anna.services.settings.uploads.rglob("*-*"))
    with pytest.raises(FileNotFoundError):
        kept_files.result(anna.access, anna.services.settings, upload_id)
    assert not records.texts(anna.access, anna.services.settings, upload_id).findings
    late = post(client, f"/daten/{upload_id}/uebernehmen", "/daten/")
    assert late.status_code == 302
    assert anna.state(upload_id) == records.DISCARDED
    assert "anderen Stand" in client.get("/daten/").text


def test_undecided_uploads_are_deleted(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """C6: files and findings go after seven days, with an entry in the log; what is stored stays."""
    kept, old = anna.read_in(workbooks.workbook()), anna.read_in(workbooks.workbook(), store=False)
    services, later = anna.services, clock.now() + timedelta(days=7, minutes=1)
    assert retention.delete_expired(anna.system, services.settings) == 0
    monkeypatch.setattr(clock, "now", lambda: later)
    assert retention.delete_expired(anna.system, services.settings) == 1
    assert (anna.state(kept), anna.state(old)) == (records.STORED, records.DISCARDED)
    with pytest.raises(FileNotFoundError):
        kept_files.result(anna.access, services.settings, old)
    with services.databases.whole.reading() as session:
        last = session.scalars(select(models.AuditEvent).order_by(models.AuditEvent.id.desc())).first()
    assert (last.action, last.object, last.account_id) == ("einlesen.verwerfen", f"lieferung {old}", None)
    assert "7 Tagen" in last.reason


def test_releasing_twice_stores_once(anna: Person) -> None:
    """A double click: the second one is told, and no second job does anything."""
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    services = anna.services
    steps.commit(anna.access, upload_id)
    with pytest.raises(steps.UploadError):
        steps.commit(anna.access, upload_id)
    for _ in range(2):
        services.jobs.enqueue(upload_id, records.RELEASED)
    run_jobs(anna)
    assert anna.state(upload_id) == records.STORED
    with services.databases.whole.reading() as session:
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
