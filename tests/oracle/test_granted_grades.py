"""The resident mix of § 113c against the oracle: granted grades, their history, computed ones in their place."""

from __future__ import annotations

import datetime as dt
import json
import random
from fractions import Fraction
from pathlib import Path

import pytest

from . import product
from .home import Home
from .oracle import Oracle

FIRST = dt.date(2026, 2, 1)


def _home(seed: int) -> Home:
    rng = random.Random(seed)

    def day() -> dt.date | None:
        return None if rng.random() < 0.4 else FIRST + dt.timedelta(rng.choice((-400, -3, 0, 4, 9, 40)))

    home = Home().employee("P1", 4, Wochenstunden=38.5).did("1.1", FIRST, "B0", "P1")
    for number in range(9):
        name = f"B{number}"
        row: dict[str, object] = {"Pflegegrad": rng.choice((None, None, 2, 3, "PG 5", "kein")), "Pflegegrad seit": None}
        row["Pflegegrad seit"] = day() if row["Pflegegrad"] else None
        home.resident(name, None, **row | {"Einzug": rng.choice((None, FIRST + dt.timedelta(3)))})
        if rng.random() < 0.8:
            light, heavy = ({f"4.{i}": points for i in range(1, 8)} for points in (1, 3))
            blank = {"3.1": None} if rng.random() < 0.2 else {}
            home.assessed(name, day(), rng.choice((light, heavy, {})) | blank)
        starts = dict.fromkeys(day() for _ in range(rng.choice((0, 0, 1, 3))))
        for start in starts:
            home.granted(name, rng.choice((1, 2, 3, 4, "kein")), start)
    return home


@pytest.mark.parametrize("seed", range(12))
def test_the_mix_of_a_workbook_equals_the_oracle(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, last = _home(seed).workbook(tmp_path / "haus.xlsx"), FIRST + dt.timedelta(11)
    capsys.readouterr()
    assert product.run("staffing", "--file", path, "--from", FIRST, "--to", last, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    expected, stood_in = Oracle(path).mix(FIRST, last)
    graded = {str(grade): float(expected.get(grade, Fraction(0))) for grade in range(1, 6)}
    assert found["bewohner"] == pytest.approx(graded)
    assert found["ohne_pflegegrad"] == pytest.approx(float(expected.get(0, 0) + expected.get(None, 0)))
    assert found["errechneter_pflegegrad"] == pytest.approx(float(stood_in))
