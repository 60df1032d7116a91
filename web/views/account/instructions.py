"""Weisungen: what the operator of the homes tells the host of the server to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from web import current
from web.errors import back_to
from web.security import fresh
from web.services import instructions
from web.services.instructions import HOURS, KIND_WORDS, InstructionError, InstructionKind

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("instructions", __name__, url_prefix="/weisungen")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show all instructions, open ones first."""
    rows = instructions.of_tenant(current.access())
    return render_template(
        "account/instructions.html",
        open_ones=[one for one in rows if one.open],
        former=[one for one in rows if not one.open],
        kinds={kind: word for kind, word in KIND_WORDS.items() if kind is not InstructionKind.SUPPORT},
        support=InstructionKind.SUPPORT,
        hours=HOURS,
        longest=instructions.LONGEST,
        own_host=current.services().settings.operation.own_host,
    )


@blueprint.post("/")
@fresh.required
@back_to("instructions.index")
def give() -> ResponseReturnValue:
    """Give an instruction."""
    written = request.form.get("stunden", "")
    try:
        kind = InstructionKind(request.form.get("art", ""))
    except ValueError:
        raise InstructionError("Bitte wählen Sie, worum es geht.") from None
    hours = int(written) if written in {str(number) for number in HOURS} else None
    instructions.give(current.access(), kind, request.form.get("weisung", ""), hours=hours)
    flash("Die Weisung ist eingetragen.", "done")
    return redirect(url_for("instructions.index"))


@blueprint.post("/<int:number>/zuruecknehmen")
@back_to("instructions.index")
def withdraw(number: int) -> ResponseReturnValue:
    """Withdraw an instruction."""
    instructions.withdraw(current.access(), number)
    flash("Zurückgenommen; ein Zugriff ist damit sofort beendet.", "done")
    return redirect(url_for("instructions.index"))
