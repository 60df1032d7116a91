"""What documents name exists: files and folders in backticks and links, and Python names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
DOCUMENTS: Final = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs" / "adr").glob("*.md"),
    *(ROOT / "docs" / "datenschutz").glob("*.md"),
    *(ROOT / "rules").rglob("*.md"),
]
ROOMS: Final = ("rules", "pebem", "importers", "web", "cli", "bench", "sample_data", "tests", "tools", "docs")
PATH: Final = re.compile(rf"`((?:{'|'.join(ROOMS)})/[\w./*-]*)`")
NAME: Final = re.compile(rf"`((?:{'|'.join(ROOMS)})(?:\.[A-Za-z_]\w*)+)(?:\(.*?\))?`(?<!\.yaml`)(?<!\.yml`)(?<!\.md`)")
LINK: Final = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
RECORDS: Final = sorted((ROOT / "docs" / "adr").glob("0*.md"))
RECORD: Final = re.compile(r"# (?P<number>\d+)\. (?P<title>.+)\n\n\*\*Status\.\*\* (?P<status>.+)\.\n")
INDEXED: Final = re.compile(r"^\| \[(\d{4})\]\((.+?)\) \| (.+) \| (.+) \|$", re.MULTILINE)


def test_there_are_documents() -> None:
    assert {"README.md", "architecture.md", "CONTRIBUTING.md", "glossary.md"} <= {path.name for path in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_folders_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    missing = [path for path in PATH.findall(text) if not list(ROOT.glob(_pattern(path)))]
    missing += [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_modules_exist(document: Path) -> None:
    """Every dotted name begins with a module; what follows is a name that stands in that module or package."""
    assert not [name for name in NAME.findall(document.read_text("utf-8")) if not _exists(name)]


def test_index_lists_every_decision_record_with_its_title_and_status() -> None:
    """In the order of the numbers; a record begins with number, title and status."""
    assert RECORDS
    index = (ROOT / "docs" / "adr" / "README.md").read_text("utf-8")
    assert INDEXED.findall(index) == [_index_row(path) for path in RECORDS]


def test_every_kind_of_stored_result_is_in_its_record() -> None:
    """``docs/adr/0011`` lists the kinds with what they are by and how large they are."""
    record = next(path for path in RECORDS if path.name.startswith("0011")).read_text("utf-8")
    source = (ROOT / "web" / "store" / "result" / "repository.py").read_text("utf-8")
    kinds = re.findall(r'^[A-Z][A-Z_]+: Final = "(\w+)"$', source, re.MULTILINE)
    assert len(kinds) > 10
    assert sorted(re.findall(r"^\| `(\w+)` \|", record, re.MULTILINE)) == sorted(kinds)


def _index_row(record: Path) -> tuple[str, str, str, str]:
    head = RECORD.match(record.read_text("utf-8"))
    assert head, f"{record.name} does not begin with number, title and status"
    number = f"{int(head['number']):04}"
    assert record.name.startswith(f"{number}-")
    return number, record.name, head["title"], head["status"].lower()


def _pattern(path: str) -> str:
    """A decision record is cited by its number alone."""
    return f"{path}*" if path.startswith("docs/adr/0") else path.rstrip("/")


def _exists(name: str) -> bool:
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:count])
        if base.is_dir() and count == len(parts):
            return True
        source = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
        if source.is_file():
            return (
                count == len(parts)
                or re.search(rf"\b{re.escape(parts[count])}\b", source.read_text("utf-8")) is not None
            )
    return False
