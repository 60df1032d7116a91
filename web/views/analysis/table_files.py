"""Tables of analysis pages as files: CSV, JSON and Excel with the figures of the page, each download logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Response, url_for

from web import current
from web.reports import table_file
from web.services import homes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from web.views.analysis.page_selection import PageSelection

RULE: Final = f"<any({', '.join(table_file.FORMS)}):form>"
"""The ending of an address that answers with a file."""


class TableDownload(NamedTuple):
    """A form a table can leave as, and where."""

    word: str
    url: str


def downloads(endpoint: str, **arguments: Any) -> list[TableDownload]:
    """Return the files of a table; its view takes the form as ``form``."""
    return [
        TableDownload(kind.word, url_for(endpoint, form=form, **arguments)) for form, kind in table_file.FORMS.items()
    ]


def answer(
    chosen: PageSelection, form: str, what: str, title: str, rows: Iterable[Sequence[object]], *, name: str = ""
) -> Response:
    """Return a table as a file, and log that it was downloaded (security row T10).

    Parameters
    ----------
    what, name
        What the log calls it, and what the file is called; without a name the same.
    """
    homes.record_download(current.access(), current.home(), what=what)
    filename = f"{name or what}_{chosen.filters.start}_{chosen.filters.end}.{form}"
    return Response(
        table_file.file_content(form, title, rows),
        mimetype=table_file.FORMS[form].mimetype,
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
