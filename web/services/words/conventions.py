"""A tenant's conventions for all its files: own words and profiles of sources, as the importer expects them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from web.services.words import profiles, terms

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from importers.conventions import HomeConventions


def for_reading(session: Session, tenant_id: int) -> HomeConventions:
    """Return the conventions that apply to the next file that is read."""
    return replace(terms.home_conventions(session, tenant_id), profiles=profiles.for_reading(session, tenant_id))
