"""The real application in a real browser: served from here, with its worker, its headers and embedded databases."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from shutil import which
from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import update
from werkzeug.serving import make_server

import sample_data
from tests.support.browser import PASSWORD, Site, Visitor
from tests.support.web.access import of_tenant
from web import settings as web_settings
from web.app import create_app
from web.jobs import start_worker
from web.security.permissions import AccountRole
from web.services import accounts, clock, grants, homes
from web.store import migrate
from web.store.databases import connect
from web.store.models import SignIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.browser import Window

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve an empty home, and write a workbook for it."""
    settings = web_settings.embedded(tmp_path_factory.mktemp("home"))
    migrate.upgrade(settings)
    databases = connect(settings)
    access = of_tenant(databases, "Träger Test")
    first, _ = (homes.create(access, name) for name in ("Haus am Wald", "Haus zur Linde"))
    one_time = accounts.create_user(access, user_name="p.muster", display_name="Petra Muster")
    grants.hold(access, "p.muster", AccountRole.CARE_LEAD, held=True)
    (workbook,) = sample_data.make(tmp_path_factory.mktemp("sample"), homes=1, residents=20, months=1, seed=7)
    worker = start_worker(settings)
    server = make_server("127.0.0.1", 0, create_app(settings), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", "p.muster", one_time, workbook, databases, first)
    server.shutdown()
    thread.join()
    server.server_close()
    worker.stop(graceful=True)


def missing() -> str:
    """Return what the tests need and this machine lacks, "" for nothing: the browser, or what its driver runs on."""
    if CHROMIUM is None:
        return "Chromium is missing: apt-get install chromium"
    driver = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"], capture_output=True, check=False, text=True
    )
    return f"The driver of the browser does not start: {driver.stderr.strip()}" if driver.returncode else ""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium; without it these tests are skipped, but not where skips go unread."""
    if reason := missing():
        (pytest.fail if os.environ.get("CI") in {"true", "1"} else pytest.skip)(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Window]:
    """Open windows as wanted: ``visit(width=390, dark=True, signed_in=True)``."""
    opened: list[BrowserContext] = []
    with site.databases.whole.writing.begin() as session:  # as if the second factor had just been shown
        session.execute(update(SignIn).values(factor_at=clock.now()))

    def open_window(*, width: int = 1440, dark: bool = False, signed_in: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900 if width > 600 else 844},
            color_scheme="dark" if dark else "light",
            locale="de-DE",
            storage_state=site.state if signed_in else None,
        )
        opened.append(context)
        return Visitor(context, site)

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def filled(browser: Browser, site: Site) -> Site:
    """Walk the first visit once: sign in, second factor, own password, upload, findings, commit. Checked on the way."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="de-DE")
    visitor = Visitor(context, site)
    page = visitor.page
    visitor.go("/")
    visitor.check("anmelden")
    page.get_by_label("Benutzername").fill(site.user_name)
    page.get_by_label("Kennwort").fill(site.one_time)
    visitor.follow(page.get_by_role("button", name="Weiter"))
    secret = page.locator("code").first.inner_text().replace(" ", "")
    visitor.check("zweiter-faktor")
    page.get_by_label("Sechsstelliger Code").fill(pyotp.TOTP(secret).now())
    visitor.follow(page.get_by_role("button", name="Einrichten und anmelden"))
    visitor.check("wiederherstellungscodes")
    visitor.follow(page.get_by_role("button", name="Ich habe sie aufbewahrt"))
    visitor.check("kennwort")
    page.get_by_label("Bisheriges Kennwort").fill(site.one_time)
    page.get_by_label("Neues Kennwort", exact=True).fill(PASSWORD)
    page.get_by_label("Neues Kennwort noch einmal").fill(PASSWORD)
    visitor.follow(page.get_by_role("button", name="Kennwort ändern"))
    page.get_by_role("heading", name="Wo stehen wir?").wait_for()
    visitor.check("leer")
    visitor.follow(page.get_by_role("main").get_by_role("link", name="Daten einlesen"))
    visitor.check("einlesen")
    page.get_by_label("Dateien auswählen").set_input_files(site.workbook)
    page.get_by_role("button", name="Hochladen").click()
    page.get_by_role("heading", name="Was ist aufgefallen?").wait_for(timeout=120_000)
    visitor.check("befunde")
    page.get_by_role("button", name="übernehmen").click()
    page.get_by_role("link", name="Ergebnis ansehen").wait_for(timeout=120_000)
    visitor.check("uebernommen")
    page.get_by_role("link", name="Ergebnis ansehen").click()
    page.get_by_text("Pflegeminuten").first.wait_for()
    visitor.go("/personen/")
    page.get_by_role("heading", name="Wozu sehen Sie Namen an?").wait_for()
    visitor.check("zweck")
    page.get_by_label("Personen aus Datenlieferungen zuordnen").check()
    page.get_by_role("button", name="Weiter").click()
    page.get_by_role("heading", name="Wer ist gemeint?").wait_for()
    site.state = context.storage_state()
    context.close()
    return site
