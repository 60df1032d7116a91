"""Who is affected by an incident: whose data were looked at or taken, as far as the log says, by pseudonym (I3).

An entry says a person, an upload, or a home with some days; affected is everybody who may have been in what was shown.
Sums of groups show nobody. Nobody is named here: that is an act of its own (:mod:`web.services.subjects.search`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import select

from pebem.history.contents import unpack
from web.services import audit
from web.services.audit_actions import ACTIONS, DONE, DOWNLOAD
from web.services.history import active_uploads, stored_statements
from web.services.log import reading
from web.services.people import aliases
from web.services.subjects.access_report import KIND_WORDS
from web.store.models import AppliedUpload, Home, PersonLevelRelease, Resident, Staff, Upload
from web.store.vault import RESIDENT, STAFF
from web.store.work import bulk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.services.log.reading import LogFilter
    from web.store.access import Access
    from web.store.models import AuditEvent

_BOTH: Final = frozenset({RESIDENT, STAFF})
_RESIDENTS: Final = frozenset({RESIDENT})

SHOWN: Final = {
    "namen.ansehen": _BOTH,
    "dateiinhalt.ansehen": _BOTH,
    "leistungen.ansehen": _RESIDENTS,
    "begruendung.ansehen": _RESIDENTS,
    "festlegungen.ansehen": _RESIDENTS,
    "freigabe.ansehen": frozenset({STAFF}),
    "person.suchen": _BOTH,
    "person.auskunft": _BOTH,
    f"namen{DOWNLOAD}": _BOTH,
    f"befunde{DOWNLOAD}": _BOTH,
    f"fehlerzeilen{DOWNLOAD}": _BOTH,
    f"durchgefuehrte-interventionen{DOWNLOAD}": _RESIDENTS,
    f"bedarf{DOWNLOAD}": _RESIDENTS,
}
"""Action -> the kinds of persons it shows or hands out."""

SHOWS_NOBODY: Final = frozenset(
    {
        "befunde.ansehen",  # places and kinds; what quotes cells is "namen.ansehen"
        "protokoll.ansehen",
        *(f"{name}{DOWNLOAD}" for name in ("bezeichnungen", "profil", "protokoll", "loeschprotokoll", "datei")),
        *(f"{name}{DOWNLOAD}" for name in ("tabelle", "betroffene")),
    }
)
"""Other actions that look at something or take something away: words, settings, sums of groups."""

_ABOUT: Final = re.compile(r"(haus|lieferung|freigabe) (\d{1,12})(?: .*)?")
_PERSONS: Final = ("bewohner", "person")
_LISTED: Final = "personen"
"""Details that name one person, or several, by pseudonym."""


@dataclass(frozen=True, slots=True)
class AffectedPerson:
    """Somebody whose data were looked at or taken.

    Attributes
    ----------
    home, kind
        Name of the home, and the word for residents or employees.
    how
        What happened, as sentences of the log.
    entries, first, last
        How many entries that were, and when the first and the last.
    """

    home: str
    kind: str
    pseudonym: str
    how: tuple[str, ...]
    entries: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class AffectedList:
    """Who is affected, and what the list cannot say.

    Attributes
    ----------
    entries
        Entries that show persons.
    unknown_uploads
        Uploads that were looked at and are not stored: who is in them stands in their files alone, or nowhere any more.
    """

    persons: tuple[AffectedPerson, ...]
    entries: int
    unknown_uploads: tuple[int, ...]


def affected(access: Access, wanted: LogFilter) -> AffectedList:
    """Return who is affected by what a selection of the log says that somebody did."""
    found: dict[tuple[int, str, str], list[AuditEvent]] = defaultdict(list)
    entries, unknown = 0, set()
    with access.reading() as session:
        people = _People(session, access)
        for event in reading.events(session, access, wanted):
            kinds = SHOWN.get(event.action)
            if kinds is None or event.result != DONE:
                continue
            entries += 1
            home_id, persons = people.behind(event, kinds)
            if persons is None:
                unknown.add(home_id)
                continue
            for kind, pseudonym in persons:
                found[home_id, kind, pseudonym].append(event)
        names = dict(session.execute(select(Home.id, Home.name).where(Home.id.in_(access.homes))).all())
    persons_ = [_person(names[home_id], kind, one, events) for (home_id, kind, one), events in found.items()]
    persons_.sort(key=lambda one: (one.home, one.kind, one.pseudonym))
    return AffectedList(tuple(persons_), entries, tuple(sorted(unknown)))


def record_export(access: Access, details: dict[str, Any]) -> None:
    """Log that a list of affected persons left the program (T10)."""
    with access.writing.begin() as session:
        audit.record(session, access, f"betroffene{DOWNLOAD}", details=audit.received(access, **details))


def _person(home: str, kind: str, pseudonym: str, events: list[AuditEvent]) -> AffectedPerson:
    how = dict.fromkeys(ACTIONS.get(one.action, ACTIONS[f"tabelle{DOWNLOAD}"]).sentence(DONE) for one in events)
    moments = [one.at for one in events]
    return AffectedPerson(home, KIND_WORDS[kind], pseudonym, tuple(how), len(events), min(moments), max(moments))


class _People:
    """The persons of homes, of uploads and of days, each looked up once."""

    def __init__(self, session: Session, access: Access) -> None:
        self._session = session
        self._homes = access.homes
        self._of_home: dict[int, dict[str, dict[int, str]]] = {}
        self._meant: dict[int, dict[str, str]] = {}
        self._of_days: dict[tuple[int, str, str], set[tuple[str, str]]] = {}
        self._of_upload: dict[int, tuple[int, set[tuple[str, str]] | None]] = {}

    def behind(self, event: AuditEvent, kinds: frozenset[str]) -> tuple[int, set[tuple[str, str]] | None]:
        """Return the home of an entry and the persons it shows: kind and pseudonym; None = not known, of an upload."""
        details = event.details or {}
        match = _ABOUT.fullmatch(event.object)
        about, number = (match[1], int(match[2])) if match else ("", 0)
        if about == "lieferung":
            home_id, everybody = self._upload(number)
            return (home_id, _only(everybody, kinds)) if everybody is not None else (number, None)
        home_id = self._home_of_release(number) if about == "freigabe" else number
        if home_id not in self._homes:
            return home_id, set()
        if named := {str(details[one]) for one in _PERSONS if details.get(one)} or {*details.get(_LISTED, ())}:
            return home_id, {(_kind_of(one), self._person(home_id, one)) for one in named}
        days = details.get("zeitraum")
        if isinstance(days, list) and len(days) == 2:
            return home_id, _only(self._days(home_id, *map(str, days)), kinds)
        return home_id, _only(self._everybody(home_id), kinds)

    def _home_of_release(self, number: int) -> int:
        release = self._session.get(PersonLevelRelease, number)
        return release.home_id if release else 0

    def _everybody(self, home_id: int) -> set[tuple[str, str]]:
        return {(kind, self._person(home_id, one)) for kind, of in self._rows(home_id).items() for one in of.values()}

    def _rows(self, home_id: int) -> dict[str, dict[int, str]]:
        """Return kind -> number of a row -> pseudonym."""
        if home_id not in self._of_home:
            self._of_home[home_id] = {
                kind: dict(
                    self._session.execute(select(model.id, model.pseudonym).where(model.home_id == home_id)).all()
                )
                for kind, model in ((RESIDENT, Resident), (STAFF, Staff))
            }
        return self._of_home[home_id]

    def _person(self, home_id: int, pseudonym: str) -> str:
        """Return the person a pseudonym means, where two were found to be one."""
        if home_id not in self._meant:
            self._meant[home_id] = aliases.of_home(self._session, home_id)
        return self._meant[home_id].get(pseudonym, pseudonym)

    def _days(self, home_id: int, first: str, last: str) -> set[tuple[str, str]]:
        """Return who has work on some days."""
        key = home_id, first, last
        if key not in self._of_days:
            start, end = date.fromisoformat(first), date.fromisoformat(last)
            numbers = unpack(bulk.contents(self._session.connection(), home_id, (start, end)))
            chosen = (numbers["day"] >= start.toordinal()) & (numbers["day"] <= end.toordinal())
            self._of_days[key] = self._in_rows(home_id, {name: column[chosen] for name, column in numbers.items()})
        return self._of_days[key]

    def _upload(self, upload_id: int) -> tuple[int, set[tuple[str, str]] | None]:
        """Return the home of an upload, and whom its rows and lists are about; None where it is not stored."""
        if upload_id not in self._of_upload:
            upload = self._session.get(Upload, upload_id)
            applied = self._session.get(AppliedUpload, upload_id)
            home_id = upload.home_id if upload else 0
            self._of_upload[upload_id] = (home_id, self._in_upload(home_id, applied) if applied else None)
        return self._of_upload[upload_id]

    def _in_upload(self, home_id: int, applied: AppliedUpload) -> set[tuple[str, str]]:
        rows = unpack(active_uploads.contents(self._session, applied.upload_id).tobytes())
        frames = stored_statements.unpacked(applied.people)
        stated = {
            (RESIDENT if key == "resident" else STAFF, self._person(home_id, str(one)))
            for name, (key, _) in stored_statements.PEOPLE.items()
            for one in frames[name][key].dropna().unique()
        }
        return stated | self._in_rows(home_id, rows)

    def _in_rows(self, home_id: int, numbers: dict[str, Any]) -> set[tuple[str, str]]:
        return {
            (kind, self._person(home_id, of[number]))
            for kind, of in self._rows(home_id).items()
            for number in np.unique(numbers[aliases.ROW_ID[kind]]).tolist()
            if number in of
        }


def _only(persons: Iterable[tuple[str, str]], kinds: frozenset[str]) -> set[tuple[str, str]]:
    """Return persons of some kinds; what is left of deleted employees is nobody any more."""
    return {(kind, one) for kind, one in persons if kind in kinds and not one.startswith(aliases.REPLACED)}


def _kind_of(pseudonym: str) -> str:
    return STAFF if pseudonym.startswith("M-") else RESIDENT
