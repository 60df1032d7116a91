"""The chapter of cases: complete, true to the rulebook, safe as Markdown, and the one that is committed."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest

from cli.main import main
from rules.cases import Case, load_cases, read_groups
from rules.edition import build, documents
from rules.files.write import write
from rules.model import RuleBook
from rules.problem import RuleBookError
from rules.statute import SHELF
from web.reports import case_chapter

FOLDER = SHELF / "rekonstruktion-2026.2"
CHAPTER = Path(__file__).parents[3] / "docs" / "handbuch-faelle.md"


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return build(documents(FOLDER), date(2026, 7, 1))


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return load_cases(FOLDER / "cases")


def test_committed_chapter_equals_cases_and_rulebook(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "cases"]) == 0
    same = capsys.readouterr().out == CHAPTER.read_text(encoding="utf-8")
    assert same, f"{CHAPTER.name} is not what cases and rulebook say now: run `make chapter` and commit it"


def test_every_expectation_is_printed_with_its_level(book: RuleBook, cases: tuple[Case, ...]) -> None:
    shown_cases = {case.title: case for group in case_chapter.groups(book, cases, {}) for case in group.cases}
    assert len(shown_cases) == len(cases)
    for case in cases:
        levels = {name.split()[0]: a.level for a in shown_cases[case.title].answers for name in a.interventions}
        for expected in case.expected:
            low, high = expected.low, expected.high
            level = "nicht bewertbar" if high == 0 else f"QN {low}" if low == high else f"QN {low} bis {high}"
            assert levels.pop(expected.intervention).replace("\N{NO-BREAK SPACE}", " ") == level, case.id
        assert levels == {}
        assert not any(answer.differs for answer in shown_cases[case.title].answers)


def test_reasons_name_the_deciding_rules_and_their_inputs(book: RuleBook, cases: tuple[Case, ...]) -> None:
    by_id = {case.id: case for case in cases}
    (group,) = case_chapter.groups(book, [by_id["mobilitaet/grad-und-kognition-gemeinsam"]], {})
    (case,) = group.cases
    assert case.record == (
        "Unselbständig: 1.3 Umsetzen. Nicht vorhanden: 2.10 Verstehen von Aufforderungen. "
        "Alle übrigen Kriterien: 0 Punkte."
    )
    assert case.answers[0].why == (
        "Unselbständig im passenden Kriterium, weil „Umsetzen“ (1.3) „unselbständig“ ist.",
        (
            "Versteht Aufforderungen nicht ausreichend, weil „Verstehen von Aufforderungen“ (2.10) höchstens "
            "„in geringem Maße vorhanden“ ist."
        ),
    )
    (group,) = case_chapter.groups(book, [by_id["zertifikate/gesperrt-bei-instabiler-lage"]], {})
    assert all("Ein Zertifikat genügt hier nicht." in answer.why for answer in group.cases[0].answers)
    unstable = "Instabile gesundheitliche Situation: Dekompensierte Herz- oder Lungenerkrankung oder Atemnot."
    assert all(unstable in answer.why for answer in group.cases[0].answers)


def test_chapter_reports_deviating_answers(book: RuleBook, cases: tuple[Case, ...]) -> None:
    softer = tuple(dataclasses.replace(rule, level=3) if rule.id == "instabil" else rule for rule in book.rules)
    own = dataclasses.replace(book, rules=softer)
    text = case_chapter.markdown(own, case_chapter.groups(own, cases, {}))
    assert "**Abweichung:** Erwartet ist QN 4, das Regelwerk sagt QN 3." in text
    assert re.search(r"In \d+\sFällen antwortet es anders", text)
    fewer = dataclasses.replace(book, interventions=book.interventions[1:])
    text = case_chapter.markdown(fewer, case_chapter.groups(fewer, cases, {}))
    assert "| **–** | 1.1 Bewegungsförderung |" in text
    assert "Diese Intervention gibt es im Regelwerk nicht." in text


def test_an_own_rulebook_answers_the_cases_of_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = documents(FOLDER)
    own["rulebook.yaml"] |= {"id": "haus", "titel": "Haus Süd", "status": "hausregel"}
    write(tmp_path / "haus", own)
    assert main(["rules", "cases", str(tmp_path / "haus")]) == 2
    assert "liegen keine Fälle" in capsys.readouterr().err
    assert main(["rules", "cases", str(tmp_path / "haus"), "--cases", "rekonstruktion"]) == 0
    assert "Regelwerk: Haus Süd 2026.2 · Hausregel, nicht amtlich." in capsys.readouterr().out


def test_texts_are_escaped_for_markdown(book: RuleBook, cases: tuple[Case, ...]) -> None:
    nasty = "<script> | *fett* [Verweis](x) `code`\nzweite Zeile"
    case = dataclasses.replace(cases[0], title=nasty, person=nasty, source=nasty)
    text = case_chapter.markdown(book, case_chapter.groups(book, [case], {}))
    assert text.count(r"\<script\> \| \*fett\* \[Verweis\](x) \`code\` zweite Zeile") == 3
    assert "<script>" not in text


def test_groups_have_names_and_an_order(book: RuleBook, cases: tuple[Case, ...], tmp_path: Path) -> None:
    names = read_groups(FOLDER / "cases")
    assert set(names) == {case.group for case in cases}
    assert [group.title for group in case_chapter.groups(book, cases, names)] == list(names.values())
    unnamed = case_chapter.groups(book, cases, {"verhalten": "Verhalten", "leer": "Leer"})
    assert [group.title for group in unnamed][:3] == ["Verhalten", "Alltag", "Behandlung"]
    assert read_groups(tmp_path) == {}
    for wrong in ("- a\n", "a: 1\n", "a: ' '\n"):
        (tmp_path / "gruppen.yaml").write_text(wrong, encoding="utf-8")
        with pytest.raises(RuleBookError, match=r"gruppen\.yaml"):
            read_groups(tmp_path)
