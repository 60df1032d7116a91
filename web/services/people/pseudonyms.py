"""The door between names and pseudonyms. Only uploads and the vault's own pages come through here."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import func, insert, select, update

from web.security.crypto import Box, KeyedHash
from web.services import clock
from web.store.vault import RESIDENT, STAFF, Identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from web.settings import Settings

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which are misread."""

PSEUDONYM_SIGNS: Final = 5
CHUNK: Final = 500
_PREFIX: Final = {RESIDENT: "B-", STAFF: "M-"}


class PersonName(NamedTuple):
    """Name and given name of a person, as far as a file gives them."""

    name: str = ""
    given: str = ""


def pseudonymise(
    session: Session, settings: Settings, home_id: int, kind: str, people: Mapping[str, PersonName]
) -> dict[str, str]:
    """Return the pseudonym of each number, making those that are missing and updating names that are given.

    Parameters
    ----------
    session
        Writing session on the vault.
    kind
        ``RESIDENT`` or ``STAFF``.
    people
        Number from outside -> person.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(home_id)))  # two uploads of a home, one after the other
    lookup, box = KeyedHash(settings.vault_key), Box(settings.vault_key, "identity")
    numbers = {lookup(home_id, kind, number): number for number in people}
    identities = _find(session, home_id, kind, list(numbers))
    used = set(session.scalars(select(Identity.pseudonym).where(Identity.home_id == home_id)))
    pseudonym_of: dict[str, str] = {}
    fresh: list[dict[str, Any]] = []
    for index, number in numbers.items():
        row = identities.get(index)
        pseudonym = row.pseudonym if row else _new_pseudonym(kind, used)
        pseudonym_of[number] = pseudonym
        contents = {
            field: box.seal(text.encode(), _place(home_id, pseudonym, field))
            for field, text in zip(PersonName._fields, people[number], strict=True)
            if text
        }
        if row is None:
            fresh.append(
                {
                    "home_id": home_id,
                    "kind": kind,
                    "lookup": index,
                    "pseudonym": pseudonym,
                    "number": box.seal(number.encode(), _place(home_id, pseudonym, "number")),
                    "name": contents.get("name"),
                    "given": contents.get("given"),
                    "changed_at": clock.now(),
                }
            )
        elif contents and people[number] != _person(box, row):
            session.execute(update(Identity).where(Identity.id == row.id).values(**contents, changed_at=clock.now()))
    if fresh:
        session.execute(insert(Identity), fresh)
    return pseudonym_of


def find_existing(
    session: Session, settings: Settings, home_id: int, kind: str, numbers: Iterable[str]
) -> dict[str, str]:
    """Return the pseudonyms of those numbers that have one."""
    lookup = KeyedHash(settings.vault_key)
    indices = {lookup(home_id, kind, number): number for number in numbers}
    identities = _find(session, home_id, kind, list(indices))
    return {indices[index]: row.pseudonym for index, row in identities.items()}


def people_of_home(session: Session, settings: Settings, home_id: int, kind: str) -> dict[str, tuple[str, PersonName]]:
    """Return number and person behind every pseudonym of a home: for comparing in memory, not for storing."""
    box = Box(settings.vault_key, "identity")
    rows = session.scalars(select(Identity).where(Identity.home_id == home_id, Identity.kind == kind))
    return {
        row.pseudonym: (box.open(row.number, _place(home_id, row.pseudonym, "number")).decode(), _person(box, row))
        for row in rows
    }


def names(session: Session, settings: Settings, home_id: int) -> set[str]:
    """Return all names and given names of a home, without telling whose: what must not leave the vault."""
    box = Box(settings.vault_key, "identity")
    rows = session.scalars(select(Identity).where(Identity.home_id == home_id))
    return {text for row in rows for text in _person(box, row) if text}


def _find(session: Session, home_id: int, kind: str, indices: list[bytes]) -> dict[bytes, Identity]:
    identities: dict[bytes, Identity] = {}
    for start in range(0, len(indices), CHUNK):
        rows = session.scalars(
            select(Identity).where(
                Identity.home_id == home_id,
                Identity.kind == kind,
                Identity.lookup.in_(indices[start : start + CHUNK]),
            ),
        )
        identities.update({bytes(row.lookup): row for row in rows})
    return identities


def _person(box: Box, row: Identity) -> PersonName:
    texts = (
        box.open(sealed, _place(row.home_id, row.pseudonym, field)).decode() if sealed else ""
        for field, sealed in (("name", row.name), ("given", row.given))
    )
    return PersonName(*texts)


def _place(home_id: int, pseudonym: str, field: str) -> str:
    return f"identity/{home_id}/{pseudonym}/{field}"


def _new_pseudonym(kind: str, used: set[str]) -> str:
    while True:
        name = _PREFIX[kind] + "".join(secrets.choice(ALPHABET) for _ in range(PSEUDONYM_SIGNS))
        if name not in used:
            used.add(name)
            return name
