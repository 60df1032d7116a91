"""Files of other programs, from the file dialogue to the figures: what is asked, answered by clicks, and remembered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.web import foreign

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.browser import Visitor, Window

pytestmark = pytest.mark.usefixtures("filled")

QUICK = {("csv", 1440)}
WALKS = [
    pytest.param(family, width, id=f"{family}-{width}", marks=[] if (family, width) in QUICK else [pytest.mark.deep])
    for family in foreign.families()
    for width in (1440, 390)
]
NEXT = re.compile("^(Weiter|So lesen|Datei öffnen)$")
READ = "Können diese Daten so übernommen werden?"


def send(visitor: Visitor, name: str, content: bytes) -> None:
    """Choose a file and send it."""
    visitor.go("/daten/")
    visitor.page.get_by_label("Dateien auswählen").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    visitor.follow(visitor.page.get_by_role("button", name="Hochladen"))


def settled(page: Page) -> str:
    """Wait until the worker is done, and return the question asked or the heading of the preview."""
    page.get_by_role("heading", level=1).filter(has_not_text="Wie weit").filter(has_not_text="Welche Daten").wait_for(
        timeout=120_000
    )
    return page.get_by_role("heading", level=1).inner_text()


@pytest.mark.parametrize(("family", "width"), WALKS)
def test_from_the_file_to_the_figures(visit: Window, family: str, width: int) -> None:
    visitor = visit(width=width)
    page = visitor.page
    send(visitor, *foreign.families()[family])
    seen = []
    while (heading := settled(page)) != READ:
        seen.append(heading)
        assert len(seen) < 20, seen
        visitor.check(f"fremd-{family}-{len(seen)}")
        if "Kennwort" in heading:
            page.get_by_label("Kennwort der Datei").fill(foreign.PASSWORD)
        if page.get_by_label("Diese Zuordnung merken").count():
            page.get_by_label("Diese Zuordnung merken").uncheck()
        visitor.follow(page.get_by_role("button", name=NEXT))
        page.wait_for_load_state()
    assert bool(seen) == (family not in {"xls", "ods", "das"}), seen
    visitor.check(f"fremd-{family}-vorschau")
    page.get_by_role("button", name="übernehmen").or_(page.get_by_role("button", name="Übernehmen")).first.click()
    page.get_by_role("link", name="Ergebnis ansehen").click(timeout=120_000)
    page.get_by_role("heading", name="Wo stehen wir?").wait_for()


@pytest.mark.parametrize("width", [1440, pytest.param(390, marks=pytest.mark.deep)])
def test_by_keyboard_alone_and_remembered(visit: Window, width: int) -> None:
    """Another column by keyboard shows its samples; the profile is kept; the next file asks nothing."""
    visitor = visit(width=width)
    page = visitor.page
    rows = [[*foreign.HEADINGS[:5], f"Bemerkung {width}"], *foreign.WORK]
    send(visitor, f"Station {width}.csv", foreign.csv(rows=rows))
    page.get_by_role("heading", name="Welche Spalte ist welche?").wait_for(timeout=60_000)
    status = page.get_by_label("Status", exact=True)
    status.focus()
    page.keyboard.type("F")
    page.get_by_text("ruhig · müde · schläft").first.wait_for()
    visitor.check("spalten-gewaehlt")
    assert status.evaluate("node => node === document.activeElement")
    page.keyboard.press("Home")
    page.get_by_text("Spalte der Datei wird nicht gespeichert").wait_for()
    page.get_by_label("Datum", exact=True).select_option("")
    page.get_by_role("button", name="Weiter").click()
    page.get_by_text("Ohne diese Spalte").wait_for()
    assert visitor.said
    assert all("422" in one for one in visitor.said)  # the browser's own word for the answer
    visitor.said.clear()
    visitor.check("spalten-falsch")
    page.get_by_label("Datum", exact=True).select_option(label="D „Durchgeführt am“")
    page.get_by_role("button", name="Weiter").click()
    page.get_by_label("Name des Profils").fill(f"Export {width}")
    page.get_by_role("button", name="So lesen").click()
    page.get_by_role("heading", name=READ).wait_for(timeout=60_000)
    send(visitor, f"Folgemonat {width}.csv", foreign.csv(rows=rows))
    page.get_by_text(f"Gelesen nach Profil „Export {width}“").wait_for(timeout=60_000)
    visitor.check("nach-profil")
    visitor.go("/daten/profile/")
    visitor.check("profile")
    page.get_by_role("link", name=f"Export {width}", exact=True).click()
    page.get_by_role("heading", name="Wie wird").wait_for()
    visitor.check("profil")
