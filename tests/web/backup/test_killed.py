"""kill -9 at any moment of a backup or a restore: what is there is usable, and the same command finishes it."""

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
from tests.support.web import backups, workbooks
from web.services.backups import opening, overview, restoring
from web.store import pending_restore
from web.store.databases import connect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.settings import Settings

BACKUP = """
import os, pickle, signal, sys
from pathlib import Path
from web.backup.targets import folder
from tests.support.web import backups
settings, point = pickle.loads(Path(sys.argv[1]).read_bytes()), sys.argv[2]
real = folder.FolderTarget.put

def put(self, name, content):
    if name.endswith(point):
        def cut_off():
            yield next(iter(content))
            os.kill(os.getpid(), signal.SIGKILL)
        real(self, name, cut_off())
    real(self, name, content)

if __name__ == "__main__":
    folder.FolderTarget.put = put
    backups.back_up(settings)
"""

RESTORE = """
import os, pickle, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from tests.support.web import backups
settings, point = pickle.loads(Path(sys.argv[1]).read_bytes()), sys.argv[2]
left = int(point)

@event.listens_for(Engine, "commit")
def count(connection):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    backups.restored(settings, replace_all=True)
"""

AT_RANDOM = """
import pickle, sys
from pathlib import Path
from tests.support.web import backups
settings = pickle.loads(Path(sys.argv[1]).read_bytes())
if __name__ == "__main__":
    print("ready", flush=True)
    backups.back_up(settings) if sys.argv[2] == "backup" else backups.restored(settings, replace_all=True)
"""


def usable(settings: Settings, elsewhere: Settings, home_id: int) -> str:
    """Finish a restore that was killed, and return where it was: opened as before, or closed until finished."""
    databases = connect(elsewhere)
    try:
        mark = pending_restore.find(databases.work)
    finally:
        databases.close()
    if mark is not None:
        with pytest.raises(opening.NotOpenError):
            opening.prepare(elsewhere)
        restoring.resume(elsewhere)
    else:
        opening.prepare(elsewhere)
        backups.restored(elsewhere, replace_all=True)
    opening.prepare(elsewhere)
    assert backups.digests(elsewhere) == backups.digests(settings)
    assert backups.figures(elsewhere, home_id) == backups.figures(settings, home_id)
    return mark.step if mark else "untouched"


@pytest.fixture
def target(ben: Person, tmp_path: Path) -> Settings:
    """An installation with figures, and a place for backups."""
    ben.read_in(workbooks.workbook())
    return backups.with_target(ben.services.settings, tmp_path / "target")


@pytest.mark.parametrize(
    "point", [".databases", *(pytest.param(one, marks=pytest.mark.deep) for one in (".files", ".keys", ".json"))]
)
def test_a_killed_backup_leaves_the_former_ones(target: Settings, tmp_path: Path, point: str) -> None:
    """T13: half a backup counts for nothing, hides nothing, and goes in time; the next one succeeds."""
    good = backups.back_up(target)
    backups.killed(tmp_path, target, BACKUP, point)
    state = overview.state_of(target, target.backup.targets[0], good.installation)
    assert [one.name for one in state.backups if one.good] == [good.name]
    assert state.newest.name == good.name
    again = backups.back_up(target)
    with backups.another(target, tmp_path / "elsewhere") as elsewhere:
        assert backups.restored(elsewhere).name == again.name
        assert backups.digests(elsewhere) == backups.digests(target)


@pytest.mark.parametrize(
    ("point", "where"),
    [
        pytest.param("1", "untouched", marks=pytest.mark.deep),
        ("2", pending_restore.LOADING),
        pytest.param("3", pending_restore.LOADING, marks=pytest.mark.deep),
        pytest.param("4", pending_restore.LOADED, marks=pytest.mark.deep),
        pytest.param("6", pending_restore.LOADED, marks=pytest.mark.deep),
    ],
)
def test_a_killed_restore_is_finished_or_never_happened(
    ben: Person, target: Settings, tmp_path: Path, point: str, where: str
) -> None:
    """T13, H5: between the commits of the two databases as well; until it is finished nothing opens."""
    backups.back_up(target)
    with backups.another(target, tmp_path / "elsewhere") as elsewhere:
        backups.killed(tmp_path, elsewhere, RESTORE, point)
        assert usable(target, elsewhere, ben.home_id) == where


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_at_random(anna: Person, tmp_path: Path, what: str, seed: int) -> None:
    """T13: many moments, both databases, into an empty installation and into one that has the data already."""
    anna.read_in(workbooks.workbook())
    settings = backups.with_target(anna.services.settings, tmp_path / "target")
    good = backups.back_up(settings)
    chance = random.Random(seed)
    with backups.another(settings, tmp_path / "elsewhere") as elsewhere:
        if chance.random() < 0.5:
            backups.restored(elsewhere)
        victim = settings if what == "backup" else elsewhere
        kept = tmp_path / f"settings-{secrets.token_hex(4)}"
        kept.write_bytes(pickle.dumps(victim))
        process = subprocess.Popen(
            [sys.executable, "-c", AT_RANDOM, str(kept), what],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        process.stdout.readline()
        time.sleep(chance.random() * (0.6 if what == "backup" else 2.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        time.sleep(0.2)  # PostgreSQL needs a moment to see that the client is gone
        state = overview.state_of(settings, settings.backup.targets[0], good.installation)
        assert good.name in {one.name for one in state.backups if one.good}
        usable(settings, elsewhere, anna.home_id)
        backups.back_up(settings)
