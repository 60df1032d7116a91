"""The fit of a home as a query: sets and joins in DuckDB instead of grids, codes and look-ups.

Shares with the engine the rulebook alone. The level of an assessment, a set of criteria and an intervention
comes from :mod:`rules.reference`; what is effective when, for whom, and the sums are formulated here in SQL.
"""

# ruff: noqa: S608  # fixed SQL

from __future__ import annotations

from datetime import date
from typing import Final

import duckdb
import numpy as np
import pandas as pd

from pebem.contracts import Tables
from rules.model import RuleBook
from rules.reference import ReferenceResident, level
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE_OPENS_FROM, KINDS_WITHOUT_RESIDENT

_PROFILE: Final = ("continence_urine", "continence_stool", "special", *ASSESSMENT_CELLS)
_QUOTED: Final = ", ".join(f'"{name}"' for name in _PROFILE)

_ROWS: Final = """
CREATE TABLE all_rows AS
SELECT
    position AS id,
    resident::VARCHAR AS resident,
    staff::VARCHAR AS staff,
    intervention::VARCHAR AS intervention,
    date::DATE AS day,
    seconds::BIGINT AS seconds,
    shift::VARCHAR AS shift,
    ward::VARCHAR AS ward,
    coalesce(status::VARCHAR, 'durchgeführt') = 'durchgeführt' AS done
FROM given_interventions;

CREATE TABLE period AS
SELECT coalesce(any_value(a.first), min(r.day)) AS first, coalesce(any_value(a.last), max(r.day)) AS last
FROM asked a LEFT JOIN all_rows r ON true;

CREATE TABLE home AS
SELECT resident::VARCHAR AS resident, ward::VARCHAR AS ward, moved_in::DATE AS moved_in
FROM given_residents;

CREATE TABLE counted AS
SELECT
    r.id, r.resident, h.resident IS NOT NULL AS known, r.staff, r.day, r.shift, r.seconds,
    coalesce(r.ward, h.ward) AS ward,
    e.*
FROM all_rows r
CROSS JOIN period p
JOIN entries e USING (intervention)
LEFT JOIN home h USING (resident)
WHERE r.done AND r.day BETWEEN p.first AND p.last
"""

_STATES: Final = f"""
CREATE TABLE assessments AS
SELECT
    position,
    resident::VARCHAR AS resident,
    date::DATE AS date,
    dense_rank() OVER (ORDER BY {_QUOTED}) AS profile,
    {_QUOTED}
FROM given_assessments;

CREATE TABLE resident_days AS
SELECT DISTINCT resident, day FROM counted WHERE known;

CREATE TABLE assessed AS
SELECT d.resident, d.day, a.profile
FROM resident_days d
JOIN home h USING (resident)
JOIN assessments a ON a.resident = d.resident AND coalesce(a.date, h.moved_in, DATE '-infinity') <= d.day
QUALIFY row_number() OVER (
    PARTITION BY d.resident, d.day
    ORDER BY coalesce(a.date, h.moved_in, DATE '-infinity') DESC, a.position DESC
) = 1;

CREATE TABLE unstable AS
SELECT d.resident, d.day, list_sort(list(DISTINCT i.criterion::VARCHAR)) AS criteria
FROM resident_days d
JOIN given_instability i ON i.resident::VARCHAR = d.resident
    AND d.day BETWEEN coalesce(i.start::DATE, DATE '-infinity') AND coalesce(i."end"::DATE, DATE 'infinity')
GROUP BY ALL;

CREATE TABLE states AS
SELECT a.resident, a.day, a.profile, coalesce(u.criteria, []) AS criteria
FROM assessed a LEFT JOIN unstable u USING (resident, day)
"""

_SUPPLIES: Final = """
CREATE TABLE staff AS
SELECT
    s.position,
    s.staff::VARCHAR AS staff,
    coalesce(r.otherwise, least(s.qn, 4)) AS otherwise,
    coalesce(r.everyday, least(s.qn, 4)) AS everyday,
    string_split(coalesce(s.certificates::VARCHAR, ''), ';') AS certificates,
    coalesce(s.start::DATE, DATE '-infinity') AS start,
    coalesce(s."end"::DATE, DATE 'infinity') AS stop
FROM given_staff s LEFT JOIN roles r ON r.id = s.role::VARCHAR;

CREATE TABLE supplies AS
SELECT d.staff, d.day, s.otherwise, s.everyday, s.certificates
FROM (SELECT DISTINCT staff, day FROM counted) d
JOIN staff s ON s.staff = d.staff AND d.day BETWEEN s.start AND s.stop
QUALIFY row_number() OVER (PARTITION BY d.staff, d.day ORDER BY s.start DESC, s.position DESC) = 1
"""

_SET_LEVELS: Final = """
CREATE TABLE set_levels AS
SELECT c.id, CASE WHEN c.reserved THEN 4 ELSE o.level END AS level
FROM counted c
JOIN given_overrides o
    ON o.intervention::VARCHAR = c.intervention
    AND (o.resident IS NULL OR (c.known AND o.resident::VARCHAR = c.resident))
    AND (c.resident IS NOT NULL OR NOT c.needs_resident)
    AND c.day BETWEEN coalesce(o.start::DATE, DATE '-infinity') AND coalesce(o."end"::DATE, DATE 'infinity')
QUALIFY row_number() OVER (
    PARTITION BY c.id
    ORDER BY o.resident IS NULL, coalesce(o.start::DATE, DATE '-infinity') DESC, o.position DESC
) = 1
"""

_RATED: Final = """
CREATE TABLE rated AS
WITH joined AS (
    SELECT
        c.*, s.profile,
        l.level IS NOT NULL AS overridden,
        coalesce(l.level, a.level, c.level_without) AS qn_soll,
        CASE WHEN l.level IS NOT NULL THEN false ELSE coalesce(a.bars, c.bars_without) END AS bars,
        coalesce(CASE WHEN c.everyday THEN p.everyday ELSE p.otherwise END, 0) AS qn_ist,
        coalesce(list_contains(p.certificates, c.accepts), false) AS holds
    FROM counted c
    LEFT JOIN states s USING (resident, day)
    LEFT JOIN answers a
        ON a.profile = s.profile AND a.criteria = s.criteria AND a.intervention = c.intervention
    LEFT JOIN set_levels l USING (id)
    LEFT JOIN supplies p ON p.staff = c.staff AND p.day = c.day
)
SELECT
    *,
    CASE
        WHEN qn_soll = 0 OR qn_ist = 0 THEN 'nicht_bewertbar'
        WHEN reserved AND qn_ist < 4 THEN 'vorbehalt_verletzt'
        WHEN qn_ist = qn_soll OR (qn_ist < qn_soll AND helped) THEN 'passend'
        WHEN qn_ist < qn_soll THEN 'unterqualifiziert'
        ELSE 'ueberqualifiziert'
    END AS fit,
    fit = 'passend' AND qn_ist < qn_soll AS certificate
FROM (SELECT *, holds AND NOT bars AND qn_ist >= accepts_from AS helped FROM joined)
"""


class SqlFit:
    """A home rated by queries; results are compared where they lie, for they may have millions of cells.

    Parameters
    ----------
    tables, book
        As for ``pebem.score``.
    period
        First and last day, both included; None = those of the rows.
    """

    def __init__(self, tables: Tables, book: RuleBook, period: tuple[date, date] | None = None) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        for name in ("residents", "assessments", "instability", "staff", "interventions", "overrides"):
            self.con.register(f"given_{name}", _plain(getattr(tables, name)))
        self.con.execute("CREATE TABLE asked AS SELECT ?::DATE AS first, ?::DATE AS last", period or (None, None))
        self.con.register("entries", _entries(book))
        self.con.register("roles", _roles(book))
        self.con.execute(_ROWS)
        self.con.execute(_STATES)
        self.con.register("answers", self._answers(book))
        self.con.execute(_SUPPLIES)
        self.con.execute(_SET_LEVELS)
        self.con.execute(_RATED)

    def _answers(self, book: RuleBook) -> pd.DataFrame:
        """Ask the slow interpreter about each distinct assessment, set of criteria and intervention."""
        profiles = self.con.execute(f"SELECT DISTINCT profile, {_QUOTED} FROM assessments").fetchall()
        recorded = {profile: dict(zip(_PROFILE, values, strict=True)) for profile, *values in profiles}
        asked = self.con.execute(
            """SELECT DISTINCT s.profile, s.criteria, c.intervention
            FROM counted c JOIN states s USING (resident, day)"""
        ).fetchall()
        return pd.DataFrame(
            [
                (profile, criteria, name, *_level(book, name, _resident(recorded[profile], criteria)))
                for profile, criteria, name in asked
            ]
            or [(-1, [""], "", 0, False)],
            columns=["profile", "criteria", "intervention", "level", "bars"],
        )

    def differs(self, result: pd.DataFrame, dimensions: tuple[str, ...]) -> list[tuple[object, ...]]:
        """Return the cells of a grouping that only one side has, with "+" for the engine's; none = equal."""
        keys = ", ".join((*dimensions, "qn_soll", "qn_ist", "fit", "certificate"))
        return self._compared(
            result,
            f"SELECT {keys}, count(*) AS count, sum(greatest(seconds, 0)) AS seconds FROM rated GROUP BY ALL",
        )

    def coverage_differs(self, result: pd.DataFrame) -> list[tuple[object, ...]]:
        """Return the rows of the coverage that only one side has; none = equal."""
        return self._compared(
            result,
            """SELECT
                day, ward, count(*) AS counted,
                count(*) FILTER (known OR (resident IS NULL AND NOT needs_resident)) AS bewohner,
                count(*) FILTER (profile IS NOT NULL OR NOT needs_resident) AS begutachtung,
                count(*) FILTER (qn_ist > 0) AS mitarbeitende,
                count(*) AS intervention,
                count(*) FILTER (seconds <> -1) AS minuten,
                count(*) FILTER (overridden) AS ueberschrieben
            FROM rated GROUP BY ALL""",
        )

    def _compared(self, result: pd.DataFrame, query: str) -> list[tuple[object, ...]]:
        self.con.register("given_found", result)
        types = {"day": "DATE", "ward": "VARCHAR", "shift": "VARCHAR", "intervention": "VARCHAR", "fit": "VARCHAR"}
        ours = ", ".join(f"{name}::{types.get(name, 'BIGINT')}" for name in result.columns)
        here, there = f"(SELECT {ours} FROM given_found)", f"(SELECT {ours} FROM ({query}))"
        return self.con.execute(
            f"""(SELECT '+', * FROM ({here} EXCEPT ALL {there}))
            UNION ALL (SELECT '-', * FROM ({there} EXCEPT ALL {here})) ORDER BY ALL LIMIT 20"""
        ).fetchall()

    @property
    def excluded(self) -> dict[str, int]:
        """Rows that do not count, by reason, without the faulty ones."""
        undone, outside = self.con.execute(
            """SELECT count(*) FILTER (NOT done), count(*) FILTER (done AND NOT day BETWEEN first AND last)
            FROM all_rows CROSS JOIN period"""
        ).fetchone()
        return {"nicht_durchgefuehrt": undone, "ausserhalb_zeitraum": outside}

    @property
    def period(self) -> tuple[date, date]:
        """First and last day."""
        return self.con.execute("SELECT first, last FROM period").fetchone()


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame as DuckDB reads it whatever it holds, with the position of each row."""
    texts = frame.select_dtypes(include=["object", "category"]).columns
    return frame.astype(dict.fromkeys(texts, "string")).assign(position=np.arange(len(frame)))


def _level(book: RuleBook, name: str, resident: ReferenceResident | None) -> tuple[int, bool]:
    """Return the level (0 = unknown) and whether a rule that admits no certificate is among those that decide."""
    answer = level(book, book.interventions[book.index[name]], resident)
    barring = {rule.id for rule in book.rules if rule.bars_certificates}
    return (answer.low if answer.low == answer.high else 0), bool(barring & set(answer.deciding))


def _resident(recorded: dict[str, int], criteria: list[str]) -> ReferenceResident:
    return ReferenceResident(
        {cell: recorded[cell] for cell in ASSESSMENT_CELLS if recorded[cell] != -1},
        recorded["continence_urine"] >= CONTINENCE_OPENS_FROM,
        recorded["continence_stool"] >= CONTINENCE_OPENS_FROM,
        frozenset(criteria),
        {0: False, 1: True}.get(recorded["special"]),
    )


def _entries(book: RuleBook) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (
                entry.id,
                entry.reserved,
                entry.kind == "alltag" and not entry.reserved,
                entry.kind not in KINDS_WITHOUT_RESIDENT,
                entry.accepts.certificate if entry.accepts else None,
                entry.accepts.from_level if entry.accepts else 0,
                *_level(book, entry.id, None),
            )
            for entry in book.interventions
        ],
        columns=[
            "intervention",
            "reserved",
            "everyday",
            "needs_resident",
            "accepts",
            "accepts_from",
            "level_without",
            "bars_without",
        ],
    )


def _roles(book: RuleBook) -> pd.DataFrame:
    return pd.DataFrame(
        [(role.id, role.everyday, role.otherwise) for role in book.roles] or [("", 0, 0)],
        columns=["id", "everyday", "otherwise"],
    )
