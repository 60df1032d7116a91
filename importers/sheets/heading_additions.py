"""What people add to a heading: "1. Datum der Leistung (TT.MM.JJJJ)*" is "Datum", "Datum (geplant)" is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importers.sheets.synonyms import PART, SEPARATOR, SURE
from importers.values.spelling import clean, fold, squash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NUMBERING: Final = re.compile(
    r"^(?:spalte )?(?:\(?\d{1,2}[.)]{1,2}|\d{1,2}(?: ?[-–:]| )|[a-z][.)])\s*(?=[^\W\d])", re.IGNORECASE
)
_MARKS: Final = re.compile(r"(?:\s*[*†‡:¹²³⁰⁴-⁹]|\s\d\))+$")
_BRACKETS: Final = re.compile(r"\s*[(\[{]([^()\[\]{}]*)[)\]}]")
_OF: Final = re.compile(r"(.+?)(?: (?:der|des|dieser))? (\S+)")
_WORD: Final = re.compile(r"[^\W_]+|[%€]")


@dataclass(frozen=True, slots=True)
class _Additions:
    alike: re.Pattern[str]
    planned: frozenset[str]
    other: frozenset[str]
    actual: frozenset[str]
    unit: re.Pattern[str]
    subjects: Mapping[str, frozenset[str]]


def without_additions(sheet: str, heading: str) -> Iterator[tuple[str, float]]:
    """Yield a heading with less and less of what may be added to it, each with the most it may be sure.

    A heading whose addition says that something else is meant yields nothing.
    """
    if other_meant(heading):
        return
    additions = _additions()
    group, _, text = clean(heading).rpartition(SEPARATOR)
    brackets = list(map(clean, _BRACKETS.findall(text)))
    most = SURE if all(not inside or additions.alike.fullmatch(inside) for inside in brackets) else PART
    subjects = additions.subjects.get(sheet, frozenset())
    shorter = _MARKS.sub("", _NUMBERING.sub("", text, count=1))
    bare = _MARKS.sub("", _BRACKETS.sub("", shorter))
    for prefix in dict.fromkeys((group, "" if squash(group) in subjects else group)):
        for rest, sure in ((shorter, SURE), (bare, most)):
            joined = f"{prefix}{SEPARATOR}{rest}" if prefix else rest
            if rest and joined != heading:
                yield joined, sure
            if not prefix and (of := _OF.fullmatch(rest)) and squash(of[2]) in subjects:
                yield of[1], sure


def other_meant(heading: str) -> bool:
    """Return whether an addition says that something else is meant than the analysis needs: "Datum (geplant)"."""
    additions = _additions()
    group, _, text = clean(heading).rpartition(SEPARATOR)
    brackets = list(map(clean, _BRACKETS.findall(text)))
    if any(additions.unit.search(inside) and not additions.alike.fullmatch(inside) for inside in brackets):
        return True
    words = _WORD.findall(" ".join((group, *brackets)))
    return not additions.other.isdisjoint(map(fold, words))


def without_other_words(heading: str) -> str:
    """Return a heading without brackets and words that make it something else: "Minuten" of "Soll-Minuten"."""
    words = _WORD.findall(_BRACKETS.sub("", clean(heading)))
    return " ".join(word for word in words if fold(word) not in _additions().other)


def is_planned(text: str) -> bool:
    """Return whether a text holds a word for what is planned: "Soll", "Plan-Beginn"."""
    return not _additions().planned.isdisjoint(map(fold, _WORD.findall(clean(text))))


def is_actual(text: str) -> bool:
    """Return whether a text holds a word for what was done: "Ist", "Beginn Ist"."""
    return not _additions().actual.isdisjoint(map(fold, _WORD.findall(clean(text))))


def without_actual(text: str) -> str:
    """Return a heading without such a word."""
    words = _WORD.findall(_BRACKETS.sub("", clean(text)) if not is_planned(text) else "")
    return " ".join(word for word in words if fold(word) not in _additions().actual)


def first_words(heading: str) -> Iterator[str]:
    """Yield what a heading of several words begins with, folded, the longest first."""
    text = fold(_NUMBERING.sub("", clean(heading), count=1))
    ends = [end.start() for end in re.finditer(r"\W", text)]
    for end in reversed(ends):
        yield text[:end]


@cache
def _additions() -> _Additions:
    import yaml  # noqa: PLC0415  # needed only where headings are not our own

    words = yaml.safe_load((Path(__file__).parent / "words" / "additions.yaml").read_text("utf-8"))
    alike = "|".join(f"(?:{part})" for part in words["gleich"])
    return _Additions(
        re.compile(alike, re.IGNORECASE),
        frozenset(map(fold, words["plan"])),
        frozenset(map(fold, [*words["plan"], *words["anders"]])),
        frozenset(map(fold, words["wirklich"])),
        re.compile(words["einheit"], re.IGNORECASE),
        {sheet: frozenset(map(squash, names)) for sheet, names in words["gegenstand"].items()},
    )
