"""Whoever is signed in leaves an entry in the log: with each form, file and page about persons (G2, T2, T10)."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sqlalchemy import select

from tests.support.product import ROOT
from tests.support.web import workbooks
from tests.support.web.links import PATH_VALUES
from tests.support.web.pages import Person
from tests.support.web.sign_in import colleague
from web import rate_limits
from web.security import gate
from web.security.permissions import ENDPOINTS, AccountRole, Right
from web.services import audit, audit_actions
from web.services.analysis.shown import ShownFigures
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

BEFORE_SIGN_IN = gate.AFTER_PASSWORD - {"auth.sign_out", "passkeys.add", "passkeys.creation_options"}
"""Forms of whoever signs in: they are about an account, and have entries of their own (``test_sign_in.py``)."""

NOTHING_PERSONAL = {
    "unknown_people.choose",  # a form
    "names.index",  # asks for the purpose
    "uploads.findings",  # files, each with its entry
    "uploads.faulty_rows",
    "acts.table",
    "interventions.table_of_one",
}

ALL_ROLES = list(AccountRole)


@pytest.fixture
def client(ben: Person, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Somebody who may do everything, in a home with data."""
    monkeypatch.setattr(rate_limits, "KINDS", {})
    monkeypatch.setattr(ShownFigures, "_shown", lambda *arguments: np.ones(arguments[-1], bool))
    ben.read_in(workbooks.workbook())
    ben.app.config["WTF_CSRF_ENABLED"] = False
    return colleague(ben, "alles", roles=ALL_ROLES).first_sign_in()


def entries(who: Person) -> list[AuditEvent]:
    """Return the log."""
    with who.services.databases.whole.reading() as session:
        return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


def walk(who: Person, method: str) -> Iterator[tuple[str, str]]:
    """Yield endpoint and address of everything that answers to a method and that somebody signed in may open."""
    adapter = who.app.url_map.bind("localhost")
    for rule in who.app.url_map.iter_rules():
        if method in rule.methods and rule.endpoint in ENDPOINTS:
            yield rule.endpoint, adapter.build(rule.endpoint, {name: PATH_VALUES[name] for name in rule.arguments})


def test_every_form_leaves_an_entry(ben: Person, client: FlaskClient) -> None:
    """G2, T7: the whole table of permissions, each form sent empty: done, refused or failed, and by whom."""
    walked = set()
    for endpoint, address in walk(ben, "POST"):
        if endpoint in BEFORE_SIGN_IN | {"auth.sign_out", "auth.change_password"}:
            continue
        before = len(entries(ben))
        answer = client.post(address)
        new = entries(ben)[before:]
        assert new, (endpoint, answer.status_code)
        if answer.status_code >= 400:
            assert new[-1].result == ("fehler" if answer.status_code >= 500 else "abgelehnt"), endpoint
        assert all(one.account_id and one.tenant_id and one.request_id and one.address for one in new), endpoint
        walked.add(endpoint)
    assert len(walked) > 35
    before = len(entries(ben))
    client.post("/abmelden")
    assert [one.action for one in entries(ben)[before:]] == ["abmeldung"]


def test_every_file_leaves_an_entry_with_its_recipient(ben: Person, client: FlaskClient) -> None:
    """T10, G2: whatever is answered as a file; to whom, and for tables which period, choice, form and how many rows."""
    assert client.get("/durchgefuehrt").status_code == 200, "somebody was looked at: there is a list of the affected"
    walked = set()
    for endpoint, address in walk(ben, "GET"):
        before = len(entries(ben))
        with client.get(address) as answer:
            is_file = answer.status_code == 200 and answer.mimetype != "text/html"
        new = entries(ben)[before:]
        if not is_file:
            continue
        walked.add(endpoint)
        (exported,) = (one for one in new if one.action.endswith(".herunterladen"))
        assert exported.details["empfaenger"] == f"konto {exported.account_id}", endpoint
        if "table" in endpoint and endpoint != "terms.table":
            assert exported.details.keys() >= {"zeitraum", "auswahl", "form", "zeilen"}, endpoint
    assert walked >= {name for name, kind in _KINDS if kind == "export" and name not in _NOT_HERE}


_KINDS = list(rate_limits.KINDS.items())
_NOT_HERE = {
    "profiles.export",
    "recovery_codes.file",
    "uploads.faulty_rows",
    "relief.table",
    "names.resolve",  # answers of forms: test_affected.py, test_access_report.py
    "subjects.account_report",
    "subjects.report",
}
"""Files that this home has not got; that they leave an entry follows from the same code."""


def test_the_period_and_choice_of_a_file_are_in_its_entry(ben: Person, client: FlaskClient) -> None:
    """T10: as they were chosen."""
    client.get("/interventionen.csv?von=2026-02-02&bis=2026-02-05&sort=titel")
    told = entries(ben)[-1]
    assert (told.action, told.object) == ("interventionen.herunterladen", f"haus {ben.home_id}")
    assert told.details["zeitraum"] == ["2026-02-02", "2026-02-05"]
    assert told.details["auswahl"]["sort"] == ["titel"]
    assert told.details["form"] == "csv"


def test_every_page_about_persons_leaves_an_entry(ben: Person, client: FlaskClient) -> None:
    """T2, G2: derived from the rights that open them; all others only show sums, words and settings."""
    about_persons = {Right.SEE_RESIDENTS, Right.SEE_NAMES}
    seen = {}
    for endpoint, address in walk(ben, "GET"):
        if ENDPOINTS[endpoint] in about_persons and endpoint not in NOTHING_PERSONAL:
            before = len(entries(ben))
            code = client.get(address).status_code
            seen[endpoint] = (code, [one.action for one in entries(ben)[before:]])
    assert all(actions for code, actions in seen.values() if code != 302), "one that leads elsewhere shows nobody"
    assert len(seen) >= 4
    before = len(entries(ben))
    client.get("/daten/1")
    client.post("/daten/1/suche", data={"suche": "Zqxnachname"})
    new = entries(ben)[before:]
    assert [one.action for one in new] == ["namen.ansehen", "befunde.ansehen"] * 2
    assert "Zqxnachname" not in repr([(one.object, one.details) for one in new])


def test_looking_at_one_resident_says_at_whom(ben: Person, client: FlaskClient) -> None:
    """I3: by pseudonym, so that it can be found who saw what of whom."""
    from tests.support.web.overrides import resident_with_work  # noqa: PLC0415

    resident = resident_with_work(ben)
    assert client.get(f"/warum/1.1/{resident}?am=2026-02-05").status_code == 200
    told = entries(ben)[-1]
    assert (told.action, told.details["bewohner"]) == ("begruendung.ansehen", resident)


def test_what_is_refused_or_fails_is_in_the_log(
    ben: Person, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G2: what does not exist here, a form without its token, a page that breaks; what was typed is not."""

    def last() -> tuple[str, str, str, Any]:
        one = entries(ben)[-1]
        return one.action, one.object, one.result, one.details

    assert client.get("/daten/77").status_code == 404
    assert last() == ("seite.aufrufen", "uploads.show", "abgelehnt", {"upload_id": 77})
    assert client.get("/warum/1.1/Zqxnachname").status_code == 404
    assert last() == ("seite.aufrufen", "explain.show", "abgelehnt", None)
    assert client.get("/?haus=999").status_code == 404
    assert last()[2] == "abgelehnt"
    ben.app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/daten/1/uebernehmen").status_code == 400
    assert last() == ("formular.absenden", "uploads.commit", "abgelehnt", {"upload_id": 1})
    ben.app.config["WTF_CSRF_ENABLED"] = False
    assert client.post("/daten/1/uebernehmen").status_code == 302  # it is stored already: refused with a word
    assert last() == ("formular.absenden", "uploads.commit", "abgelehnt", {"upload_id": 1})

    def fail(*_: object) -> None:
        raise ValueError("Zqxnachname")

    monkeypatch.setattr("web.services.uploads.records.of_home", fail)
    assert client.get("/daten/").status_code == 500
    assert last() == ("seite.aufrufen", "uploads.index", "fehler", None)
    assert "Zqxnachname" not in repr([(one.object, one.reason, one.details) for one in entries(ben)])


def test_what_leads_to_the_second_factor_has_not_happened(ben: Person, client: FlaskClient) -> None:
    """A10: a form or file that is to be confirmed first leaves no entry as if it were done."""
    from tests.support.web.sign_in import make_stale  # noqa: PLC0415

    make_stale(ben)
    with ben.services.databases.whole.writing.begin() as session:
        session.connection().exec_driver_sql("UPDATE sign_in SET factor_at = '2020-01-01 00:00:00'")
    before = len(entries(ben))
    assert client.get("/daten/1/befunde.xlsx").status_code == 303
    assert client.post("/konten/", data={}).status_code == 303
    assert entries(ben)[before:] == []


def test_a_file_does_not_leave_without_its_entry(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """T10: where the log cannot be written, there is no download."""

    def fail(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(audit, "record", fail)
    for address in ("/interventionen.csv", "/daten/vorlage.xlsx"):
        assert client.get(address).status_code == 500, address


def test_every_page_has_a_name_in_the_log(small_app: Flask) -> None:
    """G1: a request is named by its page; no name is left over."""
    assert {endpoint.partition(".")[0] for endpoint in small_app.view_functions if "." in endpoint} == set(
        audit_actions.AREAS
    )


def _recorded_actions() -> set[str]:
    """Return every string of the services that looks like an action, and the actions of views."""
    found = set()
    for path in [*(ROOT / "web").rglob("*.py")]:
        if path.name == "audit_actions.py" or "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def _given_actions() -> set[str]:
    """Return what calls that write into the log are given as actions: texts, and constants of the module."""
    found = set()
    for path in (ROOT / "web").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            node.target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] not in _WRITES:
                continue
            for given in node.args:
                name = constants.get(given.id) if isinstance(given, ast.Name) else getattr(given, "value", None)
                if isinstance(name, str) and re.fullmatch(r"[a-zäöüß-]+(\.[a-zäöüß-]+)*", name):
                    found.add(name)
    return found


_WRITES = {"record", "note_read", "record_action", "looked_at", "_record"}


def test_every_action_has_its_words_and_no_words_are_left_over() -> None:
    """G1: the log of an action without words cannot be written; a word that nobody uses is none."""
    used = _recorded_actions()
    exports = {name for name in audit_actions.ACTIONS if name.endswith(audit_actions.DOWNLOAD)}
    unused = audit_actions.ACTIONS.keys() - used - exports
    assert unused == set()
    given = {one for one in _given_actions() if not one.endswith(audit_actions.DOWNLOAD)} - set(audit_actions.RESULTS)
    assert len(given) > 40
    assert given <= audit_actions.ACTIONS.keys()
    for action, words in audit_actions.ACTIONS.items():
        assert words.kind in audit_actions.KINDS, action
        for result in audit_actions.RESULTS:
            assert re.fullmatch(r"[A-ZÄÖÜ].+ (wurden?|sollten?) .+\.", words.sentence(result)), action
    assert audit_actions.words_of("wohnbereiche.herunterladen").subject == "Eine Tabelle"
    for unknown in ("rolle.verschenken", "", "herunterladen"):
        with pytest.raises(KeyError):
            audit_actions.words_of(unknown)
