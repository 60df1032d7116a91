"""The model of what is stored after many uploads, against cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from .history.cases import ACT, OF_ACTS, OF_DUTIES, Case, act, acts, day
from .history.figures import figures
from .history.level_cases import OF_LEVELS
from .history.model import HomeHistory
from .history.records import EMPLOYEE, RESIDENT, AmbiguousError, Assessed, Choice, File, Level, Lives, SetByHand
from .history.statement_cases import OF_STATEMENTS
from .home import CELLS

NOTHING_WRONG = tuple(dict.fromkeys(CELLS, 0).items())
MOBILITY = tuple((dict(NOTHING_WRONG) | {"1.1": 2, "1.2": 3, "1.3": 3}).items())


def home_of(case: Case) -> HomeHistory:
    """Return the home after the steps of a case."""
    home, stored = HomeHistory(), 0
    for step in case.steps:
        if isinstance(step, tuple) and isinstance(step[0], str):
            what, *about = step
            if what == "undo":
                home.undo(f"u{about[0]}")
            else:
                getattr(home, what)(*about)
            continue
        files, choice = step if isinstance(step, tuple) and isinstance(step[-1], Choice) else (step, Choice())
        home.store(f"u{stored}", files if isinstance(files, tuple) else (files,), choice)
        stored += 1
    return home


@pytest.mark.parametrize("case", [*OF_ACTS, *OF_LEVELS, *OF_STATEMENTS, *OF_DUTIES], ids=lambda case: case.name)
def test_case_by_hand(case: Case) -> None:
    home = home_of(case)
    if case.acts is not None:
        assert home.acts() == Counter(case.acts)
    if case.duties is not None:
        assert home.duties() == case.duties
    for name in ("levels", "assessed", "wards", "stays", "unstable", "grades"):
        if (expected := getattr(case, name)) is not None:
            assert getattr(home.statements(), name) == expected


def test_a_pairing_the_rule_leaves_open_is_reported() -> None:
    home = home_of(Case("", (acts(ACT, act(seconds=60)), acts(act(seconds=90)))))
    with pytest.raises(AmbiguousError):
        home.acts()


def fits(home: HomeHistory) -> dict[tuple, int]:
    """Return day, soll, ist and fit -> rows."""
    cells, _ = figures(home)
    found: Counter = Counter()
    for (kind, on, _, _, _, soll, ist, fit, _), number in cells.items():
        if kind == "count":
            found[on, soll, ist, fit] += number
    return dict(found)


LIVES = (Lives("0042", "WB 1"),)


def test_merged_resident_does_not_depend_on_what_came_between() -> None:
    """F1: a third upload and its undo change nothing."""
    home = HomeHistory()
    first = File((ACT,), LIVES, (Assessed("0042", day(1), NOTHING_WRONG),), (), (Level("P1", 2),))
    home.store("u1", (first,), Choice())
    stray = File((act(resident="42x", day=day(21)),), assessed=(Assessed("42x", day(19), MOBILITY),))
    home.store("u2", (stray,), Choice())
    home.merge(RESIDENT, "42x", "0042")
    expected = {("2026-01-12", 2, 2, "passend"): 1, ("2026-01-21", 3, 2, "unterqualifiziert"): 1}
    assert fits(home) == expected
    later = File((act(day=day(28)),), assessed=(Assessed("0042", day(27), NOTHING_WRONG),))
    home.store("u3", (later,), Choice())
    home.undo("u3")
    assert fits(home) == expected


def test_repaired_rows_are_added_to_those_of_their_upload() -> None:
    """F2: P1 and P2 were two carers; two equal rows, one of them faulty, are two."""
    for repaired in (act(employee="P2"), ACT):
        home = HomeHistory()
        home.store("u1", (replace(acts(ACT), faulty=(day(12),)),), Choice())
        for name in ("u2", "u3"):
            home.store(name, (acts(repaired),), Choice(), repairs="u1")
            assert home.acts() == Counter([ACT, repaired])


def test_monthly_files_leave_past_months_rated() -> None:
    """F3: in January P1 was QN 2, from 1 February QN 3; so were the assessments."""
    home = HomeHistory()
    january = File((ACT,), LIVES, (Assessed("0042", day(1), NOTHING_WRONG),), (), (Level("P1", 2, last=day(31)),))
    february = File(
        (act(day=day(12, 2)),), LIVES, (Assessed("0042", day(1, 2), MOBILITY),), (), (Level("P1", 3, day(1, 2)),)
    )
    home.store("u1", (january,), Choice())
    home.store("u2", (february,), Choice())
    assert fits(home) == {("2026-01-12", 2, 2, "passend"): 1, ("2026-02-12", 3, 3, "passend"): 1}


def test_hours_are_those_of_the_upload_stored_last() -> None:
    """F5: it is the order of storing that counts; an older list counts beside where it names others alone."""
    home = HomeHistory()
    for name, staff in (("b", "P1"), ("a", "P1"), ("c", "P2")):
        home.store(name, (File(levels=(Level(staff, 4, hours=20),)),), Choice())
    assert home.hours() == ["c", "a"]
    home.merge(EMPLOYEE, "P2", "P1")
    assert home.hours() == ["c"]


def test_level_set_for_a_merged_number_counts_for_the_person_meant() -> None:
    """F7: before and after."""
    home = HomeHistory()
    home.store(
        "u1", (File((ACT,), LIVES, (Assessed("0042", day(1), NOTHING_WRONG),), (), (Level("P1", 2),)),), Choice()
    )
    home.store("u2", (acts(act(resident="42", day=day(2))),), Choice())
    home.set_by_hand.append(SetByHand("s1", "42", "1.1", 4, day(1), day(31)))
    assert fits(home)["2026-01-12", 2, 2, "passend"] == 1
    home.merge(RESIDENT, "42", "0042")
    expected = {("2026-01-12", 4, 2, "unterqualifiziert"): 1, ("2026-01-02", 4, 2, "unterqualifiziert"): 1}
    assert fits(home) == expected
    home.part(RESIDENT, "42")
    assert fits(home)["2026-01-12", 2, 2, "passend"] == 1


def test_book_of_the_day_and_ward_of_the_day() -> None:
    home = HomeHistory()
    home.store(
        "u1", (File((ACT,), LIVES, (Assessed("0042", day(1), NOTHING_WRONG),), (), (Level("P1", 2),)),), Choice()
    )
    home.store("u2", (File((act(day=day(12, 2)),), (Lives("0042", "WB 2"),)),), Choice())
    home.books[day(1, 2)] = {"1.1": 3}
    cells, covered = figures(home)
    assert {key[1:] for key in cells if key[0] == "count"} == {
        ("2026-01-12", "WB 1", "Früh", "1.1", 2, 2, "passend", False),
        ("2026-02-12", "WB 2", "Früh", "1.1", 3, 2, "unterqualifiziert", False),
    }
    assert covered["counted"] == covered["mitarbeitende"] == 2
