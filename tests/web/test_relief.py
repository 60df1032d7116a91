"""Feasible relief of stored data: the page's figures are the engine's, whatever uploads were applied or undone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from pebem import contracts
from pebem.engine.coded_table import CodedTable
from pebem.history.contents import DUTY, unpack
from pebem.relief.feasible import OBSTACLES
from pebem.relief.feasible import relief as relief_of
from pebem.relief.solver import UnprovenError
from rules.vocabulary import ASSESSMENT_CELLS
from tests.support.pebem import rosters
from tests.support.pebem.rosters import DAY
from tests.support.web import workbooks
from tests.support.web.pages import path_of, person
from tests.support.web.stored_results import check
from tests.support.web.table_checks import files_of, headings_that_sort
from tests.support.web.unknown_people import merge
from tests.support.web.uploads import choose, weighed
from web.services import rulebook_calendar
from web.services.analysis import disclosure, duties, home_data, relief, relief_parts, scoring, small_groups
from web.services.analysis.small_groups import StaffGroup
from web.services.rulebook_calendar import RulebookPeriod
from web.services.uploads import undo_job
from web.services.uploads.apply import ApplyChoice
from web.store import models
from web.store.result import repository

if TYPE_CHECKING:
    from flask import Flask

    from pebem.contracts import Tables
    from tests.support.web.pages import Person
    from web.store.databases import Databases

BOOK = rulebook_calendar.current("rekonstruktion")
LONG_AGO = date(2020, 1, 1)

STAFF = [
    workbooks.STAFF[0],
    *((f"N{i}", f"Pflegefach{i}", "Ada", "4", "", "", "", "") for i in range(2)),
    *((f"S{i}", f"Service{i}", "Bea", "1", "", "", "", "") for i in range(6)),
]
WORK = [
    workbooks.WORK[0],
    ("", "N0", "7.E17", "31.01.2026", "23:10", "30", "Nacht", "A", ""),
    ("", "N0", "7.E17", "01.02.2026", "01:10", "50", "Nacht", "A", ""),
    ("", "N1", "7.E17", "05.02.2026", "09:10", "40", "Früh", "B", ""),
]
"""Housekeeping by nurses, whom any service could relieve; on two sides of the end of a month."""

DIENSTE = ("Personal-Nr", "Wohnbereich", "Beginn", "Ende")


def roster(*lines: tuple[str, str, str, str]) -> bytes:
    return workbooks.workbook(Dienste=[DIENSTE, *lines], Mitarbeitende=STAFF)


def on(who: str, ward: str, start: str, end: str) -> tuple[str, str, str, str]:
    return who, ward, start, end


def night(who: str, ward: str = "A") -> tuple[str, str, str, str]:
    return on(who, ward, "31.01.2026 22:00", "01.02.2026 06:00")


def early(who: str, ward: str = "B", day: str = "05.02.2026", end: str = "14:00") -> tuple[str, str, str, str]:
    return on(who, ward, f"{day} 06:00", f"{day} {end}")


NIGHTS = [night(f"S{i}") for i in range(6)]
DAYS = [early(f"S{i}") for i in range(6)]


def home(who: Person, *rosters_: bytes) -> None:
    """Read in a home with work, and rosters after it."""
    who.read_in(workbooks.workbook(Mitarbeitende=STAFF, Interventionen=WORK))
    for content in rosters_:
        who.read_in(content)


def shown_relief(
    who: Person, first: date = date(2026, 1, 1), last: date = date(2026, 12, 31), ward: str | None = None
) -> Any:
    return relief.load(who.access, who.home_id, (first, last), ward)


def on_duty(who: Person) -> list[tuple[str, str, str]]:
    """Return the stored duties: number from outside is not known here, so who by level of the staff list."""
    with who.services.databases.whole.reading() as session:
        frame = duties.frame(session, who.home_id)
    return sorted((str(one.ward), str(one.start), str(one.end)) for one in frame.itertuples())


def stored_duties(who: Person) -> bytes:
    with who.services.databases.whole.reading() as session:
        return duties.replay(session, who.home_id).tobytes()


def covered_days(tables: Tables, first: date, days: int) -> list[date]:
    """Return the days with work on which a known employee was on shift, day by day."""
    known, covered = set(tables.staff["staff"]), []
    work = tables.interventions
    worked = {duty.date() for duty in work["date"][work["status"].isna() | (work["status"] == "durchgeführt")]}
    for day in (first + timedelta(days=n) for n in range(days)):
        start = datetime.combine(day, datetime.min.time())
        there = [
            duty
            for duty in tables.duties.itertuples()
            if duty.staff in known and duty.start < start + timedelta(days=1) and duty.end > start
        ]
        if there and day in worked:
            covered.append(day)
    return covered


def drawn(seed: int) -> Tables:
    """Return a random home of a few nights around the end of a month, with no day before it."""
    cases = [rosters.random_case(seed * 10 + i) for i in range(6)]
    later = date(2026, 1, 25) - DAY
    case = rosters.one_after_the_other(cases)
    tables = rosters.Case(
        [replace(one, until=one.until and one.until + later) for one in case.people],
        [replace(one, start=one.start + later, end=one.end + later) for one in case.duties],
        [replace(one, moment=one.moment + later) for one in case.acts],
    ).tables
    cells = dict.fromkeys(ASSESSMENT_CELLS, "int")
    return replace(tables, assessments=contracts.empty(contracts.ASSESSMENTS | cells))


def keep(databases: Databases, home_id: int, tables: Tables, spans: list[tuple[date, date]]) -> None:
    """Keep the result of a home, span by span."""
    with databases.whole.writing.begin() as session:
        for first, last in spans:
            part = scoring.of_days(tables, first, last)
            parts = scoring.result(part, [RulebookPeriod(first, last, BOOK)])
            numbers = tuple(int(np.datetime64(day, "D").astype(int)) for day in (first, last))
            repository.replace(session.connection(), home_id, parts, disclosure.derived, numbers)


@pytest.mark.parametrize("seed", range(3))
def test_figures_of_any_days_and_ward_equal_the_engine(databases: Databases, app: Flask, seed: int) -> None:
    who, tables = person(app, "anna", "Träger", "Haus"), drawn(seed)
    home_id, access = who.home_id, who.access
    first = date(2026, 1, 25)
    edge = first + timedelta(days=5)
    keep(databases, home_id, tables, [(first, edge), (edge + timedelta(days=1), first + timedelta(days=20))])
    days = covered_days(tables, first, 20)
    assert len(days) > 4
    for start, end in ((0, 20), (2, 9), (5, 8), (7, 7)):
        period = (first + timedelta(days=start), first + timedelta(days=end))
        parts = [relief_of(tables, BOOK, (day, day)) for day in days if period[0] <= day <= period[1]]
        result = relief.load(access, home_id, period)
        if not parts:
            assert result is None
            continue
        assert result.days == len(parts)
        assert result.above == sum(part.above for part in parts)
        assert result.placed == sum(part.placed for part in parts)
        lost = Counter[str]()
        for part in parts:
            lost.update(part.obstacles)
        for name, seconds in result.obstacles.items():
            assert seconds == lost[name], name
        if result.shown:
            assert tuple(result.obstacles) == OBSTACLES
            moved = Counter[tuple[str, int, int]]()
            for part in parts:
                for move in part.moves:
                    moved[move.intervention, move.qn_soll, move.qn_ist] += move.seconds
            assert result.movable == moved.total()
            told = [move for line in result.lines for move in line.moves] + list(result.pooled)
            assert sum(move.seconds for move in told) == result.movable
            for line in result.lines:
                for move in line.moves:
                    whole = (moved[line.intervention, *way] for way in product(move.qn_soll, move.qn_ist))
                    assert 0 < move.seconds <= sum(whole)
            everywhere = [share.seconds for share in result.takers if not (share.wards or share.thirds)]
            assert sum(everywhere) == result.movable
            assert sum(part.seconds for part in result.unmet) in {0, result.obstacles["niemand_passend"]}
        by_ward = [relief.load(access, home_id, period, ward) for ward in ("A", "B", "C", None)]
        *wards, house = (part.above for part in by_ward)
        assert house - lost["ohne_wohnbereich"] - lost["ohne_uhrzeit"] <= sum(wards) <= house
        assert relief.load(access, home_id, period, "gibt es nicht").above == 0


def test_relief_page_equals_the_engine(anna: Person) -> None:
    """From files to figures: what is kept equals the engine on the frames that are stored."""
    home(anna, roster(*NIGHTS, *DAYS))
    with anna.services.databases.whole.reading() as session:
        tables = home_data.tables_of(session, anna.home_id)
    assert len(tables.duties) == 12
    result, expected = shown_relief(anna), relief_of(tables, BOOK, (date(2026, 1, 31), date(2026, 2, 5)))
    assert result.days == 3
    assert (result.above, result.placed, result.movable) == (expected.above, expected.placed, expected.movable)
    assert result.movable == 120 * 60
    assert result.obstacles == expected.obstacles
    (line,) = result.lines
    assert [(move.qn_ist, move.group, move.seconds) for move in line.moves] == [((4,), (1, 1, ("",)), 7200)]
    assert shown_relief(anna, ward="B").movable == 40 * 60
    assert shown_relief(anna, last=date(2026, 1, 31)).movable == 30 * 60, "the hours of a night count on their own day"
    assert shown_relief(anna, first=date(2026, 2, 1), last=date(2026, 2, 4)).movable == 50 * 60
    assert result.a_week(result.movable) == 120 * 60 * 7 // 3
    check(anna)


def test_the_same_roster_twice_adds_nothing_and_the_newer_one_counts_for_its_days(anna: Person) -> None:
    home(anna, roster(*NIGHTS, *DAYS))
    once = stored_duties(anna)
    again = anna.read_in(roster(*NIGHTS, *DAYS), store=False)
    assert weighed(anna, again)["duties"] == {"new": 0, "changed": 0, "removed": 0, "unchanged": 12, "nameless": 0}
    anna.store(again)
    assert stored_duties(anna) == once
    # S0 has another duty and one more that day; S1 is named for another day, which says nothing of the 5th.
    lines = [early("S0", "A", end="10:00"), on("S0", "A", "05.02.2026 12:00", "05.02.2026 13:00")]
    newer = anna.read_in(roster(*lines, early("S1", day="06.02.2026")), store=False)
    told_of = weighed(anna, newer)["duties"]
    assert told_of == {"new": 2, "changed": 1, "removed": 0, "unchanged": 0, "nameless": 0}
    anna.store(newer)
    assert len(on_duty(anna)) == 14
    assert ("A", "2026-02-05 06:00:00", "2026-02-05 10:00:00") in on_duty(anna)
    assert shown_relief(anna, first=date(2026, 2, 5)).movable == 40 * 60
    check(anna)
    anna.undo(newer)
    assert stored_duties(anna) == once
    check(anna)


def test_a_roster_alone_analyses_its_days_and_its_undo_restores_the_result(anna: Person) -> None:
    home(anna)
    assert shown_relief(anna) is None
    first = anna.read_in(roster(*NIGHTS))
    assert shown_relief(anna).days == 2, "the night and the morning after it"
    assert shown_relief(anna).movable == 80 * 60
    second = anna.read_in(roster(*DAYS))
    assert shown_relief(anna).days == 3
    check(anna)
    foretold = undo_job.preview_undo(anna.access, first)
    assert (foretold.rosters.removed, foretold.rosters.new, foretold.removed) == (6, 0, 0)
    anna.undo(first)
    assert (shown_relief(anna).days, shown_relief(anna).movable) == (1, 40 * 60)
    anna.undo(second)
    assert shown_relief(anna) is None
    check(anna)


@pytest.mark.deep
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
def test_undoing_rosters_in_any_order_leaves_the_others(anna: Person, order: tuple[int, ...]) -> None:
    home(anna)
    contents = {
        1: roster(*NIGHTS, *DAYS),
        2: roster(early("S0", "A"), early("S1", "A")),
        3: roster(early("S0", "B", end="09:00"), night("S2", "B")),
    }
    numbers = {key: anna.read_in(content) for key, content in contents.items()}
    left = dict(contents)
    for key in order:
        anna.undo(numbers[key])
        del left[key]
        other = person(anna.app, f"p{key}", f"Träger {key}", "Haus")
        home(other, *left.values())
        assert on_duty(anna) == on_duty(other)
        assert shown_relief(anna) == shown_relief(other)
    assert on_duty(anna) == []


def test_a_complete_roster_removes_the_duties_it_does_not_have(anna: Person) -> None:
    home(anna, roster(*NIGHTS, *DAYS))
    newer = anna.read_in(roster(early("S0"), early("S1", "A")), store=False)
    fifth = ApplyChoice(first=date(2026, 2, 5), last=date(2026, 2, 5))
    assert choose(anna, newer, replace(fifth, wards=("B",)))["duties"]["removed"] == 4
    assert choose(anna, newer, fifth)["duties"] == {"new": 0, "changed": 1, "removed": 4, "unchanged": 1, "nameless": 0}
    anna.store(newer)
    assert len(on_duty(anna)) == 8
    # Work that is complete for the day says nothing of the roster.
    work = anna.read_in(workbooks.workbook(Interventionen=[WORK[0], WORK[3]]), store=False)
    assert choose(anna, work, fifth)["duties"]["removed"] == 0
    anna.store(work)
    assert len(on_duty(anna)) == 8
    check(anna)


def test_a_level_stated_later_counts_for_the_days_on_shift(anna: Person) -> None:
    anna.read_in(workbooks.workbook(Mitarbeitende=STAFF[:3], Interventionen=WORK))
    anna.read_in(workbooks.workbook(Dienste=[DIENSTE, *NIGHTS, *DAYS]))
    assert shown_relief(anna) is None, "no one on shift is known"
    anna.read_in(workbooks.workbook(Mitarbeitende=STAFF))
    assert shown_relief(anna).movable == 120 * 60
    check(anna)
    # From February on the six are of level 2: they fit no more.
    risen = [(*one[:3], "2", "", "", "01.02.2026", "") for one in STAFF[3:]]
    before = [(*one[:7], "31.01.2026") for one in STAFF[3:]]
    anna.read_in(workbooks.workbook(Mitarbeitende=[STAFF[0], *before, *risen]))
    assert shown_relief(anna).movable == 30 * 60
    assert shown_relief(anna).obstacles["niemand_passend"] == 90 * 60
    check(anna)


def test_duties_of_merged_person_numbers_are_joined(anna: Person) -> None:
    anna.read_in(workbooks.workbook(Mitarbeitende=STAFF, Interventionen=WORK))
    anna.read_in(workbooks.workbook(Dienste=[DIENSTE, *NIGHTS[1:], night("S0x"), early("S0")]))
    before = shown_relief(anna)
    merge(anna, "S0x", "S0")
    after = shown_relief(anna)
    assert (before.movable, after.movable) == (120 * 60, 120 * 60)
    with anna.services.databases.whole.reading() as session:
        rows = unpack(duties.replay(session, anna.home_id).tobytes(), DUTY)
    assert len(set(rows["staff_id"].tolist())) == 6
    # The other number still means the same person: a newer roster replaces that person's day.
    anna.read_in(workbooks.workbook(Dienste=[DIENSTE, early("S0x", "A")]))
    assert ("A", "2026-02-05 06:00:00", "2026-02-05 14:00:00") in on_duty(anna)
    assert ("B", "2026-02-05 06:00:00", "2026-02-05 14:00:00") not in on_duty(anna)
    check(anna)


def test_few_people_are_not_shown(anna: Person) -> None:
    """D3: four on shift, and five of whom one has most of the time."""
    home(anna, roster(*NIGHTS[:4]))
    result = shown_relief(anna)
    assert (result.shown, result.movable, result.above) == (False, 0, 80 * 60)
    assert set(result.obstacles) == set(OBSTACLES[:3])
    assert not any(line.moves or line.movable for line in result.lines)


def test_home_without_people_has_no_relief(anna: Person) -> None:
    home(anna, roster(*(night(f"N{i}") for i in range(2))))
    result = shown_relief(anna)
    assert (result.shown, result.movable) == (True, 0)
    assert result.obstacles["niemand_passend"] == 80 * 60


def minutes_of(**seconds: int) -> Counter[str]:
    return Counter(seconds)


def team(prefix: str, count: int, seconds: int = 10) -> Counter[str]:
    return Counter({f"{prefix}{i}": seconds for i in range(count)})


def test_small_groups_are_merged_by_role_and_then_with_the_next_level() -> None:
    big, other, small = team("a", 9), team("b", 6), team("c", 2)

    def groups(**people: Counter[str]) -> dict[str, tuple[object, ...]]:
        told = small_groups.grouped({(int(name[1:]), name[0]): one for name, one in people.items()})
        return {f"{role}{level}": tuple(group) for (level, role), group in told.items()}

    assert groups(H2=big, A3=other) == {"H2": (2, 2, ("H",)), "A3": (3, 3, ("A",))}
    # Told alone, the remainder of the level would be the small one's: the next smallest joins it.
    assert groups(H2=big, X2=other, Y2=small) == {
        "H2": (2, 2, ("H",)),
        "X2": (2, 2, ("X", "Y")),
        "Y2": (2, 2, ("X", "Y")),
    }
    assert groups(H1=team("d", 6), H2=small, A3=team("e", 4), A4=big) == {
        "H1": (1, 1, ("H",)),
        "H2": (2, 3, ()),
        "A3": (2, 3, ()),
        "A4": (4, 4, ("A",)),
    }
    assert groups(H2=small, A3=team("d", 2)) == {}
    dominated = team("a", 9) | minutes_of(z=1000)
    assert groups(H2=dominated) == {}
    assert groups(H2=dominated, I2=team("b", 9, 200)) == dict.fromkeys(("H2", "I2"), (2, 2, ("H", "I")))


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 4), st.sampled_from(["", "H", "I", "J"])),
        st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.integers(1, 99), min_size=1).map(Counter),
        min_size=1,
    )
)
def test_every_group_has_enough_people(given_: dict[tuple[int, str], Counter[str]]) -> None:
    told_ = small_groups.grouped(given_)
    behind: dict[StaffGroup, Counter[str]] = {}
    for (level, role), group in told_.items():
        assert group.low <= level <= group.high
        assert role in group.roles or group.low < group.high
        behind.setdefault(group, Counter()).update(given_[level, role])
    for people in behind.values():
        assert few_or_one(people) is False
    assert told_.keys() == (set() if few_or_one(sum(given_.values(), Counter())) else given_.keys())


def few_or_one(people: Counter[str]) -> bool:
    return len(people) < 5 or 2 * max(people.values()) > people.total()


@given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 9)).map(Counter), max_size=6))
def test_ranges_are_the_most_that_have_enough_people(parts: list[Counter[str]]) -> None:
    cut = small_groups.ranges(parts)
    assert [i for part in cut for i in range(len(parts))[part]] == list(range(len(parts) if cut else 0))
    ways = [
        bounds
        for size in range(len(parts))
        for inner in combinations(range(1, len(parts)), size)
        for bounds in [(0, *inner, len(parts))]
        if not any(few_or_one(sum(parts[start:stop], Counter())) for start, stop in pairwise(bounds))
    ]
    assert len(cut) == max((len(bounds) - 1 for bounds in ways), default=0)


NAMES = st.sampled_from("abcdefghijkl")
STANDINGS = st.tuples(st.integers(1, 3), st.sampled_from("HI"))


@given(
    st.dictionaries(STANDINGS, st.dictionaries(NAMES, st.integers(1, 9), min_size=1).map(Counter), min_size=1),
    st.lists(
        st.tuples(st.sampled_from(["1.1", "1.2", "1.3", "1.4"]), st.integers(2, 4), STANDINGS, st.integers(1, 99))
    ),
)
def test_no_line_is_about_few_people_and_all_lines_are_the_whole(
    people: dict[tuple[int, str], Counter[str]], drawn_: list[tuple[str, int, tuple[int, str], int]]
) -> None:
    """The same levels told more finely, or picked out of several lines, are never fewer people either."""
    moved: dict[str, Counter[Any]] = {}
    for name, ist, standing, seconds in drawn_:
        if standing in people:
            moved.setdefault(name, Counter())[standing[0], ist, standing] += seconds
    taken = {standing for ways in moved.values() for _, _, standing in ways}
    groups = small_groups.grouped({one: people[one] for one in taken})
    if not groups:
        return
    alone, pooled = relief_parts.told_moves(moved, groups, people)
    total = sum(ways.total() for ways in moved.values())
    assert total == sum(move.seconds for moves in [*alone.values(), pooled] for move in moves)
    for name, moves in alone.items():
        for move in moves:
            inside = {
                way: n
                for way, n in moved[name].items()
                if groups[way[2]] == move.group and way[0] in move.qn_soll and way[1] in move.qn_ist
            }
            assert sum(inside.values()) == move.seconds
            assert not few_or_one(sum((people[one] for one in {way[2] for way in inside}), Counter()))
    for move in pooled:
        names = [name for name in moved if not any(one.group == move.group for one in alone.get(name, ()))]
        behind = {way[2] for name in names for way in moved[name] if groups[way[2]] == move.group}
        assert not few_or_one(sum((people[one] for one in behind), Counter()))


def test_page_equals_the_stored_result(anna: Person) -> None:
    client = anna.first_sign_in()
    assert "sind noch keine Interventionen eingelesen" in client.get("/entlastung").text
    assert client.get("/entlastung.csv").status_code == 404
    home(anna)
    empty = client.get("/entlastung").text
    assert "liegt keiner vor" in empty
    assert "Vorlage" in empty
    assert path_of(client.get("/entlastung.csv")) == "/entlastung", "the page says why there is nothing"
    anna.read_in(roster(*NIGHTS, *DAYS))
    page = client.get("/entlastung?von=2026-02-01&bis=2026-02-28").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "<h1>Was hätte jemand anderes übernehmen können?</h1>" in page
    assert "Beruht auf 2 von 28 Tagen" in page
    assert "Auf eine Woche rechnen wir erst ab 14 Tagen mit Dienstplan hoch." in page
    assert "Hochgerechnet" not in page
    assert "QN 1, ohne Angabe der Rolle statt QN 4: 1,5 Std." in page
    assert not re.search(r"Service\d|S\d\b|[A-Z0-9]-\d{5}", re.sub(r'name="csrf_token" value="[^"]+"', "", page))
    assert client.get("/entlastung?wb=A&von=2026-02-05&bis=2026-02-05").status_code == 200
    answer = client.get("/entlastung.csv?von=2026-02-01&bis=2026-02-28")
    assert answer.text.splitlines()[1].startswith("7.E17;")
    assert ";machbar;QN\N{NO-BREAK SPACE}1;QN\N{NO-BREAK SPACE}4;" in answer.text
    assert ";90,00;;2;01.02.2026;28.02.2026;alle;alle;" in answer.text
    assert client.get("/entlastung.csv?tabelle=personen").status_code == 404
    with anna.services.databases.whole.reading() as session:
        actions = session.scalars(select(models.AuditEvent.action).order_by(models.AuditEvent.id)).all()
    assert actions[-2:] == ["entlastung.herunterladen", "seite.aufrufen"]
    other = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    assert shown_relief(other) is None
    assert "sind noch keine Interventionen eingelesen" in other.first_sign_in().get("/entlastung").text


@pytest.mark.parametrize(("days", "by_week", "small", "told"), [(13, False, 899, 900), (14, True, 1798, 1800)])
def test_weeks_are_told_from_14_days_on_and_a_quarter_of_an_hour_is_the_least(
    days: int, small: int, told: int, *, by_week: bool
) -> None:
    of_home = relief.HomeRelief(days, 3600, 3600, 0, {}, shown=True, lines=())
    assert of_home.by_week == by_week
    assert of_home.small(small)
    assert not of_home.small(told)


def test_what_is_little_is_told_together_and_nothing_is_lost(ben: Person) -> None:
    work = [*WORK, ("", "N0", "8.E09", "05.02.2026", "09:50", "14", "Früh", "B", "")]
    ben.read_in(workbooks.workbook(Mitarbeitende=STAFF, Interventionen=work))
    ben.read_in(roster(*NIGHTS, *DAYS))
    client = ben.first_sign_in()
    page = client.get("/entlastung?von=2026-02-01&bis=2026-02-28&alle=1").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "1 weitere Intervention<small>mit je weniger als 15 Min." in page
    assert "QN 1, ohne Angabe der Rolle statt QN 4: 1,5 Std." in page
    assert "8.E09" not in page
    assert "8.E09" in client.get("/entlastung.csv?von=2026-02-01&bis=2026-02-28").text


def unmet_of(*rows: tuple[str, int, int, str, int]) -> list[tuple[Any, ...]]:
    """Cut rows of ward, hour, level called for, employee and minutes."""
    wards, staff = (sorted({row[i] for row in rows}) for i in (0, 3))
    columns = {
        "ward": np.array([wards.index(row[0]) for row in rows]),
        "hour": np.array([row[1] for row in rows]),
        "qn_soll": np.array([row[2] for row in rows]),
        "staff": np.array([staff.index(row[3]) for row in rows]),
        "seconds": np.array([row[4] * 60 for row in rows]),
    }
    parts = relief_parts.unmet_parts(CodedTable(columns, {"ward": tuple(wards), "staff": tuple(staff)}))
    return [(part.wards, part.start, part.end, part.levels, part.seconds // 60) for part in parts]


def test_work_for_which_nobody_was_there_is_cut_by_ward_time_and_level_where_five_did_it() -> None:
    evening = [("WB 2", 20, 2, name, 10) for name in "abcde"]
    nights = [("WB 2", 3, level, name, 5) for level, names in ((2, "abc"), (3, "de")) for name in names]
    assert unmet_of(*evening, *nights) == [(("WB 2",), 20, 22, (2,), 50), (("WB 2",), 2, 4, (2, 3), 25)]
    # Four at 22 are joined to the evening, over the end of the day; two on a ward to the next ward.
    later = [("WB 2", 0, 2, name, 5) for name in "abcd"]
    assert unmet_of(*evening, *later) == [(("WB 2",), 20, 2, (2,), 70)]
    assert unmet_of(*evening, ("WB 10", 20, 2, "a", 5)) == [(("WB 2", "WB 10"), 20, 22, (2,), 55)]
    assert unmet_of(*evening, ("WB 2", 20, 2, "a", 50)) == [], "one did 60 of 100 minutes"
    assert unmet_of(*evening[:4]) == []


def test_page_asks_when_nobody_was_there(ben: Person) -> None:
    """T10. Work of level 1 by five nurses at 20 o'clock; the six of level 1 are there from 6 to 14 alone."""
    nurses = [(f"N{i}", f"Pflegefach{i}", "Ada", "4", "", "", "", "") for i in range(5)]
    work = [("", f"N{i}", "7.E17", "05.02.2026", "20:10", "30", "Spät", "B", "") for i in range(5)]
    work += [("", "N0", "7.E17", "05.02.2026", f"{9 + i:02}:10", "20", "Früh", "B", "") for i in range(3)]
    staff = [workbooks.STAFF[0], *nurses, *STAFF[3:]]
    late = [on(f"N{i}", "B", "05.02.2026 14:00", "05.02.2026 22:00") for i in range(5)]
    sheets = {"Mitarbeitende": staff, "Interventionen": [WORK[0], *work], "Dienste": [DIENSTE, *DAYS, *late]}
    ben.read_in(workbooks.workbook(**sheets))
    client = ben.first_sign_in()
    day = "von=2026-02-01&bis=2026-02-28"
    page = " ".join(
        re.sub(r"<[^>]+>", " ", client.get(f"/entlastung?{day}").text).replace("\N{NO-BREAK SPACE}", " ").split()
    )
    asked = "Zwischen 20 und 22 Uhr war im Wohnbereich B niemand mit QN 1 im Dienst"
    assert f"{asked}, der die Arbeit hätte übernehmen können: 2,5 Std." in page
    assert "20 bis 22 Uhr 2,5 Std. Gesamt 2,5 Std." in page
    assert "QN 1, ohne Angabe der Rolle insgesamt 1,0 Std. Machbar, alle zusammen 1,0 Std." in page
    lines = client.get(f"/entlastung.csv?{day}&tabelle=entlastung-dienstplan").text.splitlines()
    assert lines[1].startswith("Wohnbereich B;20 bis 22\N{NO-BREAK SPACE}Uhr;QN\N{NO-BREAK SPACE}1;150,00;;")
    assert len(lines) == 2
    lines = client.get(f"/entlastung.csv?{day}&tabelle=entlastung-an-wen").text.splitlines()
    assert lines[1].startswith("QN\N{NO-BREAK SPACE}1, ohne Angabe der Rolle;insgesamt;60,00;;")
    assert headings_that_sort(client, f"/entlastung?{day}") == 10
    assert files_of(ben, client, f"/entlastung?{day}") == {
        "entlastung",
        "entlastung-gruende",
        "entlastung-an-wen",
        "entlastung-dienstplan",
    }
    one_group = client.get(f"/entlastung?{day}&gruppe={quote(BOOK.find_intervention('7.E17').group)}").text
    assert "nur für alle Interventionen zusammen" in one_group
    result = shown_relief(ben)
    assert [(part.start, part.end, part.levels, part.seconds) for part in result.unmet] == [(20, 22, (1,), 9000)]


def test_upload_page_shows_its_duties(anna: Person) -> None:
    client = anna.first_sign_in()
    home(anna, roster(*DAYS))
    lines = [early("S0", "A"), night("S1"), night("")]
    upload_id = anna.read_in(roster(*lines), store=False)
    page = client.get(f"/daten/{upload_id}").text
    assert "<b>1</b> neu, <b>1</b> geändert, <b>0</b> entfernt" in page
    anna.store(upload_id)
    assert "Dienste: 1 neu, 1 geändert, 0 entfernt" in client.get(f"/daten/{upload_id}").text
    undo = client.get(f"/daten/{upload_id}/ruecknahme").text
    assert "1 werden entfernt, 1 durch frühere ersetzt" in undo


def test_unproven_plan_drops_its_days_but_not_the_upload(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise UnprovenError

    monkeypatch.setattr(relief, "relief_by_day", fails)
    with capture_logs() as logs:
        home(ben, roster(*DAYS))
    assert shown_relief(ben) is None
    assert len(on_duty(ben)) == len(DAYS)
    assert {one["event"] for one in logs if one["log_level"] == "error"} == {"relief unproven"}
