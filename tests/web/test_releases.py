"""Views that tell who was on shift: off until two persons turn them on, and off again at once (D1, D2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.accounts import account_of, actions
from tests.support.web.pages import Person, person, post
from tests.support.web.sign_in import colleague, host
from web.security.permissions import AccountRole
from web.services import clock, grants, homes, releases
from web.services.releases import ReleaseError
from web.store.access import ForeignHomeError
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from flask.testing import FlaskClient

LIST = "/durchgefuehrt?von=2026-01-01&bis=2026-01-31"
TEAM = 6
DAY, TIME = "11.01.2026", "07:13 Uhr"
"""A day and time that only a release tells: each of the team did the same, on a day of its own within one week."""


def of_a_week() -> bytes:
    """Return a home in which each of six nurses does the same on a day of her own, and one is alone at night."""
    sheets = workbooks.home()
    heading, *_ = workbooks.STAFF
    sheets["Mitarbeitende"] = [heading, *((f"P{i}", f"Name{i}", "", "4", "", "", "", "") for i in range(TEAM))]
    rows = [
        ("0042", f"P{i}", "4.1", f"{8 + i:02}.01.2026", f"07:{10 + i}", "10", "Früh", "WB 1", "") for i in range(TEAM)
    ]
    rows += 4 * [("0042", f"P{i}", "1.1", "05.01.2026", "09:00", "10", "Früh", "WB 1", "") for i in range(TEAM)]
    rows += [("0042", f"P{i}", "4.9", "20.01.2026", "08:00", "5", "Früh", "WB 1", "") for i in range(1, TEAM)]
    rows += [("0042", "P0", "4.17", "28.01.2026", "08:00", "5", "Nacht", "WB 1", "")]
    sheets["Interventionen"] = [workbooks.WORK[0], *rows]
    return workbooks.workbook(**sheets)


@pytest.fixture
def lead(ben: Person) -> FlaskClient:
    """The care lead's browser."""
    ben.read_in(of_a_week())
    return ben.first_sign_in()


@pytest.fixture
def council(ben: Person) -> Person:
    """Somebody of the works council."""
    return colleague(ben, "rita", roles=[AccountRole.WORKS_COUNCIL])


def ask(who: Person, *, agreement: str = "BV 7/2026", days: int = 30) -> int:
    """Ask for a release through the service, and return its number."""
    until = clock.today() + timedelta(days=days)
    releases.ask(who.access, who.home_id, agreement=agreement, purpose="Dienstplanung", until=until)
    return releases.of_home(who.access, who.home_id)[0].id


def answer_in(client: FlaskClient, address: str, **fields: str) -> str:
    """Send a form of the page and return what the page then says."""
    answer = post(client, address, "/freigaben/", **fields)
    assert answer.status_code == 302, answer.text
    return client.get("/freigaben/").text


def exact(client: FlaskClient) -> bool:
    """Return whether the list of acts tells what only a release allows."""
    page = client.get(LIST)
    assert page.status_code == 200
    told = (DAY in page.text, TIME in page.text)
    assert told[0] == told[1]
    return told[0]


def test_two_persons_turn_it_on_and_either_turns_it_off(lead: FlaskClient, ben: Person, council: Person) -> None:
    """D2: asked for with a reference and a purpose, released by the works council, each step in the log."""
    assert not exact(lead)
    file = f"/durchgefuehrt.csv?{LIST.partition('?')[2]}&tabelle=durchgefuehrte-interventionen"
    assert "11.01.2026;11.01.2026" not in lead.get(file).text
    until = (clock.today() + timedelta(days=30)).isoformat()
    said = answer_in(lead, "/freigaben/", aktenzeichen="BV 7/2026", zweck="Dienstplanung prüfen", bis=until)
    assert "wartet auf: Betriebsrat" in said
    assert not exact(lead), "asking alone changes nothing"
    other = council.first_sign_in()
    assert "Freigegeben" in answer_in(other, "/freigaben/1/erteilen")
    assert exact(lead)
    assert "11.01.2026;11.01.2026" in lead.get(file).text
    page = lead.get(LIST).text
    assert "BV 7/2026: Dienstplanung prüfen" in page
    assert "4.17" not in page, "what one person did alone at night stays hidden (D3)"
    assert not any(f"Name{i}" in page or f">P{i}<" in page for i in range(TEAM))
    assert "Beendet" in answer_in(other, "/freigaben/1/beenden")
    assert not exact(lead)
    steps = [one for one in actions(ben) if one.startswith("freigabe")]
    views = steps.count("freigabe.ansehen")
    assert views >= 3
    assert [one for one in steps if one != "freigabe.ansehen"] == [
        "freigabe.beantragen",
        "freigabe.erteilen",
        "freigabe.beenden",
    ]
    with ben.services.databases.whole.reading() as session:
        query = select(AuditEvent).where(AuditEvent.action.startswith("freigabe.")).order_by(AuditEvent.id)
        events = list(session.scalars(query))
    assert events[0].reason == "BV 7/2026: Dienstplanung prüfen"
    assert {one.account_id for one in events if one.action == "freigabe.erteilen"} == {account_of(council)}
    assert account_of(council) != account_of(ben)


def test_who_asked_cannot_release(lead: FlaskClient, ben: Person, council: Person) -> None:
    """D2: nor with both roles; nor can a role one gave oneself."""
    grants.hold(host(ben), "ben", AccountRole.WORKS_COUNCIL, held=True)
    number = ask(ben)
    with pytest.raises(ReleaseError, match="zweite Person"):
        releases.release(ben.access, ben.home_id, number)
    assert "Freigeben muss eine zweite Person" in lead.get("/freigaben/").text
    chief = colleague(ben, "chief", administers=True)
    grants.give(chief.access, account_of(chief), AccountRole.WORKS_COUNCIL, reason="Vertretung")
    with pytest.raises(ReleaseError, match="selbst gegeben"):
        releases.release(chief.access, ben.home_id, number)
    assert not exact(lead)
    releases.release(council.access, ben.home_id, number)
    assert exact(lead)
    with pytest.raises(ReleaseError, match="schon entschieden"):
        releases.release(council.access, ben.home_id, number)


def test_the_care_lead_cannot_open_the_step_of_the_works_council(lead: FlaskClient, ben: Person) -> None:
    number = ask(ben)
    assert post(lead, f"/freigaben/{number}/erteilen", "/freigaben/").status_code == 403
    assert not exact(lead)


def test_it_ends_with_its_last_day(
    lead: FlaskClient, ben: Person, council: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T15: what exposes more turns itself off."""
    number = ask(ben, days=30)
    releases.release(council.access, ben.home_id, number)
    assert exact(lead)
    today = clock.today()
    for days, on in ((30, True), (31, False)):
        monkeypatch.setattr(clock, "today", lambda days=days: today + timedelta(days=days))
        assert (releases.in_force(ben.access, ben.home_id) is not None) is on
    number = ask(ben, agreement="BV 8/2026")
    with pytest.raises(ReleaseError, match="schon beantragt"):
        ask(ben)
    releases.end(council.access, ben.home_id, number)
    with pytest.raises(ReleaseError, match="schon beendet"):
        releases.end(ben.access, ben.home_id, number)


@pytest.mark.parametrize(
    ("agreement", "purpose", "days"),
    [(" ", "Zweck", 1), ("BV 1", " ", 1), ("BV 1", "Zweck", -1), ("BV 1", "Zweck", 367), ("BV 1", "Zweck", None)],
)
def test_what_is_missing_is_asked_for(ben: Person, agreement: str, purpose: str, days: int | None) -> None:
    until = None if days is None else clock.today() + timedelta(days=days)
    with pytest.raises(ReleaseError, match="Bitte geben Sie"):
        releases.ask(ben.access, ben.home_id, agreement=agreement, purpose=purpose, until=until)
    assert releases.of_home(ben.access, ben.home_id) == []


def test_a_release_of_one_home_is_none_of_another(ben: Person, council: Person) -> None:
    """B2: neither of another tenant nor of another home of the same."""
    number = ask(ben)
    second = homes.create(host(ben), "Zweites Haus")
    stranger = person(ben.app, "stranger", "Träger Fern", "Haus Fern")
    for step in (releases.release, releases.end):
        with pytest.raises(ForeignHomeError):
            step(stranger.access, ben.home_id, number)
        for who, home_id in ((stranger, stranger.home_id), (council, second)):
            with pytest.raises(ReleaseError):
                step(who.access, home_id, number)
    releases.release(council.access, ben.home_id, number)
    assert releases.in_force(council.access, second) is None
    assert releases.in_force(ben.access, ben.home_id) is not None
