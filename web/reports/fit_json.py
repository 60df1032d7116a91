"""``fit.json``: the result of an analysis for programs, schema 1."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pebem import measures

if TYPE_CHECKING:
    from pathlib import Path

    from pebem.aggregate import Aggregate
    from rules.model import RuleBook


def document(aggregate: Aggregate, book: RuleBook, *, residents: int, staff: int) -> dict[str, Any]:
    """Return the result as plain data.

    Parameters
    ----------
    residents, staff
        Number of people in the master data of the input.

    Notes
    -----
    Sums reconcile: rows = counted + excluded; the five fit classes add up to counted, and so does the
    matrix, in count and in seconds. 0 as a level means unknown; null as ward or shift means not given.
    """
    titles = {entry.id: entry.title for entry in book.interventions}
    first, last = aggregate.period or (None, None)
    cells = aggregate.by()
    return {
        "schema": 1,
        "rulebook": {"id": book.id, "edition": book.edition, "status": book.status, "sha256": book.sha256},
        "period": {"from": first and first.isoformat(), "to": last and last.isoformat()},
        "input": {
            "rows": aggregate.rows,
            "counted": aggregate.counted,
            "excluded": dict(aggregate.excluded),
            "residents": residents,
            "staff": staff,
        },
        "coverage": measures.coverage(aggregate),
        "fit": _fit(measures.fit(cells)),
        "passend_durch_zertifikat": asdict(measures.by_certificate(cells)),
        "matrix": measures.matrix(cells).to_dict("records"),
        "by_ward": [{"wohnbereich": label, "fit": _fit(parts)} for label, parts in measures.fit_by(aggregate, "ward")],
        "by_shift": [{"schicht": label, "fit": _fit(parts)} for label, parts in measures.fit_by(aggregate, "shift")],
        "by_intervention": [
            {"intervention": entry, "titel": titles[str(entry)], "fit": _fit(parts)}
            for entry, parts in sorted(
                measures.fit_by(aggregate, "intervention"), key=lambda pair: book.index[str(pair[0])]
            )
        ],
        "by_day": [{"tag": str(label), "fit": _fit(parts)} for label, parts in measures.fit_by(aggregate, "day")],
    }


def _fit(parts: dict[str, measures.Amount]) -> dict[str, dict[str, int]]:
    return {name: asdict(part) for name, part in parts.items()}


def write(path: Path, result: dict[str, Any]) -> None:
    """Write the document, readable by people too."""
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
