"""At the end of a contract everything is handed over, then deleted; cut off anywhere, it goes on (H8, T9)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.support.web import backups, scans, stored_results, workbooks
from tests.support.web.accounts import tenant_of
from tests.support.web.pages import Person, person
from tests.support.web.sign_in import colleague
from web.security.crypto import Box, MissingKeyError
from web.services import accesses, clock, instructions, open_vault
from web.services.backups import opening
from web.services.contract_end import ending, export
from web.services.contract_end.ending import ContractEndError
from web.services.instructions import InstructionKind
from web.services.people import pseudonyms
from web.services.uploads import kept_files
from web.store import installation, models, tenant_rows
from web.store.databases import connect
from web.store.vault import Identity

if TYPE_CHECKING:
    from pathlib import Path

    from web.settings import Settings
    from web.store.access import Access


def of_tenant(who: Person) -> Access:
    return accesses.of_tenant(who.system, tenant_of(who))


def prepared(who: Person, target: Path) -> tuple[Person, Access]:
    """Fill two operators, let the first instruct the end and be handed everything; return the other, and its access."""
    who.read_in(workbooks.workbook(), name="Quast.xlsx")
    who.read_in(workbooks.workbook(), store=False)
    other = person(who.app, "other", "Träger Fern", "Haus Fern")
    other.read_in(workbooks.workbook())
    chief = colleague(who, "chief", roles=[], administers=True)
    instructions.give(chief.access, InstructionKind.END, "Zum Jahresende kündigen wir")
    access = of_tenant(who)
    export.export(access, who.services.settings, target)
    return other, access


def rows_left(access: Access) -> dict[str, int]:
    left = {}
    for database, sessions in (("work", access.reading), ("vault", access.vault_reading)):
        with sessions() as session:
            for table in tenant_rows.deletable(database):
                mine = tenant_rows.of_tenant(table, access.tenant_id, access.homes)
                left[table.name] = session.scalar(select(func.count()).select_from(table).where(mine))
    return {name: number for name, number in left.items() if number}


def test_everything_is_handed_over(anna: Person, tmp_path: Path) -> None:
    """H8: every table, names in clear, files; nothing of another operator; readable for its owner alone."""
    target = tmp_path / "export.zip"
    _, access = prepared(anna, target)
    ((_, waiting),) = kept_files.files(access, anna.services.settings, 2, ["x"])
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as archive:
        names = set(archive.namelist())
        for database in tenant_rows.METADATA:
            for table in tenant_rows.tables(database):
                assert {f"daten/{database}/{table.name}.{form}" for form in ("csv", "jsonl")} <= names
        people = archive.read("personen.csv").decode()
        assert [mark for mark in workbooks.MARKERS if mark not in people] == []
        told = list(csv.DictReader(io.StringIO(archive.read("daten/work/intervention.csv").decode()), delimiter=";"))
        assert len(told) == 7
        assert {row["home_id"] for row in told} == {str(anna.home_id)}
        assert archive.read("dateien/2/0") == waiting
        assert "Quast.xlsx" in archive.read("meldungen.json").decode()
        whole = b"".join(archive.read(one) for one in sorted(names))
        assert b"Haus Fern" not in whole
        counts = json.loads(archive.read("inhalt.json"))["zeilen"]
    assert {name.partition(".")[2]: number for name, number in counts.items() if number} == {
        **rows_left(access), **{name: counts[f"work.{name}"] for name in ("audit_event", "audit_head")},
    }  # fmt: skip


def test_the_end_leaves_nothing_and_a_protocol(anna: Person, tmp_path: Path) -> None:
    """H8, T9: no row in either database, no file; the other operator is as before; the protocol names no person."""
    other, access = prepared(anna, tmp_path / "export.zip")
    before = stored_results.content(other.services.databases, other.home_id)
    told: list[str] = []
    protocol = ending.end(access, anna.services.settings, told.append)
    assert rows_left(access) == {}
    assert protocol.ended
    assert protocol.rows["work.intervention"] == 7
    assert protocol.files == 2  # one has faulty rows to repair
    assert len(told) == len(set(told)) > 30
    assert stored_results.content(other.services.databases, other.home_id) == before
    stored_results.check(other)
    (written,) = (anna.services.settings.home / "ended").glob("*.txt")
    assert "work.intervention: 7 Zeilen" in written.read_text(encoding="utf-8")
    assert workbooks.told(written.read_text(encoding="utf-8")) == []
    assert scans.found(anna, ["anna", "Anna"]) == []
    assert ending.unfinished(anna.services.settings) == {}


def test_it_takes_an_instruction_and_an_export(ben: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H8, T12: neither by mistake nor before everything was handed over."""
    ben.read_in(workbooks.workbook())
    settings, access = ben.services.settings, of_tenant(ben)
    with pytest.raises(ContractEndError, match="angewiesen"):
        ending.end(access, settings)
    chief = colleague(ben, "chief", roles=[], administers=True)
    instructions.give(chief.access, InstructionKind.END, "Wir kündigen")
    with pytest.raises(ContractEndError, match="Export"):
        ending.end(access, settings)
    export.export(access, settings, tmp_path / "1.zip")
    ben.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS))
    with pytest.raises(ContractEndError, match="Export"):
        ending.end(access, settings)
    export.export(access, settings, tmp_path / "2.zip")
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(ContractEndError, match="Export"):
        ending.end(access, settings)
    assert rows_left(access)["intervention"] == 7


def test_names_are_unreadable_here_and_in_a_backup_of_before(ben: Person, tmp_path: Path) -> None:
    """H8, T9: the keys of the operator go last, beside the backups too; those of another stay."""
    other, access = prepared(ben, tmp_path / "export.zip")
    target = backups.with_target(ben.services.settings, tmp_path / "target")
    made, reference = backups.back_up(target), open_vault.reference_of(access)
    sealed = identity(target, ben.home_id)
    assert opened(target, reference, sealed)
    protocol = ending.end(access, target)
    assert protocol.keys_left == []
    assert "Schlüssel vernichtet" in protocol.as_text()
    with backups.another(target, tmp_path / "elsewhere") as elsewhere:
        backups.restored(elsewhere, name=made.name)
        for settings in (target, elsewhere):
            with pytest.raises(MissingKeyError):
                opened(settings, reference, sealed)
            assert backups.names(settings, other.home_id)
    log = [one.action for one in logged(ben) if one.tenant_id is None]
    assert "schluessel.vernichten" in log
    assert {one.chain for one in logged(ben)} >= {reference, ""}, "what was done stays until it expires"


def logged(who: Person) -> list[models.AuditEvent]:
    with who.services.databases.whole.reading() as session:
        return list(session.scalars(select(models.AuditEvent)))


def identity(settings: Settings, home_id: int) -> tuple[bytes, str]:
    """Return a sealed number, and the place it is sealed for."""
    databases = connect(settings)
    with databases.whole.vault_reading() as session:
        row = session.scalars(select(Identity).where(Identity.home_id == home_id)).first()
    databases.close()
    return bytes(row.number), f"identity/{home_id}/{row.pseudonym}/number"


def opened(settings: Settings, reference: str, sealed: tuple[bytes, str]) -> bytes:
    databases = connect(settings)
    try:
        with databases.whole.vault_reading() as session:
            return Box(open_vault.ring_of(session, settings, reference), pseudonyms.PURPOSE).open(*sealed)
    finally:
        databases.close()


def test_a_copy_of_the_keys_that_is_out_of_reach_is_told(ben: Person, tmp_path: Path) -> None:
    """H8: the protocol says where; the next backup there replaces it."""
    _, access = prepared(ben, tmp_path / "export.zip")
    target = backups.with_target(ben.services.settings, tmp_path / "target")
    backups.back_up(target)
    (tmp_path / "target").rename(tmp_path / "gone")
    protocol = ending.end(access, target)
    assert protocol.keys_left == [str(tmp_path / "target")]
    assert str(tmp_path / "target") in protocol.as_text()


def test_the_log_of_a_former_operator_with_the_same_number_is_not_handed_over(ben: Person, tmp_path: Path) -> None:
    """B2, H8: SQLite gives numbers again; neither log nor proof of an export belong to whoever gets one."""
    stranger = person(ben.app, "stranger", "Träger Fern", "Haus Fern")
    access = of_tenant(stranger)
    chief = colleague(stranger, "chief", roles=[], administers=True)
    instructions.give(chief.access, InstructionKind.END, "Wir kündigen")
    export.export(access, ben.services.settings, tmp_path / "1.zip")
    ending.end(access, ben.services.settings)
    again = person(ben.app, "again", "Träger Neu", "Haus Neu")
    assert of_tenant(again).tenant_id == access.tenant_id
    chief = colleague(again, "second", roles=[], administers=True)
    instructions.give(chief.access, InstructionKind.END, "Wir auch")
    with pytest.raises(ContractEndError, match="Export"):
        ending.end(of_tenant(again), ben.services.settings)
    export.export(of_tenant(again), ben.services.settings, tmp_path / "2.zip")
    with zipfile.ZipFile(tmp_path / "2.zip") as archive:
        assert "traeger.exportieren" not in archive.read("daten/work/audit_event.csv").decode()


KILLED = """
import os, pickle, sys
from pathlib import Path
from web.services import accesses
from web.services.contract_end import ending
from web.store.databases import connect
settings = pickle.loads(Path(sys.argv[1]).read_bytes())
system = accesses.of_worker(connect(settings))
def kill(table):
    if table == sys.argv[3]:
        os.kill(os.getpid(), 9)
ending.end(accesses.of_tenant(system, int(sys.argv[2])), settings, kill)
"""


@pytest.mark.parametrize(
    "table",
    [
        "work.tenant",
        *(pytest.param(one, marks=pytest.mark.deep) for one in ("vault.identity", "work.work_month", "work.batch")),
    ],
)
def test_killed_anywhere_it_goes_on(ben: Person, tmp_path: Path, table: str) -> None:
    """H8: kill -9 leaves what the same command finishes; the numbers of the protocol are those of the whole."""
    _, access = prepared(ben, tmp_path / "export.zip")
    everything = rows_left(access)
    settings = ben.services.settings
    backups.killed(tmp_path, settings, KILLED, str(access.tenant_id), table)
    assert list(ending.unfinished(settings)) == ["Träger Süd"]
    protocol = ending.end(access, settings)
    assert rows_left(access) == {}
    assert protocol.rows["work.intervention"] == everything["intervention"]
    assert ending.unfinished(settings) == {}


def test_a_restored_copy_deletes_the_operator_again(ben: Person, tmp_path: Path) -> None:
    """H5, H8: by its reference, which never comes back with another meaning."""
    other, access = prepared(ben, tmp_path / "export.zip")
    with ben.services.databases.whole.reading() as session:
        reference = session.get_one(models.Tenant, access.tenant_id).reference
    ending.end(access, ben.services.settings)
    again = person(ben.app, "again", "Träger Süd", "Haus am Hang")
    again.read_in(workbooks.workbook())
    with ben.services.databases.whole.writing.begin() as session:  # a copy from before, by the same reference
        session.get_one(models.Tenant, tenant_of(again)).reference = reference
        installation.locked(session).ledger = 0
    opening.prepare(ben.services.settings)
    with ben.services.databases.whole.reading() as session:
        assert list(session.scalars(select(models.Tenant.id))) == [tenant_of(other)]
