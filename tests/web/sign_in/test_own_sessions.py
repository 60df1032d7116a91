"""Sessions of one's own: listed with device and address, and ended."""

from __future__ import annotations

import re

from tests.support.web.accounts import account_of, actions
from tests.support.web.pages import Person, post
from tests.support.web.sign_in import after_password, code, colleague
from web.services.sign_in import active_sessions

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_sessions_are_listed_and_end_one_by_one(anna: Person) -> None:
    """A9: the page says where and since when; the others end at once, this one stays."""
    here, there = anna.first_sign_in(), after_password(anna)
    there.environ_base["HTTP_USER_AGENT"] = FIREFOX
    post(there, "/abmelden", "/anmelden/code")
    post(there, "/anmelden", "/anmelden", benutzername="anna", kennwort=anna.password)
    assert post(there, "/anmelden/code", "/anmelden/code", code=code(anna)).status_code == 302
    page = here.get("/konto/").text
    assert "Firefox (Windows)" in page
    assert "127.0.0.1" in page
    (handle,) = re.findall(r'name="sitzung" value="([0-9a-f]{16})"', page)
    assert post(here, "/konto/sitzungen/beenden", "/konto/", sitzung="0" * 16).status_code == 302
    assert there.get("/").status_code == 200
    post(here, "/konto/sitzungen/beenden", "/konto/", sitzung=handle)
    assert there.get("/").location == "/anmelden"
    assert here.get("/konto/").status_code == 200
    assert actions(anna)[-1] == "sitzung.beenden"


def test_all_others_end_together(ben: Person) -> None:
    """A9: sessions without a second factor too."""
    here = ben.first_sign_in()
    others = [after_password(ben) for _ in range(2)]
    assert len(active_sessions.of_account(ben.access, account_of(ben))) == 3
    post(here, "/konto/sitzungen/beenden", "/konto/")
    assert [client.get("/").location for client in others] == ["/anmelden", "/anmelden"]
    assert here.get("/konto/").status_code == 200


def test_sessions_of_others_are_out_of_reach(ben: Person) -> None:
    """A9: a handle of another account's session ends nothing."""
    client, other = ben.first_sign_in(), colleague(ben, "bela")
    theirs = other.first_sign_in()
    (row,) = active_sessions.of_account(ben.access, account_of(other))
    post(client, "/konto/sitzungen/beenden", "/konto/", sitzung=row.handle)
    assert theirs.get("/konto/").status_code == 200
