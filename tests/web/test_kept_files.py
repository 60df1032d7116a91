"""Which files of an upload are stored, how and for how long; its findings on the page and as a download."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest
from sqlalchemy import select

from importers.findings import Finding, Severity
from tests.support.web import workbooks
from tests.support.web.pages import Person, path_of, post, upload
from web import settings as settings_module
from web.services import clock
from web.services.uploads import kept_files, records, retention, steps
from web.services.uploads.summary.finding_filter import PAGE, FindingFilter, filter_findings
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from pathlib import Path


def kept(who: Person) -> set[str]:
    """Return the files kept of all uploads."""
    folder = who.services.settings.uploads
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_files_are_deleted_when_stored_and_faulty_rows_in_time(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """C6: encrypted while they are there; the rows to repair outlast the storing, for the days set."""
    services = anna.services
    settings = replace(services.settings, upload_days=3)
    files = [(f"{name}.csv", workbooks.text(rows)) for name, rows in workbooks.home().items()]
    number = steps.start(anna.access, settings, home_id=anna.home_id, files=files)
    sent = {f"1/file-{position}" for position in range(len(files))}
    assert kept(anna) == sent
    steps.read(anna.access, settings, services.jobs.queue, number)
    assert kept(anna) == {"1/asked", "1/faulty", "1/result", *sent}
    markers = [one.encode() for one in (*workbooks.MARKERS, "Zauberei")]
    assert all(one in b"".join(content for _, content in files) for one in markers)
    for name in kept(anna):
        content = (settings.uploads / name).read_bytes()
        assert not [one for one in markers if one in content], name
    steps.commit(anna.access, number)
    steps.store(anna.access, settings, services.jobs.queue, number)
    assert anna.state(number) == records.STORED
    assert kept(anna) == {"1/faulty"}
    now = clock.now()
    for days, left in ((2, {"1/faulty"}), (4, set())):
        later = now + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        assert retention.delete_expired(anna.system, settings) == 0
        assert kept(anna) == left
    assert anna.state(number) == records.STORED


def test_no_faulty_rows_file_without_faulty_rows(ben: Person) -> None:
    ben.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS))
    assert list(ben.services.settings.uploads.iterdir()) == []


def test_orphaned_folder_is_deleted_unless_recent(ben: Person) -> None:
    """A server that died while it took files in."""
    settings = ben.services.settings
    for number in (70, 71):
        kept_files.keep_files(ben.access, settings, number, [("a.csv", b"x")])
    old = clock.now().timestamp() - 2 * retention.ORPHAN_SECONDS
    os.utime(settings.uploads / "70", (old, old))
    retention.delete_expired(ben.system, settings)
    assert kept(ben) == {"71/file-0"}


@pytest.mark.parametrize("wrong", ["0", "91", "-1", "sieben", "7,5", "²", "9" * 5000])
def test_retention_days_must_be_a_sensible_number(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(settings_module.SettingsError, match="PEBEM_UPLOAD_DAYS"):
        settings_module.load(home=tmp_path, environment={"PEBEM_UPLOAD_DAYS": wrong})


def test_retention_lasts_seven_days_unless_set(tmp_path: Path) -> None:
    assert settings_module.load(home=tmp_path, environment={}).upload_days == 7
    assert settings_module.load(home=tmp_path, environment={"PEBEM_UPLOAD_DAYS": "30"}).upload_days == 30


def test_faulty_rows_download_is_logged_and_can_be_uploaded_again(anna: Person) -> None:
    """T10: the download leaves its entry; the repaired row is the one that was missing."""
    number = anna.read_in(workbooks.workbook())
    client = anna.first_sign_in()
    address = f"/daten/{number}/fehlerhafte-zeilen.xlsx"
    assert address in client.get(f"/daten/{number}").text
    book = openpyxl.load_workbook(BytesIO(client.get(address).data))
    book["Interventionen"]["C2"].value = "1.1"
    assert book["Interventionen"]["K2"].value.endswith(f" {kept_files.reference(anna.services.settings, number)}")
    out = BytesIO()
    book.save(out)
    second = anna.read_in(out.getvalue(), name="berichtigt.xlsx")
    row = records.find(anna.access, second)
    assert row is not None
    assert (row.state, row.rows, row.new_rows, row.errors) == (records.STORED, 1, 1, 0)
    assert f"/daten/{second}/fehlerhafte" not in client.get(f"/daten/{second}").text
    expired = client.get(f"/daten/{second}/fehlerhafte-zeilen.xlsx", follow_redirects=True)
    assert "keine fehlerhaften Zeilen (mehr) aufbewahrt" in expired.text
    with anna.services.databases.whole.reading() as session:
        query = select(AuditEvent.object).where(AuditEvent.action == "fehlerzeilen.herunterladen")
        assert session.scalars(query).all() == [f"lieferung {number}"]


def test_reference_names_its_upload_and_reveals_a_typing_error(tmp_path: Path) -> None:
    """Somebody else's workbook, or one with a wrong digit, must not be taken for a repair of an upload here."""
    ours, theirs = (settings_module.embedded(tmp_path / name) for name in ("a", "b"))
    references = {number: kept_files.reference(ours, number) for number in (1, 17, 170, 10**17)}
    assert all(re.fullmatch(rf"{number}-[0-9a-f]{{4}}", written) for number, written in references.items())
    assert [kept_files.upload_of_reference(ours, written) for written in references.values()] == list(references)
    digits = references[17][-4:]
    for written in (
        "",
        "17",
        "17-",
        "-",
        digits,
        f"18-{digits}",
        f"017-{digits}",
        f"١٧-{digits}",
        f"17-{digits}0",
        f" 17-{digits}",
        f"{'9' * 30}-{digits}",
        "17-" + digits[1:] + digits[:1] * 2,
        "irgendwas",
        "17-äöüß",
    ):
        assert kept_files.upload_of_reference(ours, written) is None, written
    assert sum(kept_files.reference(ours, n) == kept_files.reference(theirs, n) for n in range(100)) <= 1


def test_search_words_are_not_part_of_the_address(ben: Person) -> None:
    """F8: a name typed into the search is in no address; the address typed by hand leads to the findings."""
    client = ben.first_sign_in()
    upload(client, (workbooks.workbook(), "haus.xlsx"))
    queue = ben.services.jobs.queue
    while (task := queue.dequeue()) is not None:
        queue.execute(task)
    page = post(client, "/daten/1/suche", "/daten/1", suche="ZAUBEREI zeile 9", art="fehler", blatt="Interventionen")
    assert page.status_code == 200
    table = page.text.partition('id="liste"')[2]
    assert "Zauberei" in table
    assert "1 Befund" in table.replace("\N{NO-BREAK SPACE}", " ")
    none = post(client, "/daten/1/suche", "/daten/1", suche="Zauberei", art="hinweise").text
    assert "Kein Befund passt dazu." in none
    assert path_of(client.get("/daten/1/suche")) == "/daten/1"
    assert "Zauberei" not in client.get("/daten/1?art=hinweise").text.partition('id="liste"')[2]


def finding(severity: Severity, code: str, sheet: str = "", value: str = "", row: int = 0) -> Finding:
    return Finding(severity, code, "Das ist los.", "Das hilft.", file="a.xlsx", sheet=sheet, value=value, row=row)


def test_findings_by_severity_sheet_and_words() -> None:
    chosen = [
        finding(Severity.NOTICE, "minuten-fehlen", "Interventionen"),
        finding(Severity.ERROR, "qn-fehlt", "Mitarbeitende", "Müller-Özdemir", 7),
        finding(Severity.WARNING, "qn-fehlt", "Mitarbeitende", "Groß", 17),
        finding(Severity.ERROR, "datum-fehlt", "Interventionen", "", 7),
    ]
    assert [group.first.severity for group in filter_findings(chosen, FindingFilter()).groups] == [
        Severity.ERROR,
        Severity.ERROR,
        Severity.WARNING,
        Severity.NOTICE,
    ]
    for wanted, rows in (
        (FindingFilter(severity="fehler"), [7, 7]),
        (FindingFilter(severity="fehler", sheet="Mitarbeitende"), [7]),
        (FindingFilter(words="mueller"), [7]),
        (FindingFilter(words="GROSS hilft"), [17]),
        (FindingFilter(words="gibt es nicht"), []),
        (FindingFilter(sheet="Dienste"), []),
    ):
        assert [group.first.row for group in filter_findings(chosen, wanted).groups] == rows, wanted
    everything = [*chosen, finding(Severity.NOTICE, "datei-leer")]
    choice = filter_findings(everything, FindingFilter(severity="fehler", sheet="Dienste"))
    assert choice.sheets == [("Interventionen", 2), ("Mitarbeitende", 2)]  # a file as a whole is on no sheet
    assert [(key, number) for key, _, number in choice.severities] == [("fehler", 2), ("warnungen", 1), ("hinweise", 2)]


def test_the_same_word_is_one_finding_however_often_it_comes() -> None:
    """Also where the importer has counted some of its rows already, and on whatever sheet it is."""
    word = [finding(Severity.ERROR, "intervention-unbekannt", "Januar", "Doku", row) for row in range(9, 2, -1)]
    word += [
        finding(Severity.ERROR, "intervention-unbekannt", "Januar", " DOKU ", 40),
        replace(finding(Severity.ERROR, "intervention-unbekannt", "Februar", "Doku", 4), count=12),
    ]
    others = [
        finding(Severity.ERROR, "intervention-unbekannt", "Januar", "Doku (neu)", 41),
        finding(Severity.WARNING, "intervention-unbekannt", "Januar", "Doku", 42),
        replace(finding(Severity.ERROR, "zeile", "Januar", row=43), message="Diese Zeile steht 2-mal da."),
        replace(finding(Severity.ERROR, "zeile", "Januar", row=44), message="Diese Zeile steht 3-mal da."),
        finding(Severity.ERROR, "datum", "Januar", "-5", 45),
        finding(Severity.ERROR, "datum", "Januar", "5", 46),
    ]
    choice = filter_findings([*others, *word], FindingFilter())
    first = choice.groups[0]
    assert (first.count, first.rows, first.further, first.places) == (20, (3, 4, 5, 6, 7), 15, 2)
    assert (choice.matching, sum(group.count for group in choice.groups)) == (7, 26)
    assert [group.count for group in choice.groups[1:]] == [1] * 6


def test_pages_of_findings_are_complete_and_the_last_one_is_the_last() -> None:
    many = [finding(Severity.ERROR, "qn-fehlt", value=f"{number}.", row=number) for number in range(1, 2 * PAGE + 2)]
    pages = [filter_findings(many, FindingFilter(page=number)) for number in (1, 2, 3, 9)]
    assert [group.first.row for page in pages[:3] for group in page.groups] == list(range(1, 2 * PAGE + 2))
    assert (pages[3].page, pages[3].pages, pages[3].matching) == (3, 3, 2 * PAGE + 1)


@pytest.mark.parametrize("asked", ["0", "-1", "²", "9" * 30, "x", ""])
def test_invalid_filter_shows_the_first_page_of_all_findings(asked: str) -> None:
    assert FindingFilter.from_form({"seite": asked, "art": "alles"}) == FindingFilter()
