"""Löschprotokoll: what was deleted, how many, by which rule; and after which periods (H3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, render_template

from web import current
from web.reports import table_file
from web.services import clock, deletion_protocol, periods
from web.views.analysis import table_files

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("deletions", __name__, url_prefix="/loeschprotokoll")

_HEADINGS: Final = ("Wann (UTC)", "Haus", "Was", "Anzahl", "Regel", "Wer")
_SHOWN: Final = 500


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the newest entries and the periods."""
    rows = deletion_protocol.of_tenant(current.access())
    return render_template(
        "account/deletions.html",
        rows=rows[:_SHOWN],
        more=len(rows) - len(rows[:_SHOWN]),
        periods=periods.stated(current.services().settings),
        forms={form: kind.word for form, kind in table_file.FORMS.items()},
    )


@blueprint.get(f"/loeschprotokoll.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Return the whole protocol as a file; the download is logged."""
    lines = [
        (one.at.isoformat(timespec="seconds"), one.home, one.kind, one.number, one.rule, one.job)
        for one in deletion_protocol.of_tenant(current.access())
    ]
    deletion_protocol.record_download(current.access(), form, len(lines))
    return Response(
        table_file.file_content(form, "Löschprotokoll", [_HEADINGS, *lines]),
        mimetype=table_file.FORMS[form].mimetype,
        headers={"Content-Disposition": f'attachment; filename="loeschprotokoll_{clock.today()}.{form}"'},
    )
