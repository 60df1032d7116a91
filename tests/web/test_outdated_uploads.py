"""X1: what is kept of an upload and does not open any more is read again; nothing in it is run, no page breaks."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from tests.support.web import foreign, vaults, workbooks
from tests.support.web.pages import Person, path_of, post, token, upload
from tests.support.web.uploads import run_jobs, same_import
from web.services.uploads import kept_files, records
from web.store.envelope import Envelope
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from web.settings import Settings

PARTS = {"result": kept_files.ReadFiles, "asked": kept_files.Conversation, "faulty": tuple, "passwords": dict}


class Payload:
    """Comes out of its pickle by leaving a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def replace_kept(settings: Settings, batch_id: int, part: str, change: Callable[[bytes], bytes]) -> None:
    """Put other content in the place of a kept part, sealed with the right key so that it reaches its reader."""
    box, path = vaults.box(settings, "uploads"), settings.uploads / str(batch_id) / part
    content = change(box.open(path.read_bytes(), f"{batch_id}/{part}"))
    path.write_bytes(box.seal(content, f"{batch_id}/{part}"))


def outdate(settings: Settings, batch_id: int, *parts: str) -> None:
    """Make parts look as an older version of the program would have left them: with a field or column less."""
    for part in parts:
        ours = kept_files._ENVELOPES[part]
        older = Envelope(ours._classes, also="an older version")
        box, path = vaults.box(settings, "uploads"), settings.uploads / str(batch_id) / part
        value = ours.open(box.open(path.read_bytes(), f"{batch_id}/{part}"), PARTS[part])
        path.write_bytes(box.seal(older.close(value), f"{batch_id}/{part}"))


def kept(who: Person, batch_id: int) -> Any:
    """Return what was read."""
    return kept_files.result(who.access, who.services.settings, batch_id)


def reasons(who: Person) -> list[str]:
    """Return why files were read again."""
    with who.services.databases.whole.reading() as session:
        query = select(AuditEvent.reason).where(AuditEvent.action == "einlesen.neu-lesen")
        return list(session.scalars(query))


@pytest.mark.parametrize("part", PARTS)
def test_a_pickle_among_stored_parts_is_not_executed(ben: Person, tmp_path: Path, part: str) -> None:
    """X1: sealed with the right key, so that it really reaches its reader."""
    settings, mark = ben.services.settings, tmp_path / "executed"
    batch_id = ben.read_in(workbooks.workbook(), store=False)
    kept_files.keep_passwords(ben.access, settings, batch_id, {"a.xlsx": "x"})
    replace_kept(settings, batch_id, part, lambda _: pickle.dumps(Payload(mark)))
    with capture_logs() as logs:
        if part == "passwords":
            assert kept_files.passwords(ben.access, settings, batch_id) == {}
        else:
            with pytest.raises(kept_files.OutdatedError):
                {"result": kept_files.result, "asked": kept_files.conversation, "faulty": kept_files.faulty}[part](
                    ben.access, settings, batch_id
                )
    assert not mark.exists()
    assert [(one["batch"], one["part"]) for one in logs] == [(batch_id, part)]
    assert "executed" not in repr(logs)


@pytest.mark.parametrize(
    "change",
    [
        pickle.dumps,
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda _: b"",
        lambda data: data.replace(b'"finding"', b'"subprocess"', 1),
    ],
    ids=["pickled", "cut", "halved", "empty", "unknown class"],
)
def test_a_damaged_result_does_not_open(ben: Person, change: Callable[[bytes], bytes]) -> None:
    batch_id = ben.read_in(workbooks.workbook(), store=False)
    assert kept(ben, batch_id).rows == workbooks.ROWS
    replace_kept(ben.services.settings, batch_id, "result", change)
    with pytest.raises(kept_files.OutdatedError):
        kept(ben, batch_id)


@pytest.mark.parametrize("size", [0, 5, 40])
def test_a_truncated_file_that_cannot_be_unsealed_does_not_open(ben: Person, size: int) -> None:
    batch_id = ben.read_in(workbooks.workbook(), store=False)
    path = ben.services.settings.uploads / str(batch_id) / "result"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(kept_files.OutdatedError):
        kept(ben, batch_id)


def test_an_older_result_is_read_again_in_place_of_being_stored(anna: Person) -> None:
    """X1: what is read again equals the first; somebody has to decide anew, and then it is stored."""
    batch_id = anna.read_in(workbooks.workbook(), store=False)
    before = kept(anna, batch_id)
    outdate(anna.services.settings, batch_id, "result")
    client = anna.first_sign_in()
    post(client, f"/daten/{batch_id}/uebernehmen", f"/daten/{batch_id}")
    run_jobs(anna)
    assert anna.state(batch_id) == records.READ
    same_import(kept(anna, batch_id), before)
    assert len(reasons(anna)) == 1
    assert "Können diese Daten so übernommen werden?" in client.get(f"/daten/{batch_id}").text
    post(client, f"/daten/{batch_id}/uebernehmen", f"/daten/{batch_id}")
    run_jobs(anna)
    assert anna.state(batch_id) == records.STORED
    assert anna.services.jobs.queue.noted(f"batch-{batch_id}") is None


def test_an_older_result_is_read_again_where_its_effects_are_asked_for(anna: Person) -> None:
    """X1: the user is told, and sees how far it is."""
    batch_id = anna.read_in(workbooks.workbook(), store=False)
    before = kept(anna, batch_id)
    outdate(anna.services.settings, batch_id, "result", "asked", "faulty")
    client = anna.first_sign_in()
    for _ in range(2):  # the page itself finds it out first
        page = client.get(f"/daten/{batch_id}", follow_redirects=True)
        assert page.status_code == 200
        assert "wartet auf das Einlesen" in page.text
    assert anna.state(batch_id) == records.WAITING
    run_jobs(anna)
    same_import(kept(anna, batch_id), before)
    assert len(kept_files.faulty(anna.access, anna.services.settings, batch_id)[0].rows) == workbooks.FAULTY
    outdate(anna.services.settings, batch_id, "result")
    sent = post(client, f"/daten/{batch_id}/folgen", f"/daten/{batch_id}")
    assert "noch einmal gelesen" in client.get(sent.location).text
    run_jobs(anna)
    assert anna.state(batch_id) == records.READ
    assert len(reasons(anna)) == 2


@pytest.mark.parametrize("path", ["", "/zuordnung", "/blatt/0", "/spalten/0", "/inhalt/0", "/kennwort"])
def test_older_answers_are_asked_for_again(ben: Person, path: str) -> None:
    """X1: on every page of the conversation."""
    client = ben.first_sign_in()
    home = path_of(upload(client, (foreign.csv(), "a.csv")))
    run_jobs(ben)
    assert ben.state(1) == records.ASKING
    outdate(ben.services.settings, 1, "asked")
    page = client.get(home + path, follow_redirects=True)
    assert page.status_code == 200
    assert "noch einmal gelesen" in page.text
    assert ben.state(1) == records.WAITING
    run_jobs(ben)
    assert ben.state(1) == records.ASKING
    assert client.get(home, follow_redirects=True).request.path == f"{home}/spalten/0"


def test_an_answer_to_an_outdated_conversation_is_refused(ben: Person) -> None:
    """X1: it became outdated while the page was open."""
    client = ben.first_sign_in()
    home = path_of(upload(client, (foreign.csv(), "a.csv")))
    run_jobs(ben)
    page = client.get(f"{home}/blatt/0")
    outdate(ben.services.settings, 1, "asked")
    fields = {"fassung": "1", "inhalt": "Interventionen", "zeile": "1", "zeilen": "1"}
    sent = client.post(f"{home}/blatt/0", data={"csrf_token": token(page), **fields})
    assert path_of(sent) == home
    assert ben.state(1) == records.WAITING


def test_an_outdated_conversation_of_an_aborted_upload_breaks_no_page(ben: Person) -> None:
    """X1: it is not asked about; starting again reads the files."""
    batch_id = ben.read_in(workbooks.workbook(), store=False)
    with ben.services.databases.whole.writing.begin() as session:
        assert records.reset(session, batch_id, (records.READ,), records.ABORTED)
    outdate(ben.services.settings, batch_id, "asked", "result", "faulty")
    client = ben.first_sign_in()
    assert client.get(f"/daten/{batch_id}").status_code == 200
    post(client, f"/daten/{batch_id}/erneut", f"/daten/{batch_id}")
    run_jobs(ben)
    assert ben.state(batch_id) == records.READ


def test_outdated_faulty_rows_are_lost_once_the_files_are_deleted(anna: Person) -> None:
    """X1: said plainly where the download is offered, and in the log; before the storing they are read again."""
    batch_id = anna.read_in(workbooks.workbook(), store=False)
    client, address = anna.first_sign_in(), f"/daten/{batch_id}/fehlerhafte-zeilen.xlsx"
    outdate(anna.services.settings, batch_id, "faulty")
    assert "noch einmal gelesen" in client.get(address, follow_redirects=True).text
    run_jobs(anna)
    assert client.get(address).mimetype.endswith("sheet")
    anna.store(batch_id)
    outdate(anna.services.settings, batch_id, "faulty")
    with capture_logs() as logs:
        page = client.get(address, follow_redirects=True)
    assert page.status_code == 200
    assert "lassen sich nicht mehr öffnen" in page.text
    assert anna.state(batch_id) == records.STORED
    assert ("warning", "faulty") in [(one["log_level"], one.get("part")) for one in logs]


def test_older_passwords_are_asked_for_again(ben: Person) -> None:
    """X1."""
    client = ben.first_sign_in()
    home = path_of(upload(client, (foreign.locked(foreign.xlsx()), "a.xlsx")))
    run_jobs(ben)
    kept_files.keep_passwords(ben.access, ben.services.settings, 1, {"a.xlsx": foreign.PASSWORD})
    outdate(ben.services.settings, 1, "passwords", "asked")
    client.get(home)
    run_jobs(ben)
    assert client.get(home, follow_redirects=True).request.path == f"{home}/kennwort"
