"""What is good once is good once, also for two who come at the same moment."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.support.web.sign_in import after_password, code
from web.security import totp
from web.services import clock, sessions

if TYPE_CHECKING:
    from typing import Any

    import pytest

    from tests.support.web.pages import Person


def test_two_sessions_cannot_use_one_code(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A3: whoever reads a code over a shoulder and is as quick as its owner."""
    anna.first_sign_in()
    tokens = []
    for client in (after_password(anna), after_password(anna)):
        with client.session_transaction() as cookie:
            tokens.append(cookie["_user_id"])
    both, real = threading.Barrier(2), totp.accepted_step

    def slow(*said: Any) -> int | None:
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)  # the second comes here only where the first keeps nobody out
        return real(*said)

    monkeypatch.setattr(totp, "accepted_step", slow)
    used, opened, now = code(anna), [], clock.now()

    def show(token: str) -> None:
        opened.append(sessions.check_code(anna.system, anna.services.settings, token, used, now))

    threads = [threading.Thread(target=show, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one is None for one in opened) == [False, True]
