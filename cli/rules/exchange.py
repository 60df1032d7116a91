"""Export and import of rulebooks: workbook and printed document."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xlsxwriter.exceptions import FileCreateError

from cli.arguments import book_in, cases_in, folder_of
from cli.parser import UNUSABLE, CommandError
from importers.findings import Severity
from importers.rulebooks import workbook as rulebook_workbook
from rules.cases import read_groups
from rules.edition import documents, sha256_of
from rules.files.write import write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from importers.findings import Finding


def export(options: argparse.Namespace) -> int:
    """Write a rulebook as a workbook."""
    from web.reports import rulebook_xlsx  # noqa: PLC0415  # the other actions do not need it

    target = _new_file(options.file, ".xlsx")
    contents = documents(folder_of(options.rulebook))
    with _writing(target):
        rulebook_xlsx.write(target, contents)
    sys.stdout.write(f"Geschrieben: {target}. Wie Sie es ändern, steht auf dem ersten Blatt.\n")
    return 0


def import_(options: argparse.Namespace) -> int:
    """Read a workbook into the files of a rulebook."""
    if not options.file.is_file():
        raise CommandError(f"Die Datei {options.file} gibt es nicht. Bitte prüfen Sie den Namen.")
    imported = rulebook_workbook.read(options.file)
    sys.stderr.writelines(f"{line}\n" for line in _lines(imported.findings))
    if imported.documents is None:
        errors = sum(finding.severity is Severity.ERROR for finding in imported.findings)
        _list(options.findings, imported.findings)
        sys.stderr.write(
            f"Nicht übernommen: {errors} Fehler. Bitte berichtigen Sie die Arbeitsmappe und lesen Sie sie neu ein.\n"
        )
        return UNUSABLE
    head = imported.documents["rulebook.yaml"]
    folder = options.out or Path(re.sub(r"[^\w.-]", "-", f"{head['id']}-{head['ausgabe']}"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(f"{folder} gibt es schon. Bitte nennen Sie mit --out einen neuen Ordner.")
    with _writing(folder):
        write(folder, imported.documents)
    _list(options.findings, imported.findings)
    sys.stdout.write(
        f"Regelwerk {head['titel']} {head['ausgabe']} ({head['status']}) in {folder}, "
        f"Prüfsumme {sha256_of(imported.documents)[:12]}. Verwenden: pebem analyse … --rulebook {folder}\n"
    )
    return 0


def print_(options: argparse.Namespace) -> int:
    """Write a rulebook as a document for print."""
    from web.reports import rulebook_pdf  # noqa: PLC0415  # loads the typesetter

    target = _new_file(options.file, ".pdf")
    folder = folder_of(options.rulebook)
    book, names = book_in(folder, options.on), read_groups(folder / "cases")
    pdf = rulebook_pdf.document(book, documents(folder), cases_in(folder), names)
    with _writing(target):
        target.write_bytes(pdf)
    sys.stdout.write(f"Geschrieben: {target}\n")
    return 0


def cases(options: argparse.Namespace) -> int:
    """Print cases as a chapter, in Markdown: what the rulebook calls for, and why."""
    from web.reports import case_chapter  # noqa: PLC0415  # the other actions do not need it

    folder = folder_of(options.rulebook)
    beside = folder_of(options.cases) if options.cases else folder
    own_cases = cases_in(beside)
    if not own_cases:
        raise CommandError(
            f"Bei {beside} liegen keine Fälle. Bitte schreiben Sie welche in den Ordner „cases“, "
            "oder nennen Sie mit --cases das Regelwerk, dessen Fälle beantwortet werden sollen."
        )
    book = book_in(folder, options.on)
    chapter = case_chapter.groups(book, own_cases, read_groups(beside / "cases"))
    sys.stdout.write(case_chapter.markdown(book, chapter))
    return 0


def _list(path: Path | None, findings: Sequence[Finding]) -> None:
    """Write the findings as a workbook, where that was asked for."""
    if path is None:
        return
    from web.reports import findings_xlsx  # noqa: PLC0415

    with _writing(path):
        findings_xlsx.write(path, findings)


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Return findings as lines: where, what, what to do."""
    for finding in findings:
        place = [f"Blatt „{finding.sheet}“"] if finding.sheet else []
        place += [f"Zeile {finding.row}"] if finding.row else []
        place += [f"Spalte „{finding.column}“"] if finding.column else []
        place += [f"Wert „{' '.join(finding.value.split())}“"] if finding.value else []
        where = ", ".join(place) or finding.file
        yield f"{finding.severity.value}: {where}: {finding.message} {finding.repair}"


def _new_file(path: Path, ending: str) -> Path:
    """Refuse a target of another kind or one that exists: it may have been edited."""
    if path.suffix.lower() != ending:
        raise CommandError(f"Der Name der Datei muss auf {ending} enden, nicht „{path.name}“.")
    if path.exists():
        raise CommandError(f"Die Datei {path} gibt es schon. Bitte nennen Sie eine neue.")
    return path


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn a failure to write into one German sentence."""
    try:
        yield
    except (OSError, FileCreateError) as problem:
        raise CommandError(f"{path} kann nicht geschrieben werden. Bitte wählen Sie einen anderen Ort.") from problem
