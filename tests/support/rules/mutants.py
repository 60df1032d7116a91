"""Changed rulebooks: every entry of a rulebook changed in every small way that could be a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, TypeAlias

from rules.catalogue import Accepts, CatalogueEntry
from rules.language.condition import And, Condition, ConditionError, Not, Or, parse, words
from rules.model import InstabilityCriterion, RuleBook
from rules.rule import Rule
from rules.vocabulary import HIGHEST_LEVEL, KINDS, KINDS_WITHOUT_RESIDENT

Mutant: TypeAlias = tuple[str, RuleBook]
"""What was changed, and the rulebook with the change."""


def swapped(book: RuleBook, part: str, old: object, new: object | None) -> RuleBook:
    """Give the book with one entry replaced, or removed where ``new`` is None."""
    entries = getattr(book, part)
    return replace(book, **{part: tuple(new if e is old else e for e in entries if e is not old or new is not None)})


# ---------------------------------------------------------------- rules


def of_rule(book: RuleBook, rule: Rule) -> Iterator[Mutant]:
    for what, changed in _rule_changes(rule):
        yield f"{rule.id}: {what}", swapped(book, "rules", rule, changed)


def _rule_changes(rule: Rule) -> Iterator[tuple[str, Rule | None]]:
    yield "Regel fehlt", None
    levels = [None, *range(1, HIGHEST_LEVEL + 1)] if rule.level is None else [None, rule.level - 1, rule.level + 1]
    for level in levels:
        if level != rule.level and level in {None, *range(1, HIGHEST_LEVEL + 1)}:
            yield f"qn {level or 'basis'}", replace(rule, level=level)
    for condition in _conditions(rule.condition):
        yield f"bedingung {words(condition)}", replace(rule, condition=condition)
    for kind in KINDS:
        yield f"arten {'ohne' if kind in rule.kinds else 'mit'} {kind}", replace(rule, kinds=rule.kinds ^ {kind})
    yield "zertifikat_gesperrt umgekehrt", replace(rule, bars_certificates=not rule.bars_certificates)


def _conditions(condition: Condition) -> Iterator[Condition]:
    """Give the conditions that differ in one place and can still be written down."""
    for changed in (*_changes(condition), Not(condition)):
        try:
            parse(words(changed))
        except ConditionError:
            continue  # such a rule file is refused when it is read
        yield changed


def _changes(node: Any) -> Iterator[Any]:
    for field in fields(node):
        value = getattr(node, field.name)
        for other in _values(field.name, value):
            yield replace(node, **{field.name: other})
    match node:
        case And(parts):
            yield Or(parts)
        case Or(parts):
            yield And(parts)
    if hasattr(node, "parts"):
        yield from node.parts


def _values(name: str, value: Any) -> Iterator[Any]:
    match name:
        case "value" | "count" | "module":
            yield from (value - 1, value + 1)
        case "operator":
            yield from {">=", "<=", "="} - {value}
        case "items" | "criteria":
            yield from (value[:i] + value[i + 1 :] for i in range(len(value)) if len(value) > 1)
        case "part":
            yield value
            yield from _changes(value)
        case "parts":
            for i, part in enumerate(value):
                yield from ((*value[:i], other, *value[i + 1 :]) for other in _changes(part))


# ---------------------------------------------------------------- interventions and criteria


def of_intervention(book: RuleBook, entry: CatalogueEntry) -> Iterator[Mutant]:
    """Give the changes; the book is cut down to the one intervention, the others are not concerned."""
    other = next(e for e in book.interventions if e is not entry)
    for what, changed in _intervention_changes(book, entry):
        yield f"{entry.id}: {what}", replace(book, interventions=(changed or other,))


def _intervention_changes(book: RuleBook, entry: CatalogueEntry) -> Iterator[tuple[str, CatalogueEntry | None]]:
    yield "Intervention fehlt", None
    for base in (entry.base - 1, entry.base + 1):
        if 1 <= base <= HIGHEST_LEVEL:
            yield f"qn {base}", replace(entry, base=base)
    for kind in KINDS:
        if _told_apart(book, kind, entry.kind):
            yield f"art {kind}", replace(entry, kind=kind)
    yield "vorbehalt umgekehrt", replace(entry, reserved=not entry.reserved)
    for item in entry.bi_items:
        yield f"bi_items ohne {item}", replace(entry, bi_items=tuple(i for i in entry.bi_items if i != item))
    if entry.bi_items:
        for item in sorted({item for e in book.interventions for item in e.bi_items} - set(entry.bi_items)):
            yield f"bi_items mit {item}", replace(entry, bi_items=(*entry.bi_items, item))
    for accepts in _certificates(entry.accepts):
        yield f"zertifikat {accepts or 'keines'}", replace(entry, accepts=accepts)


def _told_apart(book: RuleBook, kind: str, other: str) -> bool:
    """Return whether anything in the rulebook depends on which of two kinds an intervention has."""
    differ = any((kind in rule.kinds) != (other in rule.kinds) for rule in book.rules)
    return differ or (kind in KINDS_WITHOUT_RESIDENT) != (other in KINDS_WITHOUT_RESIDENT)


def _certificates(accepts: Accepts | None) -> Iterator[Accepts | None]:
    if accepts is None:
        yield Accepts("LG1", 2)
        return
    yield None
    yield Accepts({"LG1": "LG2"}.get(accepts.certificate, "LG1"), accepts.from_level)
    for level in (accepts.from_level - 1, accepts.from_level + 1):
        if 1 <= level <= HIGHEST_LEVEL:
            yield Accepts(accepts.certificate, level)


def of_criterion(book: RuleBook, criterion: InstabilityCriterion) -> Mutant:
    return f"{criterion.id}: Kriterium fehlt", swapped(book, "criteria", criterion, None)
