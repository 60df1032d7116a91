"""What is stored of a home, brought into step with its active uploads and answers: the one way anything changes.

Storing an upload, taking it back, merging two persons and parting them again differ in what they change before. What
follows is worked out here, from the uploads alone, and so does not depend on the way there (``docs/adr/0016``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.history import acts, changes
from pebem.history.acts import NOTHING, Contents
from pebem.history.contents import days_of, month_of, months_of
from pebem.history.duties import NOTHING as NO_DUTIES
from web.services.analysis import duties, home_data, rescore
from web.services.errors import ServiceError
from web.services.history import active_uploads
from web.services.people import master_data, residence
from web.store.models import Home
from web.store.models.account import FOLD_RULE
from web.store.work import replace_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.orm import Session

    from pebem.history.changes import StatementChange
    from pebem.history.statements import Statements
    from pebem.history.wards import WardHistory


_OUTDATED: Final = (
    "Die Zahlen dieser Einrichtung werden nach einer Änderung der Regeln gerade neu berechnet. "
    "Bitte versuchen Sie es in einigen Minuten noch einmal."
)


class OutdatedHomeError(ServiceError):
    """A home was folded by an older rule and cannot be changed until it is folded anew."""


@dataclass(frozen=True)
class StoredState:
    """What is stored of a home before a change.

    Attributes
    ----------
    duty_months
        Months whose duties may change; None = all.
    """

    scored: rescore.ScoredState
    statements: Statements
    rosters: Contents
    duty_months: tuple[int, ...] | None


@dataclass(frozen=True)
class HomeChanges:
    """What has changed in what is stored of a home.

    Attributes
    ----------
    removed, added
        Contents of rows, in order.
    rosters
        Changes to the duties.
    people
        Changes to what is stated about people.
    days
        Days that were analysed; None = all.
    rows
        All rows of the months concerned as they are now, in order.
    known
        Persons of whom something was stated before.
    statements
        What is stored about people now.
    """

    removed: Contents
    added: Contents
    rosters: duties.DutyChanges
    people: list[StatementChange]
    days: set[date] | None
    rows: Contents

    known: frozenset[str]
    statements: Statements

    @property
    def digest(self) -> str:
        """Digest of what changes of what was there: rows and duties removed, statements about persons known before."""
        told = "".join(change.mark for change in self.people if change.person in self.known)
        rows = digest(self.removed, self.rosters.removed_contents)
        return sha256(f"{rows}/{told}".encode()).hexdigest() if rows or told else ""


def stored_state(
    session: Session, home_id: int, duty_months: Iterable[int] | None = (), *, rule: int = FOLD_RULE
) -> StoredState:
    """Return what is stored of a home, before a change; the home is locked by the caller.

    Parameters
    ----------
    duty_months
        Months whose duties may change; None = all.
    rule
        Number of the rule the home must be folded by.

    Raises
    ------
    OutdatedHomeError
        Where the home still has to be folded anew by the rule of today.
    """
    if session.get_one(Home, home_id).fold_rule < rule:
        raise OutdatedHomeError(_OUTDATED)
    active_uploads.add_baseline(session, home_id)
    months = None if duty_months is None else tuple(duty_months)
    rosters = NO_DUTIES if months == () else duties.replay(session, home_id, months)
    statements = home_data.statements_of(session, home_id)
    return StoredState(rescore.scored_state(session, home_id, statements), statements, rosters, months)


def settle(
    session: Session,
    home_id: int,
    before: StoredState,
    months: Iterable[int],
    done: Callable[[int], object] = lambda _: None,
    *,
    dry: bool = False,
) -> HomeChanges:
    """Store what follows from the active uploads and answers, and analyse the days that changes, in the transaction.

    Parameters
    ----------
    months
        Months (counted from January 1970) whose rows may change by what was done.
    done
        Called now and then with the number of rows that are stored.
    dry
        Only the figures that a preview compares are computed: the caller rolls the transaction back.
    """
    statements = active_uploads.fold_statements(session, home_id)
    master_data.write(session, home_id, before.statements, statements)
    session.flush()
    months = set(months) | _months_of_moves(session, home_id, before.scored.lived_in)
    stored = acts.in_months(active_uploads.stored_contents(session, home_id, _span(months)), months)
    folded = active_uploads.fold_acts(session, home_id, months)
    removed, added = acts.surplus(stored, folded.contents), acts.surplus(folded.contents, stored)
    if dry:
        _show(session, home_id, folded.contents, (removed, added))
    else:
        by_upload = folded.by_upload(added)
        replace_rows.replace(session.connection(), home_id, stored, removed, by_upload, done)
    rosters = duties.DutyChanges()
    if before.duty_months != ():
        rosters = duties.compare(before.rosters, duties.replay(session, home_id, before.duty_months))
    ordinals = np.unique(days_of(np.concatenate([removed, added])))
    days = {date.fromordinal(day) for day in ordinals.tolist()} | (frozenset() if dry else rosters.days)
    analysed = rescore.analyse_touched(session, home_id, before.scored, days, preview=dry)
    known = frozenset((*before.statements.residents["resident"], *before.statements.staff["staff"]))
    people = changes.between(before.statements, statements)
    days_analysed = None if before.scored.stale else analysed
    return HomeChanges(removed, added, rosters, people, days_analysed, folded.contents, known, statements)


def digest(*contents: Contents) -> str:
    """Return a digest of contents; "" where there are none."""
    joined = b"|".join(part.tobytes() for part in contents)
    return sha256(joined).hexdigest() if any(len(part) for part in contents) else ""


def _months_of_moves(session: Session, home_id: int, before: WardHistory) -> set[int]:
    """Return the months of uploads complete for a ward, where it has changed who lives in which."""
    if before == residence.ward_history(session, home_id):
        return set()
    return {
        month
        for upload in active_uploads.active_uploads(session, home_id)
        if (scope := active_uploads.rule_of(upload).acts.scope) is not None and scope.wards is not None
        for month in active_uploads.months_in_scope(session, upload)
    }


def _show(session: Session, home_id: int, rows: Contents, changed: tuple[Contents, Contents]) -> None:
    """Let readers of the open transaction see the rows of the months that change."""
    months = {month_of(part) for contents in changed for part in months_of(contents)}
    parts = [part for part in months_of(rows) if month_of(part) in months]
    replace_rows.preview_rows(session.connection(), home_id, np.concatenate([NOTHING, *parts]), sorted(months))


def _span(months: set[int]) -> tuple[date, date]:
    first, last = (min(months), max(months)) if months else (0, 0)
    ends = np.array([first, last], "datetime64[M]").astype("datetime64[D]").astype(object).tolist()
    return ends[0], ends[1]
