"""A home's own names for interventions: which entries of the catalogue they might mean."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules.model import RuleBook

LEAST: Final = 60.0
"""Suggestions below this score (0 to 100) are noise and are not made."""


@cache
def usual_names() -> Mapping[str, Sequence[str]]:
    """Return what homes often write for an entry of the catalogue, by its id."""
    import yaml  # noqa: PLC0415  # needed only where there are unknown names

    found: Mapping[str, Sequence[str]] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return found


def suggest(names: Sequence[str], book: RuleBook, limit: int = 3) -> list[list[tuple[str, float]]]:
    """Suggest catalogue entries for names, the most similar first.

    Parameters
    ----------
    names
        Names as they stand in a file.
    limit
        Most suggestions for one name.

    Returns
    -------
    list
        For each name up to ``limit`` pairs (catalogue id, score 0 to 100), none twice. A suggestion is never
        applied by itself.
    """
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415  # needed only where there are unknown names

    usual = usual_names()
    choices = [(entry.id, text) for entry in book.interventions for text in (entry.title, *usual.get(entry.id, ()))]
    texts = [text for _, text in choices]
    found = []
    for name in names:
        near = process.extract(
            name, texts, scorer=fuzz.token_ratio, processor=utils.default_process, limit=None, score_cutoff=LEAST
        )
        # A name that holds all words of an entry and more is not the same as the entry: the plain ratio breaks ties.
        scored = sorted(
            (
                (0.9 * score + 0.1 * fuzz.ratio(name, text, processor=utils.default_process), position)
                for text, score, position in near
            ),
            reverse=True,
        )
        best: dict[str, float] = {}
        for score, position in scored:
            best.setdefault(choices[position][0], round(score, 1))
        found.append(list(best.items())[:limit])
    return found
