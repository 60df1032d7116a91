"""What homes and programs call a column: heading words -> our columns, each with a confidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importers.findings import UnreadableError
from importers.values.spelling import lost_letters, squash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SEPARATOR: Final = " › "
"""Between the group and the heading of a table with two rows of headings."""

EXACT, SURE, SHAPED, LIKELY, PART = 1.0, 0.9, 0.8, 0.7, 0.6
"""Confidence: our own word; a word that always means this; one the cells confirm; a likely one; the lower of two
rows of headings alone, or a few letters, which look like anything short."""

_CONFIDENCE: Final = {"sicher": SURE, "wahrscheinlich": LIKELY, "vermutet": PART}
_WEIGHTY: Final = "gewichtig"
_HOMES: Final = "einrichtung"
_NEUTRAL: Final = {
    "menge": frozenset({"", "1", "1,0", "1.0"}),
    "zeichen": frozenset({"", "0", "nein", "n", "false", "falsch", "-"}),
}
SHAPES: Final = (
    "uhrzeit",
    "dauer",
    "tag",
    "zeitpunkt",
    "nummer",
    "name",
    "kuerzel",
    "katalog",
    "status",
    "qualifikation",
)
"""Shapes of cells a heading can ask for, see :mod:`importers.sheets.columns.column_shapes`."""


@dataclass(frozen=True, slots=True)
class Match:
    """A column a heading may stand for.

    Attributes
    ----------
    column
        Name of the column in our template.
    confidence
        0 to 1; below 1 a person should be shown the match.
    shape
        What the cells must look like for the match to hold, "" = anything.
    """

    column: str
    confidence: float
    shape: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Headings of all sheets, squashed.

    Attributes
    ----------
    sheets
        Sheet -> squashed heading -> what it may stand for.
    weighty
        Sheet -> squashed headings that change what a row means, so that leaving them out needs a warning, unless all
        their cells are these.
    homes
        Squashed headings that name the home a row is of.
    """

    sheets: Mapping[str, Mapping[str, tuple[Match, ...]]] = field(default_factory=dict)
    weighty: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    homes: frozenset[str] = frozenset()

    def matches(self, sheet: str, heading: str) -> tuple[Match, ...]:
        """Return the columns a heading may stand for, the surest first."""
        known = self.sheets.get(sheet, {})
        columns = known.get(squash(heading), ())
        if not columns and (pattern := lost_letters(heading)):
            fitting = {matches for name, matches in known.items() if pattern.fullmatch(name)}
            columns = fitting.pop() if len(fitting) == 1 else ()
        return columns


def load(paths: Sequence[Path]) -> Vocabulary:
    """Read heading files; a later file adds to the earlier ones, and decides where both name a heading.

    Raises
    ------
    UnreadableError
        If a file is not as ``words/headings/general.yaml`` is.
    """
    import yaml  # noqa: PLC0415  # needed only where headings are not our own

    sheets: dict[str, dict[str, tuple[Match, ...]]] = {}
    weighty: dict[str, dict[str, frozenset[str]]] = {}
    homes: set[str] = set()
    for path in paths:
        try:
            entries = yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506 - safe
            homes.update(map(squash, entries.pop(_HOMES, ())))
            for sheet, kinds in entries.pop(_WEIGHTY, {}).items():
                weighty.setdefault(sheet, {}).update(
                    {squash(name): _NEUTRAL[kind] for kind, names in kinds.items() for name in names}
                )
            for sheet, columns in entries.items():
                sheets.setdefault(sheet, {}).update(_headings(columns))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
            raise UnreadableError(
                f"Die Datei „{path.name}“ mit Überschriften ist nicht lesbar. Bitte gehen Sie von der mitgelieferten "
                "Datei „general.yaml“ aus und nennen Sie je Blatt und Spalte die Überschriften."
            ) from error
    return Vocabulary(sheets, weighty, frozenset(homes))


def _headings(columns: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, tuple[Match, ...]]:
    known: dict[str, dict[tuple[str, str], Match]] = {}
    for column, kinds in columns.items():
        for kind, names in kinds.items():
            confidence = _CONFIDENCE.get(kind, PART if kind == "kuerzel" else SHAPED)
            shape = "" if kind in _CONFIDENCE else kind
            if shape and shape not in SHAPES:
                raise KeyError(shape)
            for name in names:
                match = Match(column, confidence, shape)
                known.setdefault(squash(str(name)), {}).setdefault((column, shape), match)
    return {
        name: tuple(sorted(matches.values(), key=lambda match: -match.confidence)) for name, matches in known.items()
    }


@cache
def usual(extra: Path | None = None) -> Vocabulary:
    """Return the headings we ship, with those of a file of the user on top."""
    shipped = sorted((Path(__file__).parent / "words" / "headings").glob("*.yaml"))
    return load([*shipped, *([extra] if extra else [])])
