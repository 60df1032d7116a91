"""The layout of the project: small modules, small folders, one meaning for the name of a class."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict

from tests.support.product import ROOT, modules, tree

MOST_LINES = 320
"""About 300, with room for an import or a sentence."""
LONGER = {
    "rules/checks/domain.py": 335,  # one walk from the conditions of a rulebook to the states that distinguish them
}
"""Modules that are longer, the length they never exceed, and why. What is shortened to the limit is taken out here."""
MOST_MODULES = 20
SAME_NAME: dict[str, str] = {}
"""Class names with more than one meaning, each with the reason why no better name is found."""


def test_no_module_is_long() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules().values()
    }
    assert len(lines) > 250
    assert {path: count for path, count in lines.items() if count > LONGER.get(path, MOST_LINES)} == {}, "split it"
    assert [path for path in LONGER if lines.get(path, 0) <= MOST_LINES] == [], "not long: take it out of the list"


def test_no_folder_contains_many_modules() -> None:
    count = Counter(str(path.parent.relative_to(ROOT)) for path in modules().values() if path.name != "__init__.py")
    assert {folder: number for folder, number in count.items() if number > MOST_MODULES} == {}, "give it sub-folders"
    assert len(count) > 20


def test_the_name_of_a_public_class_means_one_thing() -> None:
    """Names that begin with an underscore stay within their module."""
    places = defaultdict(list)
    for module, path in modules().items():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(module)
    several = {name: found for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in several.items() if name not in SAME_NAME} == {}
    assert [name for name in SAME_NAME if name not in several] == [], "one meaning only: take it out of the list"
    assert len(places) > 200
