"""Undecided words of uploads: how much work they cover, and what they might mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import select

from importers.content.interventions import LATER
from importers.home_words import suggestions
from importers.home_words.kinds import KINDS
from web.services import rulebook_calendar
from web.services.words import terms
from web.store.models import Home, UnknownTerm, Upload
from web.store.models.upload import DISCARDED, UNDONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session, sessionmaker

    import rules
    from web.services.words.terms import TermRow

    _Spot: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class WordSuggestion:
    """What a word might mean, with the known word it is like and their similarity (0 to 100)."""

    target: str
    called: str
    score: float
    like: str


@dataclass(frozen=True, slots=True)
class UnansweredWord:
    """A word of an upload.

    Attributes
    ----------
    upload_id
        The newest upload that has it; None where none has it any more.
    target
        "" while it is undecided, ``LATER``, or what it stands for.
    doubt
        How it is read until then, "" = not at all.
    """

    text: str
    rows: int
    seconds: int
    upload_id: int | None
    target: str
    doubt: str
    suggestions: tuple[WordSuggestion, ...]


@dataclass(frozen=True, slots=True)
class UnansweredCount:
    """How many words are undecided, and how much work they cover."""

    words: int = 0
    rows: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class _Occurrence:
    text: str
    rows: int
    seconds: int
    upload_id: int | None


def pending(
    reading: sessionmaker[Session], home_id: int, kind: str, *, upload_id: int | None = None, limit: int = 200
) -> list[UnansweredWord]:
    """Return the words of a home that are still open, those with most minutes first, each with suggestions.

    Parameters
    ----------
    upload_id
        The words of this upload alone, those that were answered in the meantime included.
    """
    which = KINDS[kind]
    with reading() as session:
        home = session.get_one(Home, home_id)
        known = terms.newest(session, home.tenant_id)
        book = rulebook_calendar.for_reading(session, home)
        heard = _occurrences(session, home_id, book, upload_id)
    if upload_id is None:
        heard = _undecided(heard, known)
    words = [(key, word) for (name, key), word in heard.items() if name == kind]
    words = sorted(words, key=lambda pair: (-pair[1].seconds, -pair[1].rows, pair[1].text))[:limit]
    asked = {key for key, _ in words}
    own = [
        (term.target, term.text)
        for (name, key), term in known.items()
        if name == kind and key not in asked and term.target != LATER
    ]
    near = suggestions.suggest(which, [word.text for _, word in words], book, own)
    return [
        UnansweredWord(
            word.text,
            word.rows,
            word.seconds,
            word.upload_id,
            known[kind, key].target if (kind, key) in known else "",
            suggestions.doubt(which, word.text),
            tuple(WordSuggestion(offer.target, which.called(offer.target, book), *offer[1:]) for offer in offers),
        )
        for (key, word), offers in zip(words, near, strict=True)
    ]


def count(reading: sessionmaker[Session], home_id: int, upload_id: int | None = None) -> dict[str, UnansweredCount]:
    """Return for each kind how much is open, of a home or of one upload: cheap enough for every page."""
    with reading() as session:
        home = session.get_one(Home, home_id)
        heard = _occurrences(session, home_id, rulebook_calendar.for_reading(session, home), upload_id)
        known = terms.newest(session, home.tenant_id)
    heard = (
        _undecided(heard, known)
        if upload_id is None
        else {spot: word for spot, word in heard.items() if spot not in known or known[spot].target == LATER}
    )
    counts = dict.fromkeys(KINDS, UnansweredCount())
    for (kind, _), word in heard.items():
        so_far = counts[kind]
        counts[kind] = UnansweredCount(so_far.words + 1, so_far.rows + word.rows, so_far.seconds + word.seconds)
    return counts


def _occurrences(
    session: Session, home_id: int, book: rules.RuleBook, upload_id: int | None
) -> dict[_Spot, _Occurrence]:
    """Return the unknown words of a home's uploads, each from the newest that has it."""
    query = (
        select(UnknownTerm)
        .join(Upload, Upload.id == UnknownTerm.upload_id)
        .where(Upload.home_id == home_id)
        .order_by(UnknownTerm.upload_id)
    )
    if upload_id is None:
        query = query.where(Upload.state.not_in((DISCARDED, UNDONE)))
    else:
        query = query.where(Upload.id == upload_id)
    return {
        (row.kind, KINDS[row.kind].key(row.text)): _Occurrence(row.text, row.rows, row.seconds, row.upload_id)
        for row in session.scalars(query)
        if not KINDS[row.kind].explains_itself(row.text, book)
    }


def _undecided(heard: Mapping[_Spot, _Occurrence], known: Mapping[_Spot, TermRow]) -> dict[_Spot, _Occurrence]:
    """Return the undecided words; those put off stay, even where no upload has them any more."""
    put_off = {spot: _Occurrence(term.text, 0, 0, None) for spot, term in known.items() if term.target == LATER}
    return {spot: one for spot, one in (put_off | dict(heard)).items() if spot not in known or spot in put_off}
