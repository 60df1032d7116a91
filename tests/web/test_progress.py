"""The job of an upload: how far it is, cancelled, died and taken up again, given up, two at once."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.support.web import workbooks
from tests.support.web.access import of_user
from tests.support.web.pages import Person, path_of, post, upload
from web.security.permissions import AccountRole
from web.services import accounts, grants
from web.services.uploads import kept_files, progress, records, recovery, steps
from web.services.uploads.progress import CancelledError, ReportProgress, remaining_seconds
from web.store import models
from web.store.work import bulk

if TYPE_CHECKING:
    from collections.abc import Callable


class Noted:
    """Notes in memory, with all that was ever noted."""

    def __init__(self) -> None:
        self.now: dict[str, dict[str, Any]] = {}
        self.ever: list[tuple[str, dict[str, Any] | None]] = []

    def note(self, key: str, value: dict[str, Any] | None) -> None:
        self.ever.append((key, value))
        if value is None:
            self.now.pop(key, None)
        else:
            self.now[key] = value

    def noted(self, key: str) -> dict[str, Any] | None:
        return self.now.get(key)


def start(who: Person, *files: tuple[str, bytes]) -> int:
    """Upload files, waiting to be read."""
    return steps.start(
        who.access,
        who.services.settings,
        home_id=who.home_id,
        files=files,
    )


def run_jobs(who: Person) -> None:
    """Do what a worker would, until nothing waits."""
    queue = who.services.jobs.queue
    while (task := queue.dequeue()) is not None:
        queue.execute(task)


def rows_stored(who: Person) -> int:
    """Return how many interventions are stored."""
    with who.services.databases.whole.reading() as session:
        return session.scalar(select(func.count()).select_from(models.PerformedIntervention)) or 0


@pytest.mark.parametrize(
    ("done", "total", "seconds", "left"),
    [(0, 100, 5.0, None), (25, 100, 5.0, 15), (100, 100, 5.0, 0), (50, 0, 5.0, None), (1, 3, 0.0, None)],
)
def test_remaining_time_is_estimated_from_the_rows_so_far(
    done: int, total: int, seconds: float, left: int | None
) -> None:
    assert remaining_seconds(done, total, seconds) == left


def test_note_contains_step_rows_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time left is that of the step: 300 of 900 rows in ten seconds leave twenty, whatever came before the step."""
    clock = [1000.0]
    monkeypatch.setattr(progress.time, "time", lambda: clock[0])
    notes = Noted()
    report = ReportProgress(notes, 7)
    report(5, "Entschlüsselt")
    clock[0] += 60
    report(50, "Speichert", 0, 900)
    clock[0] += 10
    report(60, "Speichert", 300, 900)
    progress_ = progress.find(notes, 7)
    assert (progress_.percent, progress_.step, progress_.rows, progress_.total) == (60, "Speichert", 300, 900)
    assert (progress_.running, progress_.left, progress_.silent) == (70, 20, False)
    clock[0] += progress.SILENT_SECONDS
    assert progress.find(notes, 7).silent
    assert progress.find(notes, 8) == progress.Progress()


def test_long_step_is_not_considered_dead_and_leaves_no_note() -> None:
    """The heart beats beside the work, and stops with it."""
    notes = Noted()
    report = ReportProgress(notes, 7)
    report.note(1, "Beginnt")
    with report.beating(every=0.001):
        deadline = time.monotonic() + 30
        while len(notes.ever) < 4 and time.monotonic() < deadline:
            time.sleep(0.001)
        beats = [value for _, value in notes.ever if value]
    assert len(beats) >= 4
    assert {value["step"] for value in beats} == {"Beginnt"}
    assert notes.now == {}


def test_a_cancelled_job_ends_at_its_next_step() -> None:
    notes = Noted()
    report = ReportProgress(notes, 7)
    report(1, "Beginnt")
    progress.ask_to_end(notes, 7, 42)
    assert progress.find(notes, 7).cancelling
    with pytest.raises(CancelledError) as asked:
        report(2, "Liest")
    assert asked.value.account_id == 42


def cancelled_at(monkeypatch: pytest.MonkeyPatch, who: Person, module: Any, name: str, upload_id: int) -> None:
    """Cancel through the page just before a step of the job."""
    real: Callable[..., Any] = getattr(module, name)
    client = who.first_sign_in()

    def cancel_first(*args: Any, **kwargs: Any) -> Any:
        assert post(client, f"/daten/{upload_id}/abbrechen", f"/daten/{upload_id}").status_code == 302
        assert "Wird abgebrochen" in client.get(f"/daten/{upload_id}/stand").text
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, cancel_first)


def test_a_cancelled_reading_retains_the_files_and_can_be_restarted(
    anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = start(anna, ("haus.xlsx", workbooks.workbook()))
    with monkeypatch.context() as patched:
        cancelled_at(patched, anna, kept_files, "files", upload_id)
        steps.read(anna.access, anna.services.settings, anna.services.jobs.queue, upload_id)
    assert anna.state(upload_id) == records.ABORTED
    anna.services.jobs.enqueue(upload_id, steps.restart(anna.access, upload_id))
    run_jobs(anna)
    assert anna.state(upload_id) == records.READ


def test_cancelling_between_two_chunks_stores_nothing(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Part of the rows is in the open transaction already; all go back, and it can begin again."""
    services = anna.services
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    steps.commit(anna.access, upload_id)
    progress_notes = []

    class Notes:
        """The queue's notes, with a user who cancels once the first rows are read."""

        noted = services.jobs.queue.noted

        def note(self, key: str, value: dict[str, Any] | None) -> None:
            services.jobs.queue.note(key, value)
            if value and value.get("total") and value["rows"]:
                progress_notes.append(value["rows"])
                progress.ask_to_end(services.jobs.queue, upload_id, 1)

    monkeypatch.setattr(bulk, "CHUNK_ROWS", 3)
    steps.store(anna.access, services.settings, Notes(), upload_id)
    assert progress_notes == [3]
    assert (anna.state(upload_id), rows_stored(anna)) == (records.ABORTED, 0)
    with services.databases.whole.reading() as session:
        query = select(models.AuditEvent.account_id).where(models.AuditEvent.action == "einlesen.abbrechen")
        assert session.scalars(query).all() == [1]
    services.jobs.enqueue(upload_id, steps.restart(anna.access, upload_id))
    run_jobs(anna)
    assert (anna.state(upload_id), rows_stored(anna)) == (records.STORED, 7)


def test_cancelling_a_waiting_upload_is_immediate_and_a_finished_one_is_reported(anna: Person) -> None:
    client = anna.first_sign_in()
    sent = upload(client, (workbooks.workbook(), "haus.xlsx"))
    assert "Abbrechen" in client.get(path_of(sent)).text
    assert post(client, f"{path_of(sent)}/abbrechen", path_of(sent)).status_code == 302
    assert anna.state(1) == records.ABORTED
    run_jobs(anna)  # the job is still in the queue, and finds nothing to do
    assert anna.state(1) == records.ABORTED
    late = post(client, f"{path_of(sent)}/abbrechen", "/daten/")
    assert late.status_code == 302
    assert "anderen Stand" in client.get("/daten/").text


def test_a_job_that_kills_every_worker_is_aborted(anna: Person) -> None:
    """Resumed twice; then a user has to decide."""
    services = anna.services
    upload_id = start(anna, ("haus.xlsx", workbooks.workbook()))
    last_word = {"percent": 5, "step": "Liest", "rows": 0, "total": 0, "began": None, "left": None, "at": 0.0}
    states = []
    for _ in range(3):
        with services.databases.whole.writing.begin() as session:
            assert records.move(session, upload_id, records.WAITING, records.READING)
        services.jobs.queue.note(progress.key(upload_id), last_word)
        recovery.recover(anna.system, services.jobs.queue)
        states.append(anna.state(upload_id))
    assert states == [records.WAITING, records.WAITING, records.ABORTED]
    services.jobs.enqueue(upload_id, steps.restart(anna.access, upload_id))
    assert progress.find(services.jobs.queue, upload_id) == progress.Progress()  # nothing of the worker that died
    run_jobs(anna)
    assert anna.state(upload_id) == records.READ


def test_upload_lost_by_the_queue_is_requeued_once(ben: Person) -> None:
    """The server died between keeping the files and putting the job into the queue."""
    upload_id, jobs = start(ben, ("haus.xlsx", workbooks.workbook())), ben.services.jobs
    for _ in range(3):
        jobs.take_up()
    assert len(jobs.queue) == 1
    run_jobs(ben)
    assert ben.state(upload_id) == records.READ


def test_several_files_of_one_drop_are_one_upload(anna: Person) -> None:
    """A workbook with the people and two months of work as text; the same month once more counts once."""
    people = {
        "Bewohner": workbooks.RESIDENTS,
        "Begutachtungen": workbooks.assessments(),
        "Mitarbeitende": workbooks.STAFF,
    }
    head, *rows = workbooks.WORK
    months = [workbooks.text([head, *part]) for part in (rows[:4], rows[4:])]
    client = anna.first_sign_in()
    sent = upload(
        client,
        (workbooks.workbook(**people), "haus.xlsx"),
        (months[0], "Interventionen Januar.csv"),
        (months[1], "Interventionen Februar.csv"),
        (months[0], "Interventionen Januar (2).csv"),
    )
    run_jobs(anna)
    row = records.find(anna.access, 1)
    assert row is not None
    assert (row.state, row.file_count) == (records.READ, 4)
    assert (row.counted, row.not_done, row.faulty) == (workbooks.COUNTED, workbooks.NOT_DONE, workbooks.FAULTY)
    post(client, f"{path_of(sent)}/uebernehmen", path_of(sent))
    run_jobs(anna)
    assert rows_stored(anna) == 7


def test_two_people_at_once_in_one_home(anna: Person) -> None:
    """Both read and store different, overlapping files at the same time: every row once, and none lost.

    Whose preview was made before the other had stored, and would now change something else, is asked once more.
    """
    services, (head, *rows) = anna.services, workbooks.WORK
    accounts.create_user(anna.access, user_name="bela", display_name="Bela")
    grants.hold(anna.access, "bela", AccountRole.CARE_LEAD, held=True)
    files = [
        workbooks.workbook(Bewohner=workbooks.RESIDENTS, Mitarbeitende=workbooks.STAFF, Interventionen=[head, *part])
        for part in (rows[:5], rows[3:])
    ]
    ended: list[int] = []

    def whole_way(name: str, content: bytes) -> None:
        access = of_user(services.databases, name)
        upload_id = steps.start(
            access,
            services.settings,
            home_id=anna.home_id,
            files=[("a.xlsx", content)],
        )
        steps.read(access, services.settings, services.jobs.queue, upload_id)
        for _ in range(2):
            steps.commit(access, upload_id)
            steps.store(access, services.settings, services.jobs.queue, upload_id)
            if anna.state(upload_id) == records.STORED:
                ended.append(upload_id)
                break

    threads = [threading.Thread(target=whole_way, args=one) for one in zip(("anna", "bela"), files, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 2
    assert rows_stored(anna) == 7
    with services.databases.whole.reading() as session:
        assert session.scalar(select(func.sum(models.Upload.new_rows))) == 7
