"""kill -9 at any moment of a rotation: everything opens, nobody becomes a second person, the next run finishes it."""

from __future__ import annotations

import os
import pickle
import random
import secrets
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.product import ROOT
from tests.support.web import access as accesses
from tests.support.web import backups, vaults, workbooks
from web.services.keys import overview, rotation
from web.services.people import pseudonyms
from web.services.uploads import kept_files
from web.store.databases import connect
from web.store.vault import RESIDENT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.settings import Settings

AT_A_COMMIT = """
import os, pickle, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from tests.support.web import access
from web.services.keys import rotation
from web.store.databases import connect
settings, left = pickle.loads(Path(sys.argv[1]).read_bytes()), int(sys.argv[2])

@event.listens_for(Engine, "commit")
def count(connection):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    rotation.BATCH = 2
    rotation.rotate(access.system(connect(settings)), settings)
"""

AT_A_FILE = """
import os, pickle, signal, sys
from pathlib import Path
from tests.support.web import access
from web.services.keys import rotation
from web.services.uploads import sealed_folder
from web.store.databases import connect
settings, left = pickle.loads(Path(sys.argv[1]).read_bytes()), int(sys.argv[2])
real = sealed_folder._replace

def replace(path, content):
    global left
    left -= 1
    if left == 0:
        path.with_name(path.name + sealed_folder.HALF).write_bytes(content[:20])
        os.kill(os.getpid(), signal.SIGKILL)
    real(path, content)

if __name__ == "__main__":
    sealed_folder._replace = replace
    rotation.rotate(access.system(connect(settings)), settings)
"""

AT_RANDOM = """
import pickle, sys
from pathlib import Path
from tests.support.web import access
from web.services.keys import rotation
from web.store.databases import connect
settings = pickle.loads(Path(sys.argv[1]).read_bytes())
if __name__ == "__main__":
    rotation.BATCH = 1
    system = access.system(connect(settings))
    print("ready", flush=True)
    for _ in range(50):
        rotation.rotate(system, settings)
"""


@pytest.fixture
def filled(anna: Person) -> Person:
    """A home with names, findings and files that wait for a decision, as an older version of the program left them."""
    anna.read_in(workbooks.workbook())
    anna.read_in(workbooks.workbook(), store=False)
    anna.first_sign_in()
    vaults.in_old_form(anna.services.settings)
    return anna


def usable(who: Person, settings: Settings, before: dict[str, object], rows: int) -> None:
    """See that all opens and everybody is found, then finish the run."""
    assert backups.names(settings, who.home_id) == before
    assert kept_files.result(who.access, settings, 2).rows == rows
    with vaults.reading(settings) as vault:
        assert len(pseudonyms.find_existing(vault, who.home_id, RESIDENT, ["0042", "77", "0815"])) == 3
    databases = connect(settings)
    try:
        system = accesses.system(databases)
        assert rotation.rotate(system, settings).unreadable == 0
        (keys,) = overview.of_tenants(system, settings)
    finally:
        databases.close()
    assert (keys.waiting, keys.old_form, keys.lost) == (0, 0, 0)
    assert backups.names(settings, who.home_id) == before
    assert kept_files.result(who.access, settings, 2).rows == rows


@pytest.mark.parametrize(
    "commit",
    [2, *(pytest.param(number, marks=pytest.mark.deep) for number in (1, 3, 4, 5, 6, 7, 8, 9, 10))],
)
def test_killed_before_a_commit(filled: Person, tmp_path: Path, commit: int) -> None:
    """E3, T13: the first gives the operator a key, the next ones seal two persons or a text each."""
    settings = filled.services.settings
    before, rows = backups.names(settings, filled.home_id), kept_files.result(filled.access, settings, 2).rows
    backups.killed(tmp_path, settings, AT_A_COMMIT, str(commit))
    usable(filled, settings, before, rows)


@pytest.mark.parametrize("file", [2, *(pytest.param(number, marks=pytest.mark.deep) for number in (1, 3, 4))])
def test_killed_while_a_file_is_written(filled: Person, tmp_path: Path, file: int) -> None:
    """E3: a file is the old one or the new one, never half."""
    settings = filled.services.settings
    before, rows = backups.names(settings, filled.home_id), kept_files.result(filled.access, settings, 2).rows
    backups.killed(tmp_path, settings, AT_A_FILE, str(file))
    usable(filled, settings, before, rows)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_random(filled: Person, tmp_path: Path, seed: int) -> None:
    """E3: many moments of many rotations."""
    settings, chance = filled.services.settings, random.Random(seed)
    before, rows = backups.names(settings, filled.home_id), kept_files.result(filled.access, settings, 2).rows
    kept = tmp_path / f"settings-{secrets.token_hex(4)}"
    kept.write_bytes(pickle.dumps(settings))
    process = subprocess.Popen(
        [sys.executable, "-c", AT_RANDOM, str(kept)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.stdout.readline()
    time.sleep(chance.random() * 1.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    time.sleep(0.2)  # PostgreSQL needs a moment to see that the client is gone
    usable(filled, settings, before, rows)
