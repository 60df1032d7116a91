"""A lost second factor: one administrator asks, another confirms, the account starts anew; no other way removes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.web.accounts import account_of
from tests.support.web.authenticator import Authenticator
from tests.support.web.pages import Person, person
from tests.support.web.sign_in import after_password, colleague, host, new_passkey
from web.security.permissions import AccountRole
from web.services import accounts, clock, grants
from web.services.sign_in import lost_factor, recovery_codes
from web.store import models


def log(who: Person) -> list[tuple[str, int | None, str, str]]:
    with who.services.databases.whole.reading() as session:
        event = models.AuditEvent
        query = select(event.action, event.account_id, event.object, event.reason).order_by(event.id)
        return [tuple(row) for row in session.execute(query)]


def factors(who: Person) -> tuple[bool, int, int]:
    """Return whether the account of a person has an app, how many passkeys, and how many recovery codes."""
    with who.services.databases.whole.reading() as session:
        account = session.get_one(models.Account, account_of(who))
        keys = session.scalars(select(models.Passkey).where(models.Passkey.account_id == account.id)).all()
        return account.totp_secret is not None, len(keys), recovery_codes.left(who.access)


def ask(who: Person, by: Person, reason: str = "Telefon verloren, an der Stimme erkannt") -> int:
    """Ask for the removal, and return the number of the request."""
    lost_factor.ask(by.access, account_of(who), reason=reason)
    return lost_factor.waiting(by.access)[-1].id


def confirm(request: int, by: Person) -> str:
    return lost_factor.confirm(by.access, request)


def test_two_persons_open_the_way_back(anna: Person) -> None:
    """X8: asked with a reason, confirmed by another; all factors and sessions go, the old password as well."""
    client = anna.first_sign_in()
    assert new_passkey(client, Authenticator(), "/konto/").status_code == 302
    bela, cleo = (colleague(anna, name, administers=True) for name in ("bela", "cleo"))
    request = ask(anna, bela)
    assert factors(anna) == (True, 1, 10), "asking removes nothing"
    once = confirm(request, cleo)
    assert factors(anna) == (False, 0, 0)
    assert client.get("/").location == "/anmelden"
    seen = [(action, by, reason) for action, by, what, reason in log(anna) if what == f"konto {account_of(anna)}"]
    why = "Telefon verloren, an der Stimme erkannt"
    assert ("faktor-verlust.beantragen", account_of(bela), why) in seen
    assert ("faktor-verlust.bestaetigen", account_of(cleo), why) in seen
    old = anna.password
    anna.password = once
    assert anna.first_sign_in().get("/").status_code == 200
    assert factors(anna) == (True, 0, 10)
    assert old == anna.password, "the person may choose the former password again; the one-time one was good once"


def test_it_takes_two_and_neither_is_the_owner(ben: Person) -> None:
    """X8: not the one who asked, not the account's owner, not somebody of another tenant."""
    ben.first_sign_in()
    bela, olga = colleague(ben, "bela", administers=True), person(ben.app, "olga", "Träger Ost", "Haus Ost")
    with pytest.raises(lost_factor.LostFactorError, match="jemand anders beantragen"):
        ask(ben, ben)
    with pytest.raises(lost_factor.LostFactorError, match="was geschehen ist"):
        ask(ben, bela, " ")
    with pytest.raises(lost_factor.LostFactorError, match="gibt es nicht"):
        ask(ben, olga)
    request = ask(ben, bela)
    with pytest.raises(lost_factor.LostFactorError, match="schon beantragt"):
        ask(ben, bela)
    for by, why in ((bela, "zweite Person"), (ben, "jemand anders bestätigen"), (olga, "entschieden oder abgelaufen")):
        with pytest.raises(lost_factor.LostFactorError, match=why):
            confirm(request, by)
    assert factors(ben) == (True, 0, 10)


def test_a_request_ends_after_a_week_or_when_it_is_withdrawn(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """X8: what nobody confirms opens nothing later."""
    ben.first_sign_in()
    bela, cleo = (colleague(ben, name, administers=True) for name in ("bela", "cleo"))
    withdrawn = ask(ben, bela)
    lost_factor.withdraw(cleo.access, withdrawn)
    late = ask(ben, bela)
    later = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    for request in (withdrawn, late):
        with pytest.raises(lost_factor.LostFactorError, match="entschieden oder abgelaufen"):
            confirm(request, cleo)
    assert factors(ben) == (True, 0, 10)


def test_the_host_confirms_only_where_nobody_else_can(ben: Person) -> None:
    """X8: with one administrator besides the account the request comes first; the log says it was the command line."""
    ben.first_sign_in()
    of_host = host(ben)
    bela, _ = (colleague(ben, name, administers=True) for name in ("bela", "cleo"))

    def by_host() -> str:
        return lost_factor.confirm_by_host(of_host, "ben", reason="Gerät verloren")

    with pytest.raises(lost_factor.LostFactorError, match="beantragen: Bela, Cleo"):
        by_host()
    ask(ben, bela)
    with pytest.raises(lost_factor.LostFactorError, match="bestätigen: Cleo"):
        by_host()
    accounts.disable(of_host, "cleo", reason="ausgeschieden")
    once = by_host()
    assert factors(ben) == (False, 0, 0)
    assert log(ben)[-1] == ("faktor-verlust.bestaetigen", None, f"konto {account_of(ben)}", "Gerät verloren")
    with ben.services.databases.whole.reading() as session:
        actors = session.scalars(select(models.AuditEvent.actor).order_by(models.AuditEvent.id)).all()
    assert actors[-1].startswith("befehl ")
    ben.password = once
    assert ben.first_sign_in().get("/").status_code == 200
    with pytest.raises(lost_factor.LostFactorError, match="--grund"):
        lost_factor.confirm_by_host(of_host, "ben", reason="")
    with pytest.raises(lost_factor.LostFactorError, match="niemand"):
        lost_factor.confirm_by_host(of_host, "niemand", reason="x")


def test_the_only_administrator_comes_back_by_the_host(ben: Person) -> None:
    """X8: where there is nobody to ask."""
    ben.first_sign_in()
    grants.hold(ben.access, "ben", AccountRole.ADMINISTRATION, held=True)
    colleague(ben, "bela")
    lost_factor.confirm_by_host(host(ben), "ben", reason="Gerät verloren")
    assert factors(ben) == (False, 0, 0)


def test_a_new_password_never_removes_a_factor(ben: Person) -> None:
    """A3: neither unlocking nor disabling and opening; who has the one-time password still needs the factor."""
    client = ben.first_sign_in()
    assert new_passkey(client, Authenticator(), "/konto/").status_code == 302
    of_host = host(ben)
    accounts.disable(of_host, "ben", reason="beurlaubt")
    accounts.enable(of_host, "ben", reason="wieder da")
    ben.password = accounts.unlock(of_host, "ben", reason="am Telefon erkannt")
    assert factors(ben) == (True, 1, 10)
    again = after_password(ben)
    assert again.get("/").location == "/anmelden/code"
    assert again.get("/anmelden/einrichten").location == "/anmelden/code"
