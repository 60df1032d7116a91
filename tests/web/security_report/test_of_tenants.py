"""What the report finds at an operator: accounts, roles, instructions, releases, keys, periods."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from tests.support.web import workbooks
from tests.support.web.pages import Person, person, post
from tests.support.web.sign_in import colleague
from web.security.permissions import AccountRole
from web.security_report import report
from web.security_report.inspection import Inspection
from web.security_report.report import IN_ORDER, TO_DO
from web.services import accounts, clock, grants, instructions, releases
from web.services.instructions import InstructionKind
from web.serving.installation_checks import CheckResult
from web.store import models

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient


def here(who: Person, name: str) -> str:
    """Return how it stands with what a check looks at, as the page of the operator finds it."""
    subject = Inspection(
        who.services.settings, who.system, [("", who.access)], who.services.jobs.queue, who.app.config, thorough=False
    )
    rows, check = report.TENANTS.checks[name]
    return report.here([CheckResult(name, rows, *found) for found in check(subject)])


def stored(who: Person, **values: Any) -> None:
    """Change an account."""
    with who.services.databases.whole.writing.begin() as session:
        session.execute(update(models.Account).where(models.Account.user_name == who.user_name).values(**values))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let days pass."""
    real, today = clock.now, clock.today()

    def pass_(days: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=days))
        monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=days))

    return pass_


@pytest.fixture
def sound(ben: Person) -> Person:
    """An operator with two who administer and one for data protection."""
    colleague(ben, "chief", administers=True)
    colleague(ben, "second", roles=[AccountRole.DATA_PROTECTION], administers=True)
    return ben


def test_an_operator_that_nothing_is_wrong_with(sound: Person) -> None:
    sound.read_in(workbooks.workbook())
    found = {name: here(sound, name) for name in report.TENANTS.checks}
    assert found == dict.fromkeys(report.TENANTS.checks, IN_ORDER)


def test_accounts_without_a_way_in(sound: Person, later: Callable[[int], None]) -> None:
    """A2: a one-time password that has expired is no way in any more."""
    assert here(sound, "factors") == IN_ORDER, "it may still be used"
    stored(sound, initial_until=None)
    assert here(sound, "factors") == TO_DO, "a factor that was removed"
    stored(sound, totp_secret=b"x")
    assert here(sound, "factors") == IN_ORDER
    later(30)
    assert here(sound, "factors") == TO_DO


def test_locked_accounts(sound: Person) -> None:
    """T5: somebody has to ask why."""
    assert here(sound, "locked") == IN_ORDER
    stored(sound, locked_at=clock.now())
    assert here(sound, "locked") == TO_DO
    stored(sound, locked_at=None)
    assert here(sound, "locked") == IN_ORDER


def test_one_who_administers_alone(sound: Person) -> None:
    """X8: a lost factor takes two."""
    assert here(sound, "administrators") == IN_ORDER
    grants.hold(sound.access, "second", AccountRole.ADMINISTRATION, held=False)
    assert here(sound, "administrators") == TO_DO


def test_roles_that_are_left_over(sound: Person, later: Callable[[int], None]) -> None:
    """B6: of closed accounts; what has expired ends by itself and is counted."""
    nurse = accounts.find_id(sound.system, "ben")
    grants.give(sound.access, nurse, AccountRole.NURSE, reason="Vertretung", until=clock.today())
    assert (here(sound, "grants"), grants.expired(sound.access)) == (IN_ORDER, 0)
    later(1)
    assert (here(sound, "grants"), grants.expired(sound.access)) == (IN_ORDER, 1)
    accounts.disable(sound.access, "chief", reason="ausgeschieden")
    assert here(sound, "grants") == TO_DO


def test_nobody_reads_the_log(sound: Person) -> None:
    """G5: the role is there for it."""
    grants.hold(sound.access, "second", AccountRole.DATA_PROTECTION, held=False)
    assert here(sound, "data protection") == TO_DO


def test_instructions_that_are_open(sound: Person, later: Callable[[int], None]) -> None:
    """B8, T12: access for support at once, others once they are a month old."""
    instructions.give(sound.access, InstructionKind.OTHER, "Bitte rufen Sie an")
    assert here(sound, "instructions") == IN_ORDER
    instructions.give(sound.access, InstructionKind.SUPPORT, "Bitte helfen", hours=4)
    assert here(sound, "instructions") == TO_DO
    later(2)
    assert here(sound, "instructions") == IN_ORDER, "it ended by itself"
    later(31)
    assert here(sound, "instructions") == TO_DO


def test_requests_for_a_release_that_wait(sound: Person) -> None:
    """D2: nobody has decided; views stay off until then."""
    until = clock.today() + timedelta(days=30)
    releases.ask(sound.access, sound.home_id, agreement="BV 7", purpose="Einsatz planen", until=until)
    assert here(sound, "releases") == TO_DO
    releases.end(sound.access, sound.home_id, releases.of_home(sound.access, sound.home_id)[0].id)
    assert here(sound, "releases") == IN_ORDER


def test_what_lies_longer_than_it_may(sound: Person, later: Callable[[int], None]) -> None:
    """C6, G5: the worker has not deleted it."""
    sound.first_sign_in()
    sound.read_in(workbooks.workbook(), store=False)
    later(sound.services.settings.upload_days + 1)
    assert here(sound, "uploads") == IN_ORDER
    later(sound.services.settings.upload_days + 3)
    assert (here(sound, "uploads"), here(sound, "log period")) == (TO_DO, IN_ORDER)
    later(sound.services.settings.log_days + 3)
    assert here(sound, "log period") == TO_DO


def test_keys_that_are_not_done_with(sound: Person) -> None:
    """E3: values of before key ids wait for a rotation."""
    from tests.support.web import vaults  # noqa: PLC0415

    sound.read_in(workbooks.workbook())
    assert here(sound, "tenant keys") == IN_ORDER
    assert vaults.in_old_form(sound.services.settings)
    assert here(sound, "tenant keys") == TO_DO


@pytest.fixture
def page(sound: Person) -> FlaskClient:
    """The browser of who administers."""
    return colleague(sound, "dritte", roles=[AccountRole.ADMINISTRATION]).first_sign_in()


def test_the_page_tells_of_one_operator_alone(sound: Person, page: FlaskClient) -> None:
    """T8, B2: what is wrong at another one is not counted here; nobody is named."""
    other = person(sound.app, "fremd", "Träger Fern", "Haus Fern")
    before = page.get("/sicherheit/").text
    stored(other, locked_at=clock.now())
    colleague(other, "fremd-zwei", administers=True)
    after = page.get("/sicherheit/").text
    assert "Kein Konto ist gesperrt." in after
    assert "Träger Fern" not in before + after
    stored(sound, locked_at=clock.now())
    mine = page.get("/sicherheit/").text
    assert "1 Konto ist nach Fehlversuchen gesperrt." in mine.replace("\xa0", " ")
    assert "Was Sie selbst tun können" in mine
    assert sound.user_name.title() not in mine.split("<main")[1]


def test_the_page_shows_every_row_and_filters(page: FlaskClient) -> None:
    """B1: with state and proof; by how it stands here and in the program."""
    whole = page.get("/sicherheit/").text
    assert whole.count('<li id="') == 86
    assert "test_analysis_works_while_the_vault_cannot_be_reached" in whole
    to_do = page.get("/sicherheit/?hier=zu+tun").text
    assert 0 < to_do.count('<li id="') < 30
    missing = page.get("/sicherheit/?programm=fehlt").text
    assert [one in missing for one in ('id="T16"', 'id="C7"', 'id="T1"')] == [True, True, False]
    assert "Diese Auswahl gibt es nicht" in page.get("/sicherheit/?hier=irgendwas").text


def test_who_may_not_see_it(sound: Person) -> None:
    """B1: neither care nor figures nor the works council."""
    for role in (AccountRole.CARE_LEAD, AccountRole.ANALYST, AccountRole.WORKS_COUNCIL):
        client = colleague(sound, role.value, roles=[role]).first_sign_in()
        assert client.get("/sicherheit/").status_code == 403
    client = colleague(sound, "dsb", roles=[AccountRole.DATA_PROTECTION]).first_sign_in()
    assert client.get("/sicherheit/").status_code == 200
    assert post(client, "/abmelden", "/sicherheit/").status_code == 302
