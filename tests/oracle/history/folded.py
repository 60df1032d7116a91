"""The product's own folding and scoring, without a store: what a home comes to, from its uploads each time anew."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import rules
from pebem import contracts
from pebem.aggregate import CUBE
from pebem.contracts import Tables
from pebem.engine.decode import COVERAGE_COUNTS, frame_of
from pebem.history import duties, uploads
from pebem.history.acts import NOTHING, Contents
from pebem.history.assessment_parts import AssessmentValue
from pebem.history.contents import DUTY, NUMBERS, pack, renumbered, unpack
from pebem.history.frames import records, typed
from pebem.history.statements import STAYS, WARDS, Delivery
from pebem.history.wards import WardHistory
from rules.edition import build
from rules.vocabulary import CONTINENCE
from tests.support.web import own_rulebook
from web.services.analysis import scoring
from web.services.rulebook_calendar import RulebookPeriod
from web.services.uploads.apply import rule_for

from .product import BOOK, ProductHome, chosen, read
from .records import ALWAYS, EMPLOYEE, RESIDENT, Act, Duty, Statements
from .tables import STOOL, URINE

if TYPE_CHECKING:
    from pebem.history.stored_rules import StoredRule

    from .records import Choice, File, SetByHand
    from .steps import Step

COLUMNS = ("resident_id", "staff_id", "intervention", "source", "shift", "ward", "status")
PERSONS = {RESIDENT: "resident_id", EMPLOYEE: "staff_id"}
FRAMES = {
    "residents": "resident",
    "assessments": "resident",
    "instability": "resident",
    "grades": "resident",
    "staff": "staff",
}


class FoldedHome(ProductHome):
    """A fresh home of nothing but what was done; everything it is asked for is folded anew."""

    def __init__(self) -> None:
        self.number = 0
        self.uploads: dict[str, int] = {}
        self.rules: dict[int, StoredRule] = {}
        self.rows: dict[int, list[Contents]] = {}
        self.rosters: dict[int, list[Contents]] = {}
        self.stated: dict[int, list[Delivery]] = {}
        self.meant: dict[tuple[str, str], str] = {}
        self.levels: list[SetByHand] = []
        self.books: dict[dt.date, bool] = {}
        self.texts: list[str] = []

    def store(self, files: tuple[File, ...], choice: Choice, repairs: int | None = None) -> int:
        """Store an upload and return its number."""
        self.number += 1
        tables, facts = read(files, repairs)
        acts = tables.interventions
        last = acts["date"].max().date() if len(acts) else None
        wards = {ward: self.code(ward) for ward in choice.wards}
        self.rules[self.number] = rule_for(chosen(choice), facts, last, wards)

        def of_file(name: str, number: int) -> pd.DataFrame:
            return getattr(tables, name)[facts.parts[name] == number].reset_index(drop=True)

        numbers = range(len(files))
        self.rows[self.number] = [self.contents(files[number]) for number in numbers]
        self.rosters[self.number] = [self.duty_contents(files[number]) for number in numbers]
        self.stated[self.number] = [Delivery(**{name: of_file(name, number) for name in FRAMES}) for number in numbers]
        return self.number

    def undo(self, upload_id: int) -> None:
        """Take an upload back."""
        for kept in (self.rules, self.rows, self.rosters, self.stated):
            del kept[upload_id]  # type: ignore[attr-defined]

    def answer(self, kind: str, person: str, said: str, into: str = "") -> None:
        """Answer the question who somebody is."""
        del said
        self.meant.pop((kind, person), None)
        if into:
            self.meant[kind, person] = into

    def set_level(self, level: SetByHand) -> None:
        """Set a level by hand."""
        self.levels.append(level)

    def withdraw(self, name: str) -> None:
        """Withdraw a level set by hand."""
        self.levels = [one for one in self.levels if one.name != name]

    def work_with(self, first: dt.date, levels: tuple[tuple[str, int], ...]) -> None:
        """Work with the own rulebook, or the built-in one, from a day on."""
        self.books[first] = bool(levels)

    def code(self, text: str | None) -> int:
        """Return the number of a text; 0 = not given."""
        if text is None:
            return 0
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1

    def text(self, code: int) -> str | None:
        """Return the text of a number."""
        return self.texts[code - 1] if code else None

    def person(self, kind: str, name: str) -> str:
        """Return whom a number means."""
        while (kind, name) in self.meant:
            name = self.meant[kind, name]
        return name

    def merged(self) -> dict[str, dict[int, int]]:
        """Return whom each merged number means, as the product numbers people."""
        found: dict[str, dict[int, int]] = {"resident_id": {}, "staff_id": {}}
        for kind, name in self.meant:
            found[PERSONS[kind]][self.code(name)] = self.code(self.person(kind, name))
        return found

    def contents(self, file: File) -> Contents:
        """Return the contents of the rows of a file, in order."""
        if not file.acts:
            return NOTHING
        numbers = {
            "day": [act.day.toordinal() for act in file.acts],
            "minute": [0 if act.minute is None else act.minute + 1 for act in file.acts],
            "seconds": [0 if act.seconds is None else act.seconds + 1 for act in file.acts],
        } | {
            name: [self.code(text) for text in texts]
            for name, texts in zip(
                COLUMNS,
                zip(
                    *((a.resident, a.employee, a.intervention, a.source, a.shift, a.ward, a.status) for a in file.acts),
                    strict=True,
                ),
                strict=True,
            )
        }
        return np.sort(pack({name: np.array(numbers[name], np.int64) for name in NUMBERS}))

    def duty_contents(self, file: File) -> Contents:
        """Return the contents of the duties of a file, in order."""
        if not file.duties:
            return duties.NOTHING
        rows = [
            (duty.day.toordinal(), self.code(duty.employee), duty.start * 60, duty.end * 60, self.code(duty.ward))
            for duty in file.duties
        ]
        columns = dict(zip(("day", "staff_id", "start", "end", "ward"), np.array(rows, np.int64).T, strict=True))
        return np.unique(pack(columns, DUTY))

    def do(self, step: Step) -> None:
        """Do a step."""
        super().do(step)
        self.__dict__.pop("folded_statements", None)
        self.__dict__.pop("folded_rows", None)

    @cached_property
    def folded_statements(self) -> Any:
        """What is stated about people, as the product folds it."""
        stated = {number: [self.resolved(one) for one in deliveries] for number, deliveries in self.stated.items()}
        return uploads.fold_statements(stated, self.rules)

    def resolved(self, delivery: Delivery) -> Delivery:
        """Return what a file states, merged people resolved."""
        found = {}
        for name, key in FRAMES.items():
            frame = getattr(delivery, name)
            if self.meant and len(frame):
                who = [self.person(_KINDS[key], one) for one in frame[key]]
                found[name] = frame.assign(**{key: pd.Series(who, dtype=object)})
        return replace(delivery, **found) if found else delivery

    def lived_in(self, found: Any) -> WardHistory:
        """Return who lives in which ward from when on."""
        return WardHistory.of(
            (self.code(who), day.toordinal() if day else 0, self.code(ward))
            for who, ward, day in records(found.wards, WARDS)
        )

    @cached_property
    def folded_rows(self) -> dict[str, np.ndarray]:
        """The rows, as the product folds them."""
        meant = self.merged()
        rows = {number: [renumbered(file, meant) for file in files] for number, files in self.rows.items()}
        folded = uploads.fold_acts(rows, self.rules, self.lived_in(self.folded_statements))
        return {name: column.astype(np.int64) for name, column in unpack(folded.contents.tobytes()).items()}

    def acts(self) -> Counter[Act]:
        """Return the acts."""
        row = self.folded_rows
        texts = {name: [self.text(code) for code in row[name].tolist()] for name in COLUMNS}
        found: Counter[Act] = Counter()
        for i, day in enumerate(row["day"].tolist()):
            times = (None if (number := int(row[name][i])) == 0 else number - 1 for name in ("minute", "seconds"))
            resident, employee, intervention, *others = (texts[name][i] for name in COLUMNS)
            assert intervention is not None
            found[Act(resident, employee, intervention, dt.date.fromordinal(day), *times, *others)] += 1
        return found

    def statements(self) -> Statements:
        """Return what is stated of persons."""
        folded, found = self.folded_statements, Statements()
        values = AssessmentValue.of_frame(folded.assessments)
        for (who, day), value in zip(records(folded.assessments, ("resident", "date")), values, strict=True):
            recorded = value.as_recorded()
            cells: dict[str, int | str] = dict(recorded["cells"])
            for name, finding in ((URINE, recorded["continence_urine"]), (STOOL, recorded["continence_stool"])):
                cells |= {name: CONTINENCE[finding]} if finding >= 0 else {}
            found.assessed[who, day or ALWAYS] = (cells, value.special)
        for who, criterion, first, last in records(folded.instability, contracts.INSTABILITY):
            found.unstable[who, criterion, first or ALWAYS] = last
        for who, qn, role, certificates, first, last in records(folded.staff, contracts.STAFF):
            found.levels[who, first or ALWAYS] = (qn, role, certificates, last)
        for who, grade, first in records(folded.grades, contracts.GRADES):
            found.grades[who, first or ALWAYS] = grade
        for who, ward, first in records(folded.wards, WARDS):
            found.wards[who, first or ALWAYS] = ward
        for who, first, last in records(folded.stays, STAYS):
            found.stays[who, first or ALWAYS] = last
        return found

    def known(self) -> tuple[set[str], set[str]]:
        """Return known residents and employees."""
        found = self.folded_statements
        return set(found.residents["resident"]), set(found.staff["staff"])

    def duties(self) -> set[Duty]:
        """Return the duties."""
        meant = self.merged()
        files = {number: [renumbered(one, meant, DUTY) for one in rows] for number, rows in self.rosters.items()}
        duty = unpack(duties.fold(files, self.rules).tobytes(), DUTY)
        return {
            Duty(self.text(who) or "", dt.date.fromordinal(day), start // 60, end // 60, self.text(ward))
            for day, who, start, end, ward in zip(
                *(duty[name].astype(np.int64).tolist() for name in ("day", "staff_id", "start", "end", "ward")),
                strict=True,
            )
        }

    def figures(self) -> tuple[Counter, Counter]:
        """Return the figures, as :func:`tests.oracle.history.figures.figures`."""
        tables = self.tables()
        if tables.interventions.empty:
            return Counter(), Counter()
        whole = scoring.whole(tables, self.stretches(tables.interventions["date"]))
        frame = frame_of(whole.tables[CUBE[0]])
        cells: Counter = Counter()
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            texts = (row[name] for name in ("ward", "shift", "intervention", "qn_soll", "qn_ist", "fit"))
            key = (str(row["day"])[:10], *texts, bool(row["certificate"]))
            cells["count", *key] += int(row["count"])
            cells["seconds", *key] += int(row["seconds"])
        totals = whole.covered().iloc[0]
        return +cells, +Counter({name: int(totals[name]) for name in COVERAGE_COUNTS})

    def tables(self) -> Tables:
        """Return what the engine takes."""
        found, row = self.folded_statements, self.folded_rows
        ward = np.where(row["ward"] > 0, row["ward"], self.lived_in(found).at(row["resident_id"], row["day"]))
        work: dict[str, Any] = {
            name: pd.Categorical.from_codes(codes - 1, categories=pd.Index(self.texts, dtype=object))
            for name, codes in (
                ("resident", row["resident_id"]),
                ("staff", row["staff_id"]),
                ("intervention", row["intervention"]),
                ("minutes_source", row["source"]),
                ("shift", row["shift"]),
                ("ward", ward),
                ("status", row["status"]),
            )
        }
        work["intervention"] = work["intervention"].remove_unused_categories()
        work["status"] = work["status"].set_categories(pd.Index(contracts.STATUSES, dtype=object))
        work["date"] = np.array([dt.date.fromordinal(day) for day in row["day"].tolist()], "datetime64[s]")
        work["minute_of_day"] = row["minute"].astype(np.int32) - 1
        work["seconds"] = row["seconds"].astype(np.int32) - 1
        people = [level.resident and self.person(RESIDENT, level.resident) for level in self.levels]
        by_hand = [
            (person, level.intervention, level.level, level.first, level.last, "Sturz", "Anna")
            for person, level in zip(people, self.levels, strict=True)
        ]
        return Tables(
            residents=found.residents,
            assessments=found.assessments,
            instability=found.instability,
            grades=found.grades,
            staff=found.staff,
            interventions=pd.DataFrame({name: work[name] for name in contracts.INTERVENTIONS}),
            overrides=typed(by_hand, contracts.OVERRIDES),
        )

    def stretches(self, days: pd.Series) -> list[RulebookPeriod]:
        """Return the rulebooks of the days with work."""
        first, last = days.min().date(), days.max().date()
        before = [own for day, own in sorted(self.books.items()) if day <= first]
        parts = {first: before[-1] if before else False}
        parts |= {day: own for day, own in self.books.items() if first < day <= last}
        ends = [*(day - dt.timedelta(1) for day in sorted(parts)[1:]), last]
        return [
            RulebookPeriod(start, end, book_of(own=parts[start]))
            for start, end in zip(sorted(parts), ends, strict=True)
        ]

    def kept(self) -> dict[str, int]:
        """Return what is left of uploads."""
        kept = {"rules": self.rules, "rows": self.rows, "duties": self.rosters, "statements": self.stated}
        return {name: len(there) for name, there in kept.items() if there}


_KINDS = {"resident": RESIDENT, "staff": EMPLOYEE}


@cache
def book_of(*, own: bool) -> rules.RuleBook:
    """Return the built-in rulebook, or the own one."""
    day = dt.date(2026, 1, 1)
    return build(own_rulebook.changed(levels=dict(BOOK)), day) if own else rules.load(day)
