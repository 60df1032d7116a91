"""Takes the pictures of README and handbook from the running application. All homes in them are synthetic."""

from __future__ import annotations

import shutil
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import openpyxl
import pyotp
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

import sample_data
from web import demo
from web.app import create_app
from web.jobs import start_worker
from web.services import accesses, accounts, homes
from web.store.databases import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from web.demo import Demo

ROOT: Final = Path(__file__).parents[1]
IMAGES: Final = ROOT / "docs" / "images"
HANDBOOK: Final = ROOT / "web" / "static" / "handbuch"
PASSWORD: Final = "Kaffee-im-Garten-2026"  # noqa: S105  # of a throw-away account in a throw-away folder

PREVIEW: Final = "Können diese Daten so übernommen werden?"
OTHER_HEADINGS: Final = {
    "Bewohner-Nr": "Klienten-ID",
    "Personal-Nr": "Handzeichen",
    "Intervention": "Leistung",
    "Datum": "Erbracht am",
    "Uhrzeit": "Zeitpunkt",
    "Minuten": "Dauer (Min.)",
}
OTHER_WORDS: Final = {
    "Körperpflege: Duschen": "Duschen",
    "Körperpflege: Waschen am Waschbecken": "Kleine Wäsche",
}
PROFESSIONS: Final = {
    1: "Servicekraft",
    2: "Pflegehelfer mit Basiskurs",
    3: "PHK 1-jährig",
    4: "PFK exam.",
    5: "Praxisanleiter",
}
"""What the export of another program says instead of a QN."""
MEANT: Final = {
    "Duschen": "Körperpflege: Duschen",
    "Kleine Wäsche": "Waschen am Waschbecken",
    "PFK exam.": "QN 4",
    "Praxisanleiter": "QN 5",
}
"""What is answered where one of these words is asked about."""


def main() -> None:
    """Serve the sample homes, sign in, take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="pebem-bilder-"))
    try:
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            files = sample_data.make(folder / "muster", homes=1, residents=24, months=1, seed=2)
            with _signed_in(browser, folder / "daten", {"Haus Lindenhof": files}, width=1440, height=1180) as page:
                _results(page)
            export = _foreign_export(folder)
            with _signed_in(browser, folder / "neu", {}, width=1200, height=900) as page:
                _handbook(page, export)
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _signed_in(
    browser: Browser, folder: Path, workbooks: Mapping[str, Sequence[Path]], *, width: int, height: int
) -> Iterator[Page]:
    """Serve an installation with its worker, and sign in; without workbooks it has one empty home."""
    prepared = demo.prepare(folder, workbooks)
    if not workbooks:
        databases = connect(prepared.settings)
        system = accesses.of_command(databases, "screenshots")
        homes.create(accesses.of_tenant(system, accounts.tenant_of(system, demo.TENANT)), "Haus Lindenhof")
        databases.close()
    worker = start_worker(prepared.settings)
    server = make_server("127.0.0.1", 0, create_app(prepared.settings), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    context = browser.new_context(viewport={"width": width, "height": height}, locale="de-DE", base_url=address)
    try:
        page = context.new_page()
        _sign_in(page, prepared)
        yield page
    finally:
        context.close()
        server.shutdown()
        worker.stop(graceful=True)


def _sign_in(page: Page, prepared: Demo) -> None:
    page.goto("/")
    page.get_by_label("Benutzername").fill(prepared.user_name)
    page.get_by_label("Kennwort").fill(prepared.one_time_password)
    page.get_by_role("button", name="Weiter").click()
    secret = page.locator("code").first.inner_text().replace(" ", "")
    page.get_by_label("Sechsstelliger Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Einrichten und anmelden").click()
    page.get_by_role("button", name="Ich habe sie aufbewahrt").click()
    page.get_by_label("Bisheriges Kennwort").fill(prepared.one_time_password)
    page.get_by_label("Neues Kennwort", exact=True).fill(PASSWORD)
    page.get_by_label("Neues Kennwort noch einmal").fill(PASSWORD)
    page.get_by_role("button", name="Kennwort ändern").click()
    page.get_by_role("heading", name="Wo stehen wir?").wait_for()


def _results(page: Page) -> None:
    """Take the pictures of the README: the first page, and why a level is called for."""
    page.goto("/")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "wo-stehen-wir.png")
    page.goto("/interventionen?alle=1")
    page.get_by_role("main").get_by_role("table").get_by_role("link", name="Körperpflege: Duschen").click()
    page.wait_for_load_state("networkidle")
    page.locator("a[href*='/warum/']").first.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "warum.png")


def _handbook(page: Page, export: Path) -> None:
    """Take an export of another program in, as a care manager would, with a picture of each step."""
    page.goto("/daten/")
    page.get_by_label("Dateien auswählen").set_input_files(export)
    _picture(page, "1-hochladen", height=560)
    page.get_by_role("button", name="Hochladen").click()
    _go_on(page, "Welche Spalte ist welche?")
    page.get_by_role("link", name="Zurück zum Blatt").click()  # its sheet is sure: nobody is asked about it
    _asked(page, "Was steht auf diesem Blatt?")
    _picture(page, "2-blatt", height=900)
    page.go_back()
    _asked(page, "Welche Spalte ist welche?")
    _picture(page, "3-spalten", height=1130)
    _go_on(page, PREVIEW)
    words = page.locator("#werte").get_by_role("link")
    for kind in words.evaluate_all("links => links.map(link => link.getAttribute('href'))"):
        page.goto(kind)
        for word, meant in MEANT.items():
            asked = page.locator("li.asked").filter(has=page.get_by_text(word, exact=True))
            if asked.count():
                asked.locator("label").filter(has_text=meant).first.click()
        if "intervention" in kind:
            _picture(page, "4-werte", height=760)
        page.get_by_role("button", name="Zuordnungen speichern").click()
    page.get_by_role("button", name="noch einmal lesen").click()
    _asked(page, PREVIEW)
    _picture(page, "5-vorschau", height=1240)
    _picture(page, "6-befunde", height=820, start="#befunde")
    page.get_by_role("button", name="übernehmen").click()
    page.get_by_role("link", name="Rückgängig machen").click(timeout=120_000)
    _asked(page, "Soll diese Datenlieferung zurückgenommen werden?")
    _picture(page, "7-zuruecknehmen", height=900)
    page.goto("/daten/profile/")
    _picture(page, "8-profile", height=560)


def _go_on(page: Page, until: str) -> None:
    """Answer questions as proposed until this one."""
    for _ in range(20):
        heading = page.get_by_role("heading", level=1).filter(has_not_text="Wie weit")
        heading.wait_for(timeout=120_000)
        if heading.inner_text() == until:
            return
        page.get_by_role("button", name="Weiter").or_(page.get_by_role("button", name="So lesen")).click()
        page.wait_for_load_state()
    raise RuntimeError(f"{until} was not asked")


def _asked(page: Page, heading: str) -> None:
    page.get_by_role("heading", name=heading).wait_for(timeout=120_000)


def _picture(page: Page, name: str, *, height: int, start: str = "h1") -> None:
    """Take a picture of this height, from the top of the page or from a part of it."""
    page.set_viewport_size({"width": 1200, "height": height})
    page.wait_for_load_state("networkidle")
    if start != "h1":
        page.locator(start).evaluate("part => part.scrollIntoView()")
    page.screenshot(path=HANDBOOK / f"{name}.jpg", type="jpeg", quality=72)


def _foreign_export(folder: Path) -> Path:
    """Write the workbook of a sample home as another program would: a title, other headings, other words, a mistake."""
    (folder_of_home,) = sample_data.make(folder / "fremd", homes=1, residents=10, months=1, seed=5)
    book = openpyxl.load_workbook(folder_of_home)
    work, staff = book["Interventionen"], book["Mitarbeitende"]
    for words, cells in (
        (OTHER_HEADINGS, work[1]),
        (OTHER_WORDS, work["C"]),
        ({"QN": "Qualifikation", **PROFESSIONS}, staff["D"]),
    ):
        for cell in cells:
            cell.value = words.get(cell.value, cell.value)
    work["D40"] = "31.02.2026"
    work.insert_rows(1, 3)
    work["A1"], work["A2"] = "Leistungsnachweis Januar 2026 (synthetische Daten)", "erstellt am 02.02.2026"
    work.title = "Tabelle1"
    path = folder / "Leistungen Januar 2026.xlsx"
    book.move_sheet(work, -book.index(work))
    book.save(path)
    return path


if __name__ == "__main__":
    main()
