"""Cases of the rule, with what must follow worked out by hand: acts, statements, and who counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from .records import EMPLOYEE, RESIDENT, Act, Choice, Duty, File, Lives


def day(of_month: int, month: int = 1) -> dt.date:
    """Return a day of 2026."""
    return dt.date(2026, month, of_month)


ACT = Act("0042", "P1", "1.1", day(12), 420, 600, shift="Früh")
"""0042, P1, 1.1 on 12 January at 7:00, ten minutes."""

UNTIMED = replace(ACT, minute=None)
SIMILAR, KEEP = Choice("similar"), Choice("none")
JANUARY = Choice(first=day(1), last=day(31))
WB_2 = replace(JANUARY, wards=("WB 2",))
ZERO = (("1.1", 0), ("4.1", 0))
WORSE = (("1.1", 2), ("4.1", 3))


def acts(*rows: Act) -> File:
    """Return a file of acts."""
    return File(rows)


@dataclass(frozen=True)
class Case:
    """Uploads (one file, or files, with a choice), answers after them, and what must be there then.

    Attributes
    ----------
    steps
        A file, files, a pair of them with a choice; ("undo", number from 0), ("merge", kind, person, into),
        ("part", kind, person).
    acts
        The stored acts, None = not looked at; likewise the others.
    """

    name: str
    steps: tuple
    acts: tuple[Act, ...] | None = None
    levels: dict | None = None
    assessed: dict | None = None
    wards: dict | None = None
    stays: dict | None = None
    unstable: dict | None = None
    grades: dict | None = None
    duties: set | None = field(default=None)


def act(**other: object) -> Act:
    """Return the act of the cases, but for some parts."""
    return replace(ACT, **other)  # type: ignore[arg-type]


LONGER, P2, OTHER_DAY = act(seconds=900), act(employee="P2"), act(day=day(13))
NOBODY = act(resident=None, intervention="2.8")
FEBRUARY = act(day=day(12, 2))
STRAY = act(resident="42")
LIVES_1, LIVES_2 = Lives("0042", "WB 1"), Lives("0042", "WB 2")
MOVED = (File((), (LIVES_2,)), Choice(since=day(10)))
QN_2, QN_3 = (2, None, "", None), (3, None, "", None)

OF_ACTS = [
    Case("the same file twice", (acts(ACT), acts(ACT)), (ACT,)),
    Case("as often as in the file that has it most often", (acts(ACT, ACT), acts(ACT)), (ACT, ACT)),
    Case("as often as in the later file", (acts(ACT), acts(ACT, ACT, ACT)), (ACT, ACT, ACT)),
    Case("minutes corrected", (acts(ACT), acts(LONGER)), (LONGER,)),
    Case("one of two corrected", (acts(ACT, ACT), acts(ACT, LONGER)), (ACT, LONGER)),
    Case("corrected and corrected back", (acts(ACT), acts(LONGER), acts(ACT)), (ACT,)),
    Case("employee filled in", (acts(act(employee=None)), acts(ACT)), (ACT,)),
    Case(
        "no employee in both",
        (acts(act(employee=None)), acts(act(employee=None, seconds=1))),
        (act(employee=None, seconds=1),),
    ),
    Case("employee left out is a further act", (acts(ACT), acts(act(employee=None))), (ACT, act(employee=None))),
    Case(
        "employee left out, told to be a correction",
        (acts(ACT), (acts(act(employee=None)), SIMILAR)),
        (act(employee=None),),
    ),
    Case("another employee at the same time is a second carer", (acts(ACT), acts(P2)), (ACT, P2)),
    Case("another employee, told to be a correction", (acts(ACT), (acts(P2), SIMILAR)), (P2,)),
    Case("ward filled in", (acts(ACT), acts(act(ward="WB 1"))), (act(ward="WB 1"),)),
    Case("ward left out", (acts(act(ward="WB 1")), acts(LONGER)), (LONGER,)),
    Case(
        "two wards never are one act",
        (acts(act(ward="WB 1")), (acts(act(ward="WB 2")), SIMILAR)),
        (act(ward="WB 1"), act(ward="WB 2")),
    ),
    Case("another time is a further act", (acts(ACT), (acts(act(minute=430)), SIMILAR)), (ACT, act(minute=430))),
    Case(
        "status and shift are corrected",
        (acts(ACT), acts(act(status="abgelehnt", shift="Spät"))),
        (act(status="abgelehnt", shift="Spät"),),
    ),
    Case(
        "without a time nothing is sure",
        (acts(UNTIMED), acts(replace(UNTIMED, seconds=900))),
        (UNTIMED, replace(UNTIMED, seconds=900)),
    ),
    Case(
        "without a time, told to be a correction",
        (acts(UNTIMED), (acts(replace(UNTIMED, seconds=900)), SIMILAR)),
        (replace(UNTIMED, seconds=900),),
    ),
    Case(
        "two shifts without a time",
        (acts(UNTIMED), (acts(replace(UNTIMED, shift="Spät")), SIMILAR)),
        (UNTIMED, replace(UNTIMED, shift="Spät")),
    ),
    Case(
        "a shift and none without a time",
        (acts(UNTIMED), (acts(replace(UNTIMED, shift=None)), SIMILAR)),
        (replace(UNTIMED, shift=None),),
    ),
    Case("time filled in, in another shift", (acts(UNTIMED), (acts(act(shift="Spät")), SIMILAR)), (act(shift="Spät"),)),
    Case("time filled in is not sure", (acts(UNTIMED), acts(ACT)), (UNTIMED, ACT)),
    Case(
        "closest first: the same employee",
        (acts(UNTIMED, replace(UNTIMED, employee="P2")), (acts(replace(UNTIMED, employee="P2", seconds=60)), SIMILAR)),
        (UNTIMED, replace(UNTIMED, employee="P2", seconds=60)),
    ),
    Case(
        "closest first: the time before the employee",
        (acts(UNTIMED, act(employee="P2", shift="Nacht")), (acts(act(seconds=60)), SIMILAR)),
        (UNTIMED, act(seconds=60)),
    ),
    Case(
        "without a resident employees tell acts apart (F4)",
        (acts(NOBODY), (acts(replace(NOBODY, employee="P2", ward="WB 2")), SIMILAR)),
        (NOBODY, replace(NOBODY, employee="P2", ward="WB 2")),
    ),
    Case(
        "without a resident and employee",
        (acts(NOBODY), (acts(replace(NOBODY, employee=None)), SIMILAR)),
        (replace(NOBODY, employee=None),),
    ),
    Case(
        "Früh by P1 and by P2 without a time (F4)",
        (acts(UNTIMED), acts(replace(UNTIMED, employee="P2"))),
        (UNTIMED, replace(UNTIMED, employee="P2")),
    ),
    Case("keep everything", (acts(ACT), (acts(LONGER, ACT), KEEP)), (ACT, LONGER)),
    Case(
        "the choice of the later upload counts",
        ((acts(UNTIMED), SIMILAR), acts(replace(UNTIMED, seconds=900))),
        (UNTIMED, replace(UNTIMED, seconds=900)),
    ),
    Case("two files of one upload", ((acts(ACT, FEBRUARY), acts(LONGER, OTHER_DAY)),), (LONGER, FEBRUARY, OTHER_DAY)),
    Case("two files of one upload, kept", (((acts(ACT), acts(LONGER)), KEEP),), (ACT, LONGER)),
    Case("complete for January", (acts(ACT, OTHER_DAY, FEBRUARY), (acts(ACT), JANUARY)), (ACT, FEBRUARY)),
    Case("complete, as often", (acts(ACT, ACT, ACT), (acts(ACT), JANUARY)), (ACT,)),
    Case(
        "complete, and kept beside: only what is in it",
        (acts(ACT), (acts(LONGER), replace(JANUARY, pairing="none"))),
        (LONGER,),
    ),
    Case(
        "complete by upload, not by file",
        (acts(ACT, OTHER_DAY, P2), ((acts(ACT), acts(OTHER_DAY)), JANUARY)),
        (ACT, OTHER_DAY),
    ),
    Case(
        "complete but for the day of a faulty row (F6)",
        (acts(ACT, OTHER_DAY, act(day=day(14))), (replace(acts(OTHER_DAY), faulty=(day(12),)), JANUARY)),
        (ACT, OTHER_DAY),
    ),
    Case(
        "a faulty row of no day",
        (acts(ACT, OTHER_DAY), (replace(acts(OTHER_DAY), faulty=(None,)), JANUARY)),
        (ACT, OTHER_DAY),
    ),
    Case(
        "complete for a ward",
        (File((ACT, P2), (Lives("0042"),)), acts(act(ward="WB 2", day=day(14))), (acts(OTHER_DAY), WB_2)),
        (ACT, P2, OTHER_DAY),
    ),
    Case(
        "of the ward the resident lives in",
        (File((ACT, act(ward="WB 1", day=day(14))), (LIVES_2,)), (acts(OTHER_DAY), WB_2)),
        (act(ward="WB 1", day=day(14)), OTHER_DAY),
    ),
    Case(
        "of the ward of the day",
        (File((ACT, act(day=day(9))), (LIVES_1,)), MOVED, (acts(OTHER_DAY), WB_2)),
        (act(day=day(9)), OTHER_DAY),
    ),
    Case(
        "also where the first ward is only told later",
        (acts(ACT), (acts(OTHER_DAY), WB_2), File((), (LIVES_2,))),
        (OTHER_DAY,),
    ),
    Case(
        "rows come back where the move is taken back (F9)",
        (File((ACT, act(day=day(9))), (LIVES_1,)), MOVED, (acts(OTHER_DAY), WB_2), ("undo", 1)),
        (act(day=day(9)), ACT, OTHER_DAY),
    ),
    Case("complete, and taken back", (acts(ACT, OTHER_DAY), (acts(ACT), JANUARY), ("undo", 1)), (ACT, OTHER_DAY)),
    Case("taken back in any order", (acts(ACT), acts(LONGER), acts(act(seconds=60)), ("undo", 1)), (act(seconds=60),)),
    Case("the correction alone", (acts(ACT), acts(LONGER), ("undo", 0)), (LONGER,)),
    Case("the correction taken back", (acts(ACT), acts(LONGER), ("undo", 1)), (ACT,)),
    Case("the same act under both numbers", (acts(ACT), acts(STRAY), ("merge", RESIDENT, "42", "0042")), (ACT,)),
    Case(
        "and apart again",
        (acts(ACT), acts(STRAY), ("merge", RESIDENT, "42", "0042"), ("part", RESIDENT, "42")),
        (ACT, STRAY),
    ),
    Case("under both numbers in one file", (acts(ACT, STRAY), ("merge", RESIDENT, "42", "0042")), (ACT, ACT)),
    Case(
        "corrected under the other number",
        (acts(ACT), acts(replace(STRAY, seconds=60)), ("merge", RESIDENT, "42", "0042")),
        (act(seconds=60),),
    ),
    Case("two carers who are one", (acts(ACT), acts(P2), ("merge", EMPLOYEE, "P2", "P1")), (ACT,)),
]

EARLY, LATE = Duty("P1", day(12), 360, 840), Duty("P1", day(12), 840, 1320)

OF_DUTIES = [
    Case("the newest plan of a person and day", (File(duties=(EARLY,)), File(duties=(LATE,))), duties={LATE}),
    Case(
        "all of one file",
        (File(duties=(EARLY, LATE)), File(duties=(replace(LATE, employee="P2"),))),
        duties={EARLY, LATE, replace(LATE, employee="P2")},
    ),
    Case("the plan before comes back", (File(duties=(EARLY,)), File(duties=(LATE,)), ("undo", 1)), duties={EARLY}),
    Case("the later file of one upload", ((File(duties=(EARLY,)), File(duties=(LATE,))),), duties={LATE}),
    Case(
        "complete plan",
        (File(duties=(EARLY, replace(LATE, employee="P2"))), (File(duties=(LATE,)), JANUARY)),
        duties={LATE},
    ),
    Case(
        "complete plan but for the day of a faulty row",
        (
            File(duties=(EARLY, replace(EARLY, day=day(13)))),
            (File(duties=(replace(LATE, employee="P2"),), faulty=(day(12),)), JANUARY),
        ),
        duties={EARLY, replace(LATE, employee="P2")},
    ),
    Case("without duties it is complete for none", (File(duties=(EARLY,)), (acts(ACT), JANUARY)), duties={EARLY}),
]
