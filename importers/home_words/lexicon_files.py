"""The kept lexicon: what homes write for an entry, abbreviations, and questions that tell entries apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING: Final = ""
"""Stands where words are no intervention at all."""

_FOLDER: Final = Path(__file__).with_name("lexicon")


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """What homes write for one entry of the catalogue.

    Attributes
    ----------
    words
        Words and phrases that mean it.
    heads
        Words that mean it whatever stands beside them.
    counter_words
        Words beside which it is not meant.
    """

    words: tuple[str, ...]
    heads: tuple[str, ...]
    counter_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What an abbreviation stands for.

    Attributes
    ----------
    exact
        Whether its case counts: AT are eye drops, "at" is not.
    beside
        Words of which one must stand beside it, where it has another meaning without them.
    """

    short: str
    long: str
    exact: bool
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What tells entries apart that a word may mean alike.

    Attributes
    ----------
    split
        Whether a word may well mean all of them, so that it should be recorded separately.
    """

    between: frozenset[str]
    text: str
    split: bool


@dataclass(frozen=True, slots=True)
class Grammar:
    """Words that say nothing of what is done, patterns that are cut off, stems (see ``lexicon/grammar.yaml``)."""

    fillers: frozenset[str]
    light: frozenset[str]
    asides: frozenset[str]
    degrees: tuple[str, ...]
    departments: tuple[str, ...]
    rubrics: tuple[str, ...]
    doses: tuple[str, ...]
    stems: Mapping[str, str]


@cache
def entries() -> Mapping[str, LexiconEntry]:
    """Return what homes write, by id of the catalogue; under :data:`NOTHING` what is no intervention."""
    return {
        str(target): LexiconEntry(*(tuple(entry.get(name, ())) for name in ("worte", "kopf", "nicht")))
        for target, entry in _read("entries")["eintraege"].items()
    }


@cache
def abbreviations() -> tuple[Abbreviation, ...]:
    """Return all abbreviations."""
    return tuple(
        Abbreviation(short, entry["heisst"], entry.get("genau") == "ja", tuple(entry.get("neben", ())))
        for entry in _read("abbreviations")["abkuerzungen"]
        for short in entry["kurz"]
    )


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions, the narrowest first."""
    asked = (
        Question(frozenset(entry["zwischen"]), entry["frage"], entry.get("aufteilen") == "ja")
        for entry in _read("questions")["fragen"]
    )
    return tuple(sorted(asked, key=lambda question: len(question.between)))


@cache
def grammar() -> Grammar:
    """Return the words that say nothing of what is done."""
    said = _read("grammar")
    longest_first = {
        name: tuple(sorted(said[name], key=len, reverse=True)) for name in ("hilfegrade", "vorsaetze", "rubriken")
    }
    return Grammar(
        fillers=frozenset(map(fold, said["fuellwoerter"])),
        light=frozenset(map(fold, said["leicht"])),
        asides=frozenset(map(fold, said["nebenbei"])),
        degrees=longest_first["hilfegrade"],
        departments=longest_first["vorsaetze"],
        rubrics=longest_first["rubriken"],
        doses=tuple(said["angaben"]),
        stems=said["staemme"],
    )


def _read(name: str) -> Any:
    import yaml  # noqa: PLC0415  # needed only where there are unknown words

    path = _FOLDER / f"{name}.yaml"
    return yaml.load(path.read_text("utf-8"), getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - text alone
