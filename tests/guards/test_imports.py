"""Who may import whom: rooms in one direction, modules in no circle, and no one tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from importlinter.cli import lint_imports

from tests.support.product import PACKAGES, ROOT, imported, module_of, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    Graph = dict[str, set[str]]


def circles(graph: Graph) -> Iterator[frozenset[str]]:
    """Yield the modules that reach each other: strongly connected components of two or more (Tarjan)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []

    def visit(name: str) -> Iterator[frozenset[str]]:
        order[name] = lowest[name] = len(order)
        path.append(name)
        for target in sorted(graph[name]):
            if target not in order:
                yield from visit(target)
                lowest[name] = min(lowest[name], lowest[target])
            elif target in path:
                lowest[name] = min(lowest[name], order[target])
        if lowest[name] == order[name]:
            start = path.index(name)
            component = frozenset(path[start:])
            del path[start:]
            if len(component) > 1:
                yield component

    for name in sorted(graph):
        if name not in order:
            yield from visit(name)


def test_imports_go_one_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The contracts of pyproject.toml, by the tool that ``make lint`` runs."""
    monkeypatch.chdir(ROOT)
    broken = lint_imports(no_cache=True)
    assert broken == 0, capsys.readouterr().out


@pytest.mark.slow
def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: {module_of(to) for to in imported(name, path)} - {name, ""} for name, path in modules().items()}
    assert len(graph) > 250
    assert list(circles(graph)) == []


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"a"}}, [{"a", "b"}]),
        ({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}, [{"b", "c"}]),
        ({"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": {"e"}, "e": {"d"}}, [{"a", "b", "c"}, {"d", "e"}]),
    ],
)
def test_circles_are_found(graph: Graph, expected: list[set[str]]) -> None:
    assert sorted(map(sorted, circles(graph))) == sorted(map(sorted, expected))


@pytest.mark.slow
def test_no_module_imports_a_test_or_a_conftest() -> None:
    """What tests share lies in tests/support; a test can be moved or split without looking who needs it."""
    files = [path for folder in ("tests", "tools", *PACKAGES) for path in (ROOT / folder).rglob("*.py")]
    tests = {path.stem for path in (ROOT / "tests").rglob("test_*.py")} | {"conftest"}
    assert len(tests) > 100
    for path in files:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        parts = {part for to in imported(name, path) for part in to.split(".")}
        assert not parts & tests, f"{name} imports {parts & tests}: move what it needs to tests/support"


def test_the_product_imports_no_tests() -> None:
    roots = {name: {to.split(".")[0] for to in imported(name, path)} for name, path in modules().items()}
    assert [name for name, imports in roots.items() if "tests" in imports] == []
