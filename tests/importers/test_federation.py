"""The files of a federation's home: what is refused, what is a finding, and the result of the rows."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import rules
import sample_data
from importers.findings import Finding, Severity, UnreadableError
from pebem.contracts import Tables, check
from tests.support.importers.parquet_files import month, pa, pq, rewrite, with_value

federations = pytest.importorskip("importers.parquet.homes")
batches = pytest.importorskip("importers.parquet.batches")

BOOK = rules.load(date(2026, 1, 31))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traeger")
    sample_data.make(folder, homes=1, residents=3, months=1, seed=3, fmt="parquet")
    return folder


@pytest.fixture
def federation(drawn: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(drawn, tmp_path / "traeger"))


def read(folder: Path) -> tuple[Tables, pd.DataFrame, list[Finding], int]:
    """Read a home as the analysis does: people, rows, findings, rows lost."""
    files = federations.files(folder, "0001")
    people, findings = federations.people(files, BOOK)
    work = batches.InterventionBatches(files.interventions, BOOK, people)
    frames = list(work)
    for frame in frames:
        check(Tables(people.residents, people.assessments, people.instability, people.staff, frame, people.duties))
    rows = pd.concat([frame.astype(object) for frame in frames], ignore_index=True) if frames else pd.DataFrame()
    assert work.rows == len(rows) + work.faulty
    return people, rows, findings + work.findings, work.faulty


def errors(findings: list[Finding]) -> dict[str, Finding]:
    return {one.code: one for one in findings if one.severity is Severity.ERROR}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scramble(path: Path) -> None:
    """Keep head and end, which say what is in the file, and spoil the data."""
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
    path.write_bytes(data)


def as_type(path: Path, column: str, kind: object) -> None:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(column)
        return table.set_column(place, column, pa.nulls(len(table), kind))

    rewrite(path, change)


def link_out(folder: Path) -> None:
    staff = folder / "home=0001/staff.parquet"
    staff.rename(folder.parent / "fremd.parquet")
    staff.symlink_to(folder.parent / "fremd.parquet")


def link_home_out(folder: Path) -> None:
    (folder / "home=0001").rename(folder.parent / "fremd")
    (folder / "home=0001").symlink_to(folder.parent / "fremd")


REFUSED = {
    "no file of staff": (lambda f: (f / "home=0001/staff.parquet").unlink(), "„staff.parquet“ fehlt"),
    "no interventions": (lambda f: shutil.rmtree(f / "home=0001/interventions"), "„interventions.parquet“ fehlt"),
    "an empty folder": (lambda f: [p.unlink() for p in month(f).parent.iterdir()], "enthält keine Parquet-Datei"),
    "file and folder": (lambda f: shutil.copy(month(f), f / "home=0001/interventions.parquet"), "nur eines davon"),
    "cut off": (lambda f: cut(month(f)), "beschädigt"),
    "no bytes": (lambda f: month(f).write_bytes(b""), "beschädigt"),
    "spoilt data": (lambda f: scramble(month(f)), "beschädigt"),
    "not Parquet": (lambda f: (f / "home=0001/residents.parquet").write_text("Bewohner-Nr;Name"), "beschädigt"),
    "a folder for a file": (
        lambda f: [(f / "home=0001/duties.parquet").unlink(), (f / "home=0001/duties.parquet").mkdir()],
        "„duties.parquet“ fehlt",
    ),
    "days as text": (lambda f: as_type(month(f), "date", pa.string()), "den Typ string; nötig ist: Tag"),
    "a time zone": (lambda f: as_type(month(f), "date", pa.timestamp("s", "UTC")), "ohne Zeitzone"),
    "numbers of people": (lambda f: as_type(month(f), "resident", pa.int64()), "nötig ist: Text"),
    "seconds with decimals": (lambda f: as_type(month(f), "seconds", pa.float64()), "nötig ist: ganze Zahl"),
    "nested": (lambda f: as_type(month(f), "ward", pa.list_(pa.string())), "nötig ist: Text"),
    "no column of days": (lambda f: rewrite(month(f), lambda t: t.drop_columns("date")), "fehlt die Spalte „date“"),
    "a column twice": (
        lambda f: rewrite(month(f), lambda t: t.append_column("ward", t.column("ward"))),
        "„ward“ mehrmals",
    ),
    "a link out": (link_out, "Verknüpfung aus dem Ordner hinaus"),
    "the home is a link out": (link_home_out, "Verknüpfung aus dem Ordner hinaus"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_home_is_refused_in_a_sentence(case: str, federation: Path) -> None:
    spoil, message = REFUSED[case]
    spoil(federation)
    with pytest.raises(UnreadableError) as refused:
        read(federation)
    assert message in str(refused.value)


def test_only_names_that_are_ids_are_homes(tmp_path: Path) -> None:
    bad = ["", "..", "a b", "%2e%2e", "-x", "a" * 65, "x\n"]
    for name in ("0001", "Haus_Süd-2.1", *bad):
        (tmp_path / f"home={name}").mkdir()
    (tmp_path / "haus").mkdir()
    assert federations.homes(tmp_path) == (["0001", "Haus_Süd-2.1"], sorted(bad))


CELLS = {
    "unknown intervention": ("intervention", ["9.99"] * 3, "intervention-unbekannt"),
    "no intervention": ("intervention", [None] * 3, "intervention-fehlt"),
    "no day": ("date", [None] * 3, "datum-fehlt"),
    "another century": ("date", [date(226, 1, 1), date(9999, 12, 31), date(1, 1, 1)], "datum-unmoeglich"),
    "too many seconds": ("seconds", [86_401, -2, 2**31 - 1], "minuten-ungueltig"),
    "unknown status": ("status", ["vielleicht"] * 3, "status-unbekannt"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CELLS)
def test_a_bad_row_is_counted_and_left_out(case: str, federation: Path) -> None:
    column, values, code = CELLS[case]
    before = len(read(federation)[1])
    rewrite(month(federation), with_value(column, values))
    _, rows, findings, faulty = read(federation)
    assert (len(rows), faulty) == (before - 3, 3)
    faults = errors(findings)
    assert faults.keys() == {code}
    assert (faults[code].file, faults[code].column) == ("2026-01.parquet", column)
    assert sum(one.count for one in findings if one.code == code) == 3


def test_a_row_with_two_errors_is_lost_once(federation: Path) -> None:
    rewrite(month(federation), with_value("intervention", ["9.99"]))
    rewrite(month(federation), with_value("seconds", [-7, 86_401]))
    assert read(federation)[3] == 2


def test_unknown_people_and_missing_time_are_reported_and_rows_stay(federation: Path) -> None:
    before = len(read(federation)[1])
    rewrite(month(federation), with_value("resident", ["niemand"] * 2))
    rewrite(month(federation), with_value("staff", ["fremd", None], row=2))
    rewrite(month(federation), with_value("minute_of_day", [1440, -5], row=4))
    _, rows, findings, _ = read(federation)
    assert len(rows) == before
    assert rows["minute_of_day"].tolist()[4:6] == [-1, -1]
    codes = {one.code: one.count for one in findings if one.severity is Severity.WARNING}
    expected = {"bewohner-unbekannt": 2, "personal-unbekannt": 1, "personal-fehlt": 1, "uhrzeit-unlesbar": 2}
    assert codes == expected


def test_titles_and_ids_with_blanks_mean_the_same(federation: Path) -> None:
    entry, who = BOOK.interventions[0], pq.read_table(month(federation)).column("resident")[0].as_py()
    rewrite(month(federation), with_value("intervention", [entry.title, f" {entry.id} "]))
    rewrite(month(federation), with_value("resident", [f" {who} ", who]))
    _, rows, findings, _ = read(federation)
    assert rows["intervention"].tolist()[:2] == [entry.id] * 2
    assert rows["resident"].tolist()[:2] == [who] * 2
    assert not errors(findings)


def test_master_data_are_checked_as_those_of_a_workbook(federation: Path) -> None:
    home = federation / "home=0001"
    first = pq.read_table(home / "residents.parquet").column("resident")[0].as_py()
    rewrite(home / "residents.parquet", with_value("resident", [first], row=1))
    rewrite(home / "staff.parquet", with_value("qn", [9]))
    rewrite(home / "assessments.parquet", with_value("1.1", [77]))
    rewrite(home / "assessments.parquet", with_value("continence_urine", [99]))
    rewrite(home / "assessments.parquet", with_value("date", [date(3000, 1, 1)], row=1))
    people, _, findings, _ = read(federation)
    faults = errors(findings)
    place = faults["bewohner-doppelt"]
    assert (place.file, place.column, place.row) == ("residents.parquet", "resident", 2)
    assert faults["qn-ungueltig"].column == "qn"
    assert {"punktwert-ungueltig", "kontinenz-unbekannt", "datum-unlesbar"} <= faults.keys()
    assert people.residents["resident"].is_unique


def test_very_many_unknown_names_stay_a_short_list(federation: Path) -> None:
    size = len(pq.read_table(month(federation)))
    rewrite(month(federation), with_value("intervention", [f"unbekannt {i}" for i in range(size)]))
    listed = [one for one in read(federation)[2] if one.severity is Severity.ERROR]
    assert len(listed) == 51
    assert sum(one.count for one in listed) == size


def test_columns_that_are_not_given_are_not_given(federation: Path) -> None:
    optional = ["minute_of_day", "minutes_source", "shift", "ward", "status", "seconds"]
    rewrite(month(federation), lambda table: table.drop_columns(optional))
    _, rows, findings, _ = read(federation)
    assert rows[["minutes_source", "shift", "ward", "status"]].isna().all(axis=None)
    assert set(rows["seconds"]) == set(rows["minute_of_day"]) == {-1}
    assert {one.column for one in findings if one.code == "spalte-fehlt"} == set(optional)
