"""Eigene Bezeichnungen: the meaning of the home's own words, one page for each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from importers.content.intervention_names import LATER
from importers.home_words.kinds import DUTY, INTERVENTION, KINDS, ROLE, SHIFT, SHIFT_START
from web import current, uploaded_files
from web.errors import back_to
from web.services.rulebooks import holdings
from web.services.uploads import records
from web.services.words import spreadsheet, terms, unanswered_words
from web.wording.home_words import ANSWERS, TERM_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import MultiDict

    from web.services.words.unanswered_words import UnansweredCount

blueprint = Blueprint("terms", __name__, url_prefix="/bezeichnungen")

SHOWN: Final = 25
"""Words the page begins with: those with the most minutes."""

TYPED: Final = frozenset({INTERVENTION, DUTY, SHIFT_START})
"""Kinds with more choices than a list can hold: a field completes what is typed."""

KEPT_AS_IT_IS: Final = frozenset({ROLE, SHIFT})
"""Kinds whose words may stay as they are written."""

MOST_BYTES: Final = 2 * 1024**2


@blueprint.get("/", defaults={"kind": INTERVENTION})
@blueprint.get("/<kind>")
def index(kind: str) -> ResponseReturnValue:
    """Show the undecided words of a kind, those with the most minutes first, and all mappings."""
    return _index(known_kind(kind))


@blueprint.post("/", defaults={"kind": INTERVENTION})
@blueprint.post("/<kind>")
def choose(kind: str) -> ResponseReturnValue:
    """Store the answers to the words shown; where one is impossible, store none and show them all again."""
    if wrong := answered(known_kind(kind)):
        return _index(kind, wrong), 422
    return redirect(url_for("terms.index", kind=kind, alle=1 if "alle" in request.args else None))


@blueprint.get("/bezeichnungen.csv")
def table() -> ResponseReturnValue:
    """Download all words for a spreadsheet program, and log it."""
    access = current.access()
    content = spreadsheet.as_csv(access, current.home().id)
    spreadsheet.record_download(access)
    return Response(
        content,
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="bezeichnungen.csv"'},
    )


@blueprint.post("/einlesen")
@back_to("terms.index")
def read() -> ResponseReturnValue:
    """Import an edited table; where a line is wrong, nothing is changed."""
    _, content = next(iter(uploaded_files.take("datei", MOST_BYTES)), ("", b""))
    if not content or len(content) > MOST_BYTES:
        flash("Bitte wählen Sie eine CSV-Datei mit höchstens 2 MB aus.", "warning")
        return redirect(url_for("terms.index"))
    reading = spreadsheet.read(
        current.access(),
        home_id=current.home().id,
        content=content,
    )
    if reading.problems:
        return render_template("words/terms/problems.html", problems=reading.problems), 422
    flash(f"Eingelesen: {reading.changed} geändert, {reading.unchanged} unverändert.", "good")
    return redirect(url_for("terms.index"))


def known_kind(kind: str) -> str:
    """Return the kind an address names; 404 where there is none."""
    if kind not in KINDS:
        abort(404)
    return kind


def answered(kind: str) -> Mapping[str, str]:
    """Store the answers of the form, and return what is wrong with them: word -> sentence, "" for all of them."""
    given = _given(request.form)
    answers = {word: other or chosen for word, (chosen, other) in given.items() if other or chosen}
    answers |= {
        other: answers[word]
        for number, word in enumerate(given, start=1)
        if word in answers
        for other in request.form.getlist(f"auch-{number}")
    }
    try:
        changed = terms.answer(
            current.access(),
            home_id=current.home().id,
            kind=kind,
            answers=answers,
        )
    except terms.TermError as error:
        return error.wrong or {"": str(error)}
    if changed or "lesen" not in request.form:
        flash(_saved(changed), "good" if changed else "warning")
    return {}


def asking(kind: str, upload_id: int | None = None, wrong: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what a page that asks for words needs; with ``wrong`` the answers given are shown again."""
    access, home = current.access(), current.home()
    everything = "alle" in request.args or upload_id is not None
    book = holdings.effective(access, home.id)
    choices = KINDS[kind].choices(book)
    pending = unanswered_words.pending_words(
        access, home.id, kind, upload_id=upload_id, limit=terms.KEPT if everything else SHOWN
    )
    pending.sort(key=lambda word: word.target not in {"", LATER})  # what was answered comes last
    return {
        "kind": kind,
        "words": TERM_WORDS[kind],
        "rulebook": book,
        "choices": choices,
        "in_a_list": kind not in TYPED,
        "kept_as_it_is": kind in KEPT_AS_IT_IS,
        "answers": {answer: ANSWERS[answer] for answer in KINDS[kind].answers},
        "called": {**choices, **{name: called for name, (called, _) in ANSWERS.items()}, LATER: "später entscheiden"},
        "pending": pending,
        "numbers": records.numbers(access, (word.upload_id for word in pending)),
        "given": _given(request.form) if wrong else {},
        "wrong": wrong or {},
        "later": LATER,
    }


def tabs(kind: str, open_now: Mapping[str, UnansweredCount], endpoint: str, **values: Any) -> list[dict[str, Any]]:
    """Return the links from one kind to another, with the number of open words."""
    return [
        {
            "kind": name,
            "label": words.tab,
            "open": open_now[name].words,
            "undecided": open_now[name].words - open_now[name].put_off,
            "url": url_for(endpoint, kind=name, **values),
            "current": name == kind,
        }
        for name, words in TERM_WORDS.items()
    ]


def _index(kind: str, wrong: Mapping[str, str] | None = None) -> str:
    access = current.access()
    open_now = unanswered_words.count_pending(access, current.home().id)
    return render_template(
        "words/terms/index.html",
        **asking(kind, wrong=wrong),
        made=[one for one in terms.list_(access, kind) if one.target != LATER],
        tabs=tabs(kind, open_now, "terms.index"),
        unmapped=open_now[kind],
    )


def _given(form: MultiDict[str, str]) -> dict[str, tuple[str, str]]:
    """Return the words of a form with what was chosen and what was entered in its place."""
    return {
        word: (form.get(f"antwort-{number}", ""), form.get(f"andere-{number}", "").strip())
        for number, word in enumerate(form.getlist("wort"), start=1)
    }


def _saved(changed: int) -> str:
    if not changed:
        return "Es war nichts zu ändern: Wählen Sie bei mindestens einem Wort, was es bedeutet."
    return "Gespeichert: 1 Wort." if changed == 1 else f"Gespeichert: {changed} Wörter."
