"""The fast reader cuts large texts into the same cells as csv does, or leaves them to it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importers.files import delimited, delimited_fast
from importers.files.row_borders import BorderScan, RowBorders
from importers.files.sheet_cells import SheetCells, in_order
from importers.findings import UnreadableError
from importers.sheets.template_columns import count_known

SIGNS = st.text(alphabet='a1ä€ ;,\t"\r\n\x85\u2028\ufeff#', max_size=6)
PLAIN = st.text(alphabet="a1ä€ .,:-?'#\u2028", max_size=5)
QUOTING = st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
LINE_ENDS = st.sampled_from(["\n", "\r\n"])


def records_of(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def expected(text: str, delimiter: str) -> list[list[str]]:
    records = records_of(text, delimiter)
    width = max(map(len, records), default=0)
    return [record + [""] * (width - len(record)) for record in records]


def fast(text: str, delimiter: str, first: int = 5) -> tuple[SheetCells, RowBorders] | None:
    data = text.encode()
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[:first]
    return delimited_fast.read(data, (0, len(data)), delimiter, rows)


@settings(deadline=None)
@given(st.lists(SIGNS, max_size=12).map("".join), st.sampled_from(";,\t"), st.integers(1, 20))
@example("a;b\n\nc;d\n", ";", 3)
@example("a\r\rb\n\r;c", ";", 3)
@example('"a""b";""\n"";"""\n', ";", 2)
@example('"a\n";b\r\n"";""""\r\n', ";", 2)
@example("\ufeffa;b\n1;2\n", ";", 2)
@example("a;b\n1;2;3\n", ";", 1)
def test_any_text_gives_the_same_cells_or_none(text: str, delimiter: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited_fast, "_SMALLEST", size)
        patch.setattr(delimited_fast, "_LARGEST", size)
        result = fast(text, delimiter)
    if result is not None:
        cells, borders = result
        assert cells[:].tolist() == expected(text, delimiter)
        scan = BorderScan(delimiter)
        scan.add(records_of(text, delimiter))
        of_csv = scan.done()
        assert borders.widths.tolist() == of_csv.widths.tolist()
        assert borders.long_cells == of_csv.long_cells


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.lists(st.lists(PLAIN, min_size=2, max_size=4), min_size=1, max_size=30), LINE_ENDS, QUOTING, st.integers(1, 200)
)
def test_output_of_programs_is_accepted(rows: list[list[str]], end: str, quoting: int, size: int) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";", lineterminator=end, quoting=quoting).writerows(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited_fast, "_SMALLEST", size)
        patch.setattr(delimited_fast, "_LARGEST", size)
        result = fast(stream.getvalue(), ";", len(rows))
    assert result is not None
    assert result[0][:].tolist() == expected(stream.getvalue(), ";")


HEAD = "Bewohner-Nr;Personal-Nr;Intervention;Datum;Minuten"
ROWS = [f"0{n % 7};P{n % 3};Körperpflege;0{n % 9 + 1}.03.2026;{n % 50},5" for n in range(400)]
FILES = {
    "utf-8": "\n".join([HEAD, *ROWS]).encode(),
    "utf-8 with its mark": "\r\n".join([HEAD, *ROWS, ""]).encode("utf-8-sig"),
    "utf-16": "\r\n".join([HEAD, *ROWS]).encode("utf-16"),
    "windows": "\r\n".join([HEAD, *ROWS]).encode("cp1252"),
    "umlaut at the end": "\n".join([HEAD, *(row.replace("ö", "oe") for row in ROWS), ROWS[0]]).encode("cp1252"),
    "umlaut at the beginning of rows": "\n".join([HEAD, *(f"Ä{row}" for row in ROWS)]).encode(),
    "end of DOS": ("\r\n".join([HEAD, *ROWS]) + "\r\n\x1a").encode(),
    "separator said": "\r\n".join(["sep=;", HEAD, *ROWS]).encode(),
    "strange separator said": "\n".join(["sep=§", *(row.replace(";", "§") for row in [HEAD, *ROWS])]).encode(),
    "titles": "\n".join(["Bericht", "", HEAD, *ROWS, "Summe;;;;400"]).encode(),
    "longer row at the end": "\n".join([HEAD, *ROWS, ROWS[0] + ";x;y"]).encode(),
    "other quotes": "\n".join([HEAD, *ROWS, '1;P"1;a "b" c;01.03.2026;5']).encode(),
    "sloppy quotes": "\n".join([HEAD, *ROWS, '"1" ;P1;Körperpflege;01.03.2026;5']).encode(),
    "line in a cell": "\n".join([HEAD, *ROWS, '1;P1;"Körper\nPflege";01.03.2026;5', *ROWS]).encode(),
    "odd letters": "\n".join([HEAD, *ROWS, "1;P1;KÃ¶rper M?ller;01.03.2026;#NV"]).encode(),
    "zero byte": "\n".join([HEAD, *ROWS, "1;P1;a\0b;01.03.2026;5"]).encode("utf-16"),
    "shorter rows": "\n".join([HEAD, *ROWS, "1;P1", *ROWS, "1;P1;x;01.03.2026", "1;P1"]).encode(),
    "separators in quotes": "\n".join([HEAD, *ROWS, '1;"P;1";"a;;b"', *ROWS]).encode(),
    "rows in a cell": "\n".join([HEAD, *ROWS, f'1;"P1;{ROWS[0]}', f'1;P";1;{ROWS[1]}', *ROWS]).encode(),
    "some lines in quotes": "\n".join([HEAD, *ROWS, *(f'"{row}"' for row in ROWS)]).encode(),
    "open quote": "\n".join([HEAD, *ROWS, '1;"P1;a;01.03.2026;5', *ROWS]).encode(),
    "few rows": "\n".join([HEAD, *ROWS[:9]]).encode(),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("encoding", ["", *(pytest.param(one, marks=pytest.mark.slow) for one in ("utf-8", "cp1252"))])
def test_a_large_file_reads_like_a_small_one(kind: str, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome() -> object:
        try:
            grid, findings = delimited.read("a.csv", FILES[kind], count_known, encoding)
        except UnreadableError as refused:
            return str(refused)
        assert grid.borders is not None
        borders = grid.borders.widths.tolist(), grid.borders.long_cells
        return grid.cells[:].tolist(), grid.encoding, findings, borders

    small = outcome()
    monkeypatch.setattr(delimited, "LARGE", 0)
    monkeypatch.setattr(delimited, "_SAMPLE", 12_500)
    monkeypatch.setattr(delimited_fast, "_SMALLEST", 5_000)
    monkeypatch.setattr(delimited_fast, "_LARGEST", 5_000)
    assert outcome() == small


def test_few_different_cells_become_codes() -> None:
    text = "".join(f"{n};{n % 3};frei {n}\n" for n in range(1000))
    result = fast(text, ";", 500)
    assert result is not None
    cells, _ = result
    assert [codes is not None for codes, _ in cells.columns] == [False, True, False]
    assert in_order(*cells.coded(1))[1] == ["0", "1", "2"]
    assert cells.coded(0)[1].tolist() == [str(n) for n in range(1000)]
