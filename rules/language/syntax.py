"""What a condition is made of, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from rules.catalogue import CatalogueEntry

INTERVENTION_ITEMS: Final = "intervention"
"""Stands in a condition for the items of the intervention in question."""


@dataclass(frozen=True, slots=True)
class Always:
    """True for everyone."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """The intervention is reserved to registered nurses (§ 4 PflBG)."""


@dataclass(frozen=True, slots=True)
class Certified:
    """The intervention accepts this certificate, whoever has it."""

    certificate: str


@dataclass(frozen=True, slots=True)
class Unstable:
    """At least one criterion of an unstable health situation is active; empty = whichever."""

    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LargestComparison:
    """Comparison of the largest grade or frequency among items with a number.

    ``items`` is empty where the items of the intervention are meant.
    """

    measure: Literal["grad", "häufigkeit"]
    items: tuple[str, ...]
    operator: str
    value: int


@dataclass(frozen=True, slots=True)
class PunktbereichComparison:
    """Comparison of the Punktbereich (0-4) of a module with a number."""

    module: int
    operator: str
    value: int


@dataclass(frozen=True, slots=True)
class PflegegradComparison:
    """Comparison of the Pflegegrad (0-5) with a number."""

    operator: str
    value: int


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``count`` of the parts hold."""

    count: int
    parts: tuple[Condition, ...]


Leaf: TypeAlias = (
    Always | Reserved | Certified | Unstable | LargestComparison | PunktbereichComparison | PflegegradComparison
)
Condition: TypeAlias = Leaf | Not | And | Or | AtLeast


def leaves(condition: Condition) -> tuple[Leaf, ...]:
    """Return the single statements a condition is made of, in reading order."""
    match condition:
        case Not(part):
            return leaves(part)
        case And(parts) | Or(parts) | AtLeast(_, parts):
            return tuple(leaf for part in parts for leaf in leaves(part))
        case _:
            return (condition,)


def comparisons(condition: Condition) -> tuple[LargestComparison, ...]:
    """Return the comparisons of grades and frequencies in a condition, in reading order."""
    return tuple(leaf for leaf in leaves(condition) if isinstance(leaf, LargestComparison))


def items_of(condition: Condition, intervention: CatalogueEntry) -> tuple[str, ...]:
    """Return the assessment items a condition compares one by one, each once, in reading order."""
    items = [item for found in comparisons(condition) for item in (found.items or intervention.bi_items)]
    return tuple(dict.fromkeys(items))


def mentions(condition: Condition, kind: type[Leaf]) -> bool:
    """Return whether a statement of this type occurs in the condition."""
    return any(isinstance(leaf, kind) for leaf in leaves(condition))


def seen_of(condition: Condition, intervention: CatalogueEntry) -> tuple[object, ...]:
    """Return what a condition sees of an intervention: where two agree, it has the same result for both."""
    statements = leaves(condition)
    own_items = any(isinstance(leaf, LargestComparison) and not leaf.items for leaf in statements)
    accepted = intervention.accepts.certificate if intervention.accepts else ""
    return (
        intervention.bi_items if own_items else (),
        intervention.reserved if mentions(condition, Reserved) else None,
        tuple(leaf.certificate == accepted for leaf in statements if isinstance(leaf, Certified)),
    )


def words(condition: Condition) -> str:
    """Return the condition in the words of the rule files."""
    match condition:
        case Not(part):
            return f"nicht ({words(part)})"
        case And(parts):
            return " und ".join(f"({words(p)})" if isinstance(p, Or | And) else words(p) for p in parts)
        case Or(parts):
            return " oder ".join(f"({words(p)})" if isinstance(p, Or) else words(p) for p in parts)
        case AtLeast(count, parts):
            return f"mindestens {count} von ({', '.join(map(words, parts))})"
        case _:
            return _leaf_words(condition)


def _leaf_words(leaf: Leaf) -> str:
    match leaf:
        case Always():
            return "immer"
        case Reserved():
            return "vorbehaltsaufgabe"
        case Certified(certificate):
            return f"zertifikat({certificate})"
        case Unstable(criteria):
            return f"instabil({', '.join(criteria)})" if criteria else "instabil"
        case LargestComparison(measure, items, operator, value):
            return f"{measure}({', '.join(items) or INTERVENTION_ITEMS}) {operator} {value}"
        case PunktbereichComparison(module, operator, value):
            return f"punktbereich({module}) {operator} {value}"
        case PflegegradComparison(operator, value):
            return f"pflegegrad {operator} {value}"
