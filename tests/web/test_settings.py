"""Settings: read once, refused early, keys of the program's own for nobody but the owner."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from web import settings

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
    made = settings.load(environment={"PEBEM_HOME": str(tmp_path / "new")})
    assert made.embedded
    assert made.database_url == f"sqlite:///{tmp_path / 'new' / 'work.sqlite'}"
    assert made.vault_url != made.database_url
    keys = list((tmp_path / "new").glob("*_key.txt"))
    assert len(keys) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert len({made.secret_key, made.vault_key, made.backup_key}) == 3


def test_embedded_keeps_its_keys(tmp_path: Path) -> None:
    assert settings.embedded(tmp_path) == settings.embedded(tmp_path)


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    made = settings.embedded(tmp_path)
    assert made.vault_key not in repr(made)
    assert made.secret_key not in repr(made)


def test_production_takes_complete_settings(tmp_path: Path) -> None:
    made = settings.load(home=tmp_path, environment=GOOD)
    assert not made.embedded
    assert made.secure
    assert made.database_url == "postgresql+psycopg://db.example.org/work"
    assert made.queue_url == made.database_url


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


def test_vault_must_lie_apart(tmp_path: Path) -> None:
    """T3: names in a database of their own."""
    same = GOOD["PEBEM_DATABASE_URL"].replace("postgresql", "postgres")
    with pytest.raises(settings.SettingsError, match="PEBEM_VAULT_URL"):
        settings.load(home=tmp_path, environment=GOOD | {"PEBEM_VAULT_URL": same})


def test_nothing_else_reads_the_environment() -> None:
    """Settings are parsed once, in one place."""
    root = Path(__file__).parents[2]
    readers = {
        path.relative_to(root).as_posix()
        for package in ("rules", "pebem", "importers", "web", "cli")
        for path in (root / package).rglob("*.py")
        if re.search(r"\bos\.environ|\bgetenv\b|\bfrom os import\b.*environ", path.read_text(encoding="utf-8"))
    }
    assert readers == {"web/settings.py"}


def test_dotenv_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        f'# ours\nexport PEBEM_HOME="{tmp_path / "from-file"}"\nPEBEM_PUBLIC_URL=https://a.example\n', encoding="utf-8"
    )
    monkeypatch.setenv("PEBEM_PUBLIC_URL", "https://b.example")
    for name in GOOD.keys() - {"PEBEM_PUBLIC_URL"}:
        monkeypatch.delenv(name, raising=False)
    made = settings.load()
    assert made.home == tmp_path / "from-file"
    assert made.public_url == "https://b.example"
