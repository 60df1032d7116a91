"""What if, for a home-year: condensing its work once, rating it in a scenario, and a full run beside that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pebem
import rules
from bench import homes
from bench.stopwatch import disagreement, say, shortest
from pebem.measures import fit
from pebem.whatif.condensed import condense
from pebem.whatif.scenarios import Scenario, apply_scenario, what_if

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS: Final = 900_000
_DAYS: Final = 365
_ROUNDS: Final = 5


def run(rows: int, seed: int) -> None:
    """Measure and print; the scenario moves the first intervention and gives two people another level.

    Raises
    ------
    bench.stopwatch.BenchError
        Where condensed work and a full run have different answers.
    """
    book = rules.load(homes.START)
    home, period = homes.home(book, 0, _DAYS, rows, seed), homes.period(_DAYS)
    work = condense(pebem.compile_home(home, book, period))
    people = home.staff["staff"].unique()[:2].tolist()
    scenario = Scenario(levels=dict.fromkeys(people, 3), moved={book.interventions[0].id: 2})
    full = pebem.score(apply_scenario(home, scenario), book, period)
    if fit(what_if(work, scenario).by_place) != fit(full.by("ward", "shift")):
        raise disagreement("Die verdichtete Arbeit")
    works: dict[str, Callable[[], object]] = {
        "Arbeit verdichten, einmal": lambda: condense(pebem.compile_home(home, book, period)),
        "Was wäre, aus der verdichteten Arbeit": lambda: what_if(work, scenario),
        "voller Lauf auf den geänderten Daten": lambda: pebem.score(apply_scenario(home, scenario), book, period),
    }
    say(f"Was wäre: ein Einrichtungsjahr, {rows} Zeilen, verdichtet {len(work.cells)}, alle zufällig")
    for name, seconds in shortest(works, _ROUNDS).items():
        say(f"  {name:<40}{seconds * 1e3:8.1f} ms")
    say("  Beide Wege kommen zum selben Ergebnis.")
