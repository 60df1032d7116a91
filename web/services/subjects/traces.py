"""What is stored of a person outside the work database: number and name, findings that quote them, files.

Findings and faulty rows are texts; they go where number or name stand in them as words of their own.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update

from web.services import clock, open_vault
from web.services.open_vault import VaultClosedError
from web.services.people import pseudonyms
from web.services.uploads import kept_files, records
from web.services.uploads.summary import finding_places
from web.store.models import Upload
from web.store.vault import RESIDENT, STAFF, Identity, SealedUploadTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.orm import Session

    from importers.findings import Finding
    from web.services.open_vault import OpenVault
    from web.settings import Settings
    from web.store.access import Access

_FINDING_TEXTS: Final = ("message", "repair", "file", "sheet", "column", "value")


def named(access: Access, settings: Settings, home_id: int, persons: Collection[str]) -> bool:
    """Return whether the vault knows number or name of one of these pseudonyms."""
    access.check_home(home_id)
    mine = Identity.home_id == home_id, Identity.pseudonym.in_(persons)
    with open_vault.reading(access, settings) as vault:
        return bool(vault.session.scalar(select(func.count()).select_from(Identity).where(*mine)))


def forget(access: Access, settings: Settings, home_id: int, persons: Collection[str], session: Session) -> None:
    """Delete number and name of a person (all its pseudonyms), and every finding, file name and kept row with them.

    Parameters
    ----------
    session
        The open transaction on the work database in which the person is deleted: places of findings go there.

    Raises
    ------
    VaultClosedError
        Where the vault does not open: nothing is deleted then.
    """
    access.check_home(home_id)
    uploads = list(session.scalars(select(Upload.id).where(Upload.home_id == home_id)))
    with open_vault.writing(access, settings, home_id) as vault:
        quoted = pattern(texts_of(vault, home_id, persons))
        mine = Identity.home_id == home_id, Identity.pseudonym.in_(persons)
        if quoted is not None:
            for upload_id in uploads:
                _forget_texts(access, settings, (session, vault), upload_id, quoted)
        vault.session.execute(delete(Identity).where(*mine))
    if quoted is not None:
        for upload_id in uploads:
            if any(quotes(quoted, asdict(sheet)) for sheet in _faulty(access, settings, upload_id)):
                kept_files.drop(settings, upload_id)


def texts_of(vault: OpenVault, home_id: int, persons: Collection[str]) -> set[str]:
    """Return numbers and names of some pseudonyms."""
    found: set[str] = set()
    for kind in (RESIDENT, STAFF):
        for pseudonym, (number, name) in pseudonyms.people_of_home(vault, home_id, kind).items():
            if pseudonym in persons:
                found |= {number, *name}
    return {text for text in found if text.strip()}


def pattern(texts: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds one of these texts as words of their own, in any case; None for no text."""
    parts = sorted((re.escape(text.strip()) for text in texts), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE) if parts else None


def quotes(quoted: re.Pattern[str], value: Any) -> bool:
    """Return whether plain data quote what the pattern finds."""
    if isinstance(value, dict):
        return any(quotes(quoted, one) for one in value.values())
    if isinstance(value, list | tuple):
        return any(quotes(quoted, one) for one in value)
    return value is not None and quoted.search(str(value)) is not None


def _forget_texts(
    access: Access, settings: Settings, both: tuple[Session, OpenVault], upload_id: int, quoted: re.Pattern[str]
) -> None:
    session, vault = both
    texts = records.texts(access, settings, upload_id)
    if texts is None:
        raise VaultClosedError(open_vault.KEY_MISSING)  # nobody could say that it is clean
    if not texts.file_names:
        return

    def names_it(one: Finding) -> bool:
        return quotes(quoted, [getattr(one, field) for field in _FINDING_TEXTS])

    finding_places.drop(session, upload_id, texts.findings, names_it)
    names = [f"Datei {place}" if quotes(quoted, name) else name for place, name in enumerate(texts.file_names, 1)]
    findings = [asdict(one) for one in texts.findings if not names_it(one)]
    message = "" if quotes(quoted, texts.message) else texts.message
    box = vault.box(records.PURPOSE)
    vault.session.execute(
        update(SealedUploadTexts)
        .where(SealedUploadTexts.upload_id == upload_id)
        .values(
            file_names=box.seal_json(names, f"{upload_id}/names"),
            findings=box.seal_json({"message": message, "findings": findings}, f"{upload_id}/findings"),
            changed_at=clock.now(),
        )
    )


def _faulty(access: Access, settings: Settings, upload_id: int) -> tuple[Any, ...]:
    try:
        return kept_files.faulty(access, settings, upload_id)
    except kept_files.OutdatedError:
        kept_files.drop(settings, upload_id)  # nobody can read it any more, so nobody can say that it is clean
        return ()
