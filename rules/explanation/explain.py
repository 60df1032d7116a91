"""Why this level: every rule that applies, with its inputs as recorded, its citation and its status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rules.assessment import instrument
from rules.compile import compile_levels
from rules.explanation.result import Explanation, Input, NearRule, RuleAnswer
from rules.explanation.score_evidence import evidence_of_condition
from rules.explanation.sentences import ConditionContext, active_criteria, because, is_gate_closed, needed_change
from rules.language.condition import (
    FALSE,
    TRUE,
    LargestComparison,
    PflegegradComparison,
    PunktbereichComparison,
    Unstable,
    evaluate,
    items_of,
    leaves,
    mentions,
    words,
)
from rules.states import GATES, States
from rules.vocabulary import (
    CONTINENCE,
    HIGHEST_LEVEL,
    KINDS_WITHOUT_RESIDENT,
    MISSING,
    NO_FINDING,
)

if TYPE_CHECKING:
    from rules.catalogue import CatalogueEntry
    from rules.explanation.facts import Facts, SetLevel
    from rules.model import RuleBook
    from rules.rule import Rule


def explain(book: RuleBook, intervention: CatalogueEntry, facts: Facts) -> Explanation:
    """Explain the level of one intervention.

    The level comes from the same compiled table the engine uses, so an explanation can never say
    anything else than the figures do.
    """
    states = facts.states()
    column = book.index[intervention.id]
    table = compile_levels(book, states)
    low, high, level = (int(part[0, column]) for part in (table.low, table.high, table.level))
    rateable = low > 0
    case = ConditionContext(facts, states, intervention, book.as_of)
    answers = [_answer(rule, case, level) for rule in book.rules if intervention.kind in rule.kinds]
    if not rateable:
        answers = [_unrated(answer) for answer in answers]
    answers.sort(key=lambda a: (not a.decides, {True: 0, None: 1, False: 2}[a.applies], -a.level))
    rest = [answer.level for answer in answers if answer.applies and not answer.decides]
    below = max(rest, default=0)
    without = below if level and 0 < below < level else None
    open_items = [item for a in answers if a.applies is None and a.level > low for item in a.missing]
    missing = tuple(dict.fromkeys(open_items)) if rateable else ()
    ruled = _Ruled(level, low, high, without, tuple(answers), missing)
    chosen = facts.set_level
    if chosen:
        level = low = high = HIGHEST_LEVEL if intervention.reserved else chosen.level
    return Explanation(
        book=book,
        intervention=intervention,
        facts=facts,
        qn_soll=level,
        low=low,
        high=high,
        rules=tuple(answers),
        missing=() if chosen else missing,
        without=None if chosen else without,
        because=(*_chosen(chosen, level), *_because(ruled, case, overruled=chosen is not None)),
        near=() if chosen or not rateable else _near(ruled, case),
    )


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What the rulebook says before any override."""

    level: int
    low: int
    high: int
    without: int | None
    answers: tuple[RuleAnswer, ...]
    missing: tuple[str, ...]

    def reasons(self, level: int, case: ConditionContext) -> str:
        """Return why the rules at this level apply, as German clauses."""
        rules = [answer.rule for answer in self.answers if answer.applies and answer.level == level]
        return " und weil ".join(because(rule.condition, case) for rule in rules)


def _chosen(chosen: SetLevel | None, level: int) -> tuple[str, ...]:
    if chosen is None:
        return ()
    until = f"bis {chosen.end:%d.%m.%Y}" if chosen.end else "ohne Ende"
    reach = "für das ganze Haus" if chosen.whole_house else "für diese Person"
    return (f"QN {level}, {reach} festgelegt ab {chosen.start:%d.%m.%Y} {until} von {chosen.by}: {chosen.reason}",)


def _because(ruled: _Ruled, case: ConditionContext, *, overruled: bool) -> tuple[str, ...]:
    """Explain in sentences why the rulebook asks for this level, and when it would ask for another."""
    start = "Nach dem Regelwerk wäre es " if overruled else ""
    if not ruled.low:
        return (f"{start or 'Das ist '}nicht bewertbar, weil keine Begutachtung in Kraft ist.",)
    if not ruled.level:
        open_rules = [a for a in ruled.answers if a.applies is None and a.level > ruled.low]
        titles = ", ".join(f"„{answer.rule.title}“" for answer in open_rules)
        return (
            f"{start}{'mindestens' if start else 'Mindestens'} QN {ruled.low}, weil {ruled.reasons(ruled.low, case)}.",
            f"Höchstens QN {ruled.high}, weil offen ist, ob {titles} zutrifft: Es fehlt {', '.join(ruled.missing)}.",
        )
    sentences = [f"{start}QN {ruled.level}, weil {ruled.reasons(ruled.level, case)}."]
    if ruled.without:
        sentences.append(f"Ohne das wäre es QN {ruled.without}, weil {ruled.reasons(ruled.without, case)}.")
    return tuple(sentences)


def _near(ruled: _Ruled, case: ConditionContext) -> tuple[NearRule, ...]:
    """Return the rules one step away that would require more than now."""
    near = []
    for answer in ruled.answers:
        if answer.applies is not False or answer.level <= ruled.low:
            continue
        want = needed_change(answer.rule.condition, case)
        if want and want.steps == 1:
            near.append(NearRule(answer.rule, answer.level, want.text))
    return tuple(near)


def _answer(rule: Rule, case: ConditionContext, level: int) -> RuleAnswer:
    """Evaluate one rule."""
    facts, states, intervention, on = case.facts, case.states, case.intervention, case.on
    truth = int(evaluate(rule.condition, states, intervention, on)[0])
    applies = None if truth not in {TRUE, FALSE} else truth == TRUE
    rule_level = rule.level_for(intervention)
    items = items_of(rule.condition, intervention)
    inputs = [_item_input(item, facts, states) for item in items]
    sums = list(evidence_of_condition(rule.condition, states, on)) if facts.assessed else []
    inputs.extend(Input("", each.title, each.value, None, facts.assessment_from, "Begutachtung") for each in sums)
    if mentions(rule.condition, Unstable):
        criteria = active_criteria(rule.condition, facts)
        inputs.extend(Input("", c.label, "in Kraft", None, c.start, "Kriterium") for c in criteria)
    titles = instrument(facts.day).criteria
    lacking = [f"{item} {titles[item].title}" for item in items if int(states.points(item)[0]) == MISSING]
    missing = tuple(dict.fromkeys([*lacking, *(name for each in sums for name in each.missing)]))
    return RuleAnswer(
        rule=rule,
        level=rule_level,
        applies=applies,
        decides=applies is True and level > 0 and rule_level == level,
        condition=words(rule.condition),
        inputs=tuple(inputs),
        missing=missing,
    )


def _unrated(answer: RuleAnswer) -> RuleAnswer:
    """Without an assessment nothing is known that rests on one."""
    leaf = LargestComparison | PunktbereichComparison | PflegegradComparison
    rests_on_record = any(isinstance(each, leaf) for each in leaves(answer.rule.condition))
    return replace(answer, decides=False, applies=None if rests_on_record else answer.applies)


def _item_input(item: str, facts: Facts, states: States) -> Input:
    """Describe what is recorded of one criterion."""
    criterion = instrument(facts.day).criteria[item]
    recorded = facts.cells.get(item, MISSING)
    points = int(states.points(item)[0])
    since, source = facts.assessment_from, "Begutachtung"
    if is_gate_closed(item, facts):
        finding = getattr(facts, GATES[item])
        named = CONTINENCE[finding] if finding != NO_FINDING else "kein Befund, gilt als kontinent"
        value = f"zählt nicht ({named})" if facts.assessed else "nicht erfasst"
        return Input(
            item, criterion.title, value, 0 if facts.assessed else None, since, source if facts.assessed else ""
        )
    if points == MISSING or not facts.assessed:
        return Input(item, criterion.title, "nicht erfasst", None, None, "")
    return Input(item, criterion.title, f"{criterion.word(recorded)} ({recorded} Punkte)", recorded, since, source)


def needs_resident(intervention: CatalogueEntry) -> bool:
    """Return whether this kind of intervention needs a resident with an effective assessment."""
    return intervention.kind not in KINDS_WITHOUT_RESIDENT
