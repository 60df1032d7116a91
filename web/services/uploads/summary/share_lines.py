"""Shares of fit and coverage before and after an upload, line by line, for pages and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pebem.measures import Amount
from web.services.analysis import overview
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Mapping


class ShareLine(NamedTuple):
    """A share before and after, None where nothing counts."""

    word: str
    before: float | None
    after: float | None


def share_lines(moved: Mapping[str, Any]) -> list[ShareLine]:
    """Return the shares of fit and coverage before and after."""
    sides = [moved["before"], moved["after"]]
    wholes = [overview.whole_of({name: Amount(*amount) for name, amount in side["fit"].items()}) for side in sides]
    lines = [
        ShareLine(word.word, *(whole[name].share if whole.count else None for whole in wholes))
        for name, word in figures.FIT_WORDS.items()
    ]
    for name, words in figures.COVERAGE_WORDS.items():
        lines.append(ShareLine(words, *(_ratio(side["coverage"][name], side["coverage"]["counted"]) for side in sides)))
    return lines


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
