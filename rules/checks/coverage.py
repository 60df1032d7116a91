"""How well a rulebook and the files of the law are cited, in figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rules import statute
from rules.edition import documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules.model import RuleBook

_RULEBOOK: Final = (
    ("Interventionen", "interventions.yaml", "interventionen"),
    ("Regeln", "rules.yaml", "regeln"),
    ("Kriterien der Instabilität", "instability.yaml", "kriterien"),
)
_STATUTE: Final = (
    ("Schwellen der Pflegegrade", "assessment.yaml", "pflegegrade"),
    ("Besondere Bedarfskonstellation", "assessment.yaml", "besondere_bedarfskonstellation"),
    ("Skalen der Begutachtung", "assessment.yaml", "skalen"),
    ("Punktbereiche", "assessment.yaml", "punktbereiche"),
    ("Module mit Kriterien", "assessment.yaml", "module"),
    ("Teile von Modul 5", "assessment.yaml", "modul_5"),
    ("Werte nach § 113c", "staffing.yaml", "ausgaben"),
    ("Obergrenze des Vergleichs", "levels.yaml", "vergleich_bis"),
    ("Niveaus des Personals", "levels.yaml", "niveaus"),
    ("Rollen des Personals", "levels.yaml", "rollen"),
)


CERTAINTY: Final = (
    "„60 % sicher“ heißt: Wir schätzen, dass von zehn Einträgen mit dieser Angabe etwa sechs so richtig sind. Es ist "
    "eine Einschätzung und keine Messung; das Mittel nimmt alle Einträge."
)
"""What a percentage beside an entry means: shown wherever such percentages are."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the entries of one kind are cited.

    Attributes
    ----------
    name
        What the entries are, in German.
    entries
        How many there are; ``cited`` of them name a source with section or page, ``own`` are our own settings
        with certainty and reason. An entry with neither is in neither.
    certainty
        Mean certainty of the cited and own ones, in per cent; 0.0 for none.
    oldest
        Earliest day on which an entry was last checked, None for none.
    """

    name: str
    entries: int
    cited: int
    own: int
    certainty: float
    oldest: date | None

    @property
    def sentence(self) -> str:
        """Summarise the evidence of the entries."""
        cited = f"{self.cited} von {self.entries} Einträgen {'hat' if self.cited == 1 else 'haben'} eine Quelle"
        own = "1 ist eine eigene Setzung" if self.own == 1 else f"{self.own} sind eigene Setzungen"
        return f"{cited}, {own} (im Mittel {math.floor(self.certainty + 0.5)} % sicher)."

    @property
    def complete(self) -> bool:
        """Every entry is cited or marked as our own setting."""
        return self.cited + self.own == self.entries


def coverage(source: Path | Mapping[str, Any]) -> tuple[Coverage, ...]:
    """Return the coverage of a rulebook, by kind of entry; ``source`` is its folder or its documents."""
    contents = documents(source) if isinstance(source, Path) else source
    return tuple(_counted(name, contents[file][key]) for name, file, key in _RULEBOOK)


def of_book(book: RuleBook) -> Coverage:
    """Return the coverage of all entries of a rulebook that are effective on its day."""
    of_kinds = (
        [entry.provenance for entry in book.interventions],
        [entry.provenance for entry in book.rules],
        [entry.provenance for entry in book.criteria],
    )
    entries = [entry for of_kind in of_kinds for entry in of_kind]
    cited = sum(bool(entry.source) for entry in entries)
    return Coverage(
        book.title,
        len(entries),
        cited,
        len(entries) - cited,
        sum(entry.certainty for entry in entries) / len(entries) if entries else 0.0,
        min((entry.checked for entry in entries), default=None),
    )


def statute_coverage() -> tuple[Coverage, ...]:
    """Return the coverage of the files of the law, by table; values of § 113c count row by row."""
    tables = []
    for name, file, key in _STATUTE:
        entries = statute.document(file)[key]
        rows = (
            [row | {"gueltig_ab": e["gueltig_ab"]} for e in entries for row in e["gruppen"]]
            if key == "ausgaben"
            else entries
        )
        tables.append(_counted(name, rows))
    return tuple(tables)


def total(parts: Iterable[Coverage], name: str = "Zusammen") -> Coverage:
    """Return several kinds as one."""
    kinds = list(parts)
    stated = sum(part.cited + part.own for part in kinds)
    return Coverage(
        name,
        sum(part.entries for part in kinds),
        sum(part.cited for part in kinds),
        sum(part.own for part in kinds),
        sum(part.certainty * (part.cited + part.own) for part in kinds) / stated if stated else 0.0,
        min((part.oldest for part in kinds if part.oldest), default=None),
    )


def _counted(name: str, entries: Iterable[Mapping[str, Any]]) -> Coverage:
    rows = list(entries)
    # An entry counts where it is whole: dated, checked on a day, with certainty and reason.
    whole = [
        e["beleg"]
        for e in rows
        if "gueltig_ab" in e and {"sicherheit", "grund", "geprueft_am"} <= e.get("beleg", {}).keys()
    ]
    cited = [b for b in whole if b.get("quelle") and b.get("stelle")]
    own = [b for b in whole if b.get("eigene_setzung") and not b.get("quelle")]
    certain = [b["sicherheit"] for b in (*cited, *own)]
    return Coverage(
        name,
        len(rows),
        len(cited),
        len(own),
        sum(certain) / len(certain) if certain else 0.0,
        min((date.fromisoformat(b["geprueft_am"]) for b in (*cited, *own)), default=None),
    )
