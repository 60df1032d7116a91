"""Settings: read once, refused early, generated keys readable by the owner only."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from sqlalchemy import URL, inspect, make_url

from web import jobs, settings
from web.services.uploads.records import WAITING
from web.store import migrate
from web.store.databases import connect

GOOD = {
    "PEBEM_DATABASE_URL": "postgresql://db.example.org/work",
    "PEBEM_VAULT_URL": "postgresql://vault.example.org/vault",
    "PEBEM_SECRET_KEY": "secret-0123456789-abcdefghijklmnop",
    "PEBEM_VAULT_KEY": "vault--0123456789-abcdefghijklmnop",
    "PEBEM_BACKUP_KEY": "backup-0123456789-abcdefghijklmnop",
    "PEBEM_PUBLIC_URL": "https://pebem.example.org",
}


def test_embedded_makes_folder_and_keys_for_the_owner_alone(tmp_path: Path) -> None:
    """E3: keys outside code and database."""
    loaded = settings.load(environment={"PEBEM_HOME": str(tmp_path / "new")})
    assert loaded.embedded
    assert loaded.database_url == URL.create("sqlite", database=str(tmp_path / "new" / "work.sqlite"))
    assert loaded.vault_url != loaded.database_url
    keys = list((tmp_path / "new").glob("*_key.txt"))
    assert len(keys) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert len({loaded.secret_key, loaded.vault_key, loaded.backup_key}) == 3


def test_embedded_installation_reuses_its_keys(tmp_path: Path) -> None:
    assert settings.embedded(tmp_path) == settings.embedded(tmp_path)


@pytest.mark.parametrize("name", ["100 % voll?", "a?mode=memory", "b#c", "Häuser & Co", "d%3Fe%20f"])
def test_databases_are_separate_files_in_a_folder_of_any_name(name: str, tmp_path: Path) -> None:
    """T3: as text, a ``?`` would end the address, and names and work would share one file beside the folder."""
    loaded = settings.load(environment={"PEBEM_HOME": str(tmp_path / name)})
    migrate.upgrade(loaded)
    databases = connect(loaded)
    work_list = jobs.make(loaded, databases)
    work_list.enqueue(1, WAITING)
    work_list.queue.storage.engine.dispose()
    work, vault = (set(inspect(engine).get_table_names()) for engine in (databases.work, databases.vault))
    databases.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert {path.name for path in loaded.home.glob("*.sqlite")} == {"work.sqlite", "vault.sqlite", "jobs.sqlite"}
    assert "identity" in vault
    assert not work & vault


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    loaded = settings.embedded(tmp_path, {"PEBEM_VAULT_URL": "postgresql://pebem:geheim-im-Tresor@db.example.org/v"})
    assert "geheim-im-Tresor" not in repr(loaded)
    assert loaded.vault_key not in repr(loaded)
    assert loaded.secret_key not in repr(loaded)


def test_production_accepts_complete_settings(tmp_path: Path) -> None:
    loaded = settings.load(home=tmp_path, environment=GOOD)
    assert not loaded.embedded
    assert loaded.secure
    assert loaded.database_url == make_url("postgresql+psycopg://db.example.org/work")
    assert loaded.queue_url == loaded.database_url


def test_a_password_may_contain_any_character(tmp_path: Path) -> None:
    url = "postgres://pebem:geheim%40b%3Fc%25d@db.example.org/work"
    loaded = settings.load(home=tmp_path, environment=GOOD | {"PEBEM_DATABASE_URL": url})
    assert loaded.database_url.password == "geheim@b?c%d"
    assert loaded.database_url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize("wrong", ["db.example.org/work", "postgresql://pebem:geheim@db.example.org:geheim/work"])
@pytest.mark.parametrize("name", ["PEBEM_DATABASE_URL", "PEBEM_VAULT_URL"])
def test_invalid_address_is_refused_without_quoting_it(name: str, wrong: str, tmp_path: Path) -> None:
    with pytest.raises(settings.SettingsError, match=f"^{name} ist keine Adresse") as refused:
        settings.load(home=tmp_path, environment=GOOD | {name: wrong})
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("name", ["PEBEM_VAULT_URL", "PEBEM_SECRET_KEY", "PEBEM_VAULT_KEY", "PEBEM_BACKUP_KEY"])
def test_production_refuses_to_start_without(name: str, tmp_path: Path) -> None:
    """E3: the start refuses a missing secret and names it."""
    with pytest.raises(settings.SettingsError, match=name):
        settings.load(home=tmp_path, environment={k: v for k, v in GOOD.items() if k != name})


@pytest.mark.parametrize("weak", ["short", "a" * 64, "abcabcabcabcabcabcabcabcabcabcabcabcabc"])
def test_production_refuses_a_weak_key(weak: str, tmp_path: Path) -> None:
    """E3: the start refuses a weak secret and names it."""
    with pytest.raises(settings.SettingsError, match="PEBEM_VAULT_KEY"):
        settings.load(home=tmp_path, environment=GOOD | {"PEBEM_VAULT_KEY": weak})


def test_keys_must_differ(tmp_path: Path) -> None:
    with pytest.raises(settings.SettingsError, match="verschiedene"):
        settings.load(home=tmp_path, environment=GOOD | {"PEBEM_VAULT_KEY": GOOD["PEBEM_SECRET_KEY"]})


def test_vault_must_be_a_separate_database(tmp_path: Path) -> None:
    """T3: names in a database of their own."""
    same = GOOD["PEBEM_DATABASE_URL"].replace("postgresql", "postgres")
    with pytest.raises(settings.SettingsError, match="PEBEM_VAULT_URL"):
        settings.load(home=tmp_path, environment=GOOD | {"PEBEM_VAULT_URL": same})


def test_nothing_else_reads_the_environment() -> None:
    """Settings are parsed once, in one place; the sandbox alone hands a reader the one variable Windows needs,
    and tries whether it sees more.
    """
    root = Path(__file__).parents[2]
    readers = {
        path.relative_to(root).as_posix()
        for package in ("rules", "pebem", "importers", "web", "cli")
        for path in (root / package).rglob("*.py")
        if re.search(r"\bos\.environ|\bgetenv\b|\bfrom os import\b.*environ", path.read_text(encoding="utf-8"))
    }
    sandbox = {f"importers/files/sandbox/{name}.py" for name in ("__init__", "attempts")}
    assert readers == {"web/settings.py", *sandbox}


def test_dotenv_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        f'# ours\nexport PEBEM_HOME="{tmp_path / "from-file"}"\nPEBEM_PUBLIC_URL=https://a.example\n', encoding="utf-8"
    )
    monkeypatch.setenv("PEBEM_PUBLIC_URL", "https://b.example")
    for name in GOOD.keys() - {"PEBEM_PUBLIC_URL"}:
        monkeypatch.delenv(name, raising=False)
    loaded = settings.load()
    assert loaded.home == tmp_path / "from-file"
    assert loaded.public_url == "https://b.example"


@pytest.mark.parametrize("wrong", ["0", "31", "eine Woche", "-1"])
def test_days_of_a_one_time_password_are_checked(tmp_path: Path, wrong: str) -> None:
    """T4: a week where nothing else is said, and never without an end."""
    with pytest.raises(settings.SettingsError, match="PEBEM_INITIAL_DAYS"):
        settings.load(home=tmp_path, environment={"PEBEM_INITIAL_DAYS": wrong})
    assert settings.load(home=tmp_path, environment={}).initial_days == 7
    assert settings.load(home=tmp_path, environment={"PEBEM_INITIAL_DAYS": "30"}).initial_days == 30
