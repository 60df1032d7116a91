"""Taking months and persons out of the active uploads: what is stored of a home follows from the rest (H2, H4).

Whoever deletes only from what is folded would see it come back with the next upload.
"""

from __future__ import annotations

import secrets
import zlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import delete, func, or_, select

from pebem.history.contents import DUTY, FIRST_DAY, NUMBERS, renumbered, unpack
from web.services.history import active_uploads, fold_home, stored_statements
from web.services.people.aliases import REPLACED, ROW_ID
from web.services.people.pseudonyms import ALPHABET
from web.store.models import (
    AppliedDuties,
    AppliedMonth,
    AppliedUpload,
    Correction,
    Home,
    Override,
    PersonAnswer,
    Resident,
    Restriction,
    Staff,
    UnknownTerm,
    UnknownTermDay,
    Upload,
    WorkMonth,
)
from web.store.vault import RESIDENT
from web.store.work.packed_files import split_files

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

_LEVEL: Final = 1
_REPLACED_SIGNS: Final = 4


def locked(session: Session, home_id: int) -> Home:
    """Return a home, which nobody else changes until the end of the transaction."""
    return session.scalars(select(Home).where(Home.id == home_id).with_for_update()).one()


def months_before(session: Session, home_id: int, limit: int) -> dict[int, int]:
    """Return the months (counted from January 1970) before a limit that have rows or duties, and how many rows.

    A duty counts with the month after the one it begins in: its night may reach into that, whose figures rest on it.
    """
    rows = select(WorkMonth.month, func.length(WorkMonth.contents)).where(WorkMonth.home_id == home_id)
    found = {month: size // (4 * len(NUMBERS)) for month, size in session.execute(rows.where(WorkMonth.month < limit))}
    for model, late in ((AppliedMonth, 0), (AppliedDuties, 1)):
        query = select(model.month).join(AppliedUpload, AppliedUpload.upload_id == model.upload_id).distinct()
        for month in session.scalars(query.where(AppliedUpload.home_id == home_id, model.month + late < limit)):
            found.setdefault(month, 0)
    return dict(sorted(found.items()))


def drop_month(session: Session, home_id: int, month: int, *, duties: bool) -> None:
    """Take a month out of all uploads of a home, with its figures, in the open transaction; the home is locked.

    Parameters
    ----------
    duties
        Whether its duties go too: not while the figures of the month after rest on them.
    """
    before = fold_home.stored_state(session, home_id, (month,) if duties else ())
    mine = select(AppliedUpload.upload_id).where(AppliedUpload.home_id == home_id)
    for model in (AppliedMonth, AppliedDuties) if duties else (AppliedMonth,):
        session.execute(delete(model).where(model.upload_id.in_(mine), model.month == month))
    fold_home.settle(session, home_id, before, [month])
    _drop_unknown_words(session, home_id, month)


def drop_person(session: Session, home_id: int, kind: str, pseudonyms: Collection[str]) -> int:
    """Take a person out of all uploads, statements, answers and figures of a home, in the open transaction.

    Rows about a resident go. Rows by an employee document the care of others: they stay, as the work of somebody of
    whom nothing is known, under a pseudonym that was never in the vault. Duties of the employee go.

    Parameters
    ----------
    pseudonyms
        All of the person: those merged into it too.

    Returns
    -------
    int
        How many rows of uploads were about the person.
    """
    model: type[Resident | Staff] = Resident if kind == RESIDENT else Staff
    name = ROW_ID[kind]
    own = select(model.id).where(model.home_id == home_id, model.pseudonym.in_(pseudonyms))
    ids = set(session.scalars(own))
    before = fold_home.stored_state(session, home_id, None)
    months = {month for one in ids for month in active_uploads.months_about(session, home_id, name, one)}
    stranger = None
    if kind == RESIDENT:
        session.execute(delete(Override).where(Override.resident_id.in_(ids)))
    elif months:
        stranger = _stranger(session, home_id)
    rows = _change_contents(session, home_id, AppliedMonth, (name, ids, stranger))
    if kind != RESIDENT:
        _change_contents(session, home_id, AppliedDuties, (name, ids, None))
    for upload in active_uploads.active_uploads(session, home_id):
        upload.people = stored_statements.without(upload.people, pseudonyms)
    about = or_(PersonAnswer.pseudonym.in_(pseudonyms), PersonAnswer.same_as.in_(pseudonyms))
    session.execute(delete(PersonAnswer).where(PersonAnswer.home_id == home_id, about))
    corrected = Correction.home_id == home_id, Correction.pseudonym.in_(pseudonyms)
    session.execute(delete(Correction).where(*corrected))
    restricted = Restriction.home_id == home_id, Restriction.pseudonym.in_(pseudonyms)
    session.execute(delete(Restriction).where(*restricted))
    session.flush()
    fold_home.settle(session, home_id, before, months)
    session.flush()
    session.execute(delete(model).where(model.id.in_(ids)))
    _forget_shown(session, home_id, pseudonyms)
    return rows


def last_days(session: Session, home_id: int, kind: str) -> dict[str, date]:
    """Return the last day of which uploads have a row or a duty of each resident or employee, by pseudonym."""
    model: type[Resident | Staff] = Resident if kind == RESIDENT else Staff
    name = ROW_ID[kind]
    last: dict[int, int] = {}
    for of_month, names in ((AppliedMonth, NUMBERS), (AppliedDuties, DUTY)):
        if name not in names:
            continue
        query = select(of_month.contents).join(AppliedUpload, AppliedUpload.upload_id == of_month.upload_id)
        for contents in session.scalars(query.where(AppliedUpload.home_id == home_id)):
            numbers = unpack(zlib.decompress(contents), names)
            who, day = numbers[name].astype(np.int64), numbers["day"].astype(np.int64)
            order = np.argsort(day, kind="stable")
            for person, newest in dict(zip(who[order].tolist(), day[order].tolist(), strict=True)).items():
                last[person] = max(last.get(person, 0), newest)
    people = session.execute(select(model.id, model.pseudonym).where(model.home_id == home_id))
    return {one.pseudonym: _day(last[one.id]) for one in people if one.id in last}


def _day(number: int) -> date:
    day: date = np.datetime64(number - FIRST_DAY, "D").astype(object)
    return day


def _stranger(session: Session, home_id: int) -> int:
    """Return the row id of a new employee of whom nothing is known."""
    used = set(session.scalars(select(Staff.pseudonym).where(Staff.home_id == home_id)))
    while (pseudonym := REPLACED + "".join(secrets.choice(ALPHABET) for _ in range(_REPLACED_SIGNS))) in used:
        pass
    stranger = Staff(home_id=home_id, pseudonym=pseudonym, known=False)
    session.add(stranger)
    session.flush()
    return stranger.id


def _change_contents(
    session: Session,
    home_id: int,
    model: type[AppliedMonth | AppliedDuties],
    person: tuple[str, Collection[int], int | None],
) -> int:
    """Take a person out of the contents of all uploads of a home, file by file; return how many rows were about it.

    Parameters
    ----------
    person
        Name of the number, those that mean the person, and the number in their place (None = the rows go).
    """
    name, ids, stranger = person
    names = NUMBERS if model is AppliedMonth else DUTY
    query = select(model).join(AppliedUpload, AppliedUpload.upload_id == model.upload_id)
    months: Sequence[Any] = session.scalars(query.where(AppliedUpload.home_id == home_id)).all()
    changed = 0
    for month in months:
        files = split_files([(month.contents, month.lengths)], names)
        about = [np.isin(unpack(rows.tobytes(), names)[name], list(ids)) for rows in files]
        count = sum(int(mask.sum()) for mask in about)
        if not count:
            continue
        changed += count
        if stranger is None:
            now = [rows[~mask] for rows, mask in zip(files, about, strict=True)]
        else:
            now = [renumbered(rows, {name: dict.fromkeys(ids, stranger)}, names) for rows in files]
        if any(map(len, now)):
            month.contents = zlib.compress(np.concatenate(now).tobytes(), _LEVEL)
            month.lengths = [len(rows) for rows in now] if len(now) > 1 else None
        else:
            session.delete(month)
    session.flush()
    return changed


def _drop_unknown_words(session: Session, home_id: int, month: int) -> None:
    """Take the work of a month out of the unknown words of uploads; a word without any goes."""
    first, end = np.array([month, month + 1], "datetime64[M]").astype("datetime64[D]").astype(object).tolist()
    query = select(UnknownTerm).join(Upload, Upload.id == UnknownTerm.upload_id).where(Upload.home_id == home_id)
    for term in session.scalars(query):
        within = UnknownTermDay.term_id == term.id, UnknownTermDay.day >= first, UnknownTermDay.day < end
        sums = func.count(), func.sum(UnknownTermDay.rows), func.sum(UnknownTermDay.seconds)
        days, rows, seconds = session.execute(select(*sums).where(*within)).one()
        if not days:
            continue
        session.execute(delete(UnknownTermDay).where(*within))
        term.rows, term.seconds = term.rows - int(rows), term.seconds - int(seconds)
        if session.scalar(select(UnknownTermDay.id).where(UnknownTermDay.term_id == term.id).limit(1)) is None:
            session.delete(term)
    session.flush()


def _forget_shown(session: Session, home_id: int, pseudonyms: Collection[str]) -> None:
    """Take a person out of what pages show of the effects of uploads."""
    for upload in session.scalars(select(Upload).where(Upload.home_id == home_id)):
        upload.weighed, upload.choice = (_unnamed(one, pseudonyms) for one in (upload.weighed, upload.choice))
    home = session.get_one(Home, home_id)
    home.fold_report = _unnamed(home.fold_report, pseudonyms)


def _unnamed(value: Any, pseudonyms: Collection[str]) -> Any:
    """Return plain data without what is about a person: rows that name it, and its pseudonym elsewhere."""
    if isinstance(value, dict):
        return {key: _unnamed(one, pseudonyms) for key, one in value.items() if key not in pseudonyms}
    if isinstance(value, list):
        named = [isinstance(one, dict) and not pseudonyms.isdisjoint(_texts(one)) for one in value]  # type: ignore[attr-defined]
        return [_unnamed(one, pseudonyms) for one, gone in zip(value, named, strict=True) if not gone]
    return "–" if value in pseudonyms else value


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return set().union(*map(_texts, value.values()))
    return set().union(*map(_texts, value)) if isinstance(value, list) else set()
