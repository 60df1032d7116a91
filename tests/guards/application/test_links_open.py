"""No page leads anybody to one that does not open for them: the way there is not shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from werkzeug.exceptions import HTTPException

from tests.support.web import foreign, own_rulebook, workbooks
from tests.support.web.links import PATH_VALUES, links
from tests.support.web.overrides import resident_with_work
from tests.support.web.sign_in import colleague
from web import rate_limits
from web.security import gate
from web.security.permissions import ENDPOINTS, ROLE_RIGHTS, AccountRole
from web.services import homes
from web.services.analysis.shown import ShownFigures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.web.pages import Person

MOST_OF_A_KIND = 2
"""Pages of one route that are walked in a home: entries of the rulebook are all alike."""


@pytest.fixture
def full(ben: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """A home with uploads in several states, a rulebook of its own, and a second one without anything."""
    monkeypatch.setattr(rate_limits, "KINDS", {})
    monkeypatch.setattr(ShownFigures, "_shown", lambda *arguments: np.ones(arguments[-1], bool))
    ben.read_in(workbooks.workbook())
    ben.read_in(foreign.csv(), name="a.csv", store=False)
    ben.read_in(workbooks.workbook(), store=False)
    own_rulebook.import_(ben, own_rulebook.changed())
    homes.create(ben.access, "Zweites Haus")
    return ben


def addresses(who: Person, role: AccountRole) -> Iterator[str]:
    """Yield the address of every page that a role opens; of uploads one for each."""
    adapter, resident = who.app.url_map.bind("localhost"), resident_with_work(who)
    for rule in who.app.url_map.iter_rules():
        right = ENDPOINTS.get(rule.endpoint)
        if "GET" in rule.methods and rule.endpoint in ENDPOINTS and (right is None or right in ROLE_RIGHTS[role]):
            for upload_id in (1, 2, 3) if "upload_id" in rule.arguments else (1,):
                values = {**PATH_VALUES, "resident": resident, "upload_id": upload_id}
                yield adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})


@pytest.mark.parametrize("role", list(AccountRole))
def test_every_link_and_form_opens_for_whoever_sees_it(full: Person, role: AccountRole) -> None:
    """B1: on every page that opens for a role, and whatever these lead to."""
    client, adapter = colleague(full, "rolle", roles=[role]).first_sign_in(), full.app.url_map.bind("localhost")
    dead, walked, count = set(), Counter[str](), 0
    for home in (full.home_id, full.home_id + 1):
        waiting, seen, of_kind = list(addresses(full, role)), set(), Counter[str]()
        while waiting:
            path = waiting.pop()
            endpoint, values = adapter.match(path)
            if path in seen or ("upload_id" not in values and of_kind[endpoint] >= MOST_OF_A_KIND):
                continue
            seen.add(path)
            with client.get(f"{path}?haus={home}", follow_redirects=True) as page:
                if page.mimetype != "text/html" or page.status_code != 200:
                    continue
                found = links(page.text)
            of_kind[endpoint] += 1
            for link in found:
                try:
                    target, _ = adapter.match(link.path, link.method)
                except HTTPException:
                    dead.add((path, link.method, link.path))
                    continue
                right = ENDPOINTS.get(target)
                opens = right is None or right in ROLE_RIGHTS[role] or target == gate.FIRST_PAGE
                if not opens:
                    dead.add((path, link.method, target))
                elif link.method == "GET":
                    waiting.append(link.path)
            count += len(found)
        walked += of_kind
    assert sorted(dead) == []
    assert count > 100
    assert len(walked) > 10
