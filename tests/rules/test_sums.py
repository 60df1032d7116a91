"""Sums in explanations: Punktbereich and Pflegegrad with what they lack, and how far a rule on them is away."""

from __future__ import annotations

from datetime import date

import pytest

from rules.explanation.explain import explain
from rules.explanation.facts import ActiveCriterion, Facts
from rules.explanation.result import Explanation
from rules.vocabulary import MISSING
from tests.support.rules import toy

BOOK = toy.book()
COMPLETE = {f"{m}.{i}": 0 for m, n in ((1, 5), (2, 11), (3, 13), (4, 13), (6, 6)) for i in range(1, n + 1)}
NO_ILLNESS = {f"5.{i} {f}": 0 for i in range(1, 16) for f in ("täglich", "wöchentlich", "monatlich")} | {"5.16": 0}
BAND_3 = {"4.1": 3, "4.2": 3, "4.4": 3, "4.5": 3, "4.6": 3, "4.7": 3, "4.8": 3}


def explained(intervention: str, cells: dict[str, int], *criteria: str, special: int = 0) -> Explanation:
    entry = BOOK.find_intervention(intervention)
    assert entry is not None
    criteria_held = tuple(ActiveCriterion(name.capitalize(), date(2026, 1, 2), None, name) for name in criteria)
    facts = Facts(date(2026, 1, 3), assessed=True, cells=cells, special=special, criteria=criteria_held)
    return explain(BOOK, entry, facts)


def test_a_punktbereich_is_named_as_reason() -> None:
    evidence = explained("1.1", COMPLETE | NO_ILLNESS | BAND_3)
    assert evidence.qn_soll == 3
    assert evidence.because[0] == "QN 3, weil Punktbereich in Modul 4 (Selbstversorgung) mindestens 3 ist (jetzt 3)."


def test_points_missing_for_a_pflegegrad_are_counted() -> None:
    heavy = COMPLETE | {f"{m}.{i}": 3 for m, n in ((2, 11), (4, 7), (6, 6)) for i in range(1, n + 1)}
    evidence = explained("1.4", heavy | {"4.8": 9, "4.9": 6, "4.10": 6})
    assert (evidence.low, evidence.high) == (2, 3)
    assert evidence.missing == ("16 Kriterien in Modul 5",)
    seen = next(each for answer in evidence.rules for each in answer.inputs if each.title == "Pflegegrad")
    assert seen.value == "4 bis 5, nicht alles ist erfasst"


def test_few_missing_criteria_are_named() -> None:
    record = COMPLETE | NO_ILLNESS | BAND_3 | {"4.8": 0}
    del record["4.9"]
    evidence = explained("1.1", record)
    assert (evidence.low, evidence.high) == (2, 3)
    assert evidence.missing == ("4.9 Trinken",)


def test_the_special_constellation_lacks_nothing() -> None:
    evidence = explained("1.4", {}, special=True)
    care_grade = next(answer for answer in evidence.rules if answer.id == "pflegegrad")
    assert care_grade.applies is True
    assert care_grade.missing == ()


def test_a_special_constellation_that_cannot_be_read_is_what_is_missing() -> None:
    evidence = explained("1.4", COMPLETE | NO_ILLNESS, special=MISSING)
    assert (evidence.low, evidence.high) == (2, 3)
    assert evidence.missing == ("besondere Bedarfskonstellation",)
    assert "besondere Bedarfskonstellation" not in explained("1.4", COMPLETE, special=1).missing


@pytest.mark.parametrize(("criterion", "level", "seen"), [("sturz", 4, ["Sturz"]), ("fieber", 1, [])])
def test_only_the_criteria_a_rule_names_are_its_inputs(criterion: str, level: int, seen: list[str]) -> None:
    evidence = explained("1.1", COMPLETE | NO_ILLNESS, criterion)
    assert evidence.qn_soll == level
    rule = next(answer for answer in evidence.rules if answer.id == "sturz")
    assert [each.title for each in rule.inputs] == seen


def test_nearly_reached_threshold_is_reported() -> None:
    evidence = explained("1.1", COMPLETE | NO_ILLNESS | {"4.1": 3, "4.2": 3, "4.4": 3})
    near = {each.rule.id: each.sentence for each in evidence.near}
    assert "Punktbereich in Modul 4 (Selbstversorgung) mindestens 3 wäre (jetzt 2)" in near["modul"]
    assert "pflegegrad" not in near
