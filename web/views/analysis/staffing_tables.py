"""The tables of the staffing that can be agreed: by group of § 113c, residents by Pflegegrad, staff by level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rules.staffing import GROUPS
from web.page_table import PageTable, TableColumn
from web.services.analysis.staffing import EXTRA_CARE, TOTAL
from web.views.analysis import table_files
from web.wording import figures, units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from web.services.analysis.staffing import StaffingFigures, StaffingLine

JOBS: Final = "stellen"
MIX: Final = "bewohnermix"
LEVELS: Final = "personal"
"""Names of the tables, in addresses and of their files."""

_GRADES: Final = (1, 2, 3, 4, 5, 0, -1)
_HIGHEST: Final = 4


class PartRow(NamedTuple):
    """A part of a whole, such as the residents of a Pflegegrad; None = it has no share."""

    place: int
    word: str
    number: Decimal
    share: Decimal | None
    small: str = ""


def jobs(found: StaffingFigures) -> PageTable[StaffingLine]:
    """Return ceiling, minimum, agreement and staff by group."""

    def more_than(other: Callable[[StaffingLine], Decimal | None]) -> Callable[[StaffingLine], Decimal | None]:
        def difference(line: StaffingLine) -> Decimal | None:
            of = other(line)
            return None if line.actual is None or of is None else line.actual - of

        return difference

    def part(heading: str, share: Callable[[StaffingLine], Decimal | None]) -> TableColumn[StaffingLine]:
        return TableColumn(heading=heading, file=heading, value=share, unit=units.SHARE)

    def number(heading: str, key: str, value: Any, **more: Any) -> TableColumn[StaffingLine]:
        return TableColumn(**{"heading": heading, "value": value, "unit": units.JOBS, "key": key} | more)

    columns: list[TableColumn[StaffingLine]] = [
        TableColumn(
            heading="Gruppe",
            value=lambda line: line.levels or "Summe",
            key="gruppe",
            rising=True,
            order=lambda line: GROUPS.index(line.group),
            below=TableColumn(heading="Bezeichnung", value=lambda line: line.title if line.levels else None),
            css="title",
        ),
        number(
            "Obergrenze",
            "obergrenze",
            lambda line: line.ceiling,
            below=part("Prozent der Obergrenze insgesamt", lambda line: line.ceiling_share if line.levels else None),
            strong=True,
        ),
        number("Landesminimum", "minimum", lambda line: line.minimum),
        number(
            "Vereinbart",
            "vereinbart",
            lambda line: line.agreed,
            below=part("Vereinbart, Prozent der Obergrenze", lambda line: line.agreed_ratio),
        ),
        number(
            "Vorhanden",
            "vorhanden",
            lambda line: line.actual,
            below=part("Prozent des vorhandenen Personals", lambda line: line.share if line.levels else None),
            strong=True,
        ),
        number("Differenz zu vereinbart", "zu_vereinbart", more_than(lambda line: line.agreed), unit=units.MORE_JOBS),
        number("Differenz zur Obergrenze", "zu_obergrenze", more_than(lambda line: line.ceiling), unit=units.MORE_JOBS),
        number("Verhältnis zur Obergrenze", "verhaeltnis", lambda line: line.ratio, unit=units.SHARE),
    ]
    groups = [line for line in found.lines if line.group != TOTAL]
    rows, by = table_files.sort(columns, groups, "gruppe", JOBS)
    return PageTable(
        name=JOBS,
        title="Vollzeitstellen nach Gruppe",
        columns=columns,
        rows=rows,
        last=[line for line in found.lines if line.group == TOTAL],
        order=by,
        facts=[*_facts(found), ("Wochenstunden einer Vollzeitstelle", float(found.full_time))],
        period=(found.first, found.last),
        caption=f"Vollzeitstellen (Vollzeitäquivalente zu {figures.plain_decimal(found.full_time)} Wochenstunden)",
        css="wraps",
    )


def mix(found: StaffingFigures) -> PageTable[PartRow]:
    """Return the residents by Pflegegrad."""
    rows = [
        PartRow(
            place,
            f"Pflegegrad {grade}" if grade > 0 else "kein Pflegegrad" if grade == 0 else "nicht bekannt",
            found.mix[grade],
            found.mix[grade] / found.residents,
            "" if grade > 0 else "zählt in § 113c nicht",
        )
        for place, grade in enumerate(_GRADES)
        if grade > 0 or found.mix[grade]
    ]
    total = PartRow(len(rows), "Summe", found.residents, None)
    return _parts(found, MIX, ("Pflegegrad", "Bewohner:innen"), "Bewohner:innen nach Pflegegrad", rows, total)


def levels(found: StaffingFigures) -> PageTable[PartRow] | None:
    """Return the staff there is by level; None where no hours are known."""
    total = next(line.actual for line in found.lines if line.group == TOTAL)
    if total is None:
        return None

    def rows() -> Iterator[PartRow]:
        for level in range(1, _HIGHEST + 1):
            jobs_ = found.by_qn[level]
            word = f"{figures.qn(level)}{' und höher' if level == _HIGHEST else ''}"
            yield PartRow(level, word, jobs_, jobs_ / total if total else None)
        if found.by_qn[EXTRA_CARE]:
            about = "§ 43b SGB XI, zählt hier nicht"
            yield PartRow(_HIGHEST + 1, "Zusätzliche Betreuung", found.by_qn[EXTRA_CARE], None, about)

    words = ("Niveau", "Vollzeitstellen")
    return _parts(found, LEVELS, words, "Vorhandenes Personal nach Niveau", [*rows()], None)


def _parts(
    found: StaffingFigures, name: str, words: tuple[str, str], title: str, rows: list[PartRow], total: PartRow | None
) -> PageTable[PartRow]:
    columns: list[TableColumn[PartRow]] = [
        TableColumn(
            heading=words[0],
            value=lambda row: row.word,
            key="wort",
            rising=True,
            order=lambda row: row.place,
            below=TableColumn(heading="Anmerkung", value=lambda row: row.small),
            css="",
        ),
        TableColumn(
            heading=words[1],
            value=lambda row: row.number,
            unit=units.PERSONS if name == MIX else units.JOBS,
            key="zahl",
        ),
        TableColumn(heading="Anteil", value=lambda row: row.share, unit=units.SHARE, key="anteil"),
    ]
    ordered, by = table_files.sort(columns, rows, "wort", name)
    return PageTable(
        name=name,
        title=title,
        columns=columns,
        rows=ordered,
        foot=[total] if total else [],
        order=by,
        facts=_facts(found),
        period=(found.first, found.last),
    )


def _facts(found: StaffingFigures) -> list[tuple[str, object]]:
    return [("Von", figures.day(found.first)), ("Bis", figures.day(found.last))]
