"""The choices made for an earlier upload of the same source, and the upload that repaired rows belong to."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.services.uploads import kept_files
from web.services.uploads.apply import ApplyChoice
from web.services.uploads.records import EFFECTIVE
from web.store.models import Upload

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from importers.sheets.sheet_guesses import SheetGuess
    from web.settings import Settings

UNKNOWN: Final = 0
"""Stands for the upload of repaired rows that no longer say where they belong: they only add, on their own."""


def source_of(guesses: Iterable[SheetGuess]) -> str:
    """Return a digest of the headings of all sheets: uploads from one program have the same."""
    prints = sorted({guess.fingerprint for guess in guesses if guess.fingerprint})
    return sha256("\n".join(prints).encode()).hexdigest() if prints else ""


def home_of(session: Session, upload_id: int) -> int:
    """Return the home of an upload."""
    return session.scalars(select(Upload.home_id).where(Upload.id == upload_id)).one()


def remembered(session: Session, upload_id: int) -> tuple[int, ApplyChoice] | None:
    """Return the newest stored upload of the same source and home, and how it was applied; None = there is none."""
    upload = session.get_one(Upload, upload_id)
    if not upload.source:
        return None
    earlier = session.scalar(
        select(Upload)
        .where(
            Upload.home_id == upload.home_id,
            Upload.source == upload.source,
            Upload.id != upload_id,
            Upload.state.in_(EFFECTIVE),
        )
        .order_by(Upload.stored_at.desc(), Upload.id.desc())
        .limit(1)
    )
    return (earlier.id, ApplyChoice.from_json(earlier.choice)) if earlier else None


def default_choice(session: Session, upload_id: int) -> ApplyChoice:
    """Return how an upload is applied unless the user says otherwise: what the source was answered before."""
    earlier = remembered(session, upload_id)
    if earlier is None:
        return ApplyChoice()
    return ApplyChoice(pairing=earlier[1].pairing, persons_complete=earlier[1].persons_complete)


def repaired_upload(session: Session, settings: Settings, upload_id: int, references: Mapping[int, str]) -> int | None:
    """Return the upload whose repaired rows an upload contains; None = it has none, ``UNKNOWN`` = not known which.

    Parameters
    ----------
    references
        Position of a file with repaired rows -> what it calls the upload it comes from, "" = nothing.
    """
    reference_text = next((reference for reference in references.values() if reference), "")
    if not reference_text:
        return None
    repaired = session.get(Upload, kept_files.upload_of_reference(settings, reference_text) or 0)
    if repaired is None or repaired.home_id != home_of(session, upload_id):
        return UNKNOWN
    return repaired.id
