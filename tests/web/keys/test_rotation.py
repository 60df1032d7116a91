"""Keys are changed while pages work; whatever was sealed before stays openable, and is sealed anew."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.support.web import backups, vaults, workbooks
from tests.support.web.accounts import actions
from tests.support.web.pages import PASSWORD, browser, person, post
from web import key_files
from web import settings as settings_module
from web.security import setting_keys
from web.security.crypto import Box
from web.services import clock, open_vault
from web.services.errors import ServiceError
from web.services.keys import overview, rotation
from web.services.open_vault import VaultClosedError
from web.services.people import pseudonyms
from web.services.uploads import kept_files, records
from web.store import models
from web.store.scope import UnboundQueryError
from web.store.vault import RESIDENT, Identity, TenantKey

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.services.keys.rotation import RotationReport
    from web.settings import Settings


def known(who: Person, settings: Settings | None = None) -> Any:
    """Return everything the vault tells about a home, with what lies beside it."""
    settings = settings or who.services.settings
    found = backups.names(settings, who.home_id)
    for upload in records.of_home(who.access, who.home_id):
        found[f"texts of {upload.id}"] = records.texts(who.access, settings, upload.id)
        if kept_files.has_result(settings, upload.id):
            found[f"files of {upload.id}"] = kept_files.result(who.access, settings, upload.id).rows
    return found


def rotated(who: Person, settings: Settings | None = None, **options: Any) -> RotationReport:
    return rotation.rotate(who.system, settings or who.services.settings, **options)


def state(who: Person) -> overview.TenantKeys:
    return overview.of_tenants(who.system, who.services.settings)[0]


@pytest.fixture
def filled(anna: Person) -> Person:
    """A home with names, findings and files that wait for a decision."""
    anna.read_in(workbooks.workbook())
    anna.read_in(workbooks.workbook(), store=False)
    anna.first_sign_in()
    return anna


def test_everything_is_sealed_with_the_new_key(filled: Person) -> None:
    """E3: names, numbers, findings and files; the former key stays for backups, and is needed by nothing here."""
    before, former = known(filled), state(filled)
    report = rotated(filled)
    assert (report.new_keys, report.resumed, report.unreadable, report.behind) == (["Träger Nord"], [], 0, [])
    assert (report.names, report.texts) == (7, 2)
    assert report.files == len(backups.upload_files(filled)) > 3
    now = state(filled)
    assert (now.current != former.current, now.replaced, now.waiting, now.old_form, now.lost) == (True, 1, 0, 0, 0)
    assert now.sealed == former.sealed
    assert known(filled) == before
    assert actions(filled).count(rotation.RENEWED) == 1


def test_numbers_are_found_whichever_key_indexed_them(filled: Person) -> None:
    """C3, E3: a rotation cut off in the middle makes nobody a second person."""
    settings = filled.services.settings
    before = {number: sign for sign, (number, _) in backups.names(settings, filled.home_id).items()}
    with vaults.writing(settings) as vault:
        open_vault.add_key(vault.session, settings, open_vault.reference_of(filled.access))
    with vaults.writing(settings, filled.home_id) as vault:
        row = vault.session.scalars(select(Identity).where(Identity.kind == RESIDENT).order_by(Identity.id)).first()
        pseudonyms.seal_anew(vault, row)
    with vaults.reading(settings) as vault:
        found = pseudonyms.find_existing(vault, filled.home_id, RESIDENT, ["0042", "77", "0815", "nobody"])
    assert found == {number: before[number] for number in ("0042", "77", "0815")}
    filled.read_in(workbooks.workbook())
    assert backups.names(settings, filled.home_id).keys() == set(before.values())
    assert state(filled).waiting > 0
    report = rotated(filled)
    assert (report.new_keys, report.resumed) == ([], ["Träger Nord"])
    assert state(filled).waiting == 0
    assert rotated(filled).new_keys == ["Träger Nord"]


def test_values_of_before_key_ids_open_and_are_sealed_anew(filled: Person) -> None:
    """E3, E2: an installation that is updated loses nothing, and finds its people under their numbers."""
    settings, before = filled.services.settings, known(filled)
    signs = backups.names(settings, filled.home_id).keys()
    count = vaults.in_old_form(settings)
    assert known(filled) == before
    assert (state(filled).old_form, state(filled).sealed) == (count - 1, 0), "all but the secret of the app"
    filled.read_in(workbooks.workbook())
    assert backups.names(settings, filled.home_id).keys() == signs
    assert filled.again_signed_in().get("/").status_code == 200
    report = rotated(filled)
    assert (report.resumed, report.secrets) == (["Träger Nord"], 1)
    assert (state(filled).old_form, state(filled).waiting, state(filled).lost) == (0, 0, 0)
    assert backups.names(settings, filled.home_id).keys() == signs
    with filled.services.databases.whole.reading() as session:
        sealed = session.execute(select(models.Account.id, models.Account.totp_secret)).one()
    opened = Box(setting_keys.of_factors(settings), "totp").open(sealed.totp_secret, f"account {sealed.id}")
    assert opened.decode() == filled.secret


def test_an_unknown_key_of_the_vault_makes_nobody_a_second_person(filled: Person) -> None:
    """E3: without the right key nothing is stored, rather than stored a second time."""
    settings = filled.services.settings
    wrong = replace(settings, vault_key="ein falscher Schlüssel für den Tresor, 0123456789")
    for form in ("keys of operators", "old form"):
        with filled.services.databases.whole.vault_reading() as session:
            people = session.scalar(select(func.count()).select_from(Identity))
        with pytest.raises(VaultClosedError, match="PEBEM_VAULT_KEY"), vaults.writing(wrong, filled.home_id) as vault:
            pseudonyms.pseudonymise(vault, filled.home_id, RESIDENT, {"77": pseudonyms.PersonName()})
        with filled.services.databases.whole.vault_reading() as session:
            assert session.scalar(select(func.count()).select_from(Identity)) == people, form
        with pytest.raises(VaultClosedError, match="PEBEM_VAULT_KEY"):
            rotated(filled, wrong) if form != "old form" else open_vault_fails(wrong)
        if form != "old form":
            vaults.in_old_form(settings)


def open_vault_fails(wrong: Settings) -> None:
    with vaults.reading(wrong) as vault:
        pseudonyms.find_existing(vault, 1, RESIDENT, ["77"])


def test_a_new_master_key_seals_the_keys_of_operators_alone(filled: Person) -> None:
    """E3: nothing else has to be sealed anew at once, and the former one opens nothing afterwards."""
    settings, before = filled.services.settings, known(filled)
    fresh = replace(settings, vault_key=key_files.new_key(), former_vault_keys=(settings.vault_key,))
    assert known(filled, fresh) == before, "with both keys, before anything is sealed anew"
    report = rotated(filled, fresh)
    assert report.wrapped == 1
    assert known(filled, replace(fresh, former_vault_keys=())) == before
    with pytest.raises(VaultClosedError):
        known(filled)


def test_a_running_program_follows_new_keys_in_files(ben: Person) -> None:
    """E3: pages that were started before go on: names, files and signing in."""
    ben.read_in(workbooks.workbook())
    ben.read_in(workbooks.workbook(), store=False)
    ben.first_sign_in()
    settings, before = ben.services.settings, known(ben)
    for name in ("vault_key", "secret_key"):
        setting_keys.add(settings, name)
    newer = settings_module.load(settings.home, {})
    assert (newer.vault_key, newer.former_vault_keys) != (settings.vault_key, ())
    assert newer.former_vault_keys == (settings.vault_key,)
    report = rotated(ben, newer)
    assert (report.wrapped, report.secrets) == (1, 1)
    assert known(ben) == before
    assert ben.again_signed_in().get("/").status_code == 200
    ben.read_in(workbooks.workbook())
    assert known(ben, newer) == known(ben)
    needed = {key.id: key.needed for key in overview.setting_keys_of(ben.system, newer)["secret_key"]}
    assert list(needed.values()) == [1, 0], "the former key of second factors may go"


def test_second_factors_and_cookies_have_keys_of_their_own(ben: Person) -> None:
    """E3: a new key of sessions does not cost the second factors, and they do not need the vault's."""
    ben.first_sign_in()
    settings = ben.services.settings
    with ben.services.databases.whole.reading() as session:
        sealed = session.execute(select(models.Account.totp_secret)).scalar_one()
    ring = setting_keys.of_factors(settings)
    assert sealed.startswith(ring.header)
    assert ring.current != setting_keys.of_vault(settings).current
    assert ben.app.config["SECRET_KEY"].encode() not in repr(ring.keys).encode()


def test_pages_and_uploads_work_while_keys_change(filled: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """E3: reading a page of names and storing an upload, at any moment of a rotation."""
    monkeypatch.setattr(rotation, "BATCH", 1)
    settings, client = filled.services.settings, filled.again_signed_in()
    before = backups.names(settings, filled.home_id)
    wrong: list[BaseException] = []
    stop = threading.Event()

    def go_on() -> None:
        try:
            while not stop.is_set():
                rotated(filled)
        except BaseException as error:  # noqa: BLE001 - told by the test
            wrong.append(error)

    other = threading.Thread(target=go_on)
    other.start()
    try:
        for _ in range(4):
            upload_id = filled.read_in(workbooks.workbook())
            assert filled.state(upload_id) == records.STORED
            assert client.get(f"/daten/{upload_id}").status_code == 200
            page = client.get("/personen/")
            assert page.status_code == 200
            assert "0815" in page.text
    finally:
        stop.set()
        other.join()
    assert wrong == []
    assert backups.names(settings, filled.home_id) == before
    assert state(filled).replaced >= 1


def test_two_at_once_are_refused(filled: Person) -> None:
    """E3: the second run would count on keys that the first replaces."""
    with rotation._alone(filled.system, filled.services.settings), pytest.raises(rotation.BusyError, match="schon"):
        rotated(filled)
    assert rotated(filled).new_keys == ["Träger Nord"]


def test_one_operator_alone(filled: Person) -> None:
    """T8: each operator has a key of its own."""
    other = person(filled.app, "olga", "Träger Ost", "Haus am See")
    other.read_in(workbooks.workbook())
    keys = {one.name: one.current for one in overview.of_tenants(filled.system, filled.services.settings)}
    assert len(set(keys.values())) == 2
    assert rotated(filled, tenant="Träger Ost").new_keys == ["Träger Ost"]
    after = {one.name: one.current for one in overview.of_tenants(filled.system, filled.services.settings)}
    assert after["Träger Nord"] == keys["Träger Nord"]
    assert after["Träger Ost"] != keys["Träger Ost"]
    with pytest.raises(ServiceError, match="gibt es nicht"):
        rotated(filled, tenant="Träger West")


def test_keys_of_one_operator_open_nothing_of_another(filled: Person) -> None:
    """T8, E2: not even for whoever is asked no tenant."""
    other = person(filled.app, "olga", "Träger Ost", "Haus am See")
    other.read_in(workbooks.workbook())
    settings = filled.services.settings
    with open_vault.reading(other.access, settings) as vault:
        assert len(pseudonyms.people_of_home(vault, other.home_id, RESIDENT)) == 3
        with pytest.raises(UnboundQueryError):
            pseudonyms.people_of_home(vault, filled.home_id, RESIDENT)
    everything = replace(other.access, homes=other.access.homes | {filled.home_id})
    with pytest.raises(VaultClosedError), open_vault.reading(everything, settings) as again:
        pseudonyms.people_of_home(again, filled.home_id, RESIDENT)


def test_what_does_not_open_stays_and_is_told(filled: Person) -> None:
    """E2: one damaged value stops nothing, and is not replaced by something that opens."""
    with filled.services.databases.whole.vault_writing.begin() as session:
        row = session.scalars(select(Identity).order_by(Identity.id)).first()
        row.name = damaged = row.name[:-1] + bytes([row.name[-1] ^ 1])
        number = row.id
    for _ in range(2):
        report = rotated(filled)
        assert (report.unreadable, report.names, report.new_keys) == (1, 6, ["Träger Nord"])
    with filled.services.databases.whole.vault_reading() as session:
        assert session.get_one(Identity, number).name == damaged


def test_a_replaced_key_goes_when_no_backup_needs_it(filled: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """E3, H8: not before the oldest backup is gone, and never while something is sealed with it."""
    rotated(filled)
    assert state(filled).replaced == 1
    later = clock.now() + rotation.KEPT + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert rotated(filled).dropped == 1
    assert state(filled).replaced == 1, "the one replaced just now"
    with filled.services.databases.whole.vault_writing.begin() as session:
        session.execute(TenantKey.__table__.update().values(replaced_at=later - 2 * rotation.KEPT))
    with filled.services.databases.whole.vault_reading() as session:
        used = {row.id for row in session.scalars(select(TenantKey))}
    assert len(used) == 2
    assert rotation._drop_old(filled.system, filled.services.settings) == 1, "the one that seals names stays"
    assert known(filled)


def test_a_stored_upload_keeps_its_time_of_deletion(ben: Person) -> None:
    """C6: sealing files anew does not make them younger."""
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    settings = ben.services.settings
    before = kept_files.storage_times(settings)[upload_id]
    assert rotated(ben).files > 0
    assert kept_files.storage_times(settings)[upload_id] == before


def test_passwords_of_the_browser_stay_what_they_were(ben: Person) -> None:
    """A3: after a rotation nobody has to enrol again, and a wrong code is still wrong."""
    ben.first_sign_in()
    rotated(ben)
    client = browser(ben.app)
    post(client, "/anmelden", "/anmelden", benutzername=ben.user_name, kennwort=PASSWORD)
    assert post(client, "/anmelden/code", "/anmelden/code", code="000000").status_code == 401
    assert ben.again_signed_in().get("/").status_code == 200


def test_keys_are_in_files_for_the_owner_alone(tmp_path: Path) -> None:
    """E3: the file is never half, and a key in a setting is not replaced behind the administrator's back."""
    loaded = settings_module.load(tmp_path, {})
    new = setting_keys.add(loaded, "vault_key")
    path = tmp_path / "vault_key.txt"
    assert path.read_text().split() == [new, loaded.vault_key]
    assert path.stat().st_mode & 0o777 == 0o600
    assert settings_module.load(tmp_path, {}).vault_key == new
    stated = settings_module.load(
        tmp_path, {"PEBEM_VAULT_KEY": key_files.new_key(), "PEBEM_OLD_VAULT_KEYS": "alt1 alt2"}
    )
    assert stated.former_vault_keys == ("alt1", "alt2")
    with pytest.raises(settings_module.SettingsError, match="PEBEM_OLD_VAULT_KEYS"):
        setting_keys.add(stated, "vault_key")
