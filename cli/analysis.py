"""Analyse the files of one home: read, score, and write the results."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import importers
import pebem
import rules
from cli.findings import print_findings
from cli.parser import CommandError
from cli.passwords import read_with_passwords
from cli.profiles import conventions_of
from importers.findings import Finding, Severity
from pebem.relief.feasible import relief_of_home
from web.reports import findings_xlsx, fit_json, fit_xlsx

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path


def analyse(options: argparse.Namespace) -> int:
    """Analyse one home and return the exit code.

    Raises
    ------
    CommandError
        Where no row can be read, the period has none, or the results cannot be written.
    """
    # The catalogue decides which names of interventions are known; its edition follows from the rows' last day.
    book = rules.load(options.last or date.max, options.rulebook)
    conventions = replace(conventions_of(options.files, options.profile), shift_starts=options.shifts or {})
    files_read = read_with_passwords(
        lambda passwords: importers.read(options.files, book, conventions=conventions, passwords=passwords)
    )
    tables = files_read.for_engine()
    period = _period(tables, options.first, options.last)
    if period:
        book = rules.load(period[1], options.rulebook)
    home = pebem.compile_home(tables, book, period) if period else None
    result = fit_json.document(
        pebem.score_home(home) if home else _nothing_readable(tables),
        book,
        residents=len(tables.residents),
        staff=tables.staff["staff"].nunique(),
        relief=relief_of_home(home) if home else None,
    )
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        fit_json.write(options.out / "fit.json", result)
        fit_xlsx.write(options.out / "fit.xlsx", result, book)
        findings_xlsx.write(options.out / "findings.xlsx", files_read.findings)
    except OSError as problem:
        raise CommandError(
            f"In den Ordner {options.out} kann nicht geschrieben werden ({problem.strerror}). "
            "Bitte wählen Sie einen anderen."
        ) from problem
    return summary(files_read.findings, result["input"]["counted"], options.out)


def _nothing_readable(tables: pebem.Tables) -> pebem.Aggregate:
    """Return the result where every row is faulty: nothing counts, and the findings explain why."""
    nothing = pebem.Aggregate.zero()
    return replace(nothing, excluded=dict(nothing.excluded) | {"fehlerhaft": tables.faulty})


def _period(tables: pebem.Tables, first: date | None, last: date | None) -> tuple[date, date] | None:
    """Return the period: as asked for, otherwise that of the rows; None where no row can be read."""
    dates = tables.interventions["date"]
    if dates.empty and tables.faulty and not (first and last):
        return None
    if dates.empty and not (first and last):
        raise CommandError(
            "Es gibt keine lesbare Zeile im Blatt „Interventionen“. Bitte reparieren Sie die Datei oder nennen Sie "
            "den Zeitraum mit --from und --to."
        )
    begin, end = first or dates.min().date(), last or dates.max().date()
    if end < begin:
        raise CommandError(
            f"Im verlangten Zeitraum liegt keine Zeile: Die Interventionen reichen vom {dates.min():%d.%m.%Y} "
            f"bis zum {dates.max():%d.%m.%Y}."
        )
    return begin, end


def summary(findings: Sequence[Finding], counted: int, out: Path) -> int:
    """Print in a few lines what was done and what was wrong; return the exit code."""
    numbers = {severity: sum(f.count for f in findings if f.severity is severity) for severity in Severity}
    sys.stdout.write(
        f"{counted} Interventionen ausgewertet. Befunde: {numbers[Severity.ERROR]} Fehler, "
        f"{numbers[Severity.WARNING]} Warnungen, {numbers[Severity.NOTICE]} Hinweise.\n"
        f"Ergebnisse in {out}: fit.json, fit.xlsx, findings.xlsx\n"
    )
    return print_findings(findings, f"Alle stehen in {out / 'findings.xlsx'}.")
