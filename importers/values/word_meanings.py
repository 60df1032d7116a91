"""What single words in a column mean: states of an intervention, professions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from importers.values.spelling import lost_letters, squash


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word means.

    Attributes
    ----------
    value
        A state of an intervention, the name of a shift, or a level with a role ("" = none).
    doubt
        German sentence on why a person should check it, "" = the word is clear.
    """

    value: Any
    doubt: str = ""


_Words: TypeAlias = dict[str, Meaning]

_GENDER: Final = re.compile(
    r"(?<=[a-zäöüß])(?:[:*_]in(?:nen)?|/-?in(?:nen)?|\(-?in(?:nen)?\))\b|(?<=[a-zäöüß])In(?:nen)?\b"
)
_EXAMINED: Final = re.compile(
    r"^(?:exam\.?|examinierte[rn]?|staatl(?:ich|\.) ?(?:anerkannte|gepr(?:üfte|\.)|anerk\.|examinierte)[rn]?"
    r"|gepr(?:üfte[rn]?|\.)) +",
    re.IGNORECASE,
)


def status(word: str) -> Meaning | None:
    """Return the status a word stands for, None if unknown."""
    return _known(_states(), word)


def qualification(words: str) -> Meaning | None:
    """Return level and role of a profession, None if unknown.

    Forms of the gender and a leading "exam." or "staatlich anerkannt" do not count.
    """
    known = _qualifications()
    plain = _GENDER.sub("", words)
    for candidate in (words, plain, _EXAMINED.sub("", plain)):
        if meaning := _known(known, candidate) or known.get(squash(candidate).removesuffix("innen").removesuffix("in")):
            return meaning
    return None


def grade(word: str) -> Meaning | None:
    """Return the granted Pflegegrad a word stands for, None if unknown.

    The value is 0 = none was granted, or None with a doubt = not decided yet.
    """
    return _known(_grade_words(), word)


def is_status(word: str) -> bool:
    """Return whether a word is a state of an intervention."""
    return status(word) is not None


def is_qualification(word: str) -> bool:
    """Return whether words name a profession or a level."""
    return qualification(word) is not None


def _known(words: _Words, word: str) -> Meaning | None:
    key = squash(word)
    if not key:
        return None
    if match := words.get(key):
        return match
    if pattern := lost_letters(word):
        fitting = {meaning for name, meaning in words.items() if pattern.fullmatch(name)}
        if len(fitting) == 1:
            return fitting.pop()
    return None


@cache
def _states() -> _Words:
    return {
        squash(str(word)): meaning
        for name, entry in _read("status").items()
        for words, meaning in [
            (entry["sicher"], Meaning(name)),
            *((doubt["worte"], Meaning(name, doubt["grund"])) for doubt in entry.get("fraglich", ())),
        ]
        for word in words
    }


@cache
def _grade_words() -> _Words:
    words = _read("grades")
    undecided = Meaning(None, "Über den Pflegegrad ist noch nicht entschieden; er gilt als nicht angegeben.")
    return {squash(word): Meaning(0) for word in words["keiner"]} | {squash(word): undecided for word in words["offen"]}


@cache
def professions() -> tuple[tuple[str, Meaning], ...]:
    """Return all professions we know as one writes them, with level and role."""
    return tuple(
        (str(word), Meaning((int(entry["qn"]), entry.get("rolle", "")), entry.get("grund", "")))
        for entry in _read("qualifications")
        for word in entry.get("sicher") or entry["fraglich"]
    )


@cache
def _qualifications() -> _Words:
    return {squash(word): meaning for word, meaning in professions()}


def _read(name: str) -> Any:
    import yaml  # noqa: PLC0415  # needed only where words are not our own

    path = Path(__file__).parent / "words" / f"{name}.yaml"
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text alone
