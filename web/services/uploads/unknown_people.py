"""Persons an upload names and the home does not know: who they may be, and what the home answers.

Names are compared in memory and shown to the user who decides; the work database gets only pseudonyms and the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import select

from importers.home_words import person_matching
from pebem.contracts import DONE
from pebem.history.contents import of_bytes, unpack
from web.services import audit, open_vault
from web.services.open_vault import VaultClosedError
from web.services.people import aliases, pseudonyms
from web.services.people.aliases import LATER, NEW, REPLACED, ROW_ID, SAME, answer_for
from web.store.models import (
    Account,
    Label,
    PersonAnswer,
    Resident,
    Staff,
)
from web.store.vault import RESIDENT, STAFF
from web.store.work import bulk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from web.settings import Settings
    from web.store.access import Access

__all__ = [
    "RESIDENT",
    "STAFF",
    "AnsweredPerson",
    "PersonCandidate",
    "PersonQuestion",
    "PersonQuestions",
    "queue",
    "record_view",
]

_MODELS: Final[dict[str, type[Resident | Staff]]] = {RESIDENT: Resident, STAFF: Staff}


@dataclass(frozen=True, slots=True)
class PersonCandidate:
    """A person of the home who may be meant."""

    pseudonym: str
    label: str
    reason: str
    sure: bool


@dataclass(frozen=True, slots=True)
class PersonQuestion:
    """A person without master data, with the work done by or for that person.

    Attributes
    ----------
    label
        As the upload writes the person.
    answer
        ``LATER`` where the question was postponed, else "".
    """

    kind: str
    pseudonym: str
    label: str
    rows: int
    seconds: int
    answer: str
    offers: tuple[PersonCandidate, ...]


@dataclass(frozen=True, slots=True)
class AnsweredPerson:
    """An effective answer; ``fixed`` where it cannot be taken back."""

    kind: str
    pseudonym: str
    label: str
    answer: str
    same_as: str
    by: str
    at: datetime
    fixed: bool


@dataclass(frozen=True, slots=True)
class PersonQuestions:
    """The questions of a home, those with most time first, and the answers given.

    Attributes
    ----------
    people
        Kind -> pseudonym -> label of everyone who may be meant.
    """

    questions: tuple[PersonQuestion, ...]
    count: int
    rows: int
    seconds: int
    answered: tuple[AnsweredPerson, ...]
    people: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Open:
    kind: str
    pseudonym: str
    rows: int
    seconds: int
    answer: str


def queue(
    access: Access, settings: Settings, home_id: int, *, limit: int | None = None, about: str = ""
) -> PersonQuestions | None:
    """Return what there is to ask and what was answered; None while the vault cannot be reached.

    Parameters
    ----------
    limit
        Questions to return, heaviest first; None = all.
    about
        Pseudonym of the one to return the question about, "" = all. Comparing everyone with everyone takes time.
    """
    access.check_home(home_id)
    with access.reading() as session:
        answers = aliases.answers(session, home_id)
        questions = _open(session, home_id, answers)
        candidates = {kind: _candidates(session, home_id, model, answers) for kind, model in _MODELS.items()}
        authors = _authors(session, answers)
    try:
        with open_vault.reading(access, settings) as vault:
            everyone = {kind: pseudonyms.people_of_home(vault, home_id, kind) for kind in _MODELS}
    except VaultClosedError:
        return None
    references = {
        kind: {one: person_matching.PersonReference(number, *person) for one, (number, person) in found.items()}
        for kind, found in everyone.items()
    }
    labels = {kind: {one: _label(ref) for one, ref in found.items()} for kind, found in references.items()}
    people = {kind: {one: labels[kind][one] for one in candidates[kind] if one in labels[kind]} for kind in _MODELS}
    answered = tuple(
        AnsweredPerson(
            answer.kind,
            answer.pseudonym,
            labels[answer.kind].get(answer.pseudonym, answer.pseudonym),
            answer.answer,
            labels[answer.kind].get(answer.same_as or "", ""),
            authors.get(answer.account_id, ""),
            answer.at,
            answer.fixed,
        )
        for answer in sorted(answers.values(), key=lambda answer: -answer.id)
        if answer.answer != LATER
    )
    selected = [one for one in questions[:limit] if about in {"", one.pseudonym}]
    shown = tuple(_question(one, references[one.kind], people[one.kind]) for one in selected)
    return PersonQuestions(
        shown,
        len(questions),
        sum(one.rows for one in questions),
        sum(one.seconds for one in questions),
        answered,
        people,
    )


def record_view(access: Access, *, home_id: int, purpose: str, what: str = "") -> None:
    """Log that names are shown (T2, C4).

    Parameters
    ----------
    purpose
        What for, as whoever looks has stated it.
    what
        What is shown, as kind and number; "" = the home.
    """
    access.check_home(home_id)
    with access.writing.begin() as session:
        audit.record(session, access, "namen.ansehen", what=what or f"haus {home_id}", reason=purpose)


def _open(session: Session, home_id: int, answers: Mapping[str, PersonAnswer]) -> list[_Open]:
    """Return who is unknown, those with most time first."""
    open_questions: list[_Open] = []
    unknown: dict[str, dict[int, str]] = {}
    for kind, model in _MODELS.items():
        rows = session.execute(select(model.id, model.pseudonym).where(model.home_id == home_id, ~model.known)).all()
        unknown[kind] = {
            row.id: row.pseudonym
            for row in rows
            if answer_for(answers, row.pseudonym) in {"", LATER} and not row.pseudonym.startswith(REPLACED)
        }
    if not any(unknown.values()):
        return []
    numbers = _rows_about(session, home_id, unknown)
    seconds = np.maximum(numbers["seconds"].astype(np.int64) - 1, 0)
    for kind, people in unknown.items():
        own = numbers[ROW_ID[kind]]
        for number, pseudonym in people.items():
            about = own == number
            count, total = int(np.count_nonzero(about)), int(seconds[about].sum())
            open_questions.append(_Open(kind, pseudonym, count, total, answer_for(answers, pseudonym)))
    return sorted(open_questions, key=lambda one: (-one.seconds, -one.rows, one.pseudonym))


def _rows_about(session: Session, home_id: int, people: Mapping[str, Mapping[int, str]]) -> dict[str, NDArray[Any]]:
    """Return the counted rows of some people (kind -> row id of each), by name of the number, looked for by month."""
    performed = session.scalar(select(Label.id).where(Label.home_id == home_id, Label.text == DONE)) or 0
    wanted = {ROW_ID[kind]: np.array(list(own), np.int64) for kind, own in people.items() if own}
    found = [b""]
    for month in bulk.contents_by_month(session.connection(), home_id):
        numbers = unpack(month)
        about = np.logical_or.reduce([np.isin(numbers[name], ids) for name, ids in wanted.items()])
        found.append(of_bytes(month)[about & np.isin(numbers["status"], (0, performed))].tobytes())
    return unpack(b"".join(found))


def _authors(session: Session, answers: Mapping[str, PersonAnswer]) -> dict[int, str]:
    query = select(Account.id, Account.display_name).where(Account.id.in_({one.account_id for one in answers.values()}))
    return {row.id: row.display_name for row in session.execute(query)}


def _candidates(
    session: Session, home_id: int, model: type[Resident | Staff], answers: Mapping[str, PersonAnswer]
) -> list[str]:
    """Return who may be meant: everyone with master data, and those the home has confirmed."""
    rows = session.execute(
        select(model.pseudonym, model.known).where(model.home_id == home_id).order_by(model.pseudonym)
    )
    return [
        row.pseudonym
        for row in rows
        if answer_for(answers, row.pseudonym) == NEW or (row.known and answer_for(answers, row.pseudonym) != SAME)
    ]


def _question(
    unknown: _Open, references: Mapping[str, person_matching.PersonReference], people: Mapping[str, str]
) -> PersonQuestion:
    reference = references.get(unknown.pseudonym)
    if reference is None:
        return PersonQuestion(
            unknown.kind, unknown.pseudonym, unknown.pseudonym, unknown.rows, unknown.seconds, unknown.answer, ()
        )
    pseudonyms = list(people)
    offers = tuple(
        PersonCandidate(pseudonyms[place], people[pseudonyms[place]], like.reason, like.sure)
        for place, like in person_matching.suggest(reference, [references[name] for name in pseudonyms])
    )
    return PersonQuestion(
        unknown.kind, unknown.pseudonym, _label(reference), unknown.rows, unknown.seconds, unknown.answer, offers
    )


def _label(person: person_matching.PersonReference) -> str:
    """Return number and name as a list shows them."""
    name = ", ".join(part for part in (person.name, person.given) if part)
    return f"{person.number} {name}" if name else person.number
