"""Behind a server that takes care of the encryption: whom we believe, whom we answer, and that forms work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import request

from tests.support.web.pages import Person, person, token
from web.operation import LOOPBACK, Operation, _networks
from web.store import migrate

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from web.settings import Settings

PUBLIC = "https://pebem.example.org"


@pytest.fixture
def public(embedded: Settings, make_app: Callable[[Settings], Flask]) -> Person:
    """Somebody in an installation with an https address, behind a server on this machine and one in a network."""
    migrate.upgrade(embedded)
    networks = (*LOOPBACK, *_networks("10.0.0.0/24"))
    app = make_app(replace(embedded, public_url=PUBLIC, operation=Operation(trusted_proxies=networks)))
    app.add_url_rule("/wer", "health_of_test", lambda: f"{request.remote_addr} {request.scheme} {request.host}")
    app.before_request_funcs[None].insert(
        0, lambda: app.view_functions["health_of_test"]() if request.path == "/wer" else None
    )
    return person(app, "carla", "Träger", "Haus")


def asked(who: Person, peer: str, path: str = "/wer", method: str = "GET", **headers: str) -> Any:
    """Return the answer to a request as it comes from ``peer``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    client = who.app.test_client()
    return client.open(
        path, method=method, base_url="http://127.0.0.1:8000", environ_base={"REMOTE_ADDR": peer}, headers=named
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.5", "198.51.100.7"),
        ("10.0.0.5", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "10.0.0.9, 10.0.0.5", "10.0.0.9"),
        ("127.0.0.1", "' OR 1=1 --", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_the_client_is_the_last_address_that_no_server_of_ours_wrote(
    peer: str, forwarded: str, client: str, public: Person
) -> None:
    """F7: an address that a client makes up, however many of them, counts for nothing."""
    answer = asked(public, peer, X_Forwarded_For=forwarded)
    assert answer.text.partition("<")[0] == f"{client} https pebem.example.org"


def test_nobody_else_is_believed(small_app: Flask) -> None:
    """F7: without a server in front the headers are no news, not even from this machine."""
    seen = []
    small_app.before_request_funcs[None].insert(0, lambda: seen.append((request.remote_addr, request.scheme)))
    headers = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https", "X-Real-Ip": "198.51.100.7"}
    small_app.test_client().get("/anmelden", headers=headers)
    assert seen == [("127.0.0.1", "http")]


def test_a_public_installation_answers_its_own_servers_alone(public: Person) -> None:
    """T14, X6: who reaches the port past the encryption gets nothing but the sign of life."""
    for path in ("/", "/anmelden", "/static/page.css"):
        answer = asked(public, "198.51.100.7", path, X_Forwarded_Proto="https", X_Forwarded_For="127.0.0.1")
        assert answer.status_code == 403
        assert PUBLIC in answer.text
    assert asked(public, "198.51.100.7", "/bereit").text == "bereit\n"
    plain = asked(public, "127.0.0.1", "/anmelden?wohin=boese", X_Forwarded_Proto="http")
    assert (plain.status_code, plain.location) == (308, f"{PUBLIC}/")
    assert asked(public, "127.0.0.1", "/anmelden", "POST", X_Forwarded_Proto="http").status_code == 403


def test_forms_work_behind_https(public: Person) -> None:
    """F3, F8: the page's own token and the address it was sent from, which browsers tell us and nobody else."""
    client = public.app.test_client()
    headers = {"X-Forwarded-Proto": "https", "Host": "127.0.0.1:8000"}
    page = client.get("/anmelden", base_url=PUBLIC, headers=headers)
    assert page.headers["Referrer-Policy"] == "same-origin"
    form = {"csrf_token": token(page), "benutzername": "carla", "kennwort": public.password}
    for referrer, code in ((f"{PUBLIC}/anmelden", 302), ("https://boese.example.org/", 400), (None, 400)):
        sent = headers | ({"Referer": referrer} if referrer else {})
        assert client.post("/anmelden", base_url=PUBLIC, headers=sent, data=form).status_code == code, referrer
        form["csrf_token"] = token(client.get("/anmelden/einrichten", base_url=PUBLIC, headers=headers))
