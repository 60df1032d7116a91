"""A tenant's own names for interventions: what they stand for, in versions; what is still unknown, heaviest first."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from importers import terms as similar
from importers.headings import clean, fold
from importers.interventions import IGNORE, LATER
from web.services import audit, batches, clock, csv_table, holdings
from web.store.models import Account, Batch, Home, Term, UnknownTerm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session, sessionmaker

    import rules
    from web.store.databases import Databases

__all__ = [
    "IGNORE", "LATER", "Open", "Pending", "Read", "Suggestion", "TermError", "TermRow", "export_csv", "exported",
    "history", "import_csv", "list_", "map_", "open_names", "pending",
]  # fmt: skip

TEXT_SIGNS: Final = 200
KEPT: Final = 500
"""Unknown names kept of one upload, heaviest first."""

MOST_LINES: Final = 5_000
MOST_BYTES: Final = 2_000_000
_HEADINGS: Final = ("Bezeichnung", "Intervention", "Titel im Katalog", "Zeilen", "Minuten", "Version")


class TermError(Exception):
    """A name cannot be mapped so. The message is one German sentence."""


@dataclass(frozen=True, slots=True)
class TermRow:
    """What a name stands for: a catalogue id, ``IGNORE`` or ``LATER``."""

    id: int
    text: str
    target: str
    version: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A catalogue entry a name might mean, with the similarity of the texts (0 to 100)."""

    intervention: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Pending:
    """A name nobody has decided about (``target`` "") or only for the time being (``LATER``)."""

    text: str
    rows: int
    seconds: int
    batch_id: int
    target: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a CSV file. Where there are problems (German sentences), nothing was stored."""

    changed: int
    unchanged: int
    problems: tuple[str, ...]


def list_(reading: sessionmaker[Session], tenant_id: int) -> list[TermRow]:
    """Return what all names of a tenant stand for, by name."""
    with reading() as session:
        return sorted(_newest(session, tenant_id).values(), key=lambda term: fold(term.text))


def history(reading: sessionmaker[Session], tenant_id: int, text: str) -> list[TermRow]:
    """Return all versions of a name, newest first."""
    with reading() as session:
        rows = session.execute(
            select(Term, Account.display_name)
            .join(Account, Account.id == Term.account_id)
            .where(Term.tenant_id == tenant_id, Term.key == fold(text))
            .order_by(Term.version.desc())
        )
        return [_row(*found) for found in rows]


def pending(reading: sessionmaker[Session], home_id: int, *, limit: int = 200) -> list[Pending]:
    """Return the names of a home that are not mapped yet, those with most minutes first, each with suggestions."""
    with reading() as session:
        home = session.get_one(Home, home_id)
        known = _newest(session, home.tenant_id)
        book = holdings.for_reading(session, home)
        open_ones = _unknown(session, home_id, known, book)[:limit]
    near = similar.suggest([one.text for one in open_ones], book)
    titles = {entry.id: entry.title for entry in book.interventions}
    return [
        Pending(
            one.text,
            one.rows,
            one.seconds,
            one.batch_id,
            LATER if fold(one.text) in known else "",
            tuple(Suggestion(name, titles[name], score) for name, score in suggested),
        )
        for one, suggested in zip(open_ones, near, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Open:
    """How many names of a home are not mapped, and what hangs on them."""

    names: int
    rows: int
    seconds: int


def open_names(reading: sessionmaker[Session], home_id: int) -> Open:
    """Return how much is not mapped yet, without suggestions: cheap enough for every page."""
    with reading() as session:
        home = session.get_one(Home, home_id)
        found = _unknown(session, home_id, _newest(session, home.tenant_id), holdings.for_reading(session, home))
    return Open(len(found), sum(one.rows for one in found), sum(one.seconds for one in found))


def for_reading(session: Session, tenant_id: int) -> dict[str, str]:
    """Return what an upload is read with: name -> catalogue id or ``IGNORE``."""
    return {term.text: term.target for term in _newest(session, tenant_id).values() if term.target != LATER}


def map_(databases: Databases, *, tenant_id: int, account_id: int, text: str, target: str, home_id: int) -> TermRow:
    """Let a name stand for a catalogue entry of the home's rulebook, ``IGNORE`` or ``LATER``, from the next upload on.

    Raises
    ------
    TermError
        Where the name is blank, or the target is not in the catalogue.
    """
    text = clean(text)
    with databases.writing.begin() as session:
        home = session.scalar(select(Home).where(Home.id == home_id, Home.tenant_id == tenant_id))
        if home is None:
            raise TermError("Dieses Haus gibt es hier nicht.")
        book = holdings.for_reading(session, home)
        if objection := _objection(text, target, book):
            raise TermError(objection)
        known = _newest(session, tenant_id).get(fold(text))
        if known is not None and known.target == target:
            return known
        row = _add(session, tenant_id, account_id, text, target, known)
        session.flush()
        audit.record(
            session, "bezeichnung.zuordnen", tenant_id=tenant_id, account_id=account_id, what=f"bezeichnung {row.id}"
        )
        by = session.scalars(select(Account.display_name).where(Account.id == account_id)).one()
        return _row(row, by)


def keep_unknown(session: Session, batch_id: int, unknown: Mapping[str, tuple[int, int]], names: Iterable[str]) -> None:
    """Keep the names an upload used and nobody knew, with their rows and seconds, in the open transaction.

    Parameters
    ----------
    names
        Names of persons: an intervention called after one is not kept (T1).
    """
    forbidden = {word for name in names for word in fold(name).split() if len(word) > 2}
    kept = [(clean(text), *sums) for text, sums in unknown.items() if not forbidden & set(fold(text).split())]
    heaviest = sorted(kept, key=lambda one: (-one[2], -one[1], one[0]))[:KEPT]
    session.add_all(
        UnknownTerm(batch_id=batch_id, text=text[:TEXT_SIGNS], rows=rows, seconds=seconds)
        for text, rows, seconds in heaviest
        if text
    )


def export_csv(reading: sessionmaker[Session], tenant_id: int, home_id: int) -> str:
    """Return all names as CSV: mapped ones, and those of the home that are still open with a blank target."""
    with reading() as session:
        home = session.scalars(select(Home).where(Home.id == home_id, Home.tenant_id == tenant_id)).one()
        book = holdings.for_reading(session, home)
    mapped = list_(reading, tenant_id)
    done = {fold(term.text) for term in mapped}
    titles = {entry.id: entry.title for entry in book.interventions}
    weights = {fold(one.text): one for one in pending(reading, home_id, limit=KEPT)}

    def weight(text: str) -> tuple[object, object]:
        one = weights.get(fold(text))
        return (one.rows, one.seconds / 60) if one else ("", "")

    rows: list[tuple[object, ...]] = [
        (term.text, term.target, titles.get(term.target, ""), *weight(term.text), term.version) for term in mapped
    ]
    rows += [(one.text, "", "", *weight(one.text), "") for key, one in weights.items() if key not in done]
    return csv_table.text([_HEADINGS, *rows])


def exported(databases: Databases, *, tenant_id: int, account_id: int) -> None:
    """Write down that the names left the application."""
    with databases.writing.begin() as session:
        audit.record(session, "bezeichnungen.herunterladen", tenant_id=tenant_id, account_id=account_id)


def import_csv(databases: Databases, *, tenant_id: int, account_id: int, home_id: int, content: bytes) -> Read:
    """Read names and targets from a CSV file as :func:`export_csv` writes it, all or nothing.

    A blank target leaves a name as it is. Targets may be ids or titles of the catalogue.
    """
    with databases.writing.begin() as session:
        home = session.scalar(select(Home).where(Home.id == home_id, Home.tenant_id == tenant_id))
        if home is None:
            return Read(0, 0, ("Dieses Haus gibt es hier nicht.",))
        book = holdings.for_reading(session, home)
        wanted, problems = _wanted(content, book)
        if problems:
            return Read(0, 0, tuple(problems))
        known = _newest(session, tenant_id)
        fresh = {key: pair for key, pair in wanted.items() if key not in known or known[key].target != pair[1]}
        for key, (text, target) in fresh.items():
            _add(session, tenant_id, account_id, text, target, known.get(key))
        if fresh:
            audit.record(
                session, "bezeichnungen.hochladen", tenant_id=tenant_id, account_id=account_id,
                what=f"{len(fresh)} bezeichnungen",
            )  # fmt: skip
        return Read(len(fresh), len(wanted) - len(fresh), ())


def _wanted(content: bytes, book: rules.RuleBook) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Return key -> (name, target) of a file, and what is wrong with it."""
    if len(content) > MOST_BYTES:
        return {}, ["Die Datei ist zu groß für eine Liste von Bezeichnungen."]
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        written = content.decode("cp1252", errors="replace")
    if "\0" in written:
        return {}, ["Das ist keine CSV-Datei; bitte speichern Sie die Liste als CSV mit Semikolon."]
    lines = list(csv.reader(io.StringIO(written, newline=""), delimiter=";"))
    header = [fold(cell) for cell in lines[0]] if lines else []
    if not {"bezeichnung", "intervention"} <= set(header):
        return {}, [
            "Die erste Zeile muss die Überschriften Bezeichnung und Intervention haben, getrennt mit Semikolon."
        ]
    if len(lines) > MOST_LINES:
        return {}, [f"Die Datei hat mehr als {MOST_LINES} Zeilen; bitte teilen Sie sie."]
    at, to = header.index("bezeichnung"), header.index("intervention")
    found: dict[str, tuple[str, str]] = {}
    problems = []
    for number, line in enumerate(lines[1:], start=2):
        text, target = (csv_table.plain(line[i]) if i < len(line) else "" for i in (at, to))
        if not target:
            continue
        target = _target(target, book)
        objection = _objection(text, target, book)
        if not objection and found.get(fold(text), ("", target))[1] != target:
            objection = f"Die Bezeichnung „{text}“ steht mit zwei Zuordnungen in der Datei."
        if objection:
            problems.append(f"Zeile {number}: {objection}")
        found[fold(text)] = (text, target)
    return found, problems


def _target(written: str, book: rules.RuleBook) -> str:
    for word in (IGNORE, LATER):
        if fold(written) == fold(word):
            return word
    entry = book.find_intervention(written)
    return entry.id if entry else written


def _objection(text: str, target: str, book: rules.RuleBook) -> str:
    if not fold(text):
        return "Die Bezeichnung fehlt."
    if len(text) > TEXT_SIGNS:
        return f"Die Bezeichnung darf höchstens {TEXT_SIGNS} Zeichen haben."
    if book.find_intervention(text):
        return f"„{text}“ steht schon so im Katalog und braucht keine Zuordnung."
    if target not in book.index and target not in {IGNORE, LATER}:
        return f"„{target[:60]}“ steht nicht im Katalog."
    return ""


def _add(session: Session, tenant_id: int, account_id: int, text: str, target: str, known: TermRow | None) -> Term:
    row = Term(
        tenant_id=tenant_id, key=fold(text), text=text, target=target, version=known.version + 1 if known else 1,
        account_id=account_id, at=clock.now(),
    )  # fmt: skip
    session.add(row)
    return row


def _newest(session: Session, tenant_id: int) -> dict[str, TermRow]:
    rows = session.execute(
        select(Term, Account.display_name)
        .join(Account, Account.id == Term.account_id)
        .where(Term.tenant_id == tenant_id)
        .order_by(Term.version)
    )
    return {term.key: _row(term, by) for term, by in rows}


def _unknown(session: Session, home_id: int, known: Mapping[str, TermRow], book: rules.RuleBook) -> list[UnknownTerm]:
    """Return the unknown names of a home's uploads, each from the newest that has it, most seconds first."""
    rows = session.scalars(
        select(UnknownTerm)
        .join(Batch, Batch.id == UnknownTerm.batch_id)
        .where(Batch.home_id == home_id, Batch.state.not_in((batches.DISCARDED, batches.UNDONE)))
        .order_by(UnknownTerm.batch_id)
    ).all()
    newest = {fold(row.text): row for row in rows if book.find_intervention(row.text) is None}
    open_ones = [row for key, row in newest.items() if key not in known or known[key].target == LATER]
    return sorted(open_ones, key=lambda row: (-row.seconds, -row.rows, row.text))


def _row(row: Term, by: str) -> TermRow:
    return TermRow(row.id, row.text, row.target, row.version, by, row.at)
