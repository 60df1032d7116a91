"""The tables of possible relief: what could have moved, to whom, and when nobody was there; as rows and as CSV."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import url_for

from web import tables
from web.addresses import GROUP, WARD
from web.services.analysis.relief_parts import BANDS
from web.views.analysis import relief_words
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from web.services.analysis.relief import HomeRelief, ReliefLine
    from web.services.analysis.relief_parts import ReliefMove, UnmetPart
    from web.services.analysis.small_groups import StaffGroup
    from web.views.analysis.page_selection import PageSelection

SORTS: Final = ("titel", "-ueber", "-machbar", "-anteil")


def order(asked: str) -> tables.TableOrder:
    """Return the order of the table of interventions that an address asks for."""
    keys = {key.removeprefix("-") for key in SORTS}
    return tables.TableOrder(*tables.read_order(asked, keys, default="-machbar"), frozenset({"titel"}))


def sorted_lines(chosen: PageSelection, lines: Iterable[ReliefLine], by: tables.TableOrder) -> list[ReliefLine]:
    """Return interventions in this order; those that tie as they came, most relief first."""

    def value(line: ReliefLine, key: str) -> object:
        return {
            "titel": title(chosen, line.intervention).casefold(),
            "ueber": line.above,
            "machbar": line.movable,
            "anteil": line.movable / line.above,
        }[key]

    return tables.sort_rows(lines, by, value)


def title(chosen: PageSelection, intervention: str) -> str:
    """Return what an intervention is called; "" = several that are not told by themselves."""
    return chosen.title(intervention) if intervention else figures.PART_WORDS[figures.MERGED].word


def line(chosen: PageSelection, of_home: HomeRelief, of: ReliefLine) -> dict[str, Any]:
    """Return an intervention as a row of the page."""
    return {
        "id": of.intervention,
        "title": title(chosen, of.intervention),
        "url": url_for("interventions.detail", intervention=of.intervention) if of.intervention else None,
        "above": of.above,
        "movable": of.movable,
        "share": of.movable / of.above,
        "moves": move_words(chosen, of_home, of.moves),
    }


def others(chosen: PageSelection, of_home: HomeRelief, lines: Sequence[ReliefLine]) -> dict[str, Any] | None:
    """Return the sum of interventions that come to too little to be told one by one; None where there are none."""
    if not lines:
        return None
    return {
        "number": len(lines),
        "above": sum(one.above for one in lines),
        "movable": sum(one.movable for one in lines),
        "moves": move_words(chosen, of_home, [move for one in lines for move in one.moves]),
    }


def move_words(chosen: PageSelection, of_home: HomeRelief, moves: Iterable[ReliefMove]) -> list[tuple[str, int]]:
    """Return to whom instead of whom, most seconds first; what is little is told together."""
    sums: Counter[tuple[tuple[int, ...], StaffGroup]] = Counter()
    for move in moves:
        sums[move.qn_ist, move.group] += move.seconds
    titles = _titles(chosen)
    of_level = Counter(group.low for group in {share.group for share in of_home.takers})
    told = []
    for (ist, group), seconds in sums.most_common():
        if not of_home.small(seconds):
            to = relief_words.short_taker(group, titles, alone=of_level[group.low] == 1)
            told.append((f"{to} statt {relief_words.levels(ist)}", seconds))
    rest = sums.total() - sum(seconds for _, seconds in told)
    return [*told, *([("weitere" if told else "verteilt", rest)] if rest else [])]


def takers_named(chosen: PageSelection) -> Callable[[StaffGroup], str]:
    """Return what groups are called."""
    titles = _titles(chosen)
    return lambda group: relief_words.taker(group, titles)


def _titles(chosen: PageSelection) -> dict[str, str]:
    return {one.id: one.title for book in chosen.result.books for one in book.roles}


def taker_rows(chosen: PageSelection, of_home: HomeRelief) -> list[dict[str, Any]]:
    """Return to whom how much could have moved, group by group: in all, by ward, by time of day.

    ``rows`` is how many there are of a group, on its first row alone.
    """
    taker = takers_named(chosen)
    rows_of = Counter(share.group for share in of_home.takers)
    return [
        {
            "taker": taker(share.group),
            "place": relief_words.wards(share.wards)
            if share.wards
            else relief_words.times(*share.hours)
            if share.thirds
            else relief_words.EVERYWHERE,
            "rows": 0 if share.wards or share.thirds else rows_of[share.group],
            "seconds": share.seconds,
        }
        for group in rows_of
        for share in of_home.takers
        if share.group == group
    ]


@dataclass(frozen=True)
class UnmetGrid:
    """Work that nobody else could have taken on, by band of the day and ward.

    Attributes
    ----------
    wards
        Heading of each column.
    bands
        Heading and cells of each row: seconds (None = no such work) and how many rows the cell spans.
    totals
        Seconds of each column.
    """

    wards: list[str]
    bands: list[tuple[str, list[tuple[int | None, int]]]]
    totals: list[int]


def unmet_grid(parts: Iterable[UnmetPart]) -> UnmetGrid:
    """Lay out the parts as a table; bands that have no such work anywhere are left out."""
    sums: Counter[tuple[tuple[str, ...], range]] = Counter()
    for part in parts:
        sums[part.wards, part.bands] += part.seconds
    wards = list(dict.fromkeys(on for on, _ in sums))
    begins: dict[tuple[tuple[str, ...], int], tuple[int | None, int]] = {
        (on, bands[0]): (seconds, len(bands)) for (on, bands), seconds in sums.items()
    }
    covered = {(on, at) for on, bands in sums for at in bands}
    rows = []
    for at, (start, end) in enumerate(BANDS):
        if any((on, at) in covered for on in wards):
            cells = [begins.get((on, at), (None, 1)) for on in wards if (on, at) in begins or (on, at) not in covered]
            rows.append((relief_words.times(start, end), cells))
    totals = [sum(seconds for (on, _), seconds in sums.items() if on == column) for column in wards]
    return UnmetGrid([relief_words.wards(on) for on in wards], rows, totals)


def questions(parts: Iterable[UnmetPart], most: int) -> list[tuple[str, int]]:
    """Return the largest parts as sentences without their figure, and the figure."""
    largest = sorted(parts, key=lambda part: -part.seconds)[:most]
    return [(relief_words.question(part), part.seconds) for part in largest]


def csv_rows(chosen: PageSelection, of_home: HomeRelief, which: str, by: tables.TableOrder) -> Iterator[list[object]]:
    """Yield one of the three tables with heading; each row says what it is narrowed to."""
    headings, body = {
        "arbeit": (["Nr.", "Intervention", "Ergebnis", "QN-Soll", "Getan von", "Möglich mit"], _work),
        "an-wen": (["Möglich mit", "Wo und wann"], _takers),
        "dienstplan": (["Im Wohnbereich", "Uhrzeit", "Fehlendes Niveau"], _unmet),
    }[which]
    narrowed = ["Von", "Bis", "Tage mit Dienstplan", "Wohnbereich", "Gruppe", "Regelwerk"]
    yield [*headings, "Minuten", "Minuten, hochgerechnet auf eine Woche", *narrowed]
    where = [
        figures.day(chosen.filters.start),
        figures.day(chosen.filters.end),
        of_home.days,
        *(chosen.filters.narrowed.get(name, "alle") for name in (WARD, GROUP)),
        " / ".join(book.display for book in chosen.result.books),
    ]
    for *words, seconds in body(chosen, of_home, by):
        yield [*words, seconds / 60, of_home.a_week(seconds) / 60 if of_home.by_week else "", *where]


def _work(chosen: PageSelection, of_home: HomeRelief, by: tables.TableOrder) -> Iterator[list[Any]]:
    rest = "nicht machbar oder nicht prüfbar" if of_home.shown else "nicht gezeigt: zu wenige Personen im Dienst"
    if of_home.pooled:
        rest = "nicht machbar, nicht prüfbar oder nur mit anderen zusammen gezeigt"
    taker = takers_named(chosen)
    several = [(["", "mehrere Interventionen zusammen"], [move], 0) for move in of_home.pooled]
    lines = sorted_lines(chosen, of_home.lines, by)
    alone = [([one.intervention, title(chosen, one.intervention)], one.moves, one.above - one.movable) for one in lines]
    for start, moves, left in [*alone, *several]:
        for move in moves:
            way = (relief_words.levels(move.qn_soll), relief_words.levels(move.qn_ist), taker(move.group))
            yield [*start, "machbar", *way, move.seconds]
        if left:
            yield [*start, rest, "", "", "", left]


def _takers(chosen: PageSelection, of_home: HomeRelief, _: tables.TableOrder) -> Iterator[list[Any]]:
    for row in taker_rows(chosen, of_home):
        yield [row["taker"], row["place"], row["seconds"]]


def _unmet(_chosen: PageSelection, of_home: HomeRelief, _: tables.TableOrder) -> Iterator[list[Any]]:
    for part in of_home.unmet or ():
        times = relief_words.times(part.start, part.end)
        yield [relief_words.wards(part.wards), times, relief_words.levels(part.levels), part.seconds]
