"""A home's own words: of which kinds there are, what a word of each may stand for, and what it probably means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from importers.content.interventions import IGNORE, LATER
from importers.rosters import shift_codes
from importers.values import word_meanings
from importers.values.spelling import clean, fold
from pebem.contracts import ROLE_BETREUUNG_43B

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rules.model import RuleBook

LEAST: Final = 60.0
"""Suggestions below this score (0 to 100) are noise and are not made."""

_LEVEL: Final = re.compile(r"(?:qn[ -]?)?([1-8])", re.IGNORECASE)
_TAIL: Final = re.compile(r"(?<=[^\W\d_])[\W\d_]+$")
"""What follows the letters of an abbreviation: F1, F*, F/2 are kinds of F."""


class NearWord(NamedTuple):
    """What a word might mean: target, similarity (0 to 100), and the known word it is like."""

    target: str
    score: float
    like: str


@dataclass(frozen=True, slots=True)
class WordKind:
    """A kind of words that each home chooses for itself.

    Attributes
    ----------
    name
        As :class:`importers.Import` ``unknown`` has it.
    field
        Its name in :class:`importers.conventions.HomeConventions`.
    ignorable
        Whether the home may say that a word is nothing (:data:`IGNORE`).
    key
        What two spellings of one word are told by.
    choices
        Rulebook -> what may be chosen: target -> how it is called. Of times in a roster only the usual ones.
    read
        Other ways to write a target: (what somebody wrote, the word, rulebook) -> target, "" = none.
    speaks
        (word, rulebook) -> whether the word says itself what it is: nothing is to be mapped.
    like
        Rulebook -> known words for suggestions: (target, word).
    """

    name: str
    field: str
    ignorable: bool
    key: Callable[[str], str]
    choices: Callable[[RuleBook], Mapping[str, str]]
    read: Callable[[str, str, RuleBook], str]
    speaks: Callable[[str, RuleBook], bool]
    like: Callable[[RuleBook], Iterable[tuple[str, str]]]

    def target(self, written: str, word: str, book: RuleBook) -> str:
        """Return what is kept for what somebody wrote or chose, ``""`` where the word cannot stand for it."""
        wanted = fold(written)
        for answer in (IGNORE, LATER) if self.ignorable else (LATER,):
            if wanted == fold(answer):
                return answer
        for target, called in self.choices(book).items():
            if clean(written) == target or wanted == fold(called):
                return target
        return self.read(clean(written), word, book)

    def called(self, target: str, book: RuleBook) -> str:
        """Return how a target is called on pages and in tables; :meth:`target` reads it again."""
        return self.choices(book).get(target, target)


@cache
def usual_names() -> Mapping[str, Sequence[str]]:
    """Return what homes often write for an entry of the catalogue, by its id."""
    found: Mapping[str, Sequence[str]] = _yaml(Path(__file__).with_suffix(".yaml"))
    return found


def suggest(
    kind: WordKind, words: Sequence[str], book: RuleBook, own: Iterable[tuple[str, str]] = (), limit: int = 3
) -> list[list[NearWord]]:
    """Suggest what words might mean, the most similar first.

    Parameters
    ----------
    words
        Words as they stand in a file.
    own
        What the home has settled before: (target, word).
    limit
        Most suggestions for one word.

    Returns
    -------
    list
        For each word up to ``limit`` suggestions, no target twice. A suggestion is never applied by itself.
    """
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415  # needed only where there are unknown words

    pool = [*own, *kind.like(book)]
    texts = [text for _, text in pool]
    found = []
    for word in words:
        near = [
            (0.9 * score + 0.1 * fuzz.ratio(one, text, processor=utils.default_process), position)
            for one in ({word, _TAIL.sub("", word)} if kind.name in _ABBREVIATED else {word})
            for text, score, position in process.extract(
                one, texts, scorer=fuzz.token_ratio, processor=utils.default_process, limit=None, score_cutoff=LEAST
            )
        ]  # A word that holds all of a known one and more is not the same: the plain ratio breaks ties.
        if kind.name in _ABBREVIATED:  # and F* is not F
            same = clean(word).casefold()
            near = [(score if texts[at].casefold() == same else 0.9 * score, at) for score, at in near]
        best: dict[str, NearWord] = {}
        for score, position in sorted(near, reverse=True):
            target, text = pool[position]
            best.setdefault(target, NearWord(target, round(score, 1), text))
        found.append(list(best.values())[:limit])
    return found


def doubt(kind: WordKind, word: str) -> str:
    """Return the sentence that says how a word is read although it is not clear, "" = it is not read at all."""
    if kind.name != QUALIFICATION:
        return ""
    found = word_meanings.qualification(word)
    return found.doubt if found else ""


def _entries(book: RuleBook) -> dict[str, str]:
    return {entry.id: f"{entry.id} {entry.title}" for entry in book.interventions}


def _entry(written: str, _: str, book: RuleBook) -> str:
    found = book.find_intervention(written) or book.find_intervention(written.partition(" ")[0])
    return found.id if found else ""


def _names_of_entries(book: RuleBook) -> Iterable[tuple[str, str]]:
    usual = usual_names()
    return [(entry.id, text) for entry in book.interventions for text in (entry.title, *usual.get(entry.id, ()))]


def _level(written: str, _: str, __: RuleBook) -> str:
    match = _LEVEL.fullmatch(written)
    return match[1] if match else ""


def _professions(_: RuleBook) -> Iterable[tuple[str, str]]:
    return [(" ".join(map(str, meaning.value)).strip(), word) for word, meaning in word_meanings.professions()]


def _roles(book: RuleBook) -> dict[str, str]:
    titles = {role.id: role.title for role in book.roles}
    return titles | {role: role for role in _choices()["rolle"] if role != ROLE_BETREUUNG_43B}


def _itself(written: str, word: str, _: RuleBook) -> str:
    return clean(word) if fold(written) == fold(word) else ""


def _of_list(name: str) -> Callable[[RuleBook], Iterable[tuple[str, str]]]:
    return lambda _: [(target, word) for target, words in _choices()[name].items() for word in (target, *words)]


def _usual_times(_: RuleBook) -> dict[str, str]:
    times = sorted({found for found, _ in _codes() if found[0].isdigit()})
    return {one: one for one in (*times, *shift_codes.ABSENCES.values())}


def _times(written: str, _: str, __: RuleBook) -> str:
    try:
        meant = shift_codes.shift(written)
    except ValueError:
        return ""
    spans = sorted(meant.spans)
    overlapping = any(second[0] < first[1] for first, second in pairwise(spans))
    too_long = meant.spans and meant.pause >= sum(end - start for start, end in spans)
    return "" if overlapping or too_long else meant.absence or written


def _codes(_: RuleBook | None = None) -> list[tuple[str, str]]:
    return [(meant.rpartition(", ")[2], code) for code, meant in shift_codes.usual_codes().items()]


@cache
def _choices() -> Any:
    return _yaml(Path(__file__).with_name("choices.yaml"))


def _yaml(path: Path) -> Any:
    import yaml  # noqa: PLC0415  # needed only where there are unknown words

    return yaml.safe_load(path.read_text("utf-8"))


INTERVENTION, QUALIFICATION, ROLE, SHIFT, DUTY = "intervention", "qualifikation", "rolle", "schicht", "dienst"
_ABBREVIATED: Final = frozenset({SHIFT, DUTY})

KINDS: Final = {
    kind.name: kind
    for kind in (
        WordKind(
            INTERVENTION, "interventions", ignorable=True, key=fold, choices=_entries, read=_entry,
            speaks=lambda word, book: book.find_intervention(word) is not None, like=_names_of_entries,
        ),
        WordKind(
            QUALIFICATION, "qualifications", ignorable=False, key=fold, choices=lambda _: _choices()["qualifikation"],
            read=_level, speaks=lambda word, _: _LEVEL.fullmatch(clean(word)) is not None, like=_professions,
        ),
        WordKind(
            ROLE, "roles", ignorable=False, key=fold, choices=_roles, read=_itself,
            speaks=lambda word, book: word in {role.id for role in book.roles}, like=_of_list("rolle"),
        ),
        WordKind(
            SHIFT, "shifts", ignorable=False, key=fold, choices=lambda _: {one: one for one in _choices()["schicht"]},
            read=_itself, speaks=lambda word, _: word in _choices()["schicht"], like=_of_list("schicht"),
        ),
        WordKind(
            # Many rosters tell F from f and from F*: only blanks are the same.
            DUTY, "shift_codes", ignorable=False, key=clean, choices=_usual_times, read=_times,
            speaks=lambda word, book: bool(_times(word, word, book)), like=_codes,
        ),
    )
}  # fmt: skip
"""The kinds of words, in the order in which they are asked for."""
