"""A restricted person is in no figure until that is lifted, and the pages say so (H7)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.support.web import stored_results, workbooks
from tests.support.web.pages import person, post
from tests.support.web.subjects import erase, pseudonym_of
from web.services.analysis import explanations, home_data
from web.services.history import person_answers
from web.services.history.person_answers import PersonReply
from web.services.people.aliases import SAME
from web.services.subjects import restriction
from web.services.subjects.restriction import RestrictionError
from web.store.access import ForeignHomeError
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from tests.support.web.pages import Person

DUTIES = [("Personal-Nr", "Wohnbereich", "Beginn", "Ende"), ("P1", "WB 1", "05.01.2026 06:00", "05.01.2026 14:00")]


def totals(who: Person) -> tuple[int, int]:
    """Return rows and seconds in the figures of a home."""
    tables = stored_results.aggregate(who.services.databases.whole.reading, who.home_id).tables.values()
    return tuple(sum(int(one.columns[name].sum()) for one in tables) for name in ("count", "seconds"))


def restrict(who: Person, pseudonym: str) -> None:
    restriction.restrict(who.access, who.home_id, pseudonym, reason="Richtigkeit bestritten")


def test_a_restricted_resident_counts_nowhere_until_lifted(anna: Person) -> None:
    """H7: at once, after the next upload too; lifting gives back the same figures to the second."""
    anna.read_in(workbooks.workbook())
    whole, before = totals(anna), stored_results.content(anna.services.databases, anna.home_id)
    pseudonym = pseudonym_of(anna, RESIDENT, "0042")
    restrict(anna, pseudonym)
    assert totals(anna) == (whole[0] - 3, whole[1] - 3 * 20 * 60)
    assert pseudonym not in str(stored_results.kept(anna.services.databases.whole.reading(), anna.home_id))
    head = workbooks.WORK[0]
    more = [head, ("0042", "P1", "1.1", "09.02.2026", "07:10", "20", "Früh", "", ""),
            ("77", "P1", "1.1", "09.02.2026", "08:10", "10", "Früh", "", "")]  # fmt: skip
    upload_id = anna.read_in(workbooks.workbook(Interventionen=more))
    assert totals(anna) == (whole[0] - 3 + 1, whole[1] - 3 * 20 * 60 + 600)
    stored_results.check(anna)
    assert explanations.explain(anna.access, anna.home_id, pseudonym, "1.1", date(2026, 1, 5)) is None
    anna.undo(upload_id)
    restriction.lift(anna.access, anna.home_id, pseudonym)
    assert stored_results.content(anna.services.databases, anna.home_id) == before
    assert explanations.explain(anna.access, anna.home_id, pseudonym, "1.1", date(2026, 1, 5)) is not None


def test_a_restricted_employee_counts_nowhere(ben: Person) -> None:
    """H7: neither rows nor duties, and those merged into it."""
    ben.read_in(workbooks.workbook(**workbooks.home(), Dienste=DUTIES))
    whole = totals(ben)
    pseudonym, other = pseudonym_of(ben, STAFF, "P1"), pseudonym_of(ben, STAFF, "P9")
    restrict(ben, pseudonym)
    with ben.services.databases.whole.reading() as session:
        tables = home_data.tables_of(session, ben.home_id)
    assert len(tables.duties) == 0
    assert pseudonym not in set(tables.interventions["staff"].dropna())
    assert totals(ben)[0] < whole[0]
    person_answers.answer(ben.access, home_id=ben.home_id, reply=PersonReply(STAFF, other, SAME, pseudonym))
    with ben.services.databases.whole.reading() as session:
        assert other not in set(home_data.work_of(session, ben.home_id)["staff"].dropna())
    stored_results.check(ben)
    erase(ben, other)
    assert restriction.of_home(ben.access, ben.home_id) == []


def test_who_turns_out_to_be_a_restricted_person_is_restricted(ben: Person) -> None:
    """H7: restricted under the number of an upload, then said to be somebody the home knows."""
    ben.read_in(workbooks.workbook())
    pseudonym, other = pseudonym_of(ben, STAFF, "P1"), pseudonym_of(ben, STAFF, "P9")
    restrict(ben, other)
    person_answers.answer(ben.access, home_id=ben.home_id, reply=PersonReply(STAFF, other, SAME, pseudonym))
    with ben.services.databases.whole.reading() as session:
        assert not {pseudonym, other} & set(home_data.work_of(session, ben.home_id)["staff"].dropna())
    stored_results.check(ben)


def test_who_cannot_be_restricted(ben: Person) -> None:
    ben.read_in(workbooks.workbook())
    pseudonym = pseudonym_of(ben, RESIDENT, "0042")
    with pytest.raises(RestrictionError, match="Grund"):
        restriction.restrict(ben.access, ben.home_id, pseudonym, reason=" ")
    with pytest.raises(RestrictionError, match="gibt es"):
        restrict(ben, "B-99999")
    with pytest.raises(RestrictionError, match="nicht eingeschränkt"):
        restriction.lift(ben.access, ben.home_id, pseudonym)
    restrict(ben, pseudonym)
    with pytest.raises(RestrictionError, match="schon"):
        restrict(ben, pseudonym)
    stranger = person(ben.app, "stranger", "Träger Fern", "Haus Fern")
    with pytest.raises(ForeignHomeError):
        restriction.lift(stranger.access, ben.home_id, pseudonym)


def test_pages_say_that_rows_are_missing(ben: Person) -> None:
    """H7: a small number is not told."""
    work = [workbooks.WORK[0], *(("77", "P1", "1.1", f"{day:02}.02.2026", "07:10", "20", "Früh", "", "")
                                 for day in range(1, 9))]  # fmt: skip
    ben.read_in(workbooks.workbook(**{**workbooks.home(), "Interventionen": [*workbooks.WORK, *work[1:]]}))
    client = ben.first_sign_in()
    assert "eingeschränkt" not in client.get("/").text
    for number, said in (("0042", "Einzelne gespeicherte Leistungen sind"), ("77", "gespeicherte Leistungen sind")):
        post(client, "/betroffene/einschraenken", "/betroffene/", wer=pseudonym_of(ben, RESIDENT, number), grund="x")
        page = client.get("/").text
        assert said in page
        assert "in keiner Zahl dieses Hauses" in page
    assert restriction.excluded_rows(ben.access, ben.home_id) == 14
    assert "Aufheben" in client.get("/betroffene/").text
    for number in ("0042", "77"):
        post(client, "/betroffene/aufheben", "/betroffene/", wer=pseudonym_of(ben, RESIDENT, number))
    assert "in keiner Zahl dieses Hauses" not in client.get("/").text
