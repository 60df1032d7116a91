"""Which backups lie in a place, which of them count, and which are due to be destroyed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from web.backup import manifest
from web.backup.errors import DamagedError, UnknownKeyError
from web.backup.manifest import DATABASES, ENDING, FILES, Manifest
from web.backup.targets.place import HALF, read_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from web.backup.keys import BackupKeys
    from web.backup.targets.place import BackupTarget

DAILY: Final = 30
"""Days of which the last backup is kept."""

WEEKLY: Final = 52
"""Weeks of which the last backup is kept."""

LEFTOVER: Final = timedelta(hours=26)
"""After this, what has no description is no backup that is still being written."""

GOOD: Final = "gut"
UNFINISHED: Final = "nicht fertig geworden"
DAMAGED: Final = "beschädigt"
OTHER_KEY: Final = "anderer Schlüssel"
OTHER_INSTALLATION: Final = "andere Installation"

_OURS: Final = frozenset({GOOD, UNFINISHED, DAMAGED})
_BERLIN: Final = ZoneInfo("Europe/Berlin")
_LONGEST_MANIFEST: Final = 65_536


@dataclass(frozen=True, slots=True)
class StoredBackup:
    """A backup as it lies in a place.

    Attributes
    ----------
    name
        Its name.
    moment
        When its state was: from the description where it is genuine, else from the name.
    state
        "gut": its description is genuine and its databases are there in the size it tells; or what is wrong.
    manifest
        The description, where it is genuine.
    files
        The names of its files, with their bytes.
    """

    name: str
    moment: datetime
    state: str
    manifest: Manifest | None
    files: dict[str, int]

    @property
    def good(self) -> bool:
        """Whether it counts as a backup."""
        return self.state == GOOD

    @property
    def bytes(self) -> int:
        """How much it takes."""
        return sum(self.files.values())

    @property
    def has_files(self) -> bool:
        """Whether the files of uploads are still part of it."""
        return f"{self.name}.{FILES}" in self.files


def stored_backups(target: BackupTarget, keys: BackupKeys, installation: str = "") -> list[StoredBackup]:
    """Return the backups in a place, the newest first.

    Parameters
    ----------
    installation
        Reference of the installation whose backups count; "" = those of any.
    """
    sizes = target.sizes()
    groups: dict[str, dict[str, int]] = {}
    for file, size in sizes.items():
        name = file.partition(".")[0]
        if manifest.moment_of(name) and not file.endswith(HALF):
            groups.setdefault(name, {})[file] = size
    backups = [_stored(target, keys, name, files, installation) for name, files in groups.items()]
    return sorted(backups, key=lambda one: (one.moment, one.name), reverse=True)


def newest_good(backups: Iterable[StoredBackup]) -> StoredBackup | None:
    """Return the newest backup that counts."""
    return max((one for one in backups if one.good), key=lambda one: (one.moment, one.name), default=None)


def kept(backups: Iterable[StoredBackup], now: datetime) -> set[str]:
    """Return the names of the good backups that are kept.

    All of the present day; the last of each of the last 30 days; the last of each of the last 52 weeks (Monday to
    Sunday); and in any case the newest.
    """
    good = sorted((one for one in backups if one.good), key=lambda one: (one.moment, one.name))
    today = now.astimezone(_BERLIN).date()
    monday = today - timedelta(days=today.weekday())
    stays, last_of_day, last_of_week = set(), {}, {}
    for one in good:
        day = one.moment.astimezone(_BERLIN).date()
        week = day - timedelta(days=day.weekday())
        if day >= today:
            stays.add(one.name)
        if (today - day).days < DAILY:
            last_of_day[day] = one.name
        if (monday - week).days < WEEKLY * 7:
            last_of_week[week] = one.name
    newest = {good[-1].name} if good else set()
    return stays | set(last_of_day.values()) | set(last_of_week.values()) | newest


def prune(target: BackupTarget, backups: Iterable[StoredBackup], now: datetime, *, file_days: int) -> list[str]:
    """Destroy what is due, and return the names of the backups that are gone.

    What was not finished goes after a day; what is damaged when a good one would have gone by its age. Backups of
    another installation, and those under a key that is not set, are left alone.

    Parameters
    ----------
    file_days
        How long the files of uploads stay: no longer than in the installation itself.
    """
    backups = list(backups)
    stays, gone = kept(backups, now), []
    for one in backups:
        age = now - one.moment
        due = (
            one.state in _OURS
            and {
                GOOD: one.name not in stays,
                UNFINISHED: age > LEFTOVER,
                DAMAGED: age > timedelta(weeks=WEEKLY),
            }[one.state]
        )
        if due:
            # The description goes first: what is left of a deletion that was cut off is no backup.
            for file in sorted(one.files, key=lambda file: not file.endswith(ENDING)):
                target.delete(file)
            gone.append(one.name)
        elif one.has_files and one.state in _OURS and age > timedelta(days=file_days):
            target.delete(f"{one.name}.{FILES}")
    for file in target.sizes():
        moment = manifest.moment_of(file.partition(".")[0])
        if file.endswith(HALF) and moment is not None and now - moment > LEFTOVER:
            target.delete(file)
    return gone


def _stored(
    target: BackupTarget, keys: BackupKeys, name: str, files: dict[str, int], installation: str
) -> StoredBackup:
    moment = manifest.moment_of(name) or datetime.min.replace(tzinfo=UTC)
    told, state = None, UNFINISHED
    if name + ENDING in files:
        try:
            told = manifest.read(read_all(target, name + ENDING, _LONGEST_MANIFEST), keys)
            whole = told.name == name and files.get(f"{name}.{DATABASES}") == told.databases.bytes
            state = GOOD if whole else DAMAGED
            if installation and told.installation != installation:
                state = OTHER_INSTALLATION
        except UnknownKeyError:
            state = OTHER_KEY
        except DamagedError:
            state = DAMAGED
    return StoredBackup(name, told.moment if told else moment, state, told, files)
