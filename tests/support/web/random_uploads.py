"""Random uploads of a few people: something new, something else, or the same again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from tests.support.web import workbooks

FIRST = date(2026, 1, 5)


RESIDENTS, STAFF, ENTRIES = ("0042", "77", "0815"), ("P1", "P2", "P9", ""), ("1.1", "4.1", "5.E03", "8.1")


def sheets(rng: np.random.Generator) -> dict[str, list[tuple[Any, ...]]]:
    """Return an upload with new, changed or unchanged data of a few people."""

    def day(low: int = -5, high: int = 50) -> str:
        return f"{FIRST + timedelta(days=int(rng.integers(low, high))):%d.%m.%Y}"

    def choice(*values: str) -> str:
        return str(values[int(rng.integers(len(values)))])

    head, *assessed = workbooks.assessments(int(rng.integers(0, 4)))
    performed = [
        (
            choice(*RESIDENTS, ""),
            choice(*STAFF),
            choice(*ENTRIES),
            day(0),
            choice("", "07:10"),
            choice("", "5", "20"),
            "Früh",
            choice("", "WB 1", "WB 2"),
            choice("", "", "", "abgelehnt"),
        )
        for _ in range(int(rng.integers(1, 12)))
    ]
    parts = {
        "Begutachtungen": [head, *((row[0], choice("", day()), *row[2:]) for row in assessed if rng.random() < 0.7)],
        "Instabilität": [
            ("Bewohner-Nr", "Kriterium", "Von", "Bis"),
            (choice(*RESIDENTS), "sturz", day(0, 20), day(20)),
        ],
        "Mitarbeitende": [
            workbooks.STAFF[0],
            *(
                (name, "", "", choice("1", "2", "3", "4"), "", choice("", "LG1"), choice("", day()), "")
                for name in STAFF[:3]
                if rng.random() < 0.6
            ),
        ],
        "Interventionen": [workbooks.WORK[0], *performed],
    }
    # Data of residents count only where they are in the same upload.
    named = [(name, "", "", choice("WB 1", "WB 2", ""), choice("", day())) for name in RESIDENTS if rng.random() < 0.7]
    chosen = {name: rows for name, rows in parts.items() if len(rows) > 1 and rng.random() < 0.6}
    return {"Bewohner": [workbooks.RESIDENTS[0], *(named or workbooks.RESIDENTS[1:])]} | chosen
