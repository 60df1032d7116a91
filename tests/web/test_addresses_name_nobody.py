"""Addresses stay in histories and logs: none names a person, and nothing is stored in the browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from tests.support.web import foreign, workbooks
from tests.support.web.links import PATH_VALUES

if TYPE_CHECKING:
    from tests.support.web.pages import Person

STATIC = Path(__file__).parents[2] / "web" / "static"
ADDRESS = re.compile(r"""(?:href|action|formaction|src|hx-\w+|data-\w+)="([^"]*)\"""")


def test_no_address_names_a_person(ben: Person) -> None:
    """F8: on no page that a home with work, findings and open questions has."""
    stored = ben.read_in(workbooks.workbook())
    asking = ben.read_in(foreign.csv(), name="a.csv", store=False)
    client = ben.first_sign_in()
    adapter, seen = ben.app.url_map.bind("localhost"), 0
    for rule in ben.app.url_map.iter_rules():
        for upload_id in (stored, asking):
            if "GET" in rule.methods and rule.endpoint != "static":
                values = {name: {**PATH_VALUES, "upload_id": upload_id}[name] for name in rule.arguments}
                with client.get(adapter.build(rule.endpoint, values)) as page:
                    if page.mimetype == "text/html":
                        addresses = [unquote_plus(one) for one in ADDRESS.findall(page.text)]
                        seen += len(addresses)
                        assert workbooks.told("\n".join(addresses)) == [], rule.endpoint
    assert seen > 1000


def test_nothing_is_stored_in_the_browser() -> None:
    """F8: scripts of ours use no storage; the libraries are asked for none."""
    storage = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open")
    assert [path.name for path in STATIC.glob("*.js") if storage.search(path.read_text("utf-8"))] == []
