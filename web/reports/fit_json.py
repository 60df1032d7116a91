"""``fit.json``: the result of an analysis for programs, schema 1."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pebem import measures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pebem.aggregate import Aggregate
    from pebem.relief.feasible import Relief
    from rules.model import RuleBook


def document(
    aggregate: Aggregate, book: RuleBook, *, residents: int, staff: int, relief: Relief | None = None
) -> dict[str, Any]:
    """Return the result as plain data.

    Parameters
    ----------
    residents, staff
        Number of people in the master data of the input.
    relief
        Feasible relief, where the input has duties; without it there is no part ``entlastung``.

    Notes
    -----
    Sums reconcile: rows = counted + excluded; the five fit classes add up to counted, and so does the
    matrix, in count and in seconds. 0 as a level means unknown; null as ward or shift means not given. In
    ``entlastung`` what is machbar and what is not add up to ueberqualifiziert; was_an_wen adds up to machbar.
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
    } | ({"entlastung": _relief(relief, titles)} if relief else {})


def _relief(relief: Relief, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "ueberqualifiziert": {"seconds": relief.above},
        "pruefbar": {"seconds": relief.placed},
        "machbar": {"seconds": relief.movable},
        "nicht_machbar": {name: {"seconds": seconds} for name, seconds in relief.obstacles.items()},
        "was_an_wen": [
            {
                "intervention": move.intervention,
                "titel": titles[move.intervention],
                "qn_soll": move.qn_soll,
                "qn_ist": move.qn_ist,
                "qn_neu": move.qn_neu,
                "rolle": move.role or None,
                "zertifikat": move.certificate,
                "seconds": move.seconds,
            }
            for move in relief.moves
        ],
    }


def _fit(parts: dict[str, measures.Amount]) -> dict[str, dict[str, int]]:
    return {name: asdict(part) for name, part in parts.items()}


def write(path: Path, result: dict[str, Any]) -> None:
    """Write the document, readable by people too."""
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
