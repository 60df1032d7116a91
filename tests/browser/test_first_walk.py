"""The first time with a foreign workbook, from the file dialogue to the result: few clicks, each of them counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.web import foreign

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.browser import Visitor, Window

pytestmark = pytest.mark.usefixtures("filled")

MOST_CLICKS = 16
READ = "Können diese Daten so übernommen werden?"
DECIDED = {
    "Große Wäsche": "4.14",
    "Kleine Wäsche": "4.13",
    "Doku": "7.E17",
    "Insulin s.c.": "5.E12",
    "Kaffee am Nachmittag": "2.7",
    "Mobi Flur": "1.1",
}
"""What the home means by the words that are not known exactly."""


class Walk:
    """A visitor who counts what is clicked and chosen."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page, self.clicks = visitor, visitor.page, 0

    def click(self, name: str | re.Pattern[str], role: str = "button") -> None:
        """Press a button or follow a link of the page."""
        self.visitor.follow(self.page.get_by_role("main").get_by_role(role, name=name).first)
        self.clicks += 1

    def choose(self, label: str, option: str) -> None:
        """Choose an option of a list unless it is chosen already."""
        field = self.page.get_by_label(label, exact=True)
        if option not in field.locator("option:checked").inner_text():
            field.select_option(label=next(one for one in field.locator("option").all_inner_texts() if option in one))
            self.clicks += 1
            self.page.wait_for_load_state("networkidle")

    @property
    def lead(self) -> str:
        """The sentence at the head of the page, with plain spaces."""
        return self.page.locator(".lead").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def settled(page: Page) -> str:
    """Wait until the worker is done, and return the question asked or the heading of the preview."""
    page.get_by_role("heading", level=1).filter(has_not_text="Wie weit").filter(has_not_text="Welche Daten").wait_for(
        timeout=120_000
    )
    return page.get_by_role("heading", level=1).inner_text()


def answer_sheets(walk: Walk) -> None:
    """Answer what is asked about sheets and columns as somebody would who knows the file."""
    page = walk.page
    for _ in range(12):
        heading = settled(page)
        if heading == READ:
            return
        shown = page.get_by_role("main").inner_text()
        if "Spalte" in heading and "Erl." in shown:
            walk.choose("Status", "Erl.")
            walk.choose("Personal-Nr", "Hz MA")
        elif "Spalte" in heading and "Qualif." in shown:
            walk.choose("Personal-Nr", "Hz")
            walk.choose("QN", "Qualif.")
            walk.choose("Wochenstunden", "Std/Wo")
        walk.click(re.compile("^(Weiter|So lesen)$"))
    pytest.fail("there was no end of questions")


def test_first_walk_with_a_foreign_workbook(visit: Window) -> None:
    visitor = visit()
    walk, page = Walk(visitor), visitor.page
    visitor.go("/daten/")
    page.get_by_label("Dateien auswählen").set_input_files(
        {"name": "leistungen_januar.xlsx", "mimeType": "application/octet-stream", "buffer": foreign.first_workbook()}
    )
    walk.clicks += 1
    walk.click("Hochladen und prüfen")
    answer_sheets(walk)
    assert walk.lead.startswith("Noch zählt keine der 1.116 Zeilen, 1.116 sind fehlerhaft.")
    assert page.locator(".findings tbody tr").filter(has_text="Fehler").count() == len(foreign.WORDS)
    visitor.check("erster-gang-vorschau")

    walk.click("14 Wörter klären", role="link")
    assert "14 Wörter sind noch offen" in walk.lead
    assert "kennen wir genau" in walk.lead
    visitor.check("erster-gang-woerter")
    for word, entry in DECIDED.items():
        group = page.get_by_role("group", name=f"Was bedeutet „{word}“?")
        if group.count():  # the others are known exactly, and chosen beforehand
            offered = group.locator(f'input[type="radio"][value="{entry}"]')
            if offered.count():
                offered.check()
            else:
                group.get_by_label("Andere Intervention").fill(entry)
            walk.clicks += 1
    walk.click("Mit diesen Zuordnungen noch einmal lesen")
    assert settled(page) == READ
    assert walk.lead.startswith("837 von 1.116 Zeilen zählen, 279 wurden nicht durchgeführt.")
    assert "nicht bewertbar" in page.locator(".box.warning").first.inner_text()
    visitor.check("erster-gang-bereit")

    walk.click("Übernehmen")
    page.get_by_role("heading", name="Was ist jetzt neu?").wait_for(timeout=120_000)
    assert walk.lead.startswith("837 Interventionen kamen hinzu und zählen. 279 neue wurden nicht durchgeführt.")
    visitor.check("erster-gang-uebernommen")
    walk.click("Ergebnis ansehen", role="link")
    page.get_by_role("heading", name="Wo stehen wir?").wait_for()
    assert walk.clicks <= MOST_CLICKS, walk.clicks
    undo(visitor)


def undo(visitor: Visitor) -> None:
    """Take the newest upload back: other tests share the home."""
    page = visitor.page
    visitor.go("/daten/")
    page.get_by_role("main").locator("tbody th a").first.click()
    page.get_by_role("link", name="Rückgängig machen").click()
    page.get_by_role("button", name="Datenlieferung zurücknehmen").click()
    page.get_by_text("Sie wurde zurückgenommen").wait_for(timeout=120_000)


@pytest.mark.parametrize(
    ("width", "dark", "words"), [(1440, True, ("Wannenbad", "Frisieren")), (390, False, ("Zähneputzen", "Rasieren"))]
)
def test_words_by_keyboard_alone(visit: Window, width: int, words: tuple[str, str], *, dark: bool) -> None:
    """A known word is opened and given another meaning, and all are accepted, without a mouse."""
    visitor = visit(width=width, dark=dark)
    page = visitor.page
    rows = [foreign.HEADINGS[:5], ["0042", "P1", f"Zauberstunde {width}", "05.01.2026", "9"]]
    rows += [["0042", "P1", word, "05.01.2026", "20"] for word in words]
    visitor.go("/daten/")
    page.get_by_label("Dateien auswählen").set_input_files(
        {"name": "tasten.csv", "mimeType": "text/csv", "buffer": foreign.csv(rows=rows)}
    )
    page.get_by_role("button", name="Hochladen").click()
    walk = Walk(visitor)
    answer_sheets(walk)
    step = page.get_by_role("link", name=re.compile("Wörter klären$"))
    step.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="2 Wörter kennen wir genau").wait_for()
    visitor.check("woerter-tasten")
    summary = page.locator("summary").filter(has_text=words[1])
    summary.focus()
    page.keyboard.press("Enter")
    group = page.get_by_role("group", name=f"Was bedeutet „{words[1]}“?")
    group.locator('input[type="radio"]:checked').focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert group.get_by_label("später").is_checked()
    visitor.check("woerter-geaendert")
    accept = page.get_by_role("button", name="Alle 2 genauen Treffer annehmen")
    accept.focus()
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"Gespeichert: \d W")).wait_for()
    assert "kennen wir genau" not in page.get_by_role("main").inner_text()
    visitor.go("/daten/")
    page.get_by_role("main").locator("tbody th a").first.click()
    visitor.follow(page.get_by_role("button", name="Verwerfen"))
    if (sure := page.get_by_role("button", name="Ja, verwerfen")).count():
        visitor.follow(sure)
