"""Why this level: every rule that applies, with its inputs as recorded, its citation and its status."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rules.assessment import instrument
from rules.compile import compile_levels
from rules.condition import FALSE, TRUE, Unstable, evaluate, items_of, mentions, words
from rules.states import GATES, States, single
from rules.vocabulary import CONTINENCE, CONTINENCE_OPENS_FROM, KINDS_WITHOUT_RESIDENT, MISSING, NO_FINDING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from rules.model import Intervention, Rule, RuleBook


@dataclass(frozen=True, slots=True)
class InForce:
    """A criterion of an unstable situation that is in force, with its first and last day (None = open)."""

    label: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is recorded of one resident on one day.

    Attributes
    ----------
    day
        The day in question.
    assessed
        An assessment is in force; everything below but ``criteria`` belongs to it.
    assessment_from
        Its first day; None = since always.
    cells
        Recorded cells of the assessment; what is absent or -1 was not recorded.
    """

    day: date
    assessed: bool = False
    assessment_from: date | None = None
    cells: Mapping[str, int] = field(default_factory=dict)
    continence_urine: int = NO_FINDING
    continence_stool: int = NO_FINDING
    criteria: tuple[InForce, ...] = ()

    def states(self) -> States:
        """Return these facts as the single row the compiler takes."""
        return single(
            self.cells,
            continence_urine=self.continence_urine,
            continence_stool=self.continence_stool,
            unstable=bool(self.criteria),
            assessed=self.assessed,
        )


@dataclass(frozen=True, slots=True)
class Input:
    """One thing a rule looked at.

    Attributes
    ----------
    item
        Number of the criterion, "" for an instability criterion.
    title, value
        What was looked at, and what was recorded, in words.
    points
        Item points, None = not recorded or not a matter of points.
    since
        First day of the record the value comes from; None = since always, or not recorded.
    source
        What kind of record it is.
    """

    item: str
    title: str
    value: str
    points: int | None
    since: date | None
    source: str


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """What one rule says. ``applies`` is None where it rests on something not recorded."""

    rule: Rule
    level: int
    applies: bool | None
    decides: bool
    condition: str
    inputs: tuple[Input, ...]
    missing: tuple[str, ...]

    @property
    def id(self) -> str:
        """Id of the rule."""
        return self.rule.id


@dataclass(frozen=True, slots=True)
class Explanation:
    """The level of one intervention for one resident on one day, and why.

    Attributes
    ----------
    qn_soll
        1-4; 0 = not to be rated.
    low, high
        Lowest and highest level the records allow; 0 where nothing can be said.
    rules
        All rules for this kind of intervention: deciding ones first, then by level, then the rest.
    missing
        Criteria whose record would settle the level, as "3.8 Abwehr …".
    without
        Level that the rules which do not decide would leave; None where that is the same level.
    """

    book: RuleBook
    intervention: Intervention
    facts: Facts
    qn_soll: int
    low: int
    high: int
    rules: tuple[RuleAnswer, ...]
    missing: tuple[str, ...]
    without: int | None

    @property
    def headline(self) -> str:
        """Return the answer in one German sentence."""
        title = f"„{self.intervention.title}“ ({self.intervention.id})"
        on = f"am {self.facts.day:%d.%m.%Y}"
        if self.low == 0:
            return (
                f"{title} ist {on} nicht bewertbar: Es ist keine Begutachtung in Kraft, "
                "und ohne Begutachtung nennt kein Regelwerk ein Niveau."
            )
        if self.qn_soll == 0:
            return (
                f"{title} verlangt {on} mindestens QN {self.low}, höchstens QN {self.high}: es fehlt {self._missing}."
            )
        because = "; ".join(answer.rule.title for answer in self.rules if answer.decides)
        tail = f" Ohne das wäre es QN {self.without}." if self.without else ""
        return f"{title} verlangt {on} QN {self.qn_soll}. Entscheidend: {because}.{tail}"

    @property
    def _missing(self) -> str:
        return ", ".join(self.missing)

    def lines(self) -> list[str]:
        """Return the whole explanation as German lines of text."""
        lines = [self.headline, f"Regelwerk: {self.book.display}", ""]
        sections = {
            True: "Diese Regeln treffen zu:",
            None: "Offen, weil Angaben fehlen:",
            False: "Diese treffen nicht zu:",
        }
        for applies, heading in sections.items():
            answers = [answer for answer in self.rules if answer.applies is applies]
            if answers:
                lines.append(heading)
                lines.extend(line for answer in answers for line in _answer_lines(answer))
                lines.append("")
        return lines[:-1]


def _answer_lines(answer: RuleAnswer) -> list[str]:
    """Return one rule as lines: what it asks for, on which record, and where it comes from."""
    mark = " (entscheidet)" if answer.decides else ""
    lines = [
        f"  QN {answer.level}  {answer.rule.title} [{answer.rule.id}]{mark}",
        f"        Bedingung: {answer.condition}",
    ]
    for seen in answer.inputs:
        record = f", {seen.source}" + (f" vom {seen.since:%d.%m.%Y}" if seen.since else "") if seen.source else ""
        lines.append(f"        {seen.item or 'Kriterium'} {seen.title}: {seen.value}{record}")
    lines.append(f"        Beleg: {answer.rule.source}")
    return lines


def explain(book: RuleBook, intervention: Intervention, facts: Facts) -> Explanation:
    """Explain the level of one intervention.

    The level comes from the same compiled table the engine uses, so an explanation can never say
    anything else than the figures do.
    """
    states = facts.states()
    column = book.index[intervention.id]
    table = compile_levels(book, states)
    low, high, level = (int(part[0, column]) for part in (table.low, table.high, table.level))
    rateable = low > 0
    answers = [
        _answer(rule, intervention, facts, states, level) for rule in book.rules if intervention.kind in rule.kinds
    ]
    if not rateable:
        answers = [_unrated(answer) for answer in answers]
    answers.sort(key=lambda a: (not a.decides, {True: 0, None: 1, False: 2}[a.applies], -a.level))
    rest = [answer.level for answer in answers if answer.applies and not answer.decides]
    below = max(rest, default=0)
    open_items = [item for a in answers if a.applies is None and a.level > low for item in a.missing]
    return Explanation(
        book=book,
        intervention=intervention,
        facts=facts,
        qn_soll=level,
        low=low,
        high=high,
        rules=tuple(answers),
        missing=tuple(dict.fromkeys(open_items)) if rateable else (),
        without=below if level and 0 < below < level else None,
    )


def _answer(rule: Rule, intervention: Intervention, facts: Facts, states: States, level: int) -> RuleAnswer:
    """Ask one rule."""
    truth = int(evaluate(rule.condition, states, intervention)[0])
    applies = None if truth not in {TRUE, FALSE} else truth == TRUE
    asked = rule.level_for(intervention)
    items = items_of(rule.condition, intervention)
    inputs = [_item_input(item, facts, states) for item in items]
    if mentions(rule.condition, Unstable):
        inputs.extend(Input("", c.label, "in Kraft", None, c.start, "Kriterium") for c in facts.criteria)
    titles = instrument(facts.day).criteria
    missing = tuple(f"{item} {titles[item].title}" for item in items if int(states.points(item)[0]) == MISSING)
    return RuleAnswer(
        rule=rule,
        level=asked,
        applies=applies,
        decides=applies is True and level > 0 and asked == level,
        condition=words(rule.condition),
        inputs=tuple(inputs),
        missing=missing,
    )


def _unrated(answer: RuleAnswer) -> RuleAnswer:
    """Without an assessment nothing is known that rests on one."""
    rests_on_items = any(seen.item for seen in answer.inputs)
    return replace(answer, decides=False, applies=None if rests_on_items else answer.applies)


def _item_input(item: str, facts: Facts, states: States) -> Input:
    """Describe what is recorded of one criterion."""
    criterion = instrument(facts.day).criteria[item]
    recorded = facts.cells.get(item, MISSING)
    points = int(states.points(item)[0])
    since, source = facts.assessment_from, "Begutachtung"
    if item in GATES and getattr(facts, GATES[item]) < CONTINENCE_OPENS_FROM:
        finding = getattr(facts, GATES[item])
        named = CONTINENCE[finding] if finding != NO_FINDING else "kein Befund, gilt als kontinent"
        value = f"zählt nicht ({named})" if facts.assessed else "nicht erfasst"
        return Input(
            item, criterion.title, value, 0 if facts.assessed else None, since, source if facts.assessed else ""
        )
    if points == MISSING or not facts.assessed:
        return Input(item, criterion.title, "nicht erfasst", None, None, "")
    return Input(item, criterion.title, f"{criterion.word(recorded)} ({recorded} Punkte)", recorded, since, source)


def needs_resident(intervention: Intervention) -> bool:
    """Return whether this kind of intervention needs a resident with an assessment in force."""
    return intervention.kind not in KINDS_WITHOUT_RESIDENT
