"""The library of rulebooks: built in or imported, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import defer

from importers.findings import Finding, Severity, UnreadableError
from importers.rulebooks import workbook as rulebook_workbook
from rules import difference
from rules.edition import sha256_of
from web.services import audit, clock
from web.services.analysis import home_data
from web.services.errors import ServiceError
from web.services.rulebook_calendar import (
    BuiltInRulebook,
    OwnRulebook,
    Source,
    built_in_editions,
    current,
    source_of,
)
from web.services.rulebooks.effects import HomeEffect, effect
from web.store.models import Account, Rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    import rules
    from rules.difference import BookDifference
    from web.store.access import Access

OWN_STATUSES: Final = ("amtlich", "hausregel")
"""What an imported rulebook may be; reconstructions are ours."""


class RulebookError(ServiceError):
    """A rulebook cannot be imported, removed or activated so."""


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """A rulebook of the library.

    Attributes
    ----------
    key
        Its name in addresses: the id of a built-in one, "r12" for an imported one.
    status
        "rekonstruktion", "amtlich" or "hausregel".
    owner
        Who imported it; "" for a built-in one.
    first_used_at
        Since then it cannot be removed. Its content never changes anyway.
    """

    key: str
    rulebook_id: str
    edition: str
    status: str
    title: str
    sha256: str
    owner: str
    created_at: datetime | None
    first_used_at: datetime | None

    @property
    def built_in(self) -> bool:
        """Whether it comes with the program."""
        return self.created_at is None


@dataclass(frozen=True, slots=True)
class ImportedRulebook:
    """Result of importing a workbook: an entry, or findings with the errors that forbid it."""

    entry: LibraryEntry | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RulebookComparison:
    """Two rulebooks side by side: what differs, and what that does to a home's data."""

    a: rules.RuleBook
    b: rules.RuleBook
    difference: BookDifference
    effect: HomeEffect | None


def list_(access: Access) -> list[LibraryEntry]:
    """Return all rulebooks a tenant can use: built-in ones first, then its own, newest first."""
    with access.reading() as session:
        rows = session.execute(_own(access.tenant_id).order_by(Rulebook.id.desc())).all()
    return [*_built_in_entries(), *(_entry(*row) for row in rows)]


def find(access: Access, key: str) -> LibraryEntry | None:
    """Return a rulebook of the library; None for another tenant's, as for one that does not exist."""
    return next((entry for entry in list_(access) if entry.key == key), None)


def get(access: Access, key: str, as_of: date | None = None) -> rules.RuleBook | None:
    """Return a rulebook with the entries effective on a day (None = today); None where the tenant has none."""
    with access.reading() as session:
        source = find_source(session, access.tenant_id, key)
    return source.book(as_of or clock.today()) if source else None


def documents(access: Access, key: str) -> Mapping[str, Any] | None:
    """Return the documents of a rulebook, as ``rules.edition.documents`` does; of a built-in one, today's edition."""
    with access.reading() as session:
        source = find_source(session, access.tenant_id, key)
    if isinstance(source, BuiltInRulebook):
        sha256 = source.book(clock.today()).sha256
        return next(one for one in built_in_editions() if sha256_of(one) == sha256)
    return source.documents if source else None


def import_(access: Access, *, name: str, content: bytes) -> ImportedRulebook:
    """Read a workbook into the library; nothing is stored where a finding is an error.

    Raises
    ------
    RulebookError
        Where the file is refused as a whole.
    """
    try:
        workbook = rulebook_workbook.read((name, content))
    except UnreadableError as error:
        raise RulebookError(str(error)) from error
    if workbook.documents is None:
        return ImportedRulebook(None, tuple(workbook.findings))
    head, sha256 = workbook.documents["rulebook.yaml"], sha256_of(workbook.documents)
    entries = list_(access)
    if objections := _objections(workbook.documents, sha256, entries, name):
        return ImportedRulebook(None, (*workbook.findings, *objections))
    with access.writing.begin() as session:
        row = Rulebook(
            tenant_id=access.tenant_id,
            rulebook_id=head["id"],
            edition=head["ausgabe"],
            status=head["status"],
            title=head["titel"],
            sha256=sha256,
            documents=workbook.documents,
            account_id=access.account,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        audit.record(session, access, "regelwerk.aufnehmen", what=f"regelwerk {row.id}")
        key = f"r{row.id}"
    return ImportedRulebook(find(access, key), tuple(workbook.findings))


def remove(access: Access, *, key: str) -> None:
    """Remove an imported rulebook that no home has ever worked with.

    Raises
    ------
    RulebookError
        Where it is built in or was used: figures rest on it.
    """
    with access.writing.begin() as session:
        source = find_source(session, access.tenant_id, key)
        if source is None or isinstance(source, BuiltInRulebook):
            raise RulebookError("Dieses Regelwerk kann nicht entfernt werden.")
        used = session.scalar(select(Rulebook.first_used_at).where(Rulebook.id == source.id))
        if used is not None:
            raise RulebookError(
                "Dieses Regelwerk wurde schon verwendet; Auswertungen beruhen darauf, deshalb bleibt es."
            )
        session.execute(delete(Rulebook).where(Rulebook.id == source.id, Rulebook.tenant_id == access.tenant_id))
        audit.record(session, access, "regelwerk.entfernen", what=f"regelwerk {source.id}")


def compare(access: Access, a: str, b: str, *, home_id: int | None = None) -> RulebookComparison | None:
    """Compare two rulebooks and, with a home, the results of its work with each; None where one does not exist."""
    if home_id is not None:
        access.check_home(home_id)
    with access.reading() as session:
        sources = [find_source(session, access.tenant_id, key) for key in (a, b)]
        first, second = sources
        if first is None or second is None:
            return None
        changed = effect(home_data.tables_of(session, home_id), first, second) if home_id is not None else None
    books = [source.book(clock.today()) for source in (first, second)]
    return RulebookComparison(books[0], books[1], difference.compare(books[0], books[1]), changed)


def _objections(documents: Mapping[str, Any], sha256: str, entries: list[LibraryEntry], file: str) -> list[Finding]:
    """Return why a rulebook cannot come into the library: it is there already, its name is taken, or it has gaps."""
    head = documents["rulebook.yaml"]
    if same := [entry for entry in entries if entry.sha256 == sha256]:
        message = f"Dieses Regelwerk gibt es schon: {same[0].title}, Ausgabe {same[0].edition}."
        repair = "Nichts zu tun. Eine geänderte Fassung braucht eine neue Ausgabe."
        return [Finding(Severity.ERROR, "regelwerk-vorhanden", message, repair, file=file)]
    if head["status"] not in OWN_STATUSES:
        message = "Der Status „rekonstruktion“ ist dem eingebauten Regelwerk vorbehalten."
        repair = "Tragen Sie „hausregel“ ein, bei amtlichen Tabellen „amtlich“."
        return [Finding(Severity.ERROR, "status-vergeben", message, repair, file=file, column="Status")]
    if any((entry.rulebook_id, entry.edition) == (head["id"], head["ausgabe"]) for entry in entries):
        message = f"Die Ausgabe {head['ausgabe']} von {head['id']} gibt es schon mit anderem Inhalt."
        repair = "Geben Sie der geänderten Fassung eine neue Ausgabe."
        return [Finding(Severity.ERROR, "ausgabe-vergeben", message, repair, file=file, column="Ausgabe")]
    return list(_gaps(OwnRulebook(0, sha256, documents), file))


def _gaps(source: OwnRulebook, file: str) -> Iterator[Finding]:
    """Find days of the rulebook on which an intervention has no rule, or there is none: they could not be scored."""
    for day in sorted(source.breaks()):
        book = source.book(day)
        covered = {kind for rule in book.rules for kind in rule.kinds}
        bare = [entry.id for entry in book.interventions if entry.kind not in covered]
        if bare or not book.interventions:
            what = f"für {', '.join(bare[:5])} keine Regel" if bare else "keine Intervention"
            message = f"Am {book.as_of:%d.%m.%Y} gilt {what}."
            repair = "Prüfen Sie „gültig ab“ und „gültig bis“ der Einträge."
            yield Finding(Severity.ERROR, "regelwerk-luecke", message, repair, file=file)
            return


def find_source(session: Session, tenant_id: int, key: str) -> Source | None:
    """Return a rulebook of the library by its key, in an open session; None for another tenant's."""
    if key in {entry.key for entry in _built_in_entries()}:
        return BuiltInRulebook(key)
    number = key.removeprefix("r")
    if not (key.startswith("r") and number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    row = session.scalar(select(Rulebook).where(Rulebook.id == int(number), Rulebook.tenant_id == tenant_id))
    return source_of(row) if row else None


def key_of(source: Source) -> str:
    """Return the name of a rulebook in addresses (:class:`LibraryEntry`)."""
    return source.name if isinstance(source, BuiltInRulebook) else f"r{source.id}"


def _own(tenant_id: int) -> Any:
    return (
        select(Rulebook, Account.display_name)
        .join(Account, Account.id == Rulebook.account_id)
        .where(Rulebook.tenant_id == tenant_id)
        .options(defer(Rulebook.documents))
    )


def _entry(row: Rulebook, owner: str) -> LibraryEntry:
    return LibraryEntry(
        f"r{row.id}",
        row.rulebook_id,
        row.edition,
        row.status,
        row.title,
        row.sha256,
        owner,
        row.created_at,
        row.first_used_at,
    )


def _built_in_entries() -> list[LibraryEntry]:
    names = sorted({edition["rulebook.yaml"]["id"] for edition in built_in_editions()})
    books = {name: current(name) for name in names}
    return [
        LibraryEntry(name, book.id, book.edition, book.status, book.title, book.sha256, "", None, None)
        for name, book in books.items()
    ]
