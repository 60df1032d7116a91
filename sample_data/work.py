"""What work there is in a home: how often an intervention falls due for whom, when in the day, and how long it takes.

The figures are invented, set so that a home of the usual mix of Pflegegrade has about 16 acts per resident and
day, half of them in the early shift, and a quarter to a third of the time without a resident: about an hour and a half
of the two hours for which § 113c SGB XI and § 43b SGB XI pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from rules.vocabulary import CONTINENCE, FREQUENCIES

if TYPE_CHECKING:
    from rules.states import States

# Times of day: (hour, spread in hours, weight) of each peak. 26 is 2 o'clock the night after.
PATTERNS: Final = {
    "morgens": ((7.6, 0.9, 1.0),),
    "morgens und abends": ((7.6, 0.9, 0.56), (19.4, 0.8, 0.44)),
    "abends": ((19.8, 0.8, 0.85), (22.3, 0.3, 0.15)),
    "mahlzeiten": ((8.2, 0.4, 0.28), (12.2, 0.4, 0.28), (15.2, 0.4, 0.14), (18.1, 0.4, 0.3)),
    "medikamente": ((8.0, 0.5, 0.45), (12.1, 0.4, 0.2), (17.9, 0.5, 0.25), (21.6, 0.5, 0.1)),
    "tagsüber": ((10.0, 1.8, 0.5), (16.8, 1.8, 0.5)),
    "vormittags": ((9.8, 1.1, 1.0),),
    "nachmittags": ((10.2, 0.6, 0.3), (15.8, 0.9, 0.7)),
    "rund um die Uhr": ((8.0, 1.6, 0.28), (12.5, 1.2, 0.16), (17.5, 2.2, 0.34), (26.0, 2.2, 0.22)),
    "nachts": ((26.0, 2.0, 1.0),),
    "dienstende": ((13.2, 0.4, 0.44), (21.2, 0.4, 0.34), (29.3, 0.4, 0.22)),
    "übergabe": ((6.2, 0.1, 0.3), (14.2, 0.15, 0.42), (22.2, 0.1, 0.28)),
}


@dataclass(frozen=True)
class RecurringWork:
    """How one intervention falls due.

    Attributes
    ----------
    need
        Name of the need it answers (see :func:`needs`); "" for work without a resident.
    base, slope
        Acts per resident and day without that need, and what the full need adds.
    pattern
        Name of its times of day in :data:`PATTERNS`.
    minutes
        Usual duration.
    """

    intervention: str
    need: str
    base: float
    slope: float
    pattern: str
    minutes: float


_DIRECT: Final = """
1.1   mobil        0.10 0.45 tagsüber           8
1.2   liegend      0.00 4.20 rund~um~die~Uhr    4
1.3   mobil        0.20 2.20 tagsüber           4
1.4   allgemein    0.08 0.00 tagsüber           9
2.1   orientiert   0.03 0.06 nachmittags       12
2.2   kognition    0.02 0.15 tagsüber           6
2.3   orientiert   0.03 0.03 nachmittags       12
2.4   kognition    0.05 0.08 nachmittags       12
2.5   orientiert   0.03 0.07 nachmittags       12
2.6   allgemein    0.02 0.00 nachmittags       10
2.7   allgemein    0.06 0.00 nachmittags       12
2.10  liegend      0.00 0.20 tagsüber          10
2.11  allgemein    0.01 0.00 nachts            12
2.12  kognition    0.02 0.06 tagsüber          10
2.14  kognition    0.00 0.06 nachmittags       12
2.15  allgemein    0.03 0.00 nachmittags       10
3.3   verhalten    0.02 2.00 rund~um~die~Uhr    7
4.1   pflege       0.20 1.80 morgens~und~abends 5
4.2   toilette     0.15 4.40 rund~um~die~Uhr    5
4.3   orientiert   0.01 0.02 tagsüber           8
4.4   sonde        0.00 3.00 mahlzeiten         9
4.5   allgemein    0.02 0.00 tagsüber           6
4.6   pflege       0.10 0.75 morgens            4
4.8   mobil        0.10 0.95 morgens            4
4.9   mobil        0.10 0.95 abends             5
4.10  toilette     0.05 1.20 morgens~und~abends 5
4.11  pflege       0.02 0.03 vormittags        20
4.12  pflege       0.06 0.12 vormittags        15
4.13  waschbecken  0.15 1.60 morgens~und~abends 9
4.14  bettlägerig  0.00 1.60 morgens~und~abends 13
4.15  pflege       0.02 0.06 tagsüber           7
4.16  pflege       0.15 1.60 morgens~und~abends 3
4.17  essen        0.25 3.20 mahlzeiten         9
4.20  essen        0.00 0.03 mahlzeiten        10
5.1   atmung       0.00 0.25 rund~um~die~Uhr    6
5.3   5.10         0.00 0.03 vormittags        10
5.4   allgemein    0.01 0.00 morgens            6
5.E01 5.10         0.00 0.80 vormittags        10
5.E02 allgemein    0.04 0.00 vormittags        10
5.E03 allgemein    0.15 0.00 morgens~und~abends 3
5.E04 5.2          0.02 0.80 medikamente        3
5.E05 katheter     0.00 1.10 morgens~und~abends 5
5.E06 5.5          0.00 1.00 morgens~und~abends 5
5.E07 allgemein    0.04 0.00 vormittags         4
5.E08 allgemein    0.06 0.00 dienstende         3
5.E09 5.7          0.00 0.60 morgens~und~abends 4
5.E10 5.3          0.00 1.00 tagsüber           9
5.E11 atmung       0.02 0.50 morgens~und~abends 6
5.E12 5.2          0.00 1.00 medikamente        4
5.E13 5.2          0.00 0.01 vormittags         4
5.E14 5.7          0.00 0.40 morgens~und~abends 5
5.E15 krankheit    0.02 0.20 rund~um~die~Uhr    8
5.E16 5.1          0.00 0.06 nachts             6
5.E17 5.1          0.00 1.00 medikamente        3
5.E18 sonde        0.00 0.40 vormittags         9
5.E19 allgemein    0.01 0.00 morgens            4
5.E20 mobil        0.10 0.90 rund~um~die~Uhr    4
5.E21 5.4          0.00 0.70 rund~um~die~Uhr    4
5.E22 krankheit    0.04 0.30 tagsüber           5
5.E23 allgemein    0.01 0.00 rund~um~die~Uhr   12
5.E24 5.9          0.00 1.00 morgens            9
5.E25 5.12         0.00 2.00 rund~um~die~Uhr   12
5.E26 5.6          0.02 0.60 morgens~und~abends 4
5.E27 5.8          0.00 0.65 vormittags         9
5.E28 5.8          0.00 0.35 vormittags        14
6.E01 orientiert   0.04 0.04 nachmittags       12
6.E02 allgemein    0.01 0.00 tagsüber          12
6.E03 alltag       0.20 0.45 tagsüber           8
6.E04 orientiert   0.15 0.20 nachmittags       12
6.E05 allgemein    0.07 0.00 nachmittags        6
6.E06 verhalten    0.00 0.05 tagsüber          12
6.E07 unruhe       0.05 0.90 nachts             5
6.E08 alltag       0.10 0.45 tagsüber           7
"""

_INDIRECT: Final = """
2.8   0.02 tagsüber 10
2.9   0.04 nachmittags 8
4.7   0.09 tagsüber 6
4.18  0.29 mahlzeiten 5
7.E01 0.09 tagsüber 12
7.E02 0.10 tagsüber 12
7.E03 0.13 tagsüber 8
7.E04 0.15 tagsüber 7
7.E05 0.09 nachmittags 9
7.E06 0.04 vormittags 12
7.E07 0.02 vormittags 12
7.E08 0.01 nachmittags 15
7.E09 0.03 nachmittags 12
7.E10 0.05 tagsüber 6
7.E11 0.03 tagsüber 12
7.E12 0.01 vormittags 12
7.E13 0.09 vormittags 6
7.E14 0.08 übergabe 11
7.E15 0.12 übergabe 11
7.E16 0.02 nachmittags 15
7.E17 0.40 dienstende 4
7.E18 0.19 dienstende 5
7.E19 0.03 vormittags 8
7.E20 0.04 vormittags 5
7.E21 0.35 nachts 4
7.E22 0.22 rund~um~die~Uhr 3
8.E01 0.18 vormittags 6
8.E02 0.14 vormittags 6
8.E03 0.10 nachmittags 7
8.E04 0.32 mahlzeiten 5
8.E05 0.16 tagsüber 3
8.E06 0.05 dienstende 6
8.E07 0.06 abends 7
8.E08 0.05 tagsüber 5
8.E09 0.03 nachmittags 7
"""


def _read(table: str, *, direct: bool) -> tuple[RecurringWork, ...]:
    works = []
    for line in table.split("\n")[1:-1]:
        intervention, *rest = line.split()
        need, base, slope, pattern, minutes = rest if direct else ("", rest[0], "0", *rest[1:])
        works.append(
            RecurringWork(intervention, need, float(base), float(slope), pattern.replace("~", " "), float(minutes))
        )
    return tuple(works)


DIRECT: Final = _read(_DIRECT, direct=True)
"""Work with a resident. Isolation, fixation and care after death are left out on purpose."""

INDIRECT: Final = _read(_INDIRECT, direct=False)
"""Work without a resident; ``base`` is per resident of the ward and day."""


def needs(states: States) -> dict[str, np.ndarray]:
    """Return the needs of n assessed residents, each shape (n,): a share 0..1, or acts per day for 5.1-5.12."""

    def share(*items: str) -> np.ndarray:
        return np.asarray(np.mean([states.grade(item) for item in items], axis=0) / 3)

    everyone = np.ones(states.size)
    lying = share("1.1") ** 2
    in_bed = lying == 1
    care = share("4.1", "4.2", "4.3", "4.5", "4.6")
    cognition = share(*(f"2.{i}" for i in range(1, 12)))
    behaviour = np.mean([states.frequency(f"3.{i}") for i in range(1, 14)], axis=0) / 3
    catheter = states.continence_urine == CONTINENCE.index("Dauerkatheter/Urostoma")
    per_day = {f"5.{i}": _per_day(states, f"5.{i}") for i in range(1, 13)}
    return per_day | {
        "allgemein": everyone,
        "mobil": share("1.1", "1.3", "1.4"),
        "liegend": lying,
        "bettlägerig": care * in_bed,
        "waschbecken": care * ~in_bed,
        "pflege": care,
        "toilette": np.max([states.grade(item) for item in ("4.10", "4.11", "4.12")], axis=0) / 3,
        "essen": share("4.8", "4.9"),
        "sonde": (states.points("4.13") > 0) * everyone,
        "kognition": cognition,
        "orientiert": 1 - cognition,
        "verhalten": np.minimum(2 * behaviour, 1),
        "unruhe": states.frequency("3.2") / 3,
        "alltag": share("6.1", "6.3", "6.5"),
        "katheter": catheter * everyone,
        "atmung": np.minimum(per_day["5.4"], 2),
        "krankheit": np.minimum(sum(per_day.values()) / 10, 1),
    }


def _per_day(states: States, item: str) -> np.ndarray:
    day, week, month = (np.maximum(states.cells[f"{item} {f}"], 0) for f in FREQUENCIES)
    return np.asarray(day + week / 7 + month / 30)


def rates(states: States) -> np.ndarray:
    """Return acts per day, shape (n residents, len(DIRECT))."""
    by_need = needs(states)
    return np.column_stack([work.base + work.slope * by_need[work.need] for work in DIRECT])


def times(rng: np.random.Generator, pattern: str, count: int) -> np.ndarray:
    """Draw minutes since midnight of the day the work falls due, shape (count,); 1440 and more is the night after."""
    hours, spreads, weights = np.array(PATTERNS[pattern]).T
    peak = rng.choice(len(hours), size=count, p=weights / weights.sum())
    minutes = np.rint(60 * rng.normal(hours[peak], spreads[peak])).astype(np.int64)
    return np.asarray(np.clip(minutes, NIGHT_ENDS, NIGHT_ENDS + 24 * 60 - 1))


NIGHT_ENDS: Final = 6 * 60
"""The day of work runs from 6 o'clock to 6 o'clock: the night belongs to the day it began on."""
