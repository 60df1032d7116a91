"""What single words in a column mean: states of an intervention, professions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from importers.values.spelling import fold, lost_letters, squash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word means.

    Attributes
    ----------
    value
        A state of an intervention, the name of a shift, or a level with a role ("" = none); level 0 = none counts.
    doubt
        German sentence on why a person should check it, "" = the word is clear.
    suggested
        What to suggest to that person, where it is not what holds until they have answered.
    """

    value: Any
    doubt: str = ""
    suggested: Any = None


_Words: TypeAlias = dict[str, Meaning]

_GENDER: Final = re.compile(
    r"(?<=[a-zäöüß])(?:[:*_]in(?:nen)?|/-?in(?:nen)?|\(-?in(?:nen)?\))\b|(?<=[a-zäöüß])In(?:nen)?\b"
)
_FEMALE: Final = re.compile(r"(?<=er|nt)in\b")
_QUALIFIED: Final = (4, "")
_NURSE: Final = Meaning(_QUALIFIED)
_DEGREE: Final = "Ein akademischer Grad ist kein eigener Pflegeabschluss; bis zur Antwort gilt QN 4."
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

    Forms of the gender, a leading "exam." or "staatlich anerkannt", and what says where somebody comes from do not
    count. Who is still learning, or waits for a permit, is no qualified nurse, whatever else is written.
    """
    return _profession(words) or _decided(words) or _without_rest(words)


def _profession(words: str) -> Meaning | None:
    known = _qualifications()
    plain = _GENDER.sub("", words)
    male = _FEMALE.sub("", plain)
    for candidate in (words, plain, male, _EXAMINED.sub("", plain), _EXAMINED.sub("", male)):
        if meaning := _known(known, candidate) or known.get(squash(candidate).removesuffix("innen").removesuffix("in")):
            return meaning
    return None


def _decided(words: str) -> Meaning | None:
    """Return what a part of the words decides alone."""
    written = fold(words)
    return next((meaning for pattern, meaning in _parts().deciding if pattern.search(written)), None)


def _without_rest(words: str) -> Meaning | None:
    """Return what words mean without what says nothing, and with an academic degree."""
    rest, alone = words, None
    for pattern, meaning in _parts().idle:
        shorter = _without(rest, pattern)
        alone = alone or (meaning if shorter != rest else None)
        rest = shorter
    if not squash(rest):
        return alone
    if alone and (of_rest := _profession(rest)):
        return of_rest
    for pattern, meaning in _parts().degrees:
        shorter = _without(rest, pattern)
        base = _profession(shorter) if shorter != rest else None
        if base and not base.doubt and base.value == _QUALIFIED:
            return meaning
    return None


def _without(words: str, parts: re.Pattern[str]) -> str:
    shorter = parts.sub(" ", words)
    return re.sub(r"\(\s*\)", " ", shorter).strip(" ,;/()-–+|") if shorter != words else words


class _Parts(NamedTuple):
    """What may stand beside a profession: patterns, and what each means."""

    deciding: list[tuple[re.Pattern[str], Meaning]]
    idle: list[tuple[re.Pattern[str], Meaning]]
    degrees: list[tuple[re.Pattern[str], Meaning]]


@cache
def _parts() -> _Parts:
    said = _read("qualification_parts")
    return _Parts(
        [
            (re.compile(rf"(?<![^\W_])(?:{_any(map(fold, entry['enthaelt']))})"), _doubtful(entry))
            for entry in said["entscheidet"]
        ],
        [(_whole(entry["worte"]), _doubtful(entry)) for entry in said["weglassen"]],
        [
            (_whole(entry["worte"]), Meaning(_QUALIFIED, _DEGREE, suggested) if suggested != _QUALIFIED else _NURSE)
            for entry in said["grade"]
            for suggested in [(int(entry["qn"]), "")]
        ],
    )


def _doubtful(entry: Mapping[str, Any]) -> Meaning:
    return Meaning((int(entry["qn"]), ""), entry["grund"])


def _whole(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{_any(words)})(?![^\W_])", re.IGNORECASE)


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


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
        (str(word), _entered(entry))
        for entry in _read("qualifications")
        for word in entry.get("sicher") or entry["fraglich"]
    )


def _entered(entry: Mapping[str, Any]) -> Meaning:
    """Return what an entry says: doubtful words lead to no level of a qualified nurse by themselves."""
    level, role = int(entry["qn"]), entry.get("rolle", "")
    if "sicher" in entry:
        return Meaning((level, role))
    until = int(entry.get("bis_dahin", level if level < _QUALIFIED[0] else 0))
    return Meaning((until, role), entry["grund"], (level, role) if until != level else None)


@cache
def _qualifications() -> _Words:
    return {squash(word): meaning for word, meaning in professions()}


@cache
def _read(name: str) -> Any:
    import yaml  # noqa: PLC0415  # needed only where words are not our own

    path = Path(__file__).parent / "words" / f"{name}.yaml"
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text alone
