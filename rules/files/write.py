"""A rulebook into its four files, always in the same form: what is read back has the same content and hash."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from rules.files.schema import FILES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ORDER: Final = (
    "id",
    "ausgabe",
    "status",
    "gruppe",
    "titel",
    "titel_status",
    "titel_quelle",
    "beschreibung",
    "art",
    "arten",
    "bi_items",
    "bedingung",
    "qn",
    "vorbehalt",
    "zertifikat",
    "zertifikat_gesperrt",
    "name",
    "ab_qn",
    "hinweis",
    "gueltig_ab",
    "gueltig_bis",
    "quelle",
    "stelle",
    "eigene_setzung",
    "sicherheit",
    "grund",
    "geprueft_am",
    "beleg",
    "quellen",
)
"""Keys in the order a reader wants them; others follow."""

_PLAIN: Final = re.compile(r"[a-zäöüß]{2,}(-[a-zäöüß0-9]+)*|\d{4}-\d{2}-\d{2}")
"""Texts that need no quotation marks."""

_WORDS_OF_YAML: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def write(folder: Path, documents: Mapping[str, Any]) -> None:
    """Write the files of an edition into a folder, which is made where it is missing.

    Parameters
    ----------
    documents
        As ``rules.edition.documents`` returns them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_text(text_of(documents[name]), encoding="utf-8", newline="\n")


def text_of(document: Mapping[str, Any]) -> str:
    """Return one file as YAML."""
    parts: list[str] = []
    for key, value in _ordered(document):
        if isinstance(value, list):
            parts.append(f"{key}:\n\n" + "\n\n".join(map(_entry, value)) if value else f"{key}: []")
        elif isinstance(value, dict):
            lines = [f"  {_flow(name)}: {_flow(part)}" for name, part in value.items()]
            parts.append("\n".join([f"{key}:", *lines]) if lines else f"{key}: {{}}")
        else:
            parts.append(f"{key}: {_flow(value)}")
    return "\n".join(parts) + "\n"


def _entry(entry: Mapping[str, Any]) -> str:
    lines = [f"{key}: {_flow(value)}" for key, value in _ordered(entry)]
    return "- " + "\n  ".join(lines)


def _ordered(mapping: Mapping[str, Any]) -> list[tuple[str, Any]]:
    place = {key: i for i, key in enumerate(_ORDER)}
    return sorted(mapping.items(), key=lambda item: place.get(item[0], len(place)))


def _flow(value: Any) -> str:
    """Return a value on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in _ordered(value)) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str() if _PLAIN.fullmatch(value) and value not in _WORDS_OF_YAML:
            return value
        case _:
            # A JSON text is a YAML text; what YAML does not print is written as its code.
            plain = json.dumps(value, ensure_ascii=False)
            return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", plain)
