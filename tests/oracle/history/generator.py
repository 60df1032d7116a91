"""Random sequences of what can happen to a small home, from a seed; what the rule leaves open is left out."""

from __future__ import annotations

import copy
import datetime as dt
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .model import HomeHistory
from .records import (
    EMPLOYEE,
    RESIDENT,
    Act,
    AmbiguousError,
    Assessed,
    Choice,
    Duty,
    File,
    Grade,
    Level,
    Lives,
    SetByHand,
    Unstable,
)
from .steps import Book, Merge, Part, SetLevel, Step, Store, Undo, Withdraw, do, possible

if TYPE_CHECKING:
    from collections.abc import Callable

RESIDENTS, STRANGE_RESIDENTS = ("0042", "77", "B3"), ("42", "77x")
STAFF, STRANGE_STAFF = ("P1", "P2", "P3"), ("P9",)
FOR_RESIDENTS, FOR_NOBODY = ("1.1", "4.1", "5.E03"), ("2.8",)
DAYS = tuple(dt.date(2026, 1, 12) + dt.timedelta(offset) for offset in (0, 1, 8, 19, 20, 31, 50))
CELLS = ("1.1", "1.2", "2.10", "3.5", "4.5", "4.6", "4.1")
PARTS = (CELLS[:3], CELLS[3:])
WARDS = ("WB 1", "WB 2")
MOST_TRIES = 30


class Generator:
    """Makes one step after the other, each possible in the home as the model has it.

    Parameters
    ----------
    plain
        Only what ``pebem analyse`` of the same files can say too: files with acts, stored as they are.
    instability_without_day
        Whether instability may have no first day, which no file can say.
    repairs
        Whether rows that were faulty come again, repaired.
    """

    def __init__(
        self, seed: int, *, plain: bool = False, instability_without_day: bool = True, repairs: bool = True
    ) -> None:
        self.rng = random.Random(seed)
        self.for_grades = random.Random(f"grades {seed}")  # sequences stay those they were
        self.home = HomeHistory()
        self.plain, self.instability_without_day, self.repairs = plain, instability_without_day, repairs
        self.number = 0
        self.sent: list[tuple[File, ...]] = []

    def sequence(self, length: int, book: tuple[tuple[str, int], ...] = ()) -> list[Step]:
        """Return a sequence of steps, the model kept in step."""
        return [self.step(book) for _ in range(length)]

    def step(self, book: tuple[tuple[str, int], ...] = ()) -> Step:
        """Return the next step, and let it happen to the model."""
        for _ in range(MOST_TRIES):
            step = self._any_step(book)
            if step is None or not possible(self.home, step):
                continue
            tried = copy.copy(self.home)
            tried.uploads, tried.meant = list(self.home.uploads), dict(self.home.meant)
            tried.set_by_hand, tried.books = list(self.home.set_by_hand), dict(self.home.books)
            try:
                do(tried, step)
                self._settled(tried)
            except AmbiguousError:
                continue
            self.home = tried
            return step
        step = Store(self._name(), (File((self._act(),)),))
        do(self.home, step)
        return step

    def _settled(self, home: HomeHistory) -> None:
        """Leave out what is open, also after one of the uploads was taken back."""
        for name in ("", *(one.name for one in home.uploads)):
            less = copy.copy(home)
            less.uploads = [one for one in home.uploads if one.name != name]
            less.acts()
            less.statements()

    def _any_step(self, book: tuple[tuple[str, int], ...]) -> Step | None:
        if self.plain or not self.home.uploads or self.rng.random() < 0.55:
            return Store(self._name(), *self._upload())
        kinds: list[Callable[[], Step | None]] = [self._undo] * 2 + [self._merge] * 3 + [self._part] * 2
        kinds += [self._set_level, self._withdraw]
        if self.repairs:
            kinds += [self._repair] * 3
        if book:
            kinds.append(lambda: Book(self._day(), book if self.rng.random() < 0.6 else ()))
        return self.rng.choice(kinds)()

    def _repair(self) -> Step | None:
        """Bring rows of an upload that were faulty, repaired: what they are about, and more that its file stated."""
        faulty = [one for one in self.home.uploads if any(file.faulty for file in one.files)]
        if not faulty:
            return None
        one = self.rng.choice(faulty)
        day = self.rng.choice([day for file in one.files for day in file.faulty])
        acts = [act if day is None else replace(act, day=day) for act in self._acts()]
        rows = replace(self._file(), acts=tuple(acts), without=one.files[-1].without, faulty=())
        if self.rng.random() < 0.2:
            rows = replace(rows, faulty=(day,))
        return Store(self._name(), (self._without(rows),), repairs=one.name)

    def _without(self, file: File) -> File:
        """Return a file that has no values of the columns it does not have."""
        return readable((file,))[0] if file.levels else file

    def _name(self) -> str:
        self.number += 1
        return f"u{self.number}"

    def files(self, number: int) -> tuple[File, ...]:
        """Return some files with acts, each made when those before it are there."""
        found: tuple[File, ...] = ()
        while len(found) < number:
            file = self._file()
            tried = HomeHistory()
            for part, one in enumerate((*found, file)):
                tried.store(f"u{part}", (one,), Choice())
            try:
                self._settled(tried)
            except AmbiguousError:
                continue
            self.home, found = tried, (*found, file)
        return readable(found)

    # -- answers and decisions ---------------------------------------------------------------------------------------

    def _undo(self) -> Step:
        return Undo(self.rng.choice(self.home.uploads).name)

    def _merge(self) -> Step | None:
        kind = self.rng.choice((RESIDENT, EMPLOYEE))
        known = self.home.known()[kind == EMPLOYEE]
        open_ = sorted(one for one in self.home.named(kind) - known if (kind, one) not in self.home.meant)
        if not open_ or not known:
            return None
        return Merge(kind, self.rng.choice(open_), self.rng.choice(sorted(known)))

    def _part(self) -> Step | None:
        return Part(*self.rng.choice(sorted(self.home.meant))) if self.home.meant else None

    def _set_level(self) -> Step:
        first, last = sorted(self.rng.choices(DAYS, k=2))
        resident = None if self.rng.random() < 0.4 else self._resident()
        level = SetByHand(self._name(), resident, self.rng.choice(FOR_RESIDENTS), self.rng.randint(1, 4), first, last)
        return SetLevel(level)

    def _withdraw(self) -> Step | None:
        return Withdraw(self.rng.choice(self.home.set_by_hand).name) if self.home.set_by_hand else None

    # -- uploads -----------------------------------------------------------------------------------------------------

    def _upload(self) -> tuple[tuple[File, ...], Choice]:
        if self.sent and self.rng.random() < 0.1:
            files = self.rng.choice(self.sent)
        else:
            files = tuple(self._file() for _ in range(1 if self.plain or self.rng.random() < 0.8 else 2))
        files = readable(files)
        self.sent.append(files)
        return files, Choice() if self.plain else self._choice(files)

    def _choice(self, files: tuple[File, ...]) -> Choice:
        rng = self.rng
        made = Choice(rng.choice(("sure", "sure", "sure", "similar", "none")))
        if rng.random() < 0.35:
            first, last = sorted(rng.choices(DAYS, k=2))
            made = replace(made, first=first, last=last, wards=rng.choice(((), ("WB 1",), ("WB 2",), WARDS)))
        if rng.random() < 0.2:
            made = replace(made, persons_complete=True)
        if rng.random() < 0.1:
            return replace(made, always=True)
        if not any(file.acts or file.duties for file in files) and rng.random() < 0.6:
            return replace(made, since=self._day())
        return made

    def _file(self) -> File:
        rng = self.rng
        acts = tuple(self._acts()) if self.plain or rng.random() < 0.8 else ()
        rows: dict[str, Any] = {}
        if rng.random() < 0.4:
            rows["lives"] = tuple(
                Lives(who, rng.choice((None, *WARDS)), *self._stay()) for who in RESIDENTS if rng.random() < 0.7
            )
        if rng.random() < 0.45:
            rows["assessed"] = tuple(self._assessed(who) for who in self._some(RESIDENTS + STRANGE_RESIDENTS[:1]))
        if rng.random() < 0.2:
            rows["unstable"] = tuple(self._unstable(who) for who in self._some(RESIDENTS + STRANGE_RESIDENTS[:1]))
        if rng.random() < 0.55:
            rows["levels"] = tuple(self._level(who) for who in self._some(STAFF + STRANGE_STAFF))
            rows["without"] = rng.choice(((), (), (), ("role",), ("role", "certificates")))
        if not self.plain and rng.random() < 0.2:
            rows["duties"] = tuple({self._duty() for _ in range(rng.randint(1, 3))})
        if not self.plain and acts and rng.random() < 0.2:
            rows["faulty"] = (rng.choice((*DAYS, None)),)
        if self.for_grades.random() < 0.35:
            rows["grades"] = tuple(self._grade() for _ in range(self.for_grades.randint(1, 3)))
        if not acts and not any(rows.get(name) for name in ("lives", "assessed", "unstable", "levels", "duties")):
            return File((self._act(),))
        rows = {name: value for name, value in rows.items() if value or name == "without"}
        return File(acts, **rows)

    def _acts(self) -> list[Act]:
        """Return acts: new ones, and those of effective uploads the same or otherwise."""
        rng = self.rng
        before = [act for one in self.home.uploads for file in one.files for act in file.acts]
        found: list[Act] = []
        for _ in range(rng.randint(1, 4)):
            act = rng.choice(before) if before and rng.random() < 0.6 else self._act()
            if rng.random() < 0.5:
                act = self._otherwise(act)
            found += [act] * (2 if rng.random() < 0.1 else 1)
        return found

    def _act(self) -> Act:
        rng = self.rng
        nobody = rng.random() < 0.15
        return Act(
            None if nobody else self._resident(),
            rng.choice((*STAFF, *STRANGE_STAFF, None)),
            rng.choice(FOR_NOBODY if nobody else FOR_RESIDENTS),
            self._day(),
            rng.choice((None, 420, 420, 1140)),
            rng.choice((None, 300, 600, 750)),
            rng.choice((None, None, "gemessen")),
            rng.choice((None, "Früh", "Spät")),
            rng.choice((None, None, *WARDS)),
            rng.choice((None, None, None, "abgelehnt", "durchgeführt")),
        )

    def _otherwise(self, act: Act) -> Act:
        other = self._act()
        part = self.rng.choice(("seconds", "seconds", "employee", "minute", "ward", "shift", "status", "resident"))
        if part == "resident" and act.resident is not None:
            twins = {"42": "0042", "0042": "42", "77": "77x", "77x": "77"}
            return replace(act, resident=twins.get(act.resident, act.resident))
        return act if part == "resident" else replace(act, **{part: getattr(other, part)})

    def _stay(self) -> tuple[dt.date | None, dt.date | None]:
        if self.rng.random() < 0.6:
            return None, None
        moved_in = self._day() if self.rng.random() < 0.8 else None
        return moved_in, None if self.rng.random() < 0.6 else (moved_in or self._day()) + dt.timedelta(9)

    def _assessed(self, who: str) -> Assessed:
        rng = self.rng
        cells = rng.choice((CELLS, *PARTS, *PARTS))
        day = None if rng.random() < 0.35 else rng.choice(DAYS[:4]) - dt.timedelta(rng.choice((0, 40)))
        worst = rng.choice((0, 1, 3))
        points = tuple((cell, rng.choice((0, worst)) if cell != "3.5" else rng.choice((0, 1, 3, 5))) for cell in cells)
        return Assessed(who, day, points, special=rng.random() < 0.1)

    def _unstable(self, who: str) -> Unstable:
        rng = self.rng
        blank = self.instability_without_day and rng.random() < 0.3
        first = None if blank else self._day()
        last = None if rng.random() < 0.4 else (first or self._day()) + dt.timedelta(rng.choice((0, 8, 30)))
        return Unstable(who, rng.choice(("sturz", "wunde")), first, last)

    def _grade(self) -> Grade:
        rng = self.for_grades
        first = None if rng.random() < 0.5 else rng.choice(DAYS) - dt.timedelta(rng.choice((0, 11, 31)))
        return Grade(rng.choice(RESIDENTS + STRANGE_RESIDENTS[:1]), rng.randint(0, 5), first)

    def _level(self, who: str) -> Level:
        rng = self.rng
        first = None if rng.random() < 0.55 else self._day() - dt.timedelta(rng.choice((0, 11, 31)))
        last = None if rng.random() < 0.7 else (first or self._day()) + dt.timedelta(rng.choice((0, 10, 31)))
        role, certificates = rng.choice((None, None, "betreuung-43b")), rng.choice(("", "", "LG1"))
        return Level(who, rng.randint(1, 4), first, last, role, certificates)

    def _duty(self) -> Duty:
        rng = self.rng
        start = rng.choice((360, 840, 1260))
        return Duty(rng.choice(STAFF + STRANGE_STAFF), self._day(), start, start + 480, rng.choice((None, *WARDS)))

    def _some(self, people: tuple[str, ...]) -> list[str]:
        return self.rng.choices(people, k=self.rng.randint(1, 3))

    def _resident(self) -> str:
        return self.rng.choice(RESIDENTS + RESIDENTS + STRANGE_RESIDENTS)

    def _day(self) -> dt.date:
        return self.rng.choice(DAYS)


def readable(files: tuple[File, ...]) -> tuple[File, ...]:
    """Return files that mean to a reader what they mean to the model.

    A list of residents names everybody who is assessed: else the reader leaves such rows out. A list of staff has no
    values of the columns it does not have.
    """
    blank = {"role": {"role": None}, "certificates": {"certificates": ""}}
    made = []
    for file in files:
        levels = file.levels
        for name in file.without:
            levels = levels and tuple(replace(row, **blank[name]) for row in levels)  # type: ignore[arg-type]
        lives = file.lives
        if any(other.lives for other in files):
            about = {row.resident for row in (*file.assessed, *file.unstable, *file.grades)}
            lacking = sorted(about - {row.resident for row in lives or ()})
            lives = (*(lives or ()), *(Lives(who) for who in lacking)) or None
        made.append(replace(file, lives=lives, levels=levels, without=file.without if levels else ()))
    return tuple(made)
