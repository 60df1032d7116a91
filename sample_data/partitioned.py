"""A synthetic home as partitioned Parquet, columns and types as in ``pebem.contracts``: home=0001/staff.parquet ….

Typed columns cannot hold the faults that cells can; homes are written as they were drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

import rules
from pebem.contracts import ASSESSMENTS, DUTIES, INSTABILITY, INTERVENTIONS, RESIDENTS, STAFF
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE
from sample_data.sheets import BEGUTACHTUNGEN, BEWOHNER, DIENSTE, INSTABILITAET, INTERVENTIONEN, MITARBEITENDE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import time
    from pathlib import Path
    from typing import Any

    import pandas as pd

    from rules import RuleBook
    from sample_data.home import SampleHome

_TYPES: Final = {
    "text": pa.string(),
    "category": pa.dictionary(pa.int32(), pa.string()),
    "day": pa.date32(),
    "time": pa.timestamp("s"),
    "int": pa.int32(),
    "truth": pa.bool_(),
}
_ROW_GROUP: Final = 2**18


def write(folder: Path, home: SampleHome) -> None:
    """Write one file per table into ``folder``; interventions in a folder with a file for each month."""
    (folder / "interventions").mkdir(parents=True, exist_ok=True)
    book = rules.load(home.last)
    for name, table in _master(home, book).items():
        pq.write_table(table, folder / f"{name}.parquet")
    work = home.sheets[INTERVENTIONEN]
    month = work["Datum"].map(lambda day: f"{day:%Y-%m}")
    for name in sorted(month.unique()):
        rows = _interventions(work[month == name], book)
        pq.write_table(rows, folder / "interventions" / f"{name}.parquet", row_group_size=_ROW_GROUP)


def _master(home: SampleHome, book: RuleBook) -> dict[str, pa.Table]:
    residents, assessments, instability, staff, duties = (
        home.sheets[name] for name in (BEWOHNER, BEGUTACHTUNGEN, INSTABILITAET, MITARBEITENDE, DIENSTE)
    )
    of_label = {criterion.label: criterion.id for criterion in book.criteria}
    findings = dict(zip(CONTINENCE, range(len(CONTINENCE)), strict=True))
    return {
        "residents": _table(RESIDENTS, residents, ["Bewohner-Nr", "Wohnbereich", "Einzug", "Auszug"]),
        "assessments": _table(
            ASSESSMENTS | dict.fromkeys(ASSESSMENT_CELLS, "int"),
            assessments,
            [
                "Bewohner-Nr",
                "Datum",
                ("Harnkontinenz", findings.__getitem__),
                ("Stuhlkontinenz", findings.__getitem__),
                ("Besondere Bedarfskonstellation", lambda text: text == "ja"),
                *ASSESSMENT_CELLS,
            ],
        ),
        "instability": _table(
            INSTABILITY,
            instability,
            ["Bewohner-Nr", ("Kriterium", lambda text: of_label.get(text, text)), "Von", "Bis"],
        ),
        "staff": _table(
            STAFF,
            staff,
            [
                "Personal-Nr",
                "QN",
                "Rolle",
                ("Zertifikate", lambda text: text and text.replace("; ", ";")),
                "Gültig ab",
                "Gültig bis",
            ],
        ),
        "duties": _table(DUTIES, duties, ["Personal-Nr", "Wohnbereich", "Beginn", "Ende"]),
    }


def _interventions(work: pd.DataFrame, book: RuleBook) -> pa.Table:
    of_title = {entry.title: entry.id for entry in book.interventions}
    return _table(
        INTERVENTIONS,
        work,
        [
            "Bewohner-Nr",
            "Personal-Nr",
            ("Intervention", lambda text: of_title.get(text, text)),
            "Datum",
            ("Uhrzeit", _minute),
            ("Minuten", lambda minutes: None if minutes is None else round(minutes * 60)),
            ("Minuten-Quelle", lambda text: text and text.lower()),
            "Schicht",
            "Wohnbereich",
            "Status",
        ],
    )


def _minute(clock: time | None) -> int | None:
    return None if clock is None else clock.hour * 60 + clock.minute


def _table(
    kinds: dict[str, str], sheet: pd.DataFrame, headings: list[str | tuple[str, Callable[[Any], object]]]
) -> pa.Table:
    """Return a sheet as a table: its columns in the order of ``kinds``, each cell as it is or turned into a value."""
    columns = {}
    for (name, kind), source in zip(kinds.items(), headings, strict=True):
        heading, turn = source if isinstance(source, tuple) else (source, None)
        cells = sheet[heading].tolist()
        values = [None if cell is None else turn(cell) for cell in cells] if turn else cells
        array = pa.array(values, pa.string() if kind == "category" else _TYPES[kind])
        columns[name] = array.dictionary_encode() if kind == "category" else array
    return pa.table(columns)
