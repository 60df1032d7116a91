"""The access every service takes: which homes it includes, and who the log says has done something."""

from __future__ import annotations

import inspect
import os
import pwd
import re
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest
from sqlalchemy import select

from cli.main import main
from tests.support.web import workbooks
from tests.support.web.access import of_user
from tests.support.web.accounts import account_of
from tests.support.web.pages import Person, person
from web import services
from web.security.permissions import AccountRole
from web.services import accesses, accounts, grants, homes
from web.services.uploads import steps, undo_job
from web.settings import embedded as embedded_settings
from web.store.access import ForeignHomeError
from web.store.databases import connect
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOOSE = {"tenant_id", "account_id", "databases", "reading", "writing"}
"""What stands in the access: a service that takes one of them beside it could be given another's."""


def public_services() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the public functions of all services that take an access."""
    for info in walk_packages(services.__path__, f"{services.__name__}."):
        module = import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == info.name and not name.startswith("_"):
                yield f"{info.name}.{name}", function


def test_services_take_an_access_in_place_of_loose_numbers() -> None:
    loose = {
        name: found
        for name, function in public_services()
        if "access" in (parameters := inspect.signature(function).parameters) and (found := LOOSE & parameters.keys())
    }
    assert loose == {}
    openers = [name for name, function in public_services() if "databases" in inspect.signature(function).parameters]
    assert openers == [f"web.services.accesses.{name}" for name in ("of_command", "of_request", "of_worker")]


def test_every_service_refuses_a_foreign_home(ben: Person) -> None:
    """B2: whatever else it is given, and before it does anything."""
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    foreign = {"home_id": other.home_id, "home": homes.of_tenant(other.access)[0]}
    refused: list[str] = []
    accepted: list[str] = []
    for name, function in public_services():
        parameters = inspect.signature(function).parameters
        about = foreign.keys() & parameters.keys()
        if "access" not in parameters or not about:
            continue
        given = {key: Mock() for key, one in parameters.items() if one.default is one.empty}
        given |= {key: foreign[key] for key in about} | {"access": ben.access}
        try:
            function(**given)
        except ForeignHomeError:
            refused.append(name)
        else:
            accepted.append(name)
    assert accepted == []
    assert len(refused) > 25


def orders(who: Person, *actions: str) -> list[tuple[str, str, int | None]]:
    """Return action, actor and account of the entries about some actions."""
    with who.services.databases.whole.reading() as session:
        query = select(AuditEvent).where(AuditEvent.action.in_(actions)).order_by(AuditEvent.id)
        return [(one.action, one.actor, one.account_id) for one in session.scalars(query)]


def test_the_log_names_who_ordered_a_job(anna: Person) -> None:
    """X7, T7: an upload of one, released by a second and taken back by a third; and that a job did the rest."""
    accounts.create_user(anna.access, user_name="bela", display_name="Bela")
    accounts.create_user(anna.access, user_name="cem", display_name="Cem")
    for name in ("bela", "cem"):
        grants.hold(anna.access, name, AccountRole.CARE_LEAD, held=True)
    databases, jobs = anna.services.databases, anna.services.jobs
    bela, cem = of_user(databases, "bela"), of_user(databases, "cem")
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    steps.commit(bela, upload_id)
    jobs.store.call_local(upload_id)
    assert anna.state(upload_id) == "gespeichert"
    undo_job.release(cem, upload_id, digest=undo_job.preview_undo(cem, upload_id).digest)
    jobs.undo.call_local(upload_id)
    assert anna.state(upload_id) == "zurückgenommen"
    assert orders(
        anna,
        "einlesen.hochladen",
        "einlesen.freigeben",
        "einlesen.speichern",
        "einlesen.ruecknahme.freigeben",
        "einlesen.zuruecknehmen",
    ) == [
        ("einlesen.hochladen", "konto", account_of(anna)),
        ("einlesen.freigeben", "konto", bela.account_id),
        ("einlesen.speichern", "auftrag", bela.account_id),
        ("einlesen.ruecknahme.freigeben", "konto", cem.account_id),
        ("einlesen.zuruecknehmen", "auftrag", cem.account_id),
    ]


def test_who_starts_an_aborted_upload_again_has_ordered_it(ben: Person) -> None:
    """X7: not who released it before."""
    accounts.create_user(ben.access, user_name="bela", display_name="Bela")
    grants.hold(ben.access, "bela", AccountRole.CARE_LEAD, held=True)
    bela = of_user(ben.services.databases, "bela")
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    steps.commit(ben.access, upload_id)
    steps.cancel(ben.access, ben.services.jobs.queue, upload_id)
    steps.restart(bela, upload_id)
    ben.services.jobs.store.call_local(upload_id)
    assert orders(ben, "einlesen.speichern") == [("einlesen.speichern", "auftrag", bela.account_id)]


def test_the_log_says_where_a_request_came_from(ben: Person) -> None:
    """G1: address and request, the same for all entries of one request and another for the next."""
    client = ben.first_sign_in()
    client.get("/personen/")
    client.get("/personen/")
    with ben.services.databases.whole.reading() as session:
        looks = session.scalars(select(AuditEvent).where(AuditEvent.action == "namen.ansehen")).all()
        signing = session.scalars(select(AuditEvent).where(AuditEvent.action == "anmeldung")).first()
    assert [one.address for one in (*looks, signing)] == ["127.0.0.1"] * 3
    assert len({one.request_id for one in (*looks, signing)}) == 3
    assert all(re.fullmatch("[a-z]{20}", one.request_id) for one in looks)
    assert {(one.actor, one.account_id) for one in looks} == {("konto", account_of(ben))}


def test_the_log_names_the_user_of_the_operating_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """X7: for commands, on behalf of the account named; not what the environment says."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    for variable in ("LOGNAME", "USER", "USERNAME"):
        monkeypatch.setenv(variable, "jemand.anderes")
    file = tmp_path / "haus.xlsx"
    file.write_bytes(workbooks.workbook())
    assert main(["user", "add", "pdl.meier", "--einrichtung", "Haus am Park"]) == 0
    assert main(["import", str(file), "--home", "Haus am Park", "--user", "pdl.meier"]) in {0, 1}
    assert main(["user", "unlock", "pdl.meier", "--grund", "Telefon"]) == 0
    capsys.readouterr()
    databases = connect(embedded_settings(tmp_path / "pebem"))
    try:
        account = of_user(databases, "pdl.meier").account_id
        with databases.whole.reading() as session:
            entries = [(one.action, one.account_id, one.actor) for one in session.scalars(select(AuditEvent))]
    finally:
        databases.close()
    me = f"befehl {pwd.getpwuid(os.getuid()).pw_name}"
    assert {actor for *_, actor in entries} == {me}
    assert {action: owner for action, owner, _ in entries} == {
        "konto.anlegen": None,
        "rolle.geben": None,
        "haus.anlegen": None,
        "einlesen.hochladen": account,
        "namen.ansehen": account,
        "einlesen.freigeben": account,
        "einlesen.speichern": account,
        "konto.entsperren": None,
    }


def test_a_disabled_account_has_no_access(ben: Person) -> None:
    """A9: no command acts on its behalf any more."""
    account_id = account_of(ben)
    with ben.services.databases.whole.writing.begin() as session:
        session.get_one(accounts.Account, account_id).active = False
    with pytest.raises(accesses.UnknownAccountError):
        accesses.of_account(ben.system, account_id)
