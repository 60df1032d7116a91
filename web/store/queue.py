"""Waiting jobs and notes on running ones, in a database of their own or beside the work data.

One storage serves both kinds of installation: a file of its own in the embedded one, so that notes on progress
never wait for the import's write transaction; the work database on PostgreSQL. Huey's own storages would
have meant a second database toolkit for PostgreSQL. The tables contain nothing that outlives a job, so they
are made when missing and never migrated.

Whoever can write to the job table must not be able to run anything but our own jobs (X1): a job is the name of a
task and numbers, as JSON. What huey would pickle beside them (results, marks of revoked jobs) does not exist here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

import structlog
from huey import Huey
from huey.constants import EmptyData
from huey.storage import BaseStorage
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, delete, func, insert, select

from web.store.data_classes import Deletion, classed

if TYPE_CHECKING:
    from datetime import datetime

    from huey.api import Task
    from sqlalchemy import Engine

_LONGEST: Final = 200
"""Bytes of a job; ours have about thirty."""

_INFO: Final = classed("free", "-", Deletion.UPLOAD)

_log = structlog.get_logger(__name__)

metadata: Final = MetaData()
waiting: Final = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True, info=_INFO),
    Column("data", LargeBinary, nullable=False, info=_INFO),
    info=_INFO,
)
notes: Final = Table(
    "job_note",
    metadata,
    Column("key", String(200), primary_key=True, info=_INFO),
    Column("value", LargeBinary, nullable=False, info=_INFO),
    info=_INFO,
)


class DatabaseStorage(BaseStorage):  # type: ignore[misc]  # huey has no types
    """Keep huey's queue in a database; a job is taken by one worker only. There is no timetable."""

    def __init__(self, name: str = "pebem", *, engine: Engine) -> None:
        super().__init__(name)
        self.engine = engine
        metadata.create_all(engine)

    def enqueue(self, data: bytes, priority: float | None = None) -> None:  # noqa: ARG002
        """Append a job."""
        with self.engine.begin() as connection:
            connection.execute(insert(waiting).values(data=data))

    def dequeue(self) -> bytes | None:
        """Take the first job that no other worker has locked."""
        # Of what is too long to be a job its beginning is enough: whoever can write here must not fill our memory.
        beginning = func.substr(waiting.c.data, 1, _LONGEST + 1).label("data")
        first = select(waiting.c.id, beginning).order_by(waiting.c.id).limit(1)
        with self.engine.connect() as connection:
            if connection.execute(first).first() is None:  # no write lock just to find nothing
                return None
        with self.engine.begin() as connection:
            job = connection.execute(first.with_for_update(skip_locked=True)).first()
            if job is None:
                return None
            connection.execute(delete(waiting).where(waiting.c.id == job.id))
            return bytes(job.data or b"")  # SQLite calls the beginning of nothing NULL

    def queue_size(self) -> int:
        """Return how many jobs wait."""
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(waiting)) or 0

    def add_to_schedule(self, data: bytes, ts: datetime) -> None:  # noqa: ARG002
        """Append a job that is to be tried later."""
        self.enqueue(data)

    def read_schedule(self, ts: datetime) -> list[bytes]:  # noqa: ARG002
        """Return nothing: no job is timed."""
        return []

    def put_data(self, key: str, value: bytes, is_result: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Set a note."""
        with self.engine.begin() as connection:
            connection.execute(delete(notes).where(notes.c.key == key))
            connection.execute(insert(notes).values(key=key, value=value))

    def peek_data(self, key: str) -> Any:
        """Return a note, or huey's mark for none."""
        with self.engine.connect() as connection:
            value = connection.scalar(select(notes.c.value).where(notes.c.key == key))
        return EmptyData if value is None else bytes(value)

    def delete_data(self, key: str) -> bool:
        """Remove a note."""
        with self.engine.begin() as connection:
            return bool(connection.execute(delete(notes).where(notes.c.key == key)).rowcount)


class _NoSerializer:
    """Stands where huey has a serializer that pickles; nothing here needs one."""

    def serialize(self, data: object) -> NoReturn:
        """Refuse."""
        raise NotImplementedError("only jobs are stored, by Queue.serialize_task")

    def deserialize(self, data: bytes) -> NoReturn:
        """Refuse."""
        raise NotImplementedError("only jobs are read, by Queue.deserialize_task")


class JobQueue(Huey):  # type: ignore[misc]  # huey has no types
    """The queue of jobs, with a note on the progress of each."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(
            "pebem", results=False, serializer=_NoSerializer(), storage_class=DatabaseStorage, engine=engine
        )

    def serialize_task(self, task: Task) -> bytes:
        """Return a job as it is stored, such as ``{"task": "read", "args": [12]}``.

        Raises
        ------
        ValueError
            Where it would be refused on its way back, or has more to it than a name and numbers.
        """
        data = json.dumps({"task": task.name, "args": list(task.args)}).encode()
        self.deserialize_task(data)
        if task.kwargs or task.retries or task.eta or task.on_complete or task.on_error:
            raise ValueError(f"job {task.name}: only a name and numbers are stored")
        return data

    def deserialize_task(self, data: bytes) -> Task:
        """Return the job of a row of the table.

        Raises
        ------
        ValueError
            If it is anything but the name of a task we have, and whole numbers.
        """
        job = json.loads(data) if len(data) <= _LONGEST else None
        tasks = {task.__name__: task for task in self._registry._registry.values()}  # noqa: SLF001 - by name alone
        match job:
            case {"task": str(name), "args": list(numbers), **others} if name in tasks and not others:
                if all(type(number) is int for number in numbers):
                    return tasks[name](tuple(numbers))
        raise ValueError("not a job")

    def dequeue(self) -> Task | None:
        """Take the next job; anything else is dropped, and uploads waiting for a worker are found anyway."""
        while (data := self.storage.dequeue()) is not None:
            try:
                return self.deserialize_task(data)
            except ValueError:
                _log.warning("foreign entry in the job table dropped", size=len(data))  # its content is no business
        return None

    def is_revoked(self, task: Task, timestamp: datetime | None = None, peek: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        """Return False: a job is cancelled by a note or the state of its upload, never by huey's own marks."""
        return False

    def note(self, key: str, value: dict[str, Any] | None) -> None:
        """Set the note ``key``, or remove it with None."""
        if value is None:
            self.storage.delete_data(key)
        else:
            self.storage.put_data(key, json.dumps(value).encode())

    def noted(self, key: str) -> dict[str, Any] | None:
        """Return the note ``key``, if there is one."""
        value = self.storage.peek_data(key)
        return None if value is EmptyData else json.loads(value)
