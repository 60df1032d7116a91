"""Files of other programs: which are asked about, and that they are read as the answers say."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support.importers import files
from tests.support.web import foreign, workbooks
from tests.support.web.pages import Person
from tests.support.web.question_pages import QuestionPages, audited, columns
from web.services.uploads import kept_files, records
from web.store import models


def test_the_template_is_read_without_a_question(ben: Person) -> None:
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    assert ben.state(upload_id) == records.READ
    assert kept_files.conversation(ben.access, ben.services.settings, upload_id).profiles == ()


def test_a_foreign_file_asks_and_the_next_one_does_not(anna: Person) -> None:
    """Columns that are not sure, whether to read so; then the profile does it: no question until the preview."""
    client = anna.first_sign_in()
    pages = QuestionPages(anna, client, (foreign.csv(), "Leistungen 2026-02.csv"))
    assert (pages.state, pages.question()) == (records.ASKING, "/spalten/0")
    assert pages.fields(f"{pages.home}/blatt/0")["inhalt"] == "Interventionen"
    page = pages.page().text
    assert "Leistungsbezeichnung" in page
    assert "Körperpflege: Duschen" in page
    assert "F „Bemerkung“" in page
    assert "nicht gespeichert" in page
    pages.answer()
    assert pages.question() == "/zuordnung"
    assert pages.fields()["name"] == "Leistungen"
    pages.answer(name="Export der Pflege")
    assert pages.state == records.READ
    assert "Gelesen nach" not in pages.page().text
    anna.store(pages.upload_id)
    second = QuestionPages(anna, client, (foreign.csv(), "März.csv"))
    assert second.state == records.READ
    assert "Gelesen nach Profil „Export der Pflege“" in second.page().text
    assert ("einlesen.zuordnen", f"lieferung {pages.upload_id}", "") in audited(anna)


def test_file_is_read_as_answered(ben: Person) -> None:
    """Another heading row, another column, another unit: the figures follow the answers."""
    client = ben.first_sign_in()
    rows = [["Bew.-Nr.", "Leistungsbezeichnung", "am", "Zahl A", "Zahl B"], ["42", "1.1", "05.01.2026", "2", "30"]]
    pages = QuestionPages(ben, client, (files.text_of([["Haus Süd", "", "", "", ""], *rows]).encode(), "x.csv"))
    pages.answer(inhalt="Interventionen", zeile="1", zeilen="1")
    assert pages.question() == "/spalten/0"
    answers = {
        columns(pages, "Datum"): "2",
        columns(pages, "Minuten"): "3",
        columns(pages, "Intervention"): "1",
        columns(pages, "Bewohner-Nr"): "0",
        "einheit": "h",
    }
    pages.answer(**answers)
    pages.answer(merken="", name="")
    assert pages.state == records.READ
    result = kept_files.result(ben.access, ben.services.settings, pages.upload_id)
    assert result.tables.interventions["seconds"].tolist() == [7200]
    assert result.tables.interventions["resident"].tolist() == ["42"]


def test_names_in_faulty_rows_are_no_words_to_map(ben: Person) -> None:
    """T1: whoever is called so, the work database does not hear of it."""
    staff = [workbooks.STAFF[0], ("P1", "Zauberei", "Ute", "12", "", "", "", "")]
    upload_id = ben.read_in(workbooks.workbook(Mitarbeitende=staff, Interventionen=workbooks.WORK), store=False)
    result = kept_files.result(ben.access, ben.services.settings, upload_id)
    assert result.people_staff.empty
    assert "Zauberei" in result.unknown["intervention"]
    with ben.services.databases.whole.reading() as session:
        assert session.scalars(select(models.UnknownTerm.text)).all() == []


def test_two_files_of_one_name_are_two(ben: Person) -> None:
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"), (foreign.csv("utf-8"), "a.csv"))
    assert [
        one.file for one in kept_files.conversation(ben.access, ben.services.settings, pages.upload_id).guesses
    ] == [
        "a.csv",
        "a (2).csv",
    ]


def test_file_without_usable_sheets_explains_why(ben: Person) -> None:
    """The kind of finding most rows share is reported with its place and repair, not that the file is unknown."""
    rows = [["Dienstplan Januar 2026"], ["Name", *(f"{day:02d}.01." for day in range(1, 11))]]
    rows += [[name, *["F", "K"] * 5] for name in ("Groß, Jörg", "Müller, Änne")]
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.xlsx(rows, sheet="Januar"), "Dienstplan.xlsx"))
    pages.read()
    assert pages.state == records.REFUSED
    page = pages.page().text
    assert "Blatt „Januar“, Zeile 3 („Groß, Jörg“): Niemand im Blatt „Mitarbeitende“ heißt so" in page
    assert "Ergänzen Sie im Dienstplan die Personal-Nr oder die Person im Blatt „Mitarbeitende“." in page


@pytest.mark.parametrize("family", ["xlsx", "xlsb", "csv", "html", "zip"])
def test_every_family_is_asked_about_and_read(ben: Person, family: str) -> None:
    name, content = foreign.families()[family]
    pages = QuestionPages(ben, ben.first_sign_in(), (content, name))
    assert pages.state == records.ASKING
    pages.read()
    assert pages.state == records.READ
    assert kept_files.result(ben.access, ben.services.settings, pages.upload_id).rows == len(foreign.WORK)


@pytest.mark.parametrize("family", ["xls", "ods", "das"])
def test_own_and_official_files_are_read_without_questions(ben: Person, family: str) -> None:
    name, content = foreign.families()[family]
    upload_id = ben.read_in(content, name=name, store=False)
    assert ben.state(upload_id) == records.READ
