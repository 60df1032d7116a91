"""How the words with umlauts in a text file read in each encoding, so that people can choose the right one."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from importers.files import opening
from importers.files.delimited import ENCODINGS
from importers.files.kind import FileKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

CODECS: Final = {codec: word for codec, word in ENCODINGS.items() if not codec.startswith("utf-16")}
"""Codecs a person may choose -> what they are called, the likeliest first; UTF-16 identifies itself."""

SHOWN: Final = 8
_MOST_WORDS: Final = 300
_MOST_PLACES: Final = 20_000
_LONGEST: Final = 40
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_NO_WORD: Final = re.compile(rb"[\s;,|\"<>]")
_BOMS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class EncodingSample(NamedTuple):
    """How words read in an encoding."""

    codec: str
    words: tuple[str, ...]


def sample_encodings(
    files: Sequence[tuple[str, bytes]], passwords: Mapping[str, str], names: Collection[str]
) -> dict[str, tuple[EncodingSample, ...]]:
    """Return text file -> how its words with umlauts would read; nothing for files that declare their encoding.

    Encodings in which all words read alike are one: there would be nothing to choose.

    Parameters
    ----------
    names
        Names of the files asked about.
    """
    if not names:
        return {}
    opened = ((one.name, one.data) for one in opening.contents(files, passwords) if one.kind is FileKind.TEXT)
    samples = {name: _samples_of(data) for name, data in opened if name in names and not data.startswith(_BOMS)}
    return {name: some for name, some in samples.items() if some}


def _samples_of(data: bytes) -> tuple[EncodingSample, ...]:
    words = _words(data)
    codecs: dict[tuple[str, ...], str] = {}
    for codec in CODECS:
        try:
            data.decode(codec)
            codecs.setdefault(tuple(word.decode(codec) for word in words), codec)
        except UnicodeDecodeError:
            continue
    if not words or not codecs:
        return ()
    # First the words that distinguish most encodings.
    order = sorted(range(len(words)), key=lambda i: -len({texts[i] for texts in codecs}))[:SHOWN]
    return tuple(EncodingSample(codec, tuple(texts[i] for i in order)) for texts, codec in codecs.items())


def _words(data: bytes) -> list[bytes]:
    """Return different words with bytes that are no ASCII, without walking through all that is."""
    distinct: dict[bytes, None] = {}
    for match in islice(_HIGH.finditer(data), _MOST_PLACES):
        start, end = match.span()
        before = _NO_WORD.split(data[max(start - _LONGEST, 0) : start])[-1]
        distinct[(before + match[0] + _NO_WORD.split(data[end : end + _LONGEST])[0]).strip(b".:()'")] = None
        if len(distinct) == _MOST_WORDS:
            break
    return list(distinct)
