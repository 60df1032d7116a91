"""Persons of a home: their pseudonyms, and deleting them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.services import open_vault
from web.services.people import pseudonyms
from web.services.subjects import erasure

if TYPE_CHECKING:
    from tests.support.web.pages import Person


def pseudonym_of(who: Person, kind: str, number: str) -> str:
    """Return the pseudonym of the person with a number."""
    with open_vault.reading(who.access, who.services.settings) as vault:
        return pseudonyms.find_existing(vault, who.home_id, kind, [number])[number]


def erase(who: Person, pseudonym: str) -> None:
    """Delete a person."""
    erasure.erase(who.access, who.services.settings, who.home_id, pseudonym)
