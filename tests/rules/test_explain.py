"""Explanations: the same level as the figures, sentences a care manager understands, and what nearly applies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from rules.compile import compile_levels
from rules.explanation.explain import explain
from rules.explanation.facts import ActiveCriterion, Facts, SetLevel
from rules.explanation.lines import lines
from rules.explanation.result import Explanation
from rules.model import RuleBook
from rules.vocabulary import ASSESSMENT_CELLS, FREQUENCY_ITEMS, GRADED_ITEMS, MISSING, allowed_points

DAY = date(2026, 3, 14)
ASSESSED = date(2026, 2, 3)
CALM = {"4.4": 1, "2.10": 1, "2.8": 0, "3.1": 0, "3.3": 0, "3.5": 0, "3.8": 1, "3.9": 0}
HOSPITAL = ActiveCriterion("Rückkehr aus dem Krankenhaus oder frische Operation", date(2026, 3, 3), None)


def shower(book: RuleBook, *criteria: ActiveCriterion, chosen: SetLevel | None = None, **cells: int) -> Explanation:
    entry = book.find_intervention("4.12")
    assert entry is not None
    points = CALM | {name[1:].replace("_", "."): value for name, value in cells.items()}
    facts = Facts(DAY, assessed=True, assessment_from=ASSESSED, cells=points, criteria=criteria, set_level=chosen)
    return explain(book, entry, facts)


def test_explanation_states_reason_and_alternative(book: RuleBook) -> None:
    explanation = shower(book, HOSPITAL, _4_4=3)
    assert explanation.qn_soll == 4
    assert explanation.because == (
        (
            "QN 4, weil seit dem 03.03.2026 eine instabile gesundheitliche Situation besteht "
            "(Rückkehr aus dem Krankenhaus oder frische Operation)."
        ),
        "Ohne das wäre es QN 3, weil „Duschen und Baden einschließlich Waschen der Haare“ (4.4) „unselbständig“ ist.",
    )


def test_a_lower_mark_is_named_as_at_least(book: RuleBook) -> None:
    explanation = shower(book, _4_4=3)
    assert explanation.because[0] == (
        "QN 3, weil „Duschen und Baden einschließlich Waschen der Haare“ (4.4) „unselbständig“ ist."
    )
    assert "(4.4) mindestens „überwiegend unselbständig“ ist" in explanation.because[1]


def test_criteria_with_one_word_are_named_together_and_less_understanding_is_no_more(book: RuleBook) -> None:
    """The words of module 2 say how much is left: beyond "in geringem Maße" there is less, so "höchstens"."""
    entry = book.interventions[book.index["1.2"]]
    cells = dict.fromkeys(ASSESSMENT_CELLS, 0)
    explanation = explain(book, entry, Facts(day=DAY, assessed=True, cells=cells | {"1.1": 3, "1.2": 3, "2.10": 3}))
    assert explanation.because[0] == (
        "QN 3, weil „Positionswechsel im Bett“ (1.1) und „Halten einer stabilen Sitzposition“ (1.2) „unselbständig“ "
        "sind und weil „Verstehen von Aufforderungen“ (2.10) höchstens „in geringem Maße vorhanden“ ist."
    )
    nearly = explain(book, entry, Facts(day=DAY, assessed=True, cells=cells | {"2.10": 1})).near
    wanted = "(2.10) höchstens „in geringem Maße vorhanden“ wäre (jetzt „größtenteils vorhanden“)"
    assert [one.rule.id for one in nearly if wanted in one.needed] == ["kognition"]


def test_bounds_name_what_is_missing(book: RuleBook) -> None:
    explanation = shower(book, _3_8=MISSING)
    assert (explanation.qn_soll, explanation.low, explanation.high) == (0, 2, 4)
    assert explanation.missing == ("3.8 Abwehr pflegerischer und anderer unterstützender Maßnahmen",)
    assert explanation.because[0].startswith("Mindestens QN 2, weil das Mindestniveau")
    assert explanation.because[1].startswith("Höchstens QN 4, weil offen ist, ob")
    assert explanation.because[1].endswith("Es fehlt 3.8 Abwehr pflegerischer und anderer unterstützender Maßnahmen.")


def test_without_an_assessment_no_dependent_statement_is_made(book: RuleBook) -> None:
    entry = book.find_intervention("4.2")
    assert entry is not None
    explanation = explain(book, entry, Facts(DAY))
    assert (explanation.qn_soll, explanation.low, explanation.high, explanation.near) == (0, 0, 0, ())
    assert explanation.because == ("Das ist nicht bewertbar, weil keine Begutachtung in Kraft ist.",)
    assert {a.applies for a in explanation.rules if a.id.startswith(("grad", "kogn", "verhalten"))} == {None}


def test_reserved_tasks_name_the_law(book: RuleBook) -> None:
    entry = book.find_intervention("7.E02")
    assert entry is not None
    explanation = explain(book, entry, Facts(DAY))
    assert "weil sie nach § 4 PflBG Pflegefachpersonen vorbehalten ist" in explanation.because[0]
    assert [a.id for a in explanation.rules if a.decides] == ["basis", "vorbehalt"]


def test_inputs_carry_value_date_and_source(book: RuleBook) -> None:
    explanation = shower(book, _2_10=2)
    (seen,) = next(a for a in explanation.rules if a.id == "kognition").inputs
    assert (seen.item, seen.points, seen.since, seen.source) == ("2.10", 2, ASSESSED, "Begutachtung")
    assert seen.value == "in geringem Maße vorhanden (2 Punkte)"


@pytest.mark.parametrize(("finding", "value"), [(-1, "kein Befund, gilt als kontinent"), (1, "überwiegend kontinent")])
def test_closed_gate_is_reported(book: RuleBook, finding: int, value: str) -> None:
    entry = book.find_intervention("4.2")
    assert entry is not None
    facts = Facts(DAY, assessed=True, cells=CALM | {"4.10": 0, "4.11": 3, "4.12": 0}, continence_urine=finding)
    explanation = explain(book, entry, facts)
    seen = next(i for a in explanation.rules if a.id == "grad-3" for i in a.inputs if i.item == "4.11")
    assert (seen.value, seen.points) == (f"zählt nicht ({value})", 0)


def test_override_is_reported_with_the_rulebook_level(book: RuleBook) -> None:
    chosen = SetLevel(3, "Fallbesprechung", date(2026, 3, 1), date(2026, 6, 30), "M-7Q3F9", whole_house=False)
    explanation = shower(book, HOSPITAL, chosen=chosen)
    assert (explanation.qn_soll, explanation.low, explanation.high, explanation.near) == (3, 3, 3, ())
    assert explanation.because[0] == (
        "QN 3, für diese Person festgelegt ab 01.03.2026 bis 30.06.2026 von M-7Q3F9: Fallbesprechung"
    )
    assert explanation.because[1].startswith("Nach dem Regelwerk wäre es QN 4, weil seit dem 03.03.2026")


def test_a_reserved_task_stays_at_four_despite_overrides(book: RuleBook) -> None:
    entry = book.find_intervention("7.E02")
    assert entry is not None
    chosen = SetLevel(2, "Versuch", date(2026, 3, 1), None, "M-1", whole_house=True)
    assert explain(book, entry, Facts(DAY, set_level=chosen)).qn_soll == 4


def random_facts(seed: int) -> Facts:
    rng = np.random.default_rng(seed)
    items = [*GRADED_ITEMS, *FREQUENCY_ITEMS]
    mild = [0.5, 0.3, 0.15, 0.05]  # so that something is left to rise
    cells = {item: int(rng.choice(sorted(allowed_points(item)), p=mild)) for item in items if rng.random() < 0.99}
    return Facts(
        day=DAY,
        assessed=True,
        assessment_from=ASSESSED,
        cells=cells,
        continence_urine=int(rng.integers(-1, 6)),
        continence_stool=int(rng.integers(-1, 6)),
        criteria=(HOSPITAL,) if rng.random() < 0.3 else (),
    )


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_the_level_is_the_one_the_figures_use(book: RuleBook, seed: int) -> None:
    facts = random_facts(seed)
    table = compile_levels(book, facts.states())
    for column, entry in enumerate(book.interventions):
        explanation = explain(book, entry, facts)
        assert (explanation.qn_soll, explanation.low, explanation.high) == tuple(
            int(part[0, column]) for part in (table.level, table.low, table.high)
        )
        applying = [a.level for a in explanation.rules if a.applies]
        assert max(applying) == explanation.low
        assert explanation.because[0]
        assert all(a.decides == (a.applies is True and a.level == explanation.qn_soll) for a in explanation.rules)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_nearly_applying_rule_applies_after_the_named_step(book: RuleBook, seed: int) -> None:
    """Raise each criterion the sentence names by one step, or begin an instability: the rule then holds."""
    facts = replace(random_facts(seed), criteria=())
    tried = 0
    for entry in book.interventions:
        for near in explain(book, entry, facts).near:
            assert near.level > explain(book, entry, facts).low
            for changed in one_step_further(facts, near.needed):
                after = explain(book, entry, changed)
                assert next(a.applies for a in after.rules if a.id == near.rule.id) is True, near.sentence
                tried += 1
    assert tried > 10


def one_step_further(facts: Facts, needed: str) -> list[Facts]:
    if "instabile" in needed:
        return [replace(facts, criteria=(HOSPITAL,))]
    named = [item for item in facts.cells if f"({item})" in needed]
    assert named, needed
    changed = []
    for item in named:
        scale = sorted(allowed_points(item))
        higher = scale[scale.index(facts.cells[item]) + 1]
        changed.append(replace(facts, cells=facts.cells | {item: higher}))
    return changed


def test_the_whole_text_names_rulebook_and_citations(book: RuleBook) -> None:
    text = "\n".join(lines(shower(book, HOSPITAL)))
    assert "Regelwerk: Rekonstruktion 2026.1 · nicht amtlich" in text
    assert "QN 4  Instabile gesundheitliche Situation [instabil] (entscheidet)" in text
    assert "Beleg: Muths/Darmann-Finck" in text
