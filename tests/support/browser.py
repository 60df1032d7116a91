"""The application as a visitor with a browser sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Locator, Page

    from web.store.databases import Databases

    Window = Callable[..., "Visitor"]

TESTS = Path(__file__).parents[1]
SCREENSHOTS = TESTS.parent / "build" / "screenshots"
AXE = (TESTS / "browser" / "vendor" / "axe.min.js").read_text("utf-8")
PASSWORD = "Kaffee-im-Garten-2026"


@dataclass
class Site:
    """The application as a visitor sees it: an address, an account, and the home whose pages are opened."""

    address: str
    user_name: str
    one_time: str
    workbook: Path
    databases: Databases
    home: int
    state: dict[str, object] = field(default_factory=dict)


class Visitor:
    """A browser window that remembers everything its console said."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.site = site
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))

    def go(self, path: str) -> None:
        """Open a page of the home that is looked at."""
        answer = self.page.goto(f"{self.site.address}{path}{'&' if '?' in path else '?'}haus={self.site.home}")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        self.page.wait_for_load_state("networkidle")

    def follow(self, link: Locator) -> None:
        """Go where a link or a button leads. A mere click returns while the page left is still there."""
        with self.page.expect_navigation():
            link.click()

    def look_at(self, name: str) -> None:
        """Choose another home, on the page as it is; pages opened afterwards are of this home."""
        self.page.locator(".top summary", has_text="Haus ").click()
        self.page.get_by_label("Einrichtung", exact=True).select_option(name)
        self.follow(self.page.get_by_role("button", name="Wechseln"))
        self.page.wait_for_load_state("networkidle")
        self.site.home = int(parse_qs(urlsplit(self.page.url).query)["haus"][0])

    def check(self, name: str) -> None:
        """Keep a picture, and hold the page against what must be true of every page."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        width = self.page.viewport_size["width"]
        scheme = "dunkel" if self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "hell"
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
        assert self.said == [], f"{name}: the console is not empty"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, f"{name}: the page scrolls sideways"
        self.page.evaluate(AXE)
        violations = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        serious = [
            f"{violation['id']}: {violation['help']} {[node['html'][:160] for node in violation['nodes'][:3]]}"
            for violation in violations
            if violation["impact"] in {"serious", "critical"}
        ]
        assert serious == [], f"{name}: not accessible"
