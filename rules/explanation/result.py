"""An explanation: the level, every rule with its inputs, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from rules.catalogue import CatalogueEntry
    from rules.explanation.facts import Facts
    from rules.model import RuleBook
    from rules.rule import Rule


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
    """The answer of one rule. ``applies`` is None where it depends on something not recorded."""

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
class NearRule:
    """A rule that nearly applies and would ask for more.

    Attributes
    ----------
    needed
        What would have to be different, as a German clause in the subjunctive.
    """

    rule: Rule
    level: int
    needed: str

    @property
    def sentence(self) -> str:
        """Return it as a German sentence."""
        return f"QN {self.level} wäre nötig, wenn {self.needed} (Regel „{self.rule.title}“)."


@dataclass(frozen=True, slots=True)
class Explanation:
    """The level of one intervention for one resident on one day, and why.

    Attributes
    ----------
    qn_soll
        1-4; 0 = not to be rated.
    low, high
        Lowest and highest level the records allow; 0 where no level is known.
    rules
        All rules for this kind of intervention: deciding ones first, then by level, then the rest.
    missing
        Criteria whose record would settle the level, as "3.8 Abwehr …".
    without
        Level that the rules which do not decide would leave; None where that is the same level.
    because
        German sentences a care manager understands: the level and why, what it would be otherwise.
    near
        Rules that nearly apply: one step of one criterion, or one event, away.
    """

    book: RuleBook
    intervention: CatalogueEntry
    facts: Facts
    qn_soll: int
    low: int
    high: int
    rules: tuple[RuleAnswer, ...]
    missing: tuple[str, ...]
    without: int | None
    because: tuple[str, ...]
    near: tuple[NearRule, ...]

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
                f"{title} verlangt {on} mindestens QN {self.low}, höchstens QN {self.high}: Es fehlt {self._missing}."
            )
        return f"{title} verlangt {on} QN {self.qn_soll}."

    @property
    def _missing(self) -> str:
        return ", ".join(self.missing)
