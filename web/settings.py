"""Every setting of the application, read once. Nothing else in the project looks at the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_data_path
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from web import backup_settings, key_files, operation
from web.backup_settings import AlarmSettings, BackupSettings, RetentionSettings
from web.operation import Operation, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "INITIAL_DAYS",
    "KEY_LENGTH",
    "KEY_SETTINGS",
    "LOG_DAYS",
    "UPLOAD_DAYS",
    "UPLOAD_LIMIT",
    "Settings",
    "SettingsError",
    "embedded",
    "load",
    "objection",
]

KEY_LENGTH: Final = 32
"""Fewest characters of a key; fewer are refused as weak."""

KEY_VARIETY: Final = 10
"""Fewest different characters of a key: "aaaa…" is long, but no secret."""

UPLOAD_LIMIT: Final = 100 * 1024 * 1024
"""Bytes one upload may have."""

UPLOAD_DAYS: Final = range(1, 91)
"""How many days undecided uploads may be stored."""

INITIAL_DAYS: Final = range(1, 31)
"""How many days a one-time password may be good."""

LOG_DAYS: Final = range(365, 3661)
"""How many days entries of the log may be kept."""

KEY_SETTINGS: Final = {
    "secret_key": "PEBEM_SECRET_KEY",
    "vault_key": "PEBEM_VAULT_KEY",
    "backup_key": "PEBEM_BACKUP_KEY",
}
"""Field -> its setting; former values of each are in another one (:func:`web.key_files.former`)."""


DEBUG_OFF: Final = frozenset({"", "0", "false", "no"})
"""What Flask takes for no in ``FLASK_DEBUG``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the application runs with.

    Attributes
    ----------
    home
        Folder of the embedded databases, the keys made for them, and of encrypted uploads.
    database_url, vault_url, queue_url
        Where pseudonymous data, identities and waiting jobs lie.
    secret_key, vault_key, backup_key
        Secrets for sessions and second factors, for identities and uploads, and for backups.
    public_url
        Address under which browsers reach the application ("" = local use); https makes cookies secure.
    embedded
        Whether the databases are files in ``home``.
    upload_limit
        Bytes one upload may have.
    upload_days
        Days until the encrypted files of an upload are deleted. Files and what was read go as soon as it is applied
        or discarded; this is for undecided uploads, and for faulty rows to repair.
    initial_days
        Days a one-time password is good, from its making to the first sign-in with it.
    log_days
        Days until an entry of the log is deleted.
    operation
        For real or to try out, behind which proxies, with which virus scanner.
    former_secret_keys, former_vault_keys
        Former values of the first two keys, which still open what was sealed with them.
    backup, alarm
        Where backups go, and who is told when something goes wrong.
    retention
        How long data are stored.
    """

    home: Path
    database_url: URL
    vault_url: URL
    queue_url: URL
    secret_key: str = field(repr=False)
    vault_key: str = field(repr=False)
    backup_key: str = field(repr=False)
    public_url: str = ""
    embedded: bool = True
    upload_limit: int = UPLOAD_LIMIT
    upload_days: int = 7
    initial_days: int = 7
    log_days: int = 3 * 366
    operation: Operation = field(default_factory=Operation)
    former_secret_keys: tuple[str, ...] = field(default=(), repr=False)
    former_vault_keys: tuple[str, ...] = field(default=(), repr=False)
    backup: BackupSettings = field(default_factory=BackupSettings)
    alarm: AlarmSettings = field(default_factory=AlarmSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)

    @property
    def secure(self) -> bool:
        """Whether browsers reach the application over an encrypted connection."""
        return self.public_url.startswith("https://")

    @property
    def uploads(self) -> Path:
        """Folder of encrypted uploads."""
        return self.home / "uploads"

    @property
    def temporary(self) -> Path:
        """Folder of files that exist for a moment: large requests and answers (E2)."""
        return self.home / "tmp"

    @property
    def ledger(self) -> Path:
        """Folder of the ledger of deletions."""
        return self.home / "ledger"


def load(home: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and from a ``.env`` file in the working folder.

    Parameters
    ----------
    home
        Folder of the embedded databases, before ``PEBEM_HOME``.
    environment
        Read instead of the process environment and ``.env``.

    Raises
    ------
    SettingsError
        Where production lacks a setting, or a key is weak.
    """
    values = {**_dotenv(Path(".env")), **os.environ} if environment is None else dict(environment)
    variables = {name: text.strip() for name, text in values.items() if name.startswith("PEBEM_") and text.strip()}
    folder = home or Path(variables.get("PEBEM_HOME") or user_data_path("pebem", appauthor=False))
    debug = values.get("FLASK_DEBUG", "").strip().lower() not in DEBUG_OFF
    make = _production if "PEBEM_DATABASE_URL" in variables else embedded
    made = replace(make(folder, variables), operation=operation.read(variables, debug=debug))
    try:
        backup, alarm = backup_settings.read_backup(variables), backup_settings.read_alarm(variables)
        retention = backup_settings.read_retention(variables)
    except ValueError as problem:
        raise SettingsError(str(problem)) from problem
    return replace(made, backup=replace(backup, former_keys=made.backup.former_keys), alarm=alarm, retention=retention)


def embedded(folder: Path, variables: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an installation that lives in one folder, making folder and keys where missing."""
    variables = variables or {}
    folder = folder.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    vault = _address("PEBEM_VAULT_URL", variables) if "PEBEM_VAULT_URL" in variables else _file(folder / "vault.sqlite")
    return _checked(
        _with_former(
            Settings(
                home=folder,
                database_url=_file(folder / "work.sqlite"),
                vault_url=vault,
                queue_url=_file(folder / "jobs.sqlite"),
                secret_key=variables.get("PEBEM_SECRET_KEY") or key_files.own(folder, "secret_key"),
                vault_key=variables.get("PEBEM_VAULT_KEY") or key_files.own(folder, "vault_key"),
                backup_key=variables.get("PEBEM_BACKUP_KEY") or key_files.own(folder, "backup_key"),
                public_url=variables.get("PEBEM_PUBLIC_URL", "").rstrip("/"),
                upload_days=_days("PEBEM_UPLOAD_DAYS", UPLOAD_DAYS, variables),
                initial_days=_days("PEBEM_INITIAL_DAYS", INITIAL_DAYS, variables),
                log_days=_days("PEBEM_LOG_DAYS", LOG_DAYS, variables, "1098"),
            ),
            variables,
        ),
    )


def _production(folder: Path, variables: Mapping[str, str]) -> Settings:
    for name in ("PEBEM_VAULT_URL", *KEY_SETTINGS.values()):
        if name not in variables:
            raise SettingsError(f"Die Einstellung {name} fehlt; bitte setzen Sie sie, bevor Sie das Programm starten.")
    database, vault = _address("PEBEM_DATABASE_URL", variables), _address("PEBEM_VAULT_URL", variables)
    if database == vault:
        raise SettingsError(
            "PEBEM_VAULT_URL nennt dieselbe Datenbank wie PEBEM_DATABASE_URL; bitte legen Sie Namen getrennt ab.",
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _checked(
        _with_former(
            Settings(
                home=folder.expanduser().resolve(),
                database_url=database,
                vault_url=vault,
                queue_url=database,
                public_url=variables.get("PEBEM_PUBLIC_URL", "").rstrip("/"),
                upload_days=_days("PEBEM_UPLOAD_DAYS", UPLOAD_DAYS, variables),
                initial_days=_days("PEBEM_INITIAL_DAYS", INITIAL_DAYS, variables),
                log_days=_days("PEBEM_LOG_DAYS", LOG_DAYS, variables, "1098"),
                secret_key=variables["PEBEM_SECRET_KEY"],
                vault_key=variables["PEBEM_VAULT_KEY"],
                backup_key=variables["PEBEM_BACKUP_KEY"],
                embedded=False,
            ),
            variables,
        ),
    )


def _checked(settings: Settings) -> Settings:
    for name, setting in KEY_SETTINGS.items():
        key = getattr(settings, name)
        if len(key) < KEY_LENGTH or len(set(key)) < KEY_VARIETY:
            raise SettingsError(
                f"Der Schlüssel {setting} ist zu schwach; bitte nehmen Sie mindestens {KEY_LENGTH} zufällige Zeichen.",
            )
    if len({getattr(settings, name) for name in KEY_SETTINGS}) < len(KEY_SETTINGS):
        raise SettingsError(f"{', '.join(KEY_SETTINGS.values())} müssen drei verschiedene Schlüssel sein.")
    if settings.public_url and not settings.public_url.startswith(("https://", "http://")):
        raise SettingsError("PEBEM_PUBLIC_URL muss mit https:// beginnen, zum Beispiel https://pebem.example.org.")
    return settings


def objection(settings: Settings) -> str:
    """Return what is wrong with keys and addresses, in one German sentence; "" for nothing."""
    try:
        _checked(settings)
    except SettingsError as error:
        return str(error)
    return ""


def _days(name: str, allowed: range, variables: Mapping[str, str], default: str = "7") -> int:
    written = variables.get(name, default)
    if not written.isascii() or not written.isdecimal() or int(written[:9]) not in allowed:
        raise SettingsError(
            f"{name} muss eine ganze Zahl von {allowed[0]} bis {allowed[-1]} sein, zum Beispiel {default}.",
        )
    return int(written)


def _file(path: Path) -> URL:
    """Return the address of a SQLite file; as text, a ``?`` in its name would end the name."""
    return URL.create("sqlite", database=str(path))


def _address(name: str, variables: Mapping[str, str]) -> URL:
    """Return the address in a setting, with the PostgreSQL driver we ship for the usual ways of writing it."""
    try:
        url = make_url(variables[name])
    except (ArgumentError, ValueError):  # the latter where the port is no number; neither may quote a password
        raise SettingsError(
            f"{name} ist keine Adresse einer Datenbank, wie postgresql://benutzer@rechner/datenbank.",
        ) from None
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def _with_former(settings: Settings, variables: Mapping[str, str]) -> Settings:
    """Return the settings with the former values of their keys, from settings and from the files of keys."""
    former: dict[str, tuple[str, ...]] = {}
    for name, setting in KEY_SETTINGS.items():
        current, in_file = getattr(settings, name), key_files.read(settings.home, name)
        stated = (*variables.get(key_files.former(setting), "").split(), *(in_file if current in in_file else ()))
        former[name] = tuple(dict.fromkeys(key for key in stated if key != current))
    return replace(
        settings,
        former_secret_keys=former["secret_key"],
        former_vault_keys=former["vault_key"],
        backup=replace(settings.backup, former_keys=former["backup_key"]),
    )


def _dotenv(path: Path) -> dict[str, str]:
    """Read ``NAME=value`` lines; blank lines and comments are skipped, quotes around a value are dropped."""
    if not path.is_file():
        return {}
    lines = (line.strip().removeprefix("export ") for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
