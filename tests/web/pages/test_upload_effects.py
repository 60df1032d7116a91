"""Pages about what an upload changes: its preview, taking it back, and what moved when a rule was changed."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.web import workbooks
from tests.support.web.accounts import actions
from tests.support.web.pages import Person, path_of, person, post
from tests.support.web.uploads import choose
from web.services.history import refold
from web.services.uploads.apply import ApplyChoice
from web.store import models
from web.store.access import ForeignHomeError

if TYPE_CHECKING:
    from flask.testing import FlaskClient

HEAD = workbooks.WORK[0]
REPORT = "Nach einer Änderung der Regeln neu berechnet"


def staff(**levels: str) -> list[tuple[str, ...]]:
    """Return a list of staff without days: number -> level."""
    return [workbooks.STAFF[0], *((number, number, "", level, "", "", "", "") for number, level in levels.items())]


def month(number: int, *people: str) -> list[tuple[str, ...]]:
    """Return one intervention of each of some staff in a month of 2026."""
    rows = [("0042", one, "1.1", f"05.{number:02}.2026", f"0{i}:10", "20", "", "", "") for i, one in enumerate(people)]
    return [HEAD, *rows]


def words(client: FlaskClient, address: str) -> str:
    """Return a page with plain spaces."""
    return unescape(client.get(address).text).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def january(ben: Person) -> Person:
    """A home with the small workbook's residents, and work and levels of January."""
    sheets: dict[str, Any] = {"Bewohner": workbooks.RESIDENTS, "Begutachtungen": workbooks.assessments()}
    ben.read_in(workbooks.workbook(**sheets, Mitarbeitende=staff(P1="4", P2="2"), Interventionen=month(1, "P1", "P2")))
    return ben


def test_preview_distinguishes_new_from_unchanged(january: Person) -> None:
    client = january.first_sign_in()
    content = workbooks.workbook(Mitarbeitende=staff(P1="4", P2="3"), Interventionen=month(2, "P1", "P2"))
    shown = words(client, f"/daten/{january.read_in(content, store=False)}")
    assert "Niveaus: 1 neu, 1 wie bisher<br>Betroffen: 1 Person." in shown
    assert "<td>QN 3 gilt ab 05.02.2026</td><td>neu</td>" in shown
    assert "<td>QN 4 gilt ab 05.02.2026</td><td>wie bisher</td>" in shown
    assert "Auch in Monaten" not in shown


def test_since_always_is_a_choice_that_can_be_undone(january: Person) -> None:
    client = january.first_sign_in()
    content = workbooks.workbook(Mitarbeitende=staff(P2="3"), Interventionen=month(2, "P2"))
    number = january.read_in(content, store=False)
    choose(january, number, ApplyChoice(always=True))
    shown = words(client, f"/daten/{number}")
    assert "> gelten ab 05.02.2026</label>" in shown
    assert 'value="immer" checked' in shown


def test_list_of_staff_alone_is_asked_about_nothing_else(january: Person) -> None:
    client = january.first_sign_in()
    number = january.read_in(workbooks.workbook(Mitarbeitende=staff(P2="3")), store=False)
    shown = words(client, f"/daten/{number}")
    assert 'name="aehnlich"' not in shown
    assert 'name="vollstaendig"' not in shown
    assert 'name="seit" value="2026-01-06"' in shown
    post(client, f"/daten/{number}/folgen", f"/daten/{number}", gilt="ab", seit="2026-01-05")
    shown = words(client, f"/daten/{number}")
    assert "Auch in Monaten, aus denen diese Datenlieferung keine Zeilen enthält" in shown
    assert "<li><b>Januar 2026</b>: " in shown
    assert "Grund: 1 Niveau</li>" in shown


def test_an_upload_of_rows_alone_is_not_asked_for_a_first_day(january: Person) -> None:
    client = january.first_sign_in()
    number = january.read_in(workbooks.workbook(Interventionen=month(1, "P2")), store=False)
    shown = words(client, f"/daten/{number}")
    assert "<b>1</b> neue Zeile gleicht einer gespeicherten; verschieden ist: Person (1)." in shown
    assert 'name="gilt"' not in shown
    assert 'name="aehnlich"' in shown


def test_complete_ward_says_what_it_removes_of_rows_without_ward(january: Person) -> None:
    client = january.first_sign_in()
    number = january.read_in(workbooks.workbook(Interventionen=month(1, "P1")), store=False)
    post(
        client,
        f"/daten/{number}/folgen",
        f"/daten/{number}",
        vollstaendig="ja",
        von="2026-01-01",
        bis="2026-01-31",
        wb="WB 1",
    )
    shown = words(client, f"/daten/{number}")
    assert "<b>1</b> gespeicherte Zeile, die nicht in der Datei steht (01.–31.01.2026, WB 1)" in shown


def test_undo_lists_restored_statements_and_changed_months(january: Person) -> None:
    client = january.first_sign_in()
    content = workbooks.workbook(Mitarbeitende=staff(P1="4", P2="3"), Interventionen=month(2, "P1", "P2"))
    number = january.read_in(content)
    january.read_in(workbooks.workbook(Interventionen=month(3, "P2")))
    shown = words(client, f"/daten/{number}/ruecknahme")
    assert "Niveaus: 1 entfällt, 1 ändert nichts<br>" in shown
    assert "<td>QN 3 gilt ab 05.02.2026</td><td>entfällt</td>" in shown
    assert "Welche Monate ändern sich?" in shown
    assert "<li><b>Februar 2026</b>: danach ohne Interventionen (2 Zeilen entfallen)</li>" in shown
    assert "<li><b>März 2026</b>: " in shown
    assert "<li><b>Januar 2026</b>: " not in shown
    assert "Grund: 1 Niveau</li>" in shown


def test_undoing_the_first_upload_leaves_no_known_people(january: Person) -> None:
    shown = words(january.first_sign_in(), "/daten/1/ruecknahme")
    assert "Von 4 Personen ist danach nichts mehr bekannt." in shown
    assert "gelten wieder frühere Angaben" not in shown


def reported(who: Person) -> list[dict[str, Any]]:
    """Note a report as folding anew leaves it, and return it."""
    with who.services.databases.whole.writing.begin() as session:
        home = session.get_one(models.Home, who.home_id)
        home.fold_report = [
            {"month": 672, "rows_added": 0, "rows_removed": 1204, "reasons": {}},
            {"month": 673, "rows_added": 1, "rows_removed": 0, "reasons": {"level": 2, "ward": 1}},
        ]
        return home.fold_report


def test_what_moved_under_a_changed_rule_is_shown_until_it_was_read(ben: Person) -> None:
    """B2, G1: the report of a home is shown to its own tenant, and who put it away is in the log."""
    client = ben.first_sign_in()
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    stranger = other.first_sign_in()
    assert REPORT not in words(client, "/daten/")
    report = reported(ben)
    shown = words(client, "/daten/")
    assert REPORT in shown
    assert "In 2 Monaten haben sich" in shown
    assert "<li><b>Januar 2026</b>: gleiche Anteile (1.204 Zeilen entfallen)</li>" in shown
    assert "<b>Februar 2026</b>: gleiche Anteile (1 Zeile kommt hinzu). Grund: 2 Niveaus, 1 Wohnbereich</li>" in shown
    assert REPORT not in words(stranger, "/daten/")
    assert post(stranger, "/daten/neuberechnung/gelesen", "/daten/").status_code == 302
    assert refold.report(ben.access, ben.home_id) == report, "another tenant puts nothing away"
    assert client.post("/daten/neuberechnung/gelesen").status_code == 400, "the form needs its token"
    assert refold.report(ben.access, ben.home_id) == report
    assert refold.REPORT_READ not in actions(ben)
    assert path_of(post(client, "/daten/neuberechnung/gelesen", "/daten/")) == "/daten/"
    assert REPORT not in words(client, "/daten/")
    assert actions(ben).count(refold.REPORT_READ) == 1
    post(client, "/daten/neuberechnung/gelesen", "/daten/")
    assert actions(ben).count(refold.REPORT_READ) == 1, "once"


def test_report_of_another_tenants_home_cannot_be_put_away(ben: Person) -> None:
    """B2: not even where its number is known."""
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    report = reported(ben)
    with pytest.raises(ForeignHomeError):
        refold.dismiss_report(other.access, home_id=ben.home_id)
    assert refold.report(ben.access, ben.home_id) == report
