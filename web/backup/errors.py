"""What can go wrong with backups. Each message is one German sentence that says what to do."""

from __future__ import annotations


class BackupError(Exception):
    """A backup cannot be made, read or restored."""


class UnknownKeyError(BackupError):
    """A file was sealed with a key that is not set."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"Die Datei wurde mit einem anderen Schlüssel ({key}) verschlüsselt; bitte setzen Sie ihn als "
            "PEBEM_BACKUP_KEY oder unter PEBEM_OLD_BACKUP_KEYS.",
        )


class DamagedError(BackupError):
    """A file does not open: it was changed, cut off or lengthened."""


class TargetError(BackupError):
    """The place of the backups cannot be reached, or refuses."""
