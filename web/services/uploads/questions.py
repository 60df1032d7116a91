"""Answers to the questions about an upload's sheets and columns.

An answer given to an older version of the conversation is refused, and the new version is shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from importers.sheets.template_columns import SHEETS
from web.services.errors import ServiceError
from web.services.uploads import kept_files, records
from web.services.uploads.conversation import COLUMNS, END, SHEET
from web.store.models import Upload
from web.store.models.upload import ASKING, READ, REFUSED, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from importers.sheets.sheet_decision import SheetAnswer
    from importers.sheets.sheet_guesses import SheetGuess
    from web.services.uploads.conversation import Conversation
    from web.settings import Settings
    from web.store.access import Access

ANSWERED: Final = (
    "Inzwischen hat jemand eine Frage zu dieser Datenlieferung beantwortet. Ihre Antwort wurde deshalb nicht "
    "übernommen; bitte sehen Sie sich den neuen Stand an."
)

NOTHING_READ: Final = "So würde kein Blatt gelesen. Bitte wählen Sie bei mindestens einem Blatt, was es enthält."


class AnswerError(ServiceError):
    """An answer cannot be accepted now."""


class LateError(AnswerError):
    """Another answer was quicker; this one has to be given to the new state."""


def open_conversation(access: Access, settings: Settings, upload_id: int) -> Conversation:
    """Return the conversation about an upload that waits for answers.

    Raises
    ------
    AnswerError
        Where it does not wait for answers.
    """
    with access.reading() as session:
        state = session.get_one(Upload, upload_id).state
    conversation = kept_files.conversation(access, settings, upload_id) if state == ASKING else None
    if conversation is None:
        raise AnswerError(records.OTHER_STATE)
    return conversation


def store_answer(
    access: Access,
    settings: Settings,
    upload_id: int,
    version: int,
    change: Callable[[Conversation], tuple[Conversation, bool]],
    *,
    action: str = "",
) -> bool:
    """Store an answer, and return whether the files must be looked at again: then the upload waits for a job.

    Parameters
    ----------
    version
        Of the conversation the answer was given to.
    change
        Gives the conversation with the answer in it, and whether the files must be looked at again.
    account_id, action
        Who does what, where it is to be logged.

    Raises
    ------
    AnswerError
        Where the upload waits for no answer; LateError where another answer was quicker.
    """
    with access.writing.begin() as session:
        if not records.move(session, upload_id, ASKING, ASKING):  # locks the row until the answer is stored
            raise AnswerError(records.OTHER_STATE)
        conversation = kept_files.conversation(access, settings, upload_id)
        if conversation is None:
            raise AnswerError(records.OTHER_STATE)
        if conversation.version != version:
            raise LateError(ANSWERED)
        conversation, again = change(conversation)
        kept_files.keep_conversation(
            access, settings, upload_id, replace(conversation, objection="", version=version + 1)
        )
        if again:
            records.move(session, upload_id, ASKING, WAITING)
        if action:
            records.record_action(session, access, upload_id, action)
        return again


def unlock(access: Access, settings: Settings, upload_id: int, version: int, password: str) -> None:
    """Store the password of the locked file, sealed, until the files are read."""

    def change(conversation: Conversation) -> tuple[Conversation, bool]:
        passwords = kept_files.passwords(access, settings, upload_id)
        kept_files.keep_passwords(access, settings, upload_id, passwords | {conversation.locked: password})
        return replace(conversation, locked="", wrong=False), True

    store_answer(access, settings, upload_id, version, change)


def answer_sheet(
    access: Access, settings: Settings, upload_id: int, version: int, answer: SheetAnswer, kind: str
) -> bool:
    """Store an answer about a sheet or its columns, and return whether the files must be looked at again."""

    def change(conversation: Conversation) -> tuple[Conversation, bool]:
        guess = next(one for one in conversation.guesses if (one.file, one.name) == (answer.file, answer.name))
        if kind != SHEET:
            return conversation.with_answer(answer, kind), False
        if answer.sheet and _differs(guess, answer):  # the columns have to be found and asked about again
            after = conversation.with_answer(answer, kind)
            return replace(after, seen=after.seen - {(COLUMNS, answer.file, answer.name)}), True
        before = conversation.chosen(guess)
        merged = replace(before, sheet=answer.sheet, row=answer.row, depth=answer.depth, encoding=answer.encoding)
        return conversation.with_answer(merged, kind), False

    return store_answer(access, settings, upload_id, version, change)


def confirm(access: Access, settings: Settings, upload_id: int, version: int, *, remember: str) -> None:
    """Have the files read as answered, and the profile stored under this name ("" = none) afterwards.

    Raises
    ------
    AnswerError
        As :func:`store_answer`, and where no sheet would be read or questions are open.
    """

    def change(conversation: Conversation) -> tuple[Conversation, bool]:
        if conversation.next.kind != END:
            raise LateError(ANSWERED)
        if not any(conversation.chosen(one).sheet for one in conversation.guesses):
            raise AnswerError(NOTHING_READ)
        return replace(conversation, ready=True, remember=remember, account_id=access.account), True

    store_answer(access, settings, upload_id, version, change, action="einlesen.zuordnen")


def reopen(access: Access, settings: Settings, upload_id: int) -> None:
    """Go back to the questions about an upload that was read or could not be.

    Raises
    ------
    AnswerError
        Where it is in another state, or nothing could be asked of it.
    """
    conversation = kept_files.conversation(access, settings, upload_id)
    if conversation is None or not conversation.guesses:
        raise AnswerError(records.OTHER_STATE)
    with access.writing.begin() as session:
        if not records.reset(session, upload_id, (READ, REFUSED), ASKING):
            raise AnswerError(records.OTHER_STATE)
        reopened = replace(conversation, ready=False, version=conversation.version + 1)
        kept_files.keep_conversation(access, settings, upload_id, reopened)
        records.record_action(session, access, upload_id, "einlesen.umordnen")


def targets(sheet: str) -> Sequence[str]:
    """Return the columns a sheet may have, required ones first, those that only help to read last."""
    layout = SHEETS[sheet]
    return (*layout.columns, *layout.aids)


def _differs(guess: SheetGuess, answer: SheetAnswer) -> bool:
    """Return whether an answer differs from what the sheet was last looked at with."""
    return (answer.sheet, answer.row, answer.depth) != (guess.sheet, guess.row, guess.depth) or (
        answer.encoding not in {"", guess.encoding}
    )
