"""What is left to the deep tests is there, and its module still has tests of the suite."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.deep_tests import DEEP

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("module", DEEP)
def test_what_runs_with_the_deep_tests_is_there_and_leaves_others(module: str) -> None:
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
    assert set(DEEP[module]) < tests
