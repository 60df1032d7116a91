"""Whatever stands in an address or a form: an answer that refuses or shows something, never a failure of ours."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

from tests.support.web import foreign, overrides, own_rulebook, workbooks
from tests.support.web.links import PATH_VALUES
from tests.support.web.pages import Person, browser
from web import rate_limits
from web.rate_limits import Limit
from web.store.rate_table import Rate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

HOSTILE = (
    "",
    "\0",
    "a\0b",
    "99999999999999999999",
    "nan",
    "²",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "\ud800",
    "😀" * 3,
    "' OR 1=1 --",
    "../../etc/passwd",
    "x" * 20_000,
    "=1+1",
)
SHARED = ("haus", "von", "bis", "wb", "schicht", "gruppe", "sort")
"""What every page takes from its address."""

WITH_FILTERS = {"home.index", "interventions.index", "acts.table"}
"""Some of the pages that take them; all read them in the same place."""

SOME = 4
"""Of how many values each name gets one, in the quick walk; all come together anyway."""

ENDING_THE_SESSION = {
    "auth.sign_out",
    "auth.change_password",
    "auth.second_factor",
    "passkeys.show",
    "recovery_codes.use",
}
"""Of the last three, each wrong factor counts, and the third ends what is open."""

NAMED = re.compile(
    r"""(?:args|form|values)\.get(?:list)?\(\s*["']([\w-]+)["']|["']([\w-]+)["'] in request\.(?:args|form)"""
)


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything through to the pages."""
    monkeypatch.setattr(rate_limits, "LIMITS", dict.fromkeys(rate_limits.LIMITS, Limit(Rate(10**6, 0.001), "")))


def names_of(app: Flask, endpoint: str) -> set[str]:
    """Return the parameters and fields that the module of a view asks for."""
    source = inspect.getsource(inspect.getmodule(inspect.unwrap(app.view_functions[endpoint])))
    return {name for pair in NAMED.findall(source) for name in pair if name} - {*SHARED}


def requests(
    app: Flask, values: dict[str, int | str], *, every: bool
) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Yield endpoint, method, address and form of every request with one hostile value in it."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ENDING_THE_SESSION or rule.endpoint == "static":
            continue
        given = {name: values[name] for name in rule.arguments}
        address = adapter.build(rule.endpoint, given)
        own = sorted(names_of(app, rule.endpoint))
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            for number, hostile in enumerate(HOSTILE):
                for name in sorted(rule.arguments):
                    if isinstance(given[name], str) and name != "form":
                        marked = adapter.build(rule.endpoint, {**given, name: "MARK"})
                        yield rule.endpoint, method, marked.replace("MARK", quote(octets(hostile or "-"), "")), {}
                everything = dict.fromkeys([*own, *SHARED], hostile)
                yield rule.endpoint, method, address, everything
                # One at a time, too: the first that is refused would hide the others.
                for place, name in enumerate([*own, *(SHARED if every or rule.endpoint in WITH_FILTERS else ())]):
                    if every or (number + place) % SOME == 0:
                        yield rule.endpoint, method, address, {name: hostile}


def octets(text: str) -> bytes:
    """Return a text as it travels."""
    return text.encode("utf-8", "surrogatepass")


def encoded(sent: dict[str, str]) -> str:
    """Return values as a browser sends them, and as none would: halves of a character, too."""
    return urlencode({name: octets(text) for name, text in sent.items()})


def fails(client: FlaskClient, method: str, address: str, sent: dict[str, str]) -> bool:
    """Return whether we fail."""
    if method == "POST":
        answer = client.post(address, data=encoded(sent), content_type="application/x-www-form-urlencoded")
    else:
        answer = client.open(f"{address}?{encoded(sent)}", method=method)
    with answer:
        return answer.status_code >= 500


@pytest.mark.slow
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.deep)])
def test_no_value_makes_a_page_fail(every: bool, anna: Person) -> None:  # noqa: FBT001
    """F9: with work, open questions, a rulebook and an override of the home; each route, each name, each value."""
    overrides.nurse(anna).read_in(workbooks.workbook())
    key = own_rulebook.import_(anna, own_rulebook.changed()).entry.key
    number = overrides.set_(anna)
    asking = anna.read_in(foreign.csv(), name="a.csv", store=False)
    client = anna.first_sign_in()
    anna.app.config["WTF_CSRF_ENABLED"] = False
    resident = overrides.resident_with_work(anna)
    known = {**PATH_VALUES, "key": key, "override_id": number, "resident": resident}
    failing, walked = set(), 0
    for upload_id in (1, asking):
        for endpoint, method, address, sent in requests(anna.app, {**known, "upload_id": upload_id}, every=every):
            if upload_id == 1 or f"/{asking}" in address:
                walked += 1
                if fails(client, method, address, sent):
                    failing.add((endpoint, method, *[(name, text[:20]) for name, text in sent.items()][:1]))
    assert sorted(failing) == []
    assert walked > 1500
    assert client.get("/").status_code == 200, "the walk was made signed in"


def test_no_value_makes_signing_in_fail(ben: Person) -> None:
    """F9: as anybody can send it, and between the steps."""
    client = browser(ben.app)
    ben.app.config["WTF_CSRF_ENABLED"] = False
    for hostile in HOSTILE:
        fields = {"benutzername": hostile, "kennwort": hostile, "wohin": hostile}
        assert not fails(client, "POST", "/anmelden", fields), hostile[:20]
        assert not fails(client, "GET", "/anmelden", fields), hostile[:20]
    client.post("/anmelden", data={"benutzername": "ben", "kennwort": ben.password})
    for hostile in HOSTILE:
        assert not fails(client, "POST", "/anmelden/einrichten", {"code": hostile}), hostile[:20]
    ben.app.config["WTF_CSRF_ENABLED"] = True
    signed_in = ben.first_sign_in()
    ben.app.config["WTF_CSRF_ENABLED"] = False
    for hostile in HOSTILE:
        fields = {"bisher": ben.password, "neu": hostile, "nochmal": hostile}
        assert not fails(signed_in, "POST", "/kennwort", fields), hostile[:20]
