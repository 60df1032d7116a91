"""An upload with errors, from the drop to the result: progress, findings, faulty rows out, repaired rows in."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pyotp
import pytest

from tests.support.browser import PASSWORD
from tests.support.web import workbooks
from tests.support.web.access import of_tenant, of_user
from web import settings as web_settings
from web.security.permissions import AccountRole
from web.services import accounts, grants, homes
from web.services.uploads import steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.browser import Site, Visitor, Window
    from web.store.access import Access

_numbers = count(1)

DROP = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const brought = new DataTransfer();
    brought.items.add(new File([bytes], name));
    const fire = (kind) => document.querySelector("h1").dispatchEvent(
        new DragEvent(kind, { dataTransfer: brought, bubbles: true, cancelable: true }));
    fire("dragenter");
    const shown = document.querySelector(".file.over") !== null;
    fire("drop");
    return shown && document.querySelector(".file.over") === null;
}"""


@dataclass(frozen=True)
class Workshop:
    """A home of another operator, empty, and a window of a user who works for it."""

    visitor: Visitor
    home_id: int
    access: Access


@pytest.fixture
def workshop(site: Site, visit: Window) -> Iterator[Workshop]:
    """Make a home and an account, and sign in for the first time."""
    user_name = f"werk.{next(_numbers)}"
    access = of_tenant(site.databases, f"Träger {user_name}")
    home_id = homes.create(access, "Haus Werkstatt")
    one_time = accounts.create_user(access, user_name=user_name, display_name="Wanda Werk")
    grants.hold(access, user_name, AccountRole.CARE_LEAD, held=True)
    visitor = visit(signed_in=False)
    page = visitor.page
    before, site.home = site.home, home_id
    visitor.go("/")
    page.get_by_label("Benutzername").fill(user_name)
    page.get_by_label("Kennwort").fill(one_time)
    page.get_by_role("button", name="Weiter").click()
    secret = page.locator("code").first.inner_text().replace(" ", "")
    page.get_by_label("Sechsstelliger Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Einrichten und anmelden").click()
    page.get_by_role("button", name="Ich habe sie aufbewahrt").click()
    page.get_by_label("Bisheriges Kennwort").fill(one_time)
    page.get_by_label("Neues Kennwort", exact=True).fill(PASSWORD)
    page.get_by_label("Neues Kennwort noch einmal").fill(PASSWORD)
    page.get_by_role("button", name="Kennwort ändern").click()
    page.get_by_role("heading", name="Wo stehen wir?").wait_for()
    yield Workshop(visitor, home_id, of_user(site.databases, user_name))
    site.home = before


def check(visitor: Visitor, name: str) -> None:
    """Hold a page against what must be true of every page, wide and narrow."""
    for width in (390, 1440):
        visitor.page.set_viewport_size({"width": width, "height": 844})
        visitor.check(name)


def test_faulty_rows_are_downloaded_repaired_and_uploaded_again(workshop: Workshop, tmp_path: Path) -> None:
    visitor, page = workshop.visitor, workshop.visitor.page
    visitor.go("/daten/")
    content = base64.b64encode(workbooks.workbook()).decode()
    assert page.evaluate(DROP, ["Haus März.xlsx", content])
    assert page.locator("#gewaehlt").inner_text().startswith("Haus März.xlsx (")
    assert page.evaluate("document.activeElement.name") == "dateien"
    check(visitor, "abgelegt")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Was ist aufgefallen?").wait_for(timeout=60_000)

    page.get_by_text("Interventionen, Zeile 9", exact=False).first.wait_for()
    assert page.get_by_text("Zauberei").count() == 0, "cells are quoted once somebody has said what for"
    page.get_by_role("link", name="Befunde im Wortlaut zeigen").click()
    page.get_by_label("Fehler in Datenlieferungen berichtigen").check()
    page.get_by_role("button", name="Weiter").click()
    page.get_by_role("heading", name="Was ist aufgefallen?").wait_for()
    page.get_by_label("Art", exact=True).select_option("fehler")
    page.get_by_text("1 Befund", exact=True).wait_for()
    page.get_by_label("Art", exact=True).select_option("")
    page.get_by_label("Suche", exact=True).press_sequentially("zauber")
    page.get_by_text("1 Befund", exact=True).wait_for()
    assert "zauber" not in page.url
    check(visitor, "befunde-gesucht")
    page.get_by_label("Suche", exact=True).fill("gibt es nicht")
    page.keyboard.press("Enter")
    page.get_by_text("Kein Befund passt dazu.").wait_for()
    page.get_by_role("link", name="Alle Befunde zeigen").click()
    page.get_by_role("button", name="übernehmen").click()
    page.get_by_role("link", name="Ergebnis ansehen").wait_for(timeout=60_000)

    with page.expect_download() as download:
        page.get_by_role("link", name="Fehlerhafte Zeilen herunterladen").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    sheet = book["Interventionen"]
    assert [cell.value for cell in sheet[1]][:-2] == list(workbooks.WORK[0])
    assert sheet.max_row == 2
    assert (sheet["C2"].value, "Katalog" in sheet["J2"].value) == ("Zauberei", True)
    sheet["C2"].value = "1.1"
    book.save(path)

    page.get_by_role("link", name="laden Sie nur diese Mappe noch einmal hoch").click()
    page.get_by_label("Dateien auswählen").set_input_files(path)
    page.get_by_role("button", name="Hochladen").click()
    page.get_by_role("heading", name="Können diese Daten so übernommen werden?").wait_for(timeout=60_000)
    assert "1 von 1 Zeile zählt" in page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    page.get_by_role("button", name="Übernehmen").click()
    page.get_by_role("link", name="Ergebnis ansehen").wait_for(timeout=60_000)
    assert "1 Intervention kam hinzu und zählt" in page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert visitor.said == []


def test_a_waiting_job_is_looked_at_cancelled_and_started_again(workshop: Workshop) -> None:
    visitor, databases, page = workshop.visitor, workshop.visitor.site.databases, workshop.visitor.page
    settings = web_settings.embedded(Path(str(databases.work.url.database)).parent)
    number = steps.start(  # beside the queue, so that no worker takes it
        workshop.access,
        settings,
        home_id=workshop.home_id,
        files=[("haus.xlsx", workbooks.workbook())],
    )
    visitor.go(f"/daten/{number}")
    page.get_by_text("Wartet auf den Start").wait_for()
    check(visitor, "fortschritt")
    page.get_by_role("button", name="Abbrechen").click()
    page.get_by_role("heading", name="Soll es noch einmal versucht werden?").wait_for()
    check(visitor, "abgebrochen")
    page.get_by_role("button", name="Erneut starten").click()
    page.get_by_role("heading", name="Können diese Daten so übernommen werden?").wait_for(timeout=60_000)
    assert visitor.said == []
