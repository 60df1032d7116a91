"""Passkeys: either factor suffices, several an account, each bound to its question, its address and its account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
import pytest
from sqlalchemy import select

from tests.support.web.accounts import actions
from tests.support.web.authenticator import Authenticator
from tests.support.web.pages import Person, path_of, person, post, token
from tests.support.web.sign_in import after_password, code, new_passkey, own_password, show_passkey
from web.security import passkeys
from web.services import clock, sessions
from web.store import models

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def with_passkey(who: Person, device: Authenticator) -> FlaskClient:
    """Sign in for the first time with a passkey as the only factor."""
    client = after_password(who)
    made = new_passkey(client, device, "/anmelden/einrichten")
    assert made.location == "/wiederherstellungscodes/"
    own_password(client, who)
    return client


def test_a_passkey_suffices_as_the_second_factor(anna: Person) -> None:
    """A2: the first sign-in sets it up, the next one asks for it; no app is needed."""
    device = Authenticator()
    assert with_passkey(anna, device).get("/").status_code == 200
    client = after_password(anna)
    assert client.get("/").location == "/anmelden/code"
    page = client.get("/anmelden/code").text
    assert "Mit Passkey bestätigen" in page
    assert "Sechsstelliger Code" not in page
    assert show_passkey(client, device).location == "/"
    assert client.get("/").status_code == 200
    assert actions(anna)[-1] == "anmeldung"


def test_app_and_passkey_open_the_same_account(ben: Person) -> None:
    """A2: either suffices; each has its name, and one of them can go."""
    client, first, second = ben.first_sign_in(), Authenticator(id=b"first"), Authenticator(id=b"second")
    for device, name in ((first, "Laptop"), (second, "Schlüssel  am Bund")):
        assert path_of(new_passkey(client, device, "/konto/", name)) == "/konto/"
    page = client.get("/konto/").text
    assert "Passkey „Laptop“" in page
    assert "Passkey „Schlüssel am Bund“" in page
    for device in (first, second):
        assert show_passkey(after_password(ben), device).location == "/"
    assert post(after_password(ben), "/anmelden/code", "/anmelden/code", code=code(ben)).location == "/"
    assert post(client, "/konto/app/entfernen", "/konto/").status_code == 302
    assert "Anmelde-App</b>" not in client.get("/konto/").text
    assert client.post("/konto/passkeys/1/entfernen", data={"csrf_token": token(client.get("/konto/"))}).location
    refused = post(client, "/konto/passkeys/2/entfernen", "/konto/")
    assert "einziger zweiter Faktor" in client.get(refused.location).text
    assert show_passkey(after_password(ben), second).location == "/"
    gone = after_password(ben)
    options = gone.post("/passkeys/frage", data={"csrf_token": token(gone.get("/anmelden/code"))}).json
    assert len(options["allowCredentials"]) == 1


def test_the_session_of_before_is_dead(ben: Person) -> None:
    """A7: after a passkey as after a code, at its enrolment too."""
    system, now, device = ben.system, clock.now(), Authenticator()
    enrolling = after_password(ben)
    with enrolling.session_transaction() as cookie:
        before = cookie["_user_id"]
    new_passkey(enrolling, device, "/anmelden/einrichten")
    assert sessions.visitor(system, before, now) is None
    own_password(enrolling, ben)
    client = after_password(ben)
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    show_passkey(client, device)
    with client.session_transaction() as cookie:
        after = cookie["_user_id"]
    assert sessions.visitor(system, before, now) is None
    assert sessions.visitor(system, after, now).open


@pytest.mark.parametrize("said", [{"origin": "https://pebem.example.net"}, {"type": "webauthn.create"}])
def test_an_answer_of_another_page_is_refused(ben: Person, said: dict[str, str]) -> None:
    """A2: what a copied page elsewhere has got out of a person opens nothing, and counts as a mistake."""
    device = Authenticator()
    with_passkey(ben, device)
    client = after_password(ben)
    sent = {"csrf_token": token(client.get("/anmelden/code"))}
    options = client.post("/passkeys/frage", data=sent).json
    client.post("/passkeys/zeigen", data={**sent, "antwort": device.sign(options, **said)})
    assert "passt nicht zu Ihrem Konto" in client.get("/anmelden/code").text
    assert client.get("/").location == "/anmelden/code"
    with ben.services.databases.whole.reading() as session:
        assert session.scalars(select(models.Account.failed_count)).one() == 1
    client.post("/passkeys/zeigen", data={**sent, "antwort": device.sign(options)})
    assert client.get("/").location == "/anmelden/code", "the question is gone with the first answer"


def test_an_answer_is_good_once_and_for_its_session_alone(ben: Person) -> None:
    """A7: neither repeated nor in another browser."""
    device = Authenticator()
    with_passkey(ben, device)
    first, second = after_password(ben), after_password(ben)
    sent = {"csrf_token": token(first.get("/anmelden/code"))}
    answer = device.sign(first.post("/passkeys/frage", data=sent).json)
    foreign = {"csrf_token": token(second.get("/anmelden/code")), "antwort": answer}
    assert second.post("/passkeys/zeigen", data=foreign).location == "/anmelden/code"
    assert first.post("/passkeys/zeigen", data={**sent, "antwort": answer}).location == "/"
    again = {"csrf_token": token(first.get("/anmelden/code")), "antwort": answer}
    assert path_of(first.post("/passkeys/zeigen", data=again)) == "/anmelden/code"


def test_a_passkey_of_another_account_opens_nothing(ben: Person) -> None:
    mine, theirs = Authenticator(id=b"mine"), Authenticator(id=b"theirs")
    with_passkey(ben, mine)
    olga = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    with_passkey(olga, theirs)
    assert show_passkey(after_password(ben), theirs).location == "/anmelden/code"
    copied = Authenticator(id=b"mine", key=theirs.key)
    assert show_passkey(after_password(ben), copied).location == "/anmelden/code"
    assert show_passkey(after_password(ben), mine).location == "/"


def test_a_copy_with_an_older_counter_is_refused(ben: Person) -> None:
    device = Authenticator()
    with_passkey(ben, device)
    assert show_passkey(after_password(ben), device).location == "/"
    copy = Authenticator(key=device.key, count=0)
    assert show_passkey(after_password(ben), copy).location == "/anmelden/code"


def test_three_wrong_passkeys_lock_the_account(ben: Person) -> None:
    """T5: as with codes."""
    device, wrong = Authenticator(), Authenticator()
    with_passkey(ben, device)
    client = after_password(ben)
    for _ in range(3):
        show_passkey(client, wrong)
    assert client.get("/anmelden/code").location == "/anmelden"
    assert "konto.sperren" in actions(ben)


def test_a_password_alone_adds_no_passkey_and_no_app(ben: Person) -> None:
    """A3: who has stolen a password cannot add a factor of their own beside the one that is there."""
    ben.first_sign_in()
    client = after_password(ben)
    sent = {"csrf_token": token(client.get("/anmelden/code")), "name": "meiner", "antwort": "{}"}
    assert client.post("/passkeys/anlegen/frage", data=sent).status_code == 401
    assert client.post("/passkeys/anlegen", data=sent).status_code == 401
    assert client.get("/anmelden/einrichten").location == "/anmelden/code"
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    with_passkey(other, Authenticator())
    theirs = after_password(other)
    with theirs.session_transaction() as cookie:
        session = cookie["_user_id"]
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    added = sessions.enrol(
        ben.system,
        ben.services.settings,
        session,
        secret,
        pyotp.TOTP(secret).now(),
        clock.now(),
    )
    assert added is None


@pytest.mark.parametrize(
    ("public", "asked", "expected"),
    [
        ("https://pebem.example.org", "http://evil.example/", ("pebem.example.org", "https://pebem.example.org")),
        ("https://pebem.example.org:8443", "x", ("pebem.example.org", "https://pebem.example.org:8443")),
        ("http://pebem.example.org", "x", None),
        ("https://192.0.2.7", "x", None),
        ("", "http://localhost:8000/", ("localhost", "http://localhost:8000")),
        ("", "http://127.0.0.1:8000/", None),
        ("", "http://pebem.example.org/", None),
        ("", "http://[::1]:8000/", None),
    ],
)
def test_passkeys_belong_to_the_address_of_the_installation(
    public: str, asked: str, expected: tuple[str, str] | None
) -> None:
    """A2: what a client writes into its request decides only where nothing else does."""
    assert passkeys.relying_party(public, asked) == expected
