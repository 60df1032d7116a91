"""Entries of the log as a table: the same on the page and in its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from web.page_table import PageTable, TableColumn
from web.services import clock
from web.services.log.reading import LogEntry
from web.wording import units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from web.services.log.reading import LogFilter

NAME: Final = "protokoll"

_MOMENT: Final = units.TEXT._replace(page=clock.format_moment, file=lambda at: at.isoformat(timespec="seconds"))

_COLUMNS: Final = (
    TableColumn[LogEntry](heading="Nr.", value=lambda one: one.number, unit=units.COUNT, css="whole"),
    TableColumn[LogEntry](heading="Zeitpunkt", value=lambda one: one.at, unit=_MOMENT, css=""),
    TableColumn[LogEntry](
        heading="Wer",
        value=lambda one: one.who or None,
        css="",
        below=TableColumn(heading="Durch", value=lambda one: one.through or None),
    ),
    TableColumn[LogEntry](
        heading="Was",
        value=lambda one: one.what,
        css="title",
        below=TableColumn(heading="Einzelheiten", value=lambda one: one.details or None),
    ),
    TableColumn[LogEntry](
        heading="Bezug",
        value=lambda one: one.about or None,
        css="",
        below=TableColumn(heading="Grund", value=lambda one: one.reason or None),
    ),
    TableColumn[LogEntry](heading="Ergebnis", value=lambda one: one.result, css=""),
    TableColumn[LogEntry](
        heading="Adresse",
        value=lambda one: one.address or None,
        css="",
        below=TableColumn(heading="Vorgang", value=lambda one: one.request_id or None),
    ),
    TableColumn[LogEntry](heading="Aktion", value=lambda one: one.action, page=False),
)


def log_table(rows: Sequence[LogEntry], wanted: LogFilter) -> PageTable[LogEntry]:
    """Return entries as a table; its period is the one asked for, or else that of the entries."""
    days = [one.at.astimezone(clock.BERLIN).date() for one in rows] or [clock.today()]
    period = wanted.first_day or min(days), wanted.last_day or max(days)
    return PageTable(name=NAME, title="Protokoll", columns=_COLUMNS, rows=rows, period=period)
