"""The sampler of mutants: what each kind makes of a module, what is left alone, and a sample of a small tree."""

from __future__ import annotations

import subprocess
from textwrap import dedent
from typing import TYPE_CHECKING

import mutants
import mutations
import pytest

if TYPE_CHECKING:
    from pathlib import Path


def mutants_of(kind: str, text: str) -> list[str]:
    """Return what a kind of change makes of a module."""
    return [one.applied(text) for one in mutations.mutants(text, "a.py") if one.kind == kind]


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("swap", "f(a, b.c, d=e)", ["f(b.c, a, d=e)"]),
        ("swap", "x = a - (b + c)", ["x = (b + c) - ((a))"]),
        ("swap", "f('ä', b)", ["f(b, 'ä')"]),
        ("swap", "x = np.where(a, b, c)", ["x = np.where(b, a, c)"]),
        ("guard", "if a < b:\n    raise E\n", ["if False:\n    raise E\n"]),
        (
            "guard",
            "for a in b:\n    if a:\n        c()\n        continue\n    d()\n",
            ["for a in b:\n    if False:\n        c()\n        continue\n    d()\n"],
        ),
        ("comparison", "x = a < b <= c", ["x = a <= b <= c", "x = a < b < c"]),
        ("comparison", "x = a == b", ["x = a != b"]),
        ("and/or", "x = a and (b or c)", ["x = a or (b or c)", "x = a and (b and c)"]),
        ("and/or", "x = (\n    a\n    and b  # why\n)", ["x = (\n    a\n    or b  # why\n)"]),
        ("negate", "x = a if not b else c", ["x = a if (b) else c"]),
        ("negate", "while a and b:\n    c()\n", ["while not (a and b):\n    c()\n"]),
        ("negate", "x = [a for a in b if a > c]", ["x = [a for a in b if not (a > c)]"]),
        ("arithmetic", "x = a + b * c", ["x = a - b * c", "x = a + b // c"]),
        (
            "delete",
            "def f():\n    a(\n        b\n    )\n    c.d = e\n    g += h\n",
            [
                "def f():\n    pass\n    c.d = e\n    g += h\n",
                "def f():\n    a(\n        b\n    )\n    pass\n    g += h\n",
                "def f():\n    a(\n        b\n    )\n    c.d = e\n    pass\n",
            ],
        ),
        ("return", "def f():\n    return a\n", ["def f():\n    return None\n"]),
        ("return", "def f():\n    return True\n", ["def f():\n    return False\n"]),
        (
            "default",
            "def f(a=1, *, b=True, c='d'): ...",
            [
                "def f(a=2, *, b=True, c='d'): ...",
                "def f(a=1, *, b=False, c='d'): ...",
                'def f(a=1, *, b=True, c=""): ...',
            ],
        ),
        ("number", "x = a[12:]", ["x = a[13:]"]),
        ("sorted", "x = sorted(a, key=b)", ["x = list(a)"]),
    ],
)
def test_each_kind_changes_only_its_own_code(kind: str, before: str, after: list[str]) -> None:
    assert mutants_of(kind, before) == after


@pytest.mark.parametrize(
    "text",
    [
        '"""Add 1 and 2."""',
        "def f(a: list[1, 2]) -> g(1, 2): ...",
        "a: Final[b, 3]",
        "if TYPE_CHECKING:\n    import a\n    b = 1 + 2\n",
        "_log.warning('a', 1, b=c + d)",
        "assert a > 1",
        "x = f'{a + 1:>12}'",
        "__all__ = sorted(a)",
        "x = min(a, b)",
        "x = select(a).where(b, c)",
        "x = a + ', ' + b",
        "x = [a] + b",
        "x = '%s' % a",
        "def f():\n    return None\n",
        "def f():\n    return ()\n",
        "def f(a=None): ...",
        "MOST_BYTES = 5_000",
        "x = f(*a, *b)",
    ],
)
def test_undetectable_changes_are_not_mutated(text: str) -> None:
    assert mutations.mutants(text, "a.py") == []


def test_every_mutant_of_a_module_is_another_program_and_differs_from_all_others() -> None:
    text = mutations.__loader__.get_source("mutations")
    every = [mutant.applied(text) for mutant in mutations.mutants(text, "a.py")]
    assert len({text, *every}) == 1 + len(every) > 100
    for mutant in every:
        compile(mutant, "mutations.py", "exec")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two modules: tests see every change of ``limits``, and of ``rest`` only half."""
    files = {
        "rules/__init__.py": "",
        "rules/limits.py": """
            def within(value):
                return value <= 4
            """,
        "rules/rest.py": """
            from rules.limits import within

            def clipped(value):
                return value if within(value) else 4 + 0 * value
            """,
        "tests/rules/test_limits.py": """
            from rules import limits

            def test_within():
                assert [limits.within(n) for n in (4, 5)] == [True, False]
            """,
        "tests/rules/test_rest.py": """
            from rules.rest import clipped

            def test_clipped():
                assert clipped(1) == 1
            """,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text).lstrip(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for command in (
        ["init", "-qb", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *command], check=True)
    return tmp_path


def test_sample_prints_killed_and_surviving_mutants(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in tree.rglob("*.py")}
    assert mutants.main(["--files", "rules/limits.py", "--count", "1"]) == 0
    assert "1 mutants, 1 killed\n" in capsys.readouterr().out
    assert mutants.main(["--files", "rules/rest.py", "--seed", "2"]) == 1
    output = capsys.readouterr().out
    assert "survived  rules/rest.py:4 " in output
    assert "-    return value if within(value) else 4 + 0 * value\n" in output
    assert "green: tests/rules/test_rest.py\n" in output
    assert {path: path.read_bytes() for path in tree.rglob("*.py")} == before


def test_only_changed_lines_are_drawn_from_and_each_once_in_their_order(tree: Path) -> None:
    path = tree / "rules" / "rest.py"
    path.write_text(path.read_text().replace("0 *", "1 *") + "".join(f"\na = f(b, c + {i})" for i in range(6)))
    (tree / "tests" / "rules" / "test_rest.py").write_text("x = 1\n")
    assert mutants.changed("main") == {"rules/rest.py": set(range(4, 12))}
    for seed in range(4):
        drawn = mutants.drawn(mutants.changed("main"), 20, seed)
        assert [one.lines[0] for one in drawn] == [4, *range(6, 12)]
    assert len(mutants.drawn(mutants.changed("main"), 3, 1)) == 3


def test_a_mutant_that_never_ends_has_timed_out_and_leaves_nothing_behind(tree: Path) -> None:
    path = tree / "rules" / "limits.py"
    loop = "def within(value):\n    while value > 5:\n        value -= 9\n    return value == 4\n"
    path.write_text(loop)
    (endless,) = (one for one in mutations.mutants(loop, "rules/limits.py") if one.kind == "delete")
    test = tree / "tests" / "rules" / "test_limits.py"
    test.write_text("from rules import limits\n\ndef test_within():\n    assert limits.within(13)\n")
    verdict, seconds = mutants.tried(tree, endless, [str(test)], 3.0)
    assert verdict == "timed out"
    assert 3 <= seconds < 30
    assert path.read_text() == loop


def test_tests_that_import_a_module_come_before_those_that_reach_it(tree: Path) -> None:
    files = [path.relative_to(tree).as_posix() for path in sorted(tree.rglob("*.py"))]
    tests = mutants.Tests(files)
    assert tests.of("rules/limits.py", 8) == ["tests/rules/test_limits.py", "tests/rules/test_rest.py"]
    assert tests.of("rules/limits.py", 1) == ["tests/rules/test_limits.py"]
    assert tests.of("rules/rest.py", 8) == ["tests/rules/test_rest.py"]


def test_tests_that_fail_without_a_mutant_are_not_counted(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "tests" / "rules" / "test_limits.py").write_text(
        "from rules import limits\n\ndef test_red():\n    assert limits.within(9)\n"
    )
    with pytest.raises(SystemExit, match="2"):
        mutants.main(["--files", "rules/limits.py"])
    assert "not green without a mutant (pytest says 1): tests/rules/test_limits.py\n" in capsys.readouterr().err


def test_missing_quick_tests_are_reported(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "tests" / "rules" / "test_rest.py").write_text("import time\n\nfrom rules import rest\n\ntime.sleep(30)\n")
    assert mutants.main(["--files", "rules/rest.py", "--limit", "2"]) == 0
    assert "1 mutants, 1 no tests\n" in capsys.readouterr().out
