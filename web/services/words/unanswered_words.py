"""Undecided words of uploads: how much work they cover, and what they might mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import select

from importers.content.intervention_names import LATER
from importers.home_words import suggestions
from importers.home_words.kinds import KINDS
from web.services import rulebook_calendar
from web.services.words import terms
from web.store.models import Home, UnknownTerm, Upload
from web.store.models.upload import DISCARDED, UNDONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    import rules
    from importers.home_words.kinds import WordKind
    from web.services.words.terms import TermRow
    from web.store.access import Access

    _Spot: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class WordSuggestion:
    """What a word might mean.

    Attributes
    ----------
    target, band, like, exact
        As :class:`importers.home_words.suggestions.NearWord` has them.
    called
        How the target is called.
    """

    target: str
    called: str
    band: str
    like: str
    exact: bool


@dataclass(frozen=True, slots=True)
class UnansweredWord:
    """A word of an upload, and others of its family: one question.

    Attributes
    ----------
    others
        Words that differ from it in the degree of help, dose or frequency alone; rows and seconds are of all.
    upload_id
        The newest upload that has it; None where none has it any more.
    target
        "" while it is undecided, ``LATER``, or what it means.
    doubt
        How it is read until then, "" = not at all.
    question
        What distinguishes the first two suggestions where they are a tie.
    split
        Whether the word may well mean both.
    """

    text: str
    rows: int
    seconds: int
    upload_id: int | None
    target: str
    doubt: str
    suggestions: tuple[WordSuggestion, ...]
    question: str = ""
    split: bool = False
    others: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All words that one answer settles."""
        return (self.text, *self.others)

    @property
    def sure(self) -> str:
        """What may be chosen beforehand, as the word is a known one in all that counts and clear; "" = nothing."""
        settled = self.target or self.doubt
        return next((one.target for one in self.suggestions if one.exact and not settled), "")


@dataclass(frozen=True, slots=True)
class UnansweredCount:
    """How many words are undecided, how much work they cover, and how many of them were postponed."""

    words: int = 0
    rows: int = 0
    seconds: int = 0
    put_off: int = 0


@dataclass(frozen=True, slots=True)
class WordOccurrence:
    """A word, its rows and their seconds, and the newest upload that has it; None where none has it any more."""

    text: str
    rows: int
    seconds: int
    upload_id: int | None


def pending_words(
    access: Access, home_id: int, kind: str, *, upload_id: int | None = None, limit: int = 200
) -> list[UnansweredWord]:
    """Return the words of a home that are still open, those with most minutes first, each with suggestions.

    Parameters
    ----------
    upload_id
        The words of this upload alone, those that were answered in the meantime included.
    limit
        Most questions; words of one family are one.
    """
    access.check_home(home_id)
    which = KINDS[kind]
    with access.reading() as session:
        home = session.get_one(Home, home_id)
        answered = terms.newest(session, home.tenant_id)
        book = rulebook_calendar.for_reading(session, home)
        occurrences = _occurrences(session, home_id, book, upload_id)
    if upload_id is None:
        occurrences = _undecided(occurrences, answered)
    words = [word for (name, _), word in occurrences.items() if name == kind]
    settled = {key: term.target for (name, key), term in answered.items() if name == kind}
    families = _families(which, words, settled)[:limit]
    pending_keys = {which.key(word.text) for family in families for word in family}
    own = [
        (term.target, term.text)
        for (name, key), term in answered.items()
        if name == kind and key not in pending_keys and term.target != LATER
    ]
    near = suggestions.suggest(which, [first.text for first, *_ in families], book, own)
    return [
        UnansweredWord(
            first.text,
            sum(word.rows for word in (first, *others)),
            sum(word.seconds for word in (first, *others)),
            first.upload_id,
            settled.get(which.key(first.text), ""),
            suggestions.doubt(which, first.text),
            tuple(WordSuggestion(one.target, which.called(one.target, book), *one[1:]) for one in offers.nearest),
            offers.question,
            offers.split,
            tuple(word.text for word in others),
        )
        for (first, *others), offers in zip(families, near, strict=True)
    ]


def _families(
    which: WordKind, words: Iterable[WordOccurrence], settled: Mapping[str, str]
) -> list[tuple[WordOccurrence, ...]]:
    """Return the words by family, those with most minutes first; words with different answers are none."""
    by_family: dict[tuple[str, str], list[WordOccurrence]] = {}
    for word in words:
        by_family.setdefault((which.family(word.text), settled.get(which.key(word.text), "")), []).append(word)
    families = [tuple(sorted(family, key=_weight)) for family in by_family.values()]
    return sorted(
        families,
        key=lambda family: (-sum(word.seconds for word in family), -sum(word.rows for word in family), family[0].text),
    )


def _weight(word: WordOccurrence) -> tuple[int, int, str]:
    return -word.seconds, -word.rows, word.text


def undecided_words(access: Access, home_id: int, kind: str) -> list[WordOccurrence]:
    """Return the words of a home that are still open, each for itself, those with most minutes first."""
    access.check_home(home_id)
    with access.reading() as session:
        home = session.get_one(Home, home_id)
        answered = terms.newest(session, home.tenant_id)
        occurrences = _occurrences(session, home_id, rulebook_calendar.for_reading(session, home), None)
    return sorted((word for (name, _), word in _undecided(occurrences, answered).items() if name == kind), key=_weight)


def count_pending(access: Access, home_id: int, upload_id: int | None = None) -> dict[str, UnansweredCount]:
    """Return for each kind how much is open, of a home or of one upload: cheap enough for every page."""
    access.check_home(home_id)
    with access.reading() as session:
        home = session.get_one(Home, home_id)
        occurrences = _occurrences(session, home_id, rulebook_calendar.for_reading(session, home), upload_id)
        answered = terms.newest(session, home.tenant_id)
    occurrences = (
        _undecided(occurrences, answered)
        if upload_id is None
        else {
            spot: word for spot, word in occurrences.items() if spot not in answered or answered[spot].target == LATER
        }
    )
    counts = dict.fromkeys(KINDS, UnansweredCount())
    for spot, word in occurrences.items():
        so_far, put_off = counts[spot[0]], int(spot in answered)
        counts[spot[0]] = UnansweredCount(
            so_far.words + 1, so_far.rows + word.rows, so_far.seconds + word.seconds, so_far.put_off + put_off
        )
    return counts


def _occurrences(
    session: Session, home_id: int, book: rules.RuleBook, upload_id: int | None
) -> dict[_Spot, WordOccurrence]:
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
        (row.kind, KINDS[row.kind].key(row.text)): WordOccurrence(row.text, row.rows, row.seconds, row.upload_id)
        for row in session.scalars(query)
        if not KINDS[row.kind].explains_itself(row.text, book)
    }


def _undecided(spots: Mapping[_Spot, WordOccurrence], answered: Mapping[_Spot, TermRow]) -> dict[_Spot, WordOccurrence]:
    """Return the undecided words; postponed ones stay, even where no upload has them any more."""
    put_off = {spot: WordOccurrence(term.text, 0, 0, None) for spot, term in answered.items() if term.target == LATER}
    return {spot: one for spot, one in (put_off | dict(spots)).items() if spot not in answered or spot in put_off}
