"""Takes the pictures of the README from the running application, with the sample homes of the demo."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path

import pyotp
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

import sample_data
from web import demo
from web.app import create_app

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PASSWORD = "Kaffee-im-Garten-2026"  # noqa: S105  # of a throw-away account in a throw-away folder


def main() -> None:
    """Serve the sample homes, sign in, take the pictures."""
    folder = Path(tempfile.mkdtemp(prefix="pebem-bilder-"))
    try:
        files = sample_data.make(folder / "muster", homes=1, residents=24, months=1, seed=2)
        prepared = demo.prepare(folder / "daten", {"Haus Lindenhof": files})
        server = make_server("127.0.0.1", 0, create_app(prepared.settings), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1440, "height": 1180}, locale="de-DE")
            address = f"http://127.0.0.1:{server.server_port}"
            _sign_in(page, address, prepared.user_name, prepared.one_time_password)
            _pictures(page, address)
            browser.close()
        server.shutdown()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sign_in(page: Page, address: str, user: str, one_time: str) -> None:
    page.goto(address)
    page.get_by_label("Benutzername").fill(user)
    page.get_by_label("Kennwort").fill(one_time)
    page.get_by_role("button", name="Weiter").click()
    secret = page.locator("code").first.inner_text().replace(" ", "")
    page.get_by_label("Sechsstelliger Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Einrichten und anmelden").click()
    page.get_by_label("Bisheriges Kennwort").fill(one_time)
    page.get_by_label("Neues Kennwort", exact=True).fill(PASSWORD)
    page.get_by_label("Neues Kennwort noch einmal").fill(PASSWORD)
    page.get_by_role("button", name="Kennwort ändern").click()
    page.get_by_role("heading", name="Wo stehen wir?").wait_for()


def _pictures(page: Page, address: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.goto(address + "/")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "wo-stehen-wir.png")
    page.goto(address + "/interventionen?alle=1")
    page.get_by_role("main").get_by_role("table").get_by_role("link", name="Körperpflege: Duschen").click()
    page.wait_for_load_state("networkidle")
    page.locator("a[href*='/warum/']").first.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "warum.png")


if __name__ == "__main__":
    main()
