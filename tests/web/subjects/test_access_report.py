"""What is stored about one person is told whole, and nothing about anybody else (H6, T7, T11)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from importers.findings import Finding, Severity
from tests.support.web import workbooks
from tests.support.web.pages import post
from tests.support.web.sign_in import colleague
from tests.support.web.subjects import pseudonym_of
from web.security.permissions import AccountRole
from web.services.analysis import home_data
from web.services.history import active_uploads
from web.services.subjects import access_report, account_data, search, statement_history
from web.services.subjects.access_report import SubjectError
from web.services.uploads import records
from web.store.models import AuditEvent
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from tests.support.web.pages import Person

OTHERS = ("Żeromska", "Halina", "Quast", "Ute", "Ngũgĩ", "Jörg", "Blaschke", "Tom", "P1", "P2", "P3", "P9", "0815")
DUTIES = [
    ("Personal-Nr", "Wohnbereich", "Beginn", "Ende"),
    ("P1", "WB 1", "05.01.2026 06:00", "05.01.2026 14:00"),
    ("P2", "WB 7", "05.01.2026 06:00", "05.01.2026 14:00"),
]


def full_home(who: Person) -> None:
    """Store two uploads with other people everywhere."""
    who.read_in(workbooks.workbook(**workbooks.home(), Dienste=DUTIES))
    staff = [workbooks.STAFF[0], ("P1", "Quast", "Ute", "3", "", "", "01.03.2026", "")]
    moved = [workbooks.RESIDENTS[0], ("0042", "Müller-Özdemir", "Ayşe", "WB 3", "01.03.2024")]
    who.read_in(workbooks.workbook(Bewohner=moved, Mitarbeitende=staff))


def told(who: Person, kind: str, number: str) -> dict[str, Any]:
    found = access_report.report(who.access, who.services.settings, who.home_id, pseudonym_of(who, kind, number))
    return found.as_json()


def test_a_resident_is_told_everything_and_nothing_of_others(anna: Person) -> None:
    """H6: identity, statements with their origin, every row, findings, recipients, periods."""
    full_home(anna)
    report = told(anna, RESIDENT, "0042")
    assert report["Wer"][0] | {"Pseudonym": ""} == {
        "Pseudonym": "", "Nummer": "0042", "Name": "Müller-Özdemir", "Vorname": "Ayşe",
    }  # fmt: skip
    assert [(row["Tag"], row["Minuten"]) for row in report["Leistungen"]] == [
        ("05.01.2026", "20"), ("05.02.2026", "20"), ("05.02.2026", "20"),
    ]  # fmt: skip
    assert [row["Leistungen darin"] for row in report["Woher"]] == ["3", "0"]
    wards = [row["Inhalt"] for row in report["Angaben und ihre Geschichte"] if row["Angabe"] == "Wohnbereich"]
    assert wards[0] == "WB 1"
    assert "WB 3" in wards
    assert len(report["Fristen"]) == 4
    text = json.dumps(report, ensure_ascii=False)
    assert [one for one in OTHERS if one in text] == []
    assert "M-" not in text


def test_a_finding_about_two_persons_is_told_to_neither(ben: Person) -> None:
    """H6: one that quotes the person alone is told, one that names somebody else too is not."""
    upload_id = ben.read_in(workbooks.workbook())
    told_to = [
        Finding(Severity.ERROR, "x", message, "", sheet="Bewohner", value=value)
        for message, value in (("unlesbar", "0042"), ("wie Żeromska, Halina", "0042"), ("unlesbar", "77"))
    ]
    records.store_findings(ben.access, ben.services.settings, upload_id, told_to)
    assert [(row["Wert"], row["Meldung"]) for row in told(ben, RESIDENT, "0042")["Meldungen"]] == [("0042", "unlesbar")]


def test_an_employee_is_told_everything_and_nothing_of_others(ben: Person) -> None:
    """H6: also the duties, and no resident."""
    full_home(ben)
    report = told(ben, STAFF, "P1")
    assert [row["Wohnbereich"] for row in report["Dienste"]] == ["WB 1"]
    assert len(report["Leistungen"]) == 2
    text = json.dumps(report, ensure_ascii=False)
    mine = ("Quast", "Ute", "P1")
    others = (*(one for one in OTHERS if one not in mine), "0042", "Müller", "Ayşe", "WB 7", "B-")
    assert [one for one in others if one in text] == []
    assert [one for one in mine if one not in text] == []


def test_the_history_ends_with_what_is_stored(anna: Person) -> None:
    """T7: upload by upload; applied one after the other, the changes give exactly what is stored of everybody."""
    full_home(anna)
    with anna.services.databases.whole.reading() as session:
        stored = home_data.statements_of(session, anna.home_id)
        levels: dict[tuple[str, Any], Any] = {}
        wards: dict[tuple[str, Any], Any] = {}
        people = {*stored.residents["resident"], *stored.staff["staff"]}
        for person in people:
            for one in statement_history.of_person(session, anna.home_id, person):
                found = {"level": levels, "ward": wards}.get(one.kind, {})
                assert found.get((person, one.first)) == one.before or one.kind not in {"level", "ward"}
                found[person, one.first] = one.after
                assert one.upload_id
                assert one.account_id
        for person in people:  # a person by itself is folded as with all others
            own = active_uploads.fold_statements(session, anna.home_id, about=person)
            for name, key in (("wards", "resident"), ("assessments", "resident"), ("staff", "staff")):
                whole = getattr(active_uploads.fold_statements(session, anna.home_id), name)
                assert (
                    getattr(own, name).reset_index(drop=True).equals(whole[whole[key] == person].reset_index(drop=True))
                )
    now = {(row.staff, None if row.start is None or row.start != row.start else row.start.date()): row.qn
           for row in stored.staff.itertuples()}  # fmt: skip
    assert {key: value[0] for key, value in levels.items() if value is not None} == now
    assert sum(value is not None for value in wards.values()) == len(stored.wards)


def test_who_may_not_see_names_is_shown_none(ben: Person) -> None:
    """C4, B4: data protection finds and answers under pseudonyms; a name typed in is not told back with others."""
    full_home(ben)
    keeper = colleague(ben, "keeper", roles=[AccountRole.DATA_PROTECTION])
    settings = ben.services.settings
    (found,) = search.find(keeper.access, settings, ben.home_id, "quast")
    assert (found.pseudonym, found.label) == (pseudonym_of(ben, STAFF, "P1"), "")
    (shown,) = search.find(ben.access, settings, ben.home_id, "P1")
    assert shown.label == "P1, Quast, Ute"
    report = access_report.report(keeper.access, settings, ben.home_id, found.pseudonym).as_json()
    assert "Wer" not in report
    assert workbooks.told(json.dumps(report, ensure_ascii=False)) == []
    with pytest.raises(SubjectError):
        access_report.report(ben.access, settings, ben.home_id, "B-99999")
    assert search.find(ben.access, settings, ben.home_id, " ") == []


def test_an_account_is_told_what_is_stored(ben: Person) -> None:
    """H6: for users: who, roles, sessions, log; nobody else's."""
    full_home(ben)
    colleague(ben, "vera", roles=[AccountRole.ANALYST])
    report = account_data.report(ben.access, ben.services.settings, "ben").as_json()
    assert {"Angabe": "Benutzername", "Wert": "ben"} in report["Konto"]
    assert {row["Was"] for row in report["Protokoll"]} >= {"einlesen.hochladen"}
    assert "vera" not in json.dumps(report, ensure_ascii=False).casefold()
    with pytest.raises(SubjectError):
        account_data.report(ben.access, ben.services.settings, "niemand")


def test_from_the_question_to_the_deletion_through_the_pages(ben: Person) -> None:
    """H6, H4, T11: found by name, told as PDF and JSON, deleted after a confirmation; all of it in the log."""
    full_home(ben)
    client = ben.first_sign_in()
    page = post(client, "/betroffene/suchen", "/betroffene/", wer="ayşe").text
    pseudonym = pseudonym_of(ben, RESIDENT, "0042")
    assert f"{pseudonym}: 0042, Müller-Özdemir, Ayşe" in page
    assert "Żeromska" not in page
    pdf = post(client, "/betroffene/auskunft", "/betroffene/", wer=pseudonym, form="pdf")
    assert pdf.data.startswith(b"%PDF")
    assert json.loads(post(client, "/betroffene/auskunft", "/betroffene/", wer=pseudonym, form="json").text)["Wer"]
    assert post(client, "/betroffene/auskunft", "/betroffene/", wer=pseudonym, form="exe").status_code == 400
    with ben.services.databases.whole.reading() as session:
        given = session.scalars(select(AuditEvent.details).where(AuditEvent.action == "person.auskunft")).all()
    assert {one["empfaenger"] for one in given} == {f"konto {ben.access.account}"}, "T10: who received it"
    post(client, "/betroffene/loeschen", "/betroffene/", wer=pseudonym)
    assert "bestätigen" in client.get("/betroffene/").text
    post(client, "/betroffene/loeschen", "/betroffene/", wer=pseudonym, sicher="ja")
    assert "Gelöscht." in client.get("/betroffene/").text
    assert "Niemand gefunden." in post(client, "/betroffene/suchen", "/betroffene/", wer="0042").text
    assert post(client, "/betroffene/konto/auskunft", "/betroffene/", wer="ben", form="json").status_code == 403
