"""Every page of the application: closed to strangers, to other tenants, to foreign forms; with all headers."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from tests.support.web import overrides, own_rulebook, workbooks
from tests.support.web.links import PATH_VALUES
from tests.support.web.pages import Person, person, post
from web import rate_limits
from web.addresses import WITHOUT_HOME
from web.security import gate, headers
from web.security.permissions import AccountRole
from web.services import grants
from web.store import migrate
from web.store.base import Base
from web.store.models import Resident
from web.store.vault import VaultBase

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.routing import Rule

    from web.settings import Settings

LOGGED = {
    "uploads.findings",
    "uploads.faulty_rows",
    "home.table",
    "interventions.table",
    "interventions.table_of_one",
    "acts.table",
    "deletions.table",
    "profiles.export",
    "relief.table",
    "staffing.table",
    "plausibility.table",
    "terms.table",
}
"""Downloads of what belongs to a home: each leaves its entry in the log."""
SHOWING_NAMES = {"unknown_people.index", "uploads.show"}
"""Pages that show who is behind a pseudonym, or quote cells: each look leaves its entry in the log (T2, C4)."""
DOWNLOADS = {*LOGGED, "uploads.template", "rulebook_library.workbook", "rulebook_library.printed"}

DAY = "?am=2026-02-05"


def addresses(app: Flask) -> list[tuple[Rule, str]]:
    """Return every rule of the application with an address that fits it."""
    adapter = app.url_map.bind("localhost")
    return [
        (rule, adapter.build(rule.endpoint, {name: PATH_VALUES[name] for name in rule.arguments}))
        for rule in app.url_map.iter_rules()
    ]


def test_lists_of_the_gate_name_pages_that_exist(small_app: Flask) -> None:
    """A1: no stale entry that a new page could fall into."""
    known = set(small_app.view_functions)
    assert known >= gate.OPEN_TO_ALL | gate.AFTER_PASSWORD | gate.BEFORE_NEW_PASSWORD
    assert {"static", "health", "auth.sign_in", "first_account.index"} == gate.OPEN_TO_ALL


def test_no_page_answers_a_stranger(small_app: Flask) -> None:
    """A1: the whole URL map, each method, without a session."""
    client = small_app.test_client()
    walked = 0
    for rule, address in addresses(small_app):
        if rule.endpoint in gate.OPEN_TO_ALL:
            continue
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            answer = client.open(address, method=method)
            closed = (answer.status_code == 302 and answer.location == "/anmelden") or answer.status_code in {400, 401}
            assert closed, (method, address, answer.status_code)
            walked += 1
    assert walked > 20
    assert client.get("/gibt-es-nicht").location == "/anmelden"  # not even what exists is revealed


def test_no_page_answers_a_stranger_whose_form_is_right(small_app: Flask) -> None:
    """A1: the gate refuses even where the CSRF check would let pass."""
    small_app.config["WTF_CSRF_ENABLED"] = False
    client = small_app.test_client()
    answers = {
        address: client.post(address).status_code
        for rule, address in addresses(small_app)
        if "POST" in rule.methods and rule.endpoint not in gate.OPEN_TO_ALL
    }
    assert answers == dict.fromkeys(answers, 401)
    assert len(answers) > 20


def test_pages_of_one_tenant_do_not_exist_for_another(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """B2, T8: a foreign upload is 404 for every page and method, and stays as it was."""
    monkeypatch.setattr(rate_limits, "KINDS", {})
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    other = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    client = other.first_sign_in()
    walked = 0
    anna.app.config["WTF_CSRF_ENABLED"] = False
    for rule, _ in addresses(anna.app):
        if "upload_id" not in rule.arguments:
            continue
        address = anna.app.url_map.bind("localhost").build(
            rule.endpoint, {name: {**PATH_VALUES, "upload_id": upload_id}[name] for name in rule.arguments}
        )
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            assert client.open(address, method=method).status_code == 404, address
            walked += 1
    assert walked >= 6
    assert anna.state(upload_id) == "gelesen"
    for rule, address in addresses(anna.app):
        if rule.endpoint not in WITHOUT_HOME:
            method = "POST" if "POST" in rule.methods else "GET"
            for foreign in (anna.home_id, "²", f"{other.home_id}.0", 2**40):
                assert client.open(f"{address}?haus={foreign}", method=method).status_code == 404, address
                walked += 1
    assert walked > 200
    assert "Haus am Deich" not in client.get("/daten/").text


def test_rulebooks_and_levels_of_one_tenant_do_not_exist_for_another(anna: Person) -> None:
    """B2, T8: each page and method of a rulebook and of an override is 404 for a stranger, and changes nothing."""
    anna.read_in(workbooks.workbook())
    key = own_rulebook.import_(anna, own_rulebook.changed()).entry.key
    number = overrides.set_(overrides.nurse(anna))
    before = _everything(anna)
    olga = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    client = overrides.nurse(olga).first_sign_in()
    anna.app.config["WTF_CSRF_ENABLED"] = False
    values = {**PATH_VALUES, "key": key, "override_id": number}
    walked = set()
    for rule, _ in addresses(anna.app):
        if {"key", "override_id"} & rule.arguments:
            address = anna.app.url_map.bind("localhost").build(rule.endpoint, {n: values[n] for n in rule.arguments})
            for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
                sent = {"data": {"ab": "2026-02-01"}} if method == "POST" else {}
                assert client.open(address, method=method, **sent).status_code == 404, (method, address)
                walked.add((rule.endpoint, method))
    assert len(walked) >= 5, walked
    assert {method for _, method in walked} == {"GET", "POST"}
    after = _everything(anna)
    changing = {
        "account",
        "audit_event",
        "audit_head",
        "home",
        "recovery_code",
        "role_grant",
        "sign_in",
        "tenant",
    }  # the stranger's own
    assert {name for name in after if after[name] != before[name]} <= changing


def test_foreign_residents_cannot_be_explained(anna: Person) -> None:
    """B2: a pseudonym of another home says nothing."""
    anna.read_in(workbooks.workbook())
    with anna.services.databases.whole.reading() as session:
        pseudonym = session.scalars(select(Resident.pseudonym).where(Resident.known)).first()
    own = anna.first_sign_in()
    assert own.get(f"/warum/1.1/{pseudonym}{DAY}").status_code == 200
    other = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    other.read_in(workbooks.workbook())
    assert other.first_sign_in().get(f"/warum/1.1/{pseudonym}{DAY}").status_code == 404


def test_every_post_needs_its_token(ben: Person) -> None:
    """F3: without the page's own token nothing happens."""
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    client = ben.first_sign_in()
    walked = 0
    for rule, _ in addresses(ben.app):
        if "POST" in rule.methods:
            values = {name: {**PATH_VALUES, "upload_id": upload_id}[name] for name in rule.arguments}
            address = ben.app.url_map.bind("localhost").build(rule.endpoint, values)
            answer = client.post(address, data={"haus": "1"})
            assert answer.status_code == 400, address
            walked += 1
    assert walked >= 9
    assert ben.state(upload_id) == "gelesen"
    assert client.get("/").status_code == 200


def _everything(who: Person) -> dict[str, list[Any]]:
    databases, contents = who.services.databases, {}
    whole = databases.whole
    for metadata, sessions in ((Base.metadata, whole.reading), (VaultBase.metadata, whole.vault_reading)):
        with sessions() as session:
            for table in metadata.sorted_tables:
                columns = [column for column in table.c if column.name != "last_seen_at"]
                contents[table.name] = sorted(map(repr, session.execute(select(*columns)).all()))
    return contents


def test_reading_pages_changes_nothing(anna: Person) -> None:
    """F3: every GET, with a session; only the log has more: who looked at persons, downloaded, or was refused."""
    anna.read_in(workbooks.workbook())
    grants.hold(anna.access, "anna", AccountRole.ADMINISTRATION, held=True)
    client = anna.first_sign_in()
    before = _everything(anna)
    opened = []
    for rule, address in addresses(anna.app):
        if "GET" in rule.methods and rule.endpoint not in LOGGED | SHOWING_NAMES:
            with client.get(address) as answer:
                opened.append((answer.status_code, address))
    looked = _everything(anna)
    assert {name for name in looked if looked[name] != before[name]} <= {"audit_event", "audit_head"}
    assert sum(code == 200 for code, _ in opened) >= 9, opened
    assert not [one for one in opened if one[0] >= 500]
    client.get("/daten/1/befunde.xlsx")
    client.get("/interventionen.csv")
    client.get("/bezeichnungen/bezeichnungen.csv")
    after = _everything(anna)
    assert [name for name in after if after[name] != looked[name]] == ["audit_event", "audit_head"]


def test_headers_on_every_answer(ben: Person) -> None:
    """F1: also on errors, redirects and files."""
    ben.read_in(workbooks.workbook())
    client = ben.first_sign_in()
    everywhere = [address for rule, address in addresses(ben.app) if "GET" in rule.methods]
    for address in [*everywhere, "/gibt-es-nicht"]:
        with client.get(address) as answer:
            for name, value in headers.HEADERS.items():
                assert answer.headers[name] == value, (address, name)
            if not address.startswith("/static"):
                assert answer.headers["Cache-Control"] == "no-store", address
    policy = headers.HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    assert headers.HEADERS.items() >= expected.items()


def test_pages_contain_nothing_the_policy_forbids(ben: Person) -> None:
    """F1, F8: no inline style, script or handler, nothing from elsewhere, on any page of an application with data."""
    client = ben.app.test_client()
    pages = [client.get("/anmelden").text]
    post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort=ben.password)
    pages.append(client.get("/anmelden/einrichten").text)
    assert "<svg" in pages[-1]
    ben.read_in(workbooks.workbook(), store=False)
    ben.read_in(b"no workbook", store=False)
    ben.read_in(workbooks.workbook())
    grants.hold(ben.access, "ben", AccountRole.ADMINISTRATION, held=True)
    signed_in = ben.first_sign_in()
    pages += [signed_in.get(address).text for address in ("/wiederherstellungscodes/", "/anmelden/wiederherstellung")]
    pages += [signed_in.get(f"/daten/{number}").text for number in (1, 2, 3)]
    pages += [
        signed_in.get(address).text
        for rule, address in addresses(ben.app)
        if "GET" in rule.methods and rule.endpoint not in {"static", "health", *DOWNLOADS}
    ]
    for page in pages:
        assert not re.search(r"<[^>]+\s(style|on\w+)\s*=", page), page[:200]
        assert not re.search(r"<style[\s>]", page)
        for script in re.findall(r"<script([^>]*)>", page):
            assert "src=" in script or 'type="application/json"' in script, script
        assert not re.findall(r"(?:src|href|action)=\"(?:https?:)?//", page)


def test_errors_show_no_trace(ben: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """F9, G4: a page with an id, the log with the same id, neither with what was in the data."""
    client = ben.first_sign_in()

    def fail(*_: object) -> None:
        raise ValueError("Żeromska, 0042")

    monkeypatch.setattr("web.services.uploads.records.of_home", fail)
    with capture_logs() as events:
        page = client.get("/daten/")
    assert page.status_code == 500
    incident = re.search(r"<code>([0-9a-f]{8})</code>", page.text).group(1)
    for text in (page.text, repr(events) + caplog.text):
        assert "Żeromska" not in text
        assert "Traceback" not in text
    assert [event["incident"] for event in events] == [incident]


def test_cookies_of_a_public_installation(embedded: Settings, make_app: Callable[[Settings], Flask]) -> None:
    """F2, E1: Secure, HttpOnly, SameSite, __Host-; HSTS for a year."""
    migrate.upgrade(embedded)
    app = make_app(replace(embedded, public_url="https://pebem.example.org"))
    answer = app.test_client().get("/anmelden", base_url="https://pebem.example.org")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-pebem=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie
    assert int(re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"]).group(1)) >= 31_536_000


def test_page_after_a_refusal_exists(small_app: Flask) -> None:
    """A view names it once; its address is made of the view's own arguments alone."""
    adapter = small_app.url_map.bind("localhost")
    pages = [
        (rule, page)
        for rule, _ in addresses(small_app)
        if (page := getattr(small_app.view_functions[rule.endpoint], "page_back", None))
    ]
    assert len(pages) > 15
    for rule, page in pages:
        assert set(page.arguments) <= rule.arguments, rule.endpoint
        address = adapter.build(page.endpoint, {name: PATH_VALUES[name] for name in page.arguments}, method="GET")
        assert "?" not in address, rule.endpoint


def test_too_large_upload_is_refused_in_german(embedded: Settings, make_app: Callable[[Settings], Flask]) -> None:
    """F4: the limit is the server's."""
    migrate.upgrade(embedded)
    app = make_app(replace(embedded, upload_limit=20_000))
    client = person(app, "dora", "Träger", "Haus").first_sign_in()
    answer = client.post("/daten/", data={"dateien": (BytesIO(b"x" * 30_000), "a.xlsx")})
    assert answer.status_code == 413
    assert "zu groß" in answer.text
