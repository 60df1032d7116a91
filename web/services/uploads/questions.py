"""What an upload's sheets and columns seem to be, what people have said of them, and what is still to be asked.

One person's answer is kept at a time: whoever answers questions another has answered meanwhile is shown the new state.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from importers.sheets import guesses
from importers.sheets.guesses import SheetAnswer, SheetGuess
from importers.sheets.template_columns import SHEETS
from web.services import audit
from web.services.uploads import kept_files, records
from web.services.uploads.records import ASKING, READ, REFUSED, WAITING
from web.store.models import Home, Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from importers.sheets.profiles import SourceProfile
    from web.services.uploads.encodings import EncodingSample
    from web.settings import Settings
    from web.store.databases import Databases

OTHER_STATE: Final = "Diese Lieferung ist inzwischen in einem anderen Stand; bitte laden Sie die Seite neu."

ANSWERED: Final = (
    "Inzwischen hat jemand eine Frage zu dieser Lieferung beantwortet. Ihre Antwort wurde deshalb nicht übernommen; "
    "bitte sehen Sie sich den neuen Stand an."
)

NOTHING_READ: Final = "So würde kein Blatt gelesen. Bitte wählen Sie bei mindestens einem Blatt, was es enthält."

PASSWORD, SHEET, COLUMNS, END = "kennwort", "blatt", "spalten", "zuordnung"


class AnswerError(Exception):
    """An answer cannot be taken now. The message is one German sentence or two."""


class UploadQuestion(NamedTuple):
    """What is to be answered next: about the sheet with this number, where it is about a sheet."""

    kind: str
    number: int = 0


@dataclass(frozen=True)
class Conversation:
    """The conversation about an upload, kept sealed until it is decided about.

    Attributes
    ----------
    guesses
        What the sheets seem to be, answers applied.
    answers
        What people have said, one for each sheet they have said anything of.
    seen
        Kind of question, file and sheet somebody has answered.
    readings
        File -> how its words with umlauts would read in each encoding that fits.
    locked, wrong
        File whose password is to be given, and whether one was given that does not fit.
    ready
        Whether everything has been said: the files are to be read so.
    remember
        Name of the profile to be kept once they are read, "" = none.
    account_id
        Who said so.
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
        """Return what was said of a sheet."""
        return next((one for one in self.answers if (one.file, one.name) == (guess.file, guess.name)), None)

    def chosen(self, guess: SheetGuess) -> SheetAnswer:
        """Return how a sheet would be read: as a person has said, else as it seems to be."""
        if said := self.answer_to(guess):
            return said if said.columns or not said.sheet else replace(said, columns=columns_of(guess))
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
        """Return whether somebody has answered this question."""
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
        """Whether the files cannot be read before somebody has said so or answered."""
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
        return guesses.profile_of(self.remember, self.guesses, self.final())


def columns_of(guess: SheetGuess) -> dict[str, int]:
    """Return the columns a sheet seems to have, as an answer names them."""
    return {one.column: one.position for one in guess.columns if one.column}


def looks(databases: Databases, settings: Settings, upload_id: int) -> Conversation:
    """Return the conversation about an upload that waits for answers.

    Raises
    ------
    AnswerError
        Where it does not wait for answers.
    """
    with databases.reading() as session:
        state = session.get_one(Upload, upload_id).state
    found = kept_files.asked(settings, upload_id) if state == ASKING else None
    if found is None:
        raise AnswerError(OTHER_STATE)
    return found


def take(
    databases: Databases,
    settings: Settings,
    upload_id: int,
    version: int,
    change: Callable[[Conversation], tuple[Conversation, bool]],
    *,
    account_id: int | None = None,
    action: str = "",
) -> bool:
    """Keep an answer, and return whether the files must be looked at again: then a job is waited for.

    Parameters
    ----------
    version
        Of the conversation the answer was given to.
    change
        Gives the conversation with the answer in it, and whether the files must be looked at again.
    account_id, action
        Who does what, where it is to be written down.

    Raises
    ------
    AnswerError
        Where somebody else was quicker, or the upload waits for no answer.
    """
    with databases.writing.begin() as session:
        if not records.move(session, upload_id, ASKING, ASKING):  # holds the row until the answer is kept
            raise AnswerError(OTHER_STATE)
        asked = kept_files.asked(settings, upload_id)
        if asked is None:
            raise AnswerError(OTHER_STATE)
        if asked.version != version:
            raise AnswerError(ANSWERED)
        asked, again = change(asked)
        kept_files.keep_asked(settings, upload_id, replace(asked, objection="", version=version + 1))
        if again:
            records.move(session, upload_id, ASKING, WAITING)
        if action:
            _record(session, action, upload_id, account_id)
        return again


def unlock(databases: Databases, settings: Settings, upload_id: int, version: int, password: str) -> None:
    """Take the password of the locked file; it is kept sealed until the files are read."""

    def change(asked: Conversation) -> tuple[Conversation, bool]:
        known = kept_files.passwords(settings, upload_id)
        kept_files.keep_passwords(settings, upload_id, known | {asked.locked: password})
        return replace(asked, locked="", wrong=False), True

    take(databases, settings, upload_id, version, change)


def say(databases: Databases, settings: Settings, upload_id: int, version: int, answer: SheetAnswer, kind: str) -> bool:
    """Take an answer about a sheet or its columns, and return whether the files must be looked at again."""

    def change(asked: Conversation) -> tuple[Conversation, bool]:
        guess = next(one for one in asked.guesses if (one.file, one.name) == (answer.file, answer.name))
        if kind == COLUMNS:
            return asked.with_answer(answer, kind), False
        if answer.sheet and _otherwise(guess, answer):  # the columns have to be found and asked about anew
            after = asked.with_answer(answer, kind)
            return replace(after, seen=after.seen - {(COLUMNS, answer.file, answer.name)}), True
        before = asked.chosen(guess)
        return asked.with_answer(replace(answer, columns=before.columns, unit=before.unit), kind), False

    return take(databases, settings, upload_id, version, change)


def read_so(
    databases: Databases, settings: Settings, upload_id: int, version: int, *, account_id: int, remember: str
) -> None:
    """Have the files read as was said, and the profile kept under this name ("" = none) once that is done.

    Raises
    ------
    AnswerError
        As :func:`take`, and where no sheet would be read or questions are open.
    """

    def change(asked: Conversation) -> tuple[Conversation, bool]:
        if asked.next.kind != END:
            raise AnswerError(ANSWERED)
        if not any(asked.chosen(one).sheet for one in asked.guesses):
            raise AnswerError(NOTHING_READ)
        return replace(asked, ready=True, remember=remember, account_id=account_id), True

    take(databases, settings, upload_id, version, change, account_id=account_id, action="einlesen.zuordnen")


def reopen(databases: Databases, settings: Settings, upload_id: int, *, account_id: int) -> None:
    """Go back to the questions about an upload that was read or could not be.

    Raises
    ------
    AnswerError
        Where it is in another state, or nothing could be asked of it.
    """
    asked = kept_files.asked(settings, upload_id)
    if asked is None or not asked.guesses:
        raise AnswerError(OTHER_STATE)
    with databases.writing.begin() as session:
        if not records.back(session, upload_id, (READ, REFUSED), ASKING):
            raise AnswerError(OTHER_STATE)
        kept_files.keep_asked(settings, upload_id, replace(asked, ready=False, version=asked.version + 1))
        _record(session, "einlesen.umordnen", upload_id, account_id)


def targets(sheet: str) -> Sequence[str]:
    """Return the columns a sheet may have, required ones first, those that only help to read last."""
    layout = SHEETS[sheet]
    return (*layout.columns, *layout.aids)


def _otherwise(guess: SheetGuess, answer: SheetAnswer) -> bool:
    """Return whether an answer says of a sheet what it was not looked at under."""
    return (answer.sheet, answer.row, answer.depth) != (guess.sheet, guess.row, guess.depth) or (
        answer.encoding not in {"", guess.encoding}
    )


def _record(session: Session, action: str, upload_id: int, account_id: int | None) -> None:
    home = session.get_one(Home, session.get_one(Upload, upload_id).home_id)
    audit.record(session, action, tenant_id=home.tenant_id, account_id=account_id, what=f"lieferung {upload_id}")
