"""The tables of how work fits: by ward, shift, intervention and day, and the square of levels cell by cell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from web.page_table import HIDDEN, PageCell, PageTable, TableColumn
from web.services.analysis import overview
from web.views.analysis import fit_columns, table_files
from web.views.analysis.fit_columns import of_class, share, share_and_time, time
from web.wording import figures, order, units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from web.services.analysis.overview import Cell, Group
    from web.services.analysis.shown import ShownTable
    from web.views.analysis.page_selection import PageSelection

    Day = dict[str, Any]

WARDS: Final = "wohnbereiche"
SHIFTS: Final = "schichten"
DAYS: Final = "tage"
SQUARE: Final = "quadrat"
INTERVENTIONS: Final = "interventionen"
"""Names of the tables, in addresses and of their files."""

_PLACES: Final = {WARDS: ("Wohnbereich", order.ward_key), SHIFTS: ("Schicht", order.shift_key)}
_MEANINGS: Final = {"f": "passend", "o": "höher als nötig", "u": "zu niedrig", "n": "nicht bewertbar"}
"""What the colours of the square say."""


def places(
    chosen: PageSelection, table: ShownTable, name: str, link: Callable[[Any], str], about: Sequence[Any] = ()
) -> PageTable[Group]:
    """Return the table by ward or by shift.

    Parameters
    ----------
    name
        ``WARDS`` or ``SHIFTS``.
    link
        Makes the address of what stands behind a row, from its label.
    about
        What files say of all rows besides what the address chooses.
    """
    word, key = _PLACES[name]

    def title(group: Group) -> PageCell:
        return PageCell((fit_columns.label(group),), fit_columns.rests_on(group.whole), link(group.key))

    columns: list[TableColumn[Group]] = [
        TableColumn(
            heading=word,
            value=fit_columns.label,
            key="name",
            rising=True,
            order=lambda group: None if group.key is None else key(group.key),
            cell=title,
            of_rest=fit_columns.merged,
            css="",
        ),
        fit_columns.bar(),
        *fit_columns.totals(),
        share("Passend", "passend", of_class("passend"), fit_columns.PART),
        share_and_time("Zu niedrig", "zu_niedrig", fit_columns.too_low),
        share_and_time("Höher\nals nötig", "zu_hoch", of_class("ueberqualifiziert"), file=None),
        TableColumn(
            heading="Bewertbar",
            value=lambda group: HIDDEN if group.whole.rated is None else group.whole.rated,
            unit=units.SHARE,
            page=False,
        ),
    ]
    rows, by = table_files.sort(columns, overview.groups(table), "name", name)
    title_ = f"Passung nach {word}"
    return chosen.table(name=name, title=title_, columns=columns, rows=rows, order=by, rest=table.rest, about=about)


def interventions(
    chosen: PageSelection, links: Callable[[Group], tuple[str | None, str | None]], *, of_cell: bool, **parts: Any
) -> PageTable[Group]:
    """Return the table of interventions.

    Parameters
    ----------
    links
        Returns the addresses of an intervention, and of its single acts.
    of_cell
        Whether it is the table of one cell of the square.
    """
    table = chosen.result.intervention

    def title(group: Group) -> str:
        return chosen.title(str(group.key))

    columns: list[TableColumn[Group]] = [
        TableColumn(heading="Nr.", value=lambda group: group.key, page=False, of_rest=lambda _: ""),
        TableColumn(
            heading="Intervention",
            value=title,
            key="titel",
            rising=True,
            order=lambda group: title(group).casefold(),
            cell=lambda group: PageCell((title(group),), url=links(group)[0], quiet=str(group.key)),
            of_rest=fit_columns.merged,
            css="title",
        ),
        *fit_columns.totals(),
        *(_of_cell(overview.whole(table).seconds) if of_cell else _of_all()),
        TableColumn(
            heading="Anzahl",
            value=fit_columns.count,
            unit=units.COUNT,
            key="anzahl",
            file=None,
            url=lambda group: links(group)[1],
        ),
    ]
    rows, by = table_files.sort(columns, overview.groups(table), "-stunden" if of_cell else "-zu_niedrig")
    name = "Interventionen nach Passung"
    return chosen.table(name=INTERVENTIONS, title=name, columns=columns, rows=rows, order=by, rest=table.rest, **parts)


def _of_all() -> list[TableColumn[Group]]:
    """Return the columns of interventions done at any level: what is too low, what is too high, and all shares."""
    return [
        time("Zu niedrig", "zu_niedrig", fit_columns.too_low),
        time("Höher\nals nötig", "zu_hoch", of_class("ueberqualifiziert"), file=None),
        fit_columns.bar(),
        *(
            share(
                fit_columns.SHORT_WORDS[fit],
                fit,
                of_class(fit),
                file=f"{word.word}, Prozent",
                fit=fit,
                title=word.word,
            )
            for fit, word in figures.FIT_WORDS.items()
        ),
        TableColumn(heading="Gesamt", value=fit_columns.seconds, unit=units.HOURS, key="stunden", file=None),
    ]


def _of_cell(seconds: int) -> list[TableColumn[Group]]:
    """Return the columns of the interventions of one cell of the square, which takes ``seconds``."""

    def of_whole(group: Group) -> Any:
        own = fit_columns.seconds(group)
        return own if own is HIDDEN else own / seconds if seconds else None

    return [
        TableColumn(heading="Zeit", value=fit_columns.seconds, unit=units.HOURS, key="stunden", file=None, strong=True),
        TableColumn(heading="Anteil\nam Feld", value=of_whole, unit=units.SHARE, key="anteil"),
    ]


def days(
    chosen: PageSelection, rows: Sequence[Day], link: Callable[[date], str], *, by_month: bool = False
) -> PageTable[Day]:
    """Return the table of days.

    Parameters
    ----------
    rows
        As ``overview.days`` returns them; of months their sums, at the first day of each.
    """
    columns: list[TableColumn[Day]] = [
        TableColumn(
            heading="Monat" if by_month else "Tag",
            value=lambda row: row["day"],
            unit=units.MONTH if by_month else units.DAY,
            key="tag",
            rising=True,
            url=lambda row: link(row["day"]),
            css="",
        ),
        *(
            TableColumn(heading=word.word, value=partial(_of_day, fit=fit), unit=units.DURATION, key=fit, fit=fit)
            for fit, word in figures.FIT_WORDS.items()
        ),
        TableColumn(
            heading="Interventionen",
            value=lambda row: HIDDEN if row["count"] is None else row["count"],
            unit=units.COUNT,
            key="anzahl",
        ),
    ]
    ordered, by = table_files.sort(columns, rows, "tag", DAYS)
    caption = "Summen je Monat; jeder Monat führt zu seinen Tagen, die Dateien nennen jeden Tag" if by_month else ""
    title = f"Passung nach {'Monaten' if by_month else 'Tagen'}"
    return chosen.table(name=DAYS, title=title, columns=columns, rows=ordered, order=by, caption=caption)


def _of_day(row: Day, fit: str) -> Any:
    return HIDDEN if fit in row["hidden"] else row[fit]


def _reserved(cell: Cell) -> Any:
    return HIDDEN if cell.hidden or cell.reserved is None else cell.reserved


def square(chosen: PageSelection, about: Sequence[Any] = ()) -> PageTable[Cell]:
    """Return the cells of the square, one a line, and its sums: for files, since a page shows it as a square."""
    result = chosen.result
    cells = [cell for row in overview.square(result.square, result.reserved) for cell in row.cells]
    columns: list[TableColumn[Cell]] = [
        TableColumn(heading="QN-Soll", value=lambda cell: _level(cell.soll)),
        TableColumn(heading="QN-Ist", value=lambda cell: _level(cell.ist)),
        TableColumn(heading="Passung", value=lambda cell: _MEANINGS[cell.css[0]] if cell.css else None),
        TableColumn(heading="Anzahl", value=_shown("count"), unit=units.COUNT),
        TableColumn(heading="Zeit", value=_shown("seconds"), unit=units.HOURS, file="Minuten"),
        TableColumn(heading="Anteil", value=_shown("share"), unit=units.SHARE),
        TableColumn(heading="Davon Vorbehaltsaufgaben", value=_reserved, unit=units.COUNT),
    ]
    return chosen.table(
        name=SQUARE,
        title="Nötiges Niveau und Niveau der Person",
        columns=columns,
        rows=[cell for cell in cells if cell.count or cell.hidden],
        about=about,
    )


def _shown(name: str) -> Callable[[Cell], Any]:
    return lambda cell: HIDDEN if cell.hidden else getattr(cell, name)


def _level(level: int | None) -> object:
    return "alle" if level is None else units.LEVEL.file(level)
