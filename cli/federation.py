"""``pebem analyse --parquet``: all homes of a folder, here or on a cluster, and their total."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rules
from cli.parser import CommandError
from importers.findings import Severity
from importers.parquet import homes
from pebem.distribute.run import run
from pebem.distribute.task import PartitionError
from web.federation.home_work import HomeWork, span_of
from web.federation.total import Total
from web.reports import findings_xlsx, fit_json, fit_xlsx

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from datetime import date

    from pebem.distribute.task import TaskOutcome
    from rules import RuleBook


def analyse(options: argparse.Namespace) -> int:
    """Analyse all homes of a folder; return the exit code."""
    source: Path = options.parquet
    if not source.is_dir():
        raise CommandError(f"Den Ordner {source} gibt es nicht. Bitte prüfen Sie den Namen.")
    keys, nameless = homes.homes(source)
    if not keys:
        raise CommandError(
            f"Im Ordner {source} liegt keine Einrichtung. Jede braucht einen Ordner wie „home=0001“ mit ihren Dateien."
        )
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        period = _period(options, keys)
        book = rules.load(period[1], options.rulebook)
        rulebook = options.rulebook.resolve() if isinstance(options.rulebook, Path) else options.rulebook
        work = HomeWork(source.resolve(), options.out.resolve(), rulebook, book.sha256, period, options.shifts or {})
        total = Total(nameless)
        for outcome in _run(options, keys, work, "ausgewertet"):
            total.add(outcome)
        _write(options.out, total, book)
    except OSError as problem:
        raise CommandError(
            f"In den Ordner {options.out} kann nicht geschrieben werden ({problem.strerror}). "
            "Bitte wählen Sie einen anderen."
        ) from problem
    except PartitionError as problem:
        raise CommandError(
            f"Es gibt niemanden, der die Arbeit tut ({problem}). Bitte prüfen Sie --scheduler; was fertig ist, "
            "bleibt liegen und wird beim nächsten Mal nicht wiederholt."
        ) from problem
    return _report(total, options.out)


def _run(options: argparse.Namespace, homes: Sequence[str], work: Any, what: str) -> Iterator[TaskOutcome[str, Any]]:
    def show(done: int, whole: int) -> None:
        sys.stderr.write(f"\r{done} von {whole} Einrichtungen {what}" + ("\n" if done == whole else ""))
        sys.stderr.flush()

    progress = show if sys.stderr.isatty() else None
    try:
        yield from run(homes, work, workers=options.workers, scheduler=options.scheduler, progress=progress)
    except ImportError as missing:
        raise CommandError(
            f"Für --scheduler fehlt {missing.name}. Bitte installieren: pip install 'pebem-analyse[cluster]'"
        ) from missing


def _period(options: argparse.Namespace, homes: Sequence[str]) -> tuple[date, date]:
    """Return the period, the same for all homes: as asked for, otherwise that of all rows."""
    if options.first and options.last:
        return options.first, options.last
    outcomes = _run(options, homes, partial(span_of, options.parquet.resolve()), "durchgesehen")
    spans = [outcome.result for outcome in outcomes if outcome.result]
    if not spans:
        raise CommandError(
            "Keine Einrichtung hat eine lesbare Intervention. Bitte prüfen Sie die Dateien oder nennen Sie den "
            "Zeitraum mit --from und --to; dann steht in findings.xlsx, woran es liegt."
        )
    begin, end = min(first for first, _ in spans), max(last for _, last in spans)
    period = options.first or begin, options.last or end
    if period[1] < period[0]:
        raise CommandError(
            f"Im verlangten Zeitraum liegt keine Zeile: Die Interventionen reichen vom {begin:%d.%m.%Y} "
            f"bis zum {end:%d.%m.%Y}."
        )
    return period


def _report(total: Total, out: Path) -> int:
    """Print in a few lines what was done; return the exit code."""
    numbers = Counter(dict.fromkeys(Severity, 0))
    for finding in total.findings:
        numbers[finding.severity] += finding.count
    counted = sum(result["input"]["counted"] for result in total.results.values())
    sys.stdout.write(
        f"{len(total.results)} Einrichtungen ausgewertet"
        + (f" ({total.unchanged} davon unverändert aus einem früheren Lauf)" if total.unchanged else "")
        + f", {total.failed} nicht lesbar. {counted} Interventionen. Befunde: {numbers[Severity.ERROR]} Fehler, "
        f"{numbers[Severity.WARNING]} Warnungen, {numbers[Severity.NOTICE]} Hinweise.\n"
        f"Ergebnisse in {out}: fit.json, fit.xlsx, findings.xlsx; je Einrichtung in homes, aggregate und coverage\n"
    )
    return 1 if numbers[Severity.ERROR] else 0


def _write(out: Path, total: Total, book: RuleBook) -> None:
    result = total.document(book)
    fit_json.write(out / "fit.json", result)
    fit_xlsx.write(out / "fit.xlsx", result, book)
    findings_xlsx.write(out / "findings.xlsx", sorted(total.findings, key=lambda f: (f.file, f.code, f.column)))
