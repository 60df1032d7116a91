"""A corrected statement counts before and after every upload, with its history, until it is withdrawn (H7)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.support.web import scans, stored_results, workbooks
from tests.support.web.pages import person, post
from tests.support.web.subjects import erase, pseudonym_of
from web.services.analysis import home_data
from web.services.history.corrections import GRADE, LEVEL, WARD
from web.services.subjects import access_report, correction
from web.services.subjects.correction import CorrectionError
from web.store import models
from web.store.access import ForeignHomeError
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from tests.support.web.pages import Person


def correct(
    who: Person, pseudonym: str, kind: str, value: str, first: date | None = None, reason: str = "falsch"
) -> None:
    correction.correct(who.access, who.home_id, pseudonym, kind=kind, value=value, first=first, reason=reason)


def figures(who: Person) -> dict[Any, Any]:
    with who.services.databases.whole.reading() as session:
        return stored_results.kept(session, who.home_id)


def levels(who: Person, pseudonym: str) -> list[tuple[int, str]]:
    with who.services.databases.whole.reading() as session:
        staff = home_data.statements_of(session, who.home_id).staff
    own = staff[staff["staff"] == pseudonym]
    return [(int(row.qn), str(row.start)[:10]) for row in own.itertuples()]


def test_a_corrected_level_survives_uploads_and_can_be_withdrawn(anna: Person) -> None:
    """H7: who, when, old and new; figures follow at once; withdrawn, everything is as before."""
    anna.read_in(workbooks.workbook())
    before = figures(anna)
    pseudonym = pseudonym_of(anna, STAFF, "P2")
    was = levels(anna, pseudonym)
    assert (3, "2026-02-01") in was
    correct(anna, pseudonym, LEVEL, "4", date(2026, 2, 1), "Urkunde lag falsch ab")
    assert (4, "2026-02-01") in levels(anna, pseudonym)
    assert figures(anna) != before
    stored_results.check(anna)
    anna.read_in(workbooks.workbook())  # says QN 3 again
    assert (4, "2026-02-01") in levels(anna, pseudonym)
    stored_results.check(anna)
    report = access_report.report(anna.access, anna.services.settings, anna.home_id, pseudonym).as_json()
    (step,) = [row for row in report["Angaben und ihre Geschichte"] if row["Aus"] == "Berichtigung"]
    assert (step["Inhalt"][0], step["Vorher"][0], step["Gilt ab"]) == ("4", "3", "01.02.2026")
    (made,) = correction.of_home(anna.access, anna.home_id)
    assert made.reason == "Urkunde lag falsch ab"
    correction.withdraw(anna.access, anna.home_id, made.id)
    assert levels(anna, pseudonym) == was
    assert figures(anna) == before
    with anna.services.databases.whole.reading() as session:
        actions = list(session.scalars(select(models.AuditEvent.action)))
    assert [one for one in actions if one.startswith("person.bericht")] == [
        "person.berichtigen", "person.berichtigung.zuruecknehmen",
    ]  # fmt: skip


def test_grade_and_ward_of_a_resident(ben: Person) -> None:
    """H7: from a day on, or since always; a deleted person takes its corrections along."""
    ben.read_in(workbooks.workbook())
    pseudonym = pseudonym_of(ben, RESIDENT, "0042")
    correct(ben, pseudonym, GRADE, "3")
    correct(ben, pseudonym, WARD, "WB 9 neu", date(2026, 2, 1))
    with ben.services.databases.whole.reading() as session:
        found = home_data.statements_of(session, ben.home_id)
    grades, wards = found.grades, found.wards
    assert grades[grades["resident"] == pseudonym]["grade"].tolist() == [3]
    assert "WB 9 neu" in wards[wards["resident"] == pseudonym]["ward"].tolist()
    stored_results.check(ben)
    erase(ben, pseudonym)
    assert correction.of_home(ben.access, ben.home_id) == []
    assert scans.found(ben, [pseudonym]) == []


def test_what_cannot_be_corrected_is_refused(ben: Person) -> None:
    ben.read_in(workbooks.workbook())
    pseudonym = pseudonym_of(ben, RESIDENT, "0042")
    for kind, value in [(LEVEL, "3"), (GRADE, "6"), (GRADE, "drei"), (WARD, " "), ("name", "x")]:
        with pytest.raises(CorrectionError):
            correct(ben, pseudonym, kind, value)
    with pytest.raises(CorrectionError, match="Grund"):
        correct(ben, pseudonym, GRADE, "3", reason="")
    stranger = person(ben.app, "stranger", "Träger Fern", "Haus Fern")
    with pytest.raises(ForeignHomeError):
        correction.correct(
            stranger.access, ben.home_id, pseudonym, kind=GRADE, value="3", first=None, reason="x"
        )  # fmt: skip
    with pytest.raises(CorrectionError):
        correction.withdraw(ben.access, ben.home_id, 1)


def test_corrected_and_withdrawn_through_the_page(ben: Person) -> None:
    ben.read_in(workbooks.workbook())
    client, pseudonym = ben.first_sign_in(), pseudonym_of(ben, STAFF, "P1")
    said = {"wer": pseudonym, "angabe": LEVEL, "wert": "3", "ab": "2026-01-01", "grund": "Zeugnis"}
    post(client, "/betroffene/berichtigen", "/betroffene/", **{**said, "ab": "gestern"})
    assert "als Datum" in client.get("/betroffene/").text
    post(client, "/betroffene/berichtigen", "/betroffene/", **said)
    assert "Niveau (QN) 3 ab 01.01.2026" in client.get("/betroffene/").text
    (made,) = correction.of_home(ben.access, ben.home_id)
    post(client, f"/betroffene/berichtigung/{made.id}/zuruecknehmen", "/betroffene/")
    assert correction.of_home(ben.access, ben.home_id) == []
