"""Applying an upload in the open transaction: master data, rows and duties, its own content, and the analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select

from web.services.analysis import duties, home_data, rescore, row_changes
from web.services.analysis.row_changes import NOTHING, ApplyRule, CompletenessScope, Contents, RowChanges
from web.services.people import aliases, assessment_parts, master_data
from web.services.uploads import active_uploads
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
        Whether rows that differ replace the stored ones.
    first, last
        Days the upload is complete for; None = it is not declared complete.
    wards
        Wards it is complete for; none = the whole home.
    """

    replace: bool = True
    first: date | None = None
    last: date | None = None
    wards: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the upload is declared complete for some days."""
        return self.first is not None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "replace": self.replace,
            "wards": list(self.wards),
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> ApplyChoice:
        """Return the choice that :meth:`as_json` returned; None = the defaults."""
        if stored is None:
            return cls()
        first, last = (date.fromisoformat(stored[name]) if stored[name] else None for name in ("first", "last"))
        return cls(stored["replace"], first, last, tuple(stored["wards"]))


@dataclass(frozen=True)
class AppliedChanges:
    """Changes to rows and duties, and the days that were analysed (None = all)."""

    difference: RowChanges
    rosters: duties.DutyChanges
    days: set[date] | None

    @property
    def digest(self) -> str:
        """Digest of the rows and duties that are removed; "" where none are."""
        return digest(self.difference.removed, self.rosters.removed_contents)


def apply_upload(
    session: Session,
    home_id: int,
    upload_id: int,
    tables: Tables,
    choice: ApplyChoice,
    done: Callable[[int], object],
    *,
    dry: bool = False,
) -> AppliedChanges:
    """Apply an upload. The caller has locked the home.

    Parameters
    ----------
    tables
        What was read, persons by pseudonym.
    done
        Called now and then with the number of rows that are stored.
    dry
        Only the figures are to be computed: the caller rolls the transaction back. Feasible relief, which takes longer
        than they do, is left out.
    """
    active_uploads.add_baseline(session, home_id)
    before = rescore.scored_state(session, home_id)
    residents, staff = master_data.store(session, home_id, _whole(session, home_id, tables))
    connection = session.connection()
    ids = {"resident_id": residents, "staff_id": staff}
    given = bulk.contents_of(connection, tables.interventions, ids, home_id)
    rule = ApplyRule(choice.replace, _scope(session, home_id, choice))
    span = _span(given, rule.scope)
    held = active_uploads.stored_contents(session, home_id, span) if span else NOTHING
    found = row_changes.compare(held, given, rule)
    store_rows(session, home_id, held, found.removed, {upload_id: found.added}, done, dry=dry)
    on_duty = duties.contents_of(session, home_id, tables.duties, staff)
    rostered = duties.replay(session, home_id, duties.affected_months(on_duty, rule.scope))
    rosters = duties.compare(rostered, duties.apply_duties(rostered, on_duty, rule.scope), on_duty)
    if not dry:
        active_uploads.add(session, home_id, upload_id, rule, given, tables)
        duties.add(session, upload_id, on_duty)
    return AppliedChanges(
        found, rosters, analyse_changes(session, home_id, before, found.removed, found.added, None if dry else rosters)
    )


def _whole(session: Session, home_id: int, tables: Tables) -> Tables:
    """Return the tables with assessments completed from the stored ones."""
    if tables.assessments.empty:
        return tables
    tables = aliases.apply_aliases(tables, aliases.of_home(session, home_id))
    stored = home_data.assessments_of(session, home_id)
    return replace(tables, assessments=assessment_parts.supplemented(stored, tables.assessments))


def store_rows(
    session: Session,
    home_id: int,
    held: Contents,
    removed: Contents,
    added: Mapping[int, Contents],
    done: Callable[[int], object] = lambda _: None,
    *,
    dry: bool = False,
) -> None:
    """Remove rows and add others; with ``dry`` only let readers see them so.

    Parameters
    ----------
    held
        Contents of all rows of the months concerned, in order.
    removed
        Contents to remove, in order.
    added
        Upload -> contents to add, in order.
    """
    if not dry:
        replace_rows.exchange(session.connection(), home_id, held, removed, added, done)
        return
    after = np.sort(np.concatenate([row_changes.surplus(held, removed), *added.values()]))
    changed = {month_of(part) for contents in (removed, *added.values()) for part in months_of(contents)}
    kept = [part for part in months_of(after) if month_of(part) in changed]
    replace_rows.preview_rows(session.connection(), home_id, np.concatenate([NOTHING, *kept]), sorted(changed))


def analyse_changes(
    session: Session, home_id: int, before: rescore.ScoredState, removed: Contents, added: Contents,
    rosters: duties.DutyChanges | None,
) -> set[date] | None:  # fmt: skip
    """Analyse the days that changed, and return them; None = all.

    Parameters
    ----------
    rosters
        Changes to the duties; None = feasible relief is not wanted.
    """
    ordinals = np.unique(days_of(np.concatenate([removed, added])))
    days = {date.fromordinal(one) for one in ordinals.tolist()} | (rosters.days if rosters else frozenset())
    found = rescore.analyse_touched(session, home_id, before, days, rosters=rosters is not None)
    return None if before.stale else found


def digest(*contents: Contents) -> str:
    """Return a digest of contents; "" where there are none."""
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
