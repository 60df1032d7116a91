"""What a rulebook is made of: plain, frozen entries. No entry decides anything by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from rules.compile_plan import CompilePlan, plan_of

if TYPE_CHECKING:
    from datetime import date

    from rules.language.condition import Condition


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a statement comes from: a source, or our own setting with a certainty and a reason.

    Attributes
    ----------
    source
        Citation with section or page; "" for an own setting.
    reason
        Why the entry says what it says.
    certainty
        How sure we are that the entry is right, in per cent.
    checked
        Day on which somebody last held the entry against its source.
    """

    source: str
    reason: str
    certainty: int
    checked: date

    @property
    def text(self) -> str:
        """Return the citation as a reader sees it."""
        origin = self.source or "eigene Setzung"
        return f"{origin} ({self.certainty} % sicher): {self.reason}"


@dataclass(frozen=True, slots=True)
class Accepts:
    """A certificate that lets a lower level do an intervention: ``LG2`` from QN 3 on."""

    certificate: str
    from_level: int

    def __str__(self) -> str:
        return f"{self.certificate} ab QN {self.from_level}"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One entry of the catalogue. ``id`` is text: 4.10 is not 4.1."""

    id: str
    group: str
    title: str
    title_status: str
    kind: str
    bi_items: tuple[str, ...]
    base: int
    reserved: bool
    accepts: Accepts | None
    note: str
    valid_from: date
    valid_until: date | None
    provenance: Provenance

    @property
    def source(self) -> str:
        """Return the citation of the entry."""
        return self.provenance.text


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: for these kinds, under this condition, at least this level.

    Attributes
    ----------
    level
        1-4, or None: the base level of the intervention.
    bars_certificates
        While this rule decides, no certificate lowers what is asked for.
    """

    id: str
    title: str
    kinds: frozenset[str]
    condition: Condition
    level: int | None
    why: str
    bars_certificates: bool
    valid_from: date
    valid_until: date | None
    provenance: Provenance

    @property
    def source(self) -> str:
        """Return the citation of the entry."""
        return self.provenance.text

    def level_for(self, intervention: CatalogueEntry) -> int:
        """Return the level this rule asks for where its condition holds."""
        return intervention.base if self.level is None else self.level


@dataclass(frozen=True, slots=True)
class InstabilityCriterion:
    """One criterion of an unstable health situation."""

    id: str
    label: str
    hint: str
    valid_from: date
    valid_until: date | None
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Role:
    """A staff role whose level is set by the rulebook, whatever is entered for the person."""

    id: str
    title: str
    everyday: int
    otherwise: int
    valid_from: date
    valid_until: date | None
    provenance: Provenance


def folded(text: str) -> str:
    """Return ``text`` as titles and labels are compared: case and runs of blanks do not count."""
    return " ".join(text.split()).casefold()


@dataclass(frozen=True)
class RuleBook:
    """An edition of a rulebook, restricted to the entries in force on one day."""

    id: str
    edition: str
    status: str
    title: str
    as_of: date
    valid_from: date
    valid_until: date | None
    sha256: str
    interventions: tuple[CatalogueEntry, ...]
    rules: tuple[Rule, ...]
    criteria: tuple[InstabilityCriterion, ...]
    roles: tuple[Role, ...]
    description: str = field(default="", repr=False)

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each intervention by id: the code the engine works with."""
        return {entry.id: i for i, entry in enumerate(self.interventions)}

    @cached_property
    def plan(self) -> CompilePlan:
        """How to compile these rules; made once.

        Raises
        ------
        ValueError
            Where an intervention is covered by no rule.
        """
        return plan_of(self.interventions, self.rules)

    @cached_property
    def _by_title(self) -> dict[str, CatalogueEntry]:
        return {folded(entry.title): entry for entry in self.interventions}

    @cached_property
    def _criteria(self) -> dict[str, InstabilityCriterion]:
        by_label = {folded(entry.label): entry for entry in self.criteria}
        return by_label | {folded(entry.id): entry for entry in self.criteria}

    def find_intervention(self, id_or_title: str) -> CatalogueEntry | None:
        """Return the intervention with this id (exact) or title (case and blanks ignored), or None."""
        wanted = id_or_title.strip()
        if wanted in self.index:
            return self.interventions[self.index[wanted]]
        return self._by_title.get(folded(wanted))

    def find_criterion(self, id_or_label: str) -> InstabilityCriterion | None:
        """Return the criterion with this id or label (case and blanks ignored), or None."""
        return self._criteria.get(folded(id_or_label))

    @property
    def display(self) -> str:
        """Return name, edition and status as they stand beside every QN-Soll."""
        status = {"amtlich": "amtlich", "rekonstruktion": "nicht amtlich", "hausregel": "Hausregel, nicht amtlich"}
        return f"{self.title} {self.edition} · {status[self.status]}"
