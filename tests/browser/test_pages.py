"""Every page in a real browser, wide and narrow, light and dark: quiet console, no sideways scrolling, accessible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.support.web import access as accesses
from web.security.permissions import AccountRole
from web.services import grants
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.browser import Site, Window

pytestmark = pytest.mark.usefixtures("filled")

WINDOWS = [
    pytest.param(
        width,
        dark,
        id=f"{width}-{'dark' if dark else 'light'}",
        marks=[pytest.mark.deep] if dark == (width > 1000) else [],
    )
    for width in (1440, 390)
    for dark in (False, True)
]


@pytest.mark.parametrize(("width", "dark"), WINDOWS)
def test_every_page_is_quiet_and_fits_and_is_accessible(visit: Window, width: int, *, dark: bool) -> None:
    visitor = visit(width=width, dark=dark)
    page = visitor.page
    visitor.go("/")
    page.locator(".chart").scroll_into_view_if_needed()
    page.locator(".chart .main-svg").first.wait_for()
    visitor.check("start")
    for path, name in (
        ("/?zeige=anteil", "start-anteil"),
        ("/?von=2026-01-05&bis=2026-01-11", "start-woche"),
        ("/interventionen", "interventionen"),
        ("/interventionen?soll=1&ist=4&sort=titel", "interventionen-feld"),
        ("/entlastung", "entlastung"),
        ("/entlastung?von=2026-01-05&bis=2026-01-05", "entlastung-tag"),
        ("/regelwerk", "regelwerk"),
        ("/regelwerk/4.12", "regelwerk-eintrag"),
        ("/daten/", "einlesen-liste"),
        ("/daten/1", "lieferung"),
    ):
        visitor.go(path)
        visitor.check(name)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_way_from_the_answer_to_the_reason(visit: Window, width: int) -> None:
    visitor = visit(width=width)
    page = visitor.page
    visitor.go("/")
    page.locator(".square tbody a").first.click()
    page.get_by_text("Auswahl: nötiges Niveau").wait_for()
    page.locator("tbody .title a").first.click()
    page.get_by_role("heading", name="Welcher Bedarf dahinter steht").wait_for()
    visitor.check("intervention")
    page.get_by_role("link", name=re.compile("^Warum ")).first.click()
    page.get_by_role("heading", name="Regeln, die zutreffen").wait_for()
    assert page.get_by_text("nicht amtlich").first.is_visible()
    visitor.check("warum")


PAPER = 688
"""Width of what is printed on A4, in pixels of the style sheet: 210 mm less the margins of ``page.css``."""

OPENED = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
SIDEWAYS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
ON_PAPER = """() => {
  const seen = (what) => [...document.querySelectorAll(what)].filter((one) => one.checkVisibility());
  const cut = (table) => table.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
  const controls = ".btn, button:not(.offers *), .switch, input[type=search]";
  const cards = seen("main table").filter(cut).length;
  document.querySelectorAll("table.cards").forEach((table) => { table.classList.remove("cards"); });
  return [cards, seen("main table").filter(cut).length, seen(controls).length];
}"""
"""Tables that are cut, as a phone prints them and as a desk does, where no table is cards; controls."""


def test_no_page_scrolls_sideways_or_prints_a_cut_table_or_a_button(visit: Window) -> None:
    """All that unfolds is open, menus as well."""
    visitor = visit(width=1024)
    page = visitor.page
    visitor.go("/interventionen/4.12")
    why = page.locator("a[href*='/warum/']").first.get_attribute("href")
    page.goto(visitor.site.address + why)
    addresses = [page.url]
    lists = ("/interventionen?alle=1", "/interventionen?soll=1&ist=4", "/interventionen/4.12", "/entlastung")
    others = ("/", "/stellen/", "/plausibilitaet")
    data = ("/daten/", "/daten/1", "/daten/1/ruecknahme", "/daten/profile/", "/bezeichnungen/", "/personen/")
    books = ("/regelwerk", "/regelwerk/4.12", "/regelwerke/", "/regelwerke/vergleich", "/festlegungen/")
    of_home = f"haus={visitor.site.home}"
    for path in (*lists, *others, *data, *books):
        addresses += [f"{visitor.site.address}{path}{'&' if '?' in path else '?'}{of_home}"]
    for address in addresses:
        page.goto(address)
        for width in (1024, 320):
            page.set_viewport_size({"width": width, "height": 844})
            page.evaluate(OPENED)
            needed, there = page.evaluate(SIDEWAYS)
            assert needed <= there, f"{address} scrolls sideways at {width}"
        page.set_viewport_size({"width": PAPER, "height": 844})
        page.emulate_media(media="print")
        assert page.evaluate(ON_PAPER) == [0, 0, 0], f"{address} prints cut tables or buttons"
        page.emulate_media(media="screen")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_log_fits_and_is_accessible(visit: Window, site: Site, width: int) -> None:
    """G5: the widest table of all, on a screen, on a phone and on paper."""
    grants.hold(
        accesses.of_user(site.databases, site.user_name), site.user_name, AccountRole.DATA_PROTECTION, held=True
    )
    visitor = visit(width=width)
    page = visitor.page
    visitor.go("/protokoll/")
    page.get_by_role("heading", name="Wer hat was getan?").wait_for()
    assert page.locator("tbody tr").count() > 3
    visitor.check("protokoll")
    page.get_by_label("Art", exact=True).select_option("Anmeldung")
    visitor.follow(page.get_by_role("button", name="Zeigen"))
    page.get_by_text("Ein Konto wurde angemeldet.").first.wait_for()
    page.get_by_label("Bezug").fill("kein Bezug, sondern ein Name")
    page.get_by_role("button", name="Zeigen").click()
    assert "Name" not in page.url, "what is no record is not sent (F8)"
    page.set_viewport_size({"width": PAPER, "height": 844})
    page.emulate_media(media="print")
    assert page.evaluate(ON_PAPER)[0] == 0, "prints a cut table"


@pytest.mark.parametrize("width", [1440, 390])
def test_the_security_report_fits_filters_and_prints(visit: Window, site: Site, width: int) -> None:
    """B1: every row for who administers, on a screen, on a phone and on paper."""
    grants.hold(
        accesses.of_user(site.databases, site.user_name), site.user_name, AccountRole.DATA_PROTECTION, held=True
    )
    visitor = visit(width=width)
    page = visitor.page
    visitor.go("/sicherheit/")
    page.get_by_role("heading", name="Wie steht es um die Sicherheit?").wait_for()
    visitor.check("sicherheit")
    whole = page.locator("#zeilen li[id]").count()
    page.get_by_label("Im Programm").select_option("fehlt")
    page.get_by_role("button", name="Zeigen").click()
    page.locator("#T16").wait_for()
    assert 0 < page.locator("#zeilen li[id]").count() < whole
    page.set_viewport_size({"width": PAPER, "height": 844})
    page.emulate_media(media="print")
    assert page.evaluate(ON_PAPER) == [0, 0, 0], "prints cut tables or buttons"


def test_intervention_page_shows_no_staff(visit: Window) -> None:
    visitor = visit()
    visitor.go("/interventionen/4.12")
    text = visitor.page.locator("main").inner_text()
    assert "Personal" not in text
    assert "Mitarbeit" not in text


def test_choosing_a_ward_stays_in_the_address_and_changes_the_figures(visit: Window) -> None:
    visitor = visit()
    page = visitor.page
    visitor.go("/")
    before = page.locator(".basis").inner_text()
    page.locator(".top summary", has_text="alle Wohnbereiche").click()
    ward = page.get_by_label("Wohnbereich", exact=True).locator("option").nth(1).inner_text()
    page.get_by_label("Wohnbereich", exact=True).select_option(ward)
    page.get_by_role("button", name="Anzeigen").click()
    page.locator(".top summary", has_text=ward).wait_for()
    assert "wb=" in page.url
    assert page.locator(".basis").inner_text() != before
    visitor.follow(page.get_by_role("link", name="Alle Interventionen, das größte Risiko zuerst"))
    assert "wb=" in page.url
    assert visitor.said == []


def test_the_menu_works_on_a_narrow_window_without_script(browser: Browser, filled: Site) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, storage_state=filled.state
    )
    page = context.new_page()
    page.goto(filled.address + "/")
    page.locator("summary", has_text="Menü").click()
    page.get_by_role("navigation", name="Menü").get_by_role("link", name="Regelwerk", exact=True).click()
    page.get_by_role("heading", name="Was verlangt welches Niveau?").wait_for()
    page.get_by_label("Suche").fill("duschen")
    with page.expect_navigation():
        page.get_by_role("button", name="Suchen").click()
    assert page.locator("#katalog tbody tr").count() == 1
    context.close()


def test_searching_the_rulebook_while_typing(visit: Window) -> None:
    visitor = visit()
    page = visitor.page
    visitor.go("/regelwerk")
    every = page.locator("#katalog tbody tr").count()
    page.get_by_label("Suche").press_sequentially("duschen")
    page.get_by_role("link", name="Alle zeigen").wait_for()
    assert 0 < page.locator("#katalog tbody tr").count() < every
    assert visitor.said == []


def test_everything_can_be_reached_by_keyboard(visit: Window) -> None:
    visitor = visit()
    page = visitor.page
    visitor.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Zum Inhalt"
    wanted = page.evaluate(
        """[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]')]
           .filter((one) => one.checkVisibility({contentVisibilityAuto: true})).length"""
    )
    reached = 0
    for _ in range(wanted + 20):
        reached += 1
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
    assert reached == wanted


def test_the_library_of_charts_comes_when_a_chart_comes_near_and_paper_shows_the_drawing(visit: Window) -> None:
    visitor = visit(width=390)
    page = visitor.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visitor.go("/")
    page.wait_for_load_state("networkidle")
    assert page.locator(".chart .drawing rect").first.is_visible()
    assert not [url for url in asked if "plotly" in url]
    page.locator(".chart").scroll_into_view_if_needed()
    page.locator(".chart .main-svg").first.wait_for()
    assert not page.locator(".chart .drawing").is_visible()
    assert len([url for url in asked if "plotly" in url]) == 1
    page.emulate_media(media="print")
    assert page.locator(".chart .drawing").is_visible()
    assert not page.locator(".chart .main-svg").first.is_visible()
    assert not page.locator(".table-toggle tbody tr").first.is_visible()
    assert not visitor.page.locator(".side").is_visible()
    visitor.check("start-druck")


def exports(site: Site) -> int:
    with site.databases.whole.reading() as session:
        query = select(func.count()).where(AuditEvent.action == "interventionen.herunterladen")
        return session.scalar(query) or 0


def test_the_table_leaves_as_csv_and_leaves_a_record(visit: Window) -> None:
    """Security row T10."""
    visitor = visit()
    visitor.go("/interventionen?alle=1")
    recorded = exports(visitor.site)
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="CSV").click()
    assert exports(visitor.site) == recorded + 1
    text = download.value.path().read_text("utf-8")
    heading, first, *_ = text.splitlines()
    assert heading.startswith("\ufeffNr.;Intervention;Anzahl;Minuten;Passend, Minuten;")
    assert "Rekonstruktion 2026.1 · nicht amtlich" in first
    assert len(text.splitlines()) == visitor.page.locator("tbody tr").count() + 1


@pytest.mark.parametrize("path", ["/interventionen/9.99", "/regelwerk/9.99", "/warum/4.12/B-NIE", "/warum/9.99/B-NIE"])
def test_missing_page_shows_a_message_and_a_link(visit: Window, path: str) -> None:
    visitor = visit()
    answer = visitor.page.goto(visitor.site.address + path)
    assert answer.status == 404
    assert visitor.page.get_by_role("link", name="Zur Startseite").is_visible()


def test_another_home_of_the_same_operator_has_data_of_its_own(visit: Window) -> None:
    visitor = visit(width=390)
    page = visitor.page
    visitor.go("/")
    for other, words in (("Haus zur Linde", "noch keine Interventionen"), ("Haus am Wald", "In 100 Pflegeminuten")):
        visitor.look_at(other)
        page.get_by_text(words).wait_for()
        visitor.check(f"haus-{other.split()[-1].lower()}")
