"""The head of a preview: how many rows count, which step comes next, what cannot be rated; and what follows."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.web import workbooks
from tests.support.web.pages import Person, person, post
from web.wording.figures import problems

if TYPE_CHECKING:
    from flask.testing import FlaskClient

HEAD = workbooks.WORK[0]
GOOD = workbooks.WORK[1]
UNKNOWN_WORD = ("0042", "P1", "Zauberei", "06.01.2026", "08:00", "5", "", "", "")
WRONG_DAY = ("0042", "P1", "1.1", "31.02.2026", "08:00", "5", "", "", "")
HOME = "Haus am Hang"
REFUSED = ("0042", "P1", "1.1", "07.01.2026", "08:00", "5", "", "", "abgelehnt")


def words(client: FlaskClient, address: str) -> str:
    """Return a page with plain spaces."""
    return unescape(client.get(address).text).replace("\N{NO-BREAK SPACE}", " ")


def file_of(*rows: tuple[str, ...], **sheets: Any) -> bytes:
    return workbooks.workbook(**sheets, **({"Interventionen": [HEAD, *rows]} if rows else {}))


def lead(page: str) -> str:
    return re.sub(r"<[^>]+>", "", re.search(r'<p class="lead">(.*?)</p>', page, re.DOTALL)[1])


def primary(page: str) -> list[str]:
    """Return what the primary buttons of a page say."""
    main = page[page.index('<main id="inhalt">') :]
    return re.findall(r'<(?:a|button)(?: type="submit")? class="btn"[^>]*>([^<]*)<', main)


@pytest.mark.parametrize(
    ("rows", "button", "said"),
    [
        ((GOOD,), "Übernehmen", "1 von 1 Zeile zählt"),
        ((GOOD, REFUSED), "Übernehmen", "1 von 2 Zeilen zählen, 1 wurde nicht durchgeführt."),
        ((REFUSED,), "Übernehmen", "Noch zählt keine der 1 Zeile, 1 wurde nicht durchgeführt."),
        ((GOOD, WRONG_DAY), "Ohne die fehlerhaften Zeilen übernehmen", "1 von 2 Zeilen zählen, 1 ist fehlerhaft."),
        ((GOOD, UNKNOWN_WORD), "1 Wort klären", "1 von 2 Zeilen zählen, 1 ist fehlerhaft."),
        ((UNKNOWN_WORD,), "1 Wort klären", "Noch zählt keine der 1 Zeile, 1 ist fehlerhaft."),
    ],
)
def test_primary_button_is_the_sensible_next_step(
    ben: Person, rows: tuple[tuple[str, ...], ...], button: str, said: str
) -> None:
    page = words(
        ben.first_sign_in(), f"/daten/{ben.read_in(file_of(*rows, Bewohner=workbooks.RESIDENTS), store=False)}"
    )
    assert primary(page) == [button]
    assert lead(page).startswith(said)


def test_faulty_rows_alone_are_to_be_repaired_not_stored(ben: Person) -> None:
    """No button stores nothing: the files' residents are known, and no row of theirs can be read."""
    client = ben.first_sign_in()
    ben.read_in(file_of(GOOD, Bewohner=workbooks.RESIDENTS))
    page = words(client, f"/daten/{ben.read_in(file_of(WRONG_DAY, Bewohner=workbooks.RESIDENTS), store=False)}")
    assert primary(page) == ["Fehlerhafte Zeilen herunterladen (Excel)"]
    assert "So gibt es nichts zu übernehmen" in lead(page)
    assert "bernehmen</button>" not in page


def test_words_put_off_are_not_asked_for_first(ben: Person) -> None:
    client = ben.first_sign_in()
    number = ben.read_in(file_of(GOOD, UNKNOWN_WORD, Bewohner=workbooks.RESIDENTS), store=False)
    words_page = f"/daten/{number}/werte/intervention"
    post(client, words_page, words_page, wort="Zauberei", **{"antwort-1": "später"})
    page = words(client, f"/daten/{number}")
    assert primary(page) == ["Ohne die fehlerhaften Zeilen übernehmen"]
    assert "Interventionen</a>: 1 Wort" in page


def test_only_words_that_cost_something_are_asked_for_first(ben: Person) -> None:
    """A qualification that is read with a doubt is asked for, but nothing waits for it."""
    client = ben.first_sign_in()
    staff = [workbooks.STAFF[0], ("P1", "Quast", "Ute", "PHK", "", "", "", "")]
    number = ben.read_in(file_of(GOOD, Bewohner=workbooks.RESIDENTS, Mitarbeitende=staff), store=False)
    page = words(client, f"/daten/{number}")
    assert primary(page) == ["Übernehmen"]
    assert f'<a href="/daten/{number}/werte/qualifikation?haus=1">Qualifikationen</a>: 1 Wort' in page
    staff[1] = ("P1", "Quast", "Ute", "Zauberlehrling", "", "", "", "")
    number = ben.read_in(file_of(GOOD, Bewohner=workbooks.RESIDENTS, Mitarbeitende=staff), store=False)
    assert primary(words(client, f"/daten/{number}")) == ["1 Wort klären"]


def test_people_alone_are_never_called_rows(ben: Person) -> None:
    number = ben.read_in(file_of(WRONG_DAY, Bewohner=workbooks.RESIDENTS), store=False)
    page = words(ben.first_sign_in(), f"/daten/{number}")
    assert primary(page) == ["Nur Personen und Dienste übernehmen"]
    assert 'name="aehnlich"' not in page


def test_uploads_are_numbered_within_their_home(ben: Person) -> None:
    """Also where another home's come between; what is on a page, in an address and in a file name agrees."""
    client = ben.first_sign_in()
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    ben.read_in(file_of(GOOD))
    other.read_in(file_of(GOOD))
    other.read_in(file_of(GOOD), store=False)
    third = ben.read_in(file_of(GOOD, WRONG_DAY))
    page = words(client, f"/daten/{third}")
    assert third == 4
    assert f"<title>{HOME}: Datenlieferung 2 · PeBeM-Analyse</title>" in page
    assert f"› {HOME} › Datenlieferung 2" in page
    assert f'<a href="/daten/{third}?haus=1">Nr. 2 vom' in words(client, "/daten/")
    assert "Nr. 2</a>" in words(client, "/daten/1/ruecknahme")
    assert "Lieferung-2.xlsx" in client.get(f"/daten/{third}/fehlerhafte-zeilen.xlsx").headers["Content-Disposition"]
    shown = words(other.first_sign_in(), "/daten/")
    assert "Nr. 1 vom" in shown
    assert "Nr. 3" not in shown


def test_what_is_stored_already_leads_to_the_result(ben: Person) -> None:
    client = ben.first_sign_in()
    ben.read_in(file_of(GOOD, Bewohner=workbooks.RESIDENTS))
    page = words(client, f"/daten/{ben.read_in(file_of(GOOD, Bewohner=workbooks.RESIDENTS), store=False)}")
    assert primary(page) == ["Ergebnis ansehen"]
    assert "Es ist alles schon gespeichert" in lead(page)
    assert '<button class="second" type="submit">Trotzdem übernehmen</button>' in page


def test_weekly_hours_alone_are_something_to_store(ben: Person) -> None:
    client = ben.first_sign_in()
    staff = [(*workbooks.STAFF[0][:4], "Wochenstunden"), ("P1", "Quast", "Ute", "4", "30")]
    ben.read_in(file_of(Mitarbeitende=staff))
    staff[1] = ("P1", "Quast", "Ute", "4", "35")
    page = words(client, f"/daten/{ben.read_in(file_of(Mitarbeitende=staff), store=False)}")
    assert primary(page) == ["Übernehmen"]


def test_same_words_and_numbers_before_and_after_storing(ben: Person) -> None:
    client = ben.first_sign_in()
    number = ben.read_in(workbooks.workbook(), store=False)
    table = re.compile(r'<table class="data sums">(.*?)</table>', re.DOTALL)
    before = table.search(words(client, f"/daten/{number}"))[1]
    ben.store(number)
    page = words(client, f"/daten/{number}")
    assert table.search(page)[1] == before.replace("werden gespeichert", "sind gespeichert")
    cells = [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in re.findall(r"<tr.*?</tr>", before, re.DOTALL)]
    assert cells[1:] == [
        ["zählen", "6", "0", "0", "6"],
        ["nicht durchgeführt", "1", "0", "0", "1"],
        ["werden gespeichert", "7", "0", "0", "7"],
        ["fehlerhaft", "–", "–", "–", "1"],
        ["Zeilen der Dateien", "–", "–", "–", "8"],
    ]
    assert lead(page).startswith("6 Interventionen kamen hinzu und zählen. 1 neue wurde nicht durchgeführt.")
    assert "beruht auf" in words(client, "/")
    assert "außen vor" not in page


def test_what_cannot_be_rated_is_said_first_with_what_to_do(ben: Person) -> None:
    client = ben.first_sign_in()
    staff = [workbooks.STAFF[0], workbooks.STAFF[1]]
    rows = [GOOD, ("0042", "P7", "1.1", "05.01.2026", "09:00", "60", "", "", "")]
    number = ben.read_in(file_of(*rows, Bewohner=workbooks.RESIDENTS, Mitarbeitende=staff), store=False)
    page = words(client, f"/daten/{number}")
    assert "100 % der Minuten sind nicht bewertbar" in page
    assert "Nötiges Niveau unbekannt (100 %):</b> Für 2 Interventionen fehlt eine Begutachtung." in page
    assert "Niveau der Person unbekannt (75 %):</b> Bei 1 Intervention " in page
    assert page.index("nicht bewertbar") < page.index("Eingereicht")
    assert page.index("Nötiges Niveau unbekannt (") < page.index("Niveau der Person unbekannt (")


def test_what_can_all_be_rated_needs_no_warning(ben: Person) -> None:
    number = ben.read_in(
        file_of(
            GOOD, Bewohner=workbooks.RESIDENTS, Mitarbeitende=workbooks.STAFF, Begutachtungen=workbooks.assessments()
        ),
        store=False,
    )
    assert "nicht bewertbar</b>" not in words(ben.first_sign_in(), f"/daten/{number}")


def test_after_storing_the_page_says_where_to_go_next(ben: Person) -> None:
    client = ben.first_sign_in()
    page = words(client, f"/daten/{ben.read_in(workbooks.workbook())}")
    assert primary(page) == ["Ergebnis ansehen"]
    assert 'href="/?von=2026-01-05&bis=2026-02-08&haus=1">Ergebnis ansehen' in page
    following = page[page.index("Wie geht es weiter?") :]
    following = following[: following.index("</section>")]
    for address in (
        "/daten/1/werte/intervention?haus=1",
        "/personen/?haus=1",
        "/interventionen?von=2026-01-05&bis=2026-02-08&haus=1",
        "/daten/?haus=1",
    ):
        assert f'href="{address}"' in following, address


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0, 0), "Es ist nichts aufgefallen."),
        ((0, 0, 2), "Kein Fehler, aber 2 Hinweise."),
        ((0, 1, 0), "Kein Fehler, aber 1 Warnung."),
        ((0, 3, 1), "Kein Fehler, aber 3 Warnungen und 1 Hinweis."),
        ((1, 0, 0), "Aufgefallen: 1 Fehler."),
        ((1, 0, 1), "Aufgefallen: 1 Fehler und 1 Hinweis."),
        ((2, 1, 0), "Aufgefallen: 2 Fehler und 1 Warnung."),
        ((1116, 2, 3), "Aufgefallen: 1.116 Fehler, 2 Warnungen und 3 Hinweise."),
    ],
)
def test_sentence_on_what_was_found_fits_all_combinations(counts: tuple[int, int, int], said: str) -> None:
    assert problems(*counts).replace("\N{NO-BREAK SPACE}", " ") == said


def test_findings_are_grouped_and_named_in_words_not_codes(ben: Person) -> None:
    client = ben.first_sign_in()
    rows = [(*UNKNOWN_WORD[:3], f"{day:02}.01.2026", *UNKNOWN_WORD[4:]) for day in range(1, 31)]
    number = ben.read_in(file_of(GOOD, *rows, Bewohner=workbooks.RESIDENTS), store=False)
    page = words(client, f"/daten/{number}")
    found = page[page.index('id="befunde"') :]
    assert found.count("<td>Zauberei") == 1
    assert "Zeilen 3, 4, 5, 6, 7 und 25 weitere" in found
    assert f'<a href="/daten/{number}/werte/intervention?haus=1">Wort klären</a>' in found
    assert "intervention-unbekannt" not in page
    answer = post(client, f"/daten/{number}/suche", f"/daten/{number}", suche="Zeile 4")
    assert "<td>Zauberei" in answer.text
