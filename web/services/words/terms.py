"""A tenant's own words: what they mean, in versions, and what an upload leaves open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from importers.content.intervention_names import LATER
from importers.conventions import HomeConventions
from importers.home_words.kinds import INTERVENTION, KINDS
from importers.values.spelling import clean, spellings
from web.services import audit, clock, rulebook_calendar
from web.services.errors import ServiceError
from web.store.models import Account, Home, Term, UnknownTerm, UnknownTermDay
from web.wording.home_words import TERM_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    import rules
    from importers.home_words.kinds import WordKind
    from importers.home_words.unknown_words import WordDay
    from web.store.access import Access

TEXT_SIGNS: Final = 200
KEPT: Final = 500
"""Unknown words of one kind stored of one upload, those with most time first."""

_ELSEWHERE: Final = "Dieses Haus gibt es hier nicht."
_AT_ONCE: Final = "Gerade hat noch jemand Zuordnungen gespeichert. Bitte speichern Sie noch einmal."


class TermError(ServiceError):
    """Words cannot mean what was answered.

    Attributes
    ----------
    wrong
        Word -> the sentence about it.
    """

    def __init__(self, message: str = "", wrong: Mapping[str, str] | None = None) -> None:
        self.wrong = wrong or {}
        super().__init__(message or " ".join(self.wrong.values()))


@dataclass(frozen=True, slots=True)
class TermRow:
    """What a word means: something of ``importers.home_words.kinds`` (``target``) or ``LATER``."""

    id: int
    kind: str
    text: str
    target: str
    version: int
    by: str
    at: datetime


def list_(access: Access, kind: str) -> list[TermRow]:
    """Return what all words of a kind mean, by word."""
    with access.reading() as session:
        terms = [term for term in newest(session, access.tenant_id).values() if term.kind == kind]
    return sorted(terms, key=lambda term: clean(term.text).casefold())


def history(access: Access, kind: str, text: str) -> list[TermRow]:
    """Return all versions of a word, newest first."""
    with access.reading() as session:
        rows = session.execute(
            _versions(access.tenant_id)
            .where(Term.kind == kind, Term.key == KINDS[kind].key(text))
            .order_by(Term.version.desc())
        )
        return [_row(*columns) for columns in rows]


def home_conventions(session: Session, tenant_id: int) -> HomeConventions:
    """Return what the files of a tenant are read with; profiles are not here."""
    words: dict[str, Any] = {kind.field: {} for kind in KINDS.values()}
    for term in newest(session, tenant_id).values():
        if term.target != LATER:
            words[KINDS[term.kind].field][term.text] = term.target
    return HomeConventions(**words)


def answer(access: Access, *, home_id: int, kind: str, answers: Mapping[str, str]) -> int:
    """Map words to the meaning chosen or entered, from the next reading on, and return how many are new.

    Parameters
    ----------
    answers
        Word -> target or how it is called, ``IGNORE`` where the kind allows it, or ``LATER``.

    Raises
    ------
    TermError
        Where any of it cannot be; nothing is stored then.
    """
    access.check_home(home_id)
    with access.reading() as session:
        book = book_of(session, access.tenant_id, home_id)
    which, targets, wrong = KINDS[kind], {}, {}
    for text, written in answers.items():
        targets[text] = which.target(written, text, book)
        if objection := objection_to(which, text, targets[text], written, book):
            wrong[text] = objection
    if wrong:
        raise TermError(wrong=wrong)
    pairs = {(kind, which.key(text)): (clean(text), target) for text, target in targets.items()}
    return save(access, "bezeichnung.zuordnen", pairs)


def save(access: Access, action: str, answers: Mapping[tuple[str, str], tuple[str, str]]) -> int:
    """Store a version of each word that has another meaning now, all or nothing, and return how many.

    Parameters
    ----------
    answers
        Kind and key -> word and target, both sound (see :func:`objection_to`).

    Raises
    ------
    TermError
        Where another version was stored at the same moment.
    """
    try:
        with access.writing.begin() as session:
            newest_term = newest(session, access.tenant_id)
            fresh = {
                spot: pair
                for spot, pair in answers.items()
                if spot not in newest_term or newest_term[spot].target != pair[1]
            }
            by: dict[str, Any] = {"tenant_id": access.tenant_id, "account_id": access.account, "at": clock.now()}
            for (kind, key), (text, target) in fresh.items():
                version = newest_term[kind, key].version + 1 if (kind, key) in newest_term else 1
                session.add(Term(kind=kind, key=key, text=text, target=target, version=version, **by))
            if fresh:
                what = ", ".join(sorted({TERM_WORDS[kind].name for kind, _ in fresh}))
                audit.record(session, access, action, what=f"{len(fresh)} wörter: {what}")
    except IntegrityError as error:
        raise TermError(_AT_ONCE) from error
    return len(fresh)


def store_unknown(
    session: Session,
    upload_id: int,
    unknown: Mapping[str, Mapping[str, tuple[int, int]]],
    names: Iterable[str],
    days: Iterable[WordDay] = (),
) -> None:
    """Store the unknown words of an upload, in the open transaction.

    Parameters
    ----------
    unknown
        Kind -> word -> rows and seconds.
    names
        Names of persons: a word that contains one is not stored (T1); the findings, in the vault, quote it.
    days
        Of unknown interventions, on which days and wards they stand.
    """
    forbidden = {word for name in names for word in _words(name) if len(word) > 2}
    for kind, unknown_words in unknown.items():
        words = [
            (text, *sums, word)
            for word, sums in unknown_words.items()
            if (text := clean(word)) and len(text) <= TEXT_SIGNS and not forbidden & _words(text)
        ]
        kept = {
            word: UnknownTerm(upload_id=upload_id, kind=kind, text=text, rows=rows, seconds=seconds)
            for text, rows, seconds, word in sorted(words, key=lambda word: (-word[2], -word[1], word[0]))[:KEPT]
        }
        session.add_all(kept.values())
        if kind == INTERVENTION:
            session.flush()  # the days name their term
            of_kept = [
                {
                    "term_id": kept[text].id,
                    "day": day,
                    "ward": ward and ward[:TEXT_SIGNS],
                    "rows": rows,
                    "seconds": seconds,
                }
                for text, day, ward, rows, seconds in days
                if text in kept
            ]
            if of_kept:
                session.execute(insert(UnknownTermDay), of_kept)


def book_of(session: Session, tenant_id: int, home_id: int) -> rules.RuleBook:
    """Return the rulebook of a home of this tenant.

    Raises
    ------
    TermError
        For another tenant's home.
    """
    home = session.scalar(select(Home).where(Home.id == home_id, Home.tenant_id == tenant_id))
    if home is None:
        raise TermError(_ELSEWHERE)
    return rulebook_calendar.for_reading(session, home)


def objection_to(kind: WordKind, text: str, target: str, entered: str, book: rules.RuleBook) -> str:
    """Return why a word cannot mean a target (what ``entered`` was understood as), "" if it can."""
    if not kind.key(text):
        return "Das Wort fehlt."
    if max(len(text), len(kind.key(text))) > TEXT_SIGNS:
        return f"„{text[:40]}…“ ist zu lang: Ein Wort darf höchstens {TEXT_SIGNS} Zeichen haben."
    if kind.explains_itself(text, book):
        return f"„{text}“ ist schon eindeutig und braucht keine Zuordnung."
    if not target or len(target) > TEXT_SIGNS:
        return TERM_WORDS[kind.name].refused.format(entered[:60])
    return ""


def newest(session: Session, tenant_id: int) -> dict[tuple[str, str], TermRow]:
    """Return the version of each word that counts, by kind and key."""
    rows = session.execute(_versions(tenant_id).order_by(Term.version))
    return {(term.kind, term.key): _row(term, by) for term, by in rows}


def _versions(tenant_id: int) -> Any:
    return (
        select(Term, Account.display_name)
        .join(Account, Account.id == Term.account_id)
        .where(Term.tenant_id == tenant_id)
    )


def _words(text: str) -> set[str]:
    """Return the words of a text as names are compared, regardless of what separates them."""
    return {word for spelling in spellings(text) for word in re.findall(r"[^\W\d_]+", spelling)}


def _row(row: Term, by: str) -> TermRow:
    return TermRow(row.id, row.kind, row.text, row.target, row.version, by, row.at)
