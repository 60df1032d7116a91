"""The tables of possible relief: why the rest could not move, to whom what could, and when nobody was there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from web.page_table import PageCell, PageTable, TableColumn
from web.services.analysis.relief_parts import BANDS
from web.views.analysis import relief_words, table_files
from web.wording import figures, units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from web.services.analysis.relief import HomeRelief
    from web.services.analysis.relief_parts import UnmetPart
    from web.services.analysis.small_groups import StaffGroup
    from web.views.analysis.page_selection import PageSelection

REASONS: Final = "entlastung-gruende"
TAKERS: Final = "entlastung-an-wen"
UNMET: Final = "entlastung-dienstplan"
"""Names of the tables, in addresses and of their files."""

_A_WEEK: Final = "auf eine Woche hochgerechnet"


class AmountRow(NamedTuple):
    """A row with an amount.

    Attributes
    ----------
    place, about_place
        Where it stands among all rows, by its word and by what else is said of it.
    word, about
        What is told.
    strong
        Whether the amount stands out.
    """

    place: int
    word: str
    seconds: int
    about_place: int = 0
    about: str = ""
    strong: bool = False


def reasons(chosen: PageSelection, of_home: HomeRelief) -> PageTable[AmountRow] | None:
    """Return how much could have moved, and why the rest could not; None where nothing of it is shown."""
    could = "Machbar: jemand mit passendem Niveau war da und hatte Zeit"
    told = [(could, of_home.movable)] if of_home.shown else []
    told += [(figures.OBSTACLE_WORDS[name], seconds) for name, seconds in of_home.obstacles.items() if seconds]
    if not told or not of_home.above:
        return None
    rows = [AmountRow(place, *one, strong=one[0] == could) for place, one in enumerate(told)]
    columns: list[TableColumn[AmountRow]] = [
        _word("Arbeit über dem nötigen Niveau", "grund"),
        *amounts(of_home, lambda row: row.seconds, strong=lambda row: row.strong),
        TableColumn(heading="Anteil", value=lambda row: row.seconds / of_home.above, unit=units.SHARE, key="anteil"),
    ]
    ordered, by = table_files.sort(columns, rows, "grund", REASONS)
    return chosen.table(
        name=REASONS,
        title="Machbare Entlastung und Gründe",
        columns=columns,
        rows=ordered,
        foot=[AmountRow(len(rows), "Über dem nötigen Niveau erbracht", of_home.above)],
        order=by,
        about=about(of_home),
        caption=f"Zeit über dem nötigen Niveau, {chosen.filters.label}",
    )


def takers(chosen: PageSelection, of_home: HomeRelief) -> PageTable[AmountRow] | None:
    """Return to whom how much could have moved: in all, by ward, by time of day; None where nothing could."""
    if not of_home.takers:
        return None
    named = takers_named(chosen)
    groups = [*dict.fromkeys(share.group for share in of_home.takers)]
    rows = []
    for number, share in enumerate(of_home.takers):
        narrowed = relief_words.wards(share.wards) if share.wards else None
        place = narrowed or (relief_words.times(*share.hours) if share.thirds else relief_words.EVERYWHERE)
        whole = not share.wards and not share.thirds
        rows.append(
            AmountRow(groups.index(share.group), named(share.group), share.seconds, number, place, strong=whole)
        )
    columns: list[TableColumn[AmountRow]] = [
        _word("An wen", "an_wen", file="Möglich mit"),
        TableColumn(
            heading="Wo und wann",
            value=lambda row: row.about,
            key="wo",
            rising=True,
            order=lambda row: row.about_place,
            css="",
        ),
        *amounts(of_home, lambda row: row.seconds, strong=lambda row: row.strong),
    ]
    ordered, by = table_files.sort(columns, rows, "an_wen", TAKERS)
    return chosen.table(
        name=TAKERS,
        title="An wen Arbeit hätte gehen können",
        columns=columns,
        rows=ordered,
        foot=[AmountRow(len(groups), "Machbar, alle zusammen", of_home.movable)],
        order=by,
        about=about(of_home),
        caption=f"Zeit, die jemand anderes hätte übernehmen können, {chosen.filters.label}",
    )


def unmet(chosen: PageSelection, of_home: HomeRelief) -> PageTable[Sequence[Any]] | None:
    """Return the gaps of the roster with the levels that were lacking, for files alone; None where nothing is shown."""
    rows = [
        (
            relief_words.wards(one.wards),
            relief_words.times(one.start, one.end),
            relief_words.levels(one.levels),
            one.seconds,
        )
        for one in of_home.unmet or ()
    ]
    words = ("Im Wohnbereich", "Uhrzeit", "Fehlendes Niveau")
    return of_words(chosen, of_home, UNMET, words, rows, title="Arbeit, für die niemand da war") if rows else None


def of_words(
    chosen: PageSelection,
    of_home: HomeRelief,
    name: str,
    words: Sequence[str],
    rows: Iterable[Sequence[Any]],
    title: str,
) -> PageTable[Sequence[Any]]:
    """Return a table for files alone: rows of words and, last, seconds."""
    columns: list[TableColumn[Any]] = [
        *(TableColumn(heading=word, value=itemgetter(place)) for place, word in enumerate(words)),
        *amounts(of_home, itemgetter(-1)),
    ]
    return chosen.table(name=name, title=title, columns=columns, rows=[*rows], about=about(of_home))


def amounts(
    of_home: HomeRelief, seconds: Callable[[Any], int], strong: Callable[[Any], bool] = lambda _: False
) -> list[TableColumn[Any]]:
    """Return the columns of an amount: of the period, and what it comes to in a week, as far as that may be told."""

    def cell(row: Any) -> PageCell:
        return PageCell((of_period.text(row),), strong=strong(row))

    of_period: TableColumn[Any] = TableColumn(
        heading="im Zeitraum", file="Minuten", value=seconds, unit=units.SOME_HOURS, key="zeit", cell=cell
    )
    a_week: TableColumn[Any] = TableColumn(
        heading=_A_WEEK,
        file=f"Minuten, {_A_WEEK}",
        value=lambda row: of_home.a_week(seconds(row)) if of_home.by_week else None,
        unit=units.SOME_HOURS,
        page=of_home.by_week,
    )
    return [of_period, a_week]


def about(of_home: HomeRelief) -> list[tuple[str, object]]:
    """Return what files of relief say besides what the address chooses."""
    return [("Tage mit Dienstplan", of_home.days)]


def takers_named(chosen: PageSelection) -> Callable[[StaffGroup], str]:
    """Return what groups are called."""
    titles = role_titles(chosen)
    return lambda group: relief_words.taker(group, titles)


def role_titles(chosen: PageSelection) -> dict[str, str]:
    """Return what roles are called, by id."""
    return {one.id: one.title for book in chosen.result.books for one in book.roles}


def _word(heading: str, key: str, file: str = "") -> TableColumn[AmountRow]:
    return TableColumn(
        heading=heading,
        file=file,
        value=lambda row: row.word,
        key=key,
        rising=True,
        order=lambda row: row.place,
        css="",
    )


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
