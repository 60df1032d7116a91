"""Of an upload that was taken back or discarded nothing remains: every table, blob and file is looked through (X9)."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.support.web import backups, unknown_people, vaults, workbooks
from tests.support.web.pages import person
from web.services.history import leftovers
from web.services.people import pseudonyms
from web.services.people.aliases import NEW
from web.services.uploads import records, steps
from web.services.uploads.removal import discarded, sweeping
from web.store import models
from web.store.base import Base
from web.store.models.upload import STORING
from web.store.vault import RESIDENT, Identity, SealedUploadTexts, VaultBase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.web.pages import Person

SIGN = re.compile(r"[BM]-[2-9A-Z]{5}")


def contents(who: Person) -> Iterator[tuple[str, str]]:
    """Yield every cell of both databases as text, packed ones unpacked, and every file of uploads."""
    databases, settings = who.services.databases, who.services.settings
    whole = databases.whole
    for metadata, sessions in ((Base.metadata, whole.reading), (VaultBase.metadata, whole.vault_reading)):
        with sessions() as session:
            for table in metadata.sorted_tables:
                for row in session.execute(select(table)):
                    for column, cell in zip(table.columns, row, strict=True):
                        yield str(column), as_text(cell)
    for path in settings.uploads.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes().decode("latin-1")


def as_text(cell: Any) -> str:
    if not isinstance(cell, bytes | memoryview):
        return str(cell)
    with suppress(zlib.error):
        return zlib.decompress(bytes(cell)).decode("latin-1")
    return bytes(cell).decode("latin-1")


def found(who: Person, signs: set[str]) -> list[tuple[str, str]]:
    """Return where a pseudonym or something an upload brought is found."""
    return [
        (place, word)
        for place, text in contents(who)
        for word in (*(signs & set(SIGN.findall(text))), *workbooks.told(text))
    ]


def rows_of(who: Person, model: Any) -> int:
    vault = model in {Identity, SealedUploadTexts}
    databases = who.services.databases
    with (databases.whole.vault_reading if vault else databases.whole.reading)() as session:
        return session.scalar(select(func.count()).select_from(model))


def other_home(who: Person) -> dict[str, Any]:
    return backups.names(who.services.settings, who.home_id)


def test_of_the_only_upload_nothing_remains(anna: Person) -> None:
    """X9: names, numbers, findings, file names, pseudonyms, caches, rows to repair."""
    olga = person(anna.app, "olga", "Träger Ost", "Haus am See")
    olga.read_in(workbooks.workbook())
    before, files = other_home(olga), backups.upload_files(olga)
    upload_id = anna.read_in(workbooks.workbook(), name="Halina Żeromska.xlsx")
    signs = set(other_home(anna))
    assert len(signs) == 7
    assert found(anna, signs), "the scan sees what there is"
    anna.undo(upload_id)
    assert anna.state(upload_id) == records.UNDONE
    assert found(anna, signs) == []
    assert other_home(anna) == {}
    assert other_home(olga) == before
    assert backups.upload_files(olga) == files
    with anna.services.databases.whole.vault_reading() as session:
        assert session.scalars(select(SealedUploadTexts.upload_id)).all() == [1]
    for model in (models.Resident, models.Staff):
        with anna.services.databases.whole.reading() as session:
            mine = select(func.count()).select_from(model).where(model.home_id == anna.home_id)
            assert session.scalar(mine) == 0
    page = anna.first_sign_in().get(f"/daten/{upload_id}").text
    assert "Żeromska" not in page
    assert re.search(r"<dt>Dateien</dt><dd>[^<]*Datei<", page)
    assert "wurde verstanden" not in page


def test_what_another_upload_names_stays(anna: Person) -> None:
    """X9: persons of two uploads stay until both are gone, under the same pseudonym."""
    first, second = anna.read_in(workbooks.workbook()), anna.read_in(workbooks.workbook())
    before = other_home(anna)
    anna.undo(first)
    assert other_home(anna) == before
    anna.undo(second)
    assert other_home(anna) == {}


def test_only_what_it_alone_has_brought_goes(anna: Person) -> None:
    """X9: by number; figures of the others do not move."""
    anna.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS, Mitarbeitende=workbooks.STAFF))
    listed = other_home(anna)
    second = anna.read_in(workbooks.workbook())
    assert {number for number, _ in other_home(anna).values()} == {"0042", "77", "0815", "P1", "P2", "P3", "P9"}
    anna.undo(second)
    assert other_home(anna) == listed


def test_whom_somebody_has_decided_about_stays(anna: Person) -> None:
    """X9: an answer about a person is a statement of the home, and holds for the next upload."""
    upload_id = anna.read_in(workbooks.workbook())
    (asked,) = [one for one in unknown_people.queue(anna).questions if "0815" in one.label]
    unknown_people.reply(anna, asked, NEW)
    anna.undo(upload_id)
    assert {number for number, _ in other_home(anna).values()} == {"0815"}


def test_of_a_discarded_upload_nothing_remains(anna: Person) -> None:
    """X9: its file names may name persons as well."""
    upload_id = anna.read_in(workbooks.workbook(), name="Halina Żeromska.xlsx", store=False)
    discarded.discard(anna.access, anna.services.settings, upload_id)
    assert (rows_of(anna, Identity), rows_of(anna, SealedUploadTexts)) == (0, 0)
    assert backups.upload_files(anna) == []


def test_a_failed_job_leaves_no_names(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """X9, F10: the vault commits first; what the rest did not follow goes with the next sweep."""
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    steps.commit(anna.access, upload_id)

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("web.services.uploads.apply.apply_upload", fail)
        steps.store(anna.access, anna.services.settings, anna.services.jobs.queue, upload_id)
    assert anna.state(upload_id) == records.ABORTED
    assert rows_of(anna, Identity) == 7
    sweeping.sweep_all(anna.system, anna.services.settings)
    assert rows_of(anna, Identity) == 0
    steps.restart(anna.access, upload_id)
    steps.store(anna.access, anna.services.settings, anna.services.jobs.queue, upload_id)
    assert len(other_home(anna)) == 7


def test_nobody_is_forgotten_while_an_upload_is_being_stored(anna: Person) -> None:
    """X9: its names are in the vault, its rows not yet in the work database."""
    settings = anna.services.settings
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    with vaults.writing(settings, anna.home_id) as vault:
        pseudonyms.pseudonymise(vault, anna.home_id, RESIDENT, {"77": pseudonyms.PersonName("Żeromska")})
    with anna.services.databases.whole.writing.begin() as session:
        session.get_one(models.Upload, upload_id).state = STORING
    assert leftovers.sweep(anna.access, settings, anna.home_id) == 0
    assert rows_of(anna, Identity) == 1
    with anna.services.databases.whole.writing.begin() as session:
        session.get_one(models.Upload, upload_id).state = records.ABORTED
    assert leftovers.sweep(anna.access, settings, anna.home_id) == 1


def test_taken_back_and_stored_again(anna: Person) -> None:
    """X9: the figures are the same, the pseudonyms are new."""
    first = anna.read_in(workbooks.workbook())
    before = set(other_home(anna))
    anna.undo(first)
    anna.read_in(workbooks.workbook())
    assert len(other_home(anna)) == 7
    assert before.isdisjoint(other_home(anna))
    assert backups.figures(anna.services.settings, anna.home_id).counted == workbooks.COUNTED


def test_a_restore_brings_nothing_back(anna: Person, tmp_path: Path) -> None:
    """X9, H5: what was taken back since the backup is taken back again before anything opens."""
    anna.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS, Mitarbeitende=workbooks.STAFF))
    listed = other_home(anna)
    upload_id = anna.read_in(workbooks.workbook())
    settings = backups.with_target(anna.services.settings, tmp_path / "target")
    backups.back_up(settings)
    anna.undo(upload_id)
    with backups.another(settings, tmp_path / "elsewhere") as elsewhere:
        (elsewhere.home / "ledger").symlink_to(settings.ledger)
        assert backups.restored(elsewhere).deleted == {"ruecknahme": 1}
        assert backups.names(elsewhere, anna.home_id) == listed
        assert backups.figures(elsewhere, anna.home_id) == backups.figures(settings, anna.home_id)
