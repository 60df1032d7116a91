"""What a rulebook is made of: plain, frozen entries without any decisions of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from rules.compile_plan import CompilePlan, plan_of

if TYPE_CHECKING:
    from datetime import date

    from rules.catalogue import CatalogueEntry
    from rules.provenance import Provenance
    from rules.rule import Rule


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
    """A staff role whose level is set by the rulebook, regardless of what is entered for the person."""

    id: str
    title: str
    everyday: int
    otherwise: int
    valid_from: date
    valid_until: date | None
    provenance: Provenance


def normalised(text: str) -> str:
    """Return ``text`` as titles and labels are compared: case and runs of blanks do not count."""
    return " ".join(text.split()).casefold()


@dataclass(frozen=True)
class RuleBook:
    """An edition of a rulebook, restricted to the entries effective on one day.

    Attributes
    ----------
    same_titles
        Titles that name the same intervention in different editions: it is found by each of them.
    """

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
    same_titles: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

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
        own = {normalised(entry.title): entry for entry in self.interventions}
        groups = [[normalised(title) for title in titles] for titles in self.same_titles]
        same_entries = ((titles, own[title]) for titles in groups for title in titles if title in own)
        return {title: entry for titles, entry in same_entries for title in titles} | own

    @cached_property
    def _criteria(self) -> dict[str, InstabilityCriterion]:
        by_label = {normalised(entry.label): entry for entry in self.criteria}
        return by_label | {normalised(entry.id): entry for entry in self.criteria}

    def find_intervention(self, id_or_title: str) -> CatalogueEntry | None:
        """Return the intervention with this id (exact) or title (case and blanks ignored), or None."""
        name = id_or_title.strip()
        if name in self.index:
            return self.interventions[self.index[name]]
        return self._by_title.get(normalised(name))

    def find_criterion(self, id_or_label: str) -> InstabilityCriterion | None:
        """Return the criterion with this id or label (case and blanks ignored), or None."""
        return self._criteria.get(normalised(id_or_label))

    @property
    def display(self) -> str:
        """Return name, edition and status as they are shown beside every QN-Soll."""
        status = {"amtlich": "amtlich", "rekonstruktion": "nicht amtlich", "hausregel": "Hausregel, nicht amtlich"}
        return f"{self.title} {self.edition} · {status[self.status]}"
