"""What an upload does is previewed, done in one transaction and can be undone; other uploads stay active."""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sqlalchemy import func, select

from tests.support.web import stored_results, vaults, workbooks
from tests.support.web.pages import post
from tests.support.web.random_uploads import sheets
from tests.support.web.stored_results import check
from tests.support.web.uploads import choose, row_changes, run_jobs, weighed
from web.services import homes
from web.services.analysis import home_data
from web.services.history import active_uploads
from web.services.people import pseudonyms
from web.services.uploads import apply, preview, records, recovery, steps, undo_job
from web.services.uploads.apply import ApplyChoice
from web.store import models
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from tests.support.web.pages import Person

ROOT = Path(__file__).parents[2]
HEAD = workbooks.WORK[0]
MARCH = ApplyChoice(first=date(2026, 3, 1), last=date(2026, 3, 31))


def row(  # as a line of the sheet
    day: str,
    time: str = "07:10",
    minutes: str = "20",
    *,
    resident: str = "0042",
    staff: str = "P1",
    ward: str = "",
    status: str = "",
) -> tuple[str, ...]:
    return (resident, staff, "1.1", day, time, minutes, "Früh", ward, status)


def file_of(*rows: tuple[str, ...]) -> bytes:
    return workbooks.workbook(Interventionen=[HEAD, *rows])


def held(who: Person) -> dict[str, Counter[tuple[Any, ...]]]:
    """Return everything stored of a home, people by their numbers from outside."""
    databases, names = who.services.databases, {}
    with vaults.of(who) as vault:
        for kind in (RESIDENT, STAFF):
            for pseudonym, (number, _) in pseudonyms.people_of_home(vault, who.home_id, kind).items():
                names[pseudonym] = number
    with databases.whole.reading() as session:
        tables = home_data.tables_of(session, who.home_id)
        rows = session.execute(
            select(models.PerformedIntervention.content).where(models.PerformedIntervention.home_id == who.home_id)
        ).scalars()
        assert sorted(rows) == sorted(
            one.ljust(40, b"\0") for one in active_uploads.stored_contents(session, who.home_id).tolist()
        ), "rows and months say the same"
    found = {}
    for name in ("residents", "assessments", "instability", "staff", "interventions"):
        frame = getattr(tables, name).astype(object)
        values = frame.where(frame.notna(), None).itertuples(index=False, name=None)
        found[name] = Counter(tuple(names.get(one, one) for one in line) for line in values)
    return found


def count(who: Person, model: Any) -> int:
    with who.services.databases.whole.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_preview_shows_the_later_numbers_and_stores_nothing(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    before = held(anna)
    lines = [
        row("05.01.2026"),  # as it is
        row("05.02.2026", staff="P2"),
        row("05.02.2026", minutes="25", staff="P2"),  # one of two equal ones is longer
        row("07.02.2026", "19:05", "9", resident="77", ward="WB 1"),  # refused -> done
        row("09.02.2026"),
        row("09.02.2026"),  # two new ones
    ]
    upload_id = anna.read_in(file_of(*lines), store=False)
    found = weighed(anna, upload_id)
    assert row_changes(found) == [2, 2, 2, 0]
    assert found["kinds"] == {"Minuten": 1, "Status": 1, "Schicht": 1}
    assert found["changes"][0]["parts"][0] == ["Minuten", "20", "25"]
    assert held(anna) == before
    assert count(anna, models.AppliedUpload) == 1
    anna.store(upload_id)
    after = held(anna)
    assert after["interventions"].total() == before["interventions"].total() + 2
    # What was foretold is what the analysis says now.
    again = anna.read_in(file_of(row("20.05.2026")), store=False)
    assert weighed(anna, again)["before"]["coverage"]["counted"] == 0
    check(anna)


def test_previewed_figures_equal_those_of_the_analysis(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    lines = row("05.01.2026", minutes="50"), row("05.01.2026", "09:00", staff="P3")
    upload_id = anna.read_in(file_of(*lines), store=False)
    foretold = weighed(anna, upload_id)
    assert foretold["days"] == 1
    assert foretold["before"]["coverage"]["counted"] == 1
    assert foretold["after"]["coverage"]["counted"] == 2
    assert sum(seconds for _, seconds in foretold["after"]["fit"].values()) == 70 * 60
    anna.store(upload_id)
    with anna.services.databases.whole.reading() as session:
        now = preview.figures(session.connection(), anna.home_id)
    assert preview.fit_and_coverage(now, now, [date(2026, 1, 5)])["after"] == foretold["after"]


def test_complete_file_replaces_its_days_and_wards_and_nothing_else(anna: Person) -> None:
    """Rows without ward belong to the ward of their resident: 0042 lives in WB 1, 77 in WB 2."""
    anna.read_in(workbooks.workbook())
    march = [row("01.03.2026"), row("31.03.2026"), row("10.03.2026", resident="77"), row("11.03.2026", ward="WB 2")]
    anna.read_in(file_of(row("28.02.2026"), *march, row("01.04.2026")))
    upload_id = anna.read_in(file_of(march[0]), store=False)
    assert row_changes(weighed(anna, upload_id)) == [0, 0, 1, 0]
    of_ward = ApplyChoice(first=MARCH.first, last=MARCH.last, wards=("WB 1",))
    assert row_changes(choose(anna, upload_id, of_ward)) == [0, 0, 1, 1]
    assert row_changes(choose(anna, upload_id, MARCH)) == [0, 0, 1, 3]
    assert row_changes(choose(anna, upload_id, of_ward)) == [0, 0, 1, 1]
    before = held(anna)
    anna.store(upload_id)
    gone = before["interventions"] - held(anna)["interventions"]
    assert [(line[0], f"{line[3]:%d.%m.}") for line in gone] == [("0042", "31.03.")]
    assert gone.total() == 1
    check(anna)
    anna.undo(upload_id)
    assert held(anna) == before
    check(anna)


def test_undo_restores_months_an_upload_is_only_complete_for(anna: Person) -> None:
    """It has rows of March alone, and is complete for February too."""
    anna.read_in(file_of(row("10.02.2026"), row("05.03.2026")))
    before = held(anna)
    upload_id = anna.read_in(file_of(row("05.03.2026"), row("06.03.2026")), store=False)
    assert choose(anna, upload_id, ApplyChoice(first=date(2026, 2, 1), last=date(2026, 3, 31)))["removed"] == 1
    anna.store(upload_id)
    assert sorted(f"{line[3]:%d.%m.}" for line in held(anna)["interventions"]) == ["05.03.", "06.03."]
    anna.undo(upload_id)
    assert held(anna) == before
    check(anna)


def test_contradicting_rows_can_be_stored_as_additional_ones(anna: Person) -> None:
    """Another person at the same minute may be a second carer, or a correction: the user is asked."""
    anna.read_in(file_of(row("05.01.2026")))
    upload_id = anna.read_in(file_of(row("05.01.2026", staff="P2")), store=False)
    preview = weighed(anna, upload_id)
    assert (row_changes(preview), preview["alike"], preview["alike_kinds"]) == ([1, 0, 0, 0], 1, {"Person": 1})
    assert row_changes(choose(anna, upload_id, ApplyChoice(pairing="similar"))) == [0, 1, 0, 0]
    preview = choose(anna, upload_id, ApplyChoice(pairing="none"))
    assert (row_changes(preview), preview["alike"]) == ([1, 0, 0, 0], 0)
    choose(anna, upload_id, ApplyChoice())
    anna.store(upload_id)
    assert held(anna)["interventions"].total() == 2


def test_undo_leaves_what_a_later_upload_contains(anna: Person) -> None:
    first = anna.read_in(file_of(row("05.01.2026"), row("06.01.2026")))
    second = anna.read_in(file_of(row("06.01.2026"), row("07.01.2026")))
    found = undo_job.preview_undo(anna.access, first)
    assert (found.rows, found.removed, found.remaining, found.restored, found.later) == (2, 1, 1, 0, [second])
    anna.undo(first)
    assert sorted(f"{line[3]:%d.%m.}" for line in held(anna)["interventions"]) == ["06.01.", "07.01."]
    with anna.services.databases.whole.reading() as session:
        assert set(session.scalars(select(models.PerformedIntervention.upload_id))) == {second}
    assert anna.state(first) == records.UNDONE
    check(anna)
    with pytest.raises(undo_job.UndoError):
        undo_job.preview_undo(anna.access, first)


def test_an_undo_with_other_effects_than_shown_is_refused(anna: Person) -> None:
    first = anna.read_in(file_of(row("05.01.2026"), row("06.01.2026")))
    shown = undo_job.preview_undo(anna.access, first).digest
    anna.read_in(file_of(row("06.01.2026")))
    undo_job.release(anna.access, first, digest=shown)
    steps.undo(anna.access, anna.services.settings, anna.services.jobs.queue, first)
    assert anna.state(first) == records.STORED
    assert held(anna)["interventions"].total() == 2
    anna.undo(first)
    assert anna.state(first) == records.UNDONE


def test_rows_missing_from_the_preview_are_not_removed(anna: Person) -> None:
    """Somebody else stores between the figures and the release: back to the user, with new figures."""
    anna.read_in(file_of(row("05.03.2026")))
    upload_id = anna.read_in(file_of(row("06.03.2026")), store=False)
    assert choose(anna, upload_id, MARCH)["removed"] == 1
    anna.read_in(file_of(row("07.03.2026")))
    anna.store(upload_id)
    assert anna.state(upload_id) == records.READ
    assert (weighed(anna, upload_id)["removed"], weighed(anna, upload_id)["otherwise"]) == (2, True)
    assert held(anna)["interventions"].total() == 2
    anna.store(upload_id)
    assert anna.state(upload_id) == records.STORED
    assert held(anna)["interventions"].total() == 1


def test_all_or_nothing(anna: Person) -> None:
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    with pytest.raises(steps.UploadError, match="alles oder nichts"):
        steps.commit(anna.access, upload_id, all_or_nothing=True)
    assert anna.state(upload_id) == records.READ
    good = anna.read_in(file_of(row("05.01.2026")), store=False)
    steps.commit(anna.access, good, all_or_nothing=True)
    assert anna.state(good) == records.RELEASED


def run(who: Person, seed: int, steps: int) -> None:
    """Store and take back at random; afterwards compare with a home that got only what is in force."""
    rng = np.random.default_rng(seed)
    own, in_force = who.home_id, []
    for _ in range(steps):
        if in_force and rng.random() < 0.35:
            upload_id, *_ = in_force.pop(int(rng.integers(len(in_force))))
            who.undo(upload_id)
            assert who.state(upload_id) == records.UNDONE
        else:
            content = workbooks.workbook(**sheets(rng))
            start = date(2026, 1, int(rng.integers(1, 31)))
            choice = ApplyChoice(pairing="sure" if rng.random() < 0.8 else "none")
            if rng.random() < 0.4:
                choice = ApplyChoice(choice.pairing, start, date(2026, 2, int(rng.integers(1, 28))))
            in_force.append((_stored(who, content, choice), content, choice))
        check(who)
    found = held(who)
    with who.services.databases.whole.reading() as session:
        rows = active_uploads.stored_contents(session, own)
        months = range(600, 700)
        assert rows.tolist() == active_uploads.fold_acts(session, own, months).contents.tolist()
    who.home_id = homes.create(who.access, "Vergleich")
    for _, content, choice in in_force:
        _stored(who, content, choice)
    assert held(who) == found
    who.home_id = own


def _stored(who: Person, content: bytes, choice: ApplyChoice) -> int:
    upload_id = who.read_in(content, store=False)
    choose(who, upload_id, choice)
    who.store(upload_id, sure_of_home=True)  # random people look like those of another home
    assert who.state(upload_id) == records.STORED
    return upload_id


@pytest.mark.deep  # the quick suite has tests/oracle/test_history_sequences.py
@pytest.mark.parametrize("seed", [3])
def test_stored_data_equal_the_folded_active_uploads(anna: Person, seed: int) -> None:
    run(anna, seed, 7)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(200, 210))
def test_longer_sequences_of_uploads_and_undos(anna: Person, seed: int) -> None:
    run(anna, seed, 20)


def test_data_from_before_uploads_were_stored_are_the_baseline(anna: Person) -> None:
    old = anna.read_in(workbooks.workbook())
    with anna.services.databases.whole.writing.begin() as session:
        active_uploads.remove(session, old)
    before = held(anna)
    with pytest.raises(undo_job.UndoError):
        undo_job.preview_undo(anna.access, old)
    staff = [workbooks.STAFF[0], ("P1", "", "", "2", "", "", "", "")]
    work = [HEAD, row("05.01.2026", minutes="5")]
    sheet = workbooks.workbook(Bewohner=workbooks.RESIDENTS, Interventionen=work, Mitarbeitende=staff)
    upload_id = anna.read_in(sheet)
    assert held(anna) != before
    anna.undo(upload_id)
    assert held(anna) == before
    check(anna)
    assert apply.ApplyChoice.from_json(None) == ApplyChoice()


def test_from_the_figures_to_the_undo(anna: Person) -> None:
    """The whole way, through the pages."""
    client = anna.first_sign_in()
    anna.read_in(file_of(row("05.03.2026"), row("06.03.2026")))
    upload_id = anna.read_in(file_of(row("05.03.2026", minutes="25"), row("08.03.2026")), store=False)
    page = f"/daten/{upload_id}"
    assert "Minuten: 20 → 25" in client.get(page).text
    lacking = post(client, f"{page}/folgen", page, vollstaendig="ja", von="2026-03-01", bis="2026-03-31")
    assert lacking.status_code == 302
    assert "Bitte nennen Sie die Wohnbereiche" in client.get(page).text
    nowhere = post(client, f"{page}/folgen", page, vollstaendig="ja", von="2026-03-01", bis="2026-03-31", wb="WB 9")
    assert nowhere.status_code == 302
    assert "gibt es hier nicht" in client.get(page).text
    post(client, f"{page}/folgen", page, vollstaendig="ja", von="2026-03-01", bis="2026-03-31", haus="ja")
    shown = client.get(page).text
    assert "Gespeicherte Zeilen, die entfernt werden</dt><dd><b>1</b>" in shown
    stale = post(client, f"{page}/uebernehmen", page, gezeigt="x")
    assert stale.status_code == 302
    assert "Zahlen haben sich geändert" in client.get(page).text
    post(client, f"{page}/uebernehmen", page, gezeigt=weighed(anna, upload_id)["digest"])
    run_jobs(anna)
    assert "1 gespeicherte Zeile wurde geändert" in client.get(page).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "changes" not in weighed(anna, upload_id), "what rows said is not kept longer than it is needed"
    undo = client.get(f"{page}/ruecknahme")
    assert "2 Interventionen werden</strong> entfernt" in undo.text.replace("\N{NO-BREAK SPACE}", " ")
    mark = re.search(r'name="gezeigt" value="([^"]+)"', undo.text).group(1)
    assert post(client, f"{page}/ruecknahme", f"{page}/ruecknahme", gezeigt=mark).status_code == 302
    assert "wartet auf die Rücknahme" in client.get(page).text
    run_jobs(anna)
    assert "wurde zurückgenommen" in client.get(page).text
    assert client.get(f"{page}/ruecknahme").status_code == 302
    assert held(anna)["interventions"].total() == 2
    with anna.services.databases.whole.reading() as session:
        actions = session.scalars(select(models.AuditEvent.action).order_by(models.AuditEvent.id)).all()
    done = [one for one in actions if not one.endswith((".ansehen", ".aufrufen"))]
    assert done[-2:] == ["einlesen.ruecknahme.freigeben", "einlesen.zuruecknehmen"]


def test_failed_undo_leaves_the_upload_active(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = anna.read_in(workbooks.workbook())
    before = held(anna)
    shown = undo_job.preview_undo(anna.access, upload_id).digest
    with monkeypatch.context() as broken:
        broken.setattr(active_uploads, "remove", lambda *_: 1 / 0)
        undo_job.release(anna.access, upload_id, digest=shown)
        steps.undo(anna.access, anna.services.settings, anna.services.jobs.queue, upload_id)
    assert (anna.state(upload_id), held(anna)) == (records.STORED, before)
    anna.undo(upload_id)
    empty = held(anna)
    assert [empty[name].total() for name in empty] == [0, 0, 0, 0, 0]
    check(anna)


def test_two_users_storing_and_taking_back_at_once(anna: Person) -> None:
    """Whoever comes first: afterwards there is what the uploads in force say."""
    services = anna.services
    first = anna.read_in(file_of(row("05.03.2026"), row("06.03.2026")))
    shown = undo_job.preview_undo(anna.access, first).digest
    others = [
        anna.read_in(file_of(row("05.03.2026", minutes=str(20 + n)), row(f"1{n}.03.2026")), store=False)
        for n in range(3)
    ]
    for upload_id in others:
        steps.commit(anna.access, upload_id)
    undo_job.release(anna.access, first, digest=shown)
    work = [(steps.store, (anna.access, services.settings, services.jobs.queue, one)) for one in others]
    work.append((steps.undo, (anna.access, services.settings, services.jobs.queue, first)))
    threads = [threading.Thread(target=target, args=given) for target, given in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {anna.state(one) for one in others} <= {records.STORED, records.READ}
    assert anna.state(first) in {records.STORED, records.UNDONE}
    with services.databases.whole.reading() as session:
        rows = active_uploads.stored_contents(session, anna.home_id)
        assert rows.tolist() == active_uploads.fold_acts(session, anna.home_id, range(670, 680)).contents.tolist()
        in_force = {one.upload_id for one in active_uploads.active_uploads(session, anna.home_id)}
    assert in_force == {one for one in (first, *others) if anna.state(one) == records.STORED}
    check(anna)


KILLED = """
import os, pickle, signal, sys
from importlib import import_module
from pathlib import Path
from web import jobs
from web.store.databases import connect

settings = pickle.loads(Path(sys.argv[1]).read_bytes())
databases = connect(settings)
import_module("web.services.{module}").{function} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
getattr(jobs.make(settings, databases), sys.argv[2]).call_local(int(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("job", "module", "function"),
    [
        ("undo", "analysis.home_analysis", "analyse"),
        pytest.param("undo", "history.active_uploads", "remove", marks=pytest.mark.deep),
        pytest.param("store", "analysis.rescore", "analyse_touched", marks=pytest.mark.deep),
    ],
)
def test_killed_worker_leaves_nothing_half_done(
    anna: Person, tmp_path: Path, job: str, module: str, function: str
) -> None:
    """SIGKILL at the end of an undo, and of a store that replaces a period; afterwards it is done as if nothing was."""
    services = anna.services
    first = anna.read_in(workbooks.workbook())
    second = anna.read_in(file_of(row("05.01.2026", minutes="25"), row("06.01.2026")), store=False)
    choose(anna, second, ApplyChoice(first=date(2026, 1, 1), last=date(2026, 12, 31)))
    if job == "store":
        upload_id, working, waiting = second, records.STORING, records.RELEASED
        steps.commit(anna.access, second)
    else:
        upload_id, working, waiting = first, records.UNDOING, records.TO_UNDO
        anna.store(second)
        shown = undo_job.preview_undo(anna.access, first).digest
        undo_job.release(anna.access, first, digest=shown)
    before, cubes = held(anna), stored_results.content(services.databases, anna.home_id)
    script, settings = tmp_path / "killed.py", tmp_path / "settings"
    script.write_text(KILLED.format(module=module, function=function), encoding="utf-8")
    settings.write_bytes(pickle.dumps(services.settings))
    ended = subprocess.run(
        [sys.executable, str(script), str(settings), job, str(upload_id)],
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ended.returncode == -signal.SIGKILL
    assert anna.state(upload_id) == working
    assert (held(anna), stored_results.content(services.databases, anna.home_id)) == (before, cubes)
    assert recovery.recover(anna.system, services.jobs.queue, silent_seconds=0) == {upload_id: waiting}
    services.jobs.enqueue(upload_id, waiting)
    run_jobs(anna)
    assert anna.state(upload_id) == (records.STORED if job == "store" else records.UNDONE)
    assert held(anna)["interventions"].total() == 2
    check(anna)
