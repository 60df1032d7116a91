"""Instructions of a tenant: registered, and what the host does needs one (B8, T12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.support.web.accounts import account_of, tenant_of
from tests.support.web.pages import Person, person, post
from tests.support.web.sign_in import colleague
from web.security.permissions import AccountRole
from web.services import accesses, clock, grants, instructions
from web.services.instructions import InstructionError, InstructionKind
from web.store.access import SystemAccess
from web.store.models import Account, AuditEvent


@pytest.fixture
def chief(ben: Person) -> Person:
    """Somebody who administers Ben's tenant, and has signed in before."""
    made = colleague(ben, "chief", roles=[], administers=True)
    made.first_sign_in()
    return made


def command(who: Person) -> SystemAccess:
    """Return what a command of the host begins with in production."""
    return accesses.of_command(who.services.databases, "import", needs_instruction=True)


def grant(chief: Person, hours: int = 4) -> int:
    """Grant access for support and return the number of the instruction."""
    instructions.give(chief.access, InstructionKind.SUPPORT, "Bitte den Dezember einlesen", hours=hours)
    return instructions.of_tenant(chief.access)[0].id


def test_a_command_needs_the_instruction_of_the_tenant(ben: Person, chief: Person) -> None:
    """B8, T12: for the tenant and for each of its accounts; one of another kind is none."""
    tenant, account = tenant_of(ben), account_of(ben)
    instructions.give(chief.access, InstructionKind.OTHER, "Bitte rufen Sie an")
    for ask in (lambda: accesses.of_tenant(command(ben), tenant), lambda: accesses.of_account(command(ben), account)):
        with pytest.raises(InstructionError, match="Weisungen"):
            ask()
    grant(chief)
    assert accesses.of_tenant(command(ben), tenant).homes == {ben.home_id}
    assert accesses.of_account(command(ben), account).account_id == account
    other = person(ben.app, "stranger", "Träger Fern", "Haus Fern")
    colleague(other, "chief-fern", administers=True).first_sign_in()
    with pytest.raises(InstructionError):
        accesses.of_tenant(command(ben), tenant_of(other))


def test_access_ends_by_itself_and_at_once(ben: Person, chief: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """B8: after its hours, and when it is withdrawn."""
    number = grant(chief, hours=1)
    start = clock.now()
    for minutes, open_ in ((59, True), (61, False)):
        with monkeypatch.context() as later:
            later.setattr(clock, "now", lambda minutes=minutes: start + timedelta(minutes=minutes))
            assert (instructions.open_ones(command(ben)) != []) is open_
            if open_:
                accesses.of_tenant(command(ben), tenant_of(ben))
            else:
                with pytest.raises(InstructionError):
                    accesses.of_tenant(command(ben), tenant_of(ben))
    instructions.withdraw(chief.access, number)
    with pytest.raises(InstructionError):
        accesses.of_tenant(command(ben), tenant_of(ben))
    with pytest.raises(InstructionError, match="zurückgenommen"):
        instructions.withdraw(chief.access, number)


def test_where_nobody_could_grant_it_the_host_may_help(ben: Person) -> None:
    """B8: an operator without administrators; with one who never signed in, is locked, or is the one to be helped."""
    tenant = tenant_of(ben)
    accesses.of_tenant(command(ben), tenant)
    chief = colleague(ben, "chief", roles=[], administers=True)
    accesses.of_tenant(command(ben), tenant)  # she has a one-time password only
    chief.first_sign_in()
    with pytest.raises(InstructionError):
        accesses.of_tenant(command(ben), tenant)
    accesses.of_tenant(command(ben), tenant, helps=account_of(chief))
    with pytest.raises(InstructionError):
        accesses.of_tenant(command(ben), tenant, helps=account_of(ben))
    with ben.services.databases.whole.writing.begin() as session:
        session.execute(update(Account).where(Account.id == account_of(chief)).values(locked_at=clock.now()))
    accesses.of_tenant(command(ben), tenant)
    colleague(ben, "second", roles=[], administers=True).first_sign_in()
    with pytest.raises(InstructionError):
        accesses.of_tenant(command(ben), tenant, helps=account_of(chief))


def test_the_log_shows_what_the_host_did(ben: Person, chief: Person) -> None:
    """B8: visible to the tenant, under its number, with the user of the operating system."""
    number = grant(chief)
    access = accesses.of_tenant(command(ben), tenant_of(ben))
    grants.give(access, account_of(ben), AccountRole.ANALYST, reason="auf Weisung")
    with ben.services.databases.whole.reading() as session:
        events = list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))[-2:]
    assert [one.action for one in events] == ["weisung.geben", "rolle.geben"]
    assert events[0].object == f"weisung {number}"
    assert events[1].actor.startswith("befehl ")
    assert {one.tenant_id for one in events} == {tenant_of(ben)}


def test_the_register_keeps_what_was_said_and_done(ben: Person, chief: Person) -> None:
    """T12: given on the page, done by the host, both with who and when; nothing is done twice."""
    client = chief.again_signed_in()
    fields = {"art": "loeschung", "weisung": "Bitte Lieferung 3 löschen"}
    assert post(client, "/weisungen/", "/weisungen/", **fields).status_code == 302
    (row,) = instructions.of_tenant(chief.access)
    assert (row.kind, row.text, row.given_by, row.open) == (InstructionKind.DELETION, fields["weisung"], "Chief", True)
    system = command(ben)
    with pytest.raises(InstructionError, match="--grund"):
        instructions.mark_done(system, row.id, " ")
    instructions.mark_done(system, row.id, "gelöscht am 3. Dezember")
    with pytest.raises(InstructionError, match="schon erledigt"):
        instructions.mark_done(system, row.id, "noch einmal")
    with pytest.raises(InstructionError, match="schon erledigt"):
        instructions.withdraw(chief.access, row.id)
    (done,) = instructions.of_tenant(chief.access)
    assert (done.open, done.done_note) == (False, "gelöscht am 3. Dezember")
    page = client.get("/weisungen/").text
    assert "gelöscht am 3. Dezember" in page
    assert done.done_by in page
    assert done.done_by.startswith("befehl ")


def test_instructions_of_one_tenant_do_not_exist_for_another(ben: Person, chief: Person) -> None:
    """B2."""
    number = grant(chief)
    stranger = colleague(person(ben.app, "stranger", "Träger Fern", "Haus Fern"), "fern", administers=True)
    assert instructions.of_tenant(stranger.access) == []
    with pytest.raises(InstructionError, match="gibt es nicht"):
        instructions.withdraw(stranger.access, number)
    client = stranger.first_sign_in()
    assert "Dezember" not in client.get("/weisungen/").text
    post(client, f"/weisungen/{number}/zuruecknehmen", "/weisungen/")
    assert "gibt es nicht" in client.get("/weisungen/").text
    assert instructions.of_tenant(chief.access)[0].open


@pytest.mark.parametrize(
    ("kind", "text", "hours"),
    [
        (InstructionKind.SUPPORT, "Hilfe", None),
        (InstructionKind.SUPPORT, "Hilfe", 5),
        (InstructionKind.OTHER, "Text", 4),
        (InstructionKind.OTHER, " ", None),
        (InstructionKind.OTHER, "x" * 1001, None),
    ],
)
def test_what_is_no_instruction_is_refused(chief: Person, kind: InstructionKind, text: str, hours: int | None) -> None:
    with pytest.raises(InstructionError, match="Bitte"):
        instructions.give(chief.access, kind, text, hours=hours)
    assert instructions.of_tenant(chief.access) == []


def test_who_sees_figures_alone_gives_no_instruction(ben: Person) -> None:
    """B1: the page belongs to those who administer and to data protection."""
    assert ben.first_sign_in().get("/weisungen/").status_code == 403
    officer = colleague(ben, "dsb", roles=[AccountRole.DATA_PROTECTION])
    assert officer.first_sign_in().get("/weisungen/").status_code == 200
