"""Signing in with a passkey, the own account and the accounts of others, in a browser with a device of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.support.browser import PASSWORD, Visitor
from tests.support.web import access as accesses
from web.security.permissions import AccountRole
from web.services import accounts, clock, grants, homes, sessions
from web.services.sign_in import lost_factor
from web.store.models import SignIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.support.browser import Site

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def visitor(site: Site, browser: Browser) -> Iterator[Visitor]:
    """A window with a passkey device, under an address that has a name."""
    home = homes.create(accesses.of_tenant(site.databases, "Träger Konto"), "Haus Konto")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="de-DE")
    here = replace(site, address=site.address.replace("127.0.0.1", "localhost"), home=home)
    opened = Visitor(context, here)
    devtools = context.new_cdp_session(opened.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield opened
    context.close()


def look(visitor: Visitor, name: str) -> None:
    """Hold a page against what must be true of every page: wide and narrow, light and dark."""
    for width, scheme in ((1440, "light"), (390, "dark")):
        visitor.page.set_viewport_size({"width": width, "height": 844})
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.check(name)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def colleagues(visitor: Visitor) -> dict[str, str]:
    """Accounts of the home's operator, two of them administrators: user name -> one-time password."""
    databases = visitor.site.databases
    access = accesses.of_tenant(databases, "Träger Konto")
    names = ("karla", "kurt", "kim")
    once = {name: accounts.create_user(access, user_name=name, display_name=name.title()) for name in names}
    for name in names:
        grants.hold(access, name, AccountRole.CARE_LEAD, held=True)
    for name in ("karla", "kurt"):
        grants.hold(access, name, AccountRole.ADMINISTRATION, held=True)
    kurt = accesses.of_user(databases, "kurt")
    lost_factor.ask(kurt, accounts.find_id(accesses.system(databases), "kim"), reason="Telefon verloren")
    return once


def show_password(visitor: Visitor, user_name: str, password: str) -> None:
    visitor.page.get_by_label("Benutzername").fill(user_name)
    visitor.page.get_by_label("Kennwort").fill(password)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def test_a_passkey_from_the_first_sign_in_to_the_confirmation(visitor: Visitor, colleagues: dict[str, str]) -> None:
    """A2, A10: by keyboard where a person would use it; the whole way without an app."""
    page = visitor.page
    page.goto(f"{visitor.site.address}/anmelden")
    show_password(visitor, "karla", colleagues["karla"])
    look(visitor, "einrichten")
    page.get_by_label("Name des Geräts").fill("Laptop im Büro")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Wohin legen Sie diese Codes?").wait_for()
    look(visitor, "codes")
    assert page.locator(".codes code").count() == 10
    assert page.get_by_role("button", name="Drucken").is_visible()
    visitor.follow(page.get_by_role("button", name="Ich habe sie aufbewahrt"))
    page.get_by_label("Bisheriges Kennwort").fill(colleagues["karla"])
    page.get_by_label("Neues Kennwort", exact=True).fill(PASSWORD)
    page.get_by_label("Neues Kennwort noch einmal").fill(PASSWORD)
    visitor.follow(page.get_by_role("button", name="Kennwort ändern"))
    page.get_by_role("heading", name="Wo stehen wir?").wait_for()
    confirm_on_the_own_account(visitor)
    unlock_a_colleague(visitor)
    visitor.follow(page.get_by_role("button", name="Abmelden"))
    show_password(visitor, "karla", PASSWORD)
    page.get_by_text("Gerät verloren?").click()
    look(visitor, "zweiter-faktor-passkey")
    visitor.follow(page.get_by_role("link", name="Wiederherstellungscode eingeben"))
    look(visitor, "wiederherstellungscode")
    page.go_back()
    visitor.follow(page.get_by_role("button", name="Mit Passkey bestätigen"))
    page.get_by_role("heading", name="Wo stehen wir?").wait_for()


def confirm_on_the_own_account(visitor: Visitor) -> None:
    """Look at the own account while the last factor is fresh, too old, and fresh again."""
    page = visitor.page
    visitor.follow(page.locator("a.who"))
    page.get_by_text("Passkey „Laptop im Büro“").wait_for()
    look(visitor, "konto")
    with visitor.site.databases.whole.writing.begin() as session:
        session.execute(update(SignIn).values(factor_at=clock.now() - sessions.FRESH))
    page.reload()
    look(visitor, "konto-zum-lesen")
    visitor.follow(page.get_by_role("link", name="Passkeys, App oder Codes ändern"))
    look(visitor, "bestaetigen")
    visitor.follow(page.get_by_role("button", name="Mit Passkey bestätigen"))
    page.get_by_role("button", name="Zehn neue Codes").wait_for()


def unlock_a_colleague(visitor: Visitor) -> None:
    """Give a colleague a one-time password, by keyboard."""
    page = visitor.page
    visitor.follow(page.get_by_role("navigation", name="Hauptnavigation").get_by_role("link", name="Konten"))
    row = page.get_by_role("row", name="Kurt")
    row.get_by_text("Neues Einmalpasswort").first.click()
    look(visitor, "konten")
    row.get_by_label("Grund, und woran Sie die Person erkannt haben").fill("am Telefon erkannt")
    page.keyboard.press("Enter")
    page.get_by_text("Einmalpasswort für Kurt (kurt):").wait_for()
    look(visitor, "konten-einmalpasswort")


def test_the_first_account_of_an_empty_installation(site: Site, browser: Browser) -> None:
    """A11: the page fits and is accessible; here it leads to the sign-in, since there are accounts."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="de-DE")
    page = context.new_page()
    page.goto(f"{site.address}/erster-zugang")
    assert page.url.endswith("/anmelden")
    context.close()
