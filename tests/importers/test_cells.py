"""Single cells as programs write them: days, times, durations, numbers, states, professions, shifts, names."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

import importers
from importers.content.person_names import without_titles
from importers.findings import Severity
from importers.values import cell_values, durations, word_meanings
from rules.model import RuleBook
from tests.support.importers.files import DAY, at, csv_files, home, intervention, with_interventions, xlsx

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE
both = pytest.mark.parametrize("form", ["xlsx", "csv"])


def read_column(book: RuleBook, form: str, column: str, cells: list[Any], **others: Any) -> importers.ReadFiles:
    """Read interventions that differ in one column."""
    sheets = with_interventions(*[intervention(**{**others, column.replace("-", "_"): cell}) for cell in cells])
    return importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)


def outcome(result: importers.ReadFiles, *but: str) -> list[tuple[Severity, str, int, int]]:
    """Return severity, code, row and count of the findings about interventions."""
    return [
        (f.severity, f.code, f.row, f.count)
        for f in result.findings
        if f.sheet == "Interventionen" and f.code not in {"zeile-mehrfach", *but}
    ]


def days(result: importers.ReadFiles) -> list[str]:
    return result.tables.interventions["date"].to_numpy().astype("datetime64[D]").astype(str).tolist()


@both
def test_days_and_moments_in_all_spellings_mean_one_day(book: RuleBook, form: str) -> None:
    cells = [
        "14.02.2026",
        "14.2.26",
        "Sa, 14.02.2026",
        "Samstag 14.02.2026",
        "14/02/2026",
        "14-02-2026",
        "2026-02-14",
        "2026/02/14",
        "20260214",
        "14. Februar 2026",
        "14. Feb. 26",
        "14.02.2026 06:05",
        "14.02.2026, 06:05 Uhr",
        "2026-02-14T06:05:59",
        "2026-02-14T05:05:00Z",
        "2026-02-14T06:05:00+01:00",
        datetime(2026, 2, 14, 6, 5),  # noqa: DTZ001
        date(2026, 2, 14),
    ]
    result = read_column(book, form, "Datum", cells, Uhrzeit="")
    assert days(result) == ["2026-02-14"] * len(cells)
    assert result.tables.interventions["minute_of_day"].tolist() == [-1] * 11 + [365] * 6 + [-1]
    assert outcome(result) == []


@pytest.mark.parametrize(
    "cell",
    [
        "14.13.2026",
        "31.04.2026",
        "14.02",
        "14.02.206",
        "2026-02-30",
        "20261340",
        "14. Foo 2026",
        "14.02.2026 25:00",
        "14.02/2026",
        "٠١.٠٢.٢٠٢٦",
    ],
)
def test_days_that_are_none_cost_their_row_alone(book: RuleBook, cell: str) -> None:
    result = read_column(book, "csv", "Datum", [cell, "15.02.2026", "14.02.2026"])
    assert outcome(result) == [(ERROR, "datum-unlesbar", 2, 1)]


def test_numbers_of_excel_in_a_date_column_are_days_with_a_warning(book: RuleBook) -> None:
    cells = [DAY, 46083.0, 46084.25, 46084, 20260302, 2026, -46083.0, 99999]
    result = read_column(book, "xlsx", "Datum", cells, Uhrzeit="")
    assert days(result) == ["2026-03-02", "2026-03-02", "2026-03-03", "2026-03-03"]
    assert result.tables.interventions["minute_of_day"].tolist() == [-1, -1, 360, -1]
    assert outcome(result) == [
        (ERROR, "datum-unlesbar", 6, 1),
        (ERROR, "datum-unlesbar", 7, 1),
        (ERROR, "datum-unlesbar", 8, 1),
        (ERROR, "datum-unlesbar", 9, 1),
        (WARNING, "datum-seriennummer", 3, 3),
    ]
    assert days(read_column(book, "csv", "Datum", ["46083"])) == ["2026-03-02"]


@both
def test_a_month_first_column_is_refused_as_a_whole(book: RuleBook, form: str) -> None:
    result = read_column(book, form, "Datum", ["02/03/2026", "02/13/2026", "2026-02-14", "03.02.2026"])
    assert days(result) == ["2026-02-14", "2026-02-03"]
    assert outcome(result) == [(ERROR, "datum-monat-zuerst", 2, 1), (ERROR, "datum-monat-zuerst", 3, 1)]


@both
@pytest.mark.parametrize("mark", [".", "/", "-"])
@pytest.mark.parametrize("month", ["03", "12"])
def test_days_that_could_be_months_are_read_day_first_and_told(
    book: RuleBook, form: str, mark: str, month: str
) -> None:
    result = read_column(book, form, "Datum", [f"{day}{mark}{month}{mark}2026" for day in ("02", "05")])
    assert days(result) == [f"2026-{month}-02", f"2026-{month}-05"]
    assert outcome(result) == [(NOTICE, "datum-tag-zuerst", 0, 2)]


def test_one_day_that_is_no_month_settles_the_column(book: RuleBook) -> None:
    result = read_column(book, "csv", "Datum", ["02.03.2026", "05.03.2026", "13.03.2026"])
    assert days(result) == ["2026-03-02", "2026-03-05", "2026-03-13"]
    assert outcome(result) == []


def test_a_typo_among_german_days_costs_its_row_alone(book: RuleBook) -> None:
    result = read_column(book, "csv", "Datum", ["03.04.2026", "04.13.2026", "30.04.2026"])
    assert outcome(result) == [(ERROR, "datum-unlesbar", 3, 1)]
    result = read_column(book, "csv", "Datum", ["03/04/2026", "04/13/2026", "30/04/2026"])
    assert outcome(result) == [(ERROR, "datum-unlesbar", 3, 1), (WARNING, "datum-gemischt", 0, 1)]


@both
def test_times_of_day_in_all_spellings(book: RuleBook, form: str) -> None:
    cells: list[Any] = [
        "8:05",
        "08:05",
        "0805",
        "805",
        "08:05 Uhr",
        "8:05h",
        "8.05",
        "8.05 Uhr",
        "08:05:59",
        time(8, 5),
        805,
    ]
    result = read_column(book, form, "Uhrzeit", [*cells, "8 Uhr", "08.30 UHR"])
    assert result.tables.interventions["minute_of_day"].tolist() == [485] * len(cells) + [480, 510]
    assert outcome(result) == []


@pytest.mark.parametrize(
    ("cell", "minute"),
    [
        (0.3368055555555556, 485),
        (0.302083, 435),
        (0.9999, 1439),
        (0.999999, 1439),
        (805.0, 485),
        (100, 60),
        (2359, 1439),
        (46054.5, 720),
    ],
)
def test_times_of_day_as_numbers(book: RuleBook, cell: float, minute: int) -> None:
    assert read_column(book, "xlsx", "Uhrzeit", [cell]).tables.interventions["minute_of_day"].tolist() == [minute]


@both
def test_midnight_at_the_end_of_the_day_is_the_next_day(book: RuleBook, form: str) -> None:
    result = read_column(
        book, form, "Uhrzeit", ["24:00", "00:00", "23:59", "24:00 Uhr", "2400"], Datum=date(2026, 2, 28)
    )
    assert days(result) == ["2026-03-01", "2026-02-28", "2026-02-28", "2026-03-01", "2026-03-01"]
    assert result.tables.interventions["minute_of_day"].tolist() == [0, 0, 1439, 0, 0]
    assert outcome(result) == [(NOTICE, "uhrzeit-24", 2, 3)]
    assert days(read_column(book, form, "Datum", ["31.12.2025 24:00"])) == ["2026-01-01"]


def test_midnight_counts_for_the_staff_of_the_next_day(book: RuleBook) -> None:
    result = read_column(book, "xlsx", "Uhrzeit", ["24:00"], Datum=date(2026, 3, 31), Personal_Nr="007")
    assert (WARNING, "personal-nicht-gueltig", 2, 1) in outcome(result)


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("12,5", 750),
        ("12,5 Min", 750),
        ("12,5 Min.", 750),
        ("12 Minuten", 720),
        ("12min", 720),
        ("12'", 720),
        ("1:30", 5400),
        ("01:30 h", 5400),
        ("0:05:30", 330),
        ("24:00", 86400),
        ("90 s", 90),
        ("90 Sek.", 90),
        ("1 Std. 15 Min.", 4500),
        ("1h 15m", 4500),
        ("1 Stunde und 5 Minuten", 3900),
        ("1,5 h", 5400),
        ("0,5 Std", 1800),
        ("1.234,5", 74070),
        ("1,234.5", 74070),
        ("1234.5", 74070),
        ("1234,5", 74070),
        ("0.675", 41),
        ("0,675", 41),
        ("1,005", 60),
        (",5", 30),
        (time(0, 12), 720),
        (time(0, 12, 30), 750),
        (timedelta(hours=1, minutes=30), 5400),
        (timedelta(minutes=7), 420),
        (12.5, 750),
    ],
)
def test_durations(book: RuleBook, cell: Any, seconds: int) -> None:
    assert durations.seconds(cell, 1440) == seconds
    result = read_column(book, "xlsx", "Minuten", [cell])
    assert result.tables.interventions["seconds"].tolist() == [seconds]
    assert [f for f in outcome(result) if f[0] is not NOTICE] == []


@pytest.mark.parametrize(
    "cell",
    [
        "-1",
        "-0:30",
        "24:01",
        "25 h",
        "1441 Min",
        "1:60",
        "1:5",
        "abc",
        "Min",
        "h",
        "1..5",
        "1,2,3",
        "12.34.567",
        "1 Min 2 Min",
        "10-15",
        "ca. 10",
        "٣",
        "1e2",
        timedelta(hours=24, seconds=1),
        timedelta(minutes=-5),
    ],
)
def test_durations_that_are_none(cell: Any) -> None:
    with pytest.raises(ValueError):
        durations.seconds(cell, 1440)


@pytest.mark.parametrize(
    ("cells", "seconds", "codes"),
    [
        (["1.234", "1.000,5"], [74040, 60030], []),
        (["1.234", "12.5"], [74, 750], []),
        (["1.234", "12,5"], [74040, 750], []),
        (["1.234", "15"], [900], ["minuten-mehrdeutig"]),
        (["1.234", "12,5", "12.5"], [750, 750], ["minuten-mehrdeutig", "zahlen-gemischt"]),
        (["1,234", "7.25"], [74040, 435], []),
    ],
)
def test_the_whole_column_tells_what_a_point_means(
    book: RuleBook, cells: list[str], seconds: list[int], codes: list[str]
) -> None:
    result = read_column(book, "csv", "Minuten", cells)
    assert result.tables.interventions["seconds"].tolist() == seconds
    assert [code for _, code, _, _ in outcome(result)] == codes


@both
def test_colons_are_told_as_hours_and_minutes(book: RuleBook, form: str) -> None:
    result = read_column(book, form, "Minuten", ["0:15", "0:20", "10"])
    assert result.tables.interventions["seconds"].tolist() == [900, 1200, 600]
    assert outcome(result) == [(NOTICE, "minuten-mit-doppelpunkt", 0, 2)]


@both
@pytest.mark.parametrize(
    ("heading", "seconds"),
    [("Dauer (h)", 5400), ("Dauer in Stunden", 5400), ("Dauer (Sek.)", 2), ("Dauer (Min.)", 90), ("Dauer", 90)],
)
def test_the_heading_tells_the_unit(book: RuleBook, form: str, heading: str, seconds: int) -> None:
    sheets = with_interventions(intervention(Minuten=1.5))
    sheets["Interventionen"][0][5] = heading
    files = [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)
    assert importers.read(files, book).tables.interventions["seconds"].tolist() == [seconds]


@both
def test_states(book: RuleBook, form: str) -> None:
    words = {
        "durchgeführt": ["erledigt", "DURCHGEFÜHRT", "x", "Ja", "✓", "durchgef?hrt", "i.O."[:0] or "ok"],
        "abgelehnt": ["abgelehnt", "verweigert"],
        "nicht durchgeführt": ["nein", "storniert", "entfallen", "Nicht erledigt"],
        "abwesend": ["abwesend", "KH", "Krankenhaus"],
    }
    result = read_column(book, form, "Status", [word for some in words.values() for word in some])
    assert result.tables.interventions["status"].astype(object).tolist() == [
        s for s, some in words.items() for _ in some
    ]
    (finding,) = [f for f in result.findings if f.code == "werte-uebersetzt"]
    assert (finding.severity, finding.count) == (NOTICE, 13)
    assert "„KH“ = abwesend" in finding.message


@both
def test_states_in_doubt_are_taken_with_one_warning_for_each_word(book: RuleBook, form: str) -> None:
    cells = ["Bedarf", "durch Angehörige", "Bedarf", "vielleicht", "?"]
    result = read_column(book, form, "Status", cells)
    assert result.tables.interventions["status"].astype(object).tolist() == [
        "durchgeführt",
        "nicht durchgeführt",
        "durchgeführt",
    ]
    assert outcome(result, "werte-uebersetzt") == [
        (WARNING, "status-mehrdeutig", 2, 2),
        (WARNING, "status-mehrdeutig", 3, 1),
        (ERROR, "status-unbekannt", 5, 1),
        (ERROR, "status-unbekannt", 6, 1),
    ]


def test_true_and_false_are_states(book: RuleBook) -> None:
    result = read_column(book, "xlsx", "Status", [True, False])
    assert result.tables.interventions["status"].astype(object).tolist() == ["durchgeführt", "nicht durchgeführt"]


@pytest.mark.parametrize(
    ("words", "level", "role", "doubt"),
    [
        ("Pflegefachkraft", 4, "", False),
        ("PFK", 4, "", False),
        ("Exam. Altenpflegerin", 4, "", False),
        ("staatl. anerkannter Altenpfleger", 4, "", False),
        ("Altenpfleger:in", 4, "", False),
        ("AltenpflegerIn", 4, "", False),
        ("Altenpfleger/-in", 4, "", False),
        ("Altenpfleger*in", 4, "", False),
        ("Pflegefachfrau/-mann", 4, "", False),
        ("GuK", 4, "", False),
        ("Gesundheits- und Krankenpflegerin", 4, "", False),
        ("Exam.", 4, "", True),
        ("PHK/Pflegehelfer 1-jährig", 3, "", False),
        ("exam. Altenpflegehelferin", 3, "", False),
        ("Krankenpflegehelfer", 3, "", False),
        ("Assistent:in", 3, "", True),
        ("Pflegehelferin", 2, "", True),
        ("Hilfskraft", 1, "", False),
        ("FSJ", 1, "", False),
        ("Azubi", 1, "", True),
        ("Betreuungskraft § 43b", 1, "betreuung-43b", False),
        ("Betreuungskraft nach § 43b SGB XI", 1, "betreuung-43b", False),
        ("Alltagsbegleiterin", 1, "betreuung-43b", True),
        ("Pflegedienstleitung", 7, "", True),
    ],
)
def test_professions(words: str, level: int, role: str, doubt: bool) -> None:  # noqa: FBT001
    found = word_meanings.qualification(words)
    assert found
    assert (found.value, bool(found.doubt)) == ((level, role), doubt)


@pytest.mark.parametrize("words", ["Tierpfleger", "Koch", "", "§", "Pflegefach", "43", "in", "Hausmeister", "Arzt"])
def test_professions_nobody_knows(words: str) -> None:
    assert word_meanings.qualification(words) is None


@both
def test_professions_in_a_file(book: RuleBook, form: str) -> None:
    sheets = home()
    words = ["QN1", "qn 8", "PFK", "Azubi", "Betreuungskraft § 43b", "Koch", "QN 9", "4.0"]
    sheets["Mitarbeitende"] = [["Pers.-Nr.", "Qualifikation"], *[[f"P{i}", word] for i, word in enumerate(words)]]
    files = [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)
    result = importers.read(files, book)
    assert result.tables.staff["qn"].tolist() == [1, 8, 4, 1, 1, 4]
    assert result.tables.staff["role"].tolist() == [None, None, None, None, "betreuung-43b", None]
    found = [(f.severity, f.code, f.row) for f in result.findings if f.sheet == "Mitarbeitende"]
    assert (ERROR, "qualifikation-unbekannt", 7) in found
    assert (ERROR, "qn-ungueltig", 8) in found
    assert (WARNING, "qualifikation-mehrdeutig", 5) in found
    assert (NOTICE, "qualifikation-uebersetzt", 0) in found
    assert "Koch" not in str(result.tables)


@both
@pytest.mark.parametrize(
    ("heads", "rows", "expected"),
    [
        (
            ["Name"],
            [["Müller, Anna"], ["Dr. Groß, Jörg"], ["van der Berg"]],
            [("Müller", "Anna"), ("Groß", "Jörg"), ("van der Berg", None)],
        ),
        (
            ["Vorname Nachname"],
            [["Anna Maria Müller"], ["Herr Prof. Dr. Jörg Groß"], ["Ayşe"]],
            [("Müller", "Anna Maria"), ("Groß", "Jörg"), ("Ayşe", None)],
        ),
        (
            ["Nachname", "Vorname"],
            [["Frau Müller", "Anna"], ["Groß, Jörg", ""], ["Müller, geb. Ott", "Eva"]],
            [("Müller", "Anna"), ("Groß", "Jörg"), ("Müller, geb. Ott", "Eva")],
        ),
    ],
)
def test_names(
    book: RuleBook, form: str, heads: list[str], rows: list[list[str]], expected: list[tuple[str, str | None]]
) -> None:
    sheets = home()
    sheets["Bewohner"] = [["Bewohner-Nr", *heads], *[[f"B{i}", *row] for i, row in enumerate(rows)]]
    files = [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)
    people = importers.read(files, book).people_residents
    assert list(zip(people["name"], people["given"], strict=True)) == expected


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Frau Dr. med. Maier", "Maier"),
        ("Frauke Herr", "Frauke Herr"),
        ("Dr.", "Dr."),
        ("Herrmann", "Herrmann"),
        ("Fr. Ott", "Ott"),
    ],
)
def test_titles(name: str, left: str) -> None:
    assert without_titles(name) == left


def test_numbers_of_people_keep_zeros_and_lose_decimals() -> None:
    assert [cell_values.identifier(cell) for cell in ("0042", "1234.0", 1234.0, "1234,00", " 7 ", "00.0")] == [
        "0042",
        "1234",
        "1234",
        "1234",
        "7",
        "00",
    ]


@both
def test_a_moment_in_the_date_column_feeds_day_and_time(book: RuleBook, form: str) -> None:
    sheets = with_interventions()
    sheets["Interventionen"] = [
        ["Durchgeführt am", "Maßnahme", "Uhrzeit"],
        [at(14, 6, 5), "4.10", ""],
        [at(15, 6, 5), "4.10", "7:00"],
    ]
    files = [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)
    result = importers.read(files, book)
    assert days(result) == ["2026-03-14", "2026-03-15"]
    assert result.tables.interventions["minute_of_day"].tolist() == [365, 420]


@pytest.mark.parametrize(
    "text",
    [",." * 60_000, "1" * 100_000, "?" * 3000 + "abc", "(1" * 50_000, "Müller (" + "1" * 90_000, "Dr. " * 30_000],
)
def test_endless_cells_end(book: RuleBook, text: str) -> None:
    others = {"Bewohner_Nr": text, "Personal_Nr": text, "Status": text, "Uhrzeit": text, "Datum": text, "Schicht": text}
    result = read_column(book, "csv", "Minuten", [text], **others)
    assert (result.rows, result.tables.faulty) == (1, 1)
