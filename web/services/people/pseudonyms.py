"""The door between names and pseudonyms. Only uploads and the vault's own pages come through here."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, delete, func, insert, select, update

from web.security.crypto import FORMAT, HEADER_BYTES, KeyedHash, MissingKeyError, TamperedError, hashes_of
from web.services import clock
from web.store.vault import RESIDENT, STAFF, Identity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from web.security.crypto import Box, KeyRing
    from web.services.open_vault import OpenVault

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which are misread."""

PSEUDONYM_SIGNS: Final = 5
CHUNK: Final = 500
PURPOSE: Final = "identity"
_KEY: Final[ColumnElement[bytes]] = func.substr(Identity.number, 1, HEADER_BYTES, type_=LargeBinary)
"""With what a sealed number begins: format and key."""

_PREFIX: Final = {RESIDENT: "B-", STAFF: "M-"}


class PersonName(NamedTuple):
    """Name and given name of a person, as far as a file gives them."""

    name: str = ""
    given: str = ""


def pseudonymise(vault: OpenVault, home_id: int, kind: str, people: Mapping[str, PersonName]) -> dict[str, str]:
    """Return the pseudonym of each number, making those that are missing and updating names that are given.

    Parameters
    ----------
    vault
        Opened for writing, with the persons of this home.
    kind
        ``RESIDENT`` or ``STAFF``.
    people
        Number from outside -> person.
    """
    if vault.locked_home != home_id:
        raise ValueError("two uploads of a home, or an upload and a rotation, would not see each other's changes")
    session, box = vault.session, vault.box(PURPOSE)
    lookup = KeyedHash(vault.ring.keys[vault.ring.current])
    identities = _find(vault, home_id, kind, people)
    used = set(session.scalars(select(Identity.pseudonym).where(Identity.home_id == home_id)))
    pseudonym_of: dict[str, str] = {}
    fresh: list[dict[str, Any]] = []
    for number in people:
        row = identities.get(number)
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
                    "lookup": lookup(home_id, kind, number),
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


def find_existing(vault: OpenVault, home_id: int, kind: str, numbers: Iterable[str]) -> dict[str, str]:
    """Return the pseudonyms of those numbers that have one."""
    return {number: row.pseudonym for number, row in _find(vault, home_id, kind, numbers).items()}


def knows_anybody(vault: OpenVault, home_id: int) -> bool:
    """Return whether anybody of a home is stored."""
    return vault.session.scalar(select(Identity.id).where(Identity.home_id == home_id).limit(1)) is not None


def people_of_home(vault: OpenVault, home_id: int, kind: str) -> dict[str, tuple[str, PersonName]]:
    """Return number and person behind every pseudonym of a home: for comparing in memory, not for storing."""
    box = vault.box(PURPOSE)
    rows = vault.session.scalars(select(Identity).where(Identity.home_id == home_id, Identity.kind == kind))
    return {
        row.pseudonym: (box.open(row.number, _place(home_id, row.pseudonym, "number")).decode(), _person(box, row))
        for row in rows
    }


def names(vault: OpenVault, home_id: int) -> set[str]:
    """Return all names and given names of a home, without telling whose: what must not leave the vault."""
    box = vault.box(PURPOSE)
    rows = vault.session.scalars(select(Identity).where(Identity.home_id == home_id))
    return {text for row in rows for text in _person(box, row) if text}


def forget_all_but(vault: OpenVault, home_id: int, needed: Collection[str]) -> int:
    """Delete the persons of a home that have none of these pseudonyms, and return how many those were.

    Parameters
    ----------
    vault
        Opened for writing, with the persons of this home.
    """
    rows = vault.session.execute(select(Identity.id, Identity.pseudonym).where(Identity.home_id == home_id)).all()
    gone = [row.id for row in rows if row.pseudonym not in needed]
    for start in range(0, len(gone), CHUNK):
        vault.session.execute(delete(Identity).where(Identity.id.in_(gone[start : start + CHUNK])))
    return len(gone)


def not_current(ring: KeyRing) -> ColumnElement[bool]:
    """Return the condition of identities that are not sealed with the current key of their operator."""
    return _KEY.is_distinct_from(ring.header)


def check_old_form(vault: OpenVault, *mine: ColumnElement[bool]) -> None:
    """See that a number of before key ids opens, if there is one: nothing else tells with which key it was indexed.

    Raises
    ------
    MissingKeyError
        Where it does not: whoever looked for such numbers would find nobody.
    """
    old = func.substr(Identity.number, 1, len(FORMAT), type_=LargeBinary) != FORMAT
    row = vault.session.scalars(select(Identity).where(*mine, old).order_by(Identity.id).limit(1)).first()
    if row is not None:
        try:
            vault.box(PURPOSE).open(row.number, _place(row.home_id, row.pseudonym, "number"))
        except TamperedError as error:
            raise MissingKeyError("no key in the settings opens numbers without a key id") from error


def seal_anew(vault: OpenVault, row: Identity) -> None:
    """Seal all of an identity with the current key of its operator, and index its number with it.

    Raises
    ------
    TamperedError
        Where something of it does not open: nothing is changed then.
    """
    box = vault.box(PURPOSE)
    number = box.open(row.number, _place(row.home_id, row.pseudonym, "number"))
    contents = {
        field: box.sealed_anew(sealed, _place(row.home_id, row.pseudonym, field))
        for field, sealed in (("number", row.number), ("name", row.name), ("given", row.given))
    }
    lookup = KeyedHash(vault.ring.keys[vault.ring.current])(row.home_id, row.kind, number.decode())
    vault.session.execute(update(Identity).where(Identity.id == row.id).values(**contents, lookup=lookup))


def _find(vault: OpenVault, home_id: int, kind: str, numbers: Iterable[str]) -> dict[str, Identity]:
    """Return the persons there are under some numbers, whichever keys they were indexed with.

    A number is always sealed and indexed with the same key: which keys that are is asked first.
    """
    mine = Identity.home_id == home_id, Identity.kind == kind
    found: dict[str, Identity] = {}
    numbers = list(numbers)
    for lookup in hashes_of(vault.ring, _headers(vault, *mine)):
        indices = {lookup(home_id, kind, number): number for number in numbers}
        known = list(indices)
        for start in range(0, len(known), CHUNK):
            query = select(Identity).where(*mine, Identity.lookup.in_(known[start : start + CHUNK]))
            found.update({indices[bytes(row.lookup)]: row for row in vault.session.scalars(query)})
    return found


def _headers(vault: OpenVault, *mine: ColumnElement[bool]) -> list[bytes]:
    """Return with what the sealed numbers begin, each once; raises as :func:`check_old_form`."""
    check_old_form(vault, *mine)
    return [bytes(one) for one in vault.session.scalars(select(_KEY).where(*mine).distinct())]


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
