"""The links and forms of a page, and what they keep of an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

_ADDRESSES = ("href", "formaction", "hx-get", "hx-post", "hx-put", "hx-delete")
PATH_VALUES: dict[str, int | str] = {
    "upload_id": 1,
    "intervention": "1.1",
    "resident": "B-23456",
    "filename": "page.css",
    "key": "rekonstruktion",
    "override_id": 1,
    "kind": "qualifikation",
    "number": 1,
    "form": "csv",
}
"""What stands for each part of a path that is not fixed, as the URL map names it."""

_FIELDS = ("input", "select", "textarea", "button")


@dataclass
class Link:
    """Something on a page that leads somewhere: ``sent`` are the parameters of the address it leads to."""

    element: str
    method: str
    path: str
    sent: dict[str, list[str]]
    in_navigation: bool = False
    lifts: frozenset[str] = frozenset()
    """Parameters it is there to drop: what is narrowed too far can be widened."""


@dataclass
class _Page(HTMLParser):
    found: list[Link] = field(default_factory=list)
    navigation: int = 0
    form: Link | None = None
    choosing: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what leads somewhere, and what a form sends."""
        said = {name: value or "" for name, value in attrs}
        self.navigation += tag == "nav"
        if tag == "form":
            self._form(said)
        elif tag != "link":
            for name in _ADDRESSES:
                if name in said:
                    link = self._link(tag, "GET" if name in {"href", "hx-get"} else "POST", said[name])
                    if link is not None:
                        link.lifts = frozenset(said.get("data-lifts", "").split())
        if self.form is not None and self.form.method == "GET":
            self._field(tag, said)

    def handle_endtag(self, tag: str) -> None:
        """End forms and navigation."""
        self.navigation -= tag == "nav"
        if tag == "form":
            self.form = None

    def _form(self, said: dict[str, str]) -> None:
        method = said.get("method", "get").upper()
        for name in ("hx-get", "hx-post"):
            if name in said:
                self._link("form", "POST", said[name])
        if "action" not in said and method == "POST":
            self.form = None  # goes to the very address it stands on
            return
        self.form = self._link("form", method, said.get("action", ""))
        if method == "GET" and self.form is not None:
            self.form.sent = {}  # a browser drops what the action holds

    def _field(self, tag: str, said: dict[str, str]) -> None:
        sent = self.form.sent if self.form else {}
        if tag in _FIELDS and said.get("name"):
            self.choosing = said["name"]
            if tag != "select":
                sent.setdefault(said["name"], []).append(said.get("value", ""))
        elif tag == "option" and "selected" in said:
            sent.setdefault(self.choosing, []).append(said.get("value", ""))

    def _link(self, tag: str, method: str, address: str) -> Link | None:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            return None
        link = Link(tag, method, parts.path, parse_qs(parts.query), self.navigation > 0)
        self.found.append(link)
        return link


def links(html: str) -> list[Link]:
    """Return all links and forms of a page that lead to the application; not those within the page."""
    page = _Page()
    page.feed(html)
    return page.found
