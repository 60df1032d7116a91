"""Profiles: what a tenant calls the sources of its files, and how their sheets and columns are read."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from importers.sheets.profiles import SourceProfile
from importers.sheets.template_columns import clean, fold
from web.services import audit, clock
from web.services.errors import ServiceError
from web.store.models import Account
from web.store.models import Profile as Row

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import Access

NAME_SIGNS: Final = 100
MOST_BYTES: Final = 1024**2
MOST: Final = 200
"""Profiles of a tenant: each is compared with every sheet of every upload."""

MOST_SHEETS: Final = 100
"""Kinds of sheets in one profile; of more, those that came first are forgotten."""

FULL: Final = f"Es gibt schon {MOST} Profile; bitte löschen Sie eines, das Sie nicht mehr brauchen."
_GONE: Final = "Dieses Profil gibt es nicht mehr; bitte laden Sie die Seite neu."
_NO_FILE: Final = "Das ist keine Profildatei. Bitte nehmen Sie eine Datei, die hier heruntergeladen wurde."


class ProfileError(ServiceError):
    """A profile cannot be stored so."""


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A profile, with its version, author and time."""

    id: int
    profile: SourceProfile
    version: int
    by: str
    at: datetime


def list_(access: Access) -> list[ProfileRow]:
    """Return the profiles of a tenant, by name."""
    with access.reading() as session:
        rows = session.execute(
            select(Row, Account.display_name)
            .join(Account, Account.id == Row.account_id)
            .where(Row.tenant_id == access.tenant_id)
        ).all()
    profiles = [ProfileRow(row.id, _profile(row), row.version, by, row.at) for row, by in rows]
    return sorted(profiles, key=lambda saved: fold(saved.profile.name))


def find(access: Access, number: int) -> ProfileRow | None:
    """Return a profile of this tenant; None for another's, as for one that does not exist."""
    return next((one for one in list_(access) if one.id == number), None)


def for_reading(session: Session, tenant_id: int) -> tuple[SourceProfile, ...]:
    """Return all profiles of a tenant, the one changed last first: where two know a sheet, that one counts."""
    rows = session.scalars(select(Row).where(Row.tenant_id == tenant_id).order_by(Row.at.desc(), Row.id.desc()))
    return tuple(_profile(row) for row in rows)


def objection(access: Access, name: str) -> str:
    """Return why no profile can be stored under a name, "" = it can."""
    if wrong := _name_objection(name):
        return wrong
    with access.reading() as session:
        names = set(session.scalars(select(Row.name).where(Row.tenant_id == access.tenant_id)))
    return FULL if len(names) >= MOST and clean(name) not in names else ""


def store(session: Session, access: Access, profile: SourceProfile) -> int:
    """Store a profile in the open transaction, and return its number.

    One of the same name is extended: its entries for other headings stay, so that a source whose export has changed is
    known in both forms. Nothing happens where it is the same already.
    """
    row = session.scalar(
        select(Row).where(Row.tenant_id == access.tenant_id, Row.name == profile.name).with_for_update()
    )
    if row is None:
        row = Row(tenant_id=access.tenant_id, name=profile.name, version=0)
        session.add(row)
    else:
        fresh = {one.fingerprint for one in profile.sheets}
        old = tuple(one for one in _profile(row).sheets if one.fingerprint not in fresh)
        profile = replace(profile, sheets=(*old, *profile.sheets)[-MOST_SHEETS:])
        if profile.written() == row.content:
            return row.id
    row.content, row.version = profile.written(), row.version + 1
    row.account_id, row.at = access.account, clock.now()
    session.flush()
    audit.record(
        session,
        access,
        "profil.speichern",
        what=f"profil {row.id} fassung {row.version}",
    )
    return row.id


def rename(access: Access, *, number: int, name: str) -> None:
    """Rename a profile.

    Raises
    ------
    ProfileError
        Where the name is blank, too long or taken, or the profile is gone.
    """
    if wrong := _name_objection(name):
        raise ProfileError(wrong)
    try:
        with access.writing.begin() as session:
            row = _row(session, access.tenant_id, number)
            renamed = replace(_profile(row), name=clean(name))
            row.name, row.content, row.version = renamed.name, renamed.written(), row.version + 1
            row.account_id, row.at = access.account, clock.now()
            audit.record(session, access, "profil.umbenennen", what=f"profil {number}")
    except IntegrityError as error:
        objection = f"Ein Profil „{clean(name)}“ gibt es schon; bitte wählen Sie einen anderen Namen."
        raise ProfileError(objection) from error


def remove(access: Access, *, number: int) -> None:
    """Delete a profile: its files are asked about again. Figures do not change.

    Raises
    ------
    ProfileError
        Where it is gone already.
    """
    with access.writing.begin() as session:
        session.delete(_row(session, access.tenant_id, number))
        audit.record(session, access, "profil.loeschen", what=f"profil {number}")


def export(access: Access, *, number: int) -> tuple[str, str]:
    """Return name and JSON text of a profile, and log the download.

    Raises
    ------
    ProfileError
        Where it is gone.
    """
    with access.writing.begin() as session:
        row = _row(session, access.tenant_id, number)
        details = audit.received(access, form="json")
        audit.record(session, access, "profil.herunterladen", what=f"profil {number}", details=details)
        return row.name, json.dumps(row.content, ensure_ascii=False, indent=2) + "\n"


def import_(access: Access, *, content: bytes) -> str:
    """Import a profile from a file written by :func:`export`, and return its name.

    Raises
    ------
    ProfileError
        Where it is none, or its name is taken: what is there is not changed in passing.
    """
    if len(content) > MOST_BYTES:
        raise ProfileError("Die Datei ist zu groß für ein Profil.")
    try:
        document: Any = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ProfileError(_NO_FILE) from error
    try:
        profile = SourceProfile.of(document)
    except ValueError as error:
        raise ProfileError(str(error)) from error
    profile = replace(profile, name=clean(profile.name))
    if wrong := _name_objection(profile.name):
        raise ProfileError(wrong)
    if len(profile.sheets) > MOST_SHEETS:
        raise ProfileError(f"Das Profil beschreibt mehr als {MOST_SHEETS} Blätter; bitte teilen Sie es.")
    with access.writing.begin() as session:
        names = set(session.scalars(select(Row.name).where(Row.tenant_id == access.tenant_id)))
        if len(names) >= MOST:
            raise ProfileError(FULL)
        if profile.name in names:
            raise ProfileError(
                f"Ein Profil „{profile.name}“ gibt es schon. Bitte benennen Sie es um oder löschen Sie es, "
                "und laden Sie die Datei dann noch einmal hoch."
            )
        store(session, access, profile)
        return profile.name


def _name_objection(name: str) -> str:
    if not clean(name):
        return "Bitte nennen Sie das Profil, zum Beispiel nach dem Programm, aus dem die Datei kommt."
    if len(clean(name)) > NAME_SIGNS:
        return f"Bitte kürzen Sie den Namen auf höchstens {NAME_SIGNS} Zeichen."
    return ""


def _profile(row: Row) -> SourceProfile:
    return SourceProfile.of(row.content)


def _row(session: Session, tenant_id: int, number: int) -> Row:
    row = session.scalar(select(Row).where(Row.tenant_id == tenant_id, Row.id == number).with_for_update())
    if row is None:
        raise ProfileError(_GONE)
    return row
