"""Finding a person of a home by number, name or pseudonym; the names found are shown to whoever may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from web.security.permissions import Right
from web.services import audit, open_vault
from web.services.audit_actions import DOWNLOAD
from web.services.people import pseudonyms
from web.store.models import Resident, Staff
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Collection

    from web.services.people.pseudonyms import PersonName
    from web.settings import Settings
    from web.store.access import Access


__all__ = ["RESIDENT", "FoundPerson", "find", "resolve"]


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person; ``label`` is number and name, "" where they may not be shown."""

    kind: str
    pseudonym: str
    label: str


def find(access: Access, settings: Settings, home_id: int, text: str) -> list[FoundPerson]:
    """Return the persons of a home whose number or pseudonym is a text, or whose name has it; that is logged.

    Names are shown where the account may see them in this home.
    """
    access.check_home(home_id)
    asked, found = " ".join(text.casefold().split()), []
    with open_vault.reading(access, settings) as vault:
        everyone = {kind: pseudonyms.people_of_home(vault, home_id, kind) for kind in (RESIDENT, STAFF)}
    with access.reading() as session:
        stored = {
            kind: set(session.scalars(select(model.pseudonym).where(model.home_id == home_id)))
            for kind, model in ((RESIDENT, Resident), (STAFF, Staff))
        }
    shows = access.may(Right.SEE_NAMES, home_id)
    for kind, people in everyone.items():
        for pseudonym in sorted({*people, *stored[kind]}):
            number, name = people.get(pseudonym, ("", pseudonyms.PersonName()))
            full = f"{name.given} {name.name}".casefold()
            if asked and (asked in {number.casefold(), pseudonym.casefold()} or (len(asked) > 1 and asked in full)):
                label = ", ".join(part for part in (number, name.name, name.given) if part) if shows else ""
                found.append(FoundPerson(kind, pseudonym, label))
    with access.writing.begin() as session:
        action = "namen.ansehen" if shows else "person.suchen"
        audit.record(session, access, action, what=f"haus {home_id}", reason="Betroffene")
    return found


def resolve(
    access: Access, settings: Settings, home_id: int, wanted: Collection[str], *, purpose: str
) -> list[tuple[str, str, str, str]]:
    """Return pseudonym, number, name and given name of persons of a home; each look is logged with what it is for.

    Parameters
    ----------
    wanted
        Pseudonyms; those nobody has here are left out.
    purpose
        What for, as whoever asks has stated it (C4).
    """
    access.check_home(home_id)
    with open_vault.reading(access, settings) as vault:
        people = {
            pseudonym: person
            for kind in (RESIDENT, STAFF)
            for pseudonym, person in pseudonyms.people_of_home(vault, home_id, kind).items()
        }
    found = [(one, *_named(people[one])) for one in sorted(set(wanted) & people.keys())]
    with access.writing.begin() as session:
        details = audit.received(access, form="csv", personen=[one for one, *_ in found])
        audit.record(session, access, f"namen{DOWNLOAD}", what=f"haus {home_id}", reason=purpose, details=details)
    return found


def _named(person: tuple[str, PersonName]) -> tuple[str, str, str]:
    number, name = person
    return number, name.name or "", name.given or ""
