"""Cases of what uploads state about levels and grades, with what must hold worked out by hand."""

from __future__ import annotations

from .cases import ACT, FEBRUARY, QN_2, QN_3, WORSE, ZERO, Case, act, acts, day
from .records import ALWAYS, EMPLOYEE, Assessed, Choice, Duty, File, Grade, Level

OF_LEVELS = [
    Case(
        "another month adds, the earlier stays (F3)",
        (
            File((ACT,), levels=(Level("P1", 2, last=day(31)),), assessed=(Assessed("0042", day(1), ZERO),)),
            File((FEBRUARY,), levels=(Level("P1", 3, day(1, 2)),), assessed=(Assessed("0042", day(1, 2), WORSE),)),
        ),
        levels={("P1", ALWAYS): (2, None, "", day(31)), ("P1", day(1, 2)): QN_3},
        assessed={("0042", day(1)): (dict(ZERO), False), ("0042", day(1, 2)): (dict(WORSE), False)},
    ),
    Case(
        "granted grades: undated since always, then from the next file's first day, and a dated one between",
        (
            File((ACT,), grades=(Grade("0042", 2),)),
            File((act(day=day(3, 3)),), grades=(Grade("0042", 4),)),
            File((FEBRUARY,), grades=(Grade("0042", 0, day(20)), Grade("77", 3, day(1, 2)))),
        ),
        grades={("0042", ALWAYS): 2, ("0042", day(20)): 0, ("0042", day(3, 3)): 4, ("77", day(1, 2)): 3},
    ),
    Case(
        "a grade of the same day corrects, a complete list withdraws",
        (
            File((ACT,), grades=(Grade("0042", 2, day(3)),)),
            File((ACT,), grades=(Grade("0042", 3, day(3)),)),
            (File((FEBRUARY,), grades=(Grade("77", 3),)), Choice(persons_complete=True)),
        ),
        grades={("0042", day(3)): 3, ("77", ALWAYS): 3},
    ),
    Case(
        "undated: since always, then from the next file's first day",
        (File((ACT,), levels=(Level("P1", 2),)), File((FEBRUARY,), levels=(Level("P1", 3),))),
        levels={("P1", ALWAYS): QN_2, ("P1", day(12, 2)): QN_3},
    ),
    Case(
        "the same where January comes late",
        (File((FEBRUARY,), levels=(Level("P1", 3),)), File((ACT,), levels=(Level("P1", 2),))),
        levels={("P1", ALWAYS): QN_2, ("P1", day(12, 2)): QN_3},
    ),
    Case(
        "one January taken back, the other since always",
        (File((ACT,), levels=(Level("P1", 2),)), File((FEBRUARY,), levels=(Level("P1", 3),)), ("undo", 0)),
        levels={("P1", ALWAYS): QN_3},
    ),
    Case(
        "undated beside dated ones",
        (File((ACT,), levels=(Level("P1", 2),)), File((FEBRUARY,), levels=(Level("P1", 1), Level("P1", 3, day(5, 2))))),
        levels={("P1", ALWAYS): (1, None, "", None), ("P1", day(5, 2)): QN_3},
    ),
    Case(
        "a dated one of an earlier file makes it no first",
        (File((ACT,), levels=(Level("P1", 2, day(3)),)), File((FEBRUARY,), levels=(Level("P1", 3),))),
        levels={("P1", day(3)): QN_2, ("P1", day(12, 2)): QN_3},
    ),
    Case(
        "two files from the same day: the later replaces",
        (File((ACT,), levels=(Level("P1", 2),)), File((ACT,), levels=(Level("P1", 3),))),
        levels={("P1", ALWAYS): QN_3},
    ),
    Case(
        "an undated list before does not undo what a later one dates",
        (
            File((ACT,), levels=(Level("P1", 2),)),
            File((FEBRUARY,), levels=(Level("P1", 2),)),
            File((act(day=day(3, 3)),), levels=(Level("P1", 3, day(15)),)),
        ),
        levels={("P1", ALWAYS): QN_2, ("P1", day(15)): QN_3},
    ),
    Case(
        "nor where the dated one came before it",
        (
            File((ACT,), levels=(Level("P1", 2),)),
            File((act(day=day(3, 3)),), levels=(Level("P1", 3, day(15)),)),
            File((FEBRUARY,), levels=(Level("P1", 2),)),
        ),
        levels={("P1", ALWAYS): QN_2, ("P1", day(15)): QN_3},
    ),
    Case(
        "it holds where the dated one has ended by then",
        (
            File((ACT,), levels=(Level("P1", 2),)),
            File((FEBRUARY,), levels=(Level("P1", 2),)),
            File((act(day=day(3, 3)),), levels=(Level("P1", 3, day(15), day(11, 2)),)),
        ),
        levels={("P1", ALWAYS): QN_2, ("P1", day(15)): (3, None, "", day(11, 2)), ("P1", day(12, 2)): QN_2},
    ),
    Case(
        "it holds where the dated one begins later",
        (
            File((ACT,), levels=(Level("P1", 2),)),
            File((FEBRUARY,), levels=(Level("P1", 1),)),
            File((act(day=day(3, 3)),), levels=(Level("P1", 3, day(13, 2)),)),
        ),
        levels={("P1", ALWAYS): QN_2, ("P1", day(12, 2)): (1, None, "", None), ("P1", day(13, 2)): QN_3},
    ),
    Case(
        "a list without the columns leaves role and certificates",
        (
            File((ACT,), levels=(Level("P1", 2, role="betreuung-43b", certificates="LG1"),)),
            File((FEBRUARY,), levels=(Level("P1", 3),), without=("role", "certificates")),
            File((act(day=day(3, 3)),), levels=(Level("P1", 3),), without=("role",)),
        ),
        levels={
            ("P1", ALWAYS): (2, "betreuung-43b", "LG1", None),
            ("P1", day(12, 2)): (3, "betreuung-43b", "LG1", None),
            ("P1", day(3, 3)): (3, "betreuung-43b", "", None),
        },
    ),
    Case(
        "the last row of a file",
        (File((ACT,), levels=(Level("P1", 2), Level("P1", 3))),),
        levels={("P1", ALWAYS): QN_3},
    ),
    Case(
        "a duty makes the first day",
        (
            File((ACT,), levels=(Level("P1", 2),)),
            File(levels=(Level("P1", 3),), duties=(Duty("P1", day(3), 360, 840),)),
        ),
        levels={("P1", ALWAYS): QN_3, ("P1", day(12)): QN_2},
    ),
    Case(
        "without acts: after the last stored act",
        (File((ACT,), levels=(Level("P1", 2),)), File(levels=(Level("P1", 3),))),
        levels={("P1", ALWAYS): QN_2, ("P1", day(13)): QN_3},
    ),
    Case(
        "without acts: the day confirmed",
        (File((ACT,), levels=(Level("P1", 2),)), (File(levels=(Level("P1", 3),)), Choice(since=day(20)))),
        levels={("P1", ALWAYS): QN_2, ("P1", day(20)): QN_3},
    ),
    Case(
        "without acts in an empty home, then others",
        (File(levels=(Level("P1", 2),)), File((ACT,), levels=(Level("P1", 3),))),
        levels={("P1", ALWAYS): QN_2, ("P1", day(12)): QN_3},
    ),
    Case(
        "without acts: after the last act of those before that are effective",
        (
            File((ACT,), levels=(Level("P1", 2),)),
            acts(act(day=day(20))),
            File(levels=(Level("P1", 3),)),
            acts(FEBRUARY),
            ("undo", 1),
        ),
        levels={("P1", ALWAYS): QN_2, ("P1", day(13)): QN_3},
    ),
    Case(
        "since always, chosen",
        (File((ACT,), levels=(Level("P1", 2),)), (File(levels=(Level("P1", 3),)), Choice(always=True))),
        levels={("P1", ALWAYS): QN_3},
    ),
    Case(
        "since always, chosen, and the next month",
        ((File(levels=(Level("P1", 3),)), Choice(always=True)), File((FEBRUARY,), levels=(Level("P1", 2),))),
        levels={("P1", ALWAYS): QN_3, ("P1", day(12, 2)): QN_2},
    ),
    Case(
        "a file of an upload takes the upload's first day",
        (
            File((ACT,), levels=(Level("P1", 2),)),
            (File(levels=(Level("P1", 3),)), File((FEBRUARY, act(day=day(20, 2)))), File((act(day=day(14, 2)),))),
        ),
        levels={("P1", ALWAYS): QN_2, ("P1", day(12, 2)): QN_3},
    ),
    Case(
        "levels of one person under two numbers",
        (
            File((ACT,), levels=(Level("P1", 2),)),
            File((FEBRUARY,), levels=(Level("P9", 3),)),
            ("merge", EMPLOYEE, "P9", "P1"),
        ),
        levels={("P1", ALWAYS): QN_2, ("P1", day(12, 2)): QN_3},
    ),
]
