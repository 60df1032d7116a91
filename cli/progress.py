"""What a long command is doing, on a terminal and not in a pipe, and how much it did."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WIDTH = 60


@contextmanager
def part_shown() -> Iterator[Callable[[str], None]]:
    """Yield what shows the name of the present part on one line, which is blank again at the end."""
    terminal = sys.stderr.isatty()

    def show(part: str) -> None:
        if terminal:
            sys.stderr.write(f"\r{part[:_WIDTH]:{_WIDTH}}")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if terminal:
            sys.stderr.write(f"\r{'':{_WIDTH}}\r")


def thousands(count: int) -> str:
    """Return a number as German texts write it."""
    return f"{count:,}".replace(",", ".")
