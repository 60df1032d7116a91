"""Two rulebooks compared: nothing that differs goes unsaid, and nothing else is said."""

from __future__ import annotations

import copy
import dataclasses
from datetime import date
from typing import Any

import pytest

from rules.catalogue import Accepts
from rules.difference import ADDED, CHANGED, REMOVED, compare
from rules.edition import build, documents
from rules.language.condition import parse
from rules.model import RuleBook
from rules.statute import SHELF
from rules.vocabulary import KINDS

DAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def contents() -> dict[str, Any]:
    return documents(SHELF / "rekonstruktion-2026.2")


@pytest.fixture(scope="module")
def book(contents: dict[str, Any]) -> RuleBook:
    return build(contents, DAY)


def test_a_rulebook_does_not_differ_from_itself(book: RuleBook, contents: dict[str, Any]) -> None:
    assert compare(book, build(copy.deepcopy(contents), DAY)).changes == ()


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value % 4 + 1
        case str():
            return value + " anders"
        case date():
            return date(2025, 1, 1)
        case tuple():
            return (*value, "6.6")
        case frozenset():
            return frozenset({"hauswirtschaft"})
        case None:
            return date(2031, 1, 1)
        case _ if dataclasses.is_dataclass(value) and hasattr(value, "certainty"):
            return dataclasses.replace(value, certainty=value.certainty - 1)
        case _:
            return parse("pflegegrad >= 4")


SPECIAL = {("interventions", "accepts"): Accepts("LG2", 3), ("rules", "level"): 4}
SILENT = {("rules", "why")}
"""Said already: the reason of the citation."""


@pytest.mark.parametrize("part", ["interventions", "rules", "criteria"])
def test_a_change_of_any_field_is_seen(book: RuleBook, part: str) -> None:
    entry = getattr(book, part)[0]
    for field in dataclasses.fields(entry):
        if field.name == "id" or (part, field.name) in SILENT:
            continue
        value = SPECIAL.get((part, field.name), other(getattr(entry, field.name)))
        changed = dataclasses.replace(entry, **{field.name: value})
        after = dataclasses.replace(book, **{part: (changed, *getattr(book, part)[1:])})
        (change,) = compare(book, after).changes
        assert (change.id, change.what) == (entry.id, CHANGED), field.name
        assert len(change.fields) == 1, field.name
        assert change.fields[0].before != change.fields[0].after


@pytest.mark.parametrize(
    ("part", "field", "values", "words"),
    [
        ("interventions", "base", (2, 3), ("QN", "QN 2", "QN 3")),
        ("interventions", "reserved", (False, True), ("Vorbehalt", "nein", "ja")),
        ("interventions", "bi_items", (("4.1",), ("4.1", "4.2")), ("BI-Kriterien", "4.1", "4.1, 4.2")),
        (
            "interventions",
            "valid_until",
            (None, date(2031, 1, 1)),
            ("Gültig", "ab 01.01.2020", "ab 01.01.2020 bis 01.01.2031"),
        ),
        ("rules", "level", (None, 3), ("QN", "Mindestniveau der Intervention", "QN 3")),
        ("rules", "kinds", (frozenset(KINDS), frozenset({"alltag"})), ("Arten", "alle", "alltag")),
        ("rules", "bars_certificates", (True, False), ("Zertifikat gesperrt", "ja", "nein")),
    ],
)
def test_change_is_described_in_words(
    book: RuleBook, part: str, field: str, values: tuple[Any, Any], words: tuple[str, str, str]
) -> None:
    entries = getattr(book, part)
    before, after = (
        dataclasses.replace(book, **{part: (dataclasses.replace(entries[0], **{field: value}), *entries[1:])})
        for value in values
    )
    (change,) = compare(before, after).changes
    assert [dataclasses.astuple(one) for one in change.fields] == [words]


@pytest.mark.parametrize("name", ["source", "reason", "certainty", "checked"])
def test_a_change_of_the_citation_is_seen(book: RuleBook, name: str) -> None:
    rule = book.rules[0]
    provenance = dataclasses.replace(rule.provenance, **{name: other(getattr(rule.provenance, name))})
    after = dataclasses.replace(book, rules=(dataclasses.replace(rule, provenance=provenance), *book.rules[1:]))
    (change,) = compare(book, after).changes
    assert len(change.fields) == 1


def test_new_and_removed_entries_are_distinguished(book: RuleBook) -> None:
    fresh = dataclasses.replace(book.interventions[0], id="9.E01", title="Neu")
    after = dataclasses.replace(
        book, interventions=(*book.interventions[1:], fresh), rules=book.rules[1:], criteria=book.criteria[:-1]
    )
    changes = {(c.section, c.id): c for c in compare(book, after).changes}
    assert {key: c.what for key, c in changes.items()} == {
        ("Interventionen", book.interventions[0].id): REMOVED,
        ("Interventionen", "9.E01"): ADDED,
        ("Regeln", book.rules[0].id): REMOVED,
        ("Instabilität", book.criteria[-1].id): REMOVED,
    }
    assert changes["Interventionen", "9.E01"].title == "Neu"
    assert all(f.before == "" for f in changes["Interventionen", "9.E01"].fields)
    assert {(c.section, c.id, c.what) for c in compare(after, book).changes} == {
        (section, name, {ADDED: REMOVED, REMOVED: ADDED}[c.what]) for (section, name), c in changes.items()
    }


def test_the_order_of_entries_is_no_difference(book: RuleBook) -> None:
    after = dataclasses.replace(book, interventions=book.interventions[::-1], rules=book.rules[::-1])
    assert compare(book, after).changes == ()


def test_rulebook_head_is_compared(book: RuleBook) -> None:
    after = dataclasses.replace(book, id="haus", edition="1", status="hausregel", title="Haus", description="Kurz")
    (change,) = compare(book, after).changes
    assert change.section == "Regelwerk"
    assert [f.name for f in change.fields] == ["id", "Ausgabe", "Status", "Titel", "Beschreibung"]


def test_ended_entry_is_absent_on_a_later_day(contents: dict[str, Any]) -> None:
    changed_documents = copy.deepcopy(contents)
    next(e for e in changed_documents["rules.yaml"]["regeln"] if e["id"] == "grad-3")["gueltig_bis"] = "2026-12-31"
    before, after = build(changed_documents, date(2026, 12, 31)), build(changed_documents, date(2027, 1, 1))
    (change,) = compare(before, after).changes
    assert (change.section, change.id, change.what) == ("Regeln", "grad-3", REMOVED)
