"""What blank counts of module 5 mean is asked once for a source, with a suggestion, and remembered in its profile."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from rules.vocabulary import ASSESSMENT_CELLS, FREQUENCIES
from tests.support.importers import files
from tests.support.web.pages import Person
from tests.support.web.question_pages import QuestionPages
from web.services.uploads import kept_files, records
from web.services.words import profiles

NOTHING: dict[str, Any] = dict.fromkeys(ASSESSMENT_CELLS, 0)
BLANK = {f"5.{item} {frequency}": "" for item in (2, 9) for frequency in FREQUENCIES}


def assessments(*changes: dict[str, Any], day: int = 1) -> tuple[bytes, str]:
    rows = [[f"B{n}", f"0{day}.03.2026", *(NOTHING | one).values()] for n, one in enumerate(changes)]
    return files.text_of([["Bewohner-Nr", "Datum", *ASSESSMENT_CELLS], *rows]).encode(), "Begutachtungen.csv"


def counts(pages: QuestionPages) -> list[int]:
    read = kept_files.result(pages.who.access, pages.who.services.settings, pages.upload_id)
    return read.tables.assessments["5.2 täglich"].tolist()


@pytest.mark.parametrize(("answer", "count"), [("entfällt", 0), ("unbekannt", -1)])
def test_the_answer_applies_to_this_file_and_the_next(ben: Person, answer: str, count: int) -> None:
    client = ben.first_sign_in()
    pages = QuestionPages(ben, client, assessments(BLANK, {}, BLANK))
    assert (pages.state, pages.question()) == (records.ASKING, "/inhalt/0")
    page = unescape(pages.page().text).replace("\xa0", " ")
    assert "Was heißt hier leer?" in page
    assert "In 2 Begutachtungen ist Modul 5 bearbeitet" in page
    assert 'name="leer" value="entfällt" required checked' in page
    pages.answer(leer=answer)
    assert pages.question() == "/zuordnung"
    pages.answer()
    assert pages.state == records.READ
    assert counts(pages) == [count, 0, count]
    second = QuestionPages(ben, client, assessments({}, BLANK, day=2))
    assert second.state == records.READ
    assert counts(second) == [0, count]
    (row,) = profiles.list_(ben.access)
    assert row.profile.sheets[0].blank_counts == answer


def test_any_other_answer_is_refused(ben: Person) -> None:
    pages = QuestionPages(ben, ben.first_sign_in(), assessments(BLANK))
    refused = pages.answer(leer="egal")
    assert refused.status_code == 422
    assert "Bitte wählen Sie eine Antwort" in refused.text or "Antwort fehlt noch" in refused.text
    assert pages.question() == "/inhalt/0"


@pytest.mark.parametrize("change", [{}, {"5.2 täglich": "", "5.2 wöchentlich": ""}])
def test_where_nothing_is_open_nothing_is_asked(ben: Person, change: dict[str, Any]) -> None:
    assert QuestionPages(ben, ben.first_sign_in(), assessments(change)).state == records.READ


def test_a_whole_blank_module_is_not_asked_about(ben: Person) -> None:
    blank = {cell: "" for cell in ASSESSMENT_CELLS if cell.startswith("5.")}
    assert QuestionPages(ben, ben.first_sign_in(), assessments(blank)).state == records.READ
