"""The seven sheets of a home's workbook: headings, blanks and spellings as our own format wants them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.contracts import STATUSES
from rules import vocabulary
from sample_data import act_columns, acts, roster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sample_data.setting import Setting

BEWOHNER: Final = "Bewohner"
PFLEGEGRADE: Final = "Pflegegrade"
BEGUTACHTUNGEN: Final = "Begutachtungen"
INSTABILITAET: Final = "Instabilität"
MITARBEITENDE: Final = "Mitarbeitende"
INTERVENTIONEN: Final = "Interventionen"
DIENSTE: Final = "Dienste"
SHEETS: Final = (BEWOHNER, PFLEGEGRADE, BEGUTACHTUNGEN, INSTABILITAET, MITARBEITENDE, INTERVENTIONEN, DIENSTE)

_NURSE: Final = 4
_IDS_INSTEAD_OF_TITLES: Final = 0.05
_WARDS_LEFT_BLANK: Final = 0.1
_HIGHEST_GRADE: Final = 5
_SPECIAL: Final = 0.05
"""Share of Pflegegrad 5 with the special constellation of § 15 Abs. 4 SGB XI."""


def lay_out(rng: np.random.Generator, setting: Setting, done: act_columns.Acts) -> dict[str, pd.DataFrame]:
    """Return one frame per sheet of :data:`SHEETS`, in that order."""
    return {
        BEWOHNER: _residents(setting),
        PFLEGEGRADE: _grades(setting),
        BEGUTACHTUNGEN: _assessments(rng, setting),
        INSTABILITAET: _instability(rng, setting),
        MITARBEITENDE: _staff(setting),
        INTERVENTIONEN: _interventions(rng, setting, done),
        DIENSTE: _duties(setting),
    }


def _frame(columns: dict[str, list[object]]) -> pd.DataFrame:
    return pd.DataFrame({heading: pd.Series(cells, dtype="object") for heading, cells in columns.items()})


def _residents(setting: Setting) -> pd.DataFrame:
    home = setting.residents
    latest = [granted[-1] if granted else None for granted in home.granted]
    return _frame(
        {
            "Bewohner-Nr": list(home.number),
            "Name": list(home.surname),
            "Vorname": list(home.given),
            "Wohnbereich": [setting.wards[ward] for ward in home.ward],
            "Einzug": [setting.on(day) for day in home.moved_in],
            "Auszug": [setting.on(day) for day in home.moved_out],
            "Pflegegrad": [one and one.grade for one in latest],
            "Pflegegrad seit": [one and setting.on(one.day) for one in latest],
        }
    )


def _grades(setting: Setting) -> pd.DataFrame:
    """Return the history of those whose Pflegegrad has changed."""
    home = setting.residents
    rows = [
        (number, one)
        for number, granted in zip(home.number, home.granted, strict=True)
        if granted[1:]
        for one in granted
    ]
    return _frame(
        {
            "Bewohner-Nr": [number for number, _ in rows],
            "Pflegegrad": [one.grade for _, one in rows],
            "Seit": [setting.on(one.day) for _, one in rows],
        }
    )


def _assessments(rng: np.random.Generator, setting: Setting) -> pd.DataFrame:
    home = setting.residents
    rows = home.assessed
    picked = np.array([entry.candidate for entry in rows])
    columns: dict[str, list[object]] = {
        "Bewohner-Nr": [home.number[entry.resident] for entry in rows],
        "Datum": [setting.on(entry.day) for entry in rows],
    }
    for cell in vocabulary.ASSESSMENT_CELLS:
        points = home.pool.items[cell][picked].tolist()
        columns[cell] = [None if value == vocabulary.MISSING else value for value in points]
    columns["Harnkontinenz"] = [vocabulary.CONTINENCE[finding] for finding in home.pool.urine[picked]]
    columns["Stuhlkontinenz"] = [vocabulary.CONTINENCE[finding] for finding in home.pool.stool[picked]]
    # The only special constellation is the loss of use of all limbs: no one below grade 5 is entered with it here.
    special = (home.pool.grade[picked] == _HIGHEST_GRADE) & (rng.random(len(rows)) < _SPECIAL)
    columns["Besondere Bedarfskonstellation"] = ["ja" if flag else "nein" for flag in special]
    return _frame(columns)


def _instability(rng: np.random.Generator, setting: Setting) -> pd.DataFrame:
    home, rows = setting.residents, setting.residents.instability
    nurses = [person.number for person in setting.staff if person.history[0].qn >= _NURSE]
    labels = {criterion.id: criterion.label for criterion in setting.book.criteria}
    by_label = rng.integers(2, size=len(rows))  # the sheet takes ids and labels alike
    return _frame(
        {
            "Bewohner-Nr": [home.number[entry.resident] for entry in rows],
            "Kriterium": [
                labels[entry.criterion] if label else entry.criterion
                for entry, label in zip(rows, by_label, strict=True)
            ],
            "Von": [setting.on(entry.start) for entry in rows],
            "Bis": [setting.on(entry.end) for entry in rows],
            "Beurteilt von": [nurses[i] for i in rng.integers(len(nurses), size=len(rows))],
        }
    )


def _staff(setting: Setting) -> pd.DataFrame:
    rows = [(person, level) for person in setting.staff for level in person.history]
    return _frame(
        {
            "Personal-Nr": [person.number for person, _ in rows],
            "Name": [person.surname for person, _ in rows],
            "Vorname": [person.given for person, _ in rows],
            "QN": [level.qn for _, level in rows],
            "Rolle": [level.role for _, level in rows],
            "Zertifikate": ["; ".join(level.certificates) or None for _, level in rows],
            "Gültig ab": [setting.on(level.first) for _, level in rows],
            "Gültig bis": [setting.on(level.last) for _, level in rows],
            "Wochenstunden": [person.weekly_hours for person, _ in rows],
        }
    )


def _look_up(labels: Sequence[object], positions: np.ndarray) -> pd.Series:
    """Return ``labels[positions]`` as text; the last label is reached by -1 as well."""
    table = np.empty(len(labels), dtype=object)
    table[:] = labels
    return pd.Series(table[positions], dtype="object")


def _interventions(rng: np.random.Generator, setting: Setting, done: act_columns.Acts) -> pd.DataFrame:
    catalogue, wards = setting.book.interventions, setting.wards
    count = len(done.due)
    spelling = done.intervention + len(catalogue) * (rng.random(count) < _IDS_INSTEAD_OF_TITLES)
    # Without a resident there is no ward that a blank could stand for.
    ward = np.where((done.resident >= 0) & (rng.random(count) < _WARDS_LEFT_BLANK), len(wards), done.ward)
    return pd.DataFrame(
        {
            "Bewohner-Nr": _look_up([*setting.residents.number, None], done.resident),
            "Personal-Nr": _look_up([person.number for person in setting.staff], done.person),
            "Intervention": _look_up([e.title for e in catalogue] + [e.id for e in catalogue], spelling),
            "Datum": _look_up([setting.on(day) for day in range(setting.days)], done.day),
            "Uhrzeit": _look_up([time(minute // 60, minute % 60) for minute in range(24 * 60)], done.minute),
            "Minuten": _look_up(
                [half / 2 for half in range(2 * acts.LONGEST + 1)], np.rint(2 * done.minutes).astype(int)
            ),
            "Minuten-Quelle": _look_up(list(act_columns.SOURCES), done.source),
            "Schicht": _look_up(list(roster.SHIFTS), done.shift),
            "Wohnbereich": _look_up([*wards, None], ward),
            "Status": _look_up(list(STATUSES), done.status),
        }
    )


def _duties(setting: Setting) -> pd.DataFrame:
    duties, midnight = setting.roster, datetime.combine(setting.start, time())
    return _frame(
        {
            "Personal-Nr": [setting.staff[person].number for person in duties.person],
            "Wohnbereich": [None if area == roster.HOUSE else setting.wards[area] for area in duties.area],
            "Beginn": [midnight + timedelta(minutes=int(minute)) for minute in duties.begin],
            "Ende": [midnight + timedelta(minutes=int(minute)) for minute in duties.end],
        }
    )
