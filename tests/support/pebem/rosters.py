"""Homes for feasible relief, and the same question answered minute by minute, trying out every plan.

Levels are given by overrides and by work that needs no resident, so what is called for stands in :data:`WORK`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

import numpy as np
import pandas as pd

from pebem.contracts import OVERRIDES, Tables, empty

DAY = date(2026, 1, 14)
PERIOD = (DAY, DAY + timedelta(days=1))
STEP = timedelta(minutes=10)
"""Everything in random homes takes whole steps, so plans can be counted in them."""

WORK = {"7.E17": 1, "4.19": 2, "2.8": 3, "7.E02": 4, "6.E03": 1, "6.E05": 2, "5.E03": 3, "5.E17": 3}
"""Level called for. 7.E02 is reserved; 6.E03 and 6.E05 are of kind ``alltag``; 5.E03 and 5.E17 accept LG1 from
level 2."""


WARDS = ("A", "B", "C")
ANYWHERE = ""

Offer: TypeAlias = tuple[str, str, int, dict[str, int]]
"""Performer, ward, steps, and for each taker the levels saved."""


@dataclass(frozen=True)
class Person:
    name: str
    qn: int
    role: str = "Pflege"
    certificates: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Duty:
    staff: str
    ward: str | None
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Act:
    staff: str | None
    ward: str | None
    moment: datetime
    minutes: int | None
    intervention: str
    timed: bool = True
    status: str = "durchgeführt"

    @property
    def seconds(self) -> int:
        return (self.minutes or 0) * 60


def time_of(hour: float, day: date = DAY) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(minutes=round(hour * 60))


def text(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype=object)


def moments(values: list[datetime | date | None]) -> pd.Series:
    return pd.Series(values, dtype="datetime64[s]")


def home(people: list[Person], duties: list[Duty], acts: list[Act]) -> Tables:
    """Build a home; R1 lives on ward A, and who works without a ward works with no known resident."""
    own = [name for name in WORK if name.startswith(("5", "6"))]
    return Tables(
        residents=pd.DataFrame(
            {"resident": text(["R1"]), "ward": text(["A"]), "moved_in": moments([None]), "moved_out": moments([None])}
        ),
        staff=pd.DataFrame(
            {
                "staff": text([one.name for one in people]),
                "qn": np.array([one.qn for one in people], np.int64),
                "role": text([one.role for one in people]),
                "certificates": text([one.certificates for one in people]),
                "start": moments([None] * len(people)),
                "end": moments([one.until for one in people]),
            }
        ),
        interventions=pd.DataFrame(
            {
                "resident": pd.Categorical(["R1" if act.intervention in own else None for act in acts], ["R1"]),
                "staff": pd.Categorical([act.staff for act in acts]),
                "intervention": pd.Categorical([act.intervention for act in acts]),
                "date": moments([act.moment.date() for act in acts]),
                "minute_of_day": [act.moment.hour * 60 + act.moment.minute if act.timed else -1 for act in acts],
                "seconds": [-1 if act.minutes is None else act.minutes * 60 for act in acts],
                "minutes_source": pd.Categorical([None] * len(acts), ["gemessen"]),
                "shift": pd.Categorical([None] * len(acts), ["Nacht"]),
                "ward": pd.Categorical([act.ward for act in acts], ["C", "A", "B"]),
                "status": pd.Categorical([act.status for act in acts]),
            }
        ).astype({"minute_of_day": "int32", "seconds": "int32"}),
        duties=pd.DataFrame(
            {
                "staff": text([duty.staff for duty in duties]),
                "ward": text([duty.ward for duty in duties]),
                "start": moments([duty.start for duty in duties]),
                "end": moments([duty.end for duty in duties]),
            }
        ),
        overrides=pd.DataFrame(
            {
                "resident": text(["R1"] * len(own)),
                "intervention": text(list(own)),
                "level": [WORK[name] for name in own],
                "start": moments([date(2020, 1, 1)] * len(own)),
                "end": moments([None] * len(own)),
                "reason": text(["Fallbesprechung"] * len(own)),
                "by": text(["M-1"] * len(own)),
            }
        )
        if own
        else empty(OVERRIDES),
    )


@dataclass(frozen=True)
class Case:
    people: list[Person]
    duties: list[Duty]
    acts: list[Act]

    @property
    def tables(self) -> Tables:
        return home(self.people, self.duties, self.acts)


def random_case(seed: int) -> Case:
    """Draw a night on two or three wards: duties overlap, end early or miss a ward; work is in a few short pieces."""
    rng = np.random.default_rng(seed)
    people = [
        Person(
            f"P{i}",
            int(rng.choice([1, 2, 3, 4, 5])),
            str(rng.choice(["Pflege", "Pflege", "betreuung-43b"])),
            str(rng.choice(["", "LG1"])),
            DAY if rng.random() < 0.2 else None,
        )
        for i in rng.permutation(5)
    ]
    wards = ["A", "B"]
    names = [*(person.name for person in people), "fremd"]
    duties = [
        Duty(
            names[rng.integers(len(names))],
            None if rng.random() < 0.15 else wards[rng.integers(2)],
            start := time_of(21.5) + int(rng.integers(12)) * STEP,
            start + int(rng.integers(1, 12)) * STEP,
        )
        for _ in range(int(rng.integers(3, 9)))
    ]
    acts = [
        Act(
            None if rng.random() < 0.05 else names[rng.integers(len(names))],
            None if rng.random() < 0.1 else [*wards, "C"][rng.choice(3, p=[0.6, 0.35, 0.05])],
            time_of(22.5) + timedelta(minutes=int(rng.integers(120))),
            [None, 10, 20, 30, 40, 50][rng.integers(6)],
            list(WORK)[rng.integers(len(WORK))],
            bool(rng.random() < 0.95),
            "abgelehnt" if rng.random() < 0.05 else "durchgeführt",
        )
        for _ in range(9)
    ]
    return Case(people, duties, acts)


def one_after_the_other(cases: list[Case]) -> Case:
    """Put cases into one home, each with people of its own and two days of its own from :data:`DAY` on."""
    people, duties, acts = [], [], []
    for i, case in enumerate(cases):
        later = timedelta(days=2 * i)
        people += [
            replace(person, name=f"{person.name}-{i}", until=person.until + later if person.until else None)
            for person in case.people
        ]
        duties += [
            replace(person, staff=f"{person.staff}-{i}", start=person.start + later, end=person.end + later)
            for person in case.duties
        ]
        acts += [
            replace(person, staff=f"{person.staff}-{i}" if person.staff else None, moment=person.moment + later)
            for person in case.acts
        ]
    return Case(people, duties, acts)


@dataclass
class Found:
    """Seconds, as in :class:`pebem.relief.feasible.Relief`; ``levels`` = seconds x levels between giver and taker."""

    above: int = 0
    movable: int = 0
    levels: int = 0
    obstacles: Counter[str] = field(default_factory=Counter)


def reached(person: Person | None, act: Act) -> tuple[int, str]:
    """Return the level of a person for a piece of work, and how it fits."""
    if person is None or (person.until and act.moment.date() > person.until):
        return 0, "unbekannt"
    level = min(person.qn, 4)
    if person.role == "betreuung-43b":
        level = 2 if act.intervention.startswith("6") else 1
    soll = WORK[act.intervention]
    if level == soll:
        return level, "passend"
    if level > soll:
        return level, "darüber"
    certified = act.intervention.startswith("5") and level >= 2 and "LG1" in person.certificates
    return level, "passend" if certified else "darunter"


def obvious_relief(case: Case) -> Found:
    """Try every way to hand on the work of each hour."""
    people = {person.name: person for person in case.people}
    there = steps_on_shift(case)
    total = Found()
    by_hour: dict[datetime, list[tuple[Act, str | None]]] = defaultdict(list)
    for act in case.acts:
        ward = act.ward or ("A" if act.intervention.startswith(("5", "6")) else None)
        if act.status == "durchgeführt" and reached(people.get(act.staff or ""), act)[1] == "darüber":
            total.above += act.seconds
            if not act.timed or not ward:
                total.obstacles["ohne_wohnbereich" if act.timed else "ohne_uhrzeit"] += act.seconds
        if act.status == "durchgeführt" and act.timed:
            by_hour[act.moment.replace(minute=0)].append((act, ward))
    for hour, acts in by_hour.items():
        time = {
            (name, ward): 600 * sum(hour <= step < hour + timedelta(hours=1) for step in there[name, ward])
            for name in people
            for ward in (*WARDS, ANYWHERE)
        }
        hand_on(acts, people, time, total)
    return total


def steps_on_shift(case: Case) -> dict[tuple[str, str], set[datetime]]:
    """Return the steps in which each known person is on each ward."""
    there: dict[tuple[str, str], set[datetime]] = defaultdict(set)
    for duty in case.duties:
        moment = duty.start
        while duty.staff in {person.name for person in case.people} and moment < duty.end:
            for ward in (*WARDS, ANYWHERE) if duty.ward is None else (duty.ward, ANYWHERE):
                there[duty.staff, ward].add(moment)
            moment += STEP
    return there


def hand_on(
    acts: list[tuple[Act, str | None]], people: dict[str, Person], time: dict[tuple[str, str], int], total: Found
) -> None:
    """Find the best plan for the work of one hour and add it up."""
    offers: list[Offer] = []
    free = dict(time)
    for act, ward in acts:
        for place in ((act.staff or "", ward or "?"), (act.staff or "", ANYWHERE)):
            if place in free:
                free[place] -= act.seconds
        level, how = reached(people.get(act.staff or ""), act)
        if how != "darüber" or not ward:
            continue
        present = [name for name in people if time[name, ward]]
        able = {name: reached(people[name], act)[0] for name in present if reached(people[name], act)[1] == "passend"}
        reason = "keine_zeit" if able else "niemand_passend" if present else "ohne_dienst"
        total.obstacles[reason] += act.seconds
        offers.append((str(act.staff), ward, act.seconds // 600, {name: level - lower for name, lower in able.items()}))
    moved, levels = best_plan(offers, free)
    total.obstacles["keine_zeit"] -= 600 * moved
    total.movable += 600 * moved
    total.levels += 600 * levels


def best_plan(offers: list[Offer], free: dict[tuple[str, str], int]) -> tuple[int, int]:
    """Return steps moved and levels saved of the best plan: the most steps, then the most levels."""
    best = (0, 0)

    def go_on(rest: list[Offer], plan: list[tuple[str, str, str, int]]) -> None:
        nonlocal best
        if not rest:
            load: Counter[tuple[str, str]] = Counter()
            for giver, taker, ward, _ in plan:
                for part in (ward, ANYWHERE):
                    load[taker, part] += 600
                    load[giver, part] -= 600
            takers = {(taker, part) for _, taker, ward, _ in plan for part in (ward, ANYWHERE)}
            if all(free[place] >= 0 and load[place] <= free[place] for place in takers):
                best = max(best, (len(plan), sum(levels for *_, levels in plan)))
            return
        (giver, ward, steps, takers_of_it), *others = rest
        for split in splits(steps, len(takers_of_it)):
            added = [
                (giver, taker, ward, levels)
                for (taker, levels), times in zip(takers_of_it.items(), split, strict=True)
                for _ in range(times)
            ]
            go_on(others, plan + added)

    go_on(offers, [])
    return best


def splits(steps: int, ways: int) -> list[tuple[int, ...]]:
    """Return every way to give at most ``steps`` to ``ways`` people."""
    if not ways:
        return [()]
    return [(first, *rest) for first in range(steps + 1) for rest in splits(steps - first, ways - 1)]
