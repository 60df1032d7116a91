"""A deleted person is found nowhere, and the sums of the others are those without it (H4)."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from importers.findings import Finding, Severity
from tests.support.web import scans, stored_results, workbooks
from tests.support.web.pages import person
from tests.support.web.subjects import erase, pseudonym_of
from web.services import clock
from web.services.backups import opening
from web.services.history import person_answers
from web.services.history.corrections import LEVEL
from web.services.history.person_answers import PersonReply
from web.services.people.aliases import SAME
from web.services.retention import run
from web.services.subjects import correction, erasure, restriction
from web.services.subjects.erasure import ErasureError
from web.services.uploads import records, unknown_people
from web.services.uploads.removal import discarded
from web.store import installation, models
from web.store.access import ForeignHomeError
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from tests.support.web.pages import Person


def texts_of(pseudonym: str) -> tuple[str, ...]:
    return (pseudonym, "0042", "Müller-Özdemir", "Müller", "Ayşe")


def test_a_deleted_resident_is_found_nowhere(anna: Person) -> None:
    """H4: number, name, pseudonym and row number, in both databases and all files, opened."""
    anna.read_in(workbooks.workbook(), name="Müller-Özdemir.xlsx")
    faulty = ("0042", "P1", "1.1", "05.01.2026", "07:10", "viele", "Früh", "", "")
    resident = ("0042", "Müller", "Ayşe", "WB 9", "")
    sheets = {"Bewohner": [workbooks.RESIDENTS[0], resident], "Interventionen": [workbooks.WORK[0], faulty]}
    upload_id = anna.read_in(workbooks.workbook(**sheets))
    pseudonym = pseudonym_of(anna, RESIDENT, "0042")
    places = {place for place, _ in scans.found(anna, texts_of(pseudonym))}
    assert {f"{upload_id}/faulty", "identity.number", "upload.file_names"} <= places
    with anna.services.databases.whole.reading() as session:
        number = session.scalars(select(models.Resident.id).where(models.Resident.pseudonym == pseudonym)).one()
    with anna.services.databases.whole.writing.begin() as session:
        of_level = {"resident_id": number, "intervention": "1.1", "level": 4, "reason": "Hautzustand"}
        days = {"start": date(2026, 1, 1), "end": date(2026, 3, 1), "created_at": clock.now()}
        session.add(models.Override(home_id=anna.home_id, account_id=anna.access.account, **of_level, **days))
    texts = texts_of(pseudonym)
    assert {text for _, text in scans.found(anna, texts)} == set(texts), "the scan would find it"
    erase(anna, pseudonym)
    assert scans.found(anna, texts) == []
    assert number not in scans.people_in_contents(anna, "resident_id")
    assert [text for _, text in scans.found(anna, ("Żeromska", "77"))], "the others are there"
    assert scans.found(anna, ["Hautzustand"]) == []
    stored_results.check(anna)
    with pytest.raises(ErasureError):
        erase(anna, pseudonym)


def test_places_of_findings_about_a_deleted_person_go(ben: Person) -> None:
    """H4: those of others stay, whatever their order."""
    upload_id = ben.read_in(workbooks.workbook())
    of_rows = [
        Finding(severity, "x", "unlesbar", "", sheet="Bewohner", row=row, value=value)
        for severity, row, value in (
            (Severity.NOTICE, 2, "0042"),
            (Severity.ERROR, 3, "77"),
            (Severity.NOTICE, 4, "0815"),
            (Severity.ERROR, 5, "0042"),
        )
    ]
    records.store_findings(ben.access, ben.services.settings, upload_id, of_rows)
    erase(ben, pseudonym_of(ben, RESIDENT, "0042"))
    assert [one.row for one in records.places(ben.access, upload_id)] == [3, 4]
    erase(ben, pseudonym_of(ben, RESIDENT, "77"))
    assert [one.row for one in records.places(ben.access, upload_id)] == [4]


def test_what_is_said_of_persons_outlives_an_upload(ben: Person) -> None:
    """H4, H7, X9: taking uploads back forgets neither the work of nobody nor who is restricted or corrected."""
    first = ben.read_in(workbooks.workbook())
    restricted, corrected = pseudonym_of(ben, RESIDENT, "0042"), pseudonym_of(ben, STAFF, "P2")
    erase(ben, pseudonym_of(ben, STAFF, "P1"))
    more = [workbooks.WORK[0], ("77", "P2", "1.1", "09.02.2026", "08:10", "10", "Früh", "", "")]
    second = ben.read_in(workbooks.workbook(Interventionen=more))
    ben.undo(second)
    with ben.services.databases.whole.reading() as session:
        assert session.scalars(select(models.Staff.id).where(models.Staff.pseudonym.startswith("M-0"))).all()
    stored_results.check(ben)
    restriction.restrict(ben.access, ben.home_id, restricted, reason="bestritten")
    restriction.lift(ben.access, ben.home_id, restricted)
    restriction.restrict(ben.access, ben.home_id, restricted, reason="bestritten")
    correction.correct(ben.access, ben.home_id, corrected, kind=LEVEL, value="4", first=None, reason="falsch")
    ben.undo(first)
    with ben.services.databases.whole.reading() as session:
        left = {one for model in (models.Resident, models.Staff) for one in session.scalars(select(model.pseudonym))}
    assert left == {restricted, corrected}
    assert run.delete_due(ben.system, ben.services.settings) == {}, "nor does the night"
    assert pseudonym_of(ben, RESIDENT, "0042") == restricted
    restriction.lift(ben.access, ben.home_id, restricted)
    ben.undo(ben.read_in(workbooks.workbook(Bewohner=[workbooks.RESIDENTS[0], ("9", "", "", "WB 1", "")])))
    ben.services.databases.flush_deleted()
    assert scans.found(ben, [restricted]) == []
    assert pseudonym_of(ben, STAFF, "P2") == corrected


def test_the_work_of_a_deleted_employee_stays_as_that_of_nobody(anna: Person) -> None:
    """H4: rows and minutes add up as before; who it was, the level and the duties are gone."""
    duties = [("Personal-Nr", "Wohnbereich", "Beginn", "Ende"), ("P1", "WB 1", "05.01.2026 06:00", "05.01.2026 14:00")]
    anna.read_in(workbooks.workbook(**workbooks.home(), Dienste=duties))
    anna.read_in(workbooks.workbook())
    pseudonym = pseudonym_of(anna, STAFF, "P1")
    before = stored_results.aggregate(anna.services.databases.whole.reading, anna.home_id)
    erase(anna, pseudonym)
    assert scans.found(anna, (pseudonym, "P1", "Quast", "Ute")) == []
    after = stored_results.aggregate(anna.services.databases.whole.reading, anna.home_id)
    (was,), now = before.tables.values(), after.tables.values()
    for name in ("count", "seconds"):
        assert was.columns[name].sum() == sum(one.columns[name].sum() for one in now) > 0
    assert after != before, "nobody knows the level any more"
    with anna.services.databases.whole.reading() as session:
        assert session.scalars(select(models.AppliedDuties)).all() == []
        (stranger,) = session.scalars(select(models.Staff).where(models.Staff.pseudonym.startswith("M-0"))).all()
        assert not stranger.known
    stored_results.check(anna)
    found = unknown_people.queue(anna.access, anna.services.settings, anna.home_id)
    assert stranger.pseudonym not in {one.pseudonym for one in found.questions}, "nobody is asked who that is"


def test_merged_persons_go_together(ben: Person) -> None:
    """H4: what an upload called by another number was said of the same person."""
    ben.read_in(workbooks.workbook())
    meant, other = pseudonym_of(ben, RESIDENT, "0042"), pseudonym_of(ben, RESIDENT, "0815")
    reply = PersonReply(RESIDENT, other, SAME, meant)
    person_answers.answer(ben.access, home_id=ben.home_id, reply=reply)
    erase(ben, other)
    assert scans.found(ben, (*texts_of(meant), other, "0815")) == []
    stored_results.check(ben)


def test_a_restored_copy_deletes_the_person_again(ben: Person, tmp_path: Path) -> None:
    """H4, H5: before anything opens, in both databases; what waited undecided in the copy may name it."""
    ben.read_in(workbooks.workbook())
    pseudonym = pseudonym_of(ben, RESIDENT, "0042")
    settings = ben.services.settings
    with ben.services.databases.whole.writing.begin() as session:
        installation.locked(session)
    waiting = ben.read_in(workbooks.workbook(), store=False)
    with pytest.raises(ErasureError, match="entscheiden"):
        erase(ben, pseudonym)
    ben.services.databases.flush_deleted()
    for name in ("work.sqlite", "vault.sqlite"):
        shutil.copyfile(settings.home / name, tmp_path / name)
    shutil.copytree(settings.uploads, tmp_path / "uploads")
    discarded.discard(ben.access, settings, waiting)
    erase(ben, pseudonym)
    ben.services.databases.close()
    for name in ("work.sqlite", "vault.sqlite"):
        for rest in ("-wal", "-shm"):
            Path(f"{settings.home / name}{rest}").unlink(missing_ok=True)
        shutil.copyfile(tmp_path / name, settings.home / name)
    shutil.copytree(tmp_path / "uploads", settings.uploads, dirs_exist_ok=True)
    assert scans.found(ben, ["0042"]) != []
    opening.prepare(settings)
    assert scans.found(ben, texts_of(pseudonym)) == []
    stored_results.check(ben)


def test_a_deletion_that_fails_leaves_everything(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10, H4: the vault is asked before the commit; where it cannot be reached, nothing is deleted."""
    ben.read_in(workbooks.workbook())
    pseudonym = pseudonym_of(ben, RESIDENT, "0042")
    before = stored_results.content(ben.services.databases, ben.home_id)

    def fail(*_: object) -> None:
        raise OSError("vault unreachable")

    with monkeypatch.context() as broken:
        broken.setattr(erasure.traces, "forget", fail)
        with pytest.raises(OSError, match="vault"):
            erase(ben, pseudonym)
    assert stored_results.content(ben.services.databases, ben.home_id) == before
    opening.prepare(ben.services.settings)
    assert stored_results.content(ben.services.databases, ben.home_id) == before, "the ledger knows that it failed"


def test_persons_of_another_operator_are_out_of_reach(ben: Person) -> None:
    """B2: neither in one's own home nor in theirs."""
    ben.read_in(workbooks.workbook())
    pseudonym = pseudonym_of(ben, RESIDENT, "0042")
    stranger = person(ben.app, "stranger", "Träger Fern", "Haus Fern")
    with pytest.raises(ForeignHomeError):
        erasure.erase(stranger.access, ben.services.settings, ben.home_id, pseudonym)
    with pytest.raises(ErasureError):
        erase(stranger, pseudonym)
    assert scans.found(ben, [pseudonym]) != []
