"""The worker: runs the jobs of uploads (read, store, undo) and what is due by the clock, beside the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from huey import crontab
from huey.consumer import Consumer

from web.services import accesses
from web.services.analysis import home_analysis
from web.services.backups import opening
from web.services.backups.nightly import NightlyBackups
from web.services.history import refold
from web.services.log.watch import LogWatch
from web.services.retention import nightly as deletions
from web.services.uploads import recovery, retention, steps
from web.services.uploads.progress import SILENT_SECONDS
from web.services.uploads.removal import sweeping
from web.store.databases import Databases, connect, make_engine
from web.store.models.upload import RELEASED, TO_UNDO, WAITING
from web.store.queue import JobQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from web.settings import Settings
    from web.store.access import SystemAccess

POLL_SECONDS: Final = 0.2
LONGEST_POLL_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Jobs:
    """The queue, and the jobs it accepts."""

    queue: JobQueue
    databases: Databases
    read: Callable[[int], object]
    store: Callable[[int], object]
    undo: Callable[[int], object]

    def enqueue(self, upload_id: int, state: str) -> None:
        """Put the job an upload in this state waits for into the queue; twice does no harm."""
        {WAITING: self.read, RELEASED: self.store, TO_UNDO: self.undo}[state](upload_id)

    def close(self) -> None:
        """Close the connections of the queue."""
        self.queue.storage.engine.dispose()

    def take_up(self, *, silent_seconds: float = SILENT_SECONDS) -> None:
        """Begin again what a killed worker left, and what waits though the queue has lost it."""
        system = accesses.of_worker(self.databases)
        jobs = recovery.recover(system, self.queue, silent_seconds=silent_seconds)
        if not len(self.queue):
            jobs |= recovery.waiting_uploads(system)
        for upload_id, state in jobs.items():
            self.enqueue(upload_id, state)


def make(settings: Settings, databases: Databases) -> Jobs:
    """Return the jobs of an installation; both the pages and the worker make them alike."""
    queue = JobQueue(make_engine(settings.queue_url))
    worker = accesses.of_worker(databases)

    @queue.task(name="read")  # type: ignore[untyped-decorator]
    def read(upload_id: int) -> None:
        steps.read(accesses.of_upload(worker, upload_id, accesses.READ), settings, queue, upload_id)

    @queue.task(name="store")  # type: ignore[untyped-decorator]
    def store(upload_id: int) -> None:
        steps.store(accesses.of_upload(worker, upload_id, accesses.STORE), settings, queue, upload_id)

    @queue.task(name="undo")  # type: ignore[untyped-decorator]
    def undo(upload_id: int) -> None:
        steps.undo(accesses.of_upload(worker, upload_id, accesses.UNDO), settings, queue, upload_id)

    @queue.periodic_task(crontab(), name="take-up")  # type: ignore[untyped-decorator]
    def take_up() -> None:
        jobs.take_up()

    _by_the_clock(queue, worker, settings)
    jobs = Jobs(queue, databases, read, store, undo)
    return jobs


def _by_the_clock(queue: JobQueue, worker: SystemAccess, settings: Settings) -> None:
    """Let the worker do what is due by the clock."""
    watch = LogWatch(worker, settings, queue)

    def forget_old() -> None:
        watch.deleting("Datenlieferungen", lambda: retention.delete_expired(worker, settings))
        watch.deleting("Spuren von Datenlieferungen", lambda: sweeping.sweep_all(worker, settings))
        watch.deleting("Daten nach Fristen", lambda: deletions.look(worker, settings, queue))

    for name, times, work in (
        ("refresh", crontab(minute="*/5"), lambda: home_analysis.refresh_stale(worker)),
        ("forget-old", crontab(minute="0"), forget_old),
        ("watch-log", crontab(minute="*/5"), watch.look),
        ("look-after-log", crontab(hour="3", minute="30"), watch.nightly),
        ("vault", crontab(), opening.VaultWatch(settings).look),
        ("back-up", crontab(), NightlyBackups(worker, settings, queue).tick),
    ):
        queue.periodic_task(times, name=name)(work)


class Worker(Consumer):  # type: ignore[misc]  # huey has no types
    """A consumer that leaves signals to the process it lives in, and has its own connections."""

    def __init__(self, settings: Settings) -> None:
        self.databases = connect(settings)
        self.jobs = make(settings, self.databases)
        super().__init__(
            self.jobs.queue,
            workers=1,
            periodic=True,
            initial_delay=POLL_SECONDS,
            max_delay=LONGEST_POLL_SECONDS,
            scheduler_interval=60,
        )

    def close(self) -> None:
        """Close the connections, after :meth:`stop`."""
        self.databases.close()
        self.jobs.close()

    def _set_signal_handlers(self) -> None:
        pass


def start_worker(settings: Settings) -> Worker:
    """Take up what a killed worker left, and start working in a thread of this process."""
    worker = Worker(settings)
    # An embedded installation has one worker: whatever looks busy at its start died with the former one.
    worker.jobs.take_up(silent_seconds=0.0 if settings.embedded else SILENT_SECONDS)
    system = accesses.of_worker(worker.databases)
    retention.delete_expired(system, settings)
    refold.refold_outdated(system)
    home_analysis.refresh_stale(system)
    worker.start()
    return worker
