"""X1: nothing that runs code when it is read is used for what a database, a file or another process holds."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import importers
import web

FORBIDDEN = frozenset({"pickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "copyreg"})
MODULES = sorted(path for room in (web, importers) for path in Path(room.__file__).parent.rglob("*.py"))


def lapses(source: str) -> list[str]:
    """Return what a module uses that may run code when it is read."""
    uses = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                uses += [one.name for one in names if one.name.partition(".")[0] in FORBIDDEN]
            case ast.ImportFrom(module=str(module)):
                uses += [module] if module.partition(".")[0] in FORBIDDEN else []
            case ast.Constant(value=str(text)) if text in FORBIDDEN:  # import_module("pickle")
                uses.append(text)
            case ast.keyword(arg="allow_pickle", value=value):
                uses += [] if isinstance(value, ast.Constant) and value.value is False else ["allow_pickle"]
            case ast.Attribute(attr="read_pickle" | "to_pickle" as name):
                uses.append(name)
    return uses


@pytest.mark.parametrize("path", MODULES, ids=lambda path: "/".join(path.parts[-3:]))
def test_no_module_reads_pickles(path: Path) -> None:
    assert lapses(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import os, pickle as p",
        "from pickle import loads",
        "import joblib.memory",
        "import marshal",
        "def f():\n    import shelve",
        "import_module('dill')",
        "np.load(f, allow_pickle=True)",
        "np.load(f, allow_pickle=flag)",
        "pd.read_pickle(f)",
        "frame.to_pickle(f)",
    ],
)
def test_each_of_them_would_be_found(source: str) -> None:
    assert lapses(source)
    assert lapses("import json\nnp.load(f, allow_pickle=False)") == []
