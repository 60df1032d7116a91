"""What pages bring with them is light, comes compressed, and is asked for once."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import brotli
import pytest

from web.static_files import FOLDER

if TYPE_CHECKING:
    from flask import Flask

    from tests.support.web.pages import Person

FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
LARGEST_FIRST_VIEW = 200_000
"""Bytes of a page with everything it names, compressed."""


def addresses(page: str) -> list[str]:
    return re.findall(r'(?:src|href)="(/static/[^"]+)"', page)


def test_files_come_as_the_browser_wishes_and_are_the_same_bytes(small_app: Flask) -> None:
    client = small_app.test_client()
    for name in FILES:
        sent = {wish: client.get(f"/static/{name}", headers={"Accept-Encoding": wish}) for wish in ("br", "gzip", "")}
        content = (FOLDER / name).read_bytes()
        if name.endswith(".jpg"):
            assert {response.data for response in sent.values()} == {content}
            continue
        assert [response.headers.get("Content-Encoding") for response in sent.values()] == ["br", "gzip", None]
        assert all("Accept-Encoding" in response.headers["Vary"] for response in sent.values())
        assert brotli.decompress(sent["br"].data) == gzip.decompress(sent["gzip"].data) == sent[""].data == content
        assert sent[""].mimetype.split("/")[-1] in {"css", "javascript", "svg+xml", "json", "plain"}


@pytest.mark.parametrize("name", ["../app.py", "%2e%2e/app.py", "vendor", "nothing.css", "PAGE.css"])
def test_nothing_else_is_served(small_app: Flask, name: str) -> None:
    assert small_app.test_client().get(f"/static/{name}").status_code == 404


def test_only_the_address_with_the_current_digest_is_cached_forever(small_app: Flask) -> None:
    client = small_app.test_client()
    with small_app.test_request_context():
        address = small_app.url_for("static", filename="page.css")
    assert "immutable" in client.get(address).headers["Cache-Control"]
    for other in ("/static/page.css", "/static/page.css?v=", f"{address[:-1]}{'1' if address[-1] == '0' else '0'}"):
        response = client.get(other)
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")


def test_pages_are_light_and_leave_compressed(ben: Person) -> None:
    client = ben.first_sign_in()
    responses = {wish: client.get("/daten/", headers={"Accept-Encoding": wish}) for wish in ("br", "gzip", "identity")}
    plain = responses["identity"].get_data(as_text=True)
    assert "Content-Encoding" not in responses["identity"].headers
    for wish, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        assert responses[wish].headers["Content-Encoding"] == wish
        assert "<h1>" in unpack(responses[wish].data).decode()
        assert len(responses[wish].data) < len(plain) / 2
    brought = addresses(plain)
    assert len(brought) >= 4
    assert all("?v=" in address for address in brought)
    weights = [len(client.get(address, headers={"Accept-Encoding": "br"}).data) for address in brought]
    assert sum(weights) + len(responses["br"].data) < LARGEST_FIRST_VIEW


def test_length_of_a_page_varies_at_random(ben: Person) -> None:
    """A reader of encrypted traffic learns nothing from a page getting shorter when an address repeats a secret."""
    client = ben.first_sign_in()
    lengths = {len(client.get("/daten/", headers={"Accept-Encoding": "br"}).data) for _ in range(12)}
    assert len(lengths) > 3
