"""The conversation about an upload: guesses about its sheets, answers, and open questions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from importers.files.delimited import DOS
from importers.sheets import sheet_guesses
from importers.sheets.column_contents import is_mark, meaning, unassigned
from importers.sheets.sheet_decision import SheetAnswer
from importers.sheets.synonyms import EXACT, SURE
from importers.sheets.template_columns import SHEETS, column_of
from pebem.contracts import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from importers.sheets.profiles import SourceProfile
    from importers.sheets.sheet_guesses import ColumnGuess, SheetGuess
    from web.services.uploads.encodings import EncodingSample

PASSWORD: Final = "kennwort"  # noqa: S105 - the word for it
SHEET: Final = "blatt"
COLUMNS: Final = "spalten"
CONTENTS: Final = "inhalt"
END: Final = "zuordnung"
"""Kinds of questions."""

STATES: Final = STATUSES
"""What a word may say of an intervention; the first: that it was done."""


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
        return SheetAnswer(
            guess.file,
            guess.name,
            sheet,
            guess.row,
            guess.depth,
            columns_of(guess),
            guess.unit,
            statuses=guess.statuses,
            declined=guess.declined,
            blank_counts=guess.blank_counts,
        )

    def with_answer(self, answer: SheetAnswer, kind: str) -> Conversation:
        """Return it with another answer about a sheet, to questions of a kind."""
        other_answers = tuple(one for one in self.answers if (one.file, one.name) != (answer.file, answer.name))
        return replace(self, answers=(*other_answers, answer), seen=self.seen | {(kind, answer.file, answer.name)})

    def without_last(self, objection: str) -> Conversation:
        """Return it without the last answer, and with the reason why."""
        last = self.answers[-1]
        seen_pages = frozenset(one for one in self.seen if one[1:] != (last.file, last.name))
        return replace(self, answers=self.answers[:-1], seen=seen_pages, ready=False, objection=objection)

    def has_seen(self, kind: str, guess: SheetGuess) -> bool:
        """Return whether this question was answered."""
        return (kind, guess.file, guess.name) in self.seen

    def open_questions(self) -> Iterator[UploadQuestion]:
        """Yield what is to be asked, in order; what is clear without an answer is not."""
        if self.locked:
            yield UploadQuestion(PASSWORD)
            return
        for i, guess in enumerate(self.guesses):
            if not (guess.settled or guess.hidden or self._sure(guess) or self.has_seen(SHEET, guess)):
                yield UploadQuestion(SHEET, i)
        # A sheet that a user has chosen by hand is asked about as well, hidden or not.
        choices = [(i, one, self.chosen(one)) for i, one in enumerate(self.guesses)]
        for i, guess, chosen in choices:
            if chosen.sheet and _has_doubts(guess) and not self.has_seen(COLUMNS, guess):
                yield UploadQuestion(COLUMNS, i)
        for i, guess, chosen in choices:
            if chosen.sheet and has_open_contents(guess, chosen):
                yield UploadQuestion(CONTENTS, i)

    def _sure(self, guess: SheetGuess) -> bool:
        """Return whether it is sure what a sheet is, where its headings are and how its letters are written."""
        if guess.confidence < SURE or guess.row < 0 or not guess.sheet:
            return False
        if guess.encoding == DOS or (guess.confidence < EXACT and any(self._beside(guess))):
            return False
        # A known heading with an umlaut shows that the letters are read as they were written.
        has_umlauts = any(one.column and not one.heading.isascii() for one in guess.columns)
        return has_umlauts or len(self.readings.get(guess.file, ())) <= 1

    def _beside(self, guess: SheetGuess) -> Iterator[SheetGuess]:
        """Yield the sheets of the same kind beside which one may be a copy, or a list of something else."""
        for sheet in self.guesses:
            if sheet is guess or sheet.hidden or sheet.sheet != guess.sheet or not sheet.fingerprint:
                continue
            if guess.name and (sheet.file == guess.file or sheet.confidence == EXACT):
                yield sheet

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
        """Return the answers to read with, the columns of each written out.

        What was sure and not asked about is among them: beside an answered sheet of its kind it would be left out.
        """
        return tuple(
            self.chosen(guess)
            for guess in self.guesses
            if self.answer_to(guess) or (guess.sheet and not (guess.settled or guess.hidden))
        )

    def profile(self) -> SourceProfile:
        """Return what to remember."""
        return sheet_guesses.profile_of(self.remember, self.guesses, self.final())


def columns_of(guess: SheetGuess) -> dict[str, int]:
    """Return the columns a sheet seems to have, as an answer names them.

    One it needs and no heading names is taken by its cells where one column alone looks like it; the column page shows
    that. Initials in a list of employees without numbers are their numbers.
    """
    columns = {one.column: one.position for one in guess.columns if one.column}
    aids = SHEETS[guess.sheet].aids if guess.sheet else ()
    for column in guess.missing:
        initials = columns.get("Handzeichen", -1)
        needed = {name: position for name, position in columns.items() if name not in aids}
        positions = _open(guess, guess.sheet, needed, ()).get(column, ())
        if initials in positions:
            positions = (initials,)
        if len(positions) == 1:
            columns = {name: position for name, position in columns.items() if position != positions[0]}
            columns[column] = positions[0]
    return columns


def has_open_contents(guess: SheetGuess, chosen: SheetAnswer) -> bool:
    """Return whether something is to be asked about a sheet by what its cells contain."""
    return bool(open_columns(guess, chosen) or open_words(guess, chosen) or open_blanks(guess, chosen))


def open_blanks(guess: SheetGuess, chosen: SheetAnswer) -> int:
    """Return in how many assessments it is open what blank counts of module 5 mean."""
    return 0 if chosen.blank_counts or chosen.sheet != guess.sheet else guess.blank_rows


def open_columns(guess: SheetGuess, chosen: SheetAnswer) -> dict[str, tuple[ColumnGuess, ...]]:
    """Return column of the template nothing is read as -> columns of the sheet whose cells look like it."""
    by_position = {one.position: one for one in guess.columns}
    open_positions = _open(guess, chosen.sheet, chosen.columns, chosen.declined)
    return {
        column: tuple(by_position[position] for position in positions) for column, positions in open_positions.items()
    }


def open_words(guess: SheetGuess, chosen: SheetAnswer) -> tuple[tuple[str, int], ...]:
    """Return the words of the column read as ``Status`` with their rows, where it is open what one of them means.

    In a column with the template's name a blank cell means done (``docs/adr/0004``); in one that contains only marks it
    may mean that nothing was done.
    """
    column = next((one for one in guess.columns if one.position == chosen.columns.get("Status", -1)), None)
    if column is None or chosen.statuses or column_of(chosen.sheet, column.heading) == "Status":
        return ()
    words = [word for word, _ in column.values if word]
    blank = len(words) < len(column.values)
    doubtful = not all(map(meaning, words)) or (blank and is_mark(words))
    return column.values if words and doubtful else ()


def _open(
    guess: SheetGuess, sheet: str, columns: Mapping[str, int], declined: Sequence[str]
) -> dict[str, tuple[int, ...]]:
    return unassigned({one.position: one.may_be for one in guess.columns}, sheet, columns, declined)


def _has_doubts(guess: SheetGuess) -> bool:
    """Return whether it is open which column of a sheet is which: one is missing, may be several, or is not sure."""
    if guess.settled:
        return False
    unsure = any(one.column and one.confidence < SURE for one in guess.columns)
    assigned = {one.column for one in guess.columns}
    several = any({*one.candidates} - assigned for one in guess.columns if not one.column)
    return bool(guess.missing) or unsure or several
