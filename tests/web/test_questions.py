"""What an upload asks before it is read: one question a page, each answer checked, shown again and changeable."""

from __future__ import annotations

from html import unescape

from tests.support.importers import files
from tests.support.web import foreign
from tests.support.web.pages import Person, post, token
from tests.support.web.question_pages import QuestionPages, audited, columns
from tests.support.web.uploads import run_jobs
from web.services.uploads import kept_files, records, steps


def test_missing_and_double_columns_are_reported_at_the_field(ben: Person) -> None:
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    day, what = columns(pages, "Datum"), columns(pages, "Intervention")
    wrong = pages.answer(**{day: ""})
    assert wrong.status_code == 422
    assert "Ohne diese Spalte" in wrong.text
    wrong = pages.answer(**{day: "2", what: "2"})
    assert wrong.status_code == 422
    assert "ist auch für „Datum“ gewählt" in wrong.text
    assert pages.question() == "/spalten/0"
    assert pages.answer(**{day: "99"}).status_code == 422


def test_a_column_chosen_again_is_released_by_an_optional_field(ben: Person) -> None:
    """No error about a field nobody has touched; between two that are both chosen anew a person decides."""
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    minutes, who = columns(pages, "Minuten"), columns(pages, "Personal-Nr")
    held = pages.fields()
    assert (held[minutes], held[who]) == ("4", "1")
    pages.answer(**{minutes: "1"})
    assert pages.question() == "/zuordnung"
    after = pages.fields(f"{pages.home}/spalten/0")
    assert (after[minutes], after[who]) == ("1", "")
    again = pages.answer(f"{pages.home}/spalten/0", **{minutes: "5", who: "5"})
    assert again.status_code == 422
    assert "ist auch für" in again.text


def test_back_and_forth(ben: Person) -> None:
    """Every answer can be changed; another heading row asks for the columns again, the same one keeps them."""
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    field = columns(pages, "Uhrzeit")
    pages.answer(**{field: "5"})
    assert pages.question() == "/zuordnung"
    pages.answer(f"{pages.home}/blatt/0")
    assert pages.question() == "/zuordnung"
    assert pages.fields(f"{pages.home}/spalten/0")[field] == "5"
    pages.answer(f"{pages.home}/blatt/0", inhalt="Mitarbeitende")
    assert pages.question() == "/spalten/0"
    pages.answer(f"{pages.home}/blatt/0", inhalt="")
    assert pages.question() == "/zuordnung"
    assert "So würde kein Blatt gelesen" in pages.page().text
    pages.answer()
    assert pages.state == records.ASKING


def test_impossible_answer_is_asked_for_again(ben: Person) -> None:
    """Two rows of headings where the sheet has but one left: said in words, and nothing else is lost."""
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"), (foreign.csv("utf-8"), "b.csv"))
    pages.answer()
    assert pages.question() == "/spalten/1"
    pages.answer(f"{pages.home}/blatt/1", zeile="4", zeilen="2")
    assert (pages.state, pages.question()) == (records.ASKING, "/spalten/1")
    assert "passt nicht zu ihrem Inhalt" in pages.page().text
    pages.answer()
    assert pages.question() == "/zuordnung"
    assert "passt nicht zu ihrem Inhalt" not in pages.page().text


def test_an_encoding_can_be_corrected(ben: Person) -> None:
    """A Mac file reads as nonsense; the words show which encoding is right."""
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv("mac_roman"), "mac.csv"))
    page = unescape(pages.page().text)
    assert "Sind die Umlaute richtig?" in page
    assert "Änne" in page
    assert pages.answer(zeichen="mac_roman").status_code == 422
    pages.answer(zeichen="mac_roman", inhalt="Interventionen")
    assert "Rückenmassage für Änne" in unescape(pages.page(f"{pages.home}/blatt/0").text)
    pages.read()
    read = kept_files.result(ben.access, ben.services.settings, pages.upload_id)
    assert "Rückenmassage für Änne" in read.unknown["intervention"]


def test_a_password_is_asked_for_and_deleted_after_reading(ben: Person) -> None:
    """One question; a wrong answer says so; nowhere in clear, and gone once the file is read."""
    client = ben.first_sign_in()
    pages = QuestionPages(ben, client, (foreign.locked(foreign.xlsx()), "geheim.xlsx"))
    assert pages.question() == "/kennwort"
    assert "Die Datei „geheim.xlsx“" in pages.page().text
    assert pages.answer(kennwort="").status_code == 422
    pages.answer(kennwort="falsch")
    assert "öffnet die Datei nicht" in pages.page().text
    assert kept_files.passwords(ben.access, ben.services.settings, pages.upload_id) == {}
    answer = pages.answer(kennwort=foreign.PASSWORD)
    assert foreign.PASSWORD not in answer.location
    assert pages.question() == "/spalten/0"
    for path in ben.services.settings.home.rglob("*"):
        assert path.is_dir() or foreign.PASSWORD.encode() not in path.read_bytes(), path
    pages.read()
    assert pages.state == records.READ
    assert kept_files.passwords(ben.access, ben.services.settings, pages.upload_id) == {}
    assert not any(foreign.PASSWORD in part for one in audited(ben) for part in one)
    steps.reread(ben.access, pages.upload_id)
    ben.services.jobs.enqueue(pages.upload_id, records.WAITING)
    run_jobs(ben)
    assert pages.question() == "/kennwort"


def test_hidden_sheets_are_listed_and_left_out(ben: Person) -> None:
    old = [foreign.HEADINGS, *([*row[:3], row[3].replace("2026", "2025"), *row[4:]] for row in foreign.WORK)]
    pages = QuestionPages(
        ben, ben.first_sign_in(), (files.xlsx({"Export": foreign.ROWS, "Alt": old}, hidden=("Alt",)), "a.xlsx")
    )
    pages.answer()
    page = pages.page().text
    assert "Alt" in page
    assert "wird nicht gelesen (ausgeblendet)" in page
    pages.answer(f"{pages.home}/blatt/1", inhalt="Interventionen", zeile="0")
    assert pages.question() == "/spalten/1"
    pages.read()
    assert kept_files.result(ben.access, ben.services.settings, pages.upload_id).rows == 8


def test_unrelated_sheet_does_not_block_the_others(ben: Person) -> None:
    pages = QuestionPages(
        ben, ben.first_sign_in(), (files.xlsx({"A": foreign.ROWS, "B": [["x", "y"], ["1", "2"]]}), "a.xlsx")
    )
    assert pages.question() == "/blatt/1"
    assert "nicht zu erkennen" in pages.page().text
    wrong = pages.client.post(
        f"{pages.home}/blatt/1",
        data={"csrf_token": token(pages.page()), "fassung": pages.fields()["fassung"], "inhalt": "Bewohner"},
    )
    assert wrong.status_code == 422
    assert "Bitte wählen Sie die Zeile" in wrong.text
    pages.read()
    assert kept_files.result(ben.access, ben.services.settings, pages.upload_id).rows == 4


def test_a_refused_answer_leads_back_to_the_questions(ben: Person) -> None:
    """Where the importer cannot read what was said, its sentence is shown and the answers can be changed."""
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    pages.answer(f"{pages.home}/blatt/0", inhalt="Dienstzeiten")
    pages.answer(**{columns(pages, "Kürzel"): "5"})
    pages.answer()
    assert pages.state == records.REFUSED
    page = pages.page().text
    assert "Warum ließ sich das nicht lesen?" in page
    assert "Zuordnung ändern" in page
    post(pages.client, f"{pages.home}/zuordnung/aendern", pages.home)
    assert pages.question() == "/zuordnung"
