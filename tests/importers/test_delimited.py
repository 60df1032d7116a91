"""Text files: odd characters are reported with examples, separators are found whatever the cells contain."""

from __future__ import annotations

import pytest

import importers
from importers.files import delimited
from importers.findings import Severity, UnreadableError
from importers.sheets.sheet_decision import SheetAnswer
from importers.sheets.template_columns import count_known
from rules.model import RuleBook

HEAD = "Bewohner-Nr;Name;Vorname"


def suspicions(text: str, encoding: str) -> list[tuple[str, str, int]]:
    _, findings = delimited.read("b.csv", text.encode(encoding), count_known)
    assert all(finding.severity is Severity.WARNING for finding in findings)
    return [(finding.code, finding.value, finding.count) for finding in findings]


@pytest.mark.parametrize(
    ("name", "encoding", "sample"),
    [
        ("Müller", "mac-roman", "MŸller"),
        ("König", "mac-roman", "Kšnig"),
        ("Groß", "mac-roman", "Gro§"),
        ("Önder Bär", "mac-roman", "BŠr"),
        ("Krämer", "cp850", "Kr„mer"),
        ("MÃ¼ller", "utf-8", "MÃ¼ller"),
        ("M\ufffdller", "utf-8", "M\ufffdller"),
        ("M\x84ller", "utf-8", "M\x84ller"),
    ],
)
def test_letters_of_another_encoding_are_shown(name: str, encoding: str, sample: str) -> None:
    text = f"{HEAD}\r\n1;Meier;Jan\r\n2;{name};Jo\r\n3;{name};Bo\r\n"
    assert suspicions(text, encoding) == [("zeichen-verdaechtig", f"Zeile 3: {sample}; Zeile 4: {sample}", 2)]


def test_lost_letters_are_shown() -> None:
    text = f'{HEAD}\r\n1;"Yılmaz\r\ngeb. Ak";Ayşe\r\n2;Groß;Wie geht es? Gut.\r\n'.encode("cp1252", "replace")
    _, findings = delimited.read("b.csv", text, count_known)
    assert [(f.code, f.value) for f in findings] == [("zeichen-verloren", "Zeile 2: Y?lmaz")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_rightly_written_names_raise_no_suspicion(encoding: str) -> None:
    text = f"{HEAD};Notiz\r\n1;Müller;Älia;§ 113c: 5 € – „gut“ … †\r\n2;Matoušek;Šimon;Nuñez, Sørensen, João?\r\n"
    assert suspicions(text, encoding) == []


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "head",
    ["", "\ufeff", "Musterhaus, Bericht; Stand: 1.3.2026 | Seite 1\r\n\r\n", "sep={}\r\n", '"sep={}"\r\n'],
)
def test_separators_in_cells_titles_and_line_ends(delimiter: str, head: str) -> None:
    rows = [["Bewohner-Nr", "Name", "Vorname"], ["0042", 'Groß; "Söhne", | & Co.', "Jo\r\nhann"], ["B2", "1,5", "2;5"]]
    lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    text = head.format(delimiter) + "\r\n".join(lines)
    grid, _ = delimited.read("b.csv", text.encode(), count_known)
    assert grid.cells[-3:, :3].tolist() == rows


def test_a_heading_row_with_one_separator_fewer_than_the_rows() -> None:
    grid, _ = delimited.read("b.csv", f"{HEAD}\n1;Meier;Jan;\n2;Abel;Jo;\n".encode(), count_known)
    assert grid.cells[:].tolist()[1] == ["1", "Meier", "Jan", ""]


def test_dos_letters_are_read_and_reported_where_windows_lacks_them(book: RuleBook) -> None:
    files = [("Bewohner.csv", "Bewohner-Nr;Name;Vorname\n1;Müller;Jürgen\n2;Groß;Änne\n".encode("cp850"))]
    result = importers.read(files, book, sheets_needed=())
    assert result.people_residents["name"].tolist() == ["Müller", "Groß"]
    assert [f.code for f in result.findings if f.code.startswith("zeichen")] == ["zeichen-dos"]
    (guess,) = importers.look(files).guesses
    assert (guess.encoding, guess.sheet, guess.settled) == ("cp850", "Bewohner", False)
    answer = SheetAnswer("Bewohner.csv", "", "Bewohner", columns={"Bewohner-Nr": 0, "Name": 1}, encoding="cp850")
    again = importers.look(files, answers=[answer])
    assert again.guesses[0].settled
    assert not [f for f in again.read(book, sheets_needed=()).findings if f.code.startswith("zeichen")]


@pytest.mark.parametrize("data", [b"\x81\x8d;x", "ü;x".encode("utf-16")[:-1], b"\xff;\x81"])
def test_bytes_that_no_encoding_explains_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="nicht lesbar"):
        delimited.read("b.csv", data, count_known)


def test_a_line_of_a_million_separators_is_refused() -> None:
    with pytest.raises(UnreadableError, match="Spalten"):
        delimited.read("b.csv", b";" * 1_000_000, count_known)
