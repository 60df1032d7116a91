"""Files with people the home does not know yet, and answers to the questions about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.pages import Person
from web.services.analysis import home_data
from web.services.history import person_answers
from web.services.history.person_answers import PersonReply
from web.services.people.aliases import SAME
from web.services.uploads import unknown_people
from web.store import models

if TYPE_CHECKING:
    from web.services.uploads.unknown_people import PersonQuestion, PersonQuestions


HEAD = workbooks.WORK[0]


STRAY = [
    HEAD,
    ("Ay?e Müller-Özdemir", "P1", "1.1", "05.02.2026", "08:00", "30", "Früh", "", ""),
    ("42", "Quast, Ute", "1.1", "05.02.2026", "07:10", "20", "Früh", "", ""),
    ("42", "P2", "1.1", "05.02.2026", "07:10", "20", "Früh", "", ""),
    ("42", "P2", "1.1", "05.02.2026", "07:10", "20", "Früh", "", ""),
    ("42", "P2", "1.1", "05.02.2026", "07:10", "20", "Früh", "", ""),
    ("42", "P2", "1.1", "11.03.2026", "09:00", "15", "Früh", "", ""),
    ("42", "P2", "1.1", "12.03.2026", "09:00", "60", "Früh", "", "abgelehnt"),
]
"""A monthly list from elsewhere. P2 is in the home's file twice with what is here three times under "42"."""


def monthly(rows: list[tuple[Any, ...]] | None = None, **sheets: list[tuple[Any, ...]]) -> bytes:
    """Return a file without master data."""
    return workbooks.workbook(Interventionen=rows or STRAY, **sheets)


def queue(who: Person) -> PersonQuestions:
    """Return the questions of a home."""
    questions = unknown_people.queue(who.access, who.services.settings, who.home_id)
    assert questions is not None
    return questions


def asked(who: Person, label: str) -> PersonQuestion:
    """Return the question about a person as a file names them."""
    return next(one for one in queue(who).questions if one.label == label)


def pseudonym(who: Person, kind: str, label: str) -> str:
    """Return the pseudonym of a person the home knows."""
    return next(one for one, written in queue(who).people[kind].items() if label in written)


def reply(who: Person, question: PersonQuestion, answer: str, same_as: str = "") -> None:
    """Answer a question."""
    person_answers.answer(
        who.access,
        home_id=who.home_id,
        reply=PersonReply(question.kind, question.pseudonym, answer, same_as),
    )


def merge(who: Person, label: str, into: str) -> None:
    """Answer that an unknown person is one the home knows."""
    question = asked(who, label)
    reply(who, question, SAME, pseudonym(who, question.kind, into))


def stored(who: Person) -> list[tuple[Any, ...]]:
    """Return the rows of a home as they are read, persons by what files call them."""
    with who.services.databases.whole.reading() as session:
        work = home_data.work_of(session, who.home_id)
        row = models.PerformedIntervention
        query = select(row.content, row.resident_id, row.staff_id).where(row.home_id == who.home_id)
        rows = session.execute(query).all()
    assert len(rows) == len(work)
    for content, resident, staff in rows:
        assert (int.from_bytes(content[4:8]), int.from_bytes(content[8:12])) == (resident or 0, staff or 0)
    shown = work[["resident", "staff", "date", "minute_of_day", "seconds"]].astype(object)
    return sorted(shown.itertuples(index=False, name=None), key=repr)
