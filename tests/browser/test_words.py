"""A home's own words in a real browser: asked for with the upload that has them, answered at once, counted at once."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

if TYPE_CHECKING:
    from tests.support.browser import Visitor, Window

pytestmark = [pytest.mark.usefixtures("filled"), pytest.mark.deep]

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEETS = {
    "Mitarbeitende": [
        ("Personal-Nr", "Name", "Vorname", "QN", "Rolle"),
        ("X1", "Quast", "Ute", "PHK", "WBL"),
        ("X2", "Blaschke", "Tom", "Zauberlehrling", "Nachtengel"),
    ],
    "Interventionen": [
        ("Bewohner-Nr", "Personal-Nr", "Intervention", "Datum", "Minuten", "Schicht"),
        ("", "X1", "Duschbad nach Hausart", "15.01.2026", "25", "F1"),
        ("", "X1", "Kaffeerunde", "15.01.2026", "90", "S2"),
        ("", "X2", "Fahrt zum Friedhof", "16.01.2026", "40", "F1"),
        ("", "X2", "Quarkwickel", "16.01.2026", "5", "Bereitschaft"),
    ],
    "Dienste": [
        ("Personal-Nr", "Datum", "Dienst"),
        ("X1", "15.01.2026", "FD2"),
        ("X1", "16.01.2026", "Q7"),
        ("X2", "16.01.2026", "N*"),
    ],
}


def own_words() -> bytes:
    """Return a workbook with unknown words of every kind."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def entry(visitor: Visitor, word: str):  # noqa: ANN201
    """Return the fields for a word."""
    return visitor.page.get_by_role("group", name=f"Was bedeutet „{word}“?")


def test_words_are_answered_on_the_way_and_count_when_read_again(visit: Window) -> None:
    visitor, narrow = visit(), visit(width=390)
    page = visitor.page
    visitor.go("/daten/")
    page.get_by_label("Dateien auswählen").set_input_files(
        {"name": "januar.xlsx", "mimeType": EXCEL, "buffer": own_words()}
    )
    page.get_by_role("button", name="Hochladen").click()
    page.get_by_role("heading", name="Welche Wörter sind noch offen?").wait_for(timeout=60_000)
    page.get_by_role("main").get_by_role("link", name="Interventionen", exact=True).click()
    page.get_by_role("heading", name="Was meinen die Wörter dieser Datenlieferung?").wait_for()
    path = page.url.removeprefix(visitor.site.address).rpartition("/")[0]
    kinds = ("intervention", "qualifikation", "rolle", "schicht", "dienst")
    for window in (visitor, narrow):
        for kind in kinds:
            window.go(f"{path}/{kind}")
            window.check(f"werte-{kind}")

    visitor.go(f"{path}/intervention")
    assert re.findall(r"[A-Z]\w+", " ".join(page.locator(".pending b").all_inner_texts()))[0] == "Kaffeerunde"
    entry(visitor, "Kaffeerunde").get_by_label("ignorieren").check()
    entry(visitor, "Duschbad nach Hausart").get_by_label("4.12 Körperpflege: Duschen").check()
    entry(visitor, "Quarkwickel").get_by_label("Andere Intervention").fill("Quarkwickel machen")
    entry(visitor, "Fahrt zum Friedhof").get_by_label("später").check()
    page.get_by_role("button", name="Zuordnungen speichern").click()
    page.get_by_role("alert").wait_for()
    assert entry(visitor, "Kaffeerunde").get_by_label("ignorieren").is_checked()
    visitor.said.clear()  # the browser notes the refusal's status
    visitor.check("werte-abgelehnt")
    entry(visitor, "Quarkwickel").get_by_label("Andere Intervention").fill("5.E26")
    page.get_by_role("button", name="Zuordnungen speichern").click()
    page.get_by_text("Gespeichert: 4 Wörter.").wait_for()
    visitor.check("werte-gespeichert")

    page.get_by_role("link", name=re.compile("^Qualifikationen")).click()
    entry(visitor, "Zauberlehrling").get_by_label("Anderes Niveau").select_option("1")
    entry(visitor, "PHK").get_by_label(re.compile("QN 3")).check()
    page.get_by_role("button", name="noch einmal lesen").click()
    page.get_by_role("heading", name="Können diese Daten so übernommen werden?").wait_for(timeout=60_000)
    assert page.get_by_text("2 von 4 Zeilen zählen").is_visible()
    assert page.get_by_role("main").get_by_role("link", name="Qualifikationen", exact=True).count() == 0

    visitor.go("/bezeichnungen/")
    assert page.get_by_role("row", name=re.compile("Duschbad nach Hausart 4.12 Körperpflege: Duschen")).is_visible()
    for window in (visitor, narrow):
        window.go("/bezeichnungen/")
        window.check("bezeichnungen-zugeordnet")
        window.go("/bezeichnungen/qualifikation")
        window.check("bezeichnungen-qualifikation")
