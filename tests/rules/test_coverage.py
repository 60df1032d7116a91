"""Every entry is dated, cited or says that it is our own setting; the coverage counts it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import rules
from rules import statute
from rules.checks.coverage import Coverage, coverage, of_book, statute_coverage, total
from rules.checks.entries import check_documents
from rules.edition import documents
from rules.files.schema import FILES, schema_problems
from rules.statute import SHELF

EDITION = SHELF / "rekonstruktion-2026.2"


def test_everything_is_cited() -> None:
    parts = (*coverage(EDITION), *statute_coverage())
    assert [part.name for part in parts if not part.complete] == []
    whole = total(parts)
    assert (whole.entries, whole.cited + whole.own) == (181, 181)
    assert whole.oldest is not None
    assert whole.oldest >= date(2026, 11, 21)
    assert 0 < whole.certainty <= 100


def entries(content: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to every cited entry of a file."""
    if isinstance(content, dict):
        if "beleg" in content:
            yield steps
        for key, value in content.items():
            yield from entries(value, (*steps, key))
    if isinstance(content, list):
        for position, value in enumerate(content):
            yield from entries(value, (*steps, position))


def value_at(content: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        content = content[step]
    return content


FIRST_OF_EACH = [
    (file, steps)
    for file in (*FILES, *statute.STATUTE_FILES)
    for steps in entries(documents(EDITION)[file] if file in FILES else statute.document(file))
    if steps[1:2] in {(), (0,)}
]


def test_every_kind_of_entry_is_tried() -> None:
    assert len({(file, steps[0]) for file, steps in FIRST_OF_EACH}) == 13


FIELDS = ("gueltig_ab", "sicherheit", "grund", "geprueft_am", "stelle")


@pytest.mark.parametrize("lost", ["beleg", *(pytest.param(one, marks=pytest.mark.slow) for one in FIELDS)])
@pytest.mark.parametrize(("file", "steps"), FIRST_OF_EACH, ids=lambda part: ".".join(map(str, part)) if part else "")
def test_an_entry_without_a_whole_citation_is_refused(file: str, steps: tuple[Any, ...], lost: str) -> None:
    content = copy.deepcopy(documents(EDITION)[file] if file in FILES else statute.document(file))
    entry = value_at(content, steps)
    if lost == "gueltig_ab" and "gueltig_ab" not in entry:
        assert steps[2:3] == ("gruppen",), "only a row of § 113c has its dates from the edition it stands in"
        return
    if lost == "stelle":
        entry["beleg"].pop("stelle", None)
        entry["beleg"].pop("eigene_setzung", None)
    else:
        del (entry if lost in {"beleg", "gueltig_ab"} else entry["beleg"])[lost]
    messages = [text for _, text in schema_problems(file, content)]
    assert any(lost in text for text in messages), messages


def test_uncited_entries_are_counted() -> None:
    contents = documents(EDITION)
    contents["rules.yaml"]["regeln"][0]["beleg"] = {"grund": "Darum.", "sicherheit": 50, "geprueft_am": "2026-11-21"}
    assert not coverage(contents)[1].complete
    assert [problem.entry for problem in check_documents(contents)] == ["basis"]


def test_evidence_of_a_rulebook_is_summed_up() -> None:
    first, second = (total(coverage(SHELF / f"rekonstruktion-2026.{number}")) for number in (1, 2))
    assert (
        first.sentence == "11 von 142 Einträgen haben eine Quelle, 131 sind eigene Setzungen (im Mittel 66 % sicher)."
    )
    assert (
        second.sentence == "12 von 142 Einträgen haben eine Quelle, 130 sind eigene Setzungen (im Mittel 66 % sicher)."
    )
    for day in (date(2026, 10, 31), date(2026, 11, 1)):
        book = rules.load(day)
        assert of_book(book).sentence == total(coverage(SHELF / f"rekonstruktion-{book.edition}")).sentence
    single = Coverage("", 2, 1, 1, 62.5, None)
    assert single.sentence == "1 von 2 Einträgen hat eine Quelle, 1 ist eine eigene Setzung (im Mittel 63 % sicher)."


def test_the_readme_quotes_the_evidence_of_the_newest_edition() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert total(coverage(EDITION)).sentence in readme
