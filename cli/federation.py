"""``pebem analyse --parquet``: all homes of a folder, here or on a cluster, and their total."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rules
from cli.federation_home import HomeWork, Summary
from cli.parser import CommandError
from importers.findings import Finding, Severity
from importers.parquet import homes
from importers.parquet.batches import span
from pebem.aggregate import Aggregate
from pebem.distribute.run import TRIES, run
from pebem.distribute.task import LOST, PartitionError, TaskFailure
from web.reports import findings_xlsx, fit_json, fit_xlsx

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from pebem.distribute.task import TaskOutcome
    from rules import RuleBook

_AT_ONCE: Final = 64
"""Homes added in one go: adding one by one would take longer than rating them."""


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
        work = HomeWork(source.resolve(), options.out.resolve(), rulebook, book.sha256, period)
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
    return total.write(options.out)


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


def span_of(source: Path, home: str) -> tuple[date, date] | None:
    """Return the first and the last day of a home's interventions."""
    return span(homes.files(source, home).interventions)


class Total:
    """The total of the homes, added home by home, in any order."""

    def __init__(self, nameless: Iterable[str]) -> None:
        self.findings = [_failed(name, _NAMELESS) for name in nameless]
        self.failed = len(self.findings)
        self.results: dict[str, Mapping[str, Any]] = {}
        self.again = 0
        self._sum = Aggregate.zero()
        self._parts: list[Aggregate] = []

    def add(self, outcome: TaskOutcome[str, Summary]) -> None:
        """Add the result of a home."""
        if outcome.failure or outcome.result is None:
            self.failed += 1
            self.findings.append(_failed(outcome.key, outcome.failure or TaskFailure("", "")))
            return
        summary = outcome.result
        self._parts.append(summary.aggregate)
        if len(self._parts) == _AT_ONCE:
            self._sum, self._parts = Aggregate.total([self._sum, *self._parts]), []
        kinds = Counter[tuple[str, str]]()
        example: dict[tuple[str, str], Finding] = {}
        for finding in summary.findings:
            kind = finding.code, finding.column
            kinds[kind] += finding.count
            example.setdefault(kind, finding)
        file = f"home={outcome.key}"
        self.findings += [
            replace(first, file=f"{file}/{first.file}", row=0, value="", count=kinds[kind])
            for kind, first in example.items()
        ]
        self.results[outcome.key] = summary.result
        self.again += not summary.fresh

    def document(self, book: RuleBook) -> dict[str, Any]:
        """Return ``fit.json`` of all homes: that of one home, and ``by_home``. Wards are not distinguished."""
        self._sum, self._parts = Aggregate.total([self._sum, *self._parts]), []
        inputs = [one["input"] for one in self.results.values()]
        result = fit_json.document(
            self._sum,
            book,
            residents=sum(one["residents"] for one in inputs),
            staff=sum(one["staff"] for one in inputs),
        )
        result["homes"] = {"analysed": len(self.results), "failed": self.failed}
        result["by_home"] = [{"einrichtung": name, "fit": one["fit"]} for name, one in sorted(self.results.items())]
        return result

    def write(self, out: Path) -> int:
        """Say in a few lines what was done; return the exit code."""
        numbers = Counter(dict.fromkeys(Severity, 0))
        for finding in self.findings:
            numbers[finding.severity] += finding.count
        counted = sum(one["input"]["counted"] for one in self.results.values())
        sys.stdout.write(
            f"{len(self.results)} Einrichtungen ausgewertet"
            + (f" ({self.again} davon unverändert aus einem früheren Lauf)" if self.again else "")
            + f", {self.failed} nicht lesbar. {counted} Interventionen. Befunde: {numbers[Severity.ERROR]} Fehler, "
            f"{numbers[Severity.WARNING]} Warnungen, {numbers[Severity.NOTICE]} Hinweise.\n"
            f"Ergebnisse in {out}: fit.json, fit.xlsx, findings.xlsx; je Einrichtung in homes, aggregate und coverage\n"
        )
        return 1 if numbers[Severity.ERROR] else 0


_NAMELESS: Final = TaskFailure(
    "UnreadableError",
    "Der Name des Ordners ist keine gültige Kennung. Bitte nehmen Sie höchstens 64 Buchstaben, Ziffern, Punkte, "
    "Binde- und Unterstriche.",
)


def _failed(home: str, failure: TaskFailure) -> Finding:
    """Say why a home has no result."""
    match failure.kind:
        case "UnreadableError":
            message, _, repair = failure.message.partition(". ")
            message = f"{message}."
        case kind if kind == LOST:
            message = f"Der Prozess, der diese Einrichtung auswertete, wurde {TRIES}-mal beendet."
            repair = "Vermutlich fehlt Arbeitsspeicher: Nehmen Sie weniger --workers, oder prüfen Sie die Dateien."
        case kind:
            message = f"Unerwarteter Fehler ({kind}: {failure.message[:200]})."
            repair = "Bitte prüfen Sie Dateien und Schreibrecht; bleibt es dabei, melden Sie den Fehler."
    return Finding(Severity.ERROR, "einrichtung-nicht-ausgewertet", message, repair, file=f"home={home}")


def _write(out: Path, total: Total, book: RuleBook) -> None:
    result = total.document(book)
    fit_json.write(out / "fit.json", result)
    fit_xlsx.write(out / "fit.xlsx", result, book)
    findings_xlsx.write(out / "findings.xlsx", sorted(total.findings, key=lambda f: (f.file, f.code, f.column)))
