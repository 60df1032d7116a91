"""Pages about a home's own words: one form and one button for each kind, out and back as CSV, and for one upload."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from importers.home_words.kinds import DUTY, INTERVENTION, KINDS, QUALIFICATION, SHIFT_START
from tests.support.web import workbooks
from tests.support.web.pages import Person, path_of, person, post, token
from tests.support.web.words import left_open, stored_terms
from web.services.uploads import records
from web.services.words import terms

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.fixture
def client(ben: Person) -> FlaskClient:
    left_open(ben)
    return ben.first_sign_in()


def send(client: FlaskClient, content: str) -> Any:
    form = {"csrf_token": token(client.get("/bezeichnungen/")), "datei": (BytesIO(content.encode()), "b.csv")}
    return client.post("/bezeichnungen/einlesen", data=form, content_type="multipart/form-data")


def words_on(page: str) -> list[str]:
    return re.findall(r'name="wort" value="([^"]*)"', page)


def test_each_kind_has_its_page_and_no_other_has_one(client: FlaskClient) -> None:
    for kind in KINDS:
        page = client.get(f"/bezeichnungen/{kind}", follow_redirects=True)
        assert page.status_code == 200, kind
        assert ("Zuordnungen speichern" in page.text) is (kind != SHIFT_START)  # every upload has named its shifts
        assert page.text.count('aria-current="page"') >= 2, "the tab and the entry of the menu"
    assert client.get("/bezeichnungen/sternzeichen").status_code == 404
    assert client.post("/bezeichnungen/sternzeichen").status_code == 400  # no token
    assert post(client, "/bezeichnungen/sternzeichen", "/bezeichnungen/").status_code == 404
    assert client.get("/bezeichnungen/einlesen").status_code == 404


def test_several_words_are_answered_in_one_go(ben: Person, client: FlaskClient) -> None:
    """The heaviest word comes first; what is left open stays so, and a list entry goes before a suggestion."""
    page = "/bezeichnungen/qualifikation"
    assert words_on(client.get(page).text) == ["Zauberlehrling", "PHK"]
    answer = post(
        client, page, page, wort=["Zauberlehrling", "PHK"], **{"antwort-1": "", "andere-1": "2", "antwort-2": "3"}
    )
    assert answer.status_code == 302
    assert stored_terms(ben, QUALIFICATION) == {"Zauberlehrling": ("2", 1), "PHK": ("3", 1)}
    text = client.get(page).text
    assert "Gespeichert: 2 Wörter." in text
    assert words_on(text) == ["PHK", "Zauberlehrling"], "to be opened again"
    assert "Nichts offen" in text
    post(client, page, page, wort="PHK", **{"antwort-1": "später"})
    assert '<span class="tag">später</span>' in client.get(page).text


def test_words_of_one_family_are_one_question(ben: Person) -> None:
    """They differ in the degree of help alone: one answer settles them, and the page shows how well it fits."""
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    words = {"Duschen A": (3, 60), "Duschen TÜ": (5, 6000), "Duschen VÜ": (1, 30), "Verbandwechsel": (2, 600)}
    with ben.services.databases.whole.writing.begin() as session:
        terms.store_unknown(session, upload_id, {INTERVENTION: words}, [])
    client, page = ben.first_sign_in(), "/bezeichnungen/"
    text = client.get(page).text
    assert words_on(text)[:2] == ["Duschen TÜ", "Verbandwechsel"]
    assert "genau so bekannt" in text
    assert "möglich, wie „" in text
    assert "Ist die Wunde einfach oder chronisch?" in text
    assert "% ähnlich" not in text
    also = re.findall(r'name="auch-1" value="([^"]*)"', text)
    assert sorted(also) == ["Duschen A", "Duschen VÜ"]
    post(client, page, page, wort="Duschen TÜ", **{"antwort-1": "4.12", "auch-1": also})
    assert stored_terms(ben) == dict.fromkeys(("Duschen A", "Duschen TÜ", "Duschen VÜ"), ("4.12", 1))


@pytest.mark.parametrize("answer", ["aufteilen", "passt nicht"])
def test_a_word_may_mean_several_entries_or_none(ben: Person, client: FlaskClient, answer: str) -> None:
    page = "/bezeichnungen/"
    text = client.get(page).text
    assert f'value="{answer}"' in text
    post(client, page, page, wort="Zauberei", **{"antwort-1": answer})
    assert stored_terms(ben) == {"Zauberei": (answer, 1)}
    assert "Nichts offen" in client.get(page).text
    assert f"Zauberei;{answer};" in client.get("/bezeichnungen/bezeichnungen.csv").text


def test_people_who_do_no_care_are_an_answer_on_the_page_and_in_the_table(ben: Person, client: FlaskClient) -> None:
    page = "/bezeichnungen/qualifikation"
    assert '<option value="0">keine Pflege</option>' in client.get(page).text
    out = client.get("/bezeichnungen/bezeichnungen.csv").text
    assert send(client, out.replace("Zauberlehrling;", "Zauberlehrling;keine Pflege")).status_code == 302
    assert stored_terms(ben, QUALIFICATION) == {"Zauberlehrling": ("0", 1)}
    assert "keine Pflege" in client.get(page).text
    assert "Zauberlehrling;keine Pflege;" in client.get("/bezeichnungen/bezeichnungen.csv").text


def test_saving_nothing_shows_a_message(ben: Person, client: FlaskClient) -> None:
    page = "/bezeichnungen/dienst"
    post(client, page, page, wort=["F", "f"], **{"antwort-1": "", "andere-2": "  "})
    assert "Es war nichts zu ändern" in client.get(page).text
    assert stored_terms(ben, DUTY) == {}


def test_entered_answers_are_shown_again_after_an_error(ben: Person, client: FlaskClient) -> None:
    page = "/bezeichnungen/dienst"
    answer = post(
        client,
        page,
        page,
        wort=["F", "F*", "f"],
        **{"andere-1": "06:00-14:00", "andere-2": "<b>früh</b>", "antwort-3": "später"},
    )
    assert answer.status_code == 422
    assert "noch nichts gespeichert" in answer.text
    assert "„&lt;b&gt;früh&lt;/b&gt;“ sind keine Zeiten" in answer.text
    assert "<b>früh" not in answer.text
    assert 'value="06:00-14:00" placeholder' in answer.text
    assert 'value="später" checked' in answer.text
    assert stored_terms(ben, DUTY) == {}


def test_a_name_that_is_in_no_catalogue_is_not_mapped(client: FlaskClient) -> None:
    answer = post(client, "/bezeichnungen/", "/bezeichnungen/", wort="Zauberei", **{"andere-1": "<b>Hexerei</b>"})
    assert "steht nicht im Katalog" in answer.text
    assert "<b>Hexerei" not in answer.text


def test_words_are_exported_and_imported_as_csv(client: FlaskClient) -> None:
    out = client.get("/bezeichnungen/bezeichnungen.csv").text
    filled = out.replace("Zauberei;", "Zauberei;1.1").replace("PHK;", "PHK;QN 3")
    answer = send(client, filled)
    assert answer.status_code == 302, answer.text
    assert "2 geändert" in client.get("/bezeichnungen/").text
    answer = send(client, filled.replace("PHK;QN 3", "PHK;QN 9"))
    assert answer.status_code == 422
    assert "nichts geändert" in answer.text
    assert "„QN 9“ ist kein Qualifikationsniveau" in answer.text


def test_words_of_an_upload_are_answered_and_it_is_read_once_more(ben: Person, client: FlaskClient) -> None:
    page = "/daten/1/werte/intervention"
    assert words_on(client.get(page).text) == ["Zauberei"]
    answer = post(client, page, page, wort="Zauberei", lesen="ja", **{"antwort-1": "1.2"})
    assert path_of(answer) == "/daten/1"
    assert ben.state(1) == records.WAITING
    assert stored_terms(ben) == {"Zauberei": ("1.2", 1)}


def test_a_stored_upload_is_not_read_once_more(ben: Person, client: FlaskClient) -> None:
    """Its words can still be answered, for the next one."""
    page = "/daten/1/werte/intervention"
    ben.store(1)
    text = client.get(page).text
    assert "noch einmal lesen" not in text
    assert words_on(text) == ["Zauberei"]
    post(client, page, page, wort="Zauberei", lesen="ja", **{"antwort-1": "1.2"})
    assert ben.state(1) == records.STORED
    assert stored_terms(ben) == {"Zauberei": ("1.2", 1)}


def test_known_words_are_chosen_beforehand_and_accepted_with_one_click(ben: Person, client: FlaskClient) -> None:
    """Those known exactly come first and may be changed; what is put off or answered is not chosen again."""
    rows = [("0042", "P1", word, "05.01.2026", "07:10", "20", "", "", "") for word in ("Duschen", "Lagern", "Zauberei")]
    upload_id = ben.read_in(workbooks.workbook(Interventionen=[workbooks.WORK[0], *rows]), store=False)
    page = f"/daten/{upload_id}/werte/intervention"
    shown = client.get(page).text
    assert words_on(shown) == ["Duschen", "Lagern", "Zauberei"]
    assert "2 Wörter kennen wir genau" in shown
    assert "Alle 2 genauen Treffer annehmen" in shown
    chosen = dict(re.findall(r'name="(antwort-\d)" value="([^"]*)" checked', shown))
    assert chosen == {"antwort-1": "4.12", "antwort-2": "1.2", "antwort-3": ""}
    post(client, page, page, wort=words_on(shown), annehmen="ja", **(chosen | {"antwort-2": "später"}))
    assert stored_terms(ben) == {"Duschen": ("4.12", 1), "Lagern": ("später", 1)}
    shown = client.get(page).text
    assert words_on(shown) == ["Lagern", "Zauberei", "Duschen"], "what is open first, then what was answered"
    assert "kennen wir genau" not in shown
    assert 'name="antwort-1" value="später" checked' in shown
    assert 'name="antwort-3" value="4.12" checked' in shown


def test_doubtful_word_is_not_chosen_beforehand(client: FlaskClient) -> None:
    """PHK is a known word, but known to mean three levels."""
    shown = client.get("/bezeichnungen/qualifikation").text
    assert "kennen wir genau" not in shown
    assert 'name="antwort-2" value="" checked' in shown


def test_usual_times_of_a_code_are_a_suggestion_never_a_fact(client: FlaskClient) -> None:
    """A home's F may begin at any time; and F* is not F."""
    shown = client.get("/bezeichnungen/dienst").text
    assert words_on(shown)[0] == "F"
    assert "kennen wir genau" not in shown
    assert "genau so bekannt" not in shown


def test_next_kind_with_open_words_is_one_click_away(ben: Person, client: FlaskClient) -> None:
    page = "/daten/1/werte/intervention"
    shown = client.get(page).text
    assert 'name="weiter" value="qualifikation">Speichern und weiter: Qualifikationen (2)' in shown
    answer = post(client, page, page, wort="Zauberei", weiter="qualifikation", **{"antwort-1": "1.2"})
    assert path_of(answer) == "/daten/1/werte/qualifikation"
    assert stored_terms(ben) == {"Zauberei": ("1.2", 1)}
    nowhere = post(client, page, page, wort="Zauberei", weiter="//evil.example", **{"antwort-1": "1.2"})
    assert path_of(nowhere) == page


def test_reading_again_with_the_same_answers_reports_no_mistake(client: FlaskClient) -> None:
    page = "/daten/1/werte/intervention"
    post(client, page, page, wort="Zauberei", **{"antwort-1": "1.2"})
    client.get(page)
    post(client, page, page, wort="Zauberei", lesen="ja", **{"antwort-1": "1.2"})
    assert "Es war nichts zu ändern" not in client.get("/daten/1").text


def test_words_of_an_upload_do_not_exist_for_another_tenant(ben: Person, client: FlaskClient) -> None:
    """B2, T8: neither shown, nor answered, nor read once more."""
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    other.read_in(workbooks.workbook())
    stranger = other.first_sign_in()
    for kind in (*KINDS, "sternzeichen"):
        address = f"/daten/1/werte/{kind}"
        assert stranger.get(address).status_code == 404
        assert (
            post(stranger, address, "/bezeichnungen/", wort="PHK", lesen="ja", **{"antwort-1": "3"}).status_code == 404
        )
    assert client.get("/daten/1/werte/sternzeichen").status_code == 404
    assert stored_terms(ben, QUALIFICATION) == stored_terms(other, QUALIFICATION) == {}
    assert ben.state(1) == records.READ
