"""What a care manager looks at first: posts, levels, grades, hours and days of sample homes are those of the trade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import importers
import pebem
import rules
import sample_data
from cli.commands import demo
from pebem.resident_mix import differences, employed_equivalents, mix
from rules.staffing import full_time_equivalents
from sample_data import delimited, workbook

if TYPE_CHECKING:
    from importers.result import ReadFiles
    from sample_data import SampleHome

FULL_TIME = Decimal("38.5")


@dataclass(frozen=True)
class Home:
    """A sample home as it was drawn, and as it is read."""

    drawn: SampleHome
    read: ReadFiles

    @property
    def first(self) -> date:
        return self.drawn.first

    @property
    def last(self) -> date:
        return self.drawn.last

    def sheet(self, name: str) -> pd.DataFrame:
        return self.drawn.sheets[name]


@pytest.fixture(scope="module")
def demo_homes() -> dict[str, SampleHome]:
    """Return the homes of the demo by file name, without writing the files."""
    drawn = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "write", lambda path, home: drawn.update({path.name: home}))
        demo.samples(Path())
    return drawn


@pytest.fixture(scope="module", params=["committed", "haus-sonnenschein.xlsx", "haus-lindenhof.xlsx"])
def home(
    request: pytest.FixtureRequest,
    home_with_faults: SampleHome,
    demo_homes: dict[str, SampleHome],
    tmp_path_factory: pytest.TempPathFactory,
) -> Home:
    drawn = demo_homes.get(request.param, home_with_faults)
    folder = tmp_path_factory.mktemp("home")
    delimited.write(folder, drawn)
    return Home(drawn, importers.read(sorted(folder.glob("*.csv")), rules.load(drawn.last)))


@pytest.fixture(scope="module")
def work(home: Home) -> pd.DataFrame:
    """Return seconds by shift, levels and fit class."""
    return pebem.score(home.read.tables, rules.load(home.last)).by("shift")


def test_fit_is_that_of_a_home_with_something_to_improve(work: pd.DataFrame) -> None:
    seconds = work.groupby("fit")["seconds"].sum()
    open_share = seconds["nicht_bewertbar"] / seconds.sum()
    share = seconds.drop("nicht_bewertbar") / seconds.drop("nicht_bewertbar").sum()
    assert 0.55 <= share["passend"] <= 0.7
    assert 0.2 < share["ueberqualifiziert"] < 0.38
    assert 0.04 < share["unterqualifiziert"] < 0.12
    assert 0 < share["vorbehalt_verletzt"] < 0.006
    assert 0 < open_share < 0.08


def test_each_level_does_its_own_work(work: pd.DataFrame) -> None:
    minutes = work.groupby("qn_ist")["seconds"].sum() / work["seconds"].sum()
    assert minutes[4] < 0.48
    assert minutes[[1, 2]].sum() > 0.28
    assert minutes[3] > 0.15
    reserved = work[(work["qn_soll"] == 4) & (work["qn_ist"] > 0)].groupby("qn_ist")["seconds"].sum()
    assert reserved[4] / reserved.sum() > 0.85
    shifts = work.groupby("shift", observed=True)["seconds"].sum() / work["seconds"].sum()
    assert shifts["Früh"] > shifts["Spät"] > shifts["Nacht"] > 0.05


def test_staff_is_near_the_ceiling(home: Home) -> None:
    residents = mix(home.read.tables, home.first, home.last)
    ceiling = full_time_equivalents({grade: residents.by_grade[grade] for grade in range(1, 6)}, home.last)
    there = employed_equivalents(home.read.hours, home.first, home.last, FULL_TIME)
    helpers = there[1] + there[2]
    assert Decimal("0.85") <= (helpers + there[3] + there[4]) / ceiling.total <= Decimal("1.1")
    for present, most in ((helpers, ceiling.nr1), (there[3], ceiling.nr2), (there[4], ceiling.nr3)):
        assert Decimal("0.75") <= present / most <= Decimal("1.15")


def test_funds_have_granted_the_usual_grades_and_mostly_what_is_computed(home: Home) -> None:
    residents = home.sheet("Bewohner")
    shares = residents["Pflegegrad"].value_counts(normalize=True)
    assert 0.14 <= shares[2] <= 0.32
    assert 0.24 <= shares[3] <= 0.44
    assert 0.18 <= shares[4] <= 0.38
    assert 0.06 <= shares[5] <= 0.2
    assert shares.get(1, 0) <= 0.08
    differing = differences(home.read.tables, home.first, home.last)
    assert 1 <= len(differing) <= len(residents) / 4
    since = home.sheet("Pflegegrade").groupby("Bewohner-Nr")["Seit"].max()
    assert since.between(home.first, home.last).any()


def test_nobody_records_more_than_the_hours_of_the_contract(home: Home) -> None:
    rows = home.sheet("Interventionen")
    hours = rows["Minuten"].astype(float).groupby(rows["Personal-Nr"]).sum() / 60
    weeks = ((home.last - home.first).days + 1) / 7
    contract = home.sheet("Mitarbeitende").groupby("Personal-Nr")["Wochenstunden"].last().astype(float) * weeks
    share = (hours / contract).dropna()
    assert len(share) > 15
    assert share.max() < 0.95
    assert contract.nunique() > 4, "part-time is of different length"
    assert ((contract / weeks).round(1) < 38).mean() > 0.5


def test_one_or_two_people_are_there_at_night(home: Home) -> None:
    duties = home.sheet("Dienste")
    nights = duties[[begin.hour == 21 for begin in duties["Beginn"]]].groupby("Beginn").size()
    assert len(nights) == (home.last - home.first).days + 2
    assert set(nights) <= {1, 2}


def test_nothing_lies_after_the_period(home: Home) -> None:
    for sheet, column in (
        ("Bewohner", "Einzug"),
        ("Bewohner", "Auszug"),
        ("Bewohner", "Pflegegrad seit"),
        ("Pflegegrade", "Seit"),
        ("Begutachtungen", "Datum"),
        ("Instabilität", "Von"),
        ("Instabilität", "Bis"),
        ("Mitarbeitende", "Gültig ab"),
        ("Mitarbeitende", "Gültig bis"),
    ):
        assert (home.sheet(sheet)[column].dropna() <= home.last).all(), (sheet, column)


def test_homes_of_the_demo_have_files_of_their_own_and_a_previous_month(demo_homes: dict[str, SampleHome]) -> None:
    assert {file: home.name for file, home in demo_homes.items()} == {
        "haus-sonnenschein.xlsx": "Haus Sonnenschein",
        "haus-lindenhof.xlsx": "Haus Lindenhof",
    }
    for home in demo_homes.values():
        rows = home.sheets["Interventionen"]
        months = [day.month for day in rows["Datum"]]
        minutes = rows["Minuten"].astype(float).groupby([months, rows["Intervention"]]).sum()
        january, february = minutes.loc[1] / 31, minutes.loc[2] / 28
        assert february.sum() / january.sum() == pytest.approx(1, abs=0.1)
        most = january.nlargest(20).index
        assert (february[most] / january[most]).std() > 0.03, "no month is like the last"


def test_three_years_have_people_who_come_and_go_and_end_in_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sample_data.acts._CHUNK", 400)
    (home,) = sample_data.draw(homes=1, residents=24, months=36, seed=3, dirt=False)
    assert (home.first, home.last) == (date(2023, 10, 1), date(2026, 9, 30))
    residents, staff = home.sheets["Bewohner"], home.sheets["Mitarbeitende"]
    for day in (home.first + timedelta(days=days) for days in range(0, 1090, 90)):
        there = (residents["Einzug"] <= day) & residents["Auszug"].map(
            lambda left, day=day: left is None or day <= left
        )
        assert 19 <= there.sum() <= 24
    assert 40 < len(residents) < 80
    assert 3 <= sum(last is not None and last > home.first for last in staff["Gültig bis"]) <= 25
    assert home.sheets["Interventionen"]["Datum"].iloc[-1] == home.last
    assert datetime.combine(home.last, datetime.min.time()) < home.sheets["Dienste"]["Ende"].max()
