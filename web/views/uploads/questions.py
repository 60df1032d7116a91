"""Zuordnen: one question a page about what an upload's files, sheets and columns hold, until they can be read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for

from importers.sheets.sheet_decision import SheetAnswer
from importers.sheets.template_columns import SHEETS, clean
from web import current
from web.errors import back_to
from web.services.uploads import questions, records
from web.services.uploads.conversation import COLUMNS, END, PASSWORD, SHEET
from web.services.uploads.encodings import CODECS
from web.services.uploads.questions import AnswerError
from web.services.words import profiles
from web.views.uploads.column_choice import UNITS, certainty_word, chosen_columns, column_name, wrong_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from importers.sheets.sheet_guesses import SheetGuess
    from web.services.uploads.conversation import Conversation
    from web.services.uploads.records import UploadRow

blueprint = Blueprint("upload_questions", __name__, url_prefix="/daten")

LONGEST_PASSWORD: Final = 255

SHEET_WORDS: Final = {
    "Bewohner": "wer bei Ihnen lebt",
    "Pflegegrade": "zuerkannte Pflegegrade, auch frühere",
    "Begutachtungen": "Einzelpunkte der Begutachtung",
    "Instabilität": "Zeiten instabiler Gesundheit",
    "Mitarbeitende": "wer bei Ihnen arbeitet, mit Qualifikation",
    "Interventionen": "was wann durchgeführt wurde",
    "Dienste": "wer wann Dienst hatte",
    "Dienstzeiten": "was die Kürzel des Dienstplans bedeuten",
}
"""What each sheet of the template contains, for people who do not know it."""

_NUMBERS: Final = re.compile(r"[\W_]*\d[\d\W_]*")


@blueprint.get("/<int:upload_id>/zuordnung")
def overview(upload_id: int) -> ResponseReturnValue:
    """Show how every sheet would be read, and ask for confirmation; while questions are open, ask the next."""
    upload, asked = _asked(upload_id)
    if asked.next.kind != END:
        return redirect(address(upload_id, asked))
    return _overview(upload, asked, name=_proposed(asked))


@blueprint.post("/<int:upload_id>/zuordnung")
@back_to("uploads.show", "upload_id")
def confirm(upload_id: int) -> ResponseReturnValue:
    """Have the files read as answered, and the profile stored where it is to be."""
    upload, asked = _asked(upload_id)
    services, who = current.services(), current.visitor()
    name = clean(request.form.get("name", "")) if request.form.get("merken") else ""
    if request.form.get("merken") and (wrong := profiles.objection(services.databases.reading, who.tenant_id, name)):
        return _overview(upload, asked, name=name, wrong=wrong), 422
    questions.confirm(
        services.databases, services.settings, upload_id, _version(), account_id=who.account_id, remember=name
    )
    return _again(upload_id)


@blueprint.post("/<int:upload_id>/zuordnung/aendern")
@back_to("uploads.show", "upload_id")
def reopen(upload_id: int) -> ResponseReturnValue:
    """Go back to the questions about an upload that was read or could not be."""
    upload, services = current.upload(upload_id), current.services()
    questions.reopen(services.databases, services.settings, upload.id, account_id=current.visitor().account_id)
    return redirect(url_for("uploads.show", upload_id=upload_id))


@blueprint.get("/<int:upload_id>/kennwort")
def password(upload_id: int) -> ResponseReturnValue:
    """Ask for the password of a locked file."""
    upload, asked = _asked(upload_id)
    if asked.next.kind != PASSWORD:
        return redirect(address(upload_id, asked))
    wrong = "Dieses Kennwort öffnet die Datei nicht. Bitte geben Sie es noch einmal ein." if asked.wrong else ""
    return _page("password", upload, asked, wrong=wrong)


@blueprint.post("/<int:upload_id>/kennwort")
@back_to("uploads.show", "upload_id")
def unlock(upload_id: int) -> ResponseReturnValue:
    """Accept the password of a locked file."""
    upload, asked = _asked(upload_id)
    entered = request.form.get("kennwort", "")
    if not entered or len(entered) > LONGEST_PASSWORD:
        return _page("password", upload, asked, wrong="Bitte geben Sie das Kennwort der Datei ein."), 422
    services = current.services()
    questions.unlock(services.databases, services.settings, upload_id, _version(), entered)
    return _again(upload_id)


@blueprint.get("/<int:upload_id>/blatt/<int:number>")
def sheet(upload_id: int, number: int) -> ResponseReturnValue:
    """Ask what a sheet contains and where its headings are."""
    upload, asked, guess = _guess(upload_id, number)
    return _sheet(upload, asked, number, asked.chosen(guess))


@blueprint.post("/<int:upload_id>/blatt/<int:number>")
@back_to("uploads.show", "upload_id")
def answer_sheet(upload_id: int, number: int) -> ResponseReturnValue:
    """Accept the answer what a sheet contains and where its headings are."""
    upload, asked, guess = _guess(upload_id, number)
    form, before = request.form, asked.chosen(guess)
    row, codec = form.get("zeile", ""), form.get("zeichen", "")
    answer = SheetAnswer(
        guess.file,
        guess.name,
        form.get("inhalt", "") if form.get("inhalt", "") in SHEETS else "",
        int(row) if row.isdecimal() and int(row) < len(guess.preview) else -1,
        2 if form.get("zeilen") == "2" else 1,
        # What was recognised and not changed is recognised in the next file too.
        encoding=codec if codec in CODECS and codec != guess.encoding else before.encoding,
    )
    wrong = ""
    if answer.sheet and answer.row < 0:
        wrong = "Bitte wählen Sie die Zeile, in der die Überschriften stehen."
    elif not answer.sheet and answer.encoding != before.encoding:
        wrong = "Bitte wählen Sie auch, was das Blatt enthält: Mit falschen Umlauten war es nicht zu erkennen."
    if wrong:
        return _sheet(upload, asked, number, answer, wrong=wrong), 422
    return _said(upload_id, replace(answer, row=max(answer.row, 0)), SHEET)


@blueprint.get("/<int:upload_id>/spalten/<int:number>")
def columns(upload_id: int, number: int) -> ResponseReturnValue:
    """Ask which column of a sheet is which."""
    upload, asked, guess = _guess(upload_id, number)
    answer = asked.chosen(guess)
    if not answer.sheet:
        return redirect(url_for("upload_questions.sheet", upload_id=upload_id, number=number))
    if not guess.columns:
        return _sheet(upload, asked, number, answer, wrong="In dieser Zeile stehen keine Überschriften.")
    return _columns(upload, asked, number, answer)


@blueprint.post("/<int:upload_id>/spalten/<int:number>")
@back_to("uploads.show", "upload_id")
def answer_columns(upload_id: int, number: int) -> ResponseReturnValue:
    """Accept the answer which column of a sheet is which; with ``ansehen`` only show what was chosen so far."""
    upload, asked, guess = _guess(upload_id, number)
    before = asked.chosen(guess)
    if not before.sheet:
        return redirect(url_for("upload_questions.sheet", upload_id=upload_id, number=number))
    answer = chosen_columns(guess, before, request.form)
    if "HX-Request" in request.headers:
        return _columns(upload, asked, number, answer)
    if wrong := wrong_columns(guess, answer):
        return _columns(upload, asked, number, answer, wrong=wrong), 422
    return _said(upload_id, answer, COLUMNS)


def address(upload_id: int, asked: Conversation) -> str:
    """Return the address of what is to be asked next."""
    kind, number = asked.next
    if kind == PASSWORD:
        return url_for("upload_questions.password", upload_id=upload_id)
    if kind == END:
        return url_for("upload_questions.overview", upload_id=upload_id)
    return url_for(
        "upload_questions.sheet" if kind == SHEET else "upload_questions.columns", upload_id=upload_id, number=number
    )


def _asked(upload_id: int) -> tuple[UploadRow, Conversation]:
    """Return an upload that waits for answers; the page of any other shows the possible actions."""
    upload, services = current.upload(upload_id), current.services()
    try:
        return upload, questions.waiting(services.databases, services.settings, upload_id)
    except AnswerError:
        abort(redirect(url_for("uploads.show", upload_id=upload_id)))


def _guess(upload_id: int, number: int) -> tuple[UploadRow, Conversation, SheetGuess]:
    upload, asked = _asked(upload_id)
    if number >= len(asked.guesses):
        abort(404)
    return upload, asked, asked.guesses[number]


def _version() -> int:
    """Return the state of the conversation a form was filled in under."""
    written = request.form.get("fassung", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else -1


def _said(upload_id: int, answer: SheetAnswer, kind: str) -> ResponseReturnValue:
    services = current.services()
    again = questions.answer_sheet(services.databases, services.settings, upload_id, _version(), answer, kind)
    return _again(upload_id) if again else redirect(url_for("uploads.show", upload_id=upload_id))


def _again(upload_id: int) -> ResponseReturnValue:
    """Queue the job again, and show its progress."""
    current.services().jobs.enqueue(upload_id, records.WAITING)
    return redirect(url_for("uploads.show", upload_id=upload_id))


def _proposed(asked: Conversation) -> str:
    """Return a name for the profile: that of the one applied, else the file's without dates and numbers."""
    if asked.remember:
        return asked.remember
    applied = [one.profile for one in asked.guesses if one.profile]
    if applied:
        return applied[0]
    stem = PurePath(asked.guesses[0].file).stem if asked.guesses else ""
    return clean(_NUMBERS.sub(" ", stem).replace("_", " "))[: profiles.NAME_SIGNS] or clean(stem)


def _page(which: str, upload: UploadRow, asked: Conversation, **more: Any) -> str:
    return render_template(
        f"uploads/questions/{which}.html",
        home_name=upload.home_name,
        upload=upload,
        asked=asked,
        sheet_words=SHEET_WORDS,
        **more,
    )


def _overview(upload: UploadRow, asked: Conversation, *, name: str, wrong: str = "") -> str:
    rows = [
        (number, guess, asked.chosen(guess), asked.answer_to(guess) is not None)
        for number, guess in enumerate(asked.guesses)
    ]
    return _page(
        "overview",
        upload,
        asked,
        rows=rows,
        name=name,
        wrong=wrong,
        foreign=any(not guess.settled or answered for _, guess, _, answered in rows),
        nothing="" if any(one.sheet for _, _, one, _ in rows) else questions.NOTHING_READ,
    )


def _sheet(upload: UploadRow, asked: Conversation, number: int, answer: SheetAnswer, *, wrong: str = "") -> str:
    guess = asked.guesses[number]
    return _page(
        "sheet",
        upload,
        asked,
        number=number,
        guess=guess,
        answer=answer,
        wrong=wrong,
        codecs=CODECS,
        readings=asked.readings.get(guess.file, ()),
        answered=asked.answer_to(guess) is not None,
        certainty=certainty_word(guess.confidence),
    )


def _columns(
    upload: UploadRow, asked: Conversation, number: int, answer: SheetAnswer, *, wrong: Mapping[str, str] | None = None
) -> str:
    guess = asked.guesses[number]
    by_position = {one.position: one for one in guess.columns}
    guessed = {one.column: one for one in guess.columns if one.column}
    required = SHEETS[answer.sheet].required
    fields = [
        {
            "number": i,
            "column": column,
            "required": column in required,
            "chosen": (column_guess := by_position.get(position)),
            "wrong": (wrong or {}).get(column, ""),
            "certainty": certainty_word(column_guess.confidence)
            if column_guess and guessed.get(column) is column_guess
            else "",
        }
        for i, column in enumerate(questions.targets(answer.sheet))
        for position in (answer.columns.get(column, -1),)
    ]
    offers = [(one, column_name(one)) for one in guess.columns if one.heading or one.samples]
    unused = [one for one, _ in offers if one.position not in answer.columns.values()]
    return _page(
        "columns",
        upload,
        asked,
        number=number,
        guess=guess,
        answer=answer,
        fields=fields,
        offers=offers,
        unused=unused,
        wrong=wrong or {},
        units=UNITS,
    )
