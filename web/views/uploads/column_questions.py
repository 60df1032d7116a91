"""Zuordnen: which column of a sheet is which, by its heading, or by what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from importers.sheets.heading_rows import BLANK_IS_NONE
from web.errors import back_to
from web.services.uploads.conversation import COLUMNS, CONTENTS, STATES, has_open_contents, open_blanks
from web.services.uploads.questions import ANSWERED, AnswerError, LateError
from web.views.uploads.column_choice import UNITS, chosen_columns, column_name, fields, wrong_columns
from web.views.uploads.content_choice import BLANKS, chosen_contents, topics
from web.views.uploads.question_frame import LATE, about_sheet, address, blueprint, page, stored, subject, version
from web.views.uploads.questions import sheet_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from importers.sheets.sheet_decision import SheetAnswer
    from web.services.uploads.conversation import Conversation
    from web.services.uploads.records import UploadRow


@blueprint.get("/<int:upload_id>/spalten/<int:number>")
def columns(upload_id: int, number: int) -> ResponseReturnValue:
    """Ask which column of a sheet is which."""
    upload, asked, guess = about_sheet(upload_id, number)
    answer = asked.chosen(guess)
    if not answer.sheet:
        return redirect(url_for("upload_questions.sheet", upload_id=upload_id, number=number))
    if not guess.columns:
        return sheet_page(upload, asked, number, answer, wrong="In dieser Zeile stehen keine Überschriften.")
    return _columns(upload, asked, number, answer)


@blueprint.post("/<int:upload_id>/spalten/<int:number>")
@back_to("uploads.show", "upload_id")
def answer_columns(upload_id: int, number: int) -> ResponseReturnValue:
    """Accept the answer which column of a sheet is which."""
    upload, asked, guess = about_sheet(upload_id, number)
    before = asked.chosen(guess)
    if request.form.get("blatt", "") != subject(before):  # what was chosen are columns of something else
        raise AnswerError(ANSWERED)
    answer = chosen_columns(guess, before, request.form)
    late = version() != asked.version
    if late and answer == before and asked.has_seen(COLUMNS, guess):  # said before, and stored
        return redirect(url_for("uploads.show", upload_id=upload_id))
    if wrong := wrong_columns(guess, answer):
        return _columns(upload, asked, number, answer, wrong=wrong, late=late), 409 if late else 422
    try:
        return stored(upload_id, answer, COLUMNS)
    except LateError:
        upload, asked, _ = about_sheet(upload_id, number)
        return _columns(upload, asked, number, answer, late=True), 409


@blueprint.get("/<int:upload_id>/inhalt/<int:number>")
def contents(upload_id: int, number: int) -> ResponseReturnValue:
    """Ask what columns are whose headings say nothing, by what stands in them."""
    upload, asked, guess = about_sheet(upload_id, number)
    answer = asked.chosen(guess)
    if not has_open_contents(guess, answer):
        return redirect(address(upload_id, asked))
    return _contents(upload, asked, number)


@blueprint.post("/<int:upload_id>/inhalt/<int:number>")
@back_to("uploads.show", "upload_id")
def answer_contents(upload_id: int, number: int) -> ResponseReturnValue:
    """Accept the answer what columns are, and what their words mean."""
    upload, asked, guess = about_sheet(upload_id, number)
    before = asked.chosen(guess)
    if request.form.get("blatt", "") != subject(before):
        raise AnswerError(ANSWERED)
    answer, wrong = chosen_contents(guess, before, request.form)
    if wrong:
        return _contents(upload, asked, number, wrong=wrong), 422
    try:
        return stored(upload_id, answer, CONTENTS)
    except LateError:
        upload, asked, guess = about_sheet(upload_id, number)
        if not has_open_contents(guess, asked.chosen(guess)):
            raise
        return _contents(upload, asked, number, late=True), 409


def _columns(
    upload: UploadRow,
    asked: Conversation,
    number: int,
    answer: SheetAnswer,
    *,
    wrong: Mapping[str, str] | None = None,
    late: bool = False,
) -> str:
    guess = asked.guesses[number]
    offers = [(one, column_name(one)) for one in guess.columns if one.heading or one.samples]
    return page(
        "columns",
        upload,
        asked,
        number=number,
        guess=guess,
        answer=answer,
        about=subject(answer),
        fields=fields(guess, answer, wrong or {}, asked.chosen(guess) if late else None),
        offers=offers,
        unused=[one for one, _ in offers if one.position not in answer.columns.values()],
        wrong=wrong or {},
        late=LATE if late else "",
        units=UNITS,
    )


def _contents(
    upload: UploadRow,
    asked: Conversation,
    number: int,
    *,
    wrong: Mapping[str, str] | None = None,
    late: bool = False,
) -> str:
    guess = asked.guesses[number]
    answer = asked.chosen(guess)
    return page(
        "contents",
        upload,
        asked,
        number=number,
        guess=guess,
        answer=answer,
        about=subject(answer),
        topics=topics(guess, answer, request.form, wrong or {}),
        blank_rows=open_blanks(guess, answer),
        blank_counts=request.form.get(BLANKS, BLANK_IS_NONE),
        wrong=wrong or {},
        late=LATE if late else "",
        states=STATES,
    )
