"""Many homes give the same bits whatever runs the work, and whichever process is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from pebem.distribute.run import run
from pebem.distribute.task import LOST, PartitionError, TaskFailure, TaskOutcome
from tests.support.pebem.worker_tasks import (
    DEADLY,
    UNREADABLE,
    UNSENDABLE,
    Unloadable,
    of_process,
    scored,
    scored_after_a_death,
    troubled,
)

pytestmark = pytest.mark.slow

HOMES = list(range(8))
ROOT = Path(__file__).parents[2]


# ------------------------------------------------------------ who does it


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A scheduler with two workers as programs of their own, as on a cluster."""
    pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install '.[cluster]'")
    here = dict(os.environ, PYTHONPATH=str(ROOT))
    program = (
        "import dask, distributed, sys\n"
        "dask.config.set({'distributed.scheduler.allowed-failures': 0})\n"
        "if __name__ == '__main__':\n"
        "    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:\n"
        "        print(cluster.scheduler_address, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=here,
        cwd=ROOT,
    ) as cluster:
        assert cluster.stdout
        assert cluster.stdin
        yield cluster.stdout.readline().strip()
        cluster.stdin.close()
        cluster.wait(timeout=120)


@pytest.fixture(params=["pool", "dask"])
def crew(request: pytest.FixtureRequest) -> dict[str, object]:
    return {"workers": 2} if request.param == "pool" else {"scheduler": request.getfixturevalue("scheduler")}


def by_key(outcomes: Iterator[TaskOutcome[int, object]]) -> dict[int, TaskOutcome[int, object]]:
    result = list(outcomes)
    assert sorted(o.key for o in result) == HOMES  # each key exactly once
    return {o.key: o for o in result}


def results(outcomes: Iterator[TaskOutcome[int, object]]) -> dict[int, object]:
    result = by_key(outcomes)
    assert not any(o.failure for o in result.values()), result
    return {key: o.result for key, o in result.items()}


# ------------------------------------------------------------ tests


def test_a_worker_is_killed_in_the_middle_and_the_bits_are_those_of_a_serial_run(
    crew: dict[str, object], tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    expected = results(run(HOMES, scored, progress=lambda *n: seen.append(n)))
    assert seen == [(n, len(HOMES)) for n in range(1, len(HOMES) + 1)]
    seen.clear()
    work = partial(scored_after_a_death, tmp_path)
    assert results(run(HOMES, work, progress=lambda *n: seen.append(n), **crew)) == expected
    assert (tmp_path / "died").exists()
    assert seen == [(n, len(HOMES)) for n in range(1, len(HOMES) + 1)]


@pytest.mark.parametrize("crew", ["pool", pytest.param("dask", marks=pytest.mark.deep)], indirect=True)
def test_an_error_fails_only_its_own_home(crew: dict[str, object], tmp_path: Path) -> None:
    result = by_key(run(HOMES, partial(troubled, tmp_path), tries=2, **crew))
    assert result[DEADLY].failure
    assert result[DEADLY].failure.kind == LOST
    assert result[UNREADABLE].failure == TaskFailure("ValueError", "Haus 4 ist unlesbar.")
    assert result[UNSENDABLE].failure
    good = set(HOMES) - {DEADLY, UNREADABLE, UNSENDABLE}
    assert all(result[key].result == key for key in good)
    begun = Counter(int(path.name.split("-")[0]) for path in tmp_path.iterdir())
    assert begun[DEADLY] == 2
    if "workers" in crew:  # a scheduler may begin again what waited at the dead worker
        assert all(begun[key] == 1 for key in HOMES if key != DEADLY)


def test_an_error_in_one_home_of_a_serial_run_is_its_own(tmp_path: Path) -> None:
    result = {o.key: o.failure for o in run([UNREADABLE, 7], partial(troubled, tmp_path))}
    assert result == {UNREADABLE: TaskFailure("ValueError", "Haus 4 ist unlesbar."), 7: None}


def test_no_keys_yield_no_outcome() -> None:
    assert list(run([], of_process)) == list(run([], of_process, workers=2)) == []


def test_workers_end_when_the_run_is_abandoned() -> None:
    outcomes = run(HOMES, of_process, workers=2)
    pid = next(outcomes).result
    outcomes.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_workers_that_cannot_start_end_the_run() -> None:
    with pytest.raises(PartitionError):
        list(run([1], Unloadable(), workers=2, tries=1))


def test_missing_scheduler_is_reported_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = pytest.importorskip(
        "pebem.distribute.dask_cluster", reason="dask.distributed is not installed: pip install '.[cluster]'"
    )
    monkeypatch.setattr(cluster, "PATIENCE", 0.2)
    with pytest.raises(PartitionError, match=r"127\.0\.0\.1:9"):
        list(run(HOMES, of_process, scheduler="tcp://127.0.0.1:9"))
