"""Columns of text files never shift in silence: a row that does not fit is an error, most rows are a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import importers
from importers.files import delimited, delimited_fast
from tests.support.importers.files import csv_files, home, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importers import ReadFiles
    from rules.model import RuleBook

HEAD = "Bewohner-Nr;Personal-Nr;Intervention;Datum;Uhrzeit;Minuten;Minuten-Quelle;Schicht;Wohnbereich;Status"
FIRST = "0042;P1;4.10;02.03.2026;08:05;12,5;gemessen;Früh;;"
SECOND = "B2;007;4.1;03.03.2026;09:00;20;gemessen;Früh;;"
THIRD = "0042;P1;4.10;04.03.2026;21:00;7;gemessen;Spät;;"
MORE = [f"B2;007;4.1;{day:02}.03.2026;09:00;20;geplant;Früh;;" for day in range(5, 15)]
"""Rows that let the others be few among many."""


@pytest.fixture(params=["small", pytest.param("large", marks=pytest.mark.slow)])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read sign by sign, or as large texts are read."""
    if request.param == "large":
        monkeypatch.setattr(delimited, "LARGE", 0)
        monkeypatch.setattr(delimited, "_SAMPLE_RECORDS", 1)
        monkeypatch.setattr(delimited_fast, "_SMALLEST", 200)
    return str(request.param)


def read(lines: Sequence[str], book: RuleBook, sheet: str = "Interventionen", end: str = "\r\n") -> ReadFiles:
    """Read the home with one sheet as these lines."""
    files = dict(csv_files(home())) | {f"{sheet}.csv": end.join(lines).encode()}
    return importers.read(list(files.items()), book)


def errors(result: ReadFiles) -> list[tuple[str, int]]:
    return [(one.code, one.row) for one in result.findings if one.severity is importers.Severity.ERROR]


def refusal(lines: Sequence[str], book: RuleBook, sheet: str = "Interventionen") -> str:
    with pytest.raises(importers.UnreadableError) as caught:
        read(lines, book, sheet)
    return str(caught.value)


def commas(row: str) -> str:
    return row.replace(";", ",")


PLAIN_COMMAS = [commas(HEAD), *(commas(row.replace("12,5", "12")) for row in (SECOND, THIRD, *MORE))]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("row", "what"),
    [
        (commas(FIRST), "a decimal comma; the last cell is blank and only the blank is too many"),
        (commas(FIRST) + "abgelehnt", "a decimal comma that pushes the state beyond the headings"),
        ("0042,P1,4.10,02.03.2026,08:05,12,gemessen,Früh,WB 1, Süd,abgelehnt", "a comma in the name of a ward"),
        ("0042,P1,Körperpflege, Duschen,02.03.2026,08:05,12,gemessen,Früh,,", "a comma in the name of the work"),
    ],
)
def test_a_comma_too_many_is_an_error_of_its_row(row: str, what: str, book: RuleBook) -> None:
    result = read([*PLAIN_COMMAS, row], book)
    assert errors(result) == [("zeile-zu-breit", len(PLAIN_COMMAS) + 1)], what
    assert (len(result.tables.interventions), result.tables.faulty) == (len(PLAIN_COMMAS) - 1, 1)
    assert set(result.tables.interventions["shift"].dropna()) == {"Früh", "Spät"}
    assert "Komma" in next(one.message for one in result.findings if one.code == "zeile-zu-breit")


def test_nothing_is_said_about_the_cells_of_such_a_row_and_its_words_are_not_asked_about(book: RuleBook) -> None:
    result = read([*PLAIN_COMMAS, "0042,P1,4.10,02.03.2026,08:05,12,5,gemessen,Früh,,"], book)
    assert not [one for one in result.findings if one.code in {"minuten-quelle-unbekannt", "datum-unlesbar"}]
    assert "gemessen" not in result.unknown.get("schicht", {})
    sheet = next(sheet for sheet in result.faulty_rows if sheet.sheet == "Interventionen")
    assert sheet.rows[0].cells[5:8] == ("12", "5", "gemessen")


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("tail", ["", "abgelehnt"])
def test_a_file_whose_every_row_has_a_decimal_comma_is_refused(tail: str, book: RuleBook) -> None:
    rows = [commas(row.replace(";20;", ";20,0;").replace(";7;", ";7,0;")) + tail for row in (FIRST, SECOND, THIRD)]
    says = refusal([commas(HEAD), *rows], book)
    assert "3 von 3" in says
    assert "Zeile 2" in says
    assert "Semikolon" in says


def test_two_of_three_rows_with_a_decimal_comma_do_not_make_it_a_habit(book: RuleBook) -> None:
    rows = [commas(FIRST), commas(SECOND.replace(";20;", ";20,0;")), commas(THIRD)]
    assert "2 von 3" in refusal([commas(HEAD), *rows], book)


def test_names_with_commas_in_every_row_of_the_residents_are_refused(book: RuleBook) -> None:
    lines = [
        "Bewohner-Nr,Name,Wohnbereich,Einzug,Auszug",
        "0042,Müller, Änne,WB 1,15.01.2025,",
        "B2,Groß, Jörg,WB 2,01.02.2025,",
    ]
    assert "2 von 2" in refusal(lines, book, "Bewohner")


def test_certificates_with_a_bare_separator_cost_the_row_of_the_employee(book: RuleBook) -> None:
    lines = text_of(home()["Mitarbeitende"]).splitlines()
    lines += ["P3;Kurz;Ida;2;;LG1;LG2;01.01.2020;", "P4;Lang;Udo;3;;;01.01.2020;"]
    result = read(lines, book, "Mitarbeitende")
    assert errors(result) == [("zeile-zu-breit", 4)]
    assert result.tables.staff["staff"].tolist() == ["P1", "007", "P4"]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_separator_at_the_end_of_every_row_is_a_habit_of_programs(delimiter: str, book: RuleBook) -> None:
    rows = [row + ";" for row in (FIRST, SECOND, THIRD)]
    result = read([row.replace(";", delimiter) for row in [HEAD, *rows]], book)
    assert errors(result) == []
    assert len(result.tables.interventions) == 3


def test_a_comma_at_the_end_of_every_row_is_a_habit_where_the_cells_look_like_their_headings(book: RuleBook) -> None:
    rows = [commas(row) + "durchgeführt," for row in (SECOND, THIRD)]
    result = read([commas(HEAD), *rows], book)
    assert errors(result) == []
    assert result.tables.interventions["status"].tolist() == ["durchgeführt"] * 2


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("note", ["bitte prüfen", "x;y", "5"])
def test_a_note_right_of_the_headings_is_an_error_of_its_row(note: str, book: RuleBook) -> None:
    assert errors(read([HEAD, *MORE, f"{FIRST};{note}"], book)) == [("zeile-zu-breit", 12)]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("at", [8, 24, 44, 52, 60])
def test_a_row_torn_by_a_line_break_is_an_error_of_all_its_pieces(at: int, book: RuleBook) -> None:
    row = "0042;P1;4.10;02.03.2026;08:05;12,5;gemessen;Früh;Süd 1;abgelehnt"
    result = read([HEAD, *MORE, row[:at], row[at:], THIRD], book)
    assert errors(result)[0] == ("zeile-zerrissen", 12)
    assert {code for code, _ in errors(result)} == {"zeile-zerrissen"}
    assert len(result.tables.interventions) == len(MORE) + 1
    assert not result.tables.interventions["date"].eq("2026-03-02").any()


def test_a_torn_row_of_residents_does_not_become_another_resident(book: RuleBook) -> None:
    lines = ["Bewohner-Nr;Name;Vorname;Wohnbereich;Einzug;Auszug", "0042;Müller;Än", "ne;WB 1;15.01.2025;"]
    lines += ["B2;Groß;Jörg;WB 2;01.02.2025;", "B3;Klein;Ida;WB 2;01.02.2025;"]
    result = read(lines, book, "Bewohner")
    assert errors(result)[:1] == [("zeile-zerrissen", 2)]
    assert result.tables.residents["resident"].tolist() == ["B2", "B3"]


def test_a_row_torn_into_three_is_an_error_of_all_three(book: RuleBook) -> None:
    pieces = ["0042;P1;4.10;02.03.2026;08:05;12,5;gemes", "sen;Fr", "üh;;"]
    result = read([HEAD, *MORE, *pieces], book)
    assert result.tables.faulty == 3
    assert "12–14" in next(one.message for one in result.findings if one.code == "zeile-zerrissen")


@pytest.mark.usefixtures("way")
def test_rows_without_their_blank_cells_at_the_end_are_whole(book: RuleBook) -> None:
    rows = [
        "0042;P1;4.10;02.03.2026;08:05",
        "B2;007;4.1;03.03.2026;09:00;20",
        "B2;007;4.1;05.03.2026;09:00;20;gemessen;Früh;WB 2;abgelehnt",
    ]
    result = read([HEAD, *rows], book)
    assert errors(result) == []
    assert len(result.tables.interventions) == 3
    assert "zeile-zu-kurz" not in {one.code for one in result.findings}


@pytest.mark.usefixtures("way")
def test_a_row_that_lacks_a_separator_among_full_ones_is_told(book: RuleBook) -> None:
    result = read([HEAD, *MORE, "0042;P1;4.10;02.03.2026;08:05;12,5;gemessen Früh;;"], book)
    told = next(one for one in result.findings if one.code == "zeile-zu-kurz")
    assert (told.severity, told.count) == (importers.Severity.WARNING, 1)
    assert "Zeile 12" in told.message


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("stray", ['"Süd', '"'])
def test_rows_swallowed_by_a_stray_quote_are_never_silent(stray: str, book: RuleBook) -> None:
    first, third = (row[:-1] + stray + ";" for row in (FIRST, THIRD))
    says = refusal([HEAD, first, SECOND, third], book)
    assert "3 Zeilen" in says
    result = read([HEAD, *MORE, first, SECOND, third, *MORE], book)
    assert errors(result) == [("zeilen-verschluckt", 12)]
    assert set(result.tables.interventions["ward"].dropna()) == set()


def test_rows_swallowed_between_marks_of_inches_are_an_error(book: RuleBook) -> None:
    """The quotes stand around whole cells by chance."""
    rows = [
        '0042;P1;4.10;02.03.2026;08:05;12,5;gemessen;"Früh;WB 1;',
        'B2;007;4.1;03.03.2026;09:00;20;gemessen;Früh";WB 2;',
    ]
    result = read([HEAD, *MORE, *rows], book)
    assert errors(result) == [("zeilen-verschluckt", 12)]


@pytest.mark.usefixtures("way")
def test_a_note_over_several_lines_is_one_cell(book: RuleBook) -> None:
    note = '"gemessen\r\nam Bett; im Sitzen"'
    lines = [HEAD + ";Bemerkung", *(f"{row};" for row in MORE), f"{FIRST};{note}"]
    result = read(lines, book)
    assert errors(result) == []
    assert len(result.tables.interventions) == len(MORE) + 1


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("which", ["all", "those with a comma", "all but the headings"])
def test_whole_lines_in_quotes_are_read_as_lines(which: str, book: RuleBook) -> None:
    rows = [HEAD, FIRST, SECOND, THIRD, *MORE]
    quoted = {"all": rows, "those with a comma": [FIRST], "all but the headings": rows[1:]}[which]
    result = read([f'"{row}"' if row in quoted else row for row in rows], book)
    plain = read(rows, book)
    assert result.tables.interventions.equals(plain.tables.interventions)
    told = next(one for one in result.findings if one.code == "zeilen-in-anfuehrungszeichen")
    assert told.count == len(quoted)


def test_whole_lines_in_quotes_keep_the_quotes_within_them(book: RuleBook) -> None:
    row = 'B2;007;4.1;05.03.2026;09:00;20;gemessen;Früh;"WB ""Süd; hinten""";'
    doubled = row.replace('"', '""')
    result = read([f'"{HEAD}";;', f'"{doubled}";;', f'"{SECOND}"'], book)
    assert result.tables.interventions["ward"].tolist()[0] == 'WB "Süd; hinten"'


def test_a_note_in_quotes_below_the_table_is_not_cut_into_cells(book: RuleBook) -> None:
    result = read([HEAD, FIRST, SECOND, THIRD, "", '"Hinweis: geprüft; gez. PDL"'], book)
    assert errors(result) == []
    assert "zeilen-in-anfuehrungszeichen" not in {one.code for one in result.findings}
