"""Home, period, ward, shift and group: every link and form of every page keeps them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.support.web import foreign, workbooks
from tests.support.web.links import PATH_VALUES, Link, links
from tests.support.web.pages import token
from web import addresses
from web.security.permissions import AccountRole
from web.services import grants, homes

if TYPE_CHECKING:
    from flask import Flask

    from tests.support.web.pages import Person

ASKED = {
    "von": "2026-01-05",
    "bis": "2026-02-07",
    "wb": "WB 1",
    "schicht": "Früh",
    "gruppe": "1 Mobilität",
}
"""Of the small workbook, where each of them narrows something."""

CHANGING = {"von", "bis"}
"""What a link may say anew: a page offers other periods. Elsewhere than in its navigation it only has to be there."""

NARROWING = {"wb", "schicht", "gruppe"}
"""What a link may be there to drop: of a page that has nothing to show with it (``data-lifts``)."""

MOST_OF_A_KIND = 2
"""Pages of one route that are walked: entries of the rulebook are all alike."""


def lost(link: Link, asked: dict[str, str]) -> list[str]:
    """Return which parameters a link drops, or changes though nothing changes them."""
    return [
        name
        for name, value in asked.items()
        if link.sent.get(name) != [value] and not (name in CHANGING and link.sent.get(name) and not link.in_navigation)
    ]


def concerned(app: Flask, link: Link) -> bool:
    """Return whether a link leads to a page about a home."""
    endpoint, _ = app.url_map.bind("localhost").match(link.path, link.method)
    return endpoint not in addresses.WITHOUT_HOME


@pytest.mark.parametrize(
    ("html", "names"),
    [
        ('<a href="/entlastung">', [*ASKED]),
        ('<a href="/entlastung?von=2026-03-01&bis=2026-02-07&wb=WB+1&schicht=Fr%C3%BCh&gruppe=1+Mobilit%C3%A4t">', []),
        ('<nav><a href="/?von=1&bis=2026-02-07&wb=WB+1&schicht=Fr%C3%BCh&gruppe=1+Mobilit%C3%A4t"></nav>', ["von"]),
        ('<a href="/?von=2026-01-05&bis=2026-02-07&wb=WB+1&schicht=Nacht&gruppe=1+Mobilit%C3%A4t">', ["schicht"]),
        ('<form action="/regelwerk?von=2026-01-05"><input name="q"><input name="wb" value="WB 1"></form>',
         ["von", "bis", "schicht", "gruppe"]),
        ('<form action="/regelwerk"><select name="wb"><option>A<option value="WB 1" selected></select></form>',
         ["von", "bis", "schicht", "gruppe"]),
        ('<form method="post" action="/stellen/angaben?wb=WB+1"></form>', ["von", "bis", "schicht", "gruppe"]),
        ('<button hx-post="/daten/1/wort">', [*ASKED]),
    ],
)  # fmt: skip
def test_a_lost_filter_is_noticed(html: str, names: list[str]) -> None:
    (link,) = links(html)
    assert lost(link, ASKED) == names


def test_every_link_and_form_keeps_the_address(ben: Person) -> None:
    """The whole URL map, and what its pages lead to; with work, with open questions, and in a home without work."""
    stored = ben.read_in(workbooks.workbook())
    open_ = [ben.read_in(workbooks.workbook(), store=False), ben.read_in(foreign.csv(), name="a.csv", store=False)]
    empty = homes.create(ben.access, "Zweites Haus")
    grants.hold(ben.access, "ben", AccountRole.ADMINISTRATION, held=True)
    client = ben.first_sign_in()
    adapter = ben.app.url_map.bind("localhost")
    walked: Counter[str] = Counter()
    seen: set[tuple[str, int]] = set()
    for home in (ben.home_id, empty):
        asked = {"haus": str(home), **ASKED}
        query = urlencode(asked)
        waiting = [
            adapter.build(rule.endpoint, {name: {**PATH_VALUES, "upload_id": number}[name] for name in rule.arguments})
            for rule in ben.app.url_map.iter_rules()
            if "GET" in rule.methods and rule.endpoint not in addresses.WITHOUT_HOME
            for number in ([stored, *open_] if "upload_id" in rule.arguments else [stored])
        ]
        of_kind: Counter[str] = Counter()
        while waiting:
            path = waiting.pop()
            endpoint, values = adapter.match(path)
            if (path, home) in seen or ("upload_id" not in values and of_kind[endpoint] >= MOST_OF_A_KIND):
                continue
            seen.add((path, home))
            with client.get(f"{path}?{query}", follow_redirects=True) as page:
                if page.mimetype != "text/html" or page.status_code != 200:
                    continue
                found, answered = [link for link in links(page.text) if concerned(ben.app, link)], page.request.path
            of_kind[endpoint] += 1
            dropping = [link for link in found if not link.lifts >= {*lost(link, asked)}]
            assert not dropping, (path, dropping)
            assert all(link.lifts <= NARROWING and link.path == answered for link in found if link.lifts)
            waiting += [link.path for link in found if link.method == "GET"]
            walked.update(f"{link.element} {link.method}" for link in found)
            walked[endpoint] += 1
    assert walked["a GET"] > 500, walked
    assert walked["form GET"] > 20, walked
    assert walked["form POST"] > 20, walked
    every = {rule.endpoint for rule in ben.app.url_map.iter_rules() if "GET" in rule.methods}
    assert len(every & walked.keys()) > 20, every - walked.keys()


def test_another_home_is_chosen_on_the_page_one_is_on(ben: Person) -> None:
    ben.read_in(workbooks.workbook())
    second = homes.create(ben.access, "Zweites Haus")
    client = ben.first_sign_in()
    query = urlencode({"haus": ben.home_id, **ASKED, "sort": "titel"})
    for path, other in (("/interventionen", "/interventionen"), ("/daten/1", "/daten/"), ("/stellen/", "/stellen/")):
        page = client.get(f"{path}?{query}").text
        form = links(page[page.index('class="drop homes"') :])[0]
        assert (form.path, form.method, form.sent["haus"]) == (other, "GET", [str(ben.home_id)])
        assert (form.sent.get("sort") == ["titel"]) == (path == other)
    there = client.get(f"/interventionen?{urlencode({'haus': second, **ASKED})}")
    assert "Zweites Haus" in there.text
    assert "sind noch keine Interventionen eingelesen" in there.text
    assert "<h1>Was passt nicht?</h1>" in there.text
    completed = client.get("/entlastung")
    assert completed.request.args["haus"] == str(ben.home_id), "an address without a home names one"
    unnamed = client.post("/daten/", data={"csrf_token": token(client.get("/daten/"))})
    assert unnamed.status_code == 400, "nothing is changed in a home that the address does not name"
