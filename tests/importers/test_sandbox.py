"""X1, X5: what opens hostile files has nothing but the file, and its answers are data that is checked."""

from __future__ import annotations

import ctypes
import json
import pickle
import platform
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest

from importers.files import limits, sandbox
from importers.files.plain_data import packed
from importers.files.sandbox import child, system_calls
from importers.files.sandbox.page import Oddities, SandboxPage, coded, written
from importers.findings import PasswordNeededError, UnreadableError

ODS = (Path(__file__).parent / "data" / "heim.ods").read_bytes()
BROKEN_OFF = "beschädigt oder zu groß: Das Lesen wurde abgebrochen"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="limits are those of Linux")


def refused() -> str:
    """Return why the home is refused."""
    with pytest.raises(UnreadableError) as caught:
        sandbox.sheets("heim.ods", ODS, "ods", hidden=True, password=None)
    return str(caught.value)


def probe(monkeypatch: pytest.MonkeyPatch, *, what: str) -> Any:
    """Return what an expression gives where the reader works, in place of the content of an encrypted file."""
    body = f"""
import json, os, socket, types
def unlocked(name, data, password):
    def tries(task):
        try:
            return repr(task())
        except OSError as error:
            return type(error).__name__
    return json.dumps({what}).encode()
import importers.files.sandbox.child as running
running.import_module = lambda _: types.SimpleNamespace(unlocked=unlocked)
main()
"""
    monkeypatch.setattr(sandbox, "_START", sandbox._START.removesuffix("main()\n") + body)
    return json.loads(sandbox.unlocked("a.xlsx", b"", None))


def test_the_reader_has_no_environment_and_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: no variable of the program; the interpreter itself may set its locale."""
    monkeypatch.setenv("PEBEM_VAULT_KEY", "streng geheim")
    result = probe(monkeypatch, what="[dict(os.environ), os.getcwd()]")
    assert set(result[0]) <= {"LC_CTYPE", "SYSTEMROOT"}
    assert result[1] == Path(sys.executable).anchor


@LINUX
def test_the_reader_opens_no_file_and_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: not even the memory of the process that has the keys."""
    what = (
        "[tries(lambda: open('/etc/hostname')), tries(lambda: open('/tmp/x', 'w')), tries(socket.socket),"
        "tries(lambda: socket.socket(socket.AF_UNIX)), tries(os.pipe), tries(lambda: os.listdir('/')),"
        "tries(lambda: open(f'/proc/{os.getppid()}/environ'))]"
    )
    assert probe(monkeypatch, what=what) == ["OSError"] * 7


@LINUX
def test_a_door_that_was_shut_is_not_opened_by_closing_something(monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: a limit on how many are open would let one file in for each that is closed."""
    assert (
        probe(monkeypatch, what="[os.close(0), tries(lambda: os.open('/etc/hostname', os.O_RDONLY))]")[1] == "OSError"
    )


@LINUX
def test_the_reader_cannot_look_into_the_memory_of_who_has_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: for that no file has to be opened. What remains without namespaces: ``docs/adr/0020``."""
    unshare = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x10000000) != 0)"
    if subprocess.run([sys.executable, "-c", unshare], check=False).returncode:
        pytest.skip("this system allows no user namespaces")
    key = ctypes.create_string_buffer(b"streng geheim")
    what = (
        "(lambda c: (lambda part, there: c.CDLL(None).process_vm_readv("
        "os.getppid(), (c.c_void_p * 2)(c.addressof(part), 8), 1, (c.c_void_p * 2)(there, 8), 1, 0)"
        f")(c.create_string_buffer(8), {ctypes.addressof(key)}))(__import__('ctypes'))"
    )
    assert probe(monkeypatch, what=what) == -1


@pytest.mark.skipif(platform.machine() not in system_calls._MACHINES, reason="no filter for this machine")
@LINUX
def test_the_reader_asks_the_system_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: nor for what no limit on files and processes concerns."""
    attempts = "os.kill(os.getppid(), 0)", "os.stat('/')", "os.fork()", "os.chdir('/')", "os.sched_getparam(0)"
    what = "[" + ", ".join(f"tries(lambda: {attempt})" for attempt in attempts) + "]"
    assert probe(monkeypatch, what=what) == ["OSError"] * len(attempts)


@LINUX
def test_what_protects_the_reader_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: a system that does not allow all of it is named to its operator, by what is missing."""
    complete = sandbox.missing_protection()
    assert not [words for words in complete if words.startswith("er ")], "what a reader can do, with all its layers"
    start = sandbox._START.removesuffix("main()\n") + "import importers.files.sandbox.child as c\n"
    monkeypatch.setattr(sandbox, "_START", start + "c._leave = c._shut = lambda: None; main()\n")
    monkeypatch.setattr(sandbox, "_ENVIRONMENT", {"PEBEM_VAULT_KEY": "streng geheim"})
    missing = sandbox.missing_protection()
    assert {*sandbox._LAYERS.values()} <= {*missing}
    assert {sandbox._POSSIBLE[kind] for kind in ("files", "network", "processes", "environment")} <= {*missing}
    monkeypatch.setattr(sandbox, "_START", "")
    assert sandbox.missing_protection() == ["er startet nicht"]


@LINUX
def test_each_layer_is_told_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: without a filter the limits hold, and the other way round."""
    start = sandbox._START.removesuffix("main()\n") + "import importers.files.sandbox.child as c\n"
    for without, layer in (("c.system_calls.restrict = lambda: False", "calls"), ("c.resource = None", "limits")):
        monkeypatch.setattr(sandbox, "_START", f"{start}{without}; main()\n")
        missing = sandbox.missing_protection()
        assert sandbox._LAYERS[layer] in missing
        assert sandbox._POSSIBLE["files"] not in missing


def test_the_reader_loads_neither_numpy_nor_the_rulebook(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = "__import__('sys').modules"
    assert (
        probe(monkeypatch, what=f"[name in {loaded} for name in ('numpy', 'pandas', 'rules', 'subprocess')]")
        == [False] * 4
    )


class Payload:
    """Comes out of its pickle by leaving a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def test_a_pickle_as_an_answer_is_refused_unopened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """X1: a reader that was taken over must not get into the process that has the keys."""
    mark = tmp_path / "executed"
    for answer in (pickle.dumps(("done", Payload(mark))), pickle.dumps(Payload(mark))):
        start = f"import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write({answer!r})"
        monkeypatch.setattr(sandbox, "_START", start)
        assert BROKEN_OFF in refused()
    assert not mark.exists()


@pytest.mark.parametrize(
    "start",
    [
        "",
        "import sys; sys.exit(1)",
        "import os; os.abort()",
        "import os; os.close(1); import time; time.sleep(60)",
        "import time; time.sleep(60)",
        "import sys; print(1)",
        "import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write(b'x' * 10_000_001)",
    ],
)
def test_reader_that_returns_nothing_or_too_much(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    """X1: it ends early, late, never, with an error, or floods us."""
    monkeypatch.setattr(sandbox, "_START", start)
    monkeypatch.setattr(sandbox, "_SECONDS", 0.5)
    monkeypatch.setattr(sandbox, "_MOST_BYTES", 10_000_000)
    assert BROKEN_OFF in refused()


def test_a_flood_is_stopped_by_its_size_not_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """X1: what a reader writes must not fill the memory of the process that reads it."""
    monkeypatch.setattr(sandbox, "_START", "import sys\nwhile True: sys.stdout.buffer.write(bytes(1000))")
    monkeypatch.setattr(sandbox, "_MOST_BYTES", 10_000_000)
    begin = monotonic()
    assert BROKEN_OFF in refused()
    assert monotonic() - begin < sandbox._SECONDS


def test_unread_request_does_not_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_START", "")
    with pytest.raises(UnreadableError, match=BROKEN_OFF):
        sandbox.tables("a.html", bytes(5_000_000))


@pytest.mark.parametrize(
    ("charset", "encoding", "word"),
    [
        ("koi8-r", "koi8-r", "Пётр"),
        ("iso-8859-2", "iso-8859-2", "Żeromska"),
        ("shift_jis", "shift_jis", "日本"),
        ("gibtsnicht", "cp1252", "Ännchen"),
        ("base64", "cp1252", "Ännchen"),
    ],
)
def test_encodings_are_there_though_no_file_can_be_opened(charset: str, encoding: str, word: str) -> None:
    """Python loads each from a file of its own: before the door is shut."""
    html = f'<meta charset="{charset}"><table><tr><td>{word}</td></tr></table>'.encode(encoding)
    assert sandbox.tables("a.xls", html)[0].columns[0][1] == [word]


MOMENT = datetime.combine(date(2026, 1, 2), time(3, 4, 5, 6))
CELLS = [
    "",
    "Änne",
    "\ud800",
    0.0,
    -1.5,
    1e308,
    True,
    False,
    date(2026, 1, 2),
    MOMENT,
    time(7, 8),
    time(7, 8, 9, 10),
    timedelta(days=-3, seconds=4, microseconds=5),
]


def pages() -> list[SandboxPage]:
    """Return pages with every kind of cell."""
    rows = [[cell, str(number), cell] for number, cell in enumerate(CELLS)]
    oddities = Oddities({(1, 2): "#NV", (40, 7): "Formel ohne Ergebnis"}, [(0, 0, 1, 1)])
    oddities.hidden_rows, oddities.hidden_columns, oddities.struck_rows = [1, 2], [0], [3]
    return [
        SandboxPage("Ä", height=len(rows), columns=coded(rows, lambda cell: cell), oddities=oddities),
        SandboxPage("", visible=False),
    ]


def answered(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> list[SandboxPage]:
    """Read a file of which the process says ``answer``."""
    monkeypatch.setattr(sandbox, "_answer", lambda *_: answer)
    return sandbox.sheets("heim.ods", ODS, "ods", hidden=True, password=None)


def test_pages_arrive_as_they_were_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """X1: every kind of cell, with its type."""
    value, codes = written(pages())
    result = answered(monkeypatch, packed(["done", value], codes))
    for answer, sent in zip(result, pages(), strict=True):
        assert (answer.name, answer.visible, answer.height) == (sent.name, sent.visible, sent.height)
        assert (answer.oddities.odd, answer.oddities.merged) == (sent.oddities.odd, sent.oddities.merged)
        for (codes_here, cells), (codes_there, sent_cells) in zip(answer.columns, sent.columns, strict=True):
            assert codes_here.tolist() == codes_there.tolist()
            assert [(type(cell), cell) for cell in cells] == [(type(cell), cell) for cell in sent_cells]


def test_other_outcomes_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableError, match="So nicht"):
        answered(monkeypatch, packed(["refused", "So nicht."]))
    for wrong in (True, False):
        with pytest.raises(PasswordNeededError) as caught:
            answered(monkeypatch, packed(["password", wrong]))
        assert (caught.value.file, caught.value.wrong) == ("heim.ods", wrong)


def page(*columns: Any, **changes: Any) -> list[Any]:
    """Return a page as it is sent, one column of two rows by default."""
    plain = {"name": "A", "visible": True, "height": 2, "columns": list(columns or [["x"]]), "merged": [], "odd": []}
    return list((plain | {"unseen": [[], [], []]} | changes).values())


TWO = bytes(8)
DEEP = b'[["done",' + b"[" * 100_000 + b"]" * 100_000 + b"],[]]"


WRONG: list[tuple[list[Any], dict[str, Any], list[bytes]]] = [
    *(
        ([], changes, [TWO])
        for changes in (
            {"name": None},
            {"visible": 1},
            {"visible": "ja"},
            {"height": 3},
            {"height": -1},
            {"height": 2.0},
            {"height": True},
            {"height": "2"},
            {"height": 10**30},
            {"columns": [5]},
            {"columns": ["xy"]},
            {"merged": [[0, 0, 1]]},
            {"merged": [[0, 0, 1, -1]]},
            {"merged": [5]},
            {"merged": [[0, 0, 1, "1"]]},
            {"merged": [[0, 0, 1, 2**40]]},
            {"merged": 5},
            {"odd": [[0, 0]]},
            {"odd": [[0, 0, 5]]},
            {"odd": 5},
            {"odd": [[-1, 0, "#NV"]]},
            {"odd": [[0, 2**40, "#NV"]]},
            {"odd": [[0, "0", "#NV"]]},
            {"odd": [5]},
            {"unseen": 5},
            {"unseen": [[], []]},
            {"unseen": [[], [], 5]},
            {"unseen": [[-1], [], []]},
            {"unseen": [[], ["1"], []]},
        )
    ),
    *(
        ([[cell]], {}, [TWO])
        for cell in (
            None,
            5,
            ["x"],
            {"a": 1},
            ["date", "gestern"],
            ["date", 5],
            ["eval", "1"],
            ["time", "07:00Z"],
            ["datetime", "2026-01-01T00:00:00+01:00"],
            ["timedelta", 10**12, 0, 0],
            ["timedelta", 1.5, 0, 0],
            ["timedelta", True, 0, 0],
            ["formatted", "1", "0001"],
            ["formatted", 1.0, 1],
        )
    ),
    ([[]], {}, [TWO]),
    ([], {"columns": {}}, []),
    ([], {}, []),
    ([], {}, [TWO, TWO]),
    ([], {}, [bytes(7)]),
    ([], {}, [b"\1\0\0\0" * 2]),
]
"""Columns, what else is wrong with the page, and codes."""


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x80",
        b"\xff" * 8,
        packed(None),
        packed([]),
        packed(["done"]),
        packed(["done", [], 1]),
        packed(["gone", []]),
        packed({"done": []}),
        packed(["refused", 5]),
        packed(["refused", "x" * 2_001]),
        packed(["password", 1]),
        packed(["done", None], [b"x"]),
        packed(["done", {"a": 1}]),
        packed(["done", [[]]]),
        packed(["done", [5]]),
        packed(["done", []], [TWO]),
        len(DEEP).to_bytes(8, "little") + DEEP,
        *(packed(["done", [page(*columns, **changes)]], codes) for columns, changes, codes in WRONG),
    ],
    ids=lambda answer: repr(answer[8:80]),
)
def test_an_answer_that_is_no_answer_is_refused(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    """X1: another shape or type, too deep, sizes that do not fit; in the sentence a damaged file gets."""
    with pytest.raises(UnreadableError, match=BROKEN_OFF):
        answered(monkeypatch, answer)
    assert answered(monkeypatch, packed(["done", [page()]], [TWO]))[0].height == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": [[] for _ in range(limits.MAX_COLUMNS + 1)]},
        {"height": limits.MAX_ROWS, "columns": [["x"]] * 400},
        {"odd": [[limits.MAX_ROWS - 1, limits.MAX_COLUMNS - 1, "#NV"]]},
    ],
    ids=["columns", "cells", "a far cell"],
)
def test_huge_claims_are_refused_before_anything_is_reserved(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """X1: the limits hold for what is claimed, in the sentences they have anyway."""
    with pytest.raises(UnreadableError, match=r"mehr als|zu groß"):
        answered(monkeypatch, packed(["done", [page(**changes)]], [TWO]))
    with pytest.raises(UnreadableError, match="mehr als"):
        answered(monkeypatch, packed(["done", [page()] * (limits.MAX_SHEETS + 1)], []))


def test_only_bytes_come_out_of_an_encrypted_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in (packed(["done", None]), packed(["done", None], [b"a", b"b"]), packed(["done", "x"], [b"a"])):
        monkeypatch.setattr(sandbox, "_answer", lambda *_, answer=answer: answer)
        with pytest.raises(UnreadableError, match=BROKEN_OFF):
            sandbox.unlocked("a.xlsx", b"", None)


class Limits(SimpleNamespace):
    """A system with hard limits of its own, or without some limits."""

    RLIM_INFINITY = -1
    RLIMIT_AS, RLIMIT_CPU, RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_NPROC = range(6)

    def __init__(self, **hard: int | Exception) -> None:
        super().__init__(made={})
        self.hard = {getattr(self, f"RLIMIT_{name}"): limit for name, limit in hard.items()}

    def getrlimit(self, kind: int) -> tuple[int, int]:
        return 0, self._hard(kind)

    def setrlimit(self, kind: int, limits: tuple[int, int]) -> None:
        if self._hard(kind) != self.RLIM_INFINITY and max(limits) > self._hard(kind):
            raise ValueError("not allowed to raise maximum limit")
        self.made[kind] = limits

    def _hard(self, kind: int) -> int:
        limit = self.hard.get(kind, -1)
        if isinstance(limit, Exception):
            raise limit
        return limit


def test_lower_limits_of_the_system_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hard limit below ours, or a system that knows no such limit, must not make good files damaged ones."""
    system = Limits(AS=500 * 2**20, CPU=10, FSIZE=OSError(), CORE=ValueError())
    monkeypatch.setattr(child, "resource", system)
    child._limit(60)
    assert system.made == {system.RLIMIT_AS: (500 * 2**20,) * 2, system.RLIMIT_CPU: (10, 10)}
    system = Limits(AS=8 * 2**30)
    monkeypatch.setattr(child, "resource", system)
    child._limit(60)
    assert system.made[system.RLIMIT_AS] == (900 * 2**20,) * 2
    assert system.made[system.RLIMIT_CPU] == (60, 60)


def test_without_limits_files_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has none."""
    start = sandbox._START.removesuffix("main()\n")
    monkeypatch.setattr(
        sandbox, "_START", start + "import importers.files.sandbox.child as c; c.resource = None; main()\n"
    )
    assert [one.name for one in sandbox.sheets("heim.ods", ODS, "ods", hidden=True, password=None)][:1] == ["Bewohner"]
