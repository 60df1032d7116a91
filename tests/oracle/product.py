"""Runs the program and reads what it wrote."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from openpyxl import load_workbook

import cli

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DONE, DONE_WITH_ERRORS, UNUSABLE = 0, 1, 2


def run(*arguments: object) -> int:
    """Run a command in this process and return its exit code."""
    try:
        return cli.main([str(a) for a in arguments]) or DONE
    except SystemExit as leaving:
        return int(leaving.code or DONE)


def analyse(*arguments: object, out: Path) -> tuple[int, dict]:
    """Return the exit code of ``pebem analyse`` and its ``fit.json``, without the entry on the rulebook."""
    code = run("analyse", *arguments, "--out", out)
    document = json.loads((out / "fit.json").read_text(encoding="utf-8"))
    assert set(document.pop("rulebook")) >= {"id", "edition", "status", "sha256"}
    return code, document


def assess(path: Path, out: Path) -> list[dict[str, object]]:
    """Return the rows of ``pebem assess`` from the file it wrote, figures as numbers, blanks as ``None``."""
    run("assess", path, "--out", out)
    if out.suffix == ".csv":
        raw = out.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
        figures = [[_figure(cell) for cell in line] for line in lines[1:]]
        return [dict(zip(lines[0], line, strict=True)) for line in figures]
    lines = [[cell.value for cell in line] for line in load_workbook(out).worksheets[0].iter_rows()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def explain(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    """Return what ``pebem explain --json`` prints."""
    capsys.readouterr()
    assert run("explain", *arguments, "--json") in {DONE, DONE_WITH_ERRORS}
    return json.loads(capsys.readouterr().out)


def _figure(cell: str) -> object:
    try:
        return float(cell.replace(",", ".")) if cell else None
    except ValueError:
        return cell


LISTS = ("matrix", "by_ward", "by_shift", "by_intervention", "by_day")


def comparable(document: dict) -> dict:
    """Return a document whose lists have an order of their own."""
    return {
        key: sorted(value, key=lambda entry: json.dumps(entry, sort_keys=True)) if key in LISTS else value
        for key, value in document.items()
    }
