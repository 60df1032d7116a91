"""Taking an upload into what is stored, in the open transaction: people, rows, what it said, and the analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select

from web.services.analysis import duties, home_data, rescore, row_changes
from web.services.analysis.row_changes import NOTHING, ApplyRule, CompletenessScope, Contents, RowChanges
from web.services.people import aliases, master_data
from web.services.uploads import applied, assessment_parts
from web.store.models import Label, Resident
from web.store.work import bulk, replace_rows
from web.store.work.row_bytes import days_of, month_of, months_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from pebem.contracts import Tables


@dataclass(frozen=True)
class ApplyChoice:
    """What the user has chosen about an upload.

    Attributes
    ----------
    replace
        Whether rows that say otherwise take the place of the stored ones.
    first, last
        Days the upload is complete for; None = it is not said to be.
    wards
        Wards it is complete for; none = the whole home.
    """

    replace: bool = True
    first: date | None = None
    last: date | None = None
    wards: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the upload is said to be complete."""
        return self.first is not None

    def written(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "replace": self.replace,
            "wards": list(self.wards),
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> ApplyChoice:
        """Return what :meth:`written` gave; None is the choice nobody has made."""
        if kept is None:
            return cls()
        first, last = (date.fromisoformat(kept[name]) if kept[name] else None for name in ("first", "last"))
        return cls(kept["replace"], first, last, tuple(kept["wards"]))


@dataclass(frozen=True)
class AppliedChanges:
    """What became of the rows and of the duties, and which days were analysed (None = all)."""

    difference: RowChanges
    rosters: duties.DutyChanges
    days: set[date] | None

    @property
    def digest(self) -> str:
        """What tells whether the same rows and duties would go; "" where none do."""
        return digest(self.difference.gone, self.rosters.gone)


def take_in(
    session: Session,
    home_id: int,
    upload_id: int,
    tables: Tables,
    choice: ApplyChoice,
    done: Callable[[int], object],
    *,
    dry: bool = False,
) -> AppliedChanges:
    """Take an upload in. The home is locked by the caller.

    Parameters
    ----------
    tables
        What was read, persons by pseudonym.
    done
        Told now and then how many rows are through.
    dry
        Only let the figures of the rows be what they would be: the caller undoes the transaction. Feasible relief,
        which takes longer than they, is not worked out.
    """
    applied.keep_ground(session, home_id)
    before = rescore.held(session, home_id)
    residents, staff = master_data.store(session, home_id, _whole(session, home_id, tables))
    connection = session.connection()
    ids = {"resident_id": residents, "staff_id": staff}
    given = bulk.contents_of(connection, tables.interventions, ids, home_id)
    rule = ApplyRule(choice.replace, _scope(session, home_id, choice))
    span = _span(given, rule.scope)
    held = applied.stored(session, home_id, span) if span else NOTHING
    found = row_changes.compare(held, given, rule)
    put(session, home_id, held, found.gone, {upload_id: found.come}, done, dry=dry)
    on_duty = duties.contents_of(session, home_id, tables.duties, staff)
    rostered = duties.folded(session, home_id, duties.months_about(on_duty, rule.scope))
    rosters = duties.compare(rostered, duties.applied(rostered, on_duty, rule.scope), on_duty)
    if not dry:
        applied.keep(session, home_id, upload_id, rule, given, tables)
        duties.keep(session, upload_id, on_duty)
    return AppliedChanges(
        found, rosters, analysed(session, home_id, before, found.gone, found.come, None if dry else rosters)
    )


def _whole(session: Session, home_id: int, tables: Tables) -> Tables:
    """Return the tables with assessments put together from what is stored and what comes."""
    if tables.assessments.empty:
        return tables
    tables = aliases.applied(tables, aliases.of_home(session, home_id))
    stored = home_data.assessments_of(session, home_id)
    return replace(tables, assessments=assessment_parts.supplemented(stored, tables.assessments))


def put(
    session: Session,
    home_id: int,
    held: Contents,
    gone: Contents,
    come: Mapping[int, Contents],
    done: Callable[[int], object] = lambda _: None,
    *,
    dry: bool = False,
) -> None:
    """Take rows out and put others in, or only let them be read so.

    Parameters
    ----------
    held
        Contents of all rows of the months concerned, in order.
    gone
        Contents to take out, in order.
    come
        Upload -> contents to put in, in order.
    """
    if not dry:
        replace_rows.exchange(session.connection(), home_id, held, gone, come, done)
        return
    after = np.sort(np.concatenate([row_changes.beyond(held, gone), *come.values()]))
    changed = {month_of(part) for contents in (gone, *come.values()) for part in months_of(contents)}
    kept = [part for part in months_of(after) if month_of(part) in changed]
    replace_rows.pretend(session.connection(), home_id, np.concatenate([NOTHING, *kept]), sorted(changed))


def analysed(
    session: Session, home_id: int, before: rescore.ScoredState, gone: Contents, come: Contents,
    rosters: duties.DutyChanges | None,
) -> set[date] | None:  # fmt: skip
    """Analyse what is touched, and return the days; None = all.

    Parameters
    ----------
    rosters
        What became of the duties; None = feasible relief is not asked for.
    """
    ordinals = np.unique(days_of(np.concatenate([gone, come])))
    days = {date.fromordinal(one) for one in ordinals.tolist()} | (rosters.days if rosters else frozenset())
    found = rescore.analyse_touched(session, home_id, before, days, rosters=rosters is not None)
    return None if before.stale else found


def digest(*contents: Contents) -> str:
    """Return what tells whether the same rows would go and come; "" where there are none."""
    made = b"|".join(one.tobytes() for one in contents)
    return sha256(made).hexdigest() if any(len(one) for one in contents) else ""


def _scope(session: Session, home_id: int, choice: ApplyChoice) -> CompletenessScope | None:
    if choice.first is None or choice.last is None:
        return None
    first, last = choice.first.toordinal(), choice.last.toordinal()
    if not choice.wards:
        return CompletenessScope(first, last)
    labels = session.scalars(select(Label.id).where(Label.home_id == home_id, Label.text.in_(choice.wards)))
    lives = session.scalars(select(Resident.id).where(Resident.home_id == home_id, Resident.ward.in_(choice.wards)))
    return CompletenessScope(first, last, frozenset(labels), frozenset(lives))


def _span(given: Contents, scope: CompletenessScope | None) -> tuple[date, date] | None:
    days = days_of(given[[0, -1]]).tolist() if len(given) else []
    days += [scope.first, scope.last] if scope else []
    return (date.fromordinal(min(days)), date.fromordinal(max(days))) if days else None
