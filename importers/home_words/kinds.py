"""A home's own words: their kinds, and what a word of each may mean."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from importers.content.intervention_names import IGNORE, LATER, NO_ENTRY, SPLIT, find_entry
from importers.home_words import lexicon_files, word_parts
from importers.rosters import shift_codes
from importers.values import shift_starts, word_meanings
from importers.values.spelling import clean, fold
from rules import roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules.model import RuleBook

INTERVENTION, QUALIFICATION, ROLE, SHIFT, DUTY = "intervention", "qualifikation", "rolle", "schicht", "dienst"
SHIFT_START: Final = "schichtbeginn"

_LEVEL: Final = re.compile(r"(?:qn[ -]?)?([1-8])", re.IGNORECASE)


class WordKind(Protocol):
    """A kind of words that each home chooses for itself.

    Attributes
    ----------
    name
        As :class:`importers.ReadFiles` ``unknown`` has it.
    field
        Its name in :class:`importers.conventions.HomeConventions`.
    answers
        What may be answered beside the choices: of an intervention that it is none, several, or not in the catalogue.
    abbreviated
        Whether its words are abbreviations, of which F1, F* and F/2 are kinds of F.
    own_times
        Whether its words stand for times that each home sets itself: what is usual is never sure.
    """

    name: ClassVar[str]
    field: ClassVar[str]
    answers: ClassVar[tuple[str, ...]] = ()
    abbreviated: ClassVar[bool] = False
    own_times: ClassVar[bool] = False

    def key(self, word: str) -> str:
        """Return what two spellings of one word have in common."""
        return fold(word)

    def family(self, word: str) -> str:
        """Return what words have in common that are one question; otherwise each is its own."""
        return self.key(word)

    def choices(self, book: RuleBook) -> Mapping[str, str]:
        """Return what may be chosen: target -> how it is called. Of times in a roster only the usual ones."""
        ...

    def read(self, written: str, word: str, book: RuleBook) -> str:
        """Return the target that was written in another way for a word, "" = none."""
        ...

    def explains_itself(self, word: str, book: RuleBook) -> bool:
        """Return whether the word is clear without a mapping."""
        ...

    def known_words(self, book: RuleBook) -> Iterable[tuple[str, str]]:
        """Return known words for suggestions: (target, word)."""
        ...

    def target(self, written: str, word: str, book: RuleBook) -> str:
        """Return what is stored for an answer, written or chosen, ``""`` where the word cannot stand for it."""
        wanted = fold(written)
        for answer in (*self.answers, LATER):
            if wanted == fold(answer):
                return answer
        for target, called in self.choices(book).items():
            if clean(written) == target or wanted == fold(called):
                return target
        return self.read(clean(written), word, book)

    def called(self, target: str, book: RuleBook) -> str:
        """Return how a target is called on pages and in tables; :meth:`target` reads it again."""
        return self.choices(book).get(target, target)


class InterventionWord(WordKind):
    """What a home calls an entry of the catalogue."""

    name, field = INTERVENTION, "interventions"
    answers = (IGNORE, SPLIT, NO_ENTRY)

    def choices(self, book: RuleBook) -> Mapping[str, str]:
        """Return the entries of the catalogue: id -> id and title."""
        return {entry.id: f"{entry.id} {entry.title}" for entry in book.interventions}

    def read(self, written: str, word: str, book: RuleBook) -> str:
        """Return the id of an entry named otherwise."""
        entry = book.find_intervention(written) or book.find_intervention(written.partition(" ")[0])
        return entry.id if entry else ""

    def explains_itself(self, word: str, book: RuleBook) -> bool:
        """Return whether the catalogue knows the word."""
        return find_entry(book, word) is not None

    def known_words(self, book: RuleBook) -> Iterable[tuple[str, str]]:
        """Return titles and what homes often write; how they are compared is in ``suggestions``."""
        usual = lexicon_files.entries()
        return [
            (entry.id, text)
            for entry in book.interventions
            for text in (entry.title, *(usual[entry.id].words if entry.id in usual else ()))
        ]

    def family(self, word: str) -> str:
        """Return what words have in common that differ in the degree of help, dose or frequency alone."""
        return word_parts.family(word)


class QualificationWord(WordKind):
    """What a home calls a level of qualification or a profession."""

    name, field = QUALIFICATION, "qualifications"

    def choices(self, book: RuleBook) -> Mapping[str, str]:
        """Return the levels."""
        choices: Mapping[str, str] = _choices()["qualifikation"]
        return choices

    def read(self, written: str, word: str, book: RuleBook) -> str:
        """Return the level of "QN 4" or "4"."""
        match = _LEVEL.fullmatch(written)
        return match[1] if match else ""

    def explains_itself(self, word: str, book: RuleBook) -> bool:
        """Return whether the word is a level."""
        return _LEVEL.fullmatch(clean(word)) is not None

    def known_words(self, book: RuleBook) -> Iterable[tuple[str, str]]:
        """Return the professions."""
        return [(level_target(meaning), word) for word, meaning in word_meanings.professions()]


class RoleWord(WordKind):
    """What a home calls a role."""

    name, field = ROLE, "roles"

    def choices(self, book: RuleBook) -> Mapping[str, str]:
        """Return the roles of the rulebook and the usual ones."""
        return {**roles.titles(), **{role: role for role in _choices()["rolle"] if role not in roles.titles()}}

    def read(self, written: str, word: str, book: RuleBook) -> str:
        """Return the word itself where it is to stay as it is."""
        return _itself(written, word)

    def explains_itself(self, word: str, book: RuleBook) -> bool:
        """Return whether the word is a role of the rulebook."""
        return word in roles.titles()

    def known_words(self, book: RuleBook) -> Iterable[tuple[str, str]]:
        """Return the usual roles in all their words."""
        return _words_of_list("rolle")


class ShiftWord(WordKind):
    """What a home calls a shift in column ``Schicht``."""

    name, field, abbreviated = SHIFT, "shifts", True

    def choices(self, book: RuleBook) -> Mapping[str, str]:
        """Return the usual shifts."""
        return {name: name for name in _choices()["schicht"]}

    def read(self, written: str, word: str, book: RuleBook) -> str:
        """Return the word itself where it is to stay as it is."""
        return _itself(written, word)

    def explains_itself(self, word: str, book: RuleBook) -> bool:
        """Return whether the word is a usual shift."""
        return word in _choices()["schicht"]

    def known_words(self, book: RuleBook) -> Iterable[tuple[str, str]]:
        """Return the usual shifts in all their words."""
        return _words_of_list("schicht")


class DutyCode(WordKind):
    """A code of a roster, which stands for times or for an absence."""

    name, field, abbreviated, own_times = DUTY, "shift_codes", True, True

    def key(self, word: str) -> str:
        """Return the code without needless blanks: many rosters distinguish F, f and F*."""
        return clean(word)

    def choices(self, book: RuleBook) -> Mapping[str, str]:
        """Return the usual times and the absences."""
        times = sorted({times for times, _ in _usual_codes() if times[0].isdigit()})
        return {meaning: meaning for meaning in (*times, *shift_codes.ABSENCES.values())}

    def read(self, written: str, word: str, book: RuleBook) -> str:
        """Return times as they are written, if a duty can have them, or the absence."""
        try:
            meant = shift_codes.shift(written)
        except ValueError:
            return ""
        spans = sorted(meant.spans)
        overlapping = any(second[0] < first[1] for first, second in pairwise(spans))
        too_long = meant.spans and meant.pause >= sum(end - start for start, end in spans)
        return "" if overlapping or too_long else meant.absence or written

    def explains_itself(self, word: str, book: RuleBook) -> bool:
        """Return whether the code itself is times or an absence."""
        return bool(self.read(word, word, book))

    def known_words(self, book: RuleBook) -> Iterable[tuple[str, str]]:
        """Return the usual codes."""
        return _usual_codes()


class ShiftStart(WordKind):
    """When a shift of the home begins; where rows name no shift, it follows from their time of day."""

    name, field, own_times, answers = SHIFT_START, "shift_starts", True, (IGNORE,)

    def choices(self, book: RuleBook) -> Mapping[str, str]:
        """Return the usual times."""
        return {time: time for times in _choices()["schichtbeginn"].values() for time in times}

    def read(self, written: str, word: str, book: RuleBook) -> str:
        """Return a time of day."""
        minute = shift_starts.minute(written)
        return "" if minute is None else shift_starts.as_time(minute)

    def explains_itself(self, word: str, book: RuleBook) -> bool:
        """Return that no word says when a shift begins."""
        return False

    def known_words(self, book: RuleBook) -> Iterable[tuple[str, str]]:
        """Return the time at which each shift begins most often."""
        return [(times[0], shift) for shift, times in _choices()["schichtbeginn"].items()]


KINDS: Final[Mapping[str, WordKind]] = {
    kind.name: kind
    for kind in (InterventionWord(), QualificationWord(), RoleWord(), ShiftWord(), DutyCode(), ShiftStart())
}
"""The kinds of words, in the order in which they are asked for."""


def level_target(meaning: word_meanings.Meaning) -> str:
    """Return what a home would settle for a profession: its level, and its role."""
    return " ".join(map(str, meaning.suggested or meaning.value)).strip()


def _itself(written: str, word: str) -> str:
    return clean(word) if fold(written) == fold(word) else ""


def _words_of_list(name: str) -> list[tuple[str, str]]:
    return [(target, word) for target, words in _choices()[name].items() for word in (target, *words)]


def _usual_codes() -> list[tuple[str, str]]:
    return [(meant.rpartition(", ")[2], code) for code, meant in shift_codes.usual_codes().items()]


@cache
def _choices() -> Any:
    return _yaml(Path(__file__).with_name("choices.yaml"))


def _yaml(path: Path) -> Any:
    import yaml  # noqa: PLC0415  # needed only where there are unknown words

    return yaml.safe_load(path.read_text("utf-8"))
