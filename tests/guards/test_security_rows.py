"""docs/security.md is true: ids in code are its rows, the tests it names exist, its counts are right."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.support.product import ROOT, tree
from tests.support.security_rows import NAMED, PAGE, ROWS
from web.security_report import report, rows
from web.serving import installation_checks
from web.wording import security_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

STATES = ("proven", "partly", "absent")
FOLDERS = ("rules", "pebem", "importers", "web", "cli", "sample_data", "tools", "tests")

IDS = r"[A-Z]\d{1,2}(?:(?:, | and )[A-Z]\d{1,2})*"
CITED = re.compile(
    rf"\A(?P<first>{IDS})(?=[:.,])"  # """B2, T8: neither shown, nor answered."""
    rf"|\((?:security )?(?:rows? )?(?P<bracketed>{IDS})\)"  # "a name goes no further (T1)"
    rf"|\b[Rr]ows? (?P<row>{IDS})"  # "Security row F6."
)
PERHAPS_COMMENTED = re.compile(rf"#.*\b{IDS}\b")
"""Cutting a file into tokens takes long; few have an id after what may be the start of a comment."""


TESTS = [(row.id, *found) for row in ROWS for found in NAMED.findall(row.proof)]


def remarks(source: str) -> Iterator[str]:
    """Yield what a file says in docstrings, also of attributes, and in comments."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
    if not PERHAPS_COMMENTED.search(source):
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lstrip("# ")


def citations(text: str) -> list[str]:
    """Return the ids of rows a remark cites."""
    return re.findall(r"[A-Z]\d+", " ".join("".join(found) for found in CITED.findall(text)))


@pytest.mark.slow
def test_every_id_in_code_is_a_row() -> None:
    known, unknown, count = {row.id for row in ROWS}, [], 0
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for remark in remarks(path.read_text(encoding="utf-8")):
            cited = citations(remark)
            count += len(cited)
            unknown += [f"{path.relative_to(ROOT)}: {one}" for one in cited if one not in known]
    assert unknown == []
    assert count > 100


@pytest.mark.parametrize(
    ("remark", "cited"),
    [
        ("A2, T4: second factor before anything personal.", ["A2", "T4"]),
        ("B2, T8.", ["B2", "T8"]),
        ("Security row F6.", ["F6"]),
        ("Names of persons: stored nowhere (T1), only counted.", ["T1"]),
        ("Told together (rows D3 and X2).", ["D3", "X2"]),
        ("What follows the letters: F1, F*, F/2 are kinds of F.", []),
        ("Set up a sheet for A4 landscape.", []),
    ],
)
def test_citations_are_distinguished_from_other_words(remark: str, cited: list[str]) -> None:
    assert citations(remark) == cited


@pytest.mark.parametrize(("row", "path", "test"), TESTS, ids=[f"{row}-{test}" for row, _, test in TESTS])
def test_a_named_test_exists(row: str, path: str, test: str) -> None:
    file = ROOT / path
    assert file.is_file(), f"{row} names {path}, which is not there: adapt docs/security.md"
    there = {node.name for node in tree(file).body if hasattr(node, "name")}
    assert test in there, f"{row} names {test}, which is not in {path}: adapt docs/security.md"


def test_rows_have_one_of_three_states_and_enough_text() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert len(ROWS) == len(re.findall(r"^\| [A-Z]\d", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert [row.id for row in ROWS if row.state not in STATES] == []
    assert [row.id for row in ROWS if row.state == "proven" and "tests/" not in row.proof] == []
    untold = [row.id for row in ROWS if row.state != "proven" and not NAMED.sub("", row.proof).strip("`,. ")]
    assert untold == [], "what is missing?"


def test_the_program_brings_the_page_and_says_it_in_german() -> None:
    """The security report has the rows of this page, and a German sentence for each."""
    assert rows.PAGE.samefile(PAGE), "web/help/security.md is a link to it"
    assert security_rows.HOLDS.keys() == {row.id for row in ROWS}, "adapt web/wording/security_rows.py"
    assert security_rows.OPEN.keys() == {row.id for row in ROWS if row.state != "proven"}, "the same for what is open"
    assert list(security_rows.AREAS) == list(dict.fromkeys(row.id[0] for row in ROWS))
    assert rows.STATES.keys() == set(STATES)


def test_checks_of_the_installation_belong_to_rows() -> None:
    known = {row.id for row in ROWS}
    checks = {**report.INSTALLATION.checks, **report.TENANTS.checks}
    assert len(checks) == len(report.INSTALLATION.checks) + len(report.TENANTS.checks)
    assert not checks.keys() & installation_checks._CHECKS.keys()
    cited = {one for found in (checks, installation_checks._CHECKS) for ids, _ in found.values() for one in ids}
    assert cited <= known
    assert len(cited) > 30


def test_the_counts_at_the_top_are_those_of_the_rows() -> None:
    count = Counter(row.state for row in ROWS)
    text = ", ".join(f"{count[state]} {state}" for state in STATES)
    assert f"**{len(ROWS)} rows: {text}.**" in PAGE.read_text(encoding="utf-8")
