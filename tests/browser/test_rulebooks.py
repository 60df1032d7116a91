"""Rulebooks, overrides, staffing and plausibility in a real browser: each page, and the ways through them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.web.access import of_user
from tests.support.web.edited import edited
from web.security.permissions import AccountRole
from web.services import grants, homes

if TYPE_CHECKING:
    from tests.support.browser import Site, Visitor, Window

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
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def qualified(site: Site) -> None:
    """Mark the account as that of a registered nurse."""
    grants.hold(of_user(site.databases, site.user_name), site.user_name, AccountRole.NURSE, held=True)


def exported(visitor: Visitor) -> bytes:
    answer = visitor.page.context.request.get(visitor.site.address + "/regelwerke/rekonstruktion/regelwerk.xlsx")
    assert answer.ok
    return answer.body()


def choose(visitor: Visitor, label: str, name: str, content: bytes, kind: str = EXCEL) -> None:
    visitor.page.get_by_label(label).set_input_files({"name": name, "mimeType": kind, "buffer": content})


def upload_rulebook(visitor: Visitor, content: bytes) -> None:
    visitor.go("/regelwerke/")
    choose(visitor, "Bearbeitete Arbeitsmappe", "hausregel.xlsx", content)
    visitor.page.get_by_role("button", name="Hochladen und prüfen").click()


@pytest.mark.parametrize(("width", "dark"), WINDOWS)
def test_every_new_page_is_quiet_and_fits_and_is_accessible(visit: Window, width: int, *, dark: bool) -> None:
    visitor = visit(width=width, dark=dark)
    for path, name in (
        ("/regelwerke/", "regelwerke"),
        ("/regelwerke/rekonstruktion", "regelwerke-eintrag"),
        ("/regelwerke/vergleich", "regelwerke-vergleich"),
        ("/regelwerke/rekonstruktion/festlegen", "regelwerke-festlegen"),
        ("/regelwerk/4.12?buch=rekonstruktion", "regelwerk-faelle"),
        ("/festlegungen/", "festlegungen"),
        ("/bezeichnungen/", "bezeichnungen"),
        ("/personen/", "personen"),
        ("/stellen/", "stellen"),
        ("/plausibilitaet", "plausibilitaet"),
    ):
        visitor.go(path)
        assert visitor.page.get_by_text(re.compile(r"Rekonstruktion 2026\.[12] · nicht amtlich")).first.is_visible()
        visitor.check(name)


def test_rulebook_is_shown_on_pages_without_a_session(visit: Window) -> None:
    visitor = visit(signed_in=False)
    visitor.go("/anmelden")
    assert "Rekonstruktion 2026.2 · nicht amtlich" in visitor.page.locator("footer").inner_text()


def test_file_fields_speak_german_in_an_english_browser(visit: Window) -> None:
    visitor = visit()
    visitor.go("/daten/")
    page = visitor.page
    assert page.locator(".file .face").inner_text().split("\n")[0].startswith("Durchsuchen")
    page.get_by_label("Dateien auswählen").set_input_files(
        [{"name": f"{name}.csv", "mimeType": "text/csv", "buffer": b"x"} for name in ("januar", "februar")]
    )
    assert page.locator(".chosen").inner_text() == "januar.csv, februar.csv"
    page.get_by_label("Dateien auswählen").focus()
    assert page.evaluate("document.activeElement.type") == "file"


def test_a_long_list_begins_with_25_and_shows_all_on_demand(visit: Window) -> None:
    visitor = visit()
    visitor.go("/interventionen")
    rows = visitor.page.locator("tbody tr")
    assert rows.count() == 25
    visitor.page.get_by_role("link", name=re.compile("^Alle .* anzeigen")).first.click()
    visitor.page.wait_for_url("**alle=1**")
    assert rows.count() > 25


def test_a_wrong_workbook_is_refused_with_sheet_and_row(visit: Window) -> None:
    visitor = visit()
    upload_rulebook(visitor, edited(exported(visitor), edition="2026-9", level="9"))
    visitor.page.get_by_role("heading", name="Was stimmt in der Arbeitsmappe nicht?").wait_for()
    text = visitor.page.locator("tbody").inner_text()
    assert re.search(r"Interventionen, Zeile \d+", text)
    assert "„9“ ist in der Spalte „QN“ nicht möglich" in text
    visitor.said.clear()  # the browser notes the refusal's status
    visitor.check("regelwerk-abgelehnt")


def share_of(visitor: Visitor) -> str:
    visitor.go("/interventionen/4.12")
    return visitor.page.locator(".legend").inner_text()


def test_an_edited_rulebook_is_uploaded_compared_and_changes_the_figures(visit: Window) -> None:
    visitor = visit()
    page = visitor.page
    before = share_of(visitor)
    upload_rulebook(visitor, edited(exported(visitor)))
    page.get_by_role("heading", name="Was ist „Hausregel Am Wald 2026-1“?").wait_for()
    assert share_of(visitor) == before, "an upload alone changes nothing"
    visitor.go("/regelwerke/")
    visitor.follow(page.get_by_role("link", name="Hausregel Am Wald 2026-1"))
    visitor.check("regelwerk-eigenes")
    page.get_by_role("link", name="Mit dem gültigen vergleichen").click()
    page.get_by_role("heading", name="Was sich an der Passung ändert").wait_for()
    assert page.get_by_role("row", name=re.compile("QN QN 2 QN 4")).is_visible()
    visitor.check("regelwerk-vergleich-eigenes")
    visitor.go("/regelwerke/")
    page.get_by_role("link", name="Festlegen", exact=True).click()
    page.get_by_label("Gilt ab").fill("2026-01-01")
    visitor.check("regelwerk-festlegen-eigenes")
    page.get_by_role("button", name="Festlegen und neu rechnen").click()
    page.get_by_text("Alle Zahlen sind neu gerechnet").wait_for()
    visitor.check("regelwerke-zwei")
    assert share_of(visitor) != before
    assert "Hausregel Am Wald 2026-1 · Hausregel, nicht amtlich" in page.locator(".basis").inner_text()
    visitor.go("/regelwerke/rekonstruktion/festlegen?ab=2026-01-01")
    page.get_by_role("button", name="Festlegen und neu rechnen").click()
    page.get_by_text("Alle Zahlen sind neu gerechnet").wait_for()
    assert share_of(visitor) == before


def test_downloads_of_a_rulebook(visit: Window) -> None:
    visitor = visit()
    for kind, start in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        answer = visitor.page.context.request.get(f"{visitor.site.address}/regelwerke/rekonstruktion/regelwerk.{kind}")
        assert answer.ok
        assert answer.body().startswith(start)
        assert f"Regelwerk-rekonstruktion-2026.2.{kind}" in answer.headers["content-disposition"]


def test_others_see_why_they_cannot_set_a_level(visit: Window) -> None:
    visitor = visit()
    grants.hold(
        of_user(visitor.site.databases, visitor.site.user_name), visitor.site.user_name, AccountRole.NURSE, held=False
    )
    visitor.go("/festlegungen/")
    assert visitor.page.get_by_text("Mit Ihrem Konto geht das nicht.").is_visible()
    assert visitor.page.get_by_role("button", name="Festlegen").count() == 0


@pytest.mark.usefixtures("qualified")
def test_override_is_set_explained_and_withdrawn(visit: Window) -> None:
    visitor = visit()
    page = visitor.page
    visitor.go("/interventionen/4.12")
    row = page.locator("tr", has=page.get_by_role("link", name="Warum QN 2?")).first
    visitor.follow(row.get_by_role("link"))
    why = page.url
    page.get_by_role("heading", name="Warum QN 2?").wait_for()
    assert page.get_by_role("heading", name="Was müsste anders sein?").is_visible()
    visitor.check("warum-beinahe")
    page.get_by_role("link", name="Ein anderes Niveau festlegen").click()
    assert page.get_by_label("Intervention").input_value() == "4.12"
    page.get_by_label("QN 4").check()
    page.get_by_label("Begründung").fill("Nach dem Sturz duscht vorerst eine Pflegefachperson.")
    visitor.check("festlegen")
    page.get_by_role("button", name="Festlegen").click()
    page.get_by_text("Die Auswertung rechnet damit").wait_for()
    visitor.check("festlegungen-eine")
    page.goto(why)
    page.get_by_role("heading", name="Warum QN 4?").wait_for()
    assert page.get_by_text("Von Hand festgelegt: QN 4").is_visible()
    visitor.check("warum-festgelegt")
    visitor.go("/")
    assert page.get_by_text("eigener Festlegung").first.is_visible()
    visitor.go("/festlegungen/")
    page.locator("summary", has_text="Zurücknehmen").click()
    field = page.get_by_label("gilt nicht mehr ab")
    field.fill(field.get_attribute("min"))
    page.get_by_role("button", name="Bestätigen").click()
    page.get_by_text("Es gilt wieder das Niveau des Regelwerks").wait_for()
    assert page.get_by_role("cell", name=re.compile("zurückgenommen")).is_visible()
    page.goto(why)
    page.get_by_role("heading", name="Warum QN 2?").wait_for()


@pytest.mark.usefixtures("qualified")
def test_a_level_below_4_for_a_reserved_task_is_refused_and_the_form_keeps_what_was_entered(visit: Window) -> None:
    visitor = visit(width=390)
    page = visitor.page
    visitor.go("/festlegungen/?intervention=7.E01")
    page.get_by_label("QN 2").check()
    page.get_by_label("Begründung").fill("Im Team so besprochen.")
    page.get_by_role("button", name="Festlegen").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Begründung").input_value() == "Im Team so besprochen."
    visitor.said.clear()  # the browser notes the refusal's status
    visitor.check("festlegen-abgelehnt")


def test_staffing_inputs_are_stored_and_shown(visit: Window) -> None:
    visitor = visit()
    page = visitor.page
    visitor.go("/stellen/")
    page.get_by_label("Vereinbart QN 4").fill("3,25")
    page.get_by_label("Gültig ab").fill("2025-01-01")
    page.get_by_role("button", name="Angaben speichern").click()
    page.get_by_text("Ihre Angaben sind gespeichert").wait_for()
    assert page.get_by_role("row", name=re.compile("QN 4 Fachkraftpersonal")).first.get_by_text("3,25").is_visible()
    visitor.check("stellen-eingetragen")
    page.get_by_label("Vereinbart QN 4").fill("drei")
    page.get_by_role("button", name="Angaben speichern").click()
    page.get_by_text("Bitte geben Sie Zahlen wie 12,5 ein").wait_for()


def test_home_without_data_shows_what_to_do(visit: Window) -> None:
    visitor = visit(width=390)
    site = visitor.site
    own = homes.of_tenant(of_user(site.databases, site.user_name))
    page = visitor.page
    visitor.go("/regelwerke/")
    empty = next(one.name for one in own if one.name == "Haus zur Linde")
    visitor.look_at(empty)
    for path in (
        "/stellen/",
        "/plausibilitaet",
        "/festlegungen/",
        "/bezeichnungen/",
        "/personen/",
        "/regelwerke/vergleich",
    ):
        visitor.go(path)
        visitor.check(f"leer{path.replace('/', '-').rstrip('-')}")
    visitor.go("/stellen/")
    assert page.get_by_role("main").get_by_role("link", name="Daten einlesen").is_visible()
    visitor.look_at("Haus am Wald")
