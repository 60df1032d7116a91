"""Conditions in sentences: why one holds for somebody, and what would have to be different for it to hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.assessment import instrument
from rules.condition import TRUE as HOLDS
from rules.condition import Always, And, Condition, Largest, Not, Or, Reserved, Unstable, evaluate, words
from rules.states import GATES
from rules.vocabulary import CONTINENCE_OPENS_FROM, MISSING

if TYPE_CHECKING:
    from rules.explain import Facts
    from rules.model import Intervention
    from rules.states import States


@dataclass(frozen=True, slots=True)
class Case:
    """One intervention for one resident on one day, as the conditions see it."""

    facts: Facts
    states: States
    intervention: Intervention

    def holds(self, condition: Condition) -> bool:
        """Return whether a condition surely holds."""
        return int(evaluate(condition, self.states, self.intervention)[0]) == HOLDS


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


def because(condition: Condition, case: Case) -> str:
    """Return why a condition holds, as a German clause that goes with „weil“."""
    match condition:
        case Always():
            return f"das Mindestniveau dieser Intervention QN {case.intervention.base} ist"
        case Reserved():
            return "sie nach § 4 PflBG Pflegefachpersonen vorbehalten ist"
        case Unstable():
            return _unstable(case.facts)
        case Largest():
            return _largest(condition, case)
        case And(parts):
            return " und ".join(because(part, case) for part in parts)
        case Or(parts):
            return " und ".join(because(part, case) for part in parts if case.holds(part))
        case _:
            return f"gilt: {words(condition)}"


def _unstable(facts: Facts) -> str:
    since = min(criterion.start for criterion in facts.criteria)
    labels = ", ".join(dict.fromkeys(criterion.label for criterion in facts.criteria))
    return f"seit dem {since:%d.%m.%Y} eine instabile gesundheitliche Situation besteht ({labels})"


def _value(case: Case, item: str, measure: str) -> int:
    of = case.states.grade if measure == "grad" else case.states.frequency
    return int(of(item)[0])


def _named(case: Case, item: str, step: int) -> tuple[str, str]:
    """Return a criterion with its number, and the word for a step on its scale."""
    criterion = instrument(case.facts.day).criteria[item]
    return f"„{criterion.title}“ ({item})", f"„{criterion.words[step]}“"


def _largest(condition: Largest, case: Case) -> str:
    """Name the criteria that make a comparison true; where it is about small values, all of them."""
    items = condition.items or case.intervention.bi_items
    values = {item: _value(case, item, condition.measure) for item in items}
    shown = {i: v for i, v in values.items() if v != MISSING and (condition.operator != ">=" or v >= condition.value)}
    verb = "ist" if condition.measure == "grad" else "vorkommt"
    clauses = []
    for item, value in shown.items():
        beyond = condition.operator == ">=" and value > condition.value
        named, word = _named(case, item, condition.value if beyond else value)
        clauses.append(f"{named} {'mindestens ' if beyond else ''}{word} {verb}")
    return " und ".join(clauses) or f"gilt: {words(condition)}"


def needed(condition: Condition, case: Case) -> Needed | None:
    """Return what would have to be different for a condition to hold, or None where nothing can make it hold."""
    if case.holds(condition):
        return Needed("", 0)
    match condition:
        case Unstable():
            return Needed("eine instabile gesundheitliche Situation bestünde", 1)
        case Largest(operator=">="):
            return _raised(condition, case)
        case And(parts):
            wanted = [needed(part, case) for part in parts]
            open_parts = [want for want in wanted if want and want.steps]
            if None in wanted:
                return None
            return Needed(" und ".join(w.text for w in open_parts), sum(w.steps for w in open_parts))
        case Or(parts):
            ways = [way for part in parts if (way := needed(part, case))]
            if not ways:
                return None
            nearest = min(way.steps for way in ways)
            return Needed(" oder ".join(way.text for way in ways if way.steps == nearest), nearest)
        case Always() | Reserved():
            return None
        case Not() | _:
            return Needed(f"gälte: {words(condition)}", 1)


def closed(item: str, facts: Facts) -> bool:
    """Return whether a criterion does not count, as no continence finding opens it."""
    return item in GATES and getattr(facts, GATES[item]) < CONTINENCE_OPENS_FROM


def _raised(condition: Largest, case: Case) -> Needed | None:
    """Say how high the criteria nearest to the mark would have to rise."""
    # Behind a closed continence gate points do not count, so raising them would change nothing.
    items = [i for i in condition.items or case.intervention.bi_items if not closed(i, case.facts)]
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
        clauses.append(f"{named} mindestens {mark} {verb} ({now})")
    return Needed(" oder ".join(clauses), nearest)
