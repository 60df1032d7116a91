"""Homes that look like homes: assessments, residents, staff, rosters and acts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import sample_data
from rules import assessment, vocabulary
from sample_data.grades import GRADE_SHARES

if TYPE_CHECKING:
    from sample_data import SampleHome

COUNTS = [f"{item} {frequency}" for item in vocabulary.COUNTED_ITEMS for frequency in vocabulary.FREQUENCIES]
VISITS_PER_DAY = [f"{item} täglich" for item in sorted(vocabulary.ITEMS_WITHOUT_DAILY)]


def grades(frame: pd.DataFrame) -> np.ndarray:
    """Grade the rows of a sheet ``Begutachtungen`` by the law."""
    items = {
        cell: pd.to_numeric(frame[cell]).fillna(vocabulary.MISSING).to_numpy(int)
        for cell in vocabulary.ASSESSMENT_CELLS
    }
    findings = [
        np.array([vocabulary.CONTINENCE.index(text) for text in frame[heading]])
        for heading in ("Harnkontinenz", "Stuhlkontinenz")
    ]
    special = (frame["Besondere Bedarfskonstellation"] == "ja").to_numpy()
    scores = assessment.score(
        items, continence_urine=findings[0], continence_stool=findings[1], special=special, on=date(2026, 1, 1)
    )
    return np.asarray(scores.grade)


def staff_on(home: SampleHome, number: str, day: date) -> pd.DataFrame:
    frame = home.sheets["Mitarbeitende"]
    frame = frame[frame["Personal-Nr"] == number]
    started = frame["Gültig ab"].map(lambda first: first is None or first <= day)
    goes_on = frame["Gültig bis"].map(lambda last: last is None or day <= last)
    return frame[started & goes_on]


def test_every_item_has_points_the_statute_allows(clean_home: SampleHome) -> None:
    frame = clean_home.sheets["Begutachtungen"]
    for item in vocabulary.ITEMS:
        if item not in vocabulary.COUNTED_ITEMS:
            assert set(frame[item]) <= set(vocabulary.allowed_points(item)), item
    counts = frame[[cell for cell in COUNTS if cell not in VISITS_PER_DAY]]
    assert counts.map(lambda count: isinstance(count, int) and 0 <= count < 30).all(axis=None)
    assert frame[VISITS_PER_DAY].isna().all(axis=None)
    assert (counts > 0).any().sum() >= 12


@pytest.mark.parametrize(("item", "finding"), [("4.11", "Harnkontinenz"), ("4.12", "Stuhlkontinenz")])
def test_points_for_incontinence_rest_on_a_finding(clean_home: SampleHome, item: str, finding: str) -> None:
    frame = clean_home.sheets["Begutachtungen"]
    position = frame[finding].map(vocabulary.CONTINENCE.index)
    assert (frame.loc[position < vocabulary.CONTINENCE_OPENS_FROM, item] == 0).all()
    assert (frame.loc[position >= vocabulary.CONTINENCE_OPENS_FROM, item] > 0).any()


def test_items_hang_together(clean_home: SampleHome) -> None:
    frame = clean_home.sheets["Begutachtungen"]
    modules = {
        module: frame[[i for i in vocabulary.ITEMS if i in frame.columns and vocabulary.module_of(i) == module]]
        .astype(int)
        .sum(axis=1)
        for module in (1, 2, 3, 4, 6)
    }
    assert modules[1].corr(modules[4]) > 0.5
    assert modules[2].corr(modules[6]) > 0.5
    assert modules[2].corr(modules[3]) > 0.3


def test_the_mix_of_pflegegrade_is_that_of_german_homes() -> None:
    grades_ = []
    for home in sample_data.draw(homes=12, residents=60, months=1, seed=11, dirt=False):
        first = home.sheets["Begutachtungen"].drop_duplicates("Bewohner-Nr")
        grades_.append(np.bincount(grades(first), minlength=6))
    shares = np.sum(grades_, axis=0) / np.sum(grades_)
    assert shares[0] == 0
    assert shares[1:] == pytest.approx(GRADE_SHARES, abs=0.06)
    assert len({tuple(mix) for mix in grades_}) > 6, "the mix should vary from home to home"


def test_a_home_has_about_15_acts_per_resident_and_day(clean_home: SampleHome) -> None:
    residents = clean_home.sheets["Bewohner"]
    days = pd.date_range(clean_home.first, clean_home.last).date
    first = residents["Einzug"].to_numpy()
    last = residents["Auszug"].map(lambda day: day or date.max).to_numpy()
    resident_days = sum(((first <= day) & (day <= last)).sum() for day in days)
    acts = clean_home.sheets["Interventionen"]
    assert 14 < len(acts) / resident_days < 17
    minutes = acts["Minuten"].astype(float)
    assert 0.25 < minutes[acts["Bewohner-Nr"].isna()].sum() / minutes.sum() < 0.34
    assert ((minutes * 2) % 1 == 0).all()
    assert minutes.between(3, 12).mean() > 0.8
    share = minutes.groupby(acts["Schicht"]).sum() / minutes.sum()
    assert share[["Früh", "Spät", "Nacht"]].tolist() == pytest.approx([0.53, 0.39, 0.08], abs=0.05)
    assert set(acts["Minuten-Quelle"]) == {"gemessen", "geplant", "Norm"}
    assert set(acts["Status"]) == {"durchgeführt", "abgelehnt", "nicht durchgeführt", "abwesend"}
    assert acts["Wohnbereich"].nunique() == 3


def test_shift_date_and_time_agree_and_rows_are_in_order(clean_home: SampleHome) -> None:
    acts = clean_home.sheets["Interventionen"]
    early = acts["Uhrzeit"].map(lambda clock: time(6) <= clock < time(14))
    late = acts["Uhrzeit"].map(lambda clock: time(14) <= clock < time(22))
    assert (acts["Schicht"] == np.select([early, late], ["Früh", "Spät"], "Nacht")).all()
    moments = [datetime.combine(day, clock) for day, clock in zip(acts["Datum"], acts["Uhrzeit"], strict=True)]
    assert moments == sorted(moments)
    assert {clean_home.first, clean_home.last} <= set(acts["Datum"])
    assert moments[0] < datetime.combine(clean_home.first, time(6)), "the first night began the day before"


def test_acts_fall_within_the_stay_of_the_resident(clean_home: SampleHome) -> None:
    acts = clean_home.sheets["Interventionen"].dropna(subset="Bewohner-Nr")
    stay = clean_home.sheets["Bewohner"].set_index("Bewohner-Nr")
    moved_in, moved_out = stay["Einzug"].to_dict(), stay["Auszug"].to_dict()
    assert all(moved_in[who] <= day for who, day in zip(acts["Bewohner-Nr"], acts["Datum"], strict=True))
    assert all(day <= (moved_out[who] or day) for who, day in zip(acts["Bewohner-Nr"], acts["Datum"], strict=True))


def test_work_follows_need(clean_home: SampleHome) -> None:
    acts = clean_home.sheets["Interventionen"].dropna(subset="Bewohner-Nr")
    first = clean_home.sheets["Begutachtungen"].drop_duplicates("Bewohner-Nr").set_index("Bewohner-Nr")
    per_resident = acts.groupby("Bewohner-Nr").size()
    by_grade = per_resident.groupby(pd.Series(grades(first), first.index)).mean()
    assert by_grade[2] < by_grade[3] < by_grade[4] < by_grade[5]
    injections = acts[acts["Intervention"].isin(["Injektion subkutan", "5.E12"])].groupby("Bewohner-Nr").size()
    needed = clean_home.sheets["Begutachtungen"].query("`5.2 täglich` > 0")["Bewohner-Nr"]
    assert set(injections.index) <= set(needed)


def test_performers_are_employed_and_on_duty_there(clean_home: SampleHome) -> None:
    acts, duties = clean_home.sheets["Interventionen"], clean_home.sheets["Dienste"]
    wards = clean_home.sheets["Bewohner"].set_index("Bewohner-Nr")["Wohnbereich"]
    by_person = dict(list(duties.groupby("Personal-Nr")))
    for act in acts.iloc[::37].itertuples(index=False):
        who, day, clock = act[1], act[3], act[4]
        moment, ward = datetime.combine(day, clock), act[8] or wards[act[0]]
        duty = by_person[who]
        assert ((duty["Beginn"] <= moment) & (moment < duty["Ende"]) & duty["Wohnbereich"].isin([ward, None])).any(), (
            act
        )
        assert len(staff_on(clean_home, who, day)) == 1, act


def test_duties_leave_eleven_hours_of_rest_and_have_a_nurse(clean_home: SampleHome) -> None:
    duties = clean_home.sheets["Dienste"].sort_values(["Personal-Nr", "Beginn"])
    same = duties["Personal-Nr"] == duties["Personal-Nr"].shift()
    rest = duties["Beginn"] - duties["Ende"].shift()
    assert rest[same].min() >= timedelta(hours=11)
    for begin, shift in duties.groupby("Beginn"):
        for ward in clean_home.sheets["Bewohner"]["Wohnbereich"].unique():
            on_duty = shift.loc[shift["Wohnbereich"].isin([ward, None]), "Personal-Nr"]
            there = pd.concat([staff_on(clean_home, who, begin.date()) for who in on_duty])
            assert there["QN"].max() >= 4, (begin, ward)


def test_hours_worked_follow_weekly_hours(clean_home: SampleHome) -> None:
    duties = clean_home.sheets["Dienste"]
    worked = ((duties["Ende"] - duties["Beginn"]) / timedelta(hours=1)).groupby(duties["Personal-Nr"]).sum()
    staff = clean_home.sheets["Mitarbeitende"].groupby("Personal-Nr").last()
    hours = staff["Wochenstunden"].astype(float)
    care = hours[(staff["Rolle"] != "betreuung-43b") & (staff["QN"].astype(int) < 4)]
    assert worked.reindex(care.index).corr(care) > 0.5
    weeks = ((clean_home.last - clean_home.first).days + 1) / 7
    assert (worked / weeks).max() < 48, "§ 3 ArbZG on average"


def test_the_staff_mix_is_that_of_the_trade() -> None:
    counts = np.zeros(9)
    betreuung = certified = 0
    for home in sample_data.draw(homes=6, residents=80, months=1, seed=2, dirt=False):
        staff = home.sheets["Mitarbeitende"].drop_duplicates("Personal-Nr")
        counts += np.bincount(staff["QN"].astype(int), minlength=9)
        betreuung += (staff["Rolle"] == "betreuung-43b").sum()
        certified += staff.loc[staff["QN"].isin([2, 3]), "Zertifikate"].notna().sum()
        assert not staff.loc[~staff["QN"].isin([2, 3]), "Zertifikate"].notna().any()
    shares = counts / counts.sum()
    assert shares[4:].sum() == pytest.approx(0.4, abs=0.03)
    assert shares[5:7].sum() > 0.05
    assert shares[3] == pytest.approx(0.2, abs=0.03)
    assert 6 * 4 <= betreuung <= 6 * 7
    assert certified > 20


def test_numbers_keep_their_leading_zeros_and_names_their_letters(clean_home: SampleHome) -> None:
    residents, staff = clean_home.sheets["Bewohner"], clean_home.sheets["Mitarbeitende"]
    assert residents["Bewohner-Nr"].str.fullmatch(r"\d{4}").all()
    assert residents["Bewohner-Nr"].is_unique
    assert staff["Personal-Nr"].str.fullmatch(r"P\d{4}").all()
    names = "".join([*residents["Name"], *residents["Vorname"], *staff["Name"], *staff["Vorname"]])
    assert set("äöüß") <= set(names)


@pytest.mark.parametrize(("residents", "months"), [(1, 1), (2, 1), (9, 2), (150, 1)])
def test_homes_of_any_size_can_be_made(residents: int, months: int) -> None:
    (home,) = sample_data.draw(homes=1, residents=residents, months=months, seed=5)
    present = home.sheets["Bewohner"]["Auszug"].isna().sum()
    assert residents - max(1, residents // 8) <= present <= residents
    assert len(home.sheets["Interventionen"]) > 9 * residents * 28 * months
