"""The vault: identities stay sealed, under a key of its own, and analysis does not need it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, select, text, update

from tests.support.web import vaults, workbooks
from tests.support.web.pages import Person, person, upload
from web.security.crypto import Box, KeyedHash, KeyRing, TamperedError, derive
from web.services.analysis import results
from web.services.people import pseudonyms
from web.services.people.pseudonyms import PersonName as Name
from web.services.uploads import records
from web.store import migrate
from web.store.base import Base
from web.store.models import Resident
from web.store.vault import RESIDENT, STAFF, Identity, VaultBase

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from web.settings import Settings
    from web.store.databases import Databases

KEY = "0123456789-abcdefghijklmnopqrstuvwxyz"


def test_box_opens_with_its_key_at_its_place_only() -> None:
    """E2: authenticated encryption, bound to the row."""
    box = Box(KeyRing.of(KEY), "identity")
    sealed = box.seal("Müller".encode(), "row 1")
    assert "Müller".encode() not in sealed
    assert box.open(sealed, "row 1").decode() == "Müller"
    for other, content, place in (
        (Box(KeyRing.of(KEY + "!"), "identity"), sealed, "row 1"),
        (Box(KeyRing.of(KEY), "uploads"), sealed, "row 1"),
        (box, sealed, "row 2"),
        (box, sealed[:-1] + bytes([sealed[-1] ^ 1]), "row 1"),
        (box, sealed[:10], "row 1"),
    ):
        with pytest.raises(TamperedError):
            other.open(content, place)


def test_sealing_twice_gives_different_bytes() -> None:
    box = Box(KeyRing.of(KEY), "identity")
    assert box.seal(b"same", "place") != box.seal(b"same", "place")


def test_keys_differ_by_purpose() -> None:
    assert derive(KEY, "lookup") != derive(KEY, "identity")
    assert len(derive(KEY, "lookup")) == 32


def test_lookup_differs_by_home_kind_and_key() -> None:
    """C3: the same number in two homes cannot be matched."""
    lookup = KeyedHash(KEY)
    digests = {
        lookup(1, RESIDENT, "42"),
        lookup(2, RESIDENT, "42"),
        lookup(1, STAFF, "42"),
        KeyedHash(KEY + "!")(1, RESIDENT, "42"),
    }
    assert len(digests) == 4
    assert lookup(1, RESIDENT, "42") in digests


def test_pseudonyms_are_random_unique_and_stable(settings: Settings) -> None:
    """C3: not derived from the number; the same person keeps hers; another home gives another."""
    numbers = {str(number): Name() for number in range(1200)}
    with vaults.writing(settings, 1) as vault:
        first = pseudonyms.pseudonymise(vault, 1, RESIDENT, numbers)
    with vaults.writing(settings, 1) as vault:
        again = pseudonyms.pseudonymise(vault, 1, RESIDENT, numbers)
        staff = pseudonyms.pseudonymise(vault, 1, STAFF, {"1": Name()})
    with vaults.writing(settings, 2) as vault:
        elsewhere = pseudonyms.pseudonymise(vault, 2, RESIDENT, numbers)
    assert first == again
    assert len(set(first.values())) == 1200
    assert all(one.startswith("B-") and len(one) == 7 for one in first.values())
    assert sum(first[number] == elsewhere[number] for number in numbers) <= 1
    assert staff["1"].startswith("M-")


def test_names_are_stored_completed_and_retrieved(settings: Settings) -> None:
    with vaults.writing(settings, 1) as vault:
        pseudonym = pseudonyms.pseudonymise(vault, 1, STAFF, {"7": Name("Quast", "")})["7"]
    with vaults.writing(settings, 1) as vault:
        pseudonyms.pseudonymise(vault, 1, STAFF, {"7": Name("", "Ute")})
        pseudonyms.pseudonymise(vault, 1, STAFF, {"7": Name()})
    with vaults.reading(settings) as vault:
        assert pseudonyms.people_of_home(vault, 1, STAFF) == {pseudonym: ("7", Name("Quast", "Ute"))}
        assert pseudonyms.people_of_home(vault, 2, STAFF) == {}


def test_swapped_rows_do_not_open(databases: Databases, settings: Settings) -> None:
    """E2: whoever can write the table cannot give one person another's name."""
    with vaults.writing(settings, 1) as vault:
        pseudonym_of = pseudonyms.pseudonymise(vault, 1, STAFF, {"1": Name("A"), "2": Name("B")})
    with databases.whole.vault_writing.begin() as session:
        name = session.scalar(select(Identity.name).where(Identity.pseudonym == pseudonym_of["1"]))
        session.execute(update(Identity).where(Identity.pseudonym == pseudonym_of["2"]).values(name=name))
    with vaults.reading(settings) as vault, pytest.raises(TamperedError):
        pseudonyms.people_of_home(vault, 1, STAFF)


def test_no_number_or_name_of_an_upload_is_stored_in_clear(anna: Person) -> None:
    """T1, T3, C1, G4: neither in the work database, nor in the vault's bytes, nor in files."""
    anna.read_in(workbooks.workbook(), name="Halina Żeromska.xlsx", store=False)
    anna.read_in(workbooks.text(workbooks.RESIDENTS), name="Halina Żeromska.csv", store=False)
    anna.read_in(workbooks.workbook(), name="Halina Żeromska.xlsx")
    databases = anna.services.databases
    rows = []
    whole = databases.whole
    for metadata, sessions in ((Base.metadata, whole.reading), (VaultBase.metadata, whole.vault_reading)):
        with sessions() as session:
            for table in metadata.sorted_tables:
                for row in session.execute(select(table)):
                    cells = [bytes(c).decode("latin-1") if isinstance(c, bytes | memoryview) else str(c) for c in row]
                    rows += [
                        (table.name, mark)
                        for mark in workbooks.MARKERS
                        if mark in cells
                        or any(
                            len(mark) > 4 and (mark in cell or mark.encode().decode("latin-1") in cell)
                            for cell in cells
                        )
                    ]
    for path in anna.services.settings.home.rglob("*"):
        if path.is_file() and not path.name.endswith("_key.txt"):
            content = path.read_bytes()
            rows += [(path.name, mark) for mark in workbooks.MARKERS if len(mark) > 4 and mark.encode() in content]
    assert rows == []


def test_unmapped_columns_are_stored_nowhere(embedded: Settings, make_app: Callable[[Settings], Flask]) -> None:
    """T1, C5: what the file holds beyond the contract is not taken over, and goes with the file once that is stored."""
    migrate.upgrade(embedded)
    who = person(make_app(embedded), "eva", "Träger", "Haus")
    extra = [(*row, text) for row, text in zip(workbooks.RESIDENTS, ("Diagnose", "F03 Demenz", "G20"), strict=True)]

    content = workbooks.text(extra)
    assert b"Demenz" in content
    upload_id = who.read_in(content, name="Bewohner.csv", store=False)
    sealed = (embedded.uploads / str(upload_id) / "result").read_bytes()
    staged = vaults.box(embedded, "uploads").open(sealed, f"{upload_id}/result")
    assert b"Halina" in staged
    assert b"Demenz" not in staged
    words = records.texts(who.access, embedded, upload_id)
    assert "Demenz" not in repr(words)
    for path in (embedded.uploads / str(upload_id)).iterdir():
        assert b"Demenz" not in path.read_bytes()  # the file itself is stored sealed until a user decides
    who.store(upload_id)
    assert not (embedded.uploads / str(upload_id)).exists()


def test_analysis_works_while_the_vault_cannot_be_reached(anna: Person, make_app: Callable[[Settings], Flask]) -> None:
    """T3, C2: figures, demand and reasons without any identity; uploads say what is missing."""
    upload_id = anna.read_in(workbooks.workbook())
    whole = anna.services.databases.whole
    with whole.reading() as session:
        pseudonym = session.scalars(select(Resident.pseudonym).where(Resident.known)).first()
    anna.first_sign_in()
    blind_settings = replace(anna.services.settings, vault_url=make_url("postgresql+psycopg://nobody@127.0.0.1:1/gone"))
    app = make_app(blind_settings)
    with pytest.raises(Exception, match="refused"), app.extensions["pebem"].databases.whole.vault_reading() as session:
        session.execute(text("SELECT 1"))
    client = replace(anna, app=app).again_signed_in()
    for address in ("/", "/interventionen", "/interventionen/1.1", f"/warum/1.1/{pseudonym}?am=2026-02-05", "/daten/"):
        assert client.get(address).status_code == 200, address
    page = client.get(f"/daten/{upload_id}")
    assert page.status_code == 200
    assert "nicht erreichbar" in page.text
    assert client.get(f"/daten/{upload_id}/befunde.xlsx").status_code == 503
    sent = upload(client, (workbooks.workbook(), "a.xlsx"))
    assert "nicht erreichbar" in client.get(sent.location).text
    assert len(records.of_home(anna.access, anna.home_id)) == 1
    assert results.load(replace(anna, app=app).access, anna.home_id).covered["counted"] == workbooks.COUNTED
