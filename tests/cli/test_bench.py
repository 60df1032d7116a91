"""Measuring: on tiny sizes every answer is compared, and a wrong one is noticed."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

import rules
from bench import growth, homes, kernel, pages, path, rivals, rulebook
from bench.stopwatch import BenchError
from cli.main import main
from pebem.contracts import check
from rules import RuleBook

_PATH = "{http://www.w3.org/2000/svg}path"
AGREED = "Alle Ergebnisse stimmen überein."


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return rules.load(homes.START)


@pytest.fixture
def small_rulebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook, "STATES", 200)
    monkeypatch.setattr(rulebook, "ASSESSMENTS", 200)


@pytest.mark.deep
@pytest.mark.usefixtures("small_rulebook")
def test_without_a_subject_kernel_path_and_rulebook_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--rows", "10000", "--no-import"]) == 0
    output = capsys.readouterr().out
    kernel, years, months, rest = output.split(AGREED)
    assert "Kern: 10000 Zeilen aus 1 Einrichtungen, 56 Byte je Zeile" in kernel
    for part in (kernel, years, months):
        assert all(f"  {name} " in part for name in ("pandas", "polars", "DuckDB"))
    assert "1 Einrichtungsjahre zu 10000 Zeilen" in years
    assert "1 Einrichtungsmonate zu 10000 Zeilen" in months
    assert "Regelwerk übersetzen: 200 Zustände" in rest
    assert "Begutachtung: 200 gegen Kopieren" in rest


def test_a_missing_extra_is_named_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "bench.kernel")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert main(["bench", "--rows", "10000"]) == 2
    output = capsys.readouterr()
    assert (output.out, output.err.partition(".")[0]) == ("", "Zum Messen fehlt duckdb")


def test_the_whole_path_agrees_on_several_homes(book: RuleBook, capsys: pytest.CaptureFixture[str]) -> None:
    path.measure("Einrichtungen", book, (60, 3_000, 3), seed=7)
    assert "3 Einrichtungen zu 3000 Zeilen" in capsys.readouterr().out


@pytest.mark.parametrize(("rival", "name"), [("pandas", "pandas"), ("polars", "polars"), ("duckdb", "DuckDB")])
@pytest.mark.parametrize("part", ["ward_shift", "day", "intervention", "coverage"])
def test_a_wrong_answer_of_the_whole_path_is_noticed(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch, rival: str, name: str, part: str
) -> None:
    work = getattr(rivals, f"path_by_{rival}")

    def wrong(*arguments: object) -> dict[str, object]:
        answer = work(*arguments)
        frame = answer[part]
        answer[part] = frame.head(len(frame) - 1)
        return answer

    monkeypatch.setattr(rivals, f"path_by_{rival}", wrong)
    with pytest.raises(BenchError, match=f"{name} kommt zu einem anderen Ergebnis"):
        path.measure("Einrichtungen", book, (31, 500, 2), seed=1)


def test_a_wrong_sum_of_the_kernel_is_noticed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    work = rivals.kernel_by_pandas

    def wrong(*arguments: object) -> list[pd.DataFrame]:
        first, *others = work(*arguments)
        first.loc[0, "seconds"] += 1
        return [first, *others]

    monkeypatch.setattr(rivals, "kernel_by_pandas", wrong)
    assert main(["bench", "kernel", "--rows", "10000"]) == 2
    assert "pandas kommt zu einem anderen Ergebnis" in capsys.readouterr().err


def test_the_kernel_is_measured_home_by_home() -> None:
    rows, lookup = kernel.draw(2, seed=3)
    result = list(kernel.tallied(rows, lookup, kernel.kernel.tally))
    assert [[int(cells.count.sum()) for cells in home] for home in result] == [[10_000, 10_000, 10_000]] * 2
    half = len(rows) // 2
    assert [int(home[0].seconds.sum()) for home in result] == [
        int(rows.seconds[:half].sum()),
        int(rows.seconds[half:].sum()),
    ]


def test_memory_is_measured_in_a_subprocess_and_streaming_keeps_sums(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "memory", "--rows", "10000"]) == 0
    output = capsys.readouterr().out
    assert "Speicher, 10000 Zeilen in einer Tabelle" in output
    assert "Strom von 200000 Zeilen in 200 Teilen" in output
    assert "Die Summen stimmen auf die Zeile und die Sekunde." in output


def test_what_if_is_measured_and_agrees_with_a_full_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "whatif", "--rows", "10000"]) == 0
    assert "Beide Wege kommen zum selben Ergebnis." in capsys.readouterr().out


def test_growth_is_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(growth, "_SMALLEST", 1_000)
    monkeypatch.setattr(growth, "_ROUNDS", 1)
    assert main(["bench", "growth", "--rows", "10000"]) == 0
    assert "Schaubild: build/growth.svg" in capsys.readouterr().out
    picture = ET.parse(tmp_path / "build" / "growth.svg")  # noqa: S314  # our own
    assert "von 1000 bis 10000 Zeilen" in "".join(picture.getroot().itertext())


def test_the_picture_shows_what_was_measured() -> None:
    drawn = growth.drawn([100, 1000, 10_000], {"eins": [40.0, 30.0, 20.0], "zwei": [10.0, 10.0, 0.0]})
    assert drawn == growth.drawn([100, 1000, 10_000], {"eins": [40.0, 30.0, 20.0], "zwei": [10.0, 10.0, 0.0]})
    paths = [path.get("d") for path in ET.fromstring(drawn).iter(_PATH)]  # noqa: S314  # our own
    assert "M60.0 50.0L340.0 112.5L620.0 175.0" in paths  # from the top of the scale, 40 ns, to half of it
    assert "M60.0 237.5L340.0 237.5L620.0 300.0" in paths  # down to zero


def test_homes_have_all_a_row_can_need_and_are_the_same_again(book: RuleBook) -> None:
    home = check(homes.home(book, 4, 90, 20_000, seed=2))
    again = homes.home(book, 4, 90, 20_000, seed=2)
    rows = home.interventions
    pd.testing.assert_frame_equal(rows, again.interventions)
    assert not rows["seconds"].equals(homes.home(book, 4, 90, 20_000, seed=3).interventions["seconds"])
    for name in ("resident", "staff", "shift", "ward"):
        assert 0 < rows[name].isna().sum() < len(rows) / 2, name
    assert set(rows["resident"].dropna()) - set(home.residents["resident"]) == {"H004-B999"}
    assert set(home.residents["resident"]) - set(home.assessments["resident"])
    assert (rows["seconds"] == -1).any()
    assert rows["status"].nunique() == 4
    assert rows["date"].is_monotonic_increasing
    assert rows["date"].nunique() == 92  # the days of the period, and one on either side


def test_the_libraries_may_rely_on_times_that_do_not_overlap(book: RuleBook) -> None:
    home = homes.home(book, 0, 90, 1_000, seed=5)
    for frame, key in ((home.instability, "resident"), (home.staff, "staff")):
        for _, stretches in frame.sort_values("start", na_position="first").groupby(key):
            end, start = stretches["end"].iloc[:-1].to_numpy(), stretches["start"].iloc[1:].to_numpy()
            assert np.all(end < start)
    assert home.instability["resident"].duplicated().any()
    assert home.staff["staff"].duplicated().any()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["gehirn"], "möglich"),
        (["kernel", "--rows", "9999"], "mindestens 10000 Zeilen"),
        (["rulebook", "--rows", "20000"], "passt --rows nicht"),
        (["import", "--rows", "2000000"], "höchstens 209715"),
    ],
)
def test_invalid_benchmark_options_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    assert main(["bench", *arguments]) == 2
    assert problem in capsys.readouterr().err


@pytest.mark.deep
def test_reading_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "import", "--rows", "10000"]) == 0
    assert "python-calamine allein" in capsys.readouterr().out


@pytest.mark.deep
def test_every_page_of_a_filled_installation_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "pages", "--homes", "2", "--months", "2"]) == 0
    output = capsys.readouterr().out
    assert "SQLite: 2 Einrichtungen, 2 Monate" in output
    lines = [line.split() for line in output.splitlines() if line.startswith("/")]
    assert len(lines) == 3 * len(pages._OF_A_PERIOD) + len(pages._OTHERS)
    assert all(float(line[-4].rstrip(",")) > 0 and int(line[-1]) > 500 for line in lines)
