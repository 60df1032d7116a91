"""A rulebook from its workbook: the documents of its files, with findings that name sheet, row and column."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from importers.files import kind, limits, workbook
from importers.files.sheet_filter import SheetFilter
from importers.findings import Finding, Severity, UnreadableError
from importers.rulebooks.columns import CRITERIA, HEAD, INSTRUCTIONS, INTERVENTIONS, RULES, SHEETS, SOURCES
from importers.rulebooks.sheet_rows import BookRow, BookSheet, read_page
from importers.sheets.template_columns import fold
from rules.checks.entries import check_documents
from rules.checks.health import health
from rules.edition import documents
from rules.files.schema import FILES
from rules.files.yaml_with_places import Places, Steps
from rules.statute import SHELF

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rules.problem import BookProblem

_MOST_UNPACKED, _MOST_CELLS = 16 * 2**20, 500_000
"""Bytes of all parts, and cells of the rectangle of a sheet: some fifty times what a rulebook takes."""
_BY_NAME: Final = {fold(sheet.name): sheet for sheet in SHEETS}
_CHECK: Final = "Öffnen Sie das Blatt „Anleitung“; dort steht, was in die Spalte gehört."
_LOOK: Final = "Prüfen Sie, ob das so gemeint ist; das Regelwerk lässt sich trotzdem verwenden."
_NAMES: Final = {
    "in rulebook.yaml": "im Blatt „Quellen“",
    "in rules.yaml": "im Blatt „Regeln“",
    "gueltig_bis": "„Gültig bis“",
    "gueltig_ab": "„Gültig ab“",
    " in Anführungszeichen": " als Text",
}
_STAND_IN: Final[Mapping[str, Any]] = {
    "id": "x",
    "ausgabe": "x",
    "status": "hausregel",
    "titel": "x",
    "beschreibung": "x",
    "gueltig_ab": "2000-01-01",
}
"""Takes the place of a head with errors, so that the rest can be checked all the same."""


_Cell: TypeAlias = tuple[BookSheet, BookRow, tuple[str, str]]
"""A cell: its heading and its value as shown."""


@dataclass(frozen=True)
class RulebookImport:
    """What a workbook holds.

    Attributes
    ----------
    documents
        As ``rules.edition.documents`` returns them; None where an error forbids using them.
    findings
        Everything found, in the order of sheets and rows.
    """

    documents: dict[str, Any] | None
    findings: list[Finding]


def read(file: Path | str | tuple[str, bytes]) -> RulebookImport:
    """Read a rulebook workbook and check it as its files would be.

    Raises
    ------
    UnreadableError
        Where the file is no workbook, or a sheet or a column is missing that no rulebook can do without.
    """
    name, data = limits.contents([file])[0]
    if kind.kind(name, data) is not kind.FileKind.WORKBOOK:
        raise UnreadableError(f"Die Datei „{name}“ ist keine Excel-Arbeitsmappe. Bitte speichern Sie sie als „.xlsx“.")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        limits.check_parts(name, archive.infolist(), _MOST_UNPACKED)
    grids, others = workbook.read(
        name, data, SheetFilter(lambda sheet: fold(sheet) in _BY_NAME, most_cells=_MOST_CELLS)
    )
    findings = list(_other_sheets(name, others))
    pages: dict[str, BookSheet] = {}
    for sheet in SHEETS:
        pages[sheet.name] = read_page(
            name, sheet, [grid for grid in grids if fold(grid.name) == fold(sheet.name)], findings
        )
    if not pages[HEAD.name].rows:
        raise UnreadableError(
            f"Im Blatt „{HEAD.name}“ der Datei „{name}“ steht kein Regelwerk. Bitte füllen Sie die Zeile aus."
        )
    findings += [
        Finding(
            Severity.ERROR,
            "regelwerk-mehrfach",
            f"Das Blatt „{HEAD.name}“ hat mehr als eine Zeile.",
            "Löschen Sie die überzählige Zeile; eine Arbeitsmappe hält ein Regelwerk.",
            file=name,
            sheet=HEAD.name,
            row=row.number,
        )
        for row in pages[HEAD.name].rows[1:]
    ]
    findings += _checked(name, pages)
    contents = _documents(pages)
    errors = any(finding.severity is Severity.ERROR for finding in findings)
    if not errors:
        findings += [*_name_taken(name, pages[HEAD.name], contents), *_unsound(name, pages, contents)]
    order = {sheet.name: i for i, sheet in enumerate(SHEETS)}
    findings.sort(key=lambda f: (order.get(f.sheet, -1), f.row))
    return RulebookImport(None if errors else contents, findings)


def _other_sheets(file: str, others: list[str]) -> Iterator[Finding]:
    unread = [sheet for sheet in others if fold(sheet) != fold(INSTRUCTIONS)]
    if unread:
        yield Finding(
            Severity.NOTICE,
            "blaetter-unbekannt",
            "Diese Blätter werden nicht gelesen: " + ", ".join(f"„{sheet}“" for sheet in unread) + ".",
            "Nichts zu tun, wenn dort keine Einträge des Regelwerks stehen.",
            file=file,
            count=len(unread),
        )


# ---------------------------------------------------------------- rows into documents, and the result of the check


def _documents(pages: Mapping[str, BookSheet]) -> dict[str, Any]:
    head = dict(pages[HEAD.name].rows[0].entry)
    head["quellen"] = {str(row.entry.get("id")): row.entry.get("quelle", "?") for row in pages[SOURCES.name].rows}
    lists = {
        sheet.file: {sheet.key: [row.entry for row in pages[sheet.name].rows]}
        for sheet in (INTERVENTIONS, RULES, CRITERIA)
    }
    contents = {HEAD.file: head} | lists
    return {name: contents[name] for name in FILES}


def _checked(file: str, pages: Mapping[str, BookSheet]) -> Iterator[Finding]:
    """Hold the rows without an error against the check of rulebook files; give its problems their cells."""
    for page in pages.values():
        yield from _repeated(file, page)
    sound = {name: replace(page, rows=list(filter(page.checkable, page.rows))) for name, page in pages.items()}
    if not sound[HEAD.name].rows:
        sound[HEAD.name].rows.append(BookRow(pages[HEAD.name].rows[0].number, dict(_STAND_IN)))
    cells, places = _numbered(sound)
    dropped_rule = len(sound[RULES.name].rows) < len(pages[RULES.name].rows)
    for problem in check_documents(_documents(sound), "", places):
        if dropped_rule and problem.file == INTERVENTIONS.file and "immer gilt" in problem.message:
            continue  # the rule that always holds may be the one with an error
        yield _located(file, problem, cells, Severity.ERROR, "regelwerk-fehler", _CHECK)


def _unsound(file: str, pages: Mapping[str, BookSheet], contents: Mapping[str, Any]) -> Iterator[Finding]:
    """Hold a rulebook that is in order against the health check: it can be used, but should be looked at."""
    cells, places = _numbered(pages)
    for problem in health(contents, "", places):
        yield _located(file, problem, cells, Severity.WARNING, "regelwerk-auffaellig", _LOOK)


def _located(
    file: str, problem: BookProblem, cells: Sequence[_Cell], severity: Severity, code: str, repair: str
) -> Finding:
    """Return a problem of the check as a finding; its line is the number of a cell."""
    if not problem.line:
        return Finding(severity, code, _in_sheets(str(problem)), repair, file=file)
    page, row, (heading, value) = cells[problem.line - 1]
    return Finding(
        severity,
        code,
        _in_sheets(problem.message),
        repair,
        file=file,
        sheet=page.name,
        row=row.number,
        column=heading,
        value=value,
    )


def _numbered(pages: Mapping[str, BookSheet]) -> tuple[list[_Cell], dict[str, Places]]:
    """Give the check a number for each cell where it expects a line: its problems then have a cell."""
    cells: list[_Cell] = []
    places = {name: Places() for name in FILES}

    def mark(page: BookSheet, row: BookRow, steps: Steps, cell: tuple[str, str]) -> None:
        cells.append((page, row, cell))
        places[page.sheet.file].lines[steps] = len(cells)

    for page in pages.values():
        for position, row in enumerate(page.rows):
            if page.sheet is SOURCES:
                mark(page, row, ("quellen", str(row.entry.get("id"))), row.cells.get(("id",), ("", "")))
                continue
            top: Steps = (page.sheet.key, position) if page.sheet.key else ()
            mark(page, row, top, ("", ""))
            for path, cell in row.cells.items():
                mark(page, row, (*top, *path), cell)
    return cells, places


def _in_sheets(message: str) -> str:
    """Reword problems of the check: names of sheets and columns in place of files and keys."""
    for name, here in _NAMES.items():
        message = message.replace(name, here)
    return message


def _repeated(file: str, page: BookSheet) -> Iterator[Finding]:
    """Refuse rows with the same name from the same day on, and leave them out of what is checked further."""
    first: dict[tuple[str, str], int] = {}
    for row in page.rows:
        if row.faulty or "id" not in row.entry:
            continue
        key = row.entry["id"], row.entry.get("gueltig_ab", "")
        if key in first:
            row.faulty = True
            since = " mit demselben „Gültig ab“" if key[1] else ""
            heading, value = row.cells["id",]
            yield Finding(
                Severity.ERROR,
                "eintrag-doppelt",
                f"„{key[0]}“ steht schon in Zeile {first[key]}{since}.",
                "Geben Sie einem der beiden Einträge einen anderen Namen oder löschen Sie die Zeile.",
                file=file,
                sheet=page.name,
                row=row.number,
                column=heading,
                value=value,
            )
        first.setdefault(key, row.number)


def _name_taken(file: str, page: BookSheet, contents: Mapping[str, Any]) -> Iterator[Finding]:
    """Report a changed rulebook that still has the name of a built-in edition."""
    head = contents[HEAD.file]
    for folder in sorted(path.parent for path in SHELF.glob("*/rulebook.yaml")):
        ours = documents(folder)
        same = all(ours[HEAD.file][key] == head[key] for key in ("id", "ausgabe", "status"))
        if same and ours != contents:
            heading, value = page.rows[0].cells["ausgabe",]
            yield Finding(
                Severity.WARNING,
                "ausgabe-vergeben",
                f"Das geänderte Regelwerk heißt noch wie das eingebaute: {head['id']}, Ausgabe {head['ausgabe']}.",
                "Setzen Sie den Status auf „hausregel“ und geben Sie id oder Ausgabe einen eigenen Namen.",
                file=file,
                sheet=page.name,
                row=page.rows[0].number,
                column=heading,
                value=value,
            )
