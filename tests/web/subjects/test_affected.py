"""Who is affected by an incident: for an account, a time, an upload; by pseudonym, and names as an act of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.overrides import resident_with_work
from tests.support.web.pages import Person, path_of, person, post
from tests.support.web.sign_in import colleague
from web.security.permissions import AccountRole
from web.services import accounts, audit, audit_actions, clock
from web.services.log.reading import LogFilter
from web.services.subjects import affected
from web.store import models

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from web.services.subjects.affected import AffectedList


@pytest.fixture
def filled(anna: Person) -> Person:
    """A home with two uploads, the second about one resident and one employee."""
    anna.read_in(workbooks.workbook())
    heading, *_ = workbooks.WORK
    rows = [heading, ("77", "P3", "1.1", "01.03.2026", "19:00", "5", "Spät", "", "")]
    anna.read_in(workbooks.workbook(Interventionen=rows), name="maerz.xlsx")
    return anna


def look(who: Person, action: str, what: str, account: str = "", **details: object) -> None:
    """Let an account look at something."""
    acting = who.access.for_account(accounts.find_id(who.system, account or who.user_name))
    audit.note_read(acting, action, what=what, details=details)


def found(who: Person, **wanted: object) -> AffectedList:
    return affected.affected(who.access, LogFilter(**wanted))


def pseudonyms(who: Person, model: type[models.Resident | models.Staff]) -> set[str]:
    with who.services.databases.whole.reading() as session:
        return set(session.scalars(select(model.pseudonym)))


def told(of: AffectedList) -> set[str]:
    return {one.pseudonym for one in of.persons}


def test_of_one_account_whoever_it_saw(filled: Person) -> None:
    """I3: a person by itself, all of a home, those of some days; nobody for sums of groups; what happened is said."""
    colleague(filled, "dieb")
    resident = resident_with_work(filled)
    home = f"haus {filled.home_id}"
    look(filled, "begruendung.ansehen", home, "dieb", bewohner=resident)
    look(filled, "wohnbereiche.herunterladen", home, "dieb", zeitraum=["2026-01-01", "2026-03-31"])
    look(filled, "namen.ansehen", home)
    dieb = accounts.find_id(filled.system, "dieb")
    mine = found(filled, account=dieb)
    assert (told(mine), mine.entries, mine.unknown_uploads) == ({resident}, 1, ())
    assert mine.persons[0].how == ("Die Begründung eines Niveaus wurde angesehen.",)
    assert (mine.persons[0].home, mine.persons[0].kind) == ("Haus am Deich", "Bewohner:in")
    look(filled, "leistungen.ansehen", home, "dieb", zeitraum=["2026-01-01", "2026-01-31"])
    assert told(found(filled, account=dieb)) == {resident_of(filled, "0042")} | {resident}
    look(filled, "leistungen.ansehen", home, "dieb", intervention="1.1")
    assert told(found(filled, account=dieb)) == pseudonyms(filled, models.Resident), "no days: all of the home"
    look(filled, "namen.ansehen", home, "dieb")
    everybody = pseudonyms(filled, models.Resident) | pseudonyms(filled, models.Staff)
    assert told(found(filled, account=dieb)) == everybody


def resident_of(who: Person, number: str) -> str:
    """Return the pseudonym of a number."""
    from tests.support.web import backups  # noqa: PLC0415

    known = backups.names(who.services.settings, who.home_id)
    return next(one for one, person_ in known.items() if isinstance(person_, tuple) and person_[0] == number)


def test_of_an_upload_whoever_is_in_it(filled: Person) -> None:
    """I3: its rows and lists; one that is not stored is told of instead."""
    look(filled, "befunde.herunterladen", "lieferung 2")
    assert told(found(filled, record="lieferung 2")) == {resident_of(filled, "77"), resident_of(filled, "P3")}
    waiting = filled.read_in(workbooks.workbook(), store=False)
    look(filled, "dateiinhalt.ansehen", f"lieferung {waiting}")
    of = found(filled, record=f"lieferung {waiting}")
    assert (of.persons, of.unknown_uploads) == ((), (waiting,))


def test_of_some_days_and_of_one_operator(filled: Person) -> None:
    """I3, B2: what was seen then; refused looks show nobody, and other operators do not exist."""
    look(filled, "namen.ansehen", f"haus {filled.home_id}")
    today = clock.today()
    assert told(found(filled, first_day=today, last_day=today))
    assert not told(found(filled, last_day=today - timedelta(days=1)))
    other = person(filled.app, "fremd", "Träger Fern", "Haus Fern")
    look(other, "namen.ansehen", f"haus {filled.home_id}")
    look(other, "befunde.herunterladen", "lieferung 1")
    assert told(found(other)) == set()


def test_every_action_says_whom_it_shows() -> None:
    """I3: a new look at persons, or download, is in one of the lists."""
    about = {
        name
        for name, words in audit_actions.ACTIONS.items()
        if words.kind in {audit_actions.NAMES, audit_actions.EXPORTS}
    }
    assert about - affected.SHOWN.keys() == affected.SHOWS_NOBODY
    tables = {name for name in affected.SHOWN if name not in about}
    assert tables == {"durchgefuehrte-interventionen.herunterladen", "bedarf.herunterladen"}


@pytest.fixture
def officer(filled: Person) -> FlaskClient:
    """The browser of data protection."""
    return colleague(filled, "dsb", roles=[AccountRole.DATA_PROTECTION]).first_sign_in()


def test_the_list_leaves_as_a_file_and_says_so(filled: Person, officer: FlaskClient) -> None:
    """I3, T10: for what the page of the log shows; no name is in it."""
    look(filled, "namen.ansehen", f"haus {filled.home_id}")
    assert "Betroffene als CSV" in officer.get("/protokoll/").text
    answer = officer.get("/protokoll/betroffene.json")
    lines = json.loads(answer.data)["zeilen"]
    assert {one["Pseudonym"] for one in lines} >= pseudonyms(filled, models.Resident)
    assert workbooks.told(answer.text) == []
    with filled.services.databases.whole.reading() as session:
        entry = session.scalars(select(models.AuditEvent).order_by(models.AuditEvent.id.desc())).first()
    assert entry
    assert (entry.action, entry.details["zeilen"]) == ("betroffene.herunterladen", len(lines))
    nobody = officer.get("/protokoll/betroffene.csv?hoechstens=2020-01-01")
    assert path_of(nobody) == "/protokoll/"
    assert "zeigt Daten einzelner Personen" in officer.get(nobody.location).text


def test_names_are_an_act_of_somebody_else(ben: Person) -> None:
    """I3, C4: right, purpose, fresh factor, and an entry that says whom; data protection sees none."""
    ben.read_in(workbooks.workbook())
    resident = resident_with_work(ben)
    officer = colleague(ben, "dsb", roles=[AccountRole.DATA_PROTECTION]).first_sign_in()
    assert 'id="namen"' not in officer.get("/betroffene/").text
    client = ben.with_purpose(ben.first_sign_in(), "")
    form = {"pseudonyme": f"{resident}, B-XXXXX\n{resident}"}
    asked = post(client, "/namen/pseudonyme", "/betroffene/", **form)
    assert (asked.status_code, path_of(asked)) == (303, "/namen/")
    ben.with_purpose(client, "vorfall")
    answer = post(client, "/namen/pseudonyme", "/betroffene/", **form)
    assert answer.mimetype == "text/csv"
    assert len(answer.text.strip().splitlines()) == 2
    assert len(workbooks.told(answer.text)) >= 2
    with ben.services.databases.whole.reading() as session:
        entry = session.scalars(select(models.AuditEvent).order_by(models.AuditEvent.id.desc())).first()
    assert entry
    assert (entry.action, entry.reason) == ("namen.herunterladen", "Betroffene eines Vorfalls benachrichtigen")
    assert entry.details["personen"] == [resident]
    assert told(found(ben, record=resident)) == {resident}
