"""Applying an upload in the open transaction: it becomes the newest active one, and the home is folded again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pebem.history import acts
from pebem.history.acts import ActChanges, ApplyRule, CompletenessScope
from pebem.history.acts import Pairing as Pairing  # noqa: PLC0414  # a choice is made in its words
from pebem.history.contents import month_of, months_of, renumbered
from pebem.history.duties import fold_files as fold_duties
from pebem.history.stored_rules import StoredRule, pairing_of
from pebem.history.uploads import with_repairs
from web.services.analysis import duties
from web.services.history import active_uploads, fold_home
from web.services.history.active_uploads import UploadContent
from web.services.people import aliases, master_data, residence
from web.store.models import AppliedUpload
from web.store.work import bulk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from importers import ReadFiles
    from pebem.contracts import Tables
    from pebem.history.acts import Contents
    from web.services.history.fold_home import HomeChanges


@dataclass(frozen=True)
class ApplyChoice:
    """What the user has chosen about an upload.

    Attributes
    ----------
    pairing
        Which rows that differ replace stored ones: none, the "sure" corrections, or also "similar" ones.
    first, last
        Days the upload is complete for; None = it is not declared complete.
    wards
        Wards it is complete for; none = the whole home.
    persons_complete
        Whether its lists have all there is of the persons they name: what they do not have is withdrawn.
    since
        First day of statements without one, for an upload without rows; None = the day after the last stored row.
    always
        Statements without a first day apply since always, also to months before the upload.
    """

    pairing: Pairing = "sure"
    first: date | None = None
    last: date | None = None
    wards: tuple[str, ...] = ()
    persons_complete: bool = False
    since: date | None = None
    always: bool = False

    @property
    def complete(self) -> bool:
        """Whether the upload is declared complete for some days."""
        return self.first is not None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        days = {name: (day := getattr(self, name)) and day.isoformat() for name in ("first", "last", "since")}
        return {
            "pairing": self.pairing,
            "wards": list(self.wards),
            "persons_complete": self.persons_complete,
            "always": self.always,
        } | days

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> ApplyChoice:
        """Return the choice that :meth:`as_json` returned, or that an older version stored; None = the defaults."""
        if stored is None:
            return cls()
        days = {
            name: day and date.fromisoformat(day) for name in ("first", "last", "since") for day in [stored.get(name)]
        }
        return cls(
            pairing=pairing_of(stored),
            wards=tuple(stored.get("wards", ())),
            persons_complete=stored.get("persons_complete", False),
            always=stored.get("always", False),
            **days,
        )


@dataclass(frozen=True)
class UploadFacts:
    """What else is known of the files of an upload.

    Attributes
    ----------
    files
        How many there are.
    parts
        Name of a frame -> position of the file of each row.
    first_days
        Position of a file -> first day it has data of.
    open_days
        Days on which a row could not be read.
    open_always
        Whether a row without a readable day could not be read.
    unstated
        Position of a file -> columns its staff list does not have.
    repairs
        Upload whose repaired rows these are, None = of none.
    """

    files: int = 1
    parts: Mapping[str, NDArray[np.integer[Any]]] = field(default_factory=dict)
    first_days: Mapping[int, date] = field(default_factory=dict)
    open_days: frozenset[date] = frozenset()
    open_always: bool = False
    unstated: Mapping[int, frozenset[str]] = field(default_factory=dict)
    repairs: int | None = None

    @classmethod
    def of(cls, result: ReadFiles, repairs: int | None = None) -> UploadFacts:
        """Return the facts of files that were read, as :meth:`importers.ReadFiles.by_file` returns them."""
        parts = result.by_file()[1]
        files = max((int(part.max()) + 1 for part in parts.values() if len(part)), default=1)
        return cls(
            files,
            parts,
            result.first_days,
            frozenset(result.left_out_days) | frozenset(result.left_out_duty_days),
            result.left_out_undated + result.left_out_duty_undated > 0,
            result.unstated,
            repairs,
        )


@dataclass(frozen=True)
class AppliedChanges:
    """What applying an upload changes.

    Attributes
    ----------
    acts
        Its rows compared with the stored ones.
    incoming
        Its rows, those of all its files folded onto each other.
    home
        What changes in the home.
    rule
        How it was applied; with the days from which undated statements apply.
    unchanged_duties
        Duties of the upload that are stored already.
    months
        Months (counted from January 1970) it has rows or duties of, or is complete for.
    """

    acts: ActChanges
    incoming: Contents
    home: HomeChanges
    rule: StoredRule
    unchanged_duties: int
    months: frozenset[int]


def apply_upload(  # noqa: PLR0913  # an upload, how it is applied and to what
    session: Session,
    home_id: int,
    upload_id: int,
    tables: Tables,
    choice: ApplyChoice,
    on_progress: Callable[[int], object] = lambda _: None,
    *,
    facts: UploadFacts | None = None,
    dry: bool = False,
) -> AppliedChanges:
    """Apply an upload. The caller has locked the home.

    Parameters
    ----------
    tables
        What was read, persons by pseudonym.
    on_progress
        Called now and then with the number of rows that are stored.
    dry
        Only the figures are to be computed: the caller rolls the transaction back.
    """
    facts = facts or UploadFacts(first_days=_first_days(tables))
    residents, staff = master_data.ensure(session, home_id, tables)
    connection, ids = session.connection(), {"resident_id": residents, "staff_id": staff}
    acts_by_file = _by_file(tables.interventions, "interventions", facts)
    files = [bulk.contents_of(connection, frame, ids, home_id) for frame in acts_by_file]
    rosters = [duties.contents_of(session, home_id, frame, staff) for frame in _by_file(tables.duties, "duties", facts)]
    on_duty = fold_duties(rosters)
    ward_labels = bulk.numbered_labels(connection, home_id, set(choice.wards)) if choice.wards else {}
    rule = rule_for(choice, facts, _last_day(tables), ward_labels)
    person_of = aliases.merged_rows(session, home_id)
    incoming = acts.fold_files([renumbered(rows, person_of) for rows in files], rule.acts.pairing)
    before = fold_home.stored_state(session, home_id, duties.affected_months(on_duty, rule.acts.scope))
    months = _months(session, home_id, incoming, rule)
    active_uploads.add(session, home_id, upload_id, rule, UploadContent(files, tables, facts.parts))
    duties.add(session, upload_id, rosters)
    unchanged = int(np.isin(on_duty, before.rosters).sum())
    changes = fold_home.settle(session, home_id, before, months, on_progress, dry=dry)
    compared = _compared(session, home_id, upload_id, incoming, rule, months)
    (rule,) = (
        placed for placed, numbers in with_repairs(active_uploads.rules_of(session, home_id)) if upload_id in numbers
    )
    about = months | set(duties.affected_months(on_duty, None))
    return AppliedChanges(compared, incoming, changes, rule, unchanged, frozenset(about))


def undated_from(
    session: Session, home_id: int, upload_id: int, choice: ApplyChoice, facts: UploadFacts
) -> tuple[date | None, ...]:
    """Return the day from which the undated statements of each file apply unless the user says "since always"."""
    covers, after_rows = _covers(replace(choice, always=False), facts)
    rules = active_uploads.rules_of(session, home_id)
    days = [rule.last_day for number, rule in rules.items() if number != upload_id and rule.last_day]
    return StoredRule(covers=covers, after_rows=after_rows).placed(max(days, default=None)).covers


def _by_file(frame: pd.DataFrame, name: str, facts: UploadFacts) -> list[pd.DataFrame]:
    """Return the rows of each file."""
    part = facts.parts.get(name)
    if facts.files == 1 or part is None:
        return [frame]
    return [frame[part == number].reset_index(drop=True) for number in range(facts.files)]


def rule_for(
    choice: ApplyChoice, facts: UploadFacts, last_day: date | None, ward_labels: Mapping[str, int]
) -> StoredRule:
    """Return how an upload is applied.

    Parameters
    ----------
    last_day
        Last day of its rows.
    ward_labels
        Ward -> number of its label, for the wards chosen.
    """
    unstated = tuple(facts.unstated.get(number, frozenset()) for number in range(facts.files))
    if facts.repairs is not None:
        return StoredRule(
            ApplyRule("none"),
            (None,) * facts.files,
            last_day,
            after_rows=True,
            unstated=unstated,
            repairs=facts.repairs,
        )
    covers, after_rows = _covers(choice, facts)
    return StoredRule(
        ApplyRule(choice.pairing, _scope(choice, facts, ward_labels)),
        covers,
        last_day,
        after_rows,
        choice.persons_complete,
        unstated,
    )


def _first_days(tables: Tables) -> dict[int, date]:
    moments = [tables.interventions["date"].min(), tables.duties["start"].min()]
    days = [moment.date() for moment in moments if pd.notna(moment)]
    return {0: min(days)} if days else {}


def _last_day(tables: Tables) -> date | None:
    days = tables.interventions["date"]
    return None if days.empty else days.max().date()


def _covers(choice: ApplyChoice, facts: UploadFacts) -> tuple[tuple[date | None, ...], bool]:
    """Return the first day each file has data of, and whether that depends on the uploads before it.

    From that day the statements of the file without a day apply.
    """
    if choice.always:
        return (None,) * facts.files, False
    first_days = [facts.first_days.get(number) for number in range(facts.files)]
    whole = min((day for day in first_days if day), default=None)
    if whole is None:
        return (choice.since,) * facts.files, choice.since is None
    return tuple(day or whole for day in first_days), False


def _scope(choice: ApplyChoice, facts: UploadFacts, ward_labels: Mapping[str, int]) -> CompletenessScope | None:
    """Return what the upload is complete for; None = nothing, also where a row may belong to any day."""
    if choice.first is None or choice.last is None or facts.open_always:
        return None
    first, last = choice.first.toordinal(), choice.last.toordinal()
    open_days = frozenset(day.toordinal() for day in facts.open_days if choice.first <= day <= choice.last)
    wards = frozenset(ward_labels[ward] for ward in choice.wards) if choice.wards else None
    return CompletenessScope(first, last, wards, open_days)


def _months(session: Session, home_id: int, incoming: Contents, rule: StoredRule) -> set[int]:
    """Return the months an upload is about, before it is active."""
    rows = {month_of(part) for part in months_of(incoming)}
    upload = AppliedUpload(upload_id=0, home_id=home_id, position=0, rule=rule.as_json(), people=b"")
    return rows | active_uploads.months_in_scope(session, upload)


def _compared(  # an upload, and what it is compared with
    session: Session, home_id: int, upload_id: int, incoming: Contents, rule: StoredRule, months: set[int]
) -> ActChanges:
    """Compare the rows of an active upload, merged people resolved, with those of all others."""
    rest = active_uploads.fold_acts(session, home_id, months, without=upload_id)
    if rule.repairs is None or rule.repairs not in rest.sources:
        return acts.compare(rest.contents, incoming, rule.acts, residence.ward_history(session, home_id))
    own_additions = acts.surplus(active_uploads.fold_acts(session, home_id, months).contents, rest.contents)
    return acts.compare(acts.surplus(incoming, own_additions), incoming, rule.acts)
