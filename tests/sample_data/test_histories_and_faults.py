"""What changes within the period, and the faults put in on purpose."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import importers
import pebem
import sample_data
from sample_data import faults

if TYPE_CHECKING:
    from pathlib import Path

    from rules import RuleBook
    from sample_data import SampleHome

DIFFERS = "pflegegrad-weicht-ab"
MODULE_3_BLANKS = ["3.3", "3.5", "3.8", "3.12"]


def rows(home: SampleHome, kind: str, sheet: str = "Interventionen") -> pd.DataFrame:
    return home.sheets[sheet].iloc[[row - 2 for row in home.planted[kind]]]


def test_an_assessment_changes_in_mid_period(clean_home: SampleHome) -> None:
    frame = clean_home.sheets["Begutachtungen"]
    again = frame[frame["Bewohner-Nr"].duplicated()]
    assert not again.empty
    assert all(clean_home.first < day < clean_home.last for day in again["Datum"])
    assert frame["Datum"].isna().any(), "some are entered without a date"


def test_a_new_resident_has_no_assessment_for_the_first_days(clean_home: SampleHome) -> None:
    residents = clean_home.sheets["Bewohner"]
    new = residents[[day > clean_home.first for day in residents["Einzug"]]]
    assert not new.empty
    assessed = clean_home.sheets["Begutachtungen"].set_index("Bewohner-Nr")["Datum"]
    unstable = clean_home.sheets["Instabilität"].set_index(["Bewohner-Nr", "Von"])["Kriterium"]
    acts = clean_home.sheets["Interventionen"]
    for resident in new.itertuples(index=False):
        number, arrival = resident[0], resident[4]
        assert assessed[number] == arrival + timedelta(days=6)
        assert unstable[number, arrival] in {"neuaufnahme", "Neuaufnahme bis zur ersten Einschätzung"}
        days = set(acts.loc[acts["Bewohner-Nr"] == number, "Datum"])
        assert min(days) == arrival
        assert [day for day in days if day < assessed[number]]


def test_a_hospital_stay_leaves_few_rows_and_ends_unstable(clean_home: SampleHome) -> None:
    acts = clean_home.sheets["Interventionen"]
    absent = acts[acts["Status"] == "abwesend"]
    assert absent["Bewohner-Nr"].notna().all()
    unstable = clean_home.sheets["Instabilität"]
    labels = {"postoperativ", "Rückkehr aus dem Krankenhaus oder frische Operation"}
    back = unstable[unstable["Kriterium"].isin(labels)].set_index("Bewohner-Nr")["Von"]
    assert set(absent["Bewohner-Nr"]) <= set(back.index)
    for number, days in absent.groupby("Bewohner-Nr")["Datum"]:
        assert days.max() <= back[number]
        done = acts[(acts["Bewohner-Nr"] == number) & (acts["Status"] == "durchgeführt")]["Datum"]
        # The night that ends on the first day in hospital was still at home; so was the night of the return.
        assert not [day for day in done if days.min() < day < days.max()]


def test_instability_is_open_and_overlaps(clean_home: SampleHome, book: RuleBook) -> None:
    frame = clean_home.sheets["Instabilität"]
    assert all(book.find_criterion(text) for text in frame["Kriterium"])
    assert frame["Bis"].isna().any()
    spans = [(who, first, last or date.max) for who, _, first, last, _ in frame.itertuples(index=False)]
    overlaps = [
        (a, b) for i, a in enumerate(spans) for b in spans[:i] if a[0] == b[0] and a[1] <= b[2] and b[1] <= a[2]
    ]
    assert overlaps
    nurses = clean_home.sheets["Mitarbeitende"].query("QN >= 4")["Personal-Nr"]
    assert set(frame["Beurteilt von"]) <= set(nurses)


def test_some_resident_leaves_the_home_for_good(clean_home: SampleHome) -> None:
    left = [day for day in clean_home.sheets["Bewohner"]["Auszug"] if day]
    assert left
    assert all(clean_home.first < day < clean_home.last for day in left)


def test_staff_rise_start_and_leave(clean_home: SampleHome) -> None:
    frame = clean_home.sheets["Mitarbeitende"]
    histories = frame[frame["Personal-Nr"].duplicated(keep=False)].groupby("Personal-Nr")
    before, after = zip(*[(rows.iloc[0], rows.iloc[1]) for _, rows in histories], strict=True)
    assert all(b["Gültig bis"] + timedelta(days=1) == a["Gültig ab"] for b, a in zip(before, after, strict=True))
    assert sorted((b["QN"], a["QN"]) for b, a in zip(before, after, strict=True)) == [(2, 2), (2, 3)]
    assert [(b["Zertifikate"], a["Zertifikate"]) for b, a in zip(before, after, strict=True) if a["QN"] == 2] == [
        (None, "LG1")
    ]
    once = frame[~frame["Personal-Nr"].duplicated(keep=False)]
    assert sum(bool(day) and day > clean_home.first for day in once["Gültig ab"]) == 1
    assert sum(bool(day) for day in once["Gültig bis"]) == 1


def test_each_promised_fault_is_where_the_home_says(home_with_faults: SampleHome) -> None:
    home = home_with_faults
    assert rows(home, "unknown_staff")["Personal-Nr"].tolist() == ["P9999"]
    assert "P9999" not in set(home.sheets["Mitarbeitende"]["Personal-Nr"])
    assert rows(home, "unknown_intervention")["Intervention"].tolist() == ["Fußbad mit Lavendel"]
    assert rows(home, "number_for_id")["Intervention"].tolist() == [4.1]
    assert rows(home, "without_staff")["Personal-Nr"].isna().all()
    assert len(home.planted["without_staff"]) == 5
    assert rows(home, "without_minutes")["Minuten"].isna().all()
    acts = home.sheets["Interventionen"]
    assert acts["Minuten"].isna().mean() == pytest.approx(0.02, abs=0.005)
    assert all(planted == sorted(planted) for planted in home.planted.values())
    first, second = rows(home, "duplicate").itertuples(index=False)
    assert first == second
    assert acts.duplicated().sum() == 1
    assert rows(home, "blank_items", "Begutachtungen")[MODULE_3_BLANKS].isna().all(axis=None)


def test_fault_uses_the_first_free_row_where_none_fits() -> None:
    frame = pd.DataFrame({"Intervention": ["Bad", "Bad", "Gehen", "Gehen", "Gehen"]})
    assert faults._row_of(frame, "Gehen", {0, 2}) == 3
    assert faults._row_of(frame, "Tanz", {0, 1, 3}) == 2


def test_without_dirt_there_are_no_faults(clean_home: SampleHome) -> None:
    acts = clean_home.sheets["Interventionen"]
    assert clean_home.planted == {}
    assert acts[["Personal-Nr", "Intervention", "Datum", "Uhrzeit", "Minuten"]].notna().all(axis=None)
    assert not acts.duplicated().any()
    assert clean_home.sheets["Begutachtungen"][MODULE_3_BLANKS].notna().all(axis=None)


def test_faults_change_nothing_else(clean_home: SampleHome) -> None:
    (same,) = sample_data.draw(homes=1, residents=80, months=1, seed=7)
    for name in ("Bewohner", "Instabilität", "Mitarbeitende", "Dienste"):
        assert same.sheets[name].equals(clean_home.sheets[name]), name
    assert len(same.sheets["Interventionen"]) == len(clean_home.sheets["Interventionen"]) + 1


def test_the_importer_finds_exactly_the_planted_faults(
    workbook_with_faults: Path, home_with_faults: SampleHome, book: RuleBook
) -> None:
    home = home_with_faults
    result = importers.read([workbook_with_faults], book)
    reported = Counter()
    assert any(finding.code == DIFFERS for finding in result.findings), "funds and assessments do not always agree"
    for finding in result.findings:
        if finding.code == DIFFERS:
            continue
        for row in finding.rows or (finding.row,):
            reported[finding.code, row] += 1 if finding.rows else finding.count
    expected = Counter(
        {
            ("blaetter-unbekannt", 0): 1,  # the sheet Hinweise
            ("minuten-fehlen", 0): len(home.planted["without_minutes"]),
            ("zeile-mehrfach", home.planted["duplicate"][1]): 2,
            ("personal-unbekannt", *home.planted["unknown_staff"]): 1,
            ("intervention-unbekannt", *home.planted["unknown_intervention"]): 1,
            ("intervention-mehrdeutig", *home.planted["number_for_id"]): 1,
        }
    ) + Counter({("personal-fehlt", row): 1 for row in home.planted["without_staff"]})
    assert reported == expected
    assert (result.rows, result.tables.faulty) == (len(home.sheets["Interventionen"]), 2)


def test_the_importer_reads_both_formats_alike(workbook_with_faults: Path, tmp_path: Path, book: RuleBook) -> None:
    (folder,) = sample_data.make(tmp_path, homes=1, residents=28, months=1, seed=1, fmt="csv")
    from_csv = importers.read(sorted(folder.glob("*.csv")), book)
    from_xlsx = importers.read([workbook_with_faults], book)
    assert pebem.score(from_csv.tables, book) == pebem.score(from_xlsx.tables, book)


def test_a_clean_home_is_read_without_a_word(tmp_path: Path, book: RuleBook) -> None:
    (path,) = sample_data.make(tmp_path, homes=1, residents=30, months=1, seed=4, dirt=False)
    result = importers.read([path], book)
    assert {finding.code for finding in result.findings} <= {"blaetter-unbekannt", DIFFERS}
