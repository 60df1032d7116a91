"""Columns whose heading says nothing are asked about by what stands in them; a profile remembers the answer."""

from __future__ import annotations

from html import unescape

import pytest

from tests.support.importers import files
from tests.support.web.pages import Person, post
from tests.support.web.question_pages import QuestionPages, columns
from web.services.uploads import kept_files, records
from web.services.words import profiles

HEAD = ["Bewohner-Nr", "Intervention", "Datum", "Bemerkenswert"]
ROWS = [["0042", "4.12", "01.03.2026", "j"], ["0042", "4.12", "02.03.2026", "n"], ["77", "4.12", "02.03.2026", "j"]]


def sheet(*rows: list[str], head: list[str] = HEAD, name: str = "Interventionen.csv") -> tuple[bytes, str]:
    return files.text_of([head, *(rows or ROWS)]).encode(), name


def statuses(pages: QuestionPages) -> list[str]:
    read = kept_files.result(pages.who.access, pages.who.services.settings, pages.upload_id)
    return read.tables.interventions["status"].astype(object).fillna("").tolist()


def test_an_unknown_state_is_asked_about_and_remembered(ben: Person) -> None:
    """Even in our own template: without it 296 acts that were not done would have counted."""
    client = ben.first_sign_in()
    pages = QuestionPages(ben, client, sheet())
    assert (pages.state, pages.question()) == (records.ASKING, "/inhalt/0")
    page = unescape(pages.page().text).replace("\xa0", " ")
    assert "Spalte D „Bemerkenswert“ enthält „j“ (2 Zeilen), „n“ (1 Zeile)." in page
    assert "Sagt diese Spalte, ob die Intervention durchgeführt wurde?" in page
    assert pages.fields() | {"wort-3-0": "durchgeführt", "wort-3-1": "nicht durchgeführt"} == pages.fields()
    unanswered = pages.answer()
    assert unanswered.status_code == 422
    assert "Bitte wählen Sie eine Antwort" in unanswered.text
    pages.answer(**{"ist-Status": "3"})
    assert pages.question() == "/zuordnung"
    pages.answer()
    assert pages.state == records.READ
    assert statuses(pages) == ["durchgeführt", "nicht durchgeführt", "durchgeführt"]
    second = QuestionPages(ben, client, sheet(["0042", "4.12", "03.03.2026", "n"]))
    assert second.state == records.READ
    assert statuses(second) == ["nicht durchgeführt"]
    (row,) = profiles.list_(ben.access)
    assert row.profile.sheets[0].statuses == {"j": "durchgeführt", "n": "nicht durchgeführt"}


def test_the_answer_no_is_remembered(ben: Person) -> None:
    client = ben.first_sign_in()
    pages = QuestionPages(ben, client, sheet())
    pages.answer(**{"ist-Status": ""})
    assert pages.question() == "/zuordnung"
    pages.answer()
    assert statuses(pages) == ["", "", ""]
    codes = {one.code for one in kept_files.result(ben.access, ben.services.settings, pages.upload_id).findings}
    assert "spalte-sieht-aus-wie" not in codes
    assert QuestionPages(ben, client, sheet()).state == records.READ


def test_a_blank_beside_a_mark_is_asked_about(ben: Person) -> None:
    """In a column found by its heading too: "Erl." with x or nothing in it."""
    rows = [["0042", "4.12", "01.03.2026", "x"], ["0042", "4.12", "02.03.2026", ""]]
    pages = QuestionPages(ben, ben.first_sign_in(), sheet(*rows, head=[*HEAD[:3], "Erl."]))
    while pages.question() != "/inhalt/0":
        assert pages.question() == "/spalten/0"
        assert pages.fields()[columns(pages, "Status")] == "3"
        pages.answer()
    page = unescape(pages.page().text)
    assert "Was heißen die Wörter dieser Spalte?" in page
    assert "leere Zelle heißt" in page
    assert pages.fields()["wort-3-1"] == "nicht durchgeführt"
    pages.read()
    assert statuses(pages) == ["durchgeführt", "nicht durchgeführt"]


def test_looking_at_another_sheet_again_does_not_settle_the_words(ben: Person) -> None:
    rows = [["0042", "4.12", "01.03.2026", "x"], ["0042", "4.12", "02.03.2026", ""]]
    other = files.text_of([["Titel", "", ""], ["Bewohner-Nr", "Name", "Telefon"], ["1", "Quast", "12"]]).encode()
    pages = QuestionPages(ben, ben.first_sign_in(), sheet(*rows, head=[*HEAD[:3], "Erl."]), (other, "Tafel.csv"))
    pages.answer(f"{pages.home}/spalten/0")
    pages.answer(f"{pages.home}/blatt/1", inhalt="Bewohner", zeile="1")
    while pages.question() not in {"/inhalt/0", "/zuordnung"}:
        pages.answer()
    assert pages.question() == "/inhalt/0"


def test_each_unknown_word_needs_an_answer(ben: Person) -> None:
    rows = [["0042", "4.12", "01.03.2026", "x"], ["0042", "4.12", "02.03.2026", "zz"]]
    pages = QuestionPages(ben, ben.first_sign_in(), sheet(*rows))
    assert pages.state == records.READ  # nothing looks like a state here
    post(pages.client, f"{pages.home}/zuordnung/aendern", pages.home)
    field = columns(pages, "Status", f"{pages.home}/spalten/0")
    pages.answer(f"{pages.home}/spalten/0", **{field: "3"})
    assert pages.question() == "/inhalt/0"
    assert pages.answer().status_code == 422
    assert "zu jedem Wort" in pages.answer().text
    pages.answer(**{"wort-3-1": "abwesend"})
    pages.read()
    assert statuses(pages) == ["durchgeführt", "abwesend"]


def test_who_did_it_is_asked_about_by_known_initials(ben: Person) -> None:
    staff = files.text_of([["Personal-Nr", "QN"], ["MB", "4"], ["SK", "3"]]).encode(), "Mitarbeitende.csv"
    rows = [[*row[:3], who] for row, who in zip(ROWS, ("MB", "SK", "MB"), strict=True)]
    pages = QuestionPages(ben, ben.first_sign_in(), sheet(*rows), staff)
    assert pages.question() == "/inhalt/0"
    assert "wer es getan hat" in pages.page().text
    pages.answer(**{"ist-Personal-Nr": "3"})
    pages.read()
    read = kept_files.result(ben.access, ben.services.settings, pages.upload_id)
    assert read.tables.interventions["staff"].astype(object).tolist() == ["MB", "SK", "MB"]


@pytest.mark.parametrize(("first", "second"), [("3", "4"), ("4", "3")])
def test_of_two_columns_one_is_chosen(ben: Person, first: str, second: str) -> None:
    rows = [[*row, "nein" if row[3] == "n" else "ja"] for row in ROWS]
    pages = QuestionPages(ben, ben.first_sign_in(), sheet(*rows, head=[*HEAD, "Anders"]))
    assert f'value="{second}"' in pages.page().text
    pages.answer(**{"ist-Status": first})
    pages.read()
    assert statuses(pages) == ["durchgeführt", "nicht durchgeführt", "durchgeführt"]


def test_a_list_of_employees_under_a_homes_own_names(ben: Person) -> None:
    """Its sheet is guessed by its name, its columns by short headings and by their cells; initials are the numbers."""
    rows = [["Hz", "Wer", "Qualif.", "Std/Wo"], ["MB", "Bach, Mia", "Pflegefachfrau", "38,5"]]
    rows.append(["SK", "Kurz, Sven", "Pflegehelfer", "20"])
    pages = QuestionPages(ben, ben.first_sign_in(), (files.xlsx({"MA-Liste": rows}), "Haus.xlsx"))
    assert pages.question() == "/blatt/0"
    assert pages.fields()["inhalt"] == "Mitarbeitende"
    pages.answer()
    assert pages.question() == "/spalten/0"
    held = pages.fields()
    assert {name: held[columns(pages, name)] for name in ("Personal-Nr", "QN", "Handzeichen", "Wochenstunden")} == {
        "Personal-Nr": "0",
        "QN": "2",
        "Handzeichen": "",
        "Wochenstunden": "3",
    }
    assert "dem Inhalt nach" in pages.page().text  # and no heading says so
    assert "Qualifikation: Beruf, Abschluss oder Niveau" in pages.page().text
    pages.read()
    read = kept_files.result(ben.access, ben.services.settings, pages.upload_id)
    assert read.tables.staff["staff"].tolist() == ["MB", "SK"]


def test_a_sheet_that_is_sure_is_not_asked_about(ben: Person) -> None:
    """Neither what it is nor which column is which: it is read, and the findings say how."""
    head = ["Bew.-Nr.", "Pers.-Nr.", "Maßnahme", "Durchgeführt am", "Dauer (Min.)", "Durchführungsstatus"]
    row = ["0042", "P1", "4.12", "01.03.2026", "10", "ja"]
    pages = QuestionPages(ben, ben.first_sign_in(), (files.text_of([head, row]).encode("cp1252"), "Export.csv"))
    assert pages.state == records.READ
    findings = {one.code for one in kept_files.result(ben.access, ben.services.settings, pages.upload_id).findings}
    assert {"blatt-vermutet", "spalten-zugeordnet"} <= findings


def test_of_two_sure_sheets_of_a_kind_in_one_file_each_is_asked_about(ben: Person) -> None:
    """One may be a copy: read unasked, its rows would count twice."""
    head = ["Bew.-Nr.", "Maßnahme", "Durchgeführt am"]
    sheets = {"Export": [head, ["1", "4.12", "01.03.2026"]], "Export alt": [head, ["1", "4.12", "01.02.2026"]]}
    pages = QuestionPages(ben, ben.first_sign_in(), (files.xlsx(sheets), "a.xlsx"))
    assert pages.question() == "/blatt/0"
    pages.answer()
    assert pages.question() == "/blatt/1"
    pages.answer(inhalt="")
    pages.read()
    assert kept_files.result(ben.access, ben.services.settings, pages.upload_id).rows == 1


def test_a_sure_sheet_is_read_together_with_an_answered_one_of_its_kind(ben: Person) -> None:
    """The one was not asked about, the other was; neither is left out."""
    row = ["1", "4.12", "01.03.2026"]
    sure = files.xlsx({"Export": [["Bew.-Nr.", "Maßnahme", "Durchgeführt am"], row]})
    asked = files.xlsx({"Liste": [["Bew.-Nr.", "Tätigkeit", "Durchgeführt am"], [*row[:2], "02.03.2026"]]})
    pages = QuestionPages(ben, ben.first_sign_in(), (sure, "a.xlsx"), (asked, "b.xlsx"))
    assert pages.question() in {"/blatt/1", "/spalten/1"}
    pages.read()
    assert kept_files.result(ben.access, ben.services.settings, pages.upload_id).rows == 2


def test_umlauts_are_asked_about_where_no_heading_shows_them(ben: Person) -> None:
    head = ["Bew.-Nr.", "Leistung", "Erledigt am"]
    rows = [head, ["1", "Wäsche für Änne", "01.03.2026"]]
    pages = QuestionPages(ben, ben.first_sign_in(), (files.text_of(rows).encode("cp1252"), "Export.csv"))
    assert pages.question() == "/blatt/0"
    assert "Sind die Umlaute richtig?" in pages.page().text
