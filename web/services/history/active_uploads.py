"""Active uploads: the content of each is stored as it came, and the data of a home follow from all of them in order.

People keep the number an upload calls them by; whom a merged one means is applied when uploads are folded. So an upload
and a merge can be taken back whenever (``docs/adr/0016``, ``docs/adr/0017``).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import delete, func, insert, select

from pebem.history import uploads
from pebem.history.acts import NOTHING, Contents
from pebem.history.contents import FIRST_DAY, days_of, of_bytes, renumbered
from pebem.history.statements import Delivery, Statements
from pebem.history.stored_rules import StoredRule
from web.services.analysis import home_data
from web.services.history import corrections
from web.services.history.stored_statements import FILE, PEOPLE, packed, unpacked
from web.services.people import aliases, residence
from web.store.models import AppliedDuties, AppliedMonth, AppliedUpload, Upload, WorkMonth
from web.store.models.upload import EFFECTIVE
from web.store.work import bulk
from web.store.work.packed_files import by_month, split_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from pebem.contracts import Tables
    from pebem.history.statements import Statements
    from pebem.history.uploads import FoldedActs

_LEVEL: Final = 1


@dataclass(frozen=True)
class UploadContent:
    """What an upload says, people by row id and pseudonym.

    Attributes
    ----------
    files
        Contents of the rows of each of its files, in order.
    tables
        Of these the frames about people.
    parts
        Name of a frame -> position of the file of each row.
    """

    files: Sequence[Contents]
    tables: Tables
    parts: Mapping[str, NDArray[np.integer[Any]]]


def add(
    session: Session, home_id: int, upload_id: int, rule: StoredRule, content: UploadContent, *, baseline: bool = False
) -> None:
    """Store the content of an upload, as the newest of its home.

    Parameters
    ----------
    baseline
        Whether this stands for everything stored before the content of uploads was.
    """
    newest = session.scalar(select(func.max(AppliedUpload.position)).where(AppliedUpload.home_id == home_id)) or 0
    values = {"upload_id": upload_id, "home_id": home_id, "position": newest + 1, "baseline": baseline}
    session.execute(
        insert(AppliedUpload).values(**values, rule=rule.as_json(), people=packed(content.tables, content.parts))
    )
    values_by_month = [
        {
            "upload_id": upload_id,
            "month": month,
            "contents": zlib.compress(np.concatenate(parts).tobytes(), _LEVEL),
            "lengths": [len(part) for part in parts] if len(parts) > 1 else None,
        }
        for month, parts in by_month(content.files).items()
    ]
    if values_by_month:
        session.execute(insert(AppliedMonth), values_by_month)


def add_baseline(session: Session, home_id: int) -> None:
    """Where the content of earlier uploads was not stored, store all data of the home as that of the newest."""
    if session.scalar(select(AppliedUpload.upload_id).where(AppliedUpload.home_id == home_id).limit(1)) is not None:
        return
    newest = session.scalar(select(func.max(Upload.id)).where(Upload.home_id == home_id, Upload.state.in_(EFFECTIVE)))
    if newest is not None:
        rows = stored_contents(session, home_id)
        last_day = date.fromordinal(int(days_of(rows[-1:])[0])) if len(rows) else None
        content = UploadContent([rows], home_data.people_of(session, home_id), {})
        add(session, home_id, newest, StoredRule(last_day=last_day), content, baseline=True)


def stored_contents(session: Session, home_id: int, days: tuple[date, date] | None = None) -> Contents:
    """Return the contents of all rows of the months some days (first and last, None = all) are in, in order."""
    return of_bytes(bulk.contents(session.connection(), home_id, days))


def active_uploads(session: Session, home_id: int) -> list[AppliedUpload]:
    """Return the active uploads of a home, in their order."""
    return list(
        session.scalars(select(AppliedUpload).where(AppliedUpload.home_id == home_id).order_by(AppliedUpload.position))
    )


def contents(session: Session, upload_id: int, months: Iterable[int] | None = None) -> Contents:
    """Return the contents of the rows of an upload as it calls people (None = of all months), in order.

    Of several files, all rows of all: what stands in two of them stands here twice.
    """
    return np.sort(np.concatenate([NOTHING, *files_of(session, upload_id, months)]))


def files_of(session: Session, upload_id: int, months: Iterable[int] | None = None) -> list[Contents]:
    """Return the contents of the rows of each file of an upload as it calls people, in order."""
    query = select(AppliedMonth.contents, AppliedMonth.lengths).where(AppliedMonth.upload_id == upload_id)
    if months is not None:
        query = query.where(AppliedMonth.month.in_(list(months)))
    return split_files(session.execute(query.order_by(AppliedMonth.month)))


def names_person(upload: AppliedUpload, persons: Collection[str]) -> bool:
    """Return whether an upload states something of one of these pseudonyms."""
    frames = unpacked(upload.people)
    return any(bool(frames[name][key].isin(list(persons)).any()) for name, (key, _) in PEOPLE.items())


def affected_months(session: Session, upload: AppliedUpload) -> set[int]:
    """Return the months an upload is about: those of its rows, and of all rows in what it is complete for."""
    months = set(session.scalars(select(AppliedMonth.month).where(AppliedMonth.upload_id == upload.upload_id)))
    return months | months_in_scope(session, upload)


def months_in_scope(session: Session, upload: AppliedUpload) -> set[int]:
    """Return the months with rows in what an upload is complete for."""
    scope = rule_of(upload).acts.scope
    if scope is None:
        return set()
    ends = np.array([scope.first, scope.last]) - FIRST_DAY
    first, last = ends.astype("datetime64[D]").astype("datetime64[M]").astype(int).tolist()
    stored = select(WorkMonth.month).where(WorkMonth.home_id == upload.home_id)
    given = select(AppliedMonth.month).join(AppliedUpload, AppliedUpload.upload_id == AppliedMonth.upload_id)
    return {
        *session.scalars(stored.where(WorkMonth.month.between(first, last))),
        *session.scalars(given.where(AppliedUpload.home_id == upload.home_id, AppliedMonth.month.between(first, last))),
    }


def months_about(session: Session, home_id: int, name: str, number: int) -> set[int]:
    """Return the months in which an upload has rows of a person.

    Parameters
    ----------
    name
        "resident_id" or "staff_id".
    number
        Row id of the person, as uploads call it.
    """
    query = select(AppliedMonth).join(AppliedUpload, AppliedUpload.upload_id == AppliedMonth.upload_id)
    anyone: dict[str, Mapping[int, int]] = {name: {number: 0}}
    months = set()
    for month in session.scalars(query.where(AppliedUpload.home_id == home_id)):
        rows = of_bytes(zlib.decompress(month.contents))
        if not np.array_equal(rows, renumbered(rows, anyone)):
            months.add(month.month)
    return months


def fold_acts(session: Session, home_id: int, months: Iterable[int], *, without: int | None = None) -> FoldedActs:
    """Return the rows that follow from the active uploads, except one, for some months."""
    months = list(months)
    meant = aliases.merged_rows(session, home_id)
    rules = {number: rule for number, rule in rules_of(session, home_id).items() if number != without}
    files = {number: [renumbered(rows, meant) for rows in files_of(session, number, months)] for number in rules}
    return uploads.fold_acts(files, rules, residence.ward_history(session, home_id))


def fold_statements(
    session: Session,
    home_id: int,
    *,
    complete: int | None = None,
    about: str | None = None,
    until: int | None = None,
) -> Statements:
    """Return what follows from the active uploads and corrections about people, by pseudonym, merged ones resolved.

    Parameters
    ----------
    complete
        An upload to be taken as complete for its persons, whatever was said of it.
    about
        The person to return statements about; None = all. Nothing is stated of one because of another.
    until
        Position of the last upload that counts, without corrections; None = all do, and the corrections.
    """
    meant = aliases.of_home(session, home_id)
    active = {
        upload.upload_id: upload
        for upload in active_uploads(session, home_id)
        if until is None or upload.position <= until
    }
    rules = {number: rule_of(upload) for number, upload in active.items()}
    if complete is not None:
        rules[complete] = replace(rules[complete], persons_complete=True)
    stated = {number: _deliveries(upload, len(rules[number].covers), meant, about) for number, upload in active.items()}
    if until is None:
        corrected, rules_of_them = corrections.as_uploads(session, home_id, about)
        stated, rules = {**stated, **corrected}, {**rules, **rules_of_them}
    return uploads.fold_statements(stated, rules)


def rules_of(session: Session, home_id: int) -> dict[int, StoredRule]:
    """Return how each active upload of a home was applied, by number, in their order."""
    return {upload.upload_id: rule_of(upload) for upload in active_uploads(session, home_id)}


def rule_of(upload: AppliedUpload) -> StoredRule:
    """Return how an upload was applied."""
    return StoredRule.from_json(upload.rule)


def set_rule(session: Session, upload: AppliedUpload, rule: StoredRule) -> None:
    """Change how an upload was applied; what follows is folded by the caller."""
    upload.rule = rule.as_json()
    session.flush()


def remove(session: Session, upload_id: int) -> None:
    """Delete the content of an upload: it is not active any more."""
    for model in (AppliedMonth, AppliedDuties, AppliedUpload):
        session.execute(delete(model).where(model.upload_id == upload_id))


def _deliveries(
    upload: AppliedUpload, files: int, meant: Mapping[str, str], about: str | None = None
) -> list[Delivery]:
    frames = {name: aliases.apply_to(frame, PEOPLE[name][0], meant) for name, frame in unpacked(upload.people).items()}
    if about is not None:
        frames = {name: frame[frame[PEOPLE[name][0]] == about] for name, frame in frames.items()}

    def delivery(number: int) -> Delivery:
        stated: dict[str, Any] = {
            name: frame[frame[FILE] == number].reset_index(drop=True) for name, frame in frames.items()
        }
        return Delivery(**stated)

    return [delivery(number) for number in range(files)]
