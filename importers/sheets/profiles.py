"""What a home remembers of a source: how each of its sheets is read, recognised by its headings."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from importers.files.delimited import ENCODINGS
from importers.sheets.heading_rows import BLANK_COUNTS, heading_text
from importers.sheets.layout import heading_places, headings_at
from importers.sheets.roster_headings import row_of_days
from importers.sheets.template_columns import HEADING_ROWS, SHEETS, WANTED
from importers.values.durations import UNITS
from importers.values.spelling import fold
from pebem.contracts import STATUSES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from importers.files.grid import Grid

_LONGEST_NAME: Final = 100
_MOST_SHEETS: Final = 200
_MOST_COLUMNS: Final = 200
_LONGEST: Final = 1_000
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_TEXTS: Final = ("fingerprint", "sheet", "unit", "encoding", "blank_counts")
_KEYS: Final = (*_TEXTS, "columns", "statuses", "declined")
_MOST_WORDS: Final = 50
_HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class SheetProfile:
    """How one kind of sheet of a source is read.

    Attributes
    ----------
    fingerprint
        Of the headings, see :func:`fingerprint`.
    sheet
        One of :data:`importers.sheets.template_columns.SHEETS`; "" = the sheet is left out.
    columns
        Our column -> heading of the file as it stood; of two rows group, separator, heading; see :func:`numbered`.
    unit
        Of column ``Minuten``: one of :data:`importers.values.durations.UNITS`; "" = as written in heading or cells.
    encoding
        Of text files: one of :data:`importers.files.delimited.ENCODINGS`; "" = found out. It decides where the bytes
        themselves do not.
    blank_counts
        What it means where all counts of a criterion of module 5 are blank: one of
        :data:`importers.sheets.heading_rows.BLANK_COUNTS`; "" = nobody has said so.
    statuses
        Word of column ``Status`` in small letters -> state of an intervention, where a person said so.
    declined
        Columns of which a person said that none of the file's others is it.
    """

    fingerprint: str
    sheet: str
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    encoding: str = ""
    blank_counts: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)
    declined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceProfile:
    """What a home calls a source, such as "Vivendi-Maßnahmenexport", and how its sheets are read."""

    name: str
    sheets: tuple[SheetProfile, ...]

    def written(self) -> dict[str, Any]:
        """Return what :meth:`of` reads, as JSON has it."""
        return {"name": self.name, "sheets": [_written(sheet) for sheet in self.sheets]}

    @classmethod
    def of(cls, written: Any) -> SourceProfile:
        """Return a profile from what :meth:`written` returned.

        Raises
        ------
        ValueError
            If it is none; a German sentence explains why.
        """
        if not isinstance(written, dict) or not isinstance(written.get("sheets"), list):
            raise ValueError(  # noqa: TRY004 - of the content of a file, not of our own call
                "Das ist kein Profil. Bitte nehmen Sie eine Datei, die hier heruntergeladen wurde."
            )
        name = written.get("name")
        if not isinstance(name, str) or not 0 < len(name.strip()) <= _LONGEST_NAME:
            raise ValueError(f"Das Profil braucht einen Namen mit höchstens {_LONGEST_NAME} Zeichen.")
        if len(written["sheets"]) > _MOST_SHEETS:
            raise ValueError(f"Das Profil hat mehr als {_MOST_SHEETS} Blätter.")
        sheets = tuple(_sheet(number, one) for number, one in enumerate(written["sheets"], 1))
        return cls(name.strip(), sheets)


def _sheet(number: int, written: Any) -> SheetProfile:
    """Return one sheet of a profile.

    Raises
    ------
    ValueError
        If it is none.
    """
    if objection := _objection(written):
        raise ValueError(f"Im Profil ist Blatt {number} nicht lesbar: {objection}")
    return SheetProfile(**written | {"declined": tuple(written.get("declined", ()))})


def _written(sheet: SheetProfile) -> dict[str, Any]:
    """Return a sheet as JSON has it; what nobody said is left out."""
    lists = {"columns": {**sheet.columns}, "statuses": {**sheet.statuses}, "declined": [*sheet.declined]}
    return {
        key: value for key, value in (asdict(sheet) | lists).items() if value or key not in {"statuses", "declined"}
    }


def _objection(written: Any) -> str:
    """Return what is the matter with a sheet of a profile, "" = nothing."""
    if not isinstance(written, dict) or "fingerprint" not in written or "sheet" not in written:
        return "Es fehlen Angaben."
    if strange := [str(key) for key in written if key not in _KEYS]:
        return f"„{strange[0][:60]}“ gibt es nicht."
    fingerprint, sheet, unit, encoding, blank_counts = texts = [written.get(key, "") for key in _TEXTS]
    if not all(isinstance(text, str) for text in texts):
        return "Eine Angabe ist kein Text."
    for what, text, known in (
        ("Das Blatt", sheet, SHEETS),
        ("Die Einheit", unit, UNITS),
        ("Die Zeichenkodierung", encoding, ENCODINGS),
        ("Die Bedeutung leerer Häufigkeiten", blank_counts, BLANK_COUNTS),
    ):
        if text and text not in known:
            return f"{what} „{text[:60]}“ gibt es nicht."
    if not fingerprint or not _HEX.issuperset(fingerprint):
        return "Das Kennzeichen der Überschriften fehlt."
    return _objection_to_columns(sheet, written.get("columns", {})) or _objection_to_contents(
        sheet, written.get("statuses", {}), written.get("declined", [])
    )


def _objection_to_contents(sheet: str, statuses: Any, declined: Any) -> str:
    if not isinstance(statuses, dict) or len(statuses) > _MOST_WORDS:
        return "Die Wörter der Spalte „Status“ sind nicht lesbar."
    if not all(isinstance(word, str) and len(word) <= _LONGEST for word in statuses) or not all(
        isinstance(state, str) and state in STATUSES for state in statuses.values()
    ):
        return "Ein Wort der Spalte „Status“ heißt nichts, was es hier gibt."
    if not isinstance(declined, (list, tuple)) or not {str(one) for one in declined} <= {*WANTED.get(sheet, ())}:
        return "Eine Spalte, die es nicht gibt, soll fehlen."
    return ""


def _objection_to_columns(sheet: str, columns: Any) -> str:
    if not isinstance(columns, dict) or len(columns) > _MOST_COLUMNS or (columns and not sheet):
        return "Die Spalten fehlen oder gehören zu keinem Blatt."
    if not all(isinstance(text, str) and 0 < len(text) <= _LONGEST for text in (*columns, *columns.values())):
        return "Eine Überschrift fehlt oder ist zu lang."
    if strange := [column for column in columns if not _is_column(sheet, column)]:
        return f"Die Spalte „{strange[0][:60]}“ gibt es im Blatt „{sheet}“ nicht."
    return ""


def _is_column(sheet: str, column: str) -> bool:
    """Return whether a sheet has a column; those of divided shifts are numbered."""
    layout = SHEETS[sheet]
    return column in {*layout.columns, *layout.aids} or (
        sheet == "Dienste" and column.rpartition(" ")[0] in {"Beginn", "Ende"} and column[-1:].isdigit()
    )


def fingerprint(headings: Sequence[str]) -> str:
    """Return what identifies the headings of a source, as hex; "" if there are none.

    Headings are the same if they are as many and the same words. Order, case, blanks, dashes, umlauts written as two
    letters, and blank columns do not count; every other sign does, so that "Dauer (h)" is not "Dauer (s)". Where a
    heading stands twice, the order counts too: it alone distinguishes the two columns.
    """
    keys = [text for heading in headings if (text := _key(heading))]
    if not keys:
        return ""
    ordered = keys if max(Counter(keys).values()) > 1 else sorted(keys)
    return hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:32]


def fingerprint_at(grid: Grid, row: int, depth: int) -> str:
    """Return the fingerprint of the headings at a place; of a roster with a column a day without the days.

    A sheet without headings (row -1) is identified by its name; one of text, whose names vary, by nothing ("").
    """
    if row < 0:
        return "" if grid.from_text else fingerprint(["\0Blatt", grid.name])
    if depth == 1 and (days := row_of_days(grid.cells[row])):
        cells = [heading_text(cell) for position, cell in enumerate(grid.cells[row]) if position not in days]
        return fingerprint([*cells, "\0Tage"])
    return fingerprint(list(map(heading_text, headings_at(grid, row, depth))))


def _key(heading: str) -> str:
    return fold(heading.translate(_DASHES))


def numbered(headings: Sequence[str]) -> list[str]:
    """Return headings so that none stands twice: the second "Datum" is "Datum [2]"."""
    seen: Counter[str] = Counter()
    unique = []
    for heading in headings:
        seen[_key(heading)] += 1
        unique.append(f"{heading} [{count}]" if (count := seen[_key(heading)]) > 1 else heading)
    return unique


@dataclass(frozen=True, slots=True)
class Fit:
    """A profile that knows the headings of a sheet, and where they stand.

    Attributes
    ----------
    name
        Of the profile.
    sheet
        How the sheet is read.
    row, depth
        First row of the headings, counted from 0, and number of rows.
    columns
        Position of each of our columns.
    """

    name: str
    sheet: SheetProfile
    row: int
    depth: int
    columns: Mapping[str, int]


def fitting(grid: Grid, profiles: Sequence[SourceProfile]) -> Fit | None:
    """Return the first profile that knows the headings of a sheet, wherever in its first rows they stand."""
    known: dict[str, tuple[str, SheetProfile]] = {}
    for profile in profiles:
        for sheet in profile.sheets:
            known.setdefault(sheet.fingerprint, (profile.name, sheet))
    if not known:
        return None
    if match := known.get(fingerprint_at(grid, -1, 1)):
        return Fit(*match, 0, 1, {})
    for row, depth in sorted(heading_places(grid, HEADING_ROWS), key=lambda place: place[::-1]):
        if match := known.get(fingerprint_at(grid, row, depth)):
            positions = {
                _key(text): position
                for position, text in enumerate(
                    numbered([heading_text(cell) for cell in headings_at(grid, row, depth)])
                )
            }
            columns = {column: positions.get(_key(text), -1) for column, text in match[1].columns.items()}
            if -1 not in columns.values():
                return Fit(*match, row, depth, columns)
    return None


def encodings(profiles: Sequence[SourceProfile]) -> Iterator[str]:
    """Yield the codecs that profiles name for text that is no Unicode, each once."""
    named: Collection[str] = dict.fromkeys(sheet.encoding for profile in profiles for sheet in profile.sheets)
    yield from (encoding for encoding in named if encoding and not encoding.startswith("utf"))
