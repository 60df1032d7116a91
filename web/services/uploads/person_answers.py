"""Answers to the question who an unknown person is: stored, and all uploads of a merged person rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select, update

from web.services import audit, clock
from web.services.analysis import duties, rescore, row_changes
from web.services.errors import ServiceError
from web.services.people import aliases
from web.services.people.aliases import LATER, NEW, ROW_ID, SAME, answer_for
from web.services.uploads import active_uploads, apply
from web.store.models import (
    Assessment,
    Home,
    Instability,
    Override,
    PersonAnswer,
    Resident,
    Staff,
)
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from web.services.analysis.row_changes import Contents
    from web.store.databases import Databases


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


def answer(databases: Databases, *, tenant_id: int, account_id: int, home_id: int, reply: PersonReply) -> None:
    """Answer the question who somebody is; the same answer again changes nothing.

    ``SAME`` moves all work and assessments to the person meant and rescores the days, in one transaction. It
    cannot be taken back: afterwards it is unknown which rows came under which number. What is stored is what would
    be, had all uploads called the person by one number; so it does not depend on the order of uploads and answers.

    Raises
    ------
    PersonError
        Where there is no such question, the person meant cannot be meant, or it was answered for good.
    """
    with databases.writing.begin() as session:
        home = session.scalar(select(Home).where(Home.id == home_id, Home.tenant_id == tenant_id).with_for_update())
        if home is None:
            raise PersonError("Dieses Haus gibt es hier nicht.")
        asked = _find(session, home_id, reply.kind, reply.pseudonym)
        if asked is None or reply.answer not in _ACTIONS or bool(reply.same_as) != (reply.answer == SAME):
            raise PersonError("Diese Frage gibt es nicht; bitte laden Sie die Seite neu.")
        given = aliases.answers(session, home_id)
        before = given.get(asked.pseudonym)
        if before is not None and (before.answer, before.same_as or "") == (reply.answer, reply.same_as):
            return
        if before is not None and before.answer == SAME:
            raise PersonError("Diese Person ist schon zusammengeführt; das lässt sich nicht zurücknehmen.")
        if asked.known:
            raise PersonError("Zu dieser Person gibt es inzwischen Stammdaten; es ist nichts mehr offen.")
        if reply.answer == SAME:
            _merge(session, home_id, reply.kind, asked, _meant(session, home_id, reply, given))
        session.add(
            PersonAnswer(
                home_id=home_id, kind=reply.kind, pseudonym=asked.pseudonym, answer=reply.answer,
                same_as=reply.same_as or None, account_id=account_id, at=clock.now(),
            )
        )  # fmt: skip
        audit.record(
            session, _ACTIONS[reply.answer], tenant_id=tenant_id, account_id=account_id, what=f"{reply.kind} {asked.id}"
        )


def _merge(session: Session, home_id: int, kind: str, asked: Resident | Staff, meant: Resident | Staff) -> None:
    """Reassign one person's rows to the other in all uploads, and store what follows from that."""
    active_uploads.add_baseline(session, home_id)
    before = rescore.scored_state(session, home_id)
    months = sorted(active_uploads.reassign(session, home_id, ROW_ID[kind], asked.id, meant.id))
    rosters = duties.reassign(session, home_id, asked.id, meant.id) if kind == STAFF else duties.DutyChanges()
    held = row_changes.in_months(active_uploads.stored_contents(session, home_id), months)
    after = active_uploads.replay(session, home_id, months)
    removed, added = row_changes.surplus(held, after), row_changes.surplus(after, held)
    apply.store_rows(session, home_id, held, removed, _by_upload(session, home_id, months, added))
    if kind == RESIDENT:
        own = set(session.scalars(select(Assessment.date).where(Assessment.resident_id == meant.id)))
        for row in session.scalars(select(Assessment).where(Assessment.resident_id == asked.id)):
            # Two assessments of a day cannot both hold: that of the person the home knows does.
            if row.date not in own:
                row.resident_id = meant.id
        session.execute(update(Instability).where(Instability.resident_id == asked.id).values(resident_id=meant.id))
        session.execute(update(Override).where(Override.resident_id == asked.id).values(resident_id=meant.id))
    session.flush()
    apply.analyse_changes(session, home_id, before, removed, added, rosters)


def _by_upload(session: Session, home_id: int, months: list[int], added: Contents) -> dict[int, Contents]:
    """Return the first active upload that contains each content, and its contents."""
    found: dict[int, Contents] = {}
    for one in active_uploads.active_uploads(session, home_id):
        here = np.isin(added, active_uploads.contents(session, one.upload_id, months))
        if here.any():
            found[one.upload_id], added = added[here], added[~here]
    return found


def _meant(session: Session, home_id: int, reply: PersonReply, given: Mapping[str, PersonAnswer]) -> Resident | Staff:
    meant = _find(session, home_id, reply.kind, reply.same_as)
    if meant is None or meant.pseudonym == reply.pseudonym:
        raise PersonError("Diese Person gibt es in diesem Haus nicht.")
    if answer_for(given, meant.pseudonym) == SAME:
        raise PersonError("Diese Person ist selbst zusammengeführt; bitte wählen Sie die, für die sie steht.")
    if not meant.known and answer_for(given, meant.pseudonym) != NEW:
        raise PersonError("Wer diese Person ist, ist selbst noch offen; bitte klären Sie das zuerst.")
    return meant


def _find(session: Session, home_id: int, kind: str, pseudonym: str) -> Resident | Staff | None:
    if kind == RESIDENT:
        return session.scalar(select(Resident).where(Resident.home_id == home_id, Resident.pseudonym == pseudonym))
    if kind == STAFF:
        return session.scalar(select(Staff).where(Staff.home_id == home_id, Staff.pseudonym == pseudonym))
    return None
