"""X1: whoever can write to the job table can start our jobs, and nothing else."""

from __future__ import annotations

import json
import pickle
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from huey.registry import Message
from sqlalchemy import insert, select
from structlog.testing import capture_logs

from tests.support.web import workbooks
from tests.support.web.pages import Person, upload
from web import jobs
from web.services.uploads import records
from web.store import queue

if TYPE_CHECKING:
    from web.jobs import Jobs
    from web.settings import Settings
    from web.store.databases import Databases


class Payload:
    """Comes out of its pickle by leaving a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def plant(worker: Jobs, *entries: bytes) -> None:
    """Write to the job table, as anyone with its password can."""
    with worker.queue.storage.engine.begin() as connection:
        connection.execute(insert(queue.waiting), [{"data": entry} for entry in entries])


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """What a payload leaves behind."""
    return tmp_path / "executed"


@pytest.fixture
def pickles(mark: Path) -> list[bytes]:
    """A payload, as such and as an argument of a job that huey's own serializer would take."""
    message = Message("1", "web.jobs.read", None, 0, 0, None, (Payload(mark),), {})
    planted = [pickle.dumps(Payload(mark)), pickle.dumps(message), pickle.dumps(Payload(mark), protocol=0)]
    pickle.loads(planted[1])  # noqa: S301
    assert mark.exists(), "the payload does what it is made for"
    mark.unlink()
    return planted


def test_a_pickle_in_the_job_table_is_dropped_unopened(anna: Person, mark: Path, pickles: list[bytes]) -> None:
    """X1: on both databases; the job behind it is found, and the log says nothing of the content."""
    worker = anna.services.jobs
    plant(worker, *pickles)
    worker.enqueue(7, records.WAITING)
    with capture_logs() as logs:
        task = worker.queue.dequeue()
    assert (task.name, task.args) == ("read", (7,))
    assert not mark.exists()
    assert [one["size"] for one in logs] == [min(len(one), queue._LONGEST + 1) for one in pickles]
    assert "executed" not in repr(logs)
    assert worker.queue.dequeue() is None


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"null",
        b"[]",
        b"[" * 199,
        b"read",
        b"\xff\xfe\x00",
        b'{"task": "read"}',
        b'{"task": "read", "args": [1], "kwargs": {}}',
        b'{"task": "read", "args": {"batch_id": 1}}',
        b'{"task": "read", "args": ["1"]}',
        b'{"task": "read", "args": [1.0]}',
        b'{"task": "read", "args": [true]}',
        b'{"task": "read", "args": [[1]]}',
        b'{"task": ["read"], "args": [1]}',
        b'{"task": "os.system", "args": []}',
        b'{"task": "web.jobs.read", "args": [1]}',
        b'{"task": "read", "args": [1]}' + b" " * 200,
        b'{"task": "read", "args": [' + b"1" * 5000 + b"]}",
    ],
)
def test_unknown_job_is_dropped(ben: Person, entry: bytes) -> None:
    """X1: a known name and whole numbers, nothing beside them."""
    plant(ben.services.jobs, entry)
    assert ben.services.jobs.queue.dequeue() is None
    assert len(ben.services.jobs.queue) == 0


def test_a_job_is_stored_by_name_and_number(ben: Person) -> None:
    """X1: no module, no class; so that moving them changes nothing that waits."""
    worker = ben.services.jobs
    for state in (records.WAITING, records.RELEASED, records.TO_UNDO):
        worker.enqueue(12, state)
    with worker.queue.storage.engine.connect() as connection:
        stored = [json.loads(data) for data in connection.scalars(select(queue.waiting.c.data))]
    assert stored == [{"task": name, "args": [12]} for name in ("read", "store", "undo")]


def test_jobs_with_other_arguments_than_numbers_are_not_written(ben: Person) -> None:
    """X1: what would be lost or refused on its way back fails where it is put in."""
    read = ben.services.jobs.read
    for arguments, named in ((("7",), {}), ((), {"batch_id": 7})):
        with pytest.raises(ValueError, match="job"):
            read(*arguments, **named)
    assert len(ben.services.jobs.queue) == 0


def test_marks_of_revoked_jobs_are_not_opened(ben: Person, mark: Path) -> None:
    """X1: huey looks for such a mark before every job, in a table as open as that of the jobs."""
    worker = ben.services.jobs
    upload(ben.first_sign_in(), (workbooks.workbook(), "haus.xlsx"))
    task = worker.queue.dequeue()
    for key in (task.revoke_id, "rt:web.jobs.read"):
        worker.queue.storage.put_data(key, pickle.dumps(Payload(mark)))
    worker.queue.execute(task)
    assert ben.state(1) == records.READ
    with pytest.raises(NotImplementedError):
        worker.queue.get("rt:web.jobs.read", peek=True)
    assert not mark.exists()


def test_worker_continues_after_foreign_entries(settings: Settings, anna: Person, pickles: list[bytes]) -> None:
    """X1: a real worker drops them, reads the upload, and does what is due every minute."""
    plant(anna.services.jobs, *pickles, b"nonsense")
    upload(anna.first_sign_in(), (workbooks.workbook(), "haus.xlsx"))
    plant(anna.services.jobs, *pickles, b'{"task": "take-up", "args": []}')
    worker = jobs.Worker(settings)
    worker.start()
    try:
        deadline = time.monotonic() + 60
        while (anna.state(1) != records.READ or len(worker.jobs.queue)) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        worker.stop(graceful=True)
        worker.close()
    assert anna.state(1) == records.READ


def test_periodic_tasks_use_the_same_queue(ben: Person) -> None:
    """Periodic tasks are put into the table by huey itself, by their names too."""
    queue_ = ben.services.jobs.queue
    due = queue_.read_periodic(None)
    assert "take-up" in [task.name for task in due]
    for task in due:
        queue_.enqueue(task)
    assert [queue_.dequeue().name for _ in due] == [task.name for task in due]


def test_of_a_long_entry_only_the_beginning_is_read(settings: Settings, databases: Databases) -> None:
    """X4: an entry of gigabytes does not fill the memory of who takes it."""
    worker = jobs.make(settings, databases)
    plant(worker, b"x" * 1_000_000)
    assert len(worker.queue.storage.dequeue() or b"") == queue._LONGEST + 1
    assert worker.queue.storage.queue_size() == 0
    worker.close()
