"""A column nobody has named is asked about by what stands in it; files of another home need a confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.importers import files

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.browser import Visitor, Window

pytestmark = pytest.mark.usefixtures("filled")

WORK = [
    ["Bewohner-Nr", "Intervention", "Datum", "Minuten", "Erl.", "Wer"],
    *(
        [f"{i % 3 + 1}", "4.12", f"{i + 1:02d}.03.2026", "10", "j" if i % 4 else "n", "MB" if i % 2 else "SK"]
        for i in range(12)
    ),
]
STAFF = [["Personal-Nr", "QN"], ["MB", "4"], ["SK", "3"]]
WIDTHS = [(1440, False), (390, True)]


def send(visitor: Visitor, name: str, content: bytes) -> Page:
    visitor.go("/daten/")
    visitor.page.get_by_label("Dateien auswählen").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    visitor.follow(visitor.page.get_by_role("button", name="Hochladen"))
    return visitor.page


@pytest.mark.parametrize(("width", "dark"), WIDTHS)
def test_what_a_column_holds_is_asked_and_answered_by_keyboard(visit: Window, width: int, *, dark: bool) -> None:
    visitor = visit(width=width, dark=dark)
    rows = [["Bemerkenswert" if cell == "Erl." else cell for cell in row] for row in WORK]
    page = send(visitor, f"Inhalt {width}.xlsx", files.xlsx({"Interventionen": rows, "Mitarbeitende": STAFF}))
    page.get_by_role("heading", name="Was steht in diesen Spalten?").wait_for(timeout=60_000)
    visitor.check("inhalt")
    page.get_by_role("radio", name="Ja").first.focus()
    page.keyboard.press("Space")
    page.get_by_label("„n“ heißt").select_option("abgelehnt")
    page.get_by_role("radio", name="Nein").last.check()
    page.get_by_role("button", name="Weiter").click()
    page.get_by_role("heading", name="Sollen die Dateien so gelesen werden?").wait_for()
    visitor.check("inhalt-uebersicht")
    page.get_by_label("Diese Zuordnung merken").uncheck()
    page.get_by_role("button", name="So lesen").click()
    page.get_by_text("3 wurden nicht durchgeführt").first.wait_for(timeout=60_000)


@pytest.mark.parametrize(("width", "dark"), WIDTHS)
def test_files_of_another_home_are_confirmed_first(visit: Window, width: int, *, dark: bool) -> None:
    visitor = visit(width=width, dark=dark)
    rows = [["Haus zur Linde", "", ""], ["Bewohner-Nr", "Name", "Vorname"], ["900", "Baum", "Ida"]]
    page = send(visitor, "Liste.xlsx", files.xlsx({"Bewohner": rows}))
    page.get_by_text("Ist das die richtige Einrichtung?").wait_for(timeout=60_000)
    visitor.check("andere-einrichtung")
    page.get_by_role("button", name="bernehmen").first.click()
    assert page.get_by_label("Ja, diese Dateien gehören zu").evaluate("one => one.validity.valueMissing")
    page.get_by_role("button", name="Verwerfen").click()
    page.get_by_role("heading", name="Soll diese Datenlieferung verworfen werden?").wait_for()
    visitor.check("verwerfen-frage")
    page.get_by_role("button", name="Ja, verwerfen").click()
    page.get_by_text("ist verworfen").wait_for()
