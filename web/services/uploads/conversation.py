"""The conversation about an upload: what its sheets seem to be, what was answered, and what is still to be asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from importers.sheets import sheet_guesses
from importers.sheets.sheet_decision import SheetAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from importers.sheets.profiles import SourceProfile
    from importers.sheets.sheet_guesses import SheetGuess
    from web.services.uploads.encodings import EncodingSample

PASSWORD: Final = "kennwort"  # noqa: S105 - the word for it
SHEET: Final = "blatt"
COLUMNS: Final = "spalten"
END: Final = "zuordnung"
"""Kinds of questions."""


class UploadQuestion(NamedTuple):
    """What is to be answered next: about the sheet with this number, where it is about a sheet."""

    kind: str
    number: int = 0


@dataclass(frozen=True)
class Conversation:
    """The conversation about an upload, stored sealed until it is decided about.

    Attributes
    ----------
    guesses
        What the sheets seem to be, answers applied.
    answers
        Answers, one for each sheet that has any.
    seen
        Kind of question, file and sheet, where answered.
    readings
        File -> how its words with umlauts would read in each encoding that fits.
    locked, wrong
        File whose password is to be given, and whether one was given that does not fit.
    ready
        Whether everything is answered: the files are to be read.
    remember
        Name of the profile to be stored once they are read, "" = none.
    account_id
        Who answered last.
    objection
        Why the last answer could not be followed; it is asked for again.
    version
        Counts the answers.
    """

    guesses: tuple[SheetGuess, ...] = ()
    answers: tuple[SheetAnswer, ...] = ()
    seen: frozenset[tuple[str, str, str]] = frozenset()
    readings: Mapping[str, tuple[EncodingSample, ...]] = field(default_factory=dict)
    locked: str = ""
    wrong: bool = False
    ready: bool = False
    remember: str = ""
    account_id: int = 0
    objection: str = ""
    version: int = 0

    def answer_to(self, guess: SheetGuess) -> SheetAnswer | None:
        """Return the answer about a sheet."""
        return next((one for one in self.answers if (one.file, one.name) == (guess.file, guess.name)), None)

    def chosen(self, guess: SheetGuess) -> SheetAnswer:
        """Return how a sheet would be read: as answered, else as guessed."""
        if answer := self.answer_to(guess):
            return answer if answer.columns or not answer.sheet else replace(answer, columns=columns_of(guess))
        sheet = "" if guess.hidden else guess.sheet
        return SheetAnswer(guess.file, guess.name, sheet, guess.row, guess.depth, columns_of(guess), guess.unit)

    def with_answer(self, answer: SheetAnswer, kind: str) -> Conversation:
        """Return it with another answer about a sheet, to questions of a kind."""
        others = tuple(one for one in self.answers if (one.file, one.name) != (answer.file, answer.name))
        return replace(self, answers=(*others, answer), seen=self.seen | {(kind, answer.file, answer.name)})

    def without_last(self, objection: str) -> Conversation:
        """Return it without the last answer, and with the reason why."""
        last = self.answers[-1]
        seen = frozenset(one for one in self.seen if one[1:] != (last.file, last.name))
        return replace(self, answers=self.answers[:-1], seen=seen, ready=False, objection=objection)

    def has_seen(self, kind: str, guess: SheetGuess) -> bool:
        """Return whether this question was answered."""
        return (kind, guess.file, guess.name) in self.seen

    def open_questions(self) -> Iterator[UploadQuestion]:
        """Yield what is to be asked, in order; what is settled by itself is not."""
        if self.locked:
            yield UploadQuestion(PASSWORD)
            return
        asked = [(i, one) for i, one in enumerate(self.guesses) if not (one.settled or one.hidden)]
        yield from (UploadQuestion(SHEET, i) for i, one in asked if not self.has_seen(SHEET, one))
        # A sheet somebody has chosen by hand, hidden or not, is asked about as well.
        asked = [(i, one) for i, one in enumerate(self.guesses) if not one.settled or self.answer_to(one)]
        for i, guess in asked:
            if self.chosen(guess).sheet and (guess.columns or guess.missing) and not self.has_seen(COLUMNS, guess):
                yield UploadQuestion(COLUMNS, i)

    @property
    def next(self) -> UploadQuestion:
        """What to ask next; at the end, whether to read so."""
        return next(self.open_questions(), UploadQuestion(END))

    @property
    def to_be_asked(self) -> bool:
        """Whether the files cannot be read before a question is answered or confirmed."""
        unsaid = bool(self.answers or self.objection) and not self.ready
        return unsaid or next(self.open_questions(), None) is not None

    @property
    def profiles(self) -> tuple[str, ...]:
        """Names of the profiles that were applied."""
        return tuple(sorted({one.profile for one in self.guesses if one.profile and not self.answer_to(one)}))

    def final(self) -> tuple[SheetAnswer, ...]:
        """Return the answers to read with, the columns of each written out."""
        return tuple(self.chosen(one) for one in self.guesses if self.answer_to(one))

    def profile(self) -> SourceProfile:
        """Return what to remember."""
        return sheet_guesses.profile_of(self.remember, self.guesses, self.final())


def columns_of(guess: SheetGuess) -> dict[str, int]:
    """Return the columns a sheet seems to have, as an answer names them."""
    return {one.column: one.position for one in guess.columns if one.column}
