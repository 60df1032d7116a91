"""One home of a federation: read its Parquet files, rate them, write the results; nothing is done twice."""

from __future__ import annotations

import json
import os
import uuid
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import pebem
import rules
from importers.findings import Finding, Severity, UnreadableError
from importers.parquet import homes
from importers.parquet.batches import InterventionBatches, span
from pebem.aggregate import CUBE, DIMENSIONS, FIT, Aggregate
from pebem.engine.coded_table import CodedTable
from pebem.engine.decode import COVERAGE_COUNTS, table_of
from web.reports import fit_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from rules import RuleBook

_LABELS: Final = pa.dictionary(pa.int32(), pa.string())
_OUTCOMES: Final = {"qn_soll": pa.int8(), "qn_ist": pa.int8(), "fit": _LABELS, "certificate": pa.bool_()}
_CELLS: Final = pa.schema(
    {"day": pa.date32()}
    | dict.fromkeys(("ward", "shift", "intervention"), _LABELS)
    | _OUTCOMES
    | dict.fromkeys(("count", "seconds"), pa.int64())
)
_COVERAGE: Final = pa.schema({"day": pa.date32(), "ward": _LABELS} | dict.fromkeys(COVERAGE_COUNTS, pa.int64()))


@dataclass(frozen=True)
class Summary:
    """What the total needs of one home: small, regardless of its number of rows.

    Attributes
    ----------
    aggregate
        By shift, day and intervention; wards are left out, as each home has its own.
    result
        ``rulebook``, ``input`` and ``fit`` of its ``fit.json``.
    findings
        What there is to repair in its files.
    fresh
        False where the result is that of an earlier run.
    """

    aggregate: Aggregate
    result: Mapping[str, Any]
    findings: list[Finding]
    fresh: bool


@dataclass(frozen=True)
class HomeWork:
    """The work on any home of a federation, to be sent to workers.

    Attributes
    ----------
    source, out
        Folders that every worker sees under these names.
    rulebook, sha256
        The rulebook, and the hash it must have wherever it is loaded.
    period
        First and last day.
    shifts
        When the shifts of all homes begin, as the command line names it.
    """

    source: Path
    out: Path
    rulebook: str | Path
    sha256: str
    period: tuple[date, date]
    shifts: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, home: str) -> Summary:
        """Rate a home, unless it has been rated with the same input.

        Raises
        ------
        UnreadableError
            Where its files are refused; results of an earlier run are then removed.
        OSError
            Where the results cannot be written.
        """
        stored = ResultFiles(self.out, home)
        try:
            files = homes.files(self.source, home)
            stamp = self._stamp(files)
        except (UnreadableError, OSError):
            stored.clear()
            raise
        if stored.stamp == stamp:
            return stored.summary(self.period)
        stored.clear()
        people, findings = homes.people(files, self._book)
        batches = InterventionBatches(files.interventions, self._book, people, self.shifts)
        aggregate = pebem.stream(people, batches, self._book, self.period, (*CUBE, *FIT))
        aggregate = replace(aggregate, excluded=dict(aggregate.excluded) | {"fehlerhaft": batches.faulty})
        if not batches.rows:
            findings.append(_NO_ROWS)
        result = fit_json.document(
            aggregate, self._book, residents=len(people.residents), staff=people.staff["staff"].nunique()
        )
        return stored.write(aggregate, result, findings + batches.findings, stamp)

    @cached_property
    def _book(self) -> RuleBook:
        book = rules.load(self.period[1], self.rulebook)
        if book.sha256 != self.sha256:
            raise UnreadableError(
                "Das Regelwerk ist auf diesem Rechner ein anderes als auf dem, der die Auswertung begann. "
                "Bitte installieren Sie überall dieselbe Ausgabe."
            )
        return book

    def __getstate__(self) -> dict[str, Any]:
        """Leave the rulebook out: each worker loads and checks it."""
        return {name: value for name, value in self.__dict__.items() if name != "_book"}

    def _stamp(self, files: homes.HomeFiles) -> dict[str, Any]:
        """Return what a result depends on. Files with the same name, size and time count as unchanged, as in make."""
        inputs = [(path, path.stat()) for path in files.all]
        return {
            "program": version("pebem-analyse"),
            "rulebook": self.sha256,
            "period": [day.isoformat() for day in self.period],
            "shifts": dict(self.shifts),
            "inputs": {
                path.relative_to(self.source).as_posix(): [about.st_size, about.st_mtime_ns] for path, about in inputs
            },
        }


_NO_ROWS: Final = Finding(
    Severity.WARNING,
    "keine-interventionen",
    "Es gibt keine einzige Intervention.",
    "Prüfen Sie, ob die richtige Datei geliefert wurde.",
)


def span_of(source: Path, home: str) -> tuple[date, date] | None:
    """Return the first and the last day of a home's interventions."""
    return span(homes.files(source, home).interventions)


class ResultFiles:
    """The files of a home's results. A file exists complete or not at all; the stamp is written last."""

    def __init__(self, out: Path, home: str) -> None:
        folder = f"home={home}"
        self.cells = out / "aggregate" / folder / "cells.parquet"
        self.coverage = out / "coverage" / folder / "coverage.parquet"
        self.fit, self.findings, self._stamp = (
            out / "homes" / folder / name for name in ("fit.json", "findings.json", "stamp.json")
        )

    @property
    def stamp(self) -> Any:
        """What the results depend on, None where they are incomplete."""
        try:
            return json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def clear(self) -> None:
        """Remove all results, and files that a killed worker left half written."""
        for path in (self._stamp, self.fit, self.findings, self.cells, self.coverage):
            for old in (path, *path.parent.glob(f".{path.name}-*")):
                old.unlink(missing_ok=True)

    def write(
        self, aggregate: Aggregate, result: Mapping[str, Any], findings: list[Finding], stamp: Mapping[str, Any]
    ) -> Summary:
        """Write everything and return the summary."""
        _write_parquet(self.cells, aggregate.by(*DIMENSIONS), _CELLS)
        _write_parquet(self.coverage, aggregate.covered("day", "ward"), _COVERAGE)
        _write_json(self.fit, result)
        _write_json(self.findings, [asdict(finding) for finding in findings])
        _write_json(self._stamp, stamp)
        return Summary(_without_wards(aggregate), _head(result), findings, fresh=True)

    def summary(self, period: tuple[date, date]) -> Summary:
        """Return the summary of the stored results."""
        result = json.loads(self.fit.read_text(encoding="utf-8"))
        findings = [
            Finding(**entry | {"severity": Severity(entry["severity"])})
            for entry in json.loads(self.findings.read_text(encoding="utf-8"))
        ]
        cells, coverage = (_read_parquet(path) for path in (self.cells, self.coverage))
        aggregate = Aggregate({DIMENSIONS: cells}, coverage, result["input"]["excluded"], period)
        return Summary(_without_wards(aggregate), _head(result), findings, fresh=False)


def _head(result: Mapping[str, Any]) -> dict[str, Any]:
    return {name: result[name] for name in ("rulebook", "input", "fit")}


def _without_wards(aggregate: Aggregate) -> Aggregate:
    """Return the groupings of a report, the ward of every row not given."""
    cells = _nowhere(aggregate.tables[DIMENSIONS])
    tables: dict[tuple[str, ...], CodedTable] = {dims: cells.summed(*dims, "outcome") for dims in FIT}
    coverage = _nowhere(aggregate.coverage).summed("day", "ward", sums=COVERAGE_COUNTS)
    return Aggregate(tables, coverage, aggregate.excluded, aggregate.period)


def _nowhere(table: CodedTable) -> CodedTable:
    return CodedTable({**table.columns, "ward": np.zeros(len(table), np.int64)}, {**table.labels, "ward": (None,)})


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path; the file gets its own name when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    yield draft
    os.replace(draft, path)  # noqa: PTH105  # replaces what is there, also on Windows


def _write_json(path: Path, content: object) -> None:
    with _whole(path) as draft:
        draft.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_parquet(path: Path, frame: pd.DataFrame, schema: pa.Schema) -> None:
    with _whole(path) as draft:
        pq.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False, nthreads=1), draft)


def _read_parquet(path: Path) -> CodedTable:
    return table_of(pq.ParquetFile(path).read(use_threads=False).to_pandas())
