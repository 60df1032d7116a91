"""Conditions in sentences: why one holds for a resident, and what would have to change for it to hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules.assessment import instrument
from rules.explanation.score_evidence import evidence_of_leaf
from rules.language.condition import TRUE as HOLDS
from rules.language.condition import (
    Always,
    And,
    AtLeast,
    Certified,
    Condition,
    LargestComparison,
    Not,
    Or,
    PflegegradComparison,
    PunktbereichComparison,
    Reserved,
    Unstable,
    evaluate,
    leaves,
    words,
)
from rules.states import GATES
from rules.vocabulary import CONTINENCE_OPENS_FROM, MISSING, UNREADABLE_FINDING

if TYPE_CHECKING:
    from datetime import date

    from rules.catalogue import CatalogueEntry
    from rules.explanation.facts import ActiveCriterion, Facts
    from rules.states import States


_BOUNDS: Final = {">=": "mindestens", "<=": "höchstens", "=": "genau"}


@dataclass(frozen=True, slots=True)
class ConditionContext:
    """One intervention for one resident on one day, as the conditions see it."""

    facts: Facts
    states: States
    intervention: CatalogueEntry
    on: date

    def holds(self, condition: Condition) -> bool:
        """Return whether a condition surely holds by the thresholds of the rulebook's day."""
        return int(evaluate(condition, self.states, self.intervention, self.on)[0]) == HOLDS


@dataclass(frozen=True, slots=True)
class Needed:
    """What would have to be different for a condition to hold.

    Attributes
    ----------
    text
        German clause in the subjunctive.
    steps
        How far away it is: steps on the scale of a criterion, or one for each event.
    """

    text: str
    steps: int


def because(condition: Condition, case: ConditionContext) -> str:
    """Return why a condition holds, as a German clause that goes with „weil“."""
    match condition:
        case Always():
            return f"das Mindestniveau dieser Intervention QN {case.intervention.base} ist"
        case Reserved():
            return "sie nach § 4 PflBG Pflegefachpersonen vorbehalten ist"
        case Certified(certificate):
            return f"sie das Zertifikat {certificate} anerkennt"
        case Unstable():
            return _unstable(condition, case.facts)
        case LargestComparison():
            return _largest(condition, case)
        case PunktbereichComparison() | PflegegradComparison():
            evidence = evidence_of_leaf(condition, case.states, case.on)
            return f"{evidence.title} {_BOUNDS[condition.operator]} {condition.value} ist (jetzt {evidence.value})"
        case And(parts):
            return " und ".join(because(part, case) for part in parts)
        case Or(parts) | AtLeast(_, parts):
            return " und ".join(because(part, case) for part in parts if case.holds(part))
        case _:
            return f"gilt: {words(condition)}"


def active_criteria(condition: Condition, facts: Facts) -> tuple[ActiveCriterion, ...]:
    """Return the active instability criteria that a condition looks at, as recorded."""
    criteria_named = [leaf.criteria for leaf in leaves(condition) if isinstance(leaf, Unstable)]
    return tuple(c for c in facts.criteria if any(not names or c.id in names for names in criteria_named))


def _unstable(condition: Unstable, facts: Facts) -> str:
    active = active_criteria(condition, facts)
    starts = [criterion.start for criterion in active if criterion.start]
    since = f"seit dem {min(starts):%d.%m.%Y} " if starts else ""
    labels = ", ".join(dict.fromkeys(criterion.label for criterion in active))
    return f"{since}eine instabile gesundheitliche Situation besteht ({labels})"


def _value(case: ConditionContext, item: str, measure: str) -> int:
    measured = case.states.grade if measure == "grad" else case.states.frequency
    return int(measured(item)[0])


def _named(case: ConditionContext, item: str, step: int) -> tuple[str, str]:
    """Return a criterion with its number, and the word for a step on its scale."""
    criterion = instrument(case.facts.day).criteria[item]
    return f"„{criterion.title}“ ({item})", f"„{criterion.words[step]}“"


def _largest(condition: LargestComparison, case: ConditionContext) -> str:
    """Name the criteria that make a comparison true; where it is about small values, all of them."""
    items = condition.items or case.intervention.bi_items
    values = {item: _value(case, item, condition.measure) for item in items}
    recorded = {
        i: v for i, v in values.items() if v != MISSING and (condition.operator != ">=" or v >= condition.value)
    }
    by_words: dict[str, list[str]] = {}
    for item, value in recorded.items():
        exceeded = condition.operator == ">=" and value > condition.value
        named, word = _named(case, item, condition.value if exceeded else value)
        by_words.setdefault(f"{_or_worse(item)} {word}" if exceeded else word, []).append(named)
    singular, plural = ("ist", "sind") if condition.measure == "grad" else ("vorkommt", "vorkommen")
    clauses = [f"{_together(named)} {word} {plural if named[1:] else singular}" for word, named in by_words.items()]
    return " und ".join(clauses) or f"gilt: {words(condition)}"


def _together(names: list[str]) -> str:
    return " und ".join((", ".join(names[:-1]), names[-1])) if names[1:] else names[0]


def _or_worse(item: str) -> str:
    """Return "this step or worse": the words of module 2 describe what remains, so that less is worse."""
    return "höchstens" if item.startswith("2.") else "mindestens"


def needed_change(condition: Condition, case: ConditionContext) -> Needed | None:
    """Return what would have to be different for a condition to hold, or None where nothing can make it hold."""
    if case.holds(condition):
        return Needed("", 0)
    match condition:
        case Unstable(criteria):
            certain = f" ({' oder '.join(criteria)})" if criteria else ""
            return Needed(f"eine instabile gesundheitliche Situation{certain} bestünde", 1)
        case PunktbereichComparison(operator=">=") | PflegegradComparison(operator=">="):
            evidence = evidence_of_leaf(condition, case.states, case.on)
            text = f"{evidence.title} mindestens {condition.value} wäre (jetzt {evidence.value})"
            return Needed(text, condition.value - evidence.low)
        case LargestComparison(operator=">="):
            return _raised(condition, case)
        case And() | Or() | AtLeast():
            return _joined(condition, case)
        case Always() | Reserved() | Certified():
            return None
        case Not() | _:
            return Needed(f"gälte: {words(condition)}", 1)


def _joined(condition: And | Or | AtLeast, case: ConditionContext) -> Needed | None:
    """Choose the parts closest to being true, as many as are needed."""
    ways = [way for part in condition.parts if (way := needed_change(part, case))]
    if isinstance(condition, Or):
        nearest = min((way.steps for way in ways), default=0)
        return Needed(" oder ".join(way.text for way in ways if way.steps == nearest), nearest) if ways else None
    count = condition.count if isinstance(condition, AtLeast) else len(condition.parts)
    if len(ways) < count:
        return None
    chosen = sorted(sorted(ways, key=lambda way: way.steps)[:count], key=ways.index)
    return Needed(" und ".join(way.text for way in chosen if way.steps), sum(way.steps for way in chosen))


def is_gate_closed(item: str, facts: Facts) -> bool:
    """Return whether a criterion does not count, as no continence finding opens it."""
    finding = getattr(facts, GATES[item]) if item in GATES else CONTINENCE_OPENS_FROM
    return finding != UNREADABLE_FINDING and finding < CONTINENCE_OPENS_FROM


def _raised(condition: LargestComparison, case: ConditionContext) -> Needed | None:
    """Describe how far the criteria closest to the threshold would have to rise."""
    # Behind a closed continence gate points do not count, so raising them would change nothing.
    items = [i for i in condition.items or case.intervention.bi_items if not is_gate_closed(i, case.facts)]
    gaps = {item: condition.value - max(_value(case, item, condition.measure), 0) for item in items}
    if not gaps:
        return None
    nearest = min(gaps.values())
    verb = "wäre" if condition.measure == "grad" else "vorkäme"
    clauses = []
    for item, gap in gaps.items():
        if gap != nearest:
            continue
        named, mark = _named(case, item, condition.value)
        value = _value(case, item, condition.measure)
        now = "nicht erfasst" if value == MISSING else f"jetzt {_named(case, item, value)[1]}"
        clauses.append(f"{named} {_or_worse(item)} {mark} {verb} ({now})")
    return Needed(" oder ".join(clauses), nearest)
