"""The total of many homes: their aggregates added up, their findings by kind, ``fit.json`` of all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from importers.findings import Finding, Severity
from pebem.aggregate import Aggregate
from pebem.distribute.run import TRIES
from pebem.distribute.task import LOST, TaskFailure
from web.reports import fit_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pebem.distribute.task import TaskOutcome
    from rules import RuleBook
    from web.federation.home_work import Summary

_AT_ONCE: Final = 64
"""Homes added in one go: adding one by one would take longer than rating them."""


class Total:
    """The total of the homes, added home by home, in any order."""

    def __init__(self, nameless: Iterable[str]) -> None:
        self.findings = [_failed(name, _NAMELESS) for name in nameless]
        self.failed = len(self.findings)
        self.results: dict[str, Mapping[str, Any]] = {}
        self.unchanged = 0
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
        self.unchanged += not summary.fresh

    def document(self, book: RuleBook) -> dict[str, Any]:
        """Return ``fit.json`` of all homes: that of one home, and ``by_home``. Wards are not distinguished."""
        self._sum, self._parts = Aggregate.total([self._sum, *self._parts]), []
        inputs = [result["input"] for result in self.results.values()]
        document = fit_json.document(
            self._sum,
            book,
            residents=sum(counts["residents"] for counts in inputs),
            staff=sum(counts["staff"] for counts in inputs),
        )
        document["homes"] = {"analysed": len(self.results), "failed": self.failed}
        document["by_home"] = [
            {"einrichtung": name, "fit": result["fit"]} for name, result in sorted(self.results.items())
        ]
        return document


_NAMELESS: Final = TaskFailure(
    "UnreadableError",
    "Der Name des Ordners ist keine gültige Kennung. Bitte nehmen Sie höchstens 64 Buchstaben, Ziffern, Punkte, "
    "Binde- und Unterstriche.",
)


def _failed(home: str, failure: TaskFailure) -> Finding:
    """Return the finding that says why a home has no result."""
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
