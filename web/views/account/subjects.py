"""Betroffene: what is stored about one person, for that person; and deleting it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from web import current
from web.errors import back_to
from web.reports import subject_pdf
from web.security import fresh
from web.security.permissions import Right
from web.services import clock
from web.services.subjects import access_report, account_data, correction, erasure, restriction, search
from web.services.subjects.correction import CorrectionError
from web.services.subjects.erasure import ErasureError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.services.subjects.access_report import SubjectReport
    from web.services.subjects.search import FoundPerson

blueprint = Blueprint("subjects", __name__, url_prefix="/betroffene")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Ask whom it is about."""
    return _page()


@blueprint.post("/suchen")
@fresh.required
@back_to("subjects.index")
def find() -> ResponseReturnValue:
    """Show who it may be: names to whoever may see them, which is logged."""
    asked = request.form.get("wer", "")
    return _page(asked, search.find(current.access(), current.services().settings, current.home().id, asked))


@blueprint.post("/auskunft")
@fresh.required
@back_to("subjects.index")
def report() -> ResponseReturnValue:
    """Return everything stored about a person as a file."""
    who = request.form.get("wer", "")
    return _file(access_report.report(current.access(), current.services().settings, current.home().id, who))


@blueprint.post("/berichtigen")
@fresh.required
@back_to("subjects.index")
def correct() -> ResponseReturnValue:
    """Correct a statement about a person."""
    form = request.form
    try:
        first = date.fromisoformat(form["ab"]) if form.get("ab") else None
    except ValueError:
        raise CorrectionError("Bitte geben Sie den ersten Tag als Datum an, oder keinen.") from None
    words = {"kind": form.get("angabe", ""), "value": form.get("wert", ""), "reason": form.get("grund", "")}
    correction.correct(current.access(), current.home().id, form.get("wer", ""), first=first, **words)
    flash("Berichtigt. Die Zahlen des Hauses sind neu berechnet.", "done")
    return redirect(url_for("subjects.index"))


@blueprint.post("/berichtigung/<int:number>/zuruecknehmen")
@fresh.required
@back_to("subjects.index")
def withdraw_correction(number: int) -> ResponseReturnValue:
    """Let what the uploads state count again."""
    correction.withdraw(current.access(), current.home().id, number)
    flash("Zurückgenommen. Es gilt wieder, was eingelesen wurde.", "done")
    return redirect(url_for("subjects.index"))


@blueprint.post("/einschraenken")
@fresh.required
@back_to("subjects.index")
def restrict() -> ResponseReturnValue:
    """Take a person out of all analyses."""
    who, reason = request.form.get("wer", ""), request.form.get("grund", "")
    restriction.restrict(current.access(), current.home().id, who, reason=reason)
    flash("Eingeschränkt. Die Zahlen des Hauses sind ohne diese Person neu berechnet.", "done")
    return redirect(url_for("subjects.index"))


@blueprint.post("/aufheben")
@fresh.required
@back_to("subjects.index")
def lift() -> ResponseReturnValue:
    """Use the data of a person again."""
    restriction.lift(current.access(), current.home().id, request.form.get("wer", ""))
    flash("Aufgehoben. Die Zahlen des Hauses sind neu berechnet.", "done")
    return redirect(url_for("subjects.index"))


@blueprint.post("/loeschen")
@fresh.required
@back_to("subjects.index")
def erase() -> ResponseReturnValue:
    """Delete a person everywhere."""
    _check_sure()
    erasure.erase(current.access(), current.services().settings, current.home().id, request.form.get("wer", ""))
    return _erased()


@blueprint.post("/konto/auskunft")
@fresh.required
@back_to("subjects.index", anchor="konto")
def account_report() -> ResponseReturnValue:
    """Return everything stored about the owner of an account as a file."""
    return _file(account_data.report(current.access(), current.services().settings, request.form.get("wer", "")))


@blueprint.post("/konto/loeschen")
@fresh.required
@back_to("subjects.index", anchor="konto")
def erase_account() -> ResponseReturnValue:
    """Delete what is stored about the owner of an account."""
    _check_sure()
    access, settings = current.access(), current.services().settings
    account_data.erase(access, settings, request.form.get("wer", ""), rule=erasure.ORDERED)
    return _erased()


def _page(asked: str = "", found: list[FoundPerson] | None = None) -> ResponseReturnValue:
    return render_template(
        "account/subjects.html",
        asked=asked,
        found=found,
        kinds=access_report.KIND_WORDS,
        resident=search.RESIDENT,
        corrected=correction.of_home(current.access(), current.home().id),
        fields=correction.WORDS,
        restricted=[one for one in restriction.of_home(current.access(), current.home().id) if not one.lifted_at],
        accounts=current.access().may(Right.ACCOUNT_DATA),
    )


def _file(report: SubjectReport) -> ResponseReturnValue:
    form, told = request.form.get("form", ""), report.as_json()
    if form == "pdf":
        content: bytes | str = subject_pdf.document(told, clock.now())
    elif form == "json":
        content = json.dumps(told, ensure_ascii=False, indent=1)
    else:
        abort(400)
    name = f"auskunft_{clock.today()}.{form}"
    return Response(
        content,
        mimetype=f"application/{form}",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _check_sure() -> None:
    if request.form.get("sicher") != "ja":
        raise ErasureError("Bitte bestätigen Sie, dass endgültig gelöscht wird.")


def _erased() -> ResponseReturnValue:
    flash("Gelöscht. Der Nachweis steht im Löschprotokoll.", "done")
    return redirect(url_for("subjects.index"))
