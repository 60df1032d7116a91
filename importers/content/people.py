"""Sheets `Bewohner` and `Mitarbeitende`: master data for the engine, identities apart from them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.content.checks.contradictions import check_levels
from importers.content.persons.person_names import split_names, without_titles
from importers.content.persons.staff_periods import settle_same_start
from importers.content.shared_columns import days, frame, numbers, text_series, texts
from importers.conventions import HomeConventions
from importers.findings import error, notice, warning
from importers.sheets.template_columns import fold
from importers.values import cell_values, levels, word_meanings
from pebem.contracts import ROLE_BETREUUNG_43B
from rules import roles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from importers.content.table import Table

NO_CARE: Final = "0"
"""What a home settles for a word of people who do no care: they are known, and have no level."""

_QN: Final = re.compile(r"(?:qn[ -]?)?([1-8])(?:[.,]0+)?", re.IGNORECASE)
_LEVEL: Final = re.compile(r"qn\b|qn ?\d", re.IGNORECASE)


def read_residents(table: Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the residents, one row per resident and file, and, apart from them, names (resident, name, given)."""
    resident = numbers(table, "Bewohner-Nr")
    numbered = pd.DataFrame({"resident": resident, "file": table.source_of})
    later = numbered.duplicated().to_numpy() & (resident != "")
    table.report(
        error(
            "bewohner-doppelt",
            "Diese Bewohner-Nr steht weiter oben schon einmal.",
            "Lassen Sie jede Bewohner-Nr nur einmal stehen.",
        ),
        np.flatnonzero(later).tolist(),
        "Bewohner-Nr",
        costs_row=True,
    )
    moved_in = days(table, "Einzug", costs_row=False)
    moved_out = days(table, "Auszug", costs_row=False)
    reversed_ = moved_out < moved_in
    table.report(
        error(
            "auszug-vor-einzug",
            "Der Auszug liegt vor dem Einzug; er gilt als leer.",
            "Berichtigen Sie Einzug oder Auszug.",
        ),
        np.flatnonzero(reversed_).tolist(),
        "Auszug",
    )
    moved_out[reversed_] = np.datetime64("NaT")
    residents = frame(
        table,
        {
            "resident": text_series(resident),
            "ward": text_series(texts(table, "Wohnbereich")),
            "moved_in": moved_in,
            "moved_out": moved_out,
        },
    )
    return residents, _identities(table, "resident", resident)


def read_staff(table: Table, conventions: HomeConventions | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the staff, one row per period, and, apart from them, their names (staff, name, given).

    Parameters
    ----------
    conventions
        The home's own words for qualifications and roles.
    """
    words = conventions or HomeConventions()
    own = settled_levels(words.qualifications)
    own_roles = {fold(word): role for word, role in words.roles.items()}
    staff = numbers(table, "Personal-Nr")
    codes, stated = table.read("QN", lambda cell: _parse_qn(cell, own), (0, ""), costs_row=True)
    _note_professions(table, codes, own)
    entered = texts(table, "Rolle", lambda cell: own_roles.get(fold(cell_values.text(cell))) or _parse_role(cell))
    by_profession = np.array([role for _, role in stated], dtype=object)[codes]
    role = np.where(by_profession != "", by_profession, entered)
    start, end = days(table, "Gültig ab"), days(table, "Gültig bis")
    table.report(
        error(
            "gueltig-bis-vor-gueltig-ab",
            "„Gültig bis“ liegt vor „Gültig ab“.",
            "Berichtigen Sie eines der beiden Daten.",
        ),
        np.flatnonzero(end < start).tolist(),
        "Gültig bis",
        costs_row=True,
    )
    people = frame(
        table,
        {
            "staff": text_series(staff),
            "qn": np.array([level for level, _ in stated], dtype=np.int32)[codes],
            "role": text_series(role),
            "certificates": text_series(texts(table, "Zertifikate", _parse_certificates)).fillna(""),
            "start": start,
            "end": end,
        },
    )
    people = settle_same_start(table, people)
    check_levels(table, people)
    return people, _identities(table, "staff", staff)


def _identities(table: Table, key: str, number: np.ndarray) -> pd.DataFrame:
    """Return one row per person; of several rows the last that has a name."""
    name, given_names = split_names(
        table, texts(table, "Name", without_titles), texts(table, "Vorname", without_titles)
    )
    names = frame(table, {key: text_series(number), "name": text_series(name), "given": text_series(given_names)})
    return names.groupby(key, sort=False, as_index=False)[["name", "given"]].last().astype("object")


def is_level(word: str) -> bool:
    """Return whether a text is a level: "4", "QN 4", "QN 4 (Pflegefachkraft)"."""
    return _QN.fullmatch(word) is not None or levels.explained(word) is not None


def is_plain_role(word: str) -> bool:
    """Return whether a text names one of the roles with a level of their own."""
    return _parse_role(word) in roles.titles()


def settled_levels(words: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Return folded word -> level and role, from the home's settled qualifications; nonsense is left out."""
    return {fold(word): found for word, meant in words.items() for found in _level(meant)}


def _level(meant: str) -> Iterator[tuple[int, str]]:
    """Yield level and role of what a home has settled for a qualification; nothing if it is neither."""
    level, _, role = meant.partition(" ")
    if meant == NO_CARE:
        yield 0, ""
    elif _QN.fullmatch(level) and (not role or role in roles.titles()):
        yield int(level), role


def _parse_qn(value: Any, own: Mapping[str, tuple[int, str]]) -> tuple[int, str]:
    """Return level and, where the profession implies it, role."""
    written = cell_values.text(value)
    if not written:
        raise error("qn-fehlt", "Das QN fehlt.", "Tragen Sie das Qualifikationsniveau 1 bis 8 ein.")
    if match := _QN.fullmatch(written):
        return int(match[1]), ""
    if settled := own.get(fold(written)):
        return settled
    if stated := levels.explained(written):
        return _stated(*stated, own)
    meaning = word_meanings.qualification(written) if isinstance(value, str) else None
    if meaning is None and (not any(letter.isalpha() for letter in written) or _LEVEL.match(written)):
        raise error(
            "qn-ungueltig",
            "Das QN ist keine ganze Zahl von 1 bis 8.",
            "Tragen Sie das Qualifikationsniveau 1 bis 8 ein.",
        )
    if meaning is None:
        raise error(
            "qualifikation-unbekannt",
            "Zu dieser Qualifikation ist kein QN bekannt.",
            "Tragen Sie in der Spalte „QN“ das Qualifikationsniveau 1 bis 8 ein.",
        )
    level: tuple[int, str] = meaning.value
    if meaning.doubt:
        raise warning(
            "qualifikation-mehrdeutig",
            meaning.doubt,
            "Tragen Sie in der Spalte „QN“ das Qualifikationsniveau 1 bis 8 ein.",
            taken=level,
        )
    return level


def _stated(number: int, words: str, own: Mapping[str, tuple[int, str]]) -> tuple[int, str]:
    """Return the level a cell states, with the role its explanation has; warn where that is of another level."""
    meaning = word_meanings.qualification(words)
    level, role = own.get(fold(words)) or (meaning.value if meaning else (number, ""))
    if level not in {number, 0} and not (meaning and meaning.doubt):
        raise warning(
            "qn-widerspruch",
            f"Hier steht QN {number} bei einem Wort, das für QN {level} steht; es gilt QN {number}.",
            "Prüfen Sie die Person und tragen Sie allein das zutreffende QN ein.",
            taken=(number, role),
        )
    return number, role


def _note_professions(table: Table, codes: np.ndarray, own: Collection[str]) -> None:
    """Add a notice of the professions that were read as a level."""
    cells = table.raw("QN")[1]
    known = {
        cell_values.text(cell): meaning.value[0]
        for cell in cells
        if isinstance(cell, str)
        and not _QN.fullmatch(cell_values.text(cell))
        and fold(cell_values.text(cell)) not in own
        and (meaning := word_meanings.qualification(cell_values.text(cell)))
        and not meaning.doubt
    }
    if known:
        count = int(np.array([cell_values.text(cell) in known for cell in cells], dtype=bool)[codes].sum())
        called = {level: f"QN {level}" if level else "keine Pflege" for level in known.values()}
        translations = ", ".join(f"„{word}“ = {called[level]}" for word, level in known.items())
        table.report_sheet(
            notice(
                "qualifikation-uebersetzt",
                f"Qualifikationen wurden in ein QN übersetzt: {translations}.",
                "Prüfen Sie, ob das stimmt.",
            ),
            column="QN",
            count=count,
        )


def _parse_role(value: Any) -> str:
    written = cell_values.text(value)
    if "43b" in fold(written).replace(" ", ""):
        return ROLE_BETREUUNG_43B
    return _role_words().get(fold(written), written)


@cache
def _role_words() -> Mapping[str, str]:
    """Return the roles with a level of their own, by id and by title."""
    return {fold(word): name for name, title in roles.titles().items() for word in (name, title)}


def _parse_certificates(value: Any) -> str:
    written = ("".join(part.split()).upper() for part in re.split("[;,]", cell_values.text(value)))
    return ";".join(sorted({part for part in written if part}))
