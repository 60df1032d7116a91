"""Files of the model as the frames and the workbooks that the product takes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xlsxwriter

from pebem import contracts
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from .records import Act, File

URINE, STOOL = "Harnkontinenz", "Stuhlkontinenz"


def frames(files: Sequence[File]) -> tuple[contracts.Tables, dict[str, np.ndarray]]:
    """Return what is read of some files, persons under their numbers, and the file of each row of a frame."""
    found = {
        "residents": [(row.resident, row.ward, row.moved_in, row.moved_out) for row in _rows(files, "lives")],
        "assessments": [
            (
                row.resident,
                row.day,
                *(_finding(dict(row.cells).get(name)) for name in (URINE, STOOL)),
                row.special,
                *(dict(row.cells).get(cell, contracts.ITEM_MISSING) for cell in ASSESSMENT_CELLS),
            )
            for row in _rows(files, "assessed")
        ],
        "instability": [(row.resident, row.criterion, row.first, row.last) for row in _rows(files, "unstable")],
        "grades": [(row.resident, row.grade, row.first) for row in _rows(files, "grades")],
        "staff": [
            (row.employee, row.qn, row.role, row.certificates, row.first, row.last) for row in _rows(files, "levels")
        ],
        "interventions": [
            (
                row.resident,
                row.employee,
                row.intervention,
                row.day,
                -1 if row.minute is None else row.minute,
                -1 if row.seconds is None else row.seconds,
                row.source,
                row.shift,
                row.ward,
                row.status,
            )
            for row in _rows(files, "acts")
        ],
        "duties": [
            (row.employee, row.ward, *(_moment(row.day, minute) for minute in (row.start, row.end)))
            for row in _rows(files, "duties")
        ],
    }
    columns = {
        "residents": contracts.RESIDENTS,
        "assessments": contracts.ASSESSMENTS | dict.fromkeys(ASSESSMENT_CELLS, "int"),
        "instability": contracts.INSTABILITY,
        "grades": contracts.GRADES,
        "staff": contracts.STAFF,
        "interventions": contracts.INTERVENTIONS,
        "duties": contracts.DUTIES,
    }
    faulty = sum(len(file.faulty) for file in files)
    tables = contracts.Tables(
        **{name: _frame(rows, columns[name]) for name, rows in found.items()},  # type: ignore[arg-type]
        faulty=faulty,
    )
    return tables, {name: _places(files, source) for name, source in _SOURCES.items()}


_SOURCES = {
    "residents": "lives",
    "assessments": "assessed",
    "instability": "unstable",
    "grades": "grades",
    "staff": "levels",
    "interventions": "acts",
    "duties": "duties",
}


def _rows(files: Iterable[File], name: str) -> list[Any]:
    return [row for file in files for row in getattr(file, name) or ()]


def _places(files: Sequence[File], name: str) -> np.ndarray:
    return np.repeat(np.arange(len(files)), [len(getattr(file, name) or ()) for file in files])


def _finding(word: object) -> int:
    return CONTINENCE.index(word) if word else -1  # type: ignore[arg-type]


def _moment(day: dt.date, minute: int) -> np.datetime64:
    return np.datetime64(day, "s") + np.timedelta64(minute, "m")


def _frame(rows: list[tuple[Any, ...]], columns: dict[str, str]) -> pd.DataFrame:
    if not rows:
        return contracts.empty(columns)
    made: dict[str, Any] = {}
    for (name, kind), values in zip(columns.items(), zip(*rows, strict=True), strict=True):
        match kind:
            case "day" | "time":
                unit = "D" if kind == "day" else "s"
                made[name] = pd.Series(np.array(values, dtype=f"datetime64[{unit}]").astype("datetime64[s]"))
            case "int" | "truth":
                made[name] = pd.Series(values, dtype="int32" if kind == "int" else "int8")
            case "category":
                fixed = contracts.STATUSES if name == "status" else dict.fromkeys(v for v in values if v is not None)
                made[name] = pd.Series(pd.Categorical(values, categories=pd.Index(list(fixed), dtype="object")))
            case _:
                made[name] = pd.Series(values, dtype="object")
    return pd.DataFrame(made)


# -- workbooks -------------------------------------------------------------------------------------------------------


def workbook(file: File) -> bytes:
    """Return a file as an Excel workbook, with the sheets it has rows of."""
    cells = [cell for cell in ASSESSMENT_CELLS if any(cell in dict(row.cells) for row in file.assessed)]
    staff = ["Personal-Nr", "QN", "Gültig ab", "Gültig bis"]
    staff += [name for name, key in (("Rolle", "role"), ("Zertifikate", "certificates")) if key not in file.without]
    sheets: dict[str, list[list[object]]] = {
        "Bewohner": [
            ["Bewohner-Nr", "Wohnbereich", "Einzug", "Auszug"],
            *([row.resident, row.ward, row.moved_in, row.moved_out] for row in file.lives or ()),
        ],
        "Begutachtungen": [
            ["Bewohner-Nr", "Datum", *cells, URINE, STOOL, "Besondere Bedarfskonstellation"],
            *(
                [
                    row.resident,
                    row.day,
                    *(dict(row.cells).get(name) for name in (*cells, URINE, STOOL)),
                    "ja" if row.special else None,
                ]
                for row in file.assessed
            ),
        ],
        "Instabilität": [
            ["Bewohner-Nr", "Kriterium", "Von", "Bis"],
            *([row.resident, row.criterion, row.first, row.last] for row in file.unstable),
        ],
        "Pflegegrade": [
            ["Bewohner-Nr", "Pflegegrad", "Seit"],
            *([row.resident, row.grade or "kein", row.first] for row in file.grades),
        ],
        "Mitarbeitende": [
            staff,
            *(
                [
                    {
                        "Personal-Nr": row.employee,
                        "QN": row.qn,
                        "Gültig ab": row.first,
                        "Gültig bis": row.last,
                        "Rolle": row.role,
                        "Zertifikate": row.certificates,
                    }[name]
                    for name in staff
                ]
                for row in file.levels or ()
            ),
        ],
        "Interventionen": [_ACT_HEADINGS, *(_act(row) for row in file.acts), *(_faulty(day) for day in file.faulty)],
        "Dienste": [
            ["Personal-Nr", "Datum", "Beginn", "Ende", "Wohnbereich"],
            *([row.employee, row.day, _clock(row.start), _clock(row.end), row.ward] for row in file.duties),
        ],
    }
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in sheets.items():
        if len(rows) > 1 or (name == "Bewohner" and file.lives) or (name == "Mitarbeitende" and file.levels):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write_string(number, column, _written(cell))
    book.close()
    return out.getvalue()


_ACT_HEADINGS: list[object] = [
    "Bewohner-Nr",
    "Personal-Nr",
    "Intervention",
    "Datum",
    "Uhrzeit",
    "Minuten",
    "Minuten-Quelle",
    "Schicht",
    "Wohnbereich",
    "Status",
]


def _act(row: Act) -> list[object]:
    minutes = None if row.seconds is None else f"{row.seconds / 60:g}".replace(".", ",")
    time = None if row.minute is None else _clock(row.minute)
    return [
        row.resident,
        row.employee,
        row.intervention,
        row.day,
        time,
        minutes,
        row.source,
        row.shift,
        row.ward,
        row.status,
    ]


def _faulty(day: dt.date | None) -> list[object]:
    return [None, None, "1.1", day or "31.02.2026", None, "zehn"]


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _written(cell: object) -> str:
    return f"{cell:%d.%m.%Y}" if hasattr(cell, "year") else str(cell)
