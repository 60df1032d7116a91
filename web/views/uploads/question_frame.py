"""What every question about an upload shares: the conversation, the state a form was made from, and its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for

from web import current
from web.security import named_purpose
from web.services.uploads import questions, records
from web.services.uploads.conversation import COLUMNS, CONTENTS, END, PASSWORD, SHEET
from web.services.uploads.questions import AnswerError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from importers.sheets.sheet_decision import SheetAnswer
    from importers.sheets.sheet_guesses import SheetGuess
    from web.services.uploads.conversation import Conversation
    from web.services.uploads.records import UploadRow

blueprint = Blueprint("upload_questions", __name__, url_prefix="/daten")

LATE: Final = (
    "Inzwischen hat jemand eine Frage zu dieser Datenlieferung beantwortet, vielleicht Sie selbst in einem anderen "
    "Fenster. Was Sie eben gewählt haben, steht unten und ist noch nicht gespeichert: Bitte prüfen Sie es, und wählen "
    "Sie noch einmal „Weiter“."
)

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

_PAGES: Final = {SHEET: "sheet", COLUMNS: "columns", CONTENTS: "contents", PASSWORD: "password", END: "overview"}


def address(upload_id: int, asked: Conversation) -> str:
    """Return the address of what is to be asked next."""
    kind, number = asked.next
    about = number if kind in {SHEET, COLUMNS, CONTENTS} else None
    return url_for(f"upload_questions.{_PAGES[kind]}", upload_id=upload_id, number=about)


def conversation(upload_id: int) -> tuple[UploadRow, Conversation]:
    """Return an upload that waits for answers; the page of any other shows the possible actions.

    Raises
    ------
    AnswerError
        Where an answer comes too late: it must not vanish without a word.
    """
    upload, services = current.upload(upload_id), current.services()
    try:
        return upload, questions.open_conversation(current.access(), services.settings, upload_id)
    except AnswerError:
        if request.method == "POST":
            raise
        abort(redirect(url_for("uploads.show", upload_id=upload_id)))


def about_sheet(upload_id: int, number: int) -> tuple[UploadRow, Conversation, SheetGuess]:
    """Return the same with the sheet of this number."""
    upload, asked = conversation(upload_id)
    if number >= len(asked.guesses):
        abort(404)
    return upload, asked, asked.guesses[number]


def version() -> int:
    """Return the state of the conversation a form was filled in under."""
    written = request.form.get("fassung", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else -1


def subject(answer: SheetAnswer) -> str:
    """Return what a form about the columns of a sheet is about: another heading row has other columns."""
    return f"{answer.sheet}/{answer.row}/{answer.depth}/{answer.encoding}"


def stored(upload_id: int, answer: SheetAnswer, kind: str) -> ResponseReturnValue:
    """Store an answer about a sheet, and go on to what is asked next."""
    services = current.services()
    to_look_at = questions.answer_sheet(current.access(), services.settings, upload_id, version(), answer, kind)
    return again(upload_id) if to_look_at else redirect(url_for("uploads.show", upload_id=upload_id))


def again(upload_id: int) -> ResponseReturnValue:
    """Queue the job again, and show its progress."""
    current.services().jobs.enqueue(upload_id, records.WAITING)
    return redirect(url_for("uploads.show", upload_id=upload_id))


def page(which: str, upload: UploadRow, asked: Conversation, **more: Any) -> str:
    """Return a page that asks something, mostly with what stands in the files: looked at for that (C4)."""
    purpose = named_purpose.FIXED[blueprint.name]
    current.looked_at("dateiinhalt.ansehen", f"lieferung {upload.id}", purpose)
    return render_template(
        f"uploads/questions/{which}.html",
        home_name=upload.home_name,
        upload=upload,
        asked=asked,
        sheet_words=SHEET_WORDS,
        purpose=purpose,
        **more,
    )
