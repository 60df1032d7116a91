"""A rulebook as a whole: what can never decide, what falls with need, dead sources and links, and how fast that is."""

from __future__ import annotations

import copy
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.checks.entries import check_documents
from rules.checks.health import health, health_files
from rules.edition import build, documents
from rules.files.schema import FILES
from rules.reference import ReferenceResident, level
from rules.statute import SHELF
from tests.support.rules import toy

BUILT_IN = documents(SHELF / "rekonstruktion-2026.2")


def with_rule(contents: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the documents with one more rule, put before all others."""
    changed = copy.deepcopy(contents)
    rule = {"id": "neu", "titel": "Neu", "arten": ["koerper"], "qn": 3, **toy.DATED, **changes}
    changed["rules.yaml"]["regeln"].insert(0, rule)
    assert check_documents(changed) == []
    return changed


def test_the_built_in_books_are_sound() -> None:
    folders = sorted(path.parent for path in SHELF.glob("*/rulebook.yaml"))
    assert folders
    for folder in folders:
        assert health_files(folder) == []


def test_the_toy_book_is_sound() -> None:
    assert health(toy.documents()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bedingung": "grad(2.10) >= 2 und nicht grad(2.10) >= 1"}, ["trifft in keinem Zustand", "zu"]),
        ({"bedingung": "vorbehaltsaufgabe"}, ["trifft in keinem Zustand"]),
        ({"bedingung": "zertifikat(LG2)", "arten": ["hauswirtschaft"]}, ["bei keiner Intervention ihrer Arten"]),
        ({"bedingung": "punktbereich(4) >= 4 und pflegegrad <= 1"}, ["trifft in keinem Zustand"]),
        ({"bedingung": "häufigkeit(3.3) >= 3"}, ["entscheidet nie", "mehr als QN 3"]),
        ({"bedingung": "instabil(sturz) und instabil(wunde)"}, ["entscheidet nie"]),
        ({"bedingung": "immer", "arten": ["vorbehalt"]}, ["entscheidet nie"]),
        (
            {"bedingung": "grad(2.10) = 1", "qn": 4},
            ["Mehr Bedarf senkt das Niveau", "QN 4 bei 2.10 = 1, aber nur QN 3 bei"],
        ),
        ({"bedingung": "nicht instabil und grad(2.8) = 0", "arten": ["alltag"]}, ["Mehr Bedarf senkt", "QN 3"]),
        ({"bedingung": "pflegegrad <= 3", "qn": 4}, ["Mehr Bedarf senkt das Niveau"]),
        ({"bedingung": "punktbereich(4) = 2", "qn": 4}, ["Mehr Bedarf senkt das Niveau", "4.1 = 3"]),
        ({"bedingung": "nicht instabil(wunde) und grad(1.1) >= 1", "qn": 4, "arten": ["alltag"]}, ["instabil: wunde"]),
    ],
)
def test_an_unsound_rule_is_named(changes: dict[str, Any], words: list[str]) -> None:
    problems = health(with_rule(BUILT_IN, **changes))
    assert {problem.entry for problem in problems} == {"neu"}
    assert problems[0].file == "rules.yaml"
    for word in words:
        assert word in problems[0].message


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"bedingung": "grad(2.10) = 3", "qn": 3},
        {"bedingung": "grad(2.10) = 1", "qn": 1},
        {"bedingung": "pflegegrad >= 5", "qn": 4},
        {"bedingung": "mindestens 2 von (instabil(sturz), punktbereich(1) >= 3, häufigkeit(3.1) >= 2)", "qn": 4},
    ],
)
def test_a_sound_rule_is_not(changes: dict[str, Any]) -> None:
    assert health(with_rule(BUILT_IN, **changes)) == []


def test_the_example_of_falling_need_is_true() -> None:
    """The two states named in the message really have these levels."""
    contents = with_rule(BUILT_IN, bedingung="punktbereich(4) = 2", qn=4)
    text = health(contents)[0].message
    match = re.search(r"Intervention (\S+) verlangt QN (\d) bei (.*), aber nur QN (\d) bei (.*?)\. Bitte", text)
    assert match
    name, high, less, low, more = match.groups()
    book = build(contents, date(2026, 1, 1))
    entry = book.find_intervention(name)
    assert entry is not None
    zeros = {f"{m}.{i}": 0 for m, n in ((1, 5), (2, 11), (3, 13), (4, 13)) for i in range(1, n + 1)}
    for words, expected in ((less, high), (more, low)):
        points = zeros | {part.split(" = ")[0]: int(part.split(" = ")[1]) for part in words.split(", ")}
        assert level(book, entry, ReferenceResident(points)).low == int(expected)
    assert int(low) < int(high)


def test_a_rule_dead_from_some_day_on_is_found() -> None:
    changed = with_rule(BUILT_IN, bedingung="häufigkeit(3.9) >= 3", arten=["alltag"], qn=3)
    assert health(changed) == []
    later = changed["rules.yaml"]["regeln"]
    stronger = {**later[0], "id": "staerker", "bedingung": "häufigkeit(3.9) >= 2", "qn": 4, "gueltig_ab": "2027-01-01"}
    later.append(stronger)
    assert [problem.entry for problem in health(changed)] == ["neu"]


def test_two_interventions_of_one_title_are_found() -> None:
    changed = copy.deepcopy(BUILT_IN)
    first, second = changed["interventions.yaml"]["interventionen"][:2]
    second["titel"] = f" {first['titel'].upper()} "
    assert {problem.entry for problem in health(changed)} == {first["id"], second["id"]}


def test_a_source_that_proves_nothing_is_found_with_its_line(tmp_path: Path) -> None:
    changed = copy.deepcopy(BUILT_IN)
    changed["rulebook.yaml"]["quellen"]["vergessen"] = "Ein Buch, das niemand nennt"
    for name in FILES:
        (tmp_path / name).write_text(yaml.safe_dump(changed[name], allow_unicode=True), encoding="utf-8")
    lines = (tmp_path / "rulebook.yaml").read_text(encoding="utf-8").split("\n")
    line = next(i for i, text in enumerate(lines, 1) if "vergessen" in text)
    problems = health_files(tmp_path)
    assert len(problems) == 1
    assert problems[0].startswith(
        f"{tmp_path}/rulebook.yaml, Zeile {line}: Die Quelle „vergessen“ belegt keinen Eintrag."
    )


@pytest.mark.parametrize(
    ("link", "sound"),
    [
        ("https://www.gesetze-im-internet.de/sgb_11/__15.html", True),
        ("http://beispiel.de", True),
        ("https:/beispiel.de", False),
        ("https://", False),
        ("http://beispiel", False),
        ("www.beispiel.de", False),
        ("https://[beispiel.de", False),
    ],
)
def test_links_are_whole(link: str, sound: bool) -> None:  # noqa: FBT001
    changed = copy.deepcopy(BUILT_IN)
    changed["rules.yaml"]["regeln"][0]["beleg"]["grund"] = f"Siehe {link}, Seite 3."
    problems = health(changed)
    assert [problem.entry for problem in problems] == ([] if sound else ["basis"])
    assert all(link.rstrip(":/") in problem.message for problem in problems)
