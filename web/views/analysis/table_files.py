"""Tables of analysis pages: sorted as their address says, and as files with the figures of the page, each logged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from flask import Response, abort, redirect, request

from web import addresses, current, page_table
from web.page_table import PageTable, TableColumn
from web.reports import table_file
from web.services import homes

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.tables import TableOrder

Row = TypeVar("Row")

Tables = Mapping[str, Callable[[], PageTable[Any] | None]]
"""The tables of a page by name; None = it is not shown."""

RULE: Final = f"<any({', '.join(table_file.FORMS)}):form>"
"""The ending of an address that answers with a file."""

TABLE: Final = "tabelle"
"""What says in the address of a file which table of the page it is of; without it the first."""

_OF_THE_PAGE: Final = ("alle", "seite", "zeige")
"""What an address says of the page alone: files have all rows."""


class TableDownload(NamedTuple):
    """A form a table can leave as, and where."""

    word: str
    url: str


def sort(
    columns: Sequence[TableColumn[Row]], rows: Iterable[Row], default: str, of: str = ""
) -> tuple[list[Row], TableOrder]:
    """Return rows as the address wants them, and their order.

    Parameters
    ----------
    of
        The table, where a page has several that sort; "" = its main one.
    """
    parameter = f"sort_{of}" if of else "sort"
    return page_table.sort(columns, rows, request.args.get(parameter, ""), default=default, parameter=parameter)


def downloads(name: str, endpoint: str) -> list[TableDownload]:
    """Return the files of a table of the present page, of which ``endpoint`` makes files."""
    own = {TABLE: name, **dict.fromkeys(_OF_THE_PAGE)}
    return [
        TableDownload(kind.word, addresses.there(endpoint, form=form, **own)) for form, kind in table_file.FORMS.items()
    ]


def answer(form: str, page: str, tables: Tables, *, told: Sequence[str] = ()) -> ResponseReturnValue:
    """Return one of the tables of a page as a file, and log that it was downloaded (security row T10).

    Parameters
    ----------
    page
        Endpoint of the page.
    told
        What the page says of the address and a file could not.

    Where there is nothing to hold, or something to tell, the page answers.
    """
    name = request.args.get(TABLE, next(iter(tables), ""))
    if tables and name not in tables:
        abort(404)
    table = tables[name]() if tables and not told else None
    if table is None:
        return redirect(addresses.same_arguments(page, form=None, **{TABLE: None}))
    start, end = table.period
    chosen = {key: values for key, values in request.args.lists() if key not in {TABLE, current.HOME, *_OF_THE_PAGE}}
    details = {
        "form": form,
        "zeitraum": [start.isoformat(), end.isoformat()],
        "auswahl": {**(request.view_args or {}), **chosen, "form": None},
        "zeilen": len(table.rows),
    }
    homes.record_download(current.access(), current.home(), what=name, details=details)
    return Response(
        table_file.file_content(form, table.title, table.file_lines()),
        mimetype=table_file.FORMS[form].mimetype,
        headers={"Content-Disposition": f'attachment; filename="{name}_{start}_{end}.{form}"'},
    )
