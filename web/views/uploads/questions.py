"""Zuordnen: one question a page about what an upload's files and sheets hold, until they can be read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from flask import redirect, request, url_for

from importers.sheets.sheet_decision import SheetAnswer
from importers.sheets.template_columns import SHEETS, clean
from web import current
from web.errors import back_to
from web.services.uploads import questions
from web.services.uploads.conversation import END, PASSWORD, SHEET
from web.services.uploads.encodings import CODECS
from web.services.uploads.questions import LateError
from web.services.words import profiles
from web.views.uploads.column_choice import certainty_word
from web.views.uploads.question_frame import (
    LATE,
    about_sheet,
    address,
    again,
    blueprint,
    conversation,
    page,
    stored,
    version,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from importers.sheets.sheet_guesses import SheetGuess
    from web.services.uploads.conversation import Conversation
    from web.services.uploads.records import UploadRow

LONGEST_PASSWORD: Final = 255

_NUMBERS: Final = re.compile(r"[\W_]*\d[\d\W_]*")


@blueprint.get("/<int:upload_id>/zuordnung")
def overview(upload_id: int) -> ResponseReturnValue:
    """Show how every sheet would be read, and ask for confirmation; while questions are open, ask the next."""
    upload, asked = conversation(upload_id)
    if asked.next.kind != END:
        return redirect(address(upload_id, asked))
    return _overview(upload, asked, name=_proposed(asked))


@blueprint.post("/<int:upload_id>/zuordnung")
@back_to("uploads.show", "upload_id")
def confirm(upload_id: int) -> ResponseReturnValue:
    """Have the files read as answered, and the profile stored where it is to be."""
    upload, asked = conversation(upload_id)
    services = current.services()
    name = clean(request.form.get("name", "")) if request.form.get("merken") else ""
    if request.form.get("merken") and (wrong := profiles.objection(current.access(), name)):
        return _overview(upload, asked, name=name, wrong=wrong), 422
    try:
        questions.confirm(current.access(), services.settings, upload_id, version(), remember=name)
    except LateError:
        upload, asked = conversation(upload_id)
        if asked.next.kind != END:
            raise
        return _overview(upload, asked, name=name, late=True), 409
    return again(upload_id)


@blueprint.post("/<int:upload_id>/zuordnung/aendern")
@back_to("uploads.show", "upload_id")
def reopen(upload_id: int) -> ResponseReturnValue:
    """Go back to the questions about an upload that was read or could not be."""
    upload, services = current.upload(upload_id), current.services()
    questions.reopen(current.access(), services.settings, upload.id)
    return redirect(url_for("uploads.show", upload_id=upload_id))


@blueprint.get("/<int:upload_id>/kennwort")
def password(upload_id: int) -> ResponseReturnValue:
    """Ask for the password of a locked file."""
    upload, asked = conversation(upload_id)
    if asked.next.kind != PASSWORD:
        return redirect(address(upload_id, asked))
    wrong = "Dieses Kennwort öffnet die Datei nicht. Bitte geben Sie es noch einmal ein." if asked.wrong else ""
    return page("password", upload, asked, wrong=wrong)


@blueprint.post("/<int:upload_id>/kennwort")
@back_to("uploads.show", "upload_id")
def unlock(upload_id: int) -> ResponseReturnValue:
    """Accept the password of a locked file."""
    upload, asked = conversation(upload_id)
    entered = request.form.get("kennwort", "")
    if not entered or len(entered) > LONGEST_PASSWORD:
        return page("password", upload, asked, wrong="Bitte geben Sie das Kennwort der Datei ein."), 422
    services = current.services()
    questions.unlock(current.access(), services.settings, upload_id, version(), entered)
    return again(upload_id)


@blueprint.get("/<int:upload_id>/blatt/<int:number>")
def sheet(upload_id: int, number: int) -> ResponseReturnValue:
    """Ask what a sheet contains and where its headings are."""
    upload, asked, guess = about_sheet(upload_id, number)
    return sheet_page(upload, asked, number, asked.chosen(guess))


@blueprint.post("/<int:upload_id>/blatt/<int:number>")
@back_to("uploads.show", "upload_id")
def answer_sheet(upload_id: int, number: int) -> ResponseReturnValue:
    """Accept the answer what a sheet contains and where its headings are."""
    upload, asked, guess = about_sheet(upload_id, number)
    before = asked.chosen(guess)
    answer = _answer(guess, before)
    wrong = ""
    if answer.sheet and answer.row < 0:
        wrong = "Bitte wählen Sie die Zeile, in der die Überschriften stehen."
    elif not answer.sheet and answer.encoding != before.encoding:
        wrong = "Bitte wählen Sie auch, was das Blatt enthält: Mit falschen Umlauten war es nicht zu erkennen."
    if wrong:
        return sheet_page(upload, asked, number, answer, wrong=wrong), 422
    try:
        return stored(upload_id, replace(answer, row=max(answer.row, 0)), SHEET)
    except LateError:
        upload, asked, guess = about_sheet(upload_id, number)
        return sheet_page(upload, asked, number, answer, late=True), 409


def _answer(guess: SheetGuess, before: SheetAnswer) -> SheetAnswer:
    form = request.form
    row, codec = form.get("zeile", ""), form.get("zeichen", "")
    return SheetAnswer(
        guess.file,
        guess.name,
        form.get("inhalt", "") if form.get("inhalt", "") in SHEETS else "",
        int(row) if row.isdecimal() and int(row) < len(guess.preview) else -1,
        2 if form.get("zeilen") == "2" else 1,
        # What was recognised and not changed is recognised in the next file too.
        encoding=codec if codec in CODECS and codec != guess.encoding else before.encoding,
    )


def _proposed(asked: Conversation) -> str:
    """Return a name for the profile: that of the one applied, else the file's without dates and numbers."""
    if asked.remember:
        return asked.remember
    applied = [one.profile for one in asked.guesses if one.profile]
    if applied:
        return applied[0]
    stem = PurePath(asked.guesses[0].file).stem if asked.guesses else ""
    return clean(_NUMBERS.sub(" ", stem).replace("_", " "))[: profiles.NAME_SIGNS] or clean(stem)


def _overview(upload: UploadRow, asked: Conversation, *, name: str, wrong: str = "", late: bool = False) -> str:
    rows = [
        (number, guess, asked.chosen(guess), asked.answer_to(guess) is not None)
        for number, guess in enumerate(asked.guesses)
    ]
    return page(
        "overview",
        upload,
        asked,
        rows=rows,
        name=name,
        wrong=wrong,
        late=questions.ANSWERED if late else "",
        foreign=any(not guess.settled or answered for _, guess, _, answered in rows),
        nothing="" if any(one.sheet for _, _, one, _ in rows) else questions.NOTHING_READ,
    )


def sheet_page(
    upload: UploadRow,
    asked: Conversation,
    number: int,
    answer: SheetAnswer,
    *,
    wrong: str = "",
    late: bool = False,
) -> str:
    """Return the page that asks what a sheet contains."""
    guess = asked.guesses[number]
    return page(
        "sheet",
        upload,
        asked,
        number=number,
        guess=guess,
        answer=answer,
        wrong=wrong,
        late=LATE if late else "",
        codecs=CODECS,
        readings=asked.readings.get(guess.file, ()),
        answered=asked.answer_to(guess) is not None,
        certainty=certainty_word(guess.confidence),
    )
