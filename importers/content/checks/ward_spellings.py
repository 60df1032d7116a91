"""Wards that are written in several ways: nothing is put together, but a notice asks whether they are the same."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.findings import Finding, Severity
from importers.values import cell_values
from importers.values.spelling import fold, squash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from importers.content.table import Table

_SHEETS: Final = ("Bewohner", "Interventionen")
_COLUMN: Final = "Wohnbereich"
_PARTS: Final = re.compile(r"[a-z]+|\d+")
_ROMAN: Final = {
    name: str(number)
    for number, name in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"], start=1)
}
_USUAL: Final = "wb"
"""What stands before a number that stands alone."""


def note_alike_wards(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Yield a notice for each group of wards that differ in spelling alone."""
    spellings: dict[str, dict[str, int]] = {}
    for table in (tables[sheet] for sheet in _SHEETS if sheet in tables):
        codes, cells = table.raw(_COLUMN)
        for cell, count in zip(cells, np.bincount(codes, minlength=len(cells)).tolist(), strict=True):
            if count and isinstance(cell, (str, int, float)) and (word := cell_values.text(cell)):
                written = spellings.setdefault(_key(word), {})
                written[word] = written.get(word, 0) + count
    for written in spellings.values():
        if len(written) > 1:
            named = ", ".join(f"„{word}“ ({count})" for word, count in written.items())
            yield Finding(
                Severity.NOTICE,
                "wohnbereich-aehnlich",
                f"Diese Wohnbereiche unterscheiden sich nur in der Schreibweise und zählen getrennt: {named}. "
                "Ist derselbe gemeint?",
                "Wenn ja, schreiben Sie ihn überall gleich; wenn nein, ist nichts zu tun.",
                column=_COLUMN,
                value=" / ".join(written),
                count=sum(written.values()) - max(written.values()),
            )


def _key(word: str) -> str:
    """Return what two spellings of one ward have in common: "WB 01", "Wohnbereich I" and "1" are all "wb1"."""
    parts = _PARTS.findall(fold(word))
    if not parts:
        return word
    first, *rest = [*parts] if parts[0] in _before() else ["" if not parts[0].isdigit() else _USUAL, *parts]
    numbered = [_ROMAN.get(part, part) if first else part for part in rest]
    key: str = _before().get(first, first) + "".join(part.lstrip("0") or part for part in numbered)
    return key


@cache
def _before() -> dict[str, str]:
    import yaml  # noqa: PLC0415  # needed only where wards have names

    path = Path(__file__).parents[2] / "values" / "words" / "wards.yaml"
    groups: Any = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text alone
    return {squash(word): name for name, words in groups.items() for word in words}
