"""Jobs of uploads that fail, are killed or lost: nothing is half stored, and they can be started again."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.web import workbooks
from tests.support.web.pages import Person, post
from tests.support.web.served import eventually
from tests.support.web.uploads import count_rows, run_jobs
from web.jobs import start_worker
from web.services.analysis import home_analysis
from web.services.uploads import kept_files, records, recovery, steps
from web.store import models

ROOT = Path(__file__).parents[2]


def closes(port: int) -> bool:
    """Return whether no process listens on a port any more, within ten seconds."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.1)
    return False


def test_failing_job_stores_nothing_and_reports_it(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10: all or nothing, whatever goes wrong at the end."""
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    services = anna.services
    with monkeypatch.context() as broken:
        broken.setattr(home_analysis, "analyse", lambda *_: 1 / 0)
        steps.commit(anna.access, upload_id)
        steps.store(anna.access, services.settings, services.jobs.queue, upload_id)
    assert anna.state(upload_id) == records.ABORTED
    assert [count_rows(anna, model) for model in (models.PerformedIntervention, models.Resident, models.Cube)] == [
        0,
        0,
        0,
    ]
    client = anna.first_sign_in()
    assert "nichts halb übernommen" in client.get(f"/daten/{upload_id}").text
    assert post(client, f"/daten/{upload_id}/erneut", f"/daten/{upload_id}").status_code == 302
    run_jobs(anna)
    assert anna.state(upload_id) == records.STORED
    assert count_rows(anna) == 7


def test_upload_cut_off_before_it_was_shown_is_never_stored(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a user has seen and released is stored, also after a restart."""
    services, real = anna.services, records.move

    def fail_at_the_end(session: Any, upload_id: int, start: str, end: str, **values: Any) -> bool:
        if end == records.READ:
            raise OSError("disk full")
        return real(session, upload_id, start, end, **values)

    with monkeypatch.context() as broken:
        broken.setattr(records, "move", fail_at_the_end)
        upload_id = anna.read_in(workbooks.workbook(), store=False)
    assert kept_files.result(anna.access, services.settings, upload_id).rows == workbooks.ROWS
    assert anna.state(upload_id) == records.ABORTED
    services.jobs.enqueue(upload_id, steps.restart(anna.access, upload_id))
    run_jobs(anna)
    assert anna.state(upload_id) == records.READ
    assert count_rows(anna) == 0


KILLED = """
import pickle, sys, time
from importlib import import_module
from pathlib import Path
from web import serve

def stop_here(*_, **__):
    Path(sys.argv[2]).touch()
    time.sleep(600)

import_module("web.services.{module}").{function} = stop_here  # in the worker too, which is a process of its own
if __name__ == "__main__":
    installation = pickle.loads(Path(sys.argv[1]).read_bytes())
    serve.prepare(installation, "127.0.0.1")
    serve.serve(installation, "127.0.0.1", int(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("module", "function", "start"),
    [
        ("analysis.home_analysis", "analyse", records.RELEASED),
        pytest.param("uploads.apply", "store_rows", records.RELEASED, marks=pytest.mark.deep),
        ("uploads.kept_files", "keep_result", records.WAITING),
    ],
)
def test_killed_server_leaves_nothing_half_done(
    anna: Person, tmp_path: Path, module: str, function: str, start: str
) -> None:
    """F10: SIGKILL in the middle of reading or of the store's transaction; afterwards it can be started again."""
    services = anna.services
    if start == records.RELEASED:
        upload_id = anna.read_in(workbooks.workbook(), store=False)
        steps.commit(anna.access, upload_id)
    else:
        upload_id = steps.start(
            anna.access,
            services.settings,
            home_id=anna.home_id,
            files=[("a.xlsx", workbooks.workbook())],
        )
    services.jobs.enqueue(upload_id, start)
    script, reached, settings = tmp_path / "killed.py", tmp_path / "reached", tmp_path / "settings"
    script.write_text(KILLED.format(module=module, function=function), encoding="utf-8")
    settings.write_bytes(pickle.dumps(services.settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, str(script), str(settings), str(reached), str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert eventually(lambda: reached.exists() or server.poll() is not None)
        assert reached.exists()
    finally:
        server.kill()
        server.wait()
    assert closes(port)  # pages and worker end with the supervisor that was killed, and free the port
    assert anna.state(upload_id) in {records.READING, records.STORING}
    for _ in range(50):  # PostgreSQL needs a moment to see that the client is gone
        if count_rows(anna) == 0:
            break
        time.sleep(0.1)
    models_stored = (models.PerformedIntervention, models.Resident, models.Assessment, models.Staff, models.Cube)
    assert [count_rows(anna, model) for model in models_stored] == [0, 0, 0, 0, 0]
    client = anna.first_sign_in()
    services.jobs.take_up(silent_seconds=0)
    assert anna.state(upload_id) == start
    assert "durch einen Neustart unterbrochen" in client.get(f"/daten/{upload_id}").text
    run_jobs(anna)
    if start == records.WAITING:
        assert anna.state(upload_id) == records.READ
    else:
        assert anna.state(upload_id) == records.STORED
        assert count_rows(anna) == 7


def test_worker_resumes_waiting_and_crashed_jobs(anna: Person) -> None:
    """After a restart nothing is forgotten, even where the queue itself was lost."""
    services = anna.services
    died, waits = (
        steps.start(anna.access, services.settings, home_id=anna.home_id, files=[("a", b"PK\x03\x04")])
        for _ in range(2)
    )
    with services.databases.whole.writing.begin() as session:
        records.move(session, died, records.WAITING, records.READING)
    worker = start_worker(services.settings)
    try:
        for _ in range(100):
            if anna.state(died) == anna.state(waits) == records.REFUSED:
                break
            time.sleep(0.1)
    finally:
        worker.stop(graceful=True)
        worker.close()
    assert (anna.state(died), anna.state(waits)) == (records.REFUSED, records.REFUSED)


def test_running_job_of_another_worker_is_left_alone(ben: Person) -> None:
    """Only a job that has been silent for long is taken for dead."""
    services = ben.services
    upload_id = steps.start(ben.access, services.settings, home_id=ben.home_id, files=[("a", b"x")])
    with services.databases.whole.writing.begin() as session:
        records.move(session, upload_id, records.WAITING, records.READING)
    services.jobs.queue.note(f"batch-{upload_id}", {"percent": 5, "step": "", "rows": 0, "at": time.time() - 30})
    recovery.recover(ben.system, services.jobs.queue)
    assert ben.state(upload_id) == records.READING
    assert recovery.recover(ben.system, services.jobs.queue, silent_seconds=20) == {upload_id: records.WAITING}
    assert ben.state(upload_id) == records.WAITING
