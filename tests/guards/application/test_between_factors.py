"""Between the first and the second factor nothing opens, whatever page is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.web import workbooks
from tests.support.web.links import PATH_VALUES
from tests.support.web.pages import Person
from tests.support.web.sign_in import after_password
from web.security import gate
from web.security.permissions import AccountRole
from web.services import grants

if TYPE_CHECKING:
    from collections.abc import Iterator


def everything_else(who: Person) -> Iterator[tuple[str, str]]:
    """Yield each address and method of the application that needs both factors."""
    adapter = who.app.url_map.bind("localhost")
    for rule in who.app.url_map.iter_rules():
        if rule.endpoint not in gate.OPEN_TO_ALL | gate.AFTER_PASSWORD:
            address = adapter.build(rule.endpoint, {name: PATH_VALUES[name] for name in rule.arguments})
            yield from ((address, method) for method in rule.methods - {"OPTIONS", "HEAD"})


def test_no_page_may_be_added_to_those_that_help_on() -> None:
    """A2."""
    showing = {"auth.second_factor", "recovery_codes.use", "passkeys.request_options", "passkeys.show"}
    enrolling = {"auth.enrol", "passkeys.creation_options", "passkeys.add"}
    assert {*showing, *enrolling, "auth.sign_out"} == gate.AFTER_PASSWORD


@pytest.mark.parametrize("enrolled", [False, True])
def test_no_page_answers_between_the_factors(ben: Person, *, enrolled: bool) -> None:
    """A2: names, figures, files and the own account, whether the second factor is to be shown or yet to be set up."""
    ben.read_in(workbooks.workbook())
    grants.hold(ben.access, "ben", AccountRole.ADMINISTRATION, held=True)
    if enrolled:
        ben.first_sign_in()
    client, walked = after_password(ben), 0
    first = "/anmelden/code" if enrolled else "/anmelden/einrichten"
    ben.app.config["WTF_CSRF_ENABLED"] = False
    for address, method in everything_else(ben):
        answer = client.open(address, method=method)
        assert (answer.status_code, answer.location) == ((302, first) if method == "GET" else (401, None)), address
        walked += 1
    assert walked > 80


def test_no_access_between_the_factors(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A2: a page added to the wrong list of the gate still shows nothing: there is no access to anything."""
    client = after_password(ben)
    monkeypatch.setattr(gate, "AFTER_PASSWORD", gate.AFTER_PASSWORD | {"unknown_people.index", "home.index"})
    assert [client.get(address).status_code for address in ("/personen/", "/")] == [401, 401]


def test_what_opens_between_the_factors_shows_nobody(ben: Person) -> None:
    """A2: the pages of the second factor name no home, no person and no colleague."""
    ben.read_in(workbooks.workbook())
    ben.first_sign_in()
    client = after_password(ben)
    for address in ("/anmelden/code", "/anmelden/wiederherstellung"):
        page = client.get(address)
        assert page.status_code == 200
        assert workbooks.told(page.text) == []
        assert not [name for name in ("Haus am Hang", "Träger Süd") if name in page.text]
