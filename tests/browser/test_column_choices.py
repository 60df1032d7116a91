"""No choice on the page of columns is ever lost: on a slow line, by keyboard, in two windows, or on the way back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.web import foreign

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Locator, Page

    from tests.support.browser import Visitor, Window

pytestmark = pytest.mark.usefixtures("filled")

HEADINGS = [*foreign.HEADINGS[:5], "Feld 1", "Feld 2", "Feld 3"]
CELLS = [["08:05", "j", "WB 1"], ["09:10", "n", "WB 1"], ["10:15", "j", "WB 2"], ["11:20", "j", "WB 2"]]
ROWS = [HEADINGS, *([*row[:5], *more] for row, more in zip(foreign.WORK, CELLS, strict=True))]
WEITER = re.compile("^Weiter$")


def asked(visitor: Visitor, name: str) -> Page:
    """Send a file whose columns are open, and wait for the question."""
    page = visitor.page
    visitor.go("/daten/")
    page.get_by_label("Dateien auswählen").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": foreign.csv(rows=ROWS)}
    )
    page.get_by_role("button", name="Hochladen").click()
    page.get_by_role("heading", name="Welche Spalte ist welche?").wait_for(timeout=60_000)
    return page


def field(page: Page, column: str) -> Locator:
    return page.get_by_label(column, exact=True)


def chosen(page: Page) -> dict[str, str]:
    """Return the columns chosen, field -> option shown."""
    fields: dict[str, str] = page.locator(".mapping select[data-field]").evaluate_all(
        """all => Object.fromEntries(all.map(one => [
            document.querySelector(`label[for="${one.id}"]`).textContent, one.selectedOptions[0].textContent]))"""
    )
    return {column: shown for column, shown in fields.items() if shown != "–"}


def slow(page: Page, milliseconds: int) -> None:
    """Let every request take that long at least."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def test_quick_choices_on_a_slow_line_are_all_kept(visit: Window) -> None:
    """Choices 250 ms apart while an answer takes 400 ms; nothing is sent before "Weiter", then all is."""
    visitor = visit()
    page = asked(visitor, "Langsam.csv")
    slow(page, 400)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    wanted = {"Uhrzeit": "F „Feld 1“", "Status": "G „Feld 2“", "Wohnbereich": "H „Feld 3“"}
    for column, label in wanted.items():
        field(page, column).select_option(label=label)
        page.wait_for_timeout(250)
    field(page, "Minuten").select_option("")
    page.get_by_text("08:05 · 09:10 · 10:15 · 11:20").first.wait_for()
    assert sent == []
    left = chosen(page)
    assert wanted.items() <= left.items()
    assert "Minuten" not in left
    visitor.check("spalten-langsam")
    page.get_by_role("button", name=WEITER).click()
    page.get_by_role("heading", name="Sollen die Dateien so gelesen werden?").wait_for()
    page.get_by_role("link", name="Spalten ändern").click()
    page.get_by_role("heading", name="Welche Spalte ist welche?").wait_for()
    assert chosen(page) == left


def test_arrow_keys_pass_other_columns_without_taking_them(visit: Window) -> None:
    """Stepping down a list chooses column after column; only the one it stops at is taken from another field."""
    visitor = visit(width=390)
    page = asked(visitor, "Tastatur.csv")
    slow(page, 400)
    before = chosen(page)
    clock = field(page, "Uhrzeit")
    clock.focus()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert chosen(page) == before | {"Uhrzeit": "F „Feld 1“"}
    page.keyboard.press("Shift+Tab")
    assert clock.evaluate("node => node === document.activeElement")
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    taken = before | {"Uhrzeit": "D „Durchgeführt am“"}
    del taken["Datum"]
    assert chosen(page) == taken
    page.get_by_text("Diese Spalte ist jetzt „Uhrzeit“.").wait_for()
    visitor.check("spalten-genommen")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert chosen(page) == before | {"Uhrzeit": "F „Feld 1“"}
    assert page.get_by_text("Diese Spalte ist jetzt").count() == 0
    assert page.locator("#zu-1").inner_text() == "sicher"  # as before it was taken and given back
    page.keyboard.press("Tab")  # on to the next fields, as quickly as keys repeat
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    assert chosen(page)["Uhrzeit"] == "F „Feld 1“"


def test_leaving_the_page_with_unsent_choices_is_asked_about(visit: Window) -> None:
    visitor = visit()
    page = asked(visitor, "Weg.csv")
    field(page, "Uhrzeit").select_option(label="F „Feld 1“")
    page.get_by_role("heading", level=1).click()  # the browser asks only who has touched the page
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Zurück zum Blatt").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert questions == ["beforeunload"]
    assert chosen(page)["Uhrzeit"] == "F „Feld 1“"
    page.get_by_role("button", name=WEITER).click()
    page.get_by_role("heading", name="Welche Spalte ist welche?").wait_for(state="detached")
    assert questions == ["beforeunload"]


def test_two_windows_on_one_upload_lose_nothing(visit: Window) -> None:
    """The second window is told what the first has stored; its own choices stay, and count once sent again."""
    visitor = visit()
    first = asked(visitor, "Fenster.csv")
    second = first.context.new_page()
    second.goto(first.url)
    field(first, "Uhrzeit").select_option(label="F „Feld 1“")
    field(first, "Status").select_option(label="G „Feld 2“")
    first.get_by_role("button", name=WEITER).click()
    first.get_by_role("heading", name="Sollen die Dateien so gelesen werden?").wait_for()
    field(second, "Wohnbereich").select_option(label="H „Feld 3“")
    second.get_by_role("button", name=WEITER).click()
    second.get_by_text("Inzwischen hat jemand").wait_for()
    assert field(second, "Wohnbereich").evaluate("one => one.selectedOptions[0].textContent") == "H „Feld 3“"
    second.get_by_text("gespeichert ist: F „Feld 1“").wait_for()
    field(second, "Uhrzeit").select_option(label="F „Feld 1“")
    field(second, "Status").select_option(label="G „Feld 2“")
    second.get_by_role("button", name=WEITER).click()
    second.get_by_role("heading", name="Sollen die Dateien so gelesen werden?").wait_for()
    first.get_by_role("button", name="So lesen").click()
    first.get_by_text("Inzwischen hat jemand").wait_for()  # it showed another state
    with first.expect_navigation():
        first.get_by_role("link", name="Spalten ändern").click()
    assert {"Uhrzeit": "F „Feld 1“", "Wohnbereich": "H „Feld 3“"}.items() <= chosen(first).items()


def test_the_way_back_keeps_what_was_chosen(visit: Window) -> None:
    """The browser's arrow leads back to the answers as stored, which can be changed and sent once more."""
    visitor = visit()
    page = asked(visitor, "Zurück.csv")
    field(page, "Uhrzeit").select_option(label="F „Feld 1“")
    field(page, "Status").select_option(label="G „Feld 2“")
    page.get_by_role("button", name=WEITER).click()
    page.get_by_role("heading", name="Sollen die Dateien so gelesen werden?").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Welche Spalte ist welche?").wait_for()
    assert {"Uhrzeit": "F „Feld 1“", "Status": "G „Feld 2“"}.items() <= chosen(page).items()
    page.get_by_text("j · n").first.wait_for()
    field(page, "Wohnbereich").select_option(label="H „Feld 3“")
    visitor.follow(page.get_by_role("button", name=WEITER))
    heading = page.get_by_role("heading", name="Sollen die Dateien so gelesen werden?")
    late = page.get_by_text("Inzwischen hat jemand")
    heading.or_(late).wait_for()
    if late.count():  # the browser showed the page as it was
        page.get_by_role("button", name=WEITER).click()
        heading.wait_for()
    visitor.follow(page.get_by_role("link", name="Spalten ändern"))
    assert {"Uhrzeit": "F „Feld 1“", "Wohnbereich": "H „Feld 3“"}.items() <= chosen(page).items()
