"""Do the levels of a rulebook have the shape one would expect? Minutes by QN-Soll for each Pflegegrad.

Beside the shares of § 113c Abs. 1 SGB XI this is a comparison and no proof: those values are a political step, and
work without a resident belongs to no Pflegegrad.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pebem.engine.encode import encode_rows
from pebem.engine.keys import sum_by
from pebem.engine.timeline import FIRST_PERSON
from pebem.resident_mix import UNKNOWN_GRADE, daily_grades

if TYPE_CHECKING:
    from pebem.engine.lookup_tables import CompiledHome


def shape(home: CompiledHome) -> pd.DataFrame:
    """Return how much of the work for residents of each Pflegegrad of a home calls for which level.

    Returns
    -------
    DataFrame
        ``pflegegrad`` (0-5, -1 = unknown), ``qn_soll`` (0-4, 0 = unknown), ``count``, ``seconds``, and ``share``
        of the seconds among the rated ones of this Pflegegrad (NaN where ``qn_soll`` is 0 or nothing is rated).
        Only work that names a known resident counts.
    """
    rows = encode_rows(home.people.interventions, home).rows
    state = home.rating.grid.ravel()[rows.resident_day]
    soll = home.rating.levels.level[state, rows.intervention].astype(np.int64)
    grades = daily_grades(home.people, home.residents, home.first).counted
    named = rows.resident_day >= FIRST_PERSON * home.days
    grade = grades.ravel()[rows.resident_day[named] - FIRST_PERSON * home.days]
    seconds = rows.seconds[named]
    (grade, soll), sums = sum_by(
        (grade - UNKNOWN_GRADE, soll[named]), (7, 5), {"count": np.ones_like(seconds), "seconds": seconds}
    )
    frame = pd.DataFrame({"pflegegrad": grade + UNKNOWN_GRADE, "qn_soll": soll, **sums})
    rated = frame["seconds"].where(frame["qn_soll"] > 0)
    total = rated.groupby(frame["pflegegrad"]).transform("sum")
    return frame.assign(share=rated / total.where(total > 0))
