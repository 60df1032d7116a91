"""Settings of backups, alarms and periods of deletion; ``web.settings`` reads them with all others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

ALARM_HOURS: Final = range(2, 24 * 14 + 1)
"""After how many hours without a good backup somebody may be told."""

_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where backups go, and when.

    Attributes
    ----------
    targets
        Addresses; each gets a backup of its own.
    hour, minute
        From when on the backup of a day is made, in Germany.
    alarm_hours
        How old the last good backup may become before somebody is told.
    former_keys
        Keys that only open older backups.
    s3_key_id, s3_secret, sftp_password, sftp_key_file, sftp_host_key
        What the targets want to see; the last is the server's public key.
    """

    targets: tuple[str, ...] = ()
    hour: int = 2
    minute: int = 0
    alarm_hours: int = 30
    former_keys: tuple[str, ...] = field(default=(), repr=False)
    s3_key_id: str = field(default="", repr=False)
    s3_secret: str = field(default="", repr=False)
    sftp_password: str = field(default="", repr=False)
    sftp_key_file: str = ""
    sftp_host_key: str = ""


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """Who is told when something goes wrong.

    Attributes
    ----------
    mail
        Recipients.
    sender
        Address the mail comes from.
    smtp
        The mail server, as ``smtp://user@host:587``, ``smtps://`` or, without encryption and on this machine only,
        ``smtp://localhost``.
    smtp_password
        Its password.
    webhook
        Address that gets a JSON object by POST.
    """

    mail: tuple[str, ...] = ()
    sender: str = ""
    smtp: str = ""
    smtp_password: str = field(default="", repr=False)
    webhook: str = field(default="", repr=False)


class PeriodBounds(NamedTuple):
    """How a period is set: the variable, the smallest and the largest number."""

    variable: str
    least: int
    most: int


BOUNDS: Final[Mapping[str, PeriodBounds]] = {
    "work_months": PeriodBounds("PEBEM_KEEP_WORK_MONTHS", 3, 120),
    "resident_months": PeriodBounds("PEBEM_KEEP_RESIDENT_MONTHS", 3, 120),
    "staff_months": PeriodBounds("PEBEM_KEEP_STAFF_MONTHS", 3, 120),
    "upload_months": PeriodBounds("PEBEM_KEEP_UPLOAD_MONTHS", 1, 120),
    "account_months": PeriodBounds("PEBEM_KEEP_ACCOUNT_MONTHS", 1, 60),
    "session_days": PeriodBounds("PEBEM_KEEP_SESSION_DAYS", 1, 30),
}


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long data are stored, from what ``RETENTION`` in ``web.store.data_classes`` says; names end with the unit."""

    work_months: int = 36
    resident_months: int = 36
    staff_months: int = 36
    upload_months: int = 12
    account_months: int = 12
    session_days: int = 1


def read_backup(variables: Mapping[str, str]) -> BackupSettings:
    """Read the settings of backups.

    Raises
    ------
    ValueError
        Where one is wrong. The message is one German sentence.
    """
    time = _TIME.fullmatch(variables.get("PEBEM_BACKUP_TIME", "02:00"))
    if time is None:
        raise ValueError("PEBEM_BACKUP_TIME muss eine Uhrzeit sein, zum Beispiel 02:00.")
    hours = variables.get("PEBEM_BACKUP_ALARM_HOURS", "30")
    if not hours.isascii() or not hours.isdecimal() or int(hours[:9]) not in ALARM_HOURS:
        raise ValueError(
            f"PEBEM_BACKUP_ALARM_HOURS muss eine ganze Zahl von {ALARM_HOURS[0]} bis {ALARM_HOURS[-1]} sein.",
        )
    targets = tuple(variables.get("PEBEM_BACKUP_TARGET", "").split())
    if any(urlsplit(address).password is not None for address in targets):
        raise ValueError("PEBEM_BACKUP_TARGET darf kein Passwort enthalten; es gehört in PEBEM_SFTP_PASSWORD.")
    return BackupSettings(
        targets=targets,
        hour=int(time[1]),
        minute=int(time[2]),
        alarm_hours=int(hours),
        s3_key_id=variables.get("PEBEM_S3_KEY_ID", ""),
        s3_secret=variables.get("PEBEM_S3_SECRET", ""),
        sftp_password=variables.get("PEBEM_SFTP_PASSWORD", ""),
        sftp_key_file=variables.get("PEBEM_SFTP_KEY_FILE", ""),
        sftp_host_key=variables.get("PEBEM_SFTP_HOST_KEY", ""),
    )


def read_alarm(variables: Mapping[str, str]) -> AlarmSettings:
    """Read who is told when something goes wrong.

    Raises
    ------
    ValueError
        Where a setting is wrong or lacks another. The message is one German sentence.
    """
    mail = tuple(variables.get("PEBEM_ALARM_MAIL", "").split())
    smtp, webhook = variables.get("PEBEM_SMTP", ""), variables.get("PEBEM_ALARM_WEBHOOK", "")
    sender = variables.get("PEBEM_ALARM_SENDER", mail[0] if mail else "")
    if not all(_MAIL.fullmatch(address) for address in (*mail, *filter(None, [sender]))):
        raise ValueError("PEBEM_ALARM_MAIL und PEBEM_ALARM_SENDER müssen E-Mail-Adressen sein, wie it@example.org.")
    if bool(mail) != bool(smtp):
        raise ValueError("PEBEM_ALARM_MAIL und PEBEM_SMTP gehören zusammen; bitte setzen Sie beide.")
    server = urlsplit(smtp)
    if smtp and (server.scheme not in {"smtp", "smtps"} or not server.hostname or server.password):
        raise ValueError("PEBEM_SMTP muss wie smtp://benutzer@rechner:587 sein, das Passwort in PEBEM_SMTP_PASSWORD.")
    if webhook and not webhook.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ValueError("PEBEM_ALARM_WEBHOOK muss eine Adresse sein, die mit https:// beginnt.")
    return AlarmSettings(mail, sender, smtp, variables.get("PEBEM_SMTP_PASSWORD", ""), webhook)


def read_retention(variables: Mapping[str, str]) -> RetentionSettings:
    """Read the periods.

    Raises
    ------
    ValueError
        Where one is no whole number within its bounds. The message is one German sentence.
    """
    periods = {}
    for name, (variable, least, most) in BOUNDS.items():
        written = variables.get(variable)
        if written is None:
            continue
        if not written.isascii() or not written.isdecimal() or not least <= int(written[:9]) <= most:
            raise ValueError(f"{variable} muss eine ganze Zahl von {least} bis {most} sein.")
        periods[name] = int(written)
    return RetentionSettings(**periods)
