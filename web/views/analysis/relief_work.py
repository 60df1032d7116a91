"""The table of interventions above their level: on the page with what is little told together, in files whole."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from web.page_table import DASH, PageCell, PageTable, TableColumn
from web.security import gate
from web.views.analysis import relief_words, table_files
from web.views.analysis.relief_tables import of_words, role_titles, takers_named
from web.wording import figures, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from web.services.analysis.relief import HomeRelief, ReliefLine
    from web.services.analysis.relief_parts import ReliefMove
    from web.services.analysis.small_groups import StaffGroup
    from web.tables import TableOrder
    from web.views.analysis.page_selection import PageSelection

WORK: Final = "entlastung"
"""Name of the table, in addresses and of its files."""

_TITLE: Final = "Interventionen und wer sie hätte übernehmen können"


class ReliefRow(NamedTuple):
    """A row of work above level: an intervention, or several together.

    Attributes
    ----------
    above
        None = not told.
    moves
        To whom instead of whom, and seconds.
    """

    title: str
    above: int | None
    movable: int
    moves: list[tuple[str, int]]
    id: str = ""
    url: str | None = None
    small: str = ""


def page(chosen: PageSelection, of_home: HomeRelief, most: int | None) -> PageTable[ReliefRow]:
    """Return the table of the page, of at most so many interventions."""
    alone = [line for line in of_home.lines if not of_home.small(line.above)] or [*of_home.lines]
    columns = _columns(of_home)
    rows, by = _sorted(chosen, of_home, alone)
    cut = most is not None and len(rows) > most
    others = [] if len(alone) == len(of_home.lines) else [one for one in of_home.lines if of_home.small(one.above)]
    return chosen.table(
        name=WORK,
        title=_TITLE,
        columns=columns,
        rows=rows,
        foot=[
            *(_together(chosen, of_home, others) if others and not cut else []),
            *_sums(chosen, of_home, whole=not (others and cut)),
        ],
        order=by,
        most=most,
        caption="Zeit im Zeitraum",
    )


def file(chosen: PageSelection, of_home: HomeRelief) -> PageTable[Sequence[Any]]:
    """Return the table of the files: of each intervention every way in which some of it could have moved."""
    places = {row.id: place for place, row in enumerate(_sorted(chosen, of_home, of_home.lines)[0])}
    lines = sorted(of_home.lines, key=lambda line: places[line.intervention])
    words = ("Nr.", "Intervention", "Ergebnis", "QN-Soll", "Getan von", "Möglich mit")
    return of_words(chosen, of_home, WORK, words, _ways(chosen, of_home, lines), title=_TITLE)


def _columns(of_home: HomeRelief) -> list[TableColumn[ReliefRow]]:
    columns: list[TableColumn[ReliefRow]] = [
        TableColumn(
            heading="Intervention",
            value=lambda row: row.title,
            key="titel",
            rising=True,
            order=lambda row: row.title.casefold(),
            cell=lambda row: PageCell((row.title,), row.small, row.url, quiet=row.id),
            css="title",
        ),
        TableColumn(heading="Über\ndem Niveau", value=lambda row: row.above, unit=units.HOURS, key="ueber"),
    ]
    if not (of_home.shown and of_home.movable):
        return columns
    return [
        *columns,
        TableColumn(
            heading="Machbar", value=lambda row: row.movable, unit=units.SOME_HOURS, key="machbar", strong=True
        ),
        TableColumn(
            heading="Anteil",
            value=lambda row: row.movable / row.above if row.above else None,
            unit=units.SHARE,
            key="anteil",
        ),
        TableColumn(
            heading="An wen, statt durch wen",
            value=lambda row: row.moves,
            cell=lambda row: PageCell(tuple(f"{word}: {figures.hours(part)}" for word, part in row.moves) or (DASH,)),
            css="reason",
        ),
    ]


def _sorted(
    chosen: PageSelection, of_home: HomeRelief, lines: Iterable[ReliefLine]
) -> tuple[list[ReliefRow], TableOrder]:
    """Return interventions in the order of the address; those that tie as they came, most relief first."""
    columns = _columns(of_home)
    default = "-machbar" if any(column.key == "machbar" for column in columns) else "-ueber"
    return table_files.sort(columns, [_row(chosen, of_home, line) for line in lines], default)


def _row(chosen: PageSelection, of_home: HomeRelief, line: ReliefLine) -> ReliefRow:
    return ReliefRow(
        _title(chosen, line.intervention),
        line.above,
        line.movable,
        move_words(chosen, of_home, line.moves),
        line.intervention,
        gate.way_to("interventions.detail", intervention=line.intervention) if line.intervention else None,
    )


def _together(chosen: PageSelection, of_home: HomeRelief, lines: Sequence[ReliefLine]) -> list[ReliefRow]:
    """Return the sum of interventions that come to too little to be told one by one."""
    return [
        ReliefRow(
            figures.counted(len(lines), "weitere Intervention", "weitere Interventionen"),
            sum(one.above for one in lines),
            sum(one.movable for one in lines),
            move_words(chosen, of_home, [move for one in lines for move in one.moves]),
            small=f"mit je weniger als 15 Min.{' pro Woche' if of_home.by_week else ''}; einzeln in den Dateien",
        )
    ]


def _sums(chosen: PageSelection, of_home: HomeRelief, *, whole: bool) -> Iterator[ReliefRow]:
    """Yield the last rows: what would be about too few people for one intervention, and everything."""
    if of_home.pooled:
        yield ReliefRow(
            "Mehrere Interventionen zusammen",
            None,
            sum(move.seconds for move in of_home.pooled),
            move_words(chosen, of_home, of_home.pooled),
            small="einzeln stünden dahinter zu wenige Personen; in den Zeilen oben nicht als machbar gezählt",
        )
    yield ReliefRow(
        "Alle Interventionen" if whole else "Alle Interventionen, auch die nicht gezeigten",
        of_home.above,
        of_home.movable,
        [],
    )


def _title(chosen: PageSelection, intervention: str) -> str:
    """Return what an intervention is called; "" = several that are not told by themselves."""
    return chosen.title(intervention) if intervention else figures.PART_WORDS[figures.MERGED].word


def move_words(chosen: PageSelection, of_home: HomeRelief, moves: Iterable[ReliefMove]) -> list[tuple[str, int]]:
    """Return to whom instead of whom, most seconds first; what is little is told together."""
    sums: Counter[tuple[tuple[int, ...], StaffGroup]] = Counter()
    for move in moves:
        sums[move.qn_ist, move.group] += move.seconds
    titles = role_titles(chosen)
    of_level = Counter(group.low for group in {share.group for share in of_home.takers})
    told = []
    for (ist, group), seconds in sums.most_common():
        if not of_home.small(seconds):
            to = relief_words.short_taker(group, titles, alone=of_level[group.low] == 1)
            told.append((f"{to} statt {relief_words.levels(ist)}", seconds))
    rest = sums.total() - sum(seconds for _, seconds in told)
    return [*told, *([("weitere" if told else "verteilt", rest)] if rest else [])]


def _ways(chosen: PageSelection, of_home: HomeRelief, lines: Iterable[ReliefLine]) -> Iterator[list[Any]]:
    rest = "nicht machbar oder nicht prüfbar" if of_home.shown else "nicht gezeigt: zu wenige Personen im Dienst"
    if of_home.pooled:
        rest = "nicht machbar, nicht prüfbar oder nur mit anderen zusammen gezeigt"
    taker = takers_named(chosen)
    several = [(["", "mehrere Interventionen zusammen"], [move], 0) for move in of_home.pooled]
    alone = [
        ([one.intervention, _title(chosen, one.intervention)], one.moves, one.above - one.movable) for one in lines
    ]
    for start, moves, left in [*alone, *several]:
        for move in moves:
            way = (relief_words.levels(move.qn_soll), relief_words.levels(move.qn_ist), taker(move.group))
            yield [*start, "machbar", *way, move.seconds]
        if left:
            yield [*start, rest, "", "", "", left]
