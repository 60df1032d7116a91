"""Growth: the time of a row from a hundred thousand rows to a hundred million."""

from __future__ import annotations

import math
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pebem
import rules
from bench import homes
from bench.stopwatch import say, shortest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROWS: Final = 100_000_000
"""Rows of the largest size."""

_SMALLEST: Final = 100_000
_DAYS: Final = 31
_DRAWN: Final = 16
"""Homes that differ; they come again and again. All of them together do not fit into the cache."""

_ROUNDS: Final = 3
IMAGE: Final = Path("build/growth.svg")

_LINES: Final = (("#0b5c8a", "none"), ("#b8500f", "7 4"))
"""Colour and dashes of each line: distinct in black and white too."""


def run(rows: int, seed: int) -> None:
    """Measure, print a table and draw it."""
    sizes = [_SMALLEST * 10**i for i in range(9) if _SMALLEST * 10**i <= max(rows, _SMALLEST)]
    say(f"Wachstum in Teilen zu {_SMALLEST} Zeilen, ns je Zeile")
    measured = measure(sizes, seed)
    say(f"  {'Zeilen':>12}" + "".join(f"{name:>32}" for name in measured))
    for size, *times in zip(sizes, *measured.values(), strict=True):
        say(f"  {size:>12}" + "".join(f"{one:>32.1f}" for one in times))
    for name, times in measured.items():
        say(f"  {name}: eine Zeile der größten Menge braucht {times[-1] / times[0]:.2f} x die Zeit der kleinsten")
    IMAGE.parent.mkdir(exist_ok=True)
    IMAGE.write_text(drawn(sizes, measured), encoding="utf-8")
    say(f"  Schaubild: {IMAGE}")


def measure(sizes: Sequence[int], seed: int) -> dict[str, list[float]]:
    """Return ns a row for each size: as so many homes, and as so many batches of a single one."""
    book = rules.load(homes.START)
    period = homes.period(_DAYS)
    number = min(_DRAWN, sizes[-1] // _SMALLEST)
    sample_homes = [homes.home(book, i, _DAYS, _SMALLEST, seed) for i in range(number)]
    batches = [homes.home(book, 0, _DAYS, _SMALLEST, seed + i).interventions for i in range(number)]
    # They go on where they stopped: the smallest size does not always find its rows in the cache.
    of_homes, of_batches = cycle(sample_homes), cycle(batches)

    def many(size: int) -> None:
        for home in islice(of_homes, size // _SMALLEST):
            pebem.score(home, book, period)

    def single(size: int) -> None:
        pebem.stream(sample_homes[0], islice(of_batches, size // _SMALLEST), book, period)

    works = {(what, size): partial(what, size) for what in (many, single) for size in sizes}
    times = shortest(works, _ROUNDS)
    names = ((many, "mehr Einrichtungen"), (single, "mehr Zeilen einer Einrichtung"))
    return {name: [times[what, size] * 1e9 / size for size in sizes] for what, name in names}


def drawn(sizes: Sequence[int], measured: Mapping[str, Sequence[float]]) -> str:
    """Return a picture: rows on a logarithmic scale, ns a row from zero on."""
    left, right, top, bottom = 60, 620, 50, 300
    highest = _round_up(max(max(times) for times in measured.values()))
    across = (right - left) / max(len(sizes) - 1, 1)
    text = 'font-family="sans-serif" font-size="13" fill="#222"'
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 350" role="img">',
        f"<title>Zeit je Zeile von {sizes[0]} bis {sizes[-1]} Zeilen</title>",
        '<rect width="680" height="350" fill="#fff"/>',
    ]
    for i in range(5):
        y = bottom - i * (bottom - top) / 4
        parts.append(f'<path d="M{left} {y:.1f}H{right}" stroke="#ccc"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end" {text}>{highest * i / 4:g}</text>')
    for i, size in enumerate(sizes):
        label = f'10<tspan dy="-6" font-size="10">{len(str(size)) - 1}</tspan>'
        parts.append(f'<text x="{left + i * across:.1f}" y="{bottom + 22}" text-anchor="middle" {text}>{label}</text>')
    for (name, times), (colour, dash), offset in zip(measured.items(), _LINES, (left, 330), strict=True):
        points = [
            f"{left + i * across:.1f} {bottom - seconds / highest * (bottom - top):.1f}"
            for i, seconds in enumerate(times)
        ]
        line = f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}" fill="none"'
        parts.append(f'<path d="M{"L".join(points)}" {line}/>')
        parts.append(f'<path d="M{offset} 26h28" {line}/>')
        parts.append(f'<text x="{offset + 36}" y="30" {text}>{name}</text>')
    parts.append(f'<text x="{(left + right) / 2}" y="340" text-anchor="middle" {text}>Zeilen</text>')
    parts.append(f'<text x="10" y="30" {text}>ns</text></svg>')
    return "\n".join(parts) + "\n"


def _round_up(value: float) -> float:
    """Return the next value that divides well by four."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)
