"""Differences of two rulebooks: entries added, removed and changed, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from rules.language.condition import words
from rules.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from rules.catalogue import CatalogueEntry
    from rules.model import InstabilityCriterion, RuleBook
    from rules.provenance import Provenance
    from rules.rule import Rule

ADDED: Final = "neu"
REMOVED: Final = "entfallen"
CHANGED: Final = "geändert"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field in words; "" where the entry leaves it out."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry that is not the same.

    Attributes
    ----------
    section
        "Regelwerk", "Interventionen", "Regeln" or "Instabilität".
    what
        :data:`ADDED`, :data:`REMOVED` or :data:`CHANGED`.
    fields
        What changed; all filled fields where the entry is new or removed.
    """

    section: str
    id: str
    title: str
    what: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class BookDifference:
    """All that sets the second rulebook apart from the first."""

    before: RuleBook
    after: RuleBook
    changes: tuple[EntryChange, ...]

    def of(self, section: str) -> tuple[EntryChange, ...]:
        """Return the changes of one section."""
        return tuple(change for change in self.changes if change.section == section)


def compare(before: RuleBook, after: RuleBook) -> BookDifference:
    """Compare two rulebooks, each as effective on its day.

    Returns
    -------
    Difference
        Changes in the order of the first rulebook, then the entries only the second has.
    """
    changes = [
        *_changes("Regelwerk", [("", before.title, _of_book(before))], [("", after.title, _of_book(after))]),
        *_changes(
            "Interventionen",
            [(entry.id, entry.title, _of_intervention(entry)) for entry in before.interventions],
            [(entry.id, entry.title, _of_intervention(entry)) for entry in after.interventions],
        ),
        *_changes(
            "Regeln",
            [(rule.id, rule.title, _of_rule(rule)) for rule in before.rules],
            [(rule.id, rule.title, _of_rule(rule)) for rule in after.rules],
        ),
        *_changes(
            "Instabilität",
            [(criterion.id, criterion.label, _of_criterion(criterion)) for criterion in before.criteria],
            [(criterion.id, criterion.label, _of_criterion(criterion)) for criterion in after.criteria],
        ),
    ]
    return BookDifference(before, after, tuple(changes))


_Entries: TypeAlias = "Iterable[tuple[str, str, Mapping[str, str]]]"
"""Id, title and fields in words of each entry."""


def _changes(section: str, before: _Entries, after: _Entries) -> Iterator[EntryChange]:
    old = {name: (title, fields) for name, title, fields in before}
    new = {name: (title, fields) for name, title, fields in after}
    for name in dict.fromkeys([*old, *new]):
        _, was = old.get(name, ("", {}))
        title, now = new.get(name, ("", {}))
        fields = tuple(
            FieldChange(key, was.get(key, ""), now.get(key, ""))
            for key in dict.fromkeys([*was, *now])
            if was.get(key, "") != now.get(key, "")
        )
        if fields:
            what = ADDED if name not in old else REMOVED if name not in new else CHANGED
            yield EntryChange(section, name, title or old[name][0], what, fields)


def _of_book(book: RuleBook) -> dict[str, str]:
    return {
        "id": book.id,
        "Ausgabe": book.edition,
        "Status": book.status,
        "Titel": book.title,
        "Beschreibung": book.description,
        "Gültig": _validity(book.valid_from, book.valid_until),
    }


def _of_intervention(entry: CatalogueEntry) -> dict[str, str]:
    return {
        "Gruppe": entry.group,
        "Titel": entry.title,
        "Titel-Status": entry.title_status,
        "Art": entry.kind,
        "BI-Kriterien": ", ".join(entry.bi_items),
        "QN": f"QN {entry.base}",
        "Vorbehalt": "ja" if entry.reserved else "nein",
        "Zertifikat": str(entry.accepts) if entry.accepts else "",
        "Hinweis": entry.note,
        "Gültig": _validity(entry.valid_from, entry.valid_until),
        **_of_provenance(entry.provenance),
    }


def _of_rule(rule: Rule) -> dict[str, str]:
    return {
        "Titel": rule.title,
        "Arten": "alle" if rule.kinds == frozenset(KINDS) else ", ".join(k for k in KINDS if k in rule.kinds),
        "Bedingung": words(rule.condition),
        "QN": f"QN {rule.level}" if rule.level else "Mindestniveau der Intervention",
        "Zertifikat gesperrt": "ja" if rule.bars_certificates else "nein",
        "Gültig": _validity(rule.valid_from, rule.valid_until),
        **_of_provenance(rule.provenance),
    }


def _of_criterion(criterion: InstabilityCriterion) -> dict[str, str]:
    return {
        "Titel": criterion.label,
        "Hinweis": criterion.hint,
        "Gültig": _validity(criterion.valid_from, criterion.valid_until),
        **_of_provenance(criterion.provenance),
    }


def _of_provenance(provenance: Provenance) -> dict[str, str]:
    return {
        "Quelle": provenance.source or "eigene Setzung",
        "Sicherheit": f"{provenance.certainty} %",
        "Grund": provenance.reason,
        "Geprüft am": f"{provenance.checked:%d.%m.%Y}",
    }


def _validity(start: date, end: date | None) -> str:
    return f"ab {start:%d.%m.%Y}" + (f" bis {end:%d.%m.%Y}" if end else "")
