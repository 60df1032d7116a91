"""The printed rulebook: the same bytes every time, nothing left out, nothing a text could do to the layout."""

from __future__ import annotations

import copy
import dataclasses
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rules.cases import load_cases, read_groups
from rules.edition import build, documents
from rules.model import RuleBook
from rules.statute import SHELF
from web.reports import rulebook_pdf

DAY = date(2026, 7, 1)
FOLDER = SHELF / "rekonstruktion-2026.2"

needs_pdftotext = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) is not installed")


@pytest.fixture(scope="module")
def contents() -> dict[str, Any]:
    return documents(FOLDER)


@pytest.fixture(scope="module")
def book(contents: dict[str, Any]) -> RuleBook:
    return build(contents, DAY)


@pytest.fixture(scope="module")
def pdf(book: RuleBook, contents: dict[str, Any]) -> bytes:
    return rulebook_pdf.document(book, contents, load_cases(FOLDER / "cases"), read_groups(FOLDER / "cases"))


def text_of(pdf: bytes, folder: Path) -> str:
    """Return the words of a PDF with blanks of one kind; words broken at a line end are joined."""
    (folder / "r.pdf").write_bytes(pdf)
    command = ["pdftotext", "-enc", "UTF-8", folder / "r.pdf", "-"]
    text = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    return " ".join(text.replace("\u00ad\n", "").replace("\u2010\n", "").replace("-\n", "").split())


def bare(text: str) -> str:
    """Return a text without blanks and hyphens: how lines break does not matter."""
    return "".join(c for c in text if not c.isspace() and c not in "-\u00ad\u2010")


def test_same_input_same_bytes(pdf: bytes, book: RuleBook, contents: dict[str, Any]) -> None:
    assert pdf.startswith(b"%PDF-")
    again = rulebook_pdf.document(book, contents, load_cases(FOLDER / "cases"), read_groups(FOLDER / "cases"))
    assert again == pdf


@needs_pdftotext
def test_everything_in_the_rulebook_is_in_print(
    pdf: bytes, book: RuleBook, contents: dict[str, Any], tmp_path: Path
) -> None:
    text = text_of(pdf, tmp_path)
    printed = bare(text)
    assert "nicht amtlich" in text
    assert book.sha256 in printed
    for entry in book.interventions:
        assert bare(f"{entry.id}{entry.title}") in printed or bare(entry.title) in printed, entry.id
        assert bare(entry.provenance.reason) in printed, entry.id
    for rule in book.rules:
        assert bare(rule.title) in printed
        assert bare(rule.why) in printed
        assert bare(rule.id) in printed
    for criterion in book.criteria:
        assert bare(criterion.label) in printed
    for source in contents["rulebook.yaml"]["quellen"].values():
        assert bare(source) in printed
    for value in ("0,0872", "0,3842", "47,5", "11,25"):
        assert value in text
    assert text.count("Beispiel:") >= 12
    for case in load_cases(FOLDER / "cases"):
        assert bare(case.title) in printed, case.id
        assert bare(case.person) in printed, case.id
    for name in read_groups(FOLDER / "cases").values():
        assert bare(name) in printed


def test_examples_show_their_rule(book: RuleBook, contents: dict[str, Any]) -> None:
    cases = load_cases(FOLDER / "cases")
    content = rulebook_pdf.content(book, contents, cases)
    titles = {case.title: case for case in cases}
    assert all(rule["examples"] for rule in content["rules"])
    for rule in content["rules"]:
        for example in rule["examples"]:
            expected = {e.intervention: e for e in titles[example["title"]].expected}
            for answer in example["answers"]:
                assert rule["id"] in expected[answer["id"]].deciding
                assert answer["level"] == expected[answer["id"]].low


def test_a_case_the_rulebook_contradicts_is_no_example(book: RuleBook, contents: dict[str, Any]) -> None:
    cases = load_cases(FOLDER / "cases")
    softer = tuple(dataclasses.replace(rule, level=3) if rule.id == "instabil" else rule for rule in book.rules)
    content = rulebook_pdf.content(dataclasses.replace(book, rules=softer), contents, cases)
    assert content["cases"]["odd"] > 0
    odd_rule = next(rule for rule in content["rules"] if rule["id"] == "instabil")
    assert all(answer["level"] == 3 for example in odd_rule["examples"] for answer in example["answers"])


@needs_pdftotext
def test_texts_are_printed_verbatim(contents: dict[str, Any], tmp_path: Path) -> None:
    changed_documents = copy.deepcopy(contents)
    nasty = '#panic("x") *fett* _kursiv_ $x^2$ <label> @ref ] } \\ "Anführung" `code` // Kommentar = Überschrift'
    changed_documents["rulebook.yaml"] |= {"titel": "Haus #1 [*]", "status": "hausregel", "beschreibung": nasty}
    changed_documents["interventions.yaml"]["interventionen"][0]["titel"] = nasty
    changed_documents["rules.yaml"]["regeln"][0]["titel"] = "- " + nasty
    changed_documents["instability.yaml"]["kriterien"] = []
    text = text_of(rulebook_pdf.document(build(changed_documents, DAY), changed_documents), tmp_path)
    assert bare(text).count(bare(nasty)) >= 3
    assert "Hausregel, nicht amtlich" in text
    assert "Dieses Regelwerk nennt keine Kriterien." in text
    assert "Beispiel:" not in text
