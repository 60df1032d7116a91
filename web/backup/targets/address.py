"""Which place an address means. The library for a distant one is loaded when it is needed, and may be missing."""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from web.backup.errors import TargetError
from web.backup.targets.folder import FolderTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.backup.targets.place import BackupTarget
    from web.settings import Settings


@contextmanager
def open_target(address: str, settings: Settings) -> Iterator[BackupTarget]:
    """Open the target of an address: a folder, ``s3://bucket/folder?endpoint=https://...`` or ``sftp://user@host/folder``.

    Raises
    ------
    TargetError
        Where the address is none, its library is not installed, or it cannot be reached.
    """
    parts = urlsplit(address)
    if parts.scheme in {"", "file"} or len(parts.scheme) == 1:  # a drive of Windows
        yield FolderTarget(unquote(parts.path) if parts.scheme == "file" else address)
    elif parts.scheme == "s3":
        module = _needed("web.backup.targets.s3", "obstore", "backup-s3")
        yield module.s3_target(address, parts, parse_qs(parts.query), settings.backup)
    elif parts.scheme == "sftp":
        module = _needed("web.backup.targets.sftp", "paramiko", "backup-sftp")
        with module.sftp_target(address, parts, settings.backup) as target:
            yield target
    else:
        raise TargetError(
            f"{address} ist kein Ziel für Sicherungen; bitte nennen Sie einen Ordner oder "
            "eine Adresse, die mit s3:// oder sftp:// beginnt.",
        )


def _needed(module: str, library: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != library:
            raise
        raise TargetError(
            f"Für dieses Ziel fehlt ein Zusatz: bitte installieren Sie ihn mit pip install 'pebem-analyse[{extra}]'.",
        ) from None
