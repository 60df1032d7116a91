"""Unknown people of an upload: asked about, confirmed, merged by keyboard alone; quiet, fitting and accessible."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.web import workbooks
from tests.support.web.access import of_tenant
from tests.support.web.pages import Person
from tests.support.web.unknown_people import monthly
from web import settings as web_settings
from web.app import create_app
from web.services import homes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.browser import Site, Window


@pytest.fixture
def strangers(filled: Site, visit: Window) -> Iterator[Window]:
    """A third home with two uploads, looked at; the first home is looked at again afterwards."""
    site = filled
    app = create_app(web_settings.embedded(Path(site.databases.work.url.database or "").parent))
    home_id = homes.create(of_tenant(site.databases, "Träger Test"), "Haus am See")
    who = Person(app, site.user_name, "", home_id)
    for content in (workbooks.workbook(), monthly()):
        who.read_in(content)
    app.extensions["pebem"].databases.close()
    app.extensions["pebem"].jobs.queue.storage.engine.dispose()
    visitor = visit()
    visitor.go("/personen/")
    visitor.look_at("Haus am See")
    yield visit
    visitor.look_at("Haus am Wald")


def test_strangers_are_merged_with_the_keyboard(strangers: Window) -> None:
    for width, dark in ((390, True), (1440, False)):
        visitor = strangers(width=width, dark=dark)
        visitor.go("/personen/")
        visitor.check("personen-offen")
    page = visitor.page
    first = page.locator(".pending > li").first
    assert first.locator("b").inner_text() == "42"
    offer = first.get_by_role("button", name="0042 Müller-Özdemir, Ayşe")
    offer.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Ist das dieselbe Person?").wait_for()
    visitor.check("personen-bestaetigen")
    page.get_by_role("button", name="Ja, zusammenführen").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Zusammengeführt").wait_for()
    assert page.locator(".pending > li b", has_text="42").count() == 0
    other = page.get_by_label("Andere Person für P9")
    other.fill("P3 Blaschke, Tom")
    other.press("Enter")
    page.get_by_text("P3 Blaschke, Tom").first.wait_for()
    page.get_by_role("link", name="Nein, zurück").click()
    page.locator(".pending > li", has_text="0815").get_by_role("button", name="Neu: eine Person für sich").click()
    page.get_by_text("Gespeichert: eine Person für sich.").wait_for()
    visitor.check("personen-beantwortet")
