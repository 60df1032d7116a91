"""Regelwerke verwalten: which there are, which holds from when, what another one would change; upload and download."""

from __future__ import annotations

from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for

from importers.findings import Severity
from pebem.measures import Amount
from rules.cases import cases_of, groups_of
from rules.checks.coverage import CERTAINTY, of_book
from web import current, period_filter, uploaded_files
from web.errors import back_to
from web.reports import rulebook_pdf, rulebook_xlsx
from web.services import clock
from web.services.analysis import overview
from web.services.rulebooks import holdings, library

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from web.services.rulebooks.effects import HomeEffect
    from web.services.rulebooks.library import LibraryEntry, RulebookComparison

blueprint = Blueprint("rulebook_library", __name__, url_prefix="/regelwerke")

KINDS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
MOST_BYTES: Final = 5 * 1024**2
CHANGES_SHOWN: Final = 60

_PRINTED: Final[dict[tuple[str, date, bool], bytes]] = {}
"""Documents printed last, by what alone they depend on: hash, day, and whether cases belong to them."""
_MOST_PRINTED: Final = 8
_PRINTING: Final = Lock()


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the library, and which rulebook holds for the home from when."""
    return render_template("rulebooks/library/index.html", **_library())


@blueprint.post("/")
@back_to("rulebook_library.index")
def upload() -> ResponseReturnValue:
    """Import an edited workbook into the library; where a row is wrong, nothing is stored and the rows are listed."""
    name, content = next(iter(uploaded_files.take("datei", MOST_BYTES)), ("", b""))
    if not content or len(content) > MOST_BYTES:
        flash("Bitte wählen Sie eine Arbeitsmappe (.xlsx) mit höchstens 5 MB aus.", "warning")
        return redirect(url_for("rulebook_library.index"))
    try:
        imported = library.import_(
            current.access(),
            name=name,
            content=content,
        )
    except library.RulebookError as error:
        return render_template("rulebooks/library/refused.html", name=name, message=str(error), findings=()), 422
    gravest_first = sorted(imported.findings, key=lambda finding: list(Severity).index(finding.severity))
    if imported.entry is None:
        return render_template("rulebooks/library/refused.html", name=name, message="", findings=gravest_first), 422
    named = f"„{imported.entry.title} {imported.entry.edition}“"
    flash(f"{named} liegt jetzt in der Bibliothek. Es gilt erst, wenn Sie es festlegen.", "good")
    return redirect(url_for("rulebook_library.show", key=imported.entry.key))


@blueprint.get("/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show one rulebook of the library, and the possible actions."""
    entry = _entry(key)
    book = library.get(current.access(), key) or abort(404)
    rows = holdings.of_home(current.access(), current.home().id)
    return render_template(
        "rulebooks/library/show.html",
        entry=entry,
        book=book,
        rests_on=of_book(book).sentence,
        certainty=CERTAINTY,
        held=[one for one in rows if one.entry.key == key],
        others=[one for one in _entries() if one.key != key],
        holding_key=_holding_key(),
    )


@blueprint.get("/<key>/regelwerk.xlsx")
def workbook(key: str) -> ResponseReturnValue:
    """Download a rulebook as a workbook that can be edited and uploaded again."""
    entry = _entry(key)
    documents = library.documents(current.access(), key)
    if documents is None:
        abort(404)
    file = BytesIO()
    rulebook_xlsx.write(file, documents)
    return _download(file.getvalue(), entry, "xlsx")


@blueprint.get("/<key>/regelwerk.pdf")
def printed(key: str) -> ResponseReturnValue:
    """Download a rulebook as a document to print, a built-in one with its cases."""
    entry = _entry(key)
    access = current.access()
    book, documents = library.get(access, key), library.documents(access, key)
    if book is None or documents is None:
        abort(404)
    edition = f"{book.id}-{book.edition}"
    cases = cases_of(edition) if entry.built_in else ()
    kept = (book.sha256, book.as_of, entry.built_in)
    pdf = _PRINTED.get(kept)
    if pdf is None:
        pdf = rulebook_pdf.document(book, documents, cases, groups_of(edition))
        with _PRINTING:
            while len(_PRINTED) >= _MOST_PRINTED:
                del _PRINTED[next(iter(_PRINTED))]
            _PRINTED[kept] = pdf
    return _download(pdf, entry, "pdf")


@blueprint.get("/vergleich")
def compare() -> ResponseReturnValue:
    """Compare two rulebooks: what differs, and what that does to the figures of the home."""
    a, b = request.args.get("a", ""), request.args.get("b", "")
    entries = _entries()
    a = a or _holding_key()
    b = b or next((one.key for one in entries if one.key != a), a)
    comparison = library.compare(current.access(), a, b, home_id=current.home().id)
    if comparison is None:
        abort(404)
    return render_template("rulebooks/library/compare.html", entries=entries, a_key=a, b_key=b, **_changes(comparison))


@blueprint.get("/<key>/festlegen")
def confirm(key: str) -> ResponseReturnValue:
    """Ask from which day a rulebook shall hold, and show what that would change."""
    entry = _entry(key)
    comparison = library.compare(current.access(), _holding_key(), key, home_id=current.home().id)
    if comparison is None:
        abort(404)
    return render_template(
        "rulebooks/library/confirm.html",
        entry=entry,
        day=period_filter.day(request.args.get("ab", "")) or clock.today(),
        same=_holding_key() == key,
        **_changes(comparison),
    )


@blueprint.post("/<key>/festlegen")
@back_to("rulebook_library.confirm", "key")
def activate(key: str) -> ResponseReturnValue:
    """Activate a rulebook for the home from a day on; its figures are recomputed."""
    entry, day = _entry(key), period_filter.day(request.form.get("ab", ""))
    if day is None:
        flash("Bitte geben Sie an, ab welchem Tag das Regelwerk gelten soll.", "warning")
        return redirect(url_for("rulebook_library.confirm", key=key))
    holdings.activate(
        current.access(),
        home_id=current.home().id,
        key=key,
        from_day=day,
    )
    flash(f"Ab {day:%d.%m.%Y} gilt „{entry.title} {entry.edition}“. Alle Zahlen sind neu gerechnet.", "good")
    return redirect(url_for("rulebook_library.index"))


@blueprint.post("/<key>/entfernen")
@back_to("rulebook_library.index")
def remove(key: str) -> ResponseReturnValue:
    """Remove a rulebook from the library as long as no home has used it."""
    entry = _entry(key)
    library.remove(
        current.access(),
        key=key,
    )
    flash(f"„{entry.title} {entry.edition}“ ist entfernt.", "good")
    return redirect(url_for("rulebook_library.index"))


def _entries() -> list[LibraryEntry]:
    return library.list_(current.access())


def _entry(key: str) -> LibraryEntry:
    entry = library.find(current.access(), key)
    if entry is None:
        abort(404)
    return entry


def _holding_key() -> str:
    """Return the key of the rulebook that holds for the home today."""
    today = clock.today()
    rows = holdings.of_home(current.access(), current.home().id)
    begun = [one for one in rows if one.valid_from is None or one.valid_from <= today]
    return begun[-1].entry.key


def _library() -> dict[str, Any]:
    rows = holdings.of_home(current.access(), current.home().id)
    return {
        "entries": _entries(),
        "holdings": rows,
        "held": {one.entry.key: one for one in rows},  # the latest period of each
        "holding_key": _holding_key(),
        "home_name": current.home().name,
    }


def _changes(comparison: RulebookComparison) -> dict[str, Any]:
    return {
        "found": comparison,
        "changes": comparison.difference.changes,
        "changes_shown": CHANGES_SHOWN,
        "effect": comparison.effect,
        "before": _whole(comparison.effect, "fit_before"),
        "after": _whole(comparison.effect, "fit_after"),
    }


def _whole(effect: HomeEffect | None, name: str) -> overview.Whole | None:
    if effect is None:
        return None
    return overview.whole_of({fit: Amount(*pair) for fit, pair in getattr(effect, name).items()})


def _download(content: bytes, entry: LibraryEntry, kind: str) -> ResponseReturnValue:
    name = f"Regelwerk-{entry.rulebook_id}-{entry.edition}.{kind}"
    return send_file(BytesIO(content), mimetype=KINDS[kind], as_attachment=True, download_name=name)
