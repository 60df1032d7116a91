"""docs/glossary.md fixes one word for one thing: what it names in Python exists, and no class stands in two rows."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest

from tests.support.product import ROOT, defined, modules, tree

PAGE = ROOT / "docs" / "glossary.md"
COLUMNS = 4
NONE = "–"
"""What a cell holds where there is no such word: a term of the trade without a name in Python, or on no page."""
NAME = re.compile(r"`([^`]+)`")


class Row(NamedTuple):
    """A line of the table."""

    term: str
    python: str
    page: str
    sentence: str

    @property
    def names(self) -> list[str]:
        """Names in backticks, without the brackets of a call."""
        return [name.removesuffix("()") for name in NAME.findall(self.python)]


def table(text: str) -> list[list[str]]:
    """Return the cells of every line that belongs to a table, without headings and rules."""
    lines = [line.strip() for line in text.splitlines()]
    rule = re.compile(r"^\|[\s:|-]+\|$")
    headings = {number - 1 for number, line in enumerate(lines) if rule.match(line)}
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for number, line in enumerate(lines)
        if line.startswith("|") and not rule.match(line) and number not in headings
    ]


CELLS = table(PAGE.read_text(encoding="utf-8"))
ROWS = [Row(*cells) for cells in CELLS if len(cells) == COLUMNS]


def exists(name: str) -> bool:
    """Tell whether a name is a module, class, function, method, field or constant of the product, dotted or bare."""
    if "." not in name:
        return name in _bare_names()
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if path := modules().get(".".join(parts[:length])):
            return _reaches(tree(path).body, parts[length:])
    return any(_reaches(tree(path).body, parts) for path in modules().values())


def _reaches(body: list[ast.stmt], parts: list[str]) -> bool:
    if not parts:
        return True
    node = defined(body).get(parts[0])
    return node is not None and (len(parts) == 1 or (isinstance(node, ast.ClassDef) and _reaches(node.body, parts[1:])))


@cache
def _bare_names() -> set[str]:
    names = {part for module in modules() for part in module.split(".")}
    for path in modules().values():
        for name, node in defined(tree(path).body).items():
            names.add(name)
            if isinstance(node, ast.ClassDef):
                names |= set(defined(node.body))
    return names


@cache
def classes() -> set[str]:
    """Return the names of all classes of the product."""
    return {node.name for path in modules().values() for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)}


def test_table_has_rows_of_four_filled_cells() -> None:
    assert [cells for cells in CELLS if len(cells) != COLUMNS or not all(cells)] == []
    assert ROWS
    assert [row for row in ROWS if not row.names and row.python != NONE] == [], f"a name in backticks, or {NONE}"


@pytest.mark.parametrize("row", ROWS, ids=[row.term for row in ROWS])
def test_python_names_of_rows_exist(row: Row) -> None:
    assert [name for name in row.names if not exists(name)] == []


def test_no_class_and_no_term_occurs_in_two_rows() -> None:
    named = Counter(name for row in ROWS for name in {full.split(".")[-1] for full in row.names} if name in classes())
    assert [name for name, count in named.items() if count > 1] == []
    assert [term for term, count in Counter(row.term for row in ROWS).items() if count > 1] == []


@pytest.mark.parametrize(
    "name",
    ["pebem.fit_classes", "pebem.score", "RuleBook", "rules.model.RuleBook", "RuleBook.rules", "score", "uploads"],
)
def test_names_of_the_product_are_found(name: str) -> None:
    assert exists(name)


@pytest.mark.parametrize("name", ["Rulebok", "rules.model.Nothing", "pebem.nothing", "RuleBook.nothing", "rules.x.y"])
def test_other_names_are_not(name: str) -> None:
    assert not exists(name)
