"""Answers to the question who an unknown person is: stored, and the home folded anew with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.services import audit, clock
from web.services.errors import ServiceError
from web.services.history import active_uploads, fold_home
from web.services.people import aliases
from web.services.people.aliases import LATER, NEW, ROW_ID, SAME, answer_for
from web.store.models import Home, PersonAnswer, Resident, Staff
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from web.store.access import Access


_ACTIONS: Final = {SAME: "person.zusammenfuehren", NEW: "person.neu", LATER: "person.spaeter"}


class PersonError(ServiceError):
    """A question about a person cannot be answered so."""


@dataclass(frozen=True, slots=True)
class PersonReply:
    """An answer to the question who somebody is: ``SAME`` (with the pseudonym of whom), ``NEW`` or ``LATER``."""

    kind: str
    pseudonym: str
    answer: str
    same_as: str = ""


def answer(access: Access, *, home_id: int, reply: PersonReply) -> bool:
    """Answer the question who somebody is; the same answer again changes nothing.

    With ``SAME`` everything uploads say of the person counts as said of the person meant; any other answer afterwards
    takes that back. Either way the home is folded anew from its uploads, in one transaction, so what is stored does not
    depend on the order of uploads and answers.

    Returns
    -------
    bool
        Whether two persons were parted again.

    Raises
    ------
    PersonError
        Where there is no such question, the person meant cannot be meant, or it was answered for good.
    """
    access.check_home(home_id)
    with access.writing.begin() as session:
        home = session.scalar(
            select(Home).where(Home.id == home_id, Home.tenant_id == access.tenant_id).with_for_update()
        )
        if home is None:
            raise PersonError("Dieses Haus gibt es hier nicht.")
        asked = _find(session, home_id, reply.kind, reply.pseudonym)
        if asked is None or reply.answer not in _ACTIONS or bool(reply.same_as) != (reply.answer == SAME):
            raise PersonError("Diese Frage gibt es nicht; bitte laden Sie die Seite neu.")
        given = aliases.answers(session, home_id)
        before = given.get(asked.pseudonym)
        if before is not None and (before.answer, before.same_as or "") == (reply.answer, reply.same_as):
            return False
        merged = before is not None and before.answer == SAME
        if merged and before is not None and before.fixed:
            raise PersonError(
                "Diese Person wurde zusammengeführt, bevor das Programm sich merkte, unter welcher Nummer etwas "
                "gemeldet war; das lässt sich nicht zurücknehmen."
            )
        if asked.known and not merged:
            raise PersonError("Zu dieser Person gibt es inzwischen Stammdaten; es ist nichts mehr offen.")
        if reply.answer == SAME:
            _check_meant(session, home_id, reply, given)
        answered = PersonAnswer(
            home_id=home_id,
            kind=reply.kind,
            pseudonym=asked.pseudonym,
            answer=reply.answer,
            same_as=reply.same_as or None,
            account_id=access.account,
            at=clock.now(),
        )
        if merged or reply.answer == SAME:
            _fold_with(session, home_id, asked, answered)
        else:
            session.add(answered)
        parted = merged and reply.answer != SAME
        action = "person.trennen" if parted else _ACTIONS[reply.answer]
        audit.record(session, access, action, what=f"{reply.kind} {asked.id}")
        return parted


def _fold_with(session: Session, home_id: int, asked: Resident | Staff, answered: PersonAnswer) -> None:
    """Store an answer that changes whom uploads mean, and what follows from it."""
    before = fold_home.stored_state(session, home_id, None if answered.kind == STAFF else ())
    months = active_uploads.months_about(session, home_id, ROW_ID[answered.kind], asked.id)
    session.add(answered)
    session.flush()
    fold_home.settle(session, home_id, before, months)


def _check_meant(session: Session, home_id: int, reply: PersonReply, given: Mapping[str, PersonAnswer]) -> None:
    meant = _find(session, home_id, reply.kind, reply.same_as)
    if meant is None or meant.pseudonym == reply.pseudonym:
        raise PersonError("Diese Person gibt es in diesem Haus nicht.")
    if answer_for(given, meant.pseudonym) == SAME:
        raise PersonError("Diese Person ist selbst zusammengeführt; bitte wählen Sie die, für die sie steht.")
    if not meant.known and answer_for(given, meant.pseudonym) != NEW:
        raise PersonError("Wer diese Person ist, ist selbst noch offen; bitte klären Sie das zuerst.")


def _find(session: Session, home_id: int, kind: str, pseudonym: str) -> Resident | Staff | None:
    if kind == RESIDENT:
        return session.scalar(select(Resident).where(Resident.home_id == home_id, Resident.pseudonym == pseudonym))
    if kind == STAFF:
        return session.scalar(select(Staff).where(Staff.home_id == home_id, Staff.pseudonym == pseudonym))
    return None
