"""Every table of an analysis page sorts by its headings and leaves as CSV, JSON and Excel, with the page's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest

import sample_data
from tests.support.web import drawn_homes, random_filters, workbooks
from tests.support.web.html_tables import file_addresses, lines, tables, words
from tests.support.web.stored_results import keep
from tests.support.web.table_checks import files_of, headings_that_sort
from web.reports import table_file
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.support.web.pages import Person

HIDDEN = "zu wenige Personen"
MERGED = figures.PART_WORDS[figures.MERGED].word
MONTH = "von=2026-01-01&bis=2026-01-31"
PAGES = (
    "/?",
    "/interventionen?alle=1&",
    "/interventionen?soll=2&ist=4&alle=1&",
    "/interventionen/4.12?",
    "/entlastung?alle=1&",
    "/stellen/?",
    "/plausibilitaet?",
)
FEWEST_TABLES = 11


@pytest.fixture
def client(ben: Person, tmp_path: Path) -> FlaskClient:
    """Read in a sample home: with assessments, weekly hours and a roster."""
    for path in sample_data.make(tmp_path, homes=1, residents=10, months=1, seed=3):
        ben.read_in(path.read_bytes(), name=path.name)
    return ben.first_sign_in()


def test_every_table_sorts_by_links_that_keep_the_address(client: FlaskClient) -> None:
    assert sum(headings_that_sort(client, f"{page}{MONTH}&wb=&schicht=") for page in PAGES) > 50


def test_every_table_leaves_in_every_form_and_each_download_is_logged(ben: Person, client: FlaskClient) -> None:
    """T10: the three forms say the same, in the order of the page."""
    names = [files_of(ben, client, f"{page}{MONTH}") for page in PAGES]
    assert len(set.union(*names)) >= FEWEST_TABLES, names


def share(value: Any) -> str:
    return "•" if value == HIDDEN else words(figures.percent(value / 100))


def part(row: dict[str, Any], of: str, minutes: str = "") -> str:
    """Return what the page has of a share, with its time below; of nothing a dash."""
    value = row[f"{of}, Prozent"]
    if value == HIDDEN:
        return "•"
    if not value:
        return "–"
    return f"{share(value)} {time(row[minutes])}" if minutes else share(value)


def time(minutes: Any, write: Callable[[int], str] = figures.hours) -> str:
    return "•" if minutes == HIDDEN else words(write(round(60 * minutes)))


def count(value: Any) -> str:
    return "•" if value == HIDDEN else words(figures.number(value))


def place_row(row: dict[str, Any], word: str) -> list[str]:
    """Return a line of a file by ward or shift as the page has it."""
    rated = row["Bewertbar, Prozent"]
    times = [row[f"{one.word}, Minuten"] for one in figures.FIT_WORDS.values()]
    rests_on = (
        f"{time(sum(one for one in times if one != HIDDEN))} gezeigt"
        if rated == HIDDEN
        else f"{share(rated)} bewertbar"
    )
    passing = share(row["Passend, Prozent"])
    low, high = (
        part(row, "Zu niedrig", "Zu niedrig, Minuten"),
        part(row, "Höher als nötig", "Überqualifiziert, Minuten"),
    )
    return [f"{row[word]} {rests_on}", "", passing, low, high]


def day_row(row: dict[str, Any], _: str) -> list[str]:
    classes = [time(row[f"{one.word}, Minuten"], figures.duration) for one in figures.FIT_WORDS.values()]
    return [row["Tag"], *classes, count(row["Interventionen"])]


def intervention_row(row: dict[str, Any], _: str) -> list[str]:
    def some(minutes: Any) -> str:
        return time(minutes) if minutes else "–"

    shares = [part(row, one.word) for one in figures.FIT_WORDS.values()]
    low, high = some(row["Zu niedrig, Minuten"]), some(row["Überqualifiziert, Minuten"])
    name = f"{row['Intervention']} {row['Nr.']}"
    return [name, low, high, "", *shares, time(row["Minuten"]), count(row["Anzahl"])]


OF_FILE = {
    "wohnbereiche": ("Passung nach Wohnbereich", "Wohnbereich", place_row),
    "schichten": ("Passung nach Schicht", "Schicht", place_row),
    "tage": ("Passung nach Tagen", "Tag", day_row),
    "interventionen": ("Interventionen nach Passung", "Intervention", intervention_row),
}
"""Table in the address of a file: what it is called on the page, its first column, and how a line is written there."""


def compare(client: FlaskClient, page: str, asked: dict[str, str]) -> int:
    """Hold the tables of a page against their files; return how many lines they have."""
    answer = client.get(f"{page}{urlencode(asked)}").text
    shown, compared = tables(answer), 0
    for name, form, address in file_addresses(answer):
        if form != "json" or name not in OF_FILE:
            continue
        title, first, write = OF_FILE[name]
        got = lines(client.get(address))
        whole = [row for row in got if row[first] != MERGED]
        html = [row for row in shown[title].rows if not row[0].startswith("Zusammengefasst")]
        written = [write(row, first) for row in whole]
        assert [[*map(blank, row)] for row in written] == [[*map(blank, row)] for row in html], (address, asked)
        rest = [row[1] for row in shown[title].rows if row[0].startswith("Zusammengefasst")]
        told = [row for row in got if row[first] == MERGED]
        assert rest == [
            "nicht gezeigt"
            if row["Anzahl"] == HIDDEN
            else f"{time(row['Minuten'])} {words(figures.counted(row['Anzahl'], 'Intervention', 'Interventionen'))}"
            for row in told
        ]
        for row in got:
            assert {row["Von"], row["Bis"]} == {
                words(figures.day(one)) for one in map(random_filters.date.fromisoformat, (asked["von"], asked["bis"]))
            }
            for parameter, word in (("wb", "Wohnbereich"), ("schicht", "Schicht"), ("gruppe", "Gruppe")):
                if f"Auswahl {word}" in row:
                    chosen = asked.get(parameter, "alle")
                    assert row[f"Auswahl {word}"] == ("ohne Angabe" if chosen == "-" else chosen)
        compared += len(got)
    return compared


def blank(text: str) -> str:
    """Return the text of a cell; a share of 0 % of something is one of nothing in a file."""
    return "–" if text.startswith("0,0 %") else text


def test_files_have_the_figures_of_the_page_for_random_periods_and_filters(ben: Person) -> None:
    home, rng = random_filters.home(4), np.random.default_rng(4)
    keep(ben, home, random_filters.BOOK, (random_filters.FIRST, random_filters.LAST))
    client = ben.first_sign_in()
    compared = [
        compare(client, page, random_filters.draw(rng, home))
        for _ in range(8)
        for page in ("/?", "/interventionen?alle=1&")
    ]
    assert sum(one > 0 for one in compared) > 8
    assert sum(compared) > 300


@pytest.mark.small_groups
def test_what_a_page_hides_is_hidden_in_its_files_and_said_there(ben: Person) -> None:
    """D3: the same places, and the line of what is told together."""
    home = drawn_homes.drawn(3, people=12, rows=500)
    keep(ben, home, drawn_homes.BOOK, (drawn_homes.FIRST, drawn_homes.LAST))
    client = ben.first_sign_in()
    entry = home.interventions["intervention"].cat.categories[0]
    periods = ({"von": "2026-01-01", "bis": "2026-01-31"}, {"von": "2026-01-01", "bis": "2026-02-28"})
    asked = [period | more for period in periods for more in ({}, {"wb": "A"}, {"schicht": "F"})]
    assert (
        sum(
            compare(client, page, one)
            for one in asked
            for page in ("/?", "/interventionen?alle=1&", f"/interventionen/{entry}?")
        )
        > 20
    )
    texts = [
        client.get(f"/uebersicht.csv?{urlencode(one)}&tabelle={name}").text
        for one in asked
        for name in OF_FILE
        if name != "interventionen"
    ]
    assert sum(HIDDEN in text for text in texts) > 6
    part_of_month = client.get("/uebersicht.csv?von=2026-01-03&bis=2026-01-20&tabelle=wohnbereiche").text.splitlines()
    assert [line.split(";")[0] for line in part_of_month[1:]] == [MERGED], "for days there are no wards"


def test_cells_of_files_never_begin_a_formula(ben: Person) -> None:
    """F6: a ward that looks like one."""
    work = [workbooks.WORK[0], ("0042", "P1", "1.1", "05.01.2026", "07:10", "20", "Früh", "=1+1", "")]
    ben.read_in(workbooks.workbook(**workbooks.home() | {"Interventionen": work}))
    client = ben.first_sign_in()
    files = {form: client.get(f"/uebersicht.{form}?{MONTH}&tabelle=wohnbereiche") for form in table_file.FORMS}
    found = {form: [row["Wohnbereich"] for row in lines(answer)] for form, answer in files.items()}
    assert found == {"csv": ["'=1+1"], "json": ["=1+1"], "xlsx": ["'=1+1"]}


def test_a_file_is_not_made_of_an_address_that_cannot_be_meant(ben: Person) -> None:
    ben.read_in(workbooks.workbook())
    client = ben.first_sign_in()
    for path, page in (
        (f"/uebersicht.csv?{MONTH}&wb=Dach&tabelle=tage", "/"),
        (f"/interventionen/1.1/tabelle.csv?{MONTH}&wb=Dach&tabelle=bedarf", "/interventionen/1.1"),
        (f"/interventionen.csv?{MONTH}&soll=9", "/interventionen"),
        (f"/plausibilitaet.csv?{MONTH.replace('-31', '-32')}", "/plausibilitaet"),
    ):
        answer = client.get(path)
        assert (answer.status_code, urlsplit(answer.location).path) == (302, page)
        assert "tabelle" not in answer.location
        assert 'class="box warning"' in client.get(answer.location).text, "the page says what is wrong"
    assert client.get(f"/uebersicht.csv?{MONTH}&tabelle=personen").status_code == 404
