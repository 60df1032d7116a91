"""Characters that nobody sees change nothing, wherever they stand."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest

import importers
from importers.values.spelling import clean, fold
from tests.support.importers.files import csv_files, home, xlsx

if TYPE_CHECKING:
    from rules.model import RuleBook

MARKS = {
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "embedding": "\u202a{}\u202c",
    "isolate": "\u2066{}\u2069",
    "Arabic letter mark": "\u061c",
    "Mongolian vowel separator": "\u180e",
    "grapheme joiner": "\u034f",
    "emoji selector": "\ufe0f",
    "supplementary selector": "\U000e0100",
    "tag": "\U000e0041",
    "Hangul filler": "\u3164",
    "invisible times": "\u2062",
    "interlinear anchor": "\ufff9",
    "soft hyphen": "\u00ad",
    "start of heading": "\x01",
}


def test_every_format_character_and_every_ignorable_one_is_dropped() -> None:
    formats = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) == "Cf"]
    selectors = [
        chr(code)
        for start, end in ((0xFE00, 0xFE10), (0xE0100, 0xE01F0), (0x180B, 0x1810))
        for code in range(start, end)
    ]
    assert len(formats) > 150
    assert [f"U+{ord(c):04X}" for c in (*formats, *selectors, "\u034f", "\u3164") if clean(f"0042{c}") != "0042"] == []


def test_letters_combining_marks_and_signs_of_a_wrong_encoding_stay() -> None:
    shown = "Łukasz Nguyễn \u0967 हिन्दी \u0081 \ufffd ‐ – → ✓"
    assert clean(shown) == unicodedata.normalize("NFC", shown)


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS.keys())
def test_a_home_whose_every_cell_carries_one_reads_as_without(mark: str, book: RuleBook) -> None:
    plain = home()

    def marked(cell: object) -> object:
        return (mark if "{}" in mark else "{}" + mark).format(cell) if isinstance(cell, str) and cell else cell

    strange = {sheet: [[marked(cell) for cell in row] for row in rows] for sheet, rows in plain.items()}
    expected = importers.read([("heim.xlsx", xlsx(plain))], book)
    files = csv_files(strange) if not mark.isascii() else [("heim.xlsx", xlsx(strange))]
    result = importers.read(files, book)
    assert not [finding for finding in result.findings if finding.severity is importers.Severity.ERROR]
    for frame in ("residents", "staff", "interventions", "assessments", "instability"):
        want, got = getattr(expected.tables, frame), getattr(result.tables, frame)
        assert got.astype(str).to_dict("list") == want.astype(str).to_dict("list"), frame
    assert result.people_residents.to_dict("list") == expected.people_residents.to_dict("list")


@pytest.mark.parametrize("text", ["\u200e02.03.2026", "\u202d02.03.2026\u202c", "02\u206a.03.2026", "02.03.2026\u200f"])
def test_a_day_between_marks_of_the_writing_direction_is_read(text: str, book: RuleBook) -> None:
    files = dict(csv_files(home()))
    files["Interventionen.csv"] = files["Interventionen.csv"].replace(b"02.03.2026", text.encode())
    result = importers.read(list(files.items()), book)
    assert result.tables.interventions["date"].dt.strftime("%d.%m.").unique().tolist() == ["02.03."]


def test_a_cell_of_nothing_else_is_blank_and_names_are_alike() -> None:
    assert clean("\u200e\ufe0f\u2060") == ""
    assert fold("Müller\u200d-\u00adLüdenscheidt\u200e") == fold("Mueller Luedenscheidt")
