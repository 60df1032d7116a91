"""Cases of what uploads state about residents and of complete lists, with what must hold worked out by hand."""

from __future__ import annotations

from .cases import ACT, FEBRUARY, LIVES_1, LIVES_2, QN_2, QN_3, STRAY, WORSE, ZERO, Case, act, day
from .records import ALWAYS, RESIDENT, Assessed, Choice, File, Level, Lives, Unstable

OF_STATEMENTS = [
    Case(
        "a resident moves",
        (File((ACT,), (LIVES_1,)), File((FEBRUARY,), (LIVES_2,)), File((act(day=day(3, 3)),), (Lives("0042"),))),
        wards={("0042", ALWAYS): "WB 1", ("0042", day(12, 2)): "WB 2"},
    ),
    Case(
        "stays",
        (
            File((ACT,), (Lives("0042", None, day(3)),)),
            File((FEBRUARY,), (Lives("0042", None, day(3), day(13)),)),
            File((act(day=day(3, 3)),), (Lives("0042", None, day(2, 3)),)),
            File((FEBRUARY,), (Lives("0042"),)),
        ),
        stays={("0042", day(3)): day(13), ("0042", day(2, 3)): None},
    ),
    Case(
        "the same day again is a correction",
        (
            File((ACT,), assessed=(Assessed("0042", day(1), ZERO),)),
            File((ACT,), assessed=(Assessed("0042", day(1), (("1.1", 3),)),)),
        ),
        assessed={("0042", day(1)): ({"1.1": 3}, False)},
    ),
    Case(
        "the same day in parts",
        (
            File((ACT,), assessed=(Assessed("0042", day(1), ZERO, special=True),)),
            File((ACT,), assessed=(Assessed("0042", day(1), (("3.1", 3),)),)),
        ),
        assessed={("0042", day(1)): (dict(ZERO) | {"3.1": 3}, True)},
    ),
    Case(
        "a part without a day",
        (
            File((ACT,), assessed=(Assessed("0042", day(1), ZERO),)),
            File((FEBRUARY,), assessed=(Assessed("0042", None, (("3.1", 3),)),)),
        ),
        assessed={("0042", day(1)): (dict(ZERO) | {"3.1": 3}, False)},
    ),
    Case(
        "an undated one that shares a cell is another",
        (
            File((ACT,), assessed=(Assessed("0042", None, ZERO),)),
            File((FEBRUARY,), assessed=(Assessed("0042", None, (("1.1", 3),)),)),
        ),
        assessed={("0042", ALWAYS): (dict(ZERO), False), ("0042", day(12, 2)): ({"1.1": 3}, False)},
    ),
    Case(
        "an undated part beside two: of that since always",
        (
            File((ACT,), assessed=(Assessed("0042", None, ZERO), Assessed("0042", day(5), WORSE))),
            File((FEBRUARY,), assessed=(Assessed("0042", None, (("3.1", 3),)),)),
        ),
        assessed={("0042", ALWAYS): (dict(ZERO) | {"3.1": 3}, False), ("0042", day(5)): (dict(WORSE), False)},
    ),
    Case(
        "an undated part beside two dated ones is none",
        (
            File((ACT,), assessed=(Assessed("0042", day(4), ZERO), Assessed("0042", day(5), WORSE))),
            File((FEBRUARY,), assessed=(Assessed("0042", None, (("3.1", 3),)),)),
        ),
        assessed={
            ("0042", day(4)): (dict(ZERO), False),
            ("0042", day(5)): (dict(WORSE), False),
            ("0042", day(12, 2)): ({"3.1": 3}, False),
        },
    ),
    Case(
        "parts that come in the wrong order are one, since always",
        (
            File((ACT,), assessed=(Assessed("0042", None, ZERO),)),
            File((act(day=day(2)),), assessed=(Assessed("0042", None, (("3.1", 3),)),)),
        ),
        assessed={("0042", ALWAYS): (dict(ZERO) | {"3.1": 3}, False)},
    ),
    Case(
        "an end told later stays",
        (
            File(
                (ACT,),
                (Lives("0042", None, day(3)),),
                unstable=(Unstable("0042", "sturz", day(2)),),
                levels=(Level("P1", 2, day(3)),),
            ),
            File(
                (act(day=day(3, 3)),),
                (Lives("0042", None, day(3), day(13)),),
                unstable=(Unstable("0042", "sturz", day(2), day(9)),),
                levels=(Level("P1", 2, day(3), day(20)),),
            ),
            File(
                (FEBRUARY,),
                (Lives("0042", None, day(3)),),
                unstable=(Unstable("0042", "sturz", day(2)),),
                levels=(Level("P1", 3, day(3)),),
            ),
        ),
        stays={("0042", day(3)): day(13)},
        unstable={("0042", "sturz", day(2)): day(9)},
        levels={("P1", day(3)): (3, None, "", day(20))},
    ),
    Case(
        "an end told before is taken back",
        (File((ACT,), (Lives("0042", None, day(3), day(13)),)), File((FEBRUARY,), (Lives("0042", None, day(3)),))),
        stays={("0042", day(3)): None},
    ),
    Case(
        "assessments and instability of a stranger go along and come apart (F1)",
        (
            File((ACT,), assessed=(Assessed("0042", day(1), ZERO),), unstable=(Unstable("0042", "sturz", day(2)),)),
            File((STRAY,), assessed=(Assessed("42", day(19), WORSE),), unstable=(Unstable("42", "sturz", day(3)),)),
            ("merge", RESIDENT, "42", "0042"),
            File((FEBRUARY,), assessed=(Assessed("0042", day(1, 2), ZERO),)),
            ("undo", 2),
        ),
        assessed={("0042", day(1)): (dict(ZERO), False), ("0042", day(19)): (dict(WORSE), False)},
        unstable={("0042", "sturz", day(2)): None, ("0042", "sturz", day(3)): None},
    ),
    Case(
        "instability ends with the later file",
        (
            File((ACT,), unstable=(Unstable("0042", "sturz", day(2)),)),
            File((ACT,), unstable=(Unstable("0042", "sturz", day(2), day(9)), Unstable("0042", "wunde", day(2)))),
        ),
        unstable={("0042", "sturz", day(2)): day(9), ("0042", "wunde", day(2)): None},
    ),
    Case(
        "undated instability by criterion",
        (
            File((ACT,), unstable=(Unstable("0042", "sturz", day(2)),)),
            File((FEBRUARY,), unstable=(Unstable("0042", "sturz"), Unstable("0042", "wunde"))),
        ),
        unstable={
            ("0042", "sturz", day(2)): None,
            ("0042", "sturz", day(12, 2)): None,
            ("0042", "wunde", ALWAYS): None,
        },
    ),
    Case(
        "complete for these persons",
        (
            File(
                (ACT,),
                (Lives("0042"), Lives("77")),
                levels=(Level("P1", 2, day(1)), Level("P2", 2, day(1))),
                assessed=(Assessed("0042", day(1), ZERO), Assessed("77", day(1), ZERO)),
                unstable=(Unstable("0042", "sturz", day(2)),),
            ),
            (
                File(
                    (FEBRUARY,),
                    (Lives("0042"),),
                    levels=(Level("P1", 3, day(2)),),
                    assessed=(Assessed("0042", day(2), WORSE),),
                ),
                Choice(persons_complete=True),
            ),
        ),
        levels={("P1", day(2)): QN_3, ("P2", day(1)): QN_2},
        assessed={("0042", day(2)): (dict(WORSE), False), ("77", day(1)): (dict(ZERO), False)},
        unstable={("0042", "sturz", day(2)): None},
    ),
    Case(
        "complete: what it drops was never stated, so it holds since always",
        (
            File((ACT,), levels=(Level("P1", 2),)),
            (File((FEBRUARY,), levels=(Level("P1", 3),)), Choice(persons_complete=True)),
            File((act(day=day(3, 3)),), levels=(Level("P1", 4),)),
        ),
        levels={("P1", ALWAYS): QN_3, ("P1", day(3, 3)): (4, None, "", None)},
    ),
    Case(
        "a list without the column that comes late takes over from the one before its day",
        (
            File((act(day=day(3, 3)),), levels=(Level("P1", 3),), without=("role",)),
            File((ACT,), levels=(Level("P1", 2, role="betreuung-43b"),)),
        ),
        levels={("P1", ALWAYS): (2, "betreuung-43b", "", None), ("P1", day(3, 3)): (3, "betreuung-43b", "", None)},
    ),
    Case(
        "complete: listed residents too, and taken back",
        (
            File((ACT,), assessed=(Assessed("0042", day(1), ZERO), Assessed("77", day(1), ZERO))),
            (
                File((FEBRUARY,), (Lives("0042"), Lives("77")), assessed=(Assessed("0042", day(2), WORSE),)),
                Choice(persons_complete=True),
            ),
            File((FEBRUARY,), assessed=(Assessed("77", day(3), ZERO),)),
            ("undo", 0),
        ),
        assessed={("0042", day(2)): (dict(WORSE), False), ("77", day(3)): (dict(ZERO), False)},
    ),
]
