"""An attacker with an account: walks the files of all pages, and adds and subtracts whatever they say.

The attacker knows which work there is (a day, a ward, a shift, an intervention, a level, what is known of it) and of
whom. Every number of a file has to be the sum of some of it; then it is asked whether some combination of such sums is
about the work of too few employees, or mostly about one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import pebem
from pebem.contributions import contributions
from pebem.engine.day_numbers import number_of
from tests.support.pebem.attack import NOBODY, told_about_few, told_about_one
from tests.support.web.drawn_homes import BOOK, FIRST, LAST, SHIFTS, WARDS
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flask.testing import FlaskClient
    from numpy.typing import NDArray

    from pebem.contracts import Tables

HIDDEN: Final = "zu wenige Personen"
_DIMENSIONS: Final = ("day", "ward", "shift", "intervention", "outcome", "known", "grade")
_FILTERS: Final = {"wb": "ward", "schicht": "shift", "gruppe": "group", "soll": "qn_soll", "ist": "qn_ist"}
_FIT_OF_WORD: Final = {word.word: fit for fit, word in figures.FIT_WORDS.items()}
_MEASURES: Final = ("count", "seconds")
_BY_ITSELF: Final = "seconds by Pflegegrad"
"""What is calculated with by itself: it is not held against other figures (``docs/adr/0027``)."""


class PageAttacker:
    """Reads tables of one home as their files have them.

    Attributes
    ----------
    seen
        For counts, seconds, and seconds by Pflegegrad: each figure seen, as the cells it is a sum of.
    read
        How many numbers were read.
    """

    def __init__(self, client: FlaskClient, tables: Tables) -> None:
        self._client = client
        self._work = contributions(pebem.compile_home(tables, BOOK, (FIRST, LAST)))
        distinct, self._cell = np.unique(
            np.stack([self._work.columns[name] for name in _DIMENSIONS]), axis=1, return_inverse=True
        )
        self._labels: dict[str, list[Any]] = {
            name: [self._work.labels[name][code] for code in row] if name in self._work.labels else row.tolist()
            for name, row in zip(_DIMENSIONS, distinct, strict=True)
        }
        for i, name in enumerate(("qn_soll", "qn_ist", "fit")):
            self._labels[name] = [outcome[i] for outcome in self._labels["outcome"]]
        self._labels["group"] = [BOOK.find_intervention(str(one)).group for one in self._labels["intervention"]]
        size = distinct.shape[1]
        self._sums = {name: np.bincount(self._cell, self._work.columns[name], size) for name in _MEASURES}
        self.seen: dict[str, set[bytes]] = {name: set() for name in (*_MEASURES, _BY_ITSELF)}
        self.read = 0

    def having(self, name: str, label: object) -> NDArray[np.bool_]:
        """Return the cells with a label."""
        return np.array([one == label for one in self._labels[name]])

    def asked(self, period: tuple[date, date], address: dict[str, str]) -> NDArray[np.bool_]:
        """Return the cells that an address asks for."""
        day = np.array(self._labels["day"])
        found = (day >= number_of(period[0])) & (day <= number_of(period[1]))
        for name, label in address.items():
            if name in _FILTERS:
                found &= self.having(_FILTERS[name], int(label) if name in {"soll", "ist"} else label)
        return found

    def walk(self, period: tuple[date, date], address: dict[str, str], intervention: str) -> None:
        """Read all files of the pages of figures that an address leads to."""
        inside = self.asked(period, {name: label for name, label in address.items() if name not in {"soll", "ist"}})
        said = {"von": period[0].isoformat(), "bis": period[1].isoformat(), **address}
        for table in ("wohnbereiche", "schichten", "tage", "quadrat"):
            self._read("/uebersicht", said | {"tabelle": table}, inside)
        self._read("/interventionen", said, self.asked(period, address))
        self._read_grades(said, self.asked(period, {}))
        own = self.asked(period, {name: label for name, label in address.items() if name in {"wb", "schicht"}})
        for table in ("wohnbereiche", "schichten", "quadrat"):
            page = f"/interventionen/{intervention}/tabelle"
            self._read(page, said | {"tabelle": table}, own & self.having("intervention", intervention))

    def _read(self, page: str, said: dict[str, str], inside: NDArray[np.bool_]) -> None:
        answer = self._client.get(f"{page}.json", query_string=said)
        if answer.status_code != 200:  # the page says why there is no file
            assert answer.status_code == 302, (page, said)
            return
        rows = answer.get_json()["zeilen"]
        told = np.zeros(len(inside), bool)
        for row in rows:
            self._see_row(row, inside, told, (page, said))

    def _read_grades(self, said: dict[str, str], inside: NDArray[np.bool_]) -> None:
        """Read what levels the work for each Pflegegrad called for: shares of what could be rated."""
        answer = self._client.get("/plausibilitaet.json", query_string=said)
        for row in answer.get_json()["zeilen"] if answer.status_code == 200 else ():
            of_grade = inside & self.having("grade", int(row["Pflegegrad"].removeprefix("Pflegegrad ")))
            self._note("seconds", of_grade, _seconds(row["Minuten"]), row, beside=False)
            for word, levels in (("QN 1 und 2", (1, 2)), ("QN 3", (3,)), ("QN 4", (4,))):
                part = row[f"{word}, Prozent"]
                band = np.isin(self._labels["qn_soll"], levels)
                if not isinstance(part, str) and part is not None:
                    part = round(row["Minuten"] * 60 * row["Bewertbar, Prozent"] / 100 * part / 100)
                self._note("seconds", of_grade & band, part, row, beside=False)

    def _see_row(self, row: dict[str, Any], inside: NDArray[np.bool_], told: NDArray[np.bool_], where: Any) -> None:
        of_row = inside & self._of_labels(row, inside, told)
        for heading, value in row.items():
            word = heading.removesuffix(", Minuten")
            mask = of_row & self.having("fit", _FIT_OF_WORD[word]) if word in _FIT_OF_WORD else of_row
            if word == "Zu niedrig":
                below = self.having("fit", "unterqualifiziert") | self.having("fit", "vorbehalt_verletzt")
                if value == row.get("Unterqualifiziert, Minuten") or value == row.get(
                    "Vorbehaltsaufgabe verletzt, Minuten"
                ):
                    continue  # of two classes the one that is shown
                mask = of_row & below
            if heading in {"Anzahl", "Interventionen"}:
                self._note("count", mask, value, where)
            elif heading == "Minuten" or (heading.endswith(", Minuten") and not isinstance(value, str)):
                self._note("seconds", mask, _seconds(value), where)
        if any(row.get(heading, HIDDEN) != HIDDEN for heading in ("Anzahl", "Minuten")):
            told |= of_row
        for word, fit in _FIT_OF_WORD.items():
            if not isinstance(row.get(f"{word}, Minuten", HIDDEN), str):
                told |= of_row & self.having("fit", fit)

    def _of_labels(self, row: dict[str, Any], inside: NDArray[np.bool_], told: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the cells of a row by what its first columns say."""
        found = inside.copy()
        for heading, name in (("Wohnbereich", "ward"), ("Schicht", "shift"), ("Nr.", "intervention"), ("Tag", "day")):
            value = row.get(heading)
            if heading == "Tag" and value:
                day, month, year = map(int, value.split("."))
                found &= self.having("day", number_of(FIRST.replace(year, month, day)))
            elif value is not None and str(value).startswith("Zusammengefasst"):
                return inside & ~told
            elif value:
                found &= self.having(name, value)
        for heading, name in (("QN-Soll", "qn_soll"), ("QN-Ist", "qn_ist")):
            value = row.get(heading)
            if value is not None and value != "alle":
                found &= self.having(name, _level(value))
        if "Zusammengefasst" in str(row.get("Intervention", "")):
            return inside & ~told
        return found

    def _note(self, measure: str, mask: NDArray[np.bool_], value: Any, where: Any, *, beside: bool = True) -> None:
        if isinstance(value, str) or value is None:
            assert value in {HIDDEN, None}, (value, where)
            return
        self.read += 1
        assert value == self._sums[measure][mask].sum(), (measure, value, where)
        self.seen[measure if beside else _BY_ITSELF].add(mask.tobytes())

    def told(self) -> tuple[str, object] | None:
        """Return of what measure something follows about few people, and about whom."""
        staff = self._work.columns["staff"].astype(np.int64)
        names = self._work.labels["staff"]
        for kind, masks in self.seen.items():
            measure = "seconds" if kind == _BY_ITSELF else kind
            amount = self._work.columns[measure].astype(np.int64)
            there = self._sums[measure] > 0
            people: dict[int, set[str]] = defaultdict(set)
            for cell, code in zip(self._cell[amount > 0].tolist(), staff[amount > 0].tolist(), strict=True):
                people[cell].add(str(names[code]))
            of_cells = [frozenset(people[cell]) - {"None"} or frozenset({NOBODY}) for cell in np.flatnonzero(there)]
            shown = np.array([np.frombuffer(one, bool) for one in masks], float).reshape(-1, len(there))[:, there]
            if not len(shown):
                continue
            if few := told_about_few(shown, of_cells):
                return measure, sorted(few)
            of_person = np.zeros((len(names), len(there)))
            np.add.at(of_person, (staff, self._cell), amount)
            named = [code for code, name in enumerate(names) if name is not None]
            one = told_about_one(shown, of_person[named][:, there])
            if one is not None:
                return measure, names[named[one]]
        return None


def addresses(rng: np.random.Generator, number: int) -> Iterator[tuple[tuple[date, date], dict[str, str], str]]:
    """Yield random periods, filters and interventions to ask for."""
    periods = [(FIRST, FIRST.replace(day=31)), (LAST.replace(day=1), LAST), (FIRST, LAST), (FIRST, LAST.replace(day=9))]
    groups = sorted({entry.group for entry in BOOK.interventions})
    choices = {"wb": WARDS, "schicht": SHIFTS, "gruppe": groups, "soll": "01234", "ist": "01234"}
    chances = {"wb": 0.4, "schicht": 0.4, "gruppe": 0.2, "soll": 0.2, "ist": 0.2}
    yield periods[0], {}, str(rng.choice([entry.id for entry in BOOK.interventions]))
    for _ in range(number - 1):
        period = periods[int(rng.choice(len(periods), p=[0.35, 0.2, 0.3, 0.15]))]
        address = {name: str(rng.choice(list(of))) for name, of in choices.items() if rng.random() < chances[name]}
        yield period, address, str(rng.choice([entry.id for entry in BOOK.interventions]))


def _seconds(minutes: Any) -> Any:
    return minutes if isinstance(minutes, str) else round(60 * minutes)


def _level(word: str | int) -> int:
    return int(str(word).removeprefix("QN ")) if str(word).removeprefix("QN ").isdecimal() else 0
