"""Files opened and saved by LibreOffice, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

needs_libreoffice = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


def saved_by_libreoffice(path: Path, suffix: str = "xlsx") -> Path:
    """Return a file as LibreOffice saves it, beside the given one in a folder of its own."""
    profile = f"-env:UserInstallation=file://{path.parent / 'profile'}"
    folder = path.parent / "saved"
    subprocess.run(
        ["soffice", "--headless", profile, "--convert-to", suffix, "--outdir", folder, path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return folder / f"{path.stem}.{suffix}"
