"""The health check of rulebook files: form, citations, dates, coverage. Returns what is wrong, in German."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from rules.condition import ConditionError, parse
from rules.load import FILES, RuleBookError, read_yaml
from rules.vocabulary import KINDS

_LISTS: Final = {"interventions.yaml": "interventionen", "rules.yaml": "regeln", "instability.yaml": "kriterien"}


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # only a check needs it; a plain start does not

    schema = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator({**schema["$defs"][name], "$defs": schema["$defs"]})


def check_files(folder: Path) -> list[str]:
    """Check the files of one edition.

    Returns
    -------
    list of str
        One German sentence a problem, naming file and entry; empty where all is well.
    """
    contents: dict[str, Any] = {}
    for name in FILES:
        try:
            contents[name] = read_yaml(folder / name)
        except RuleBookError as problem:
            return [str(problem)]
    problems = [text for name, content in contents.items() for text in _form(folder / name, content)]
    return problems or list(_meaning(folder, contents))


def _form(path: Path, content: Any) -> Iterator[str]:
    """Hold one file against the schema."""
    for error in sorted(_validator(path.name).iter_errors(content), key=lambda e: list(map(str, e.absolute_path))):
        where = list(error.absolute_path)
        entry = content
        name = ""
        for step in where:
            entry = entry[step]
            if isinstance(entry, Mapping) and "id" in entry:
                name = f", Eintrag {entry['id']}"
        spot = ".".join(str(step) for step in where) or "Datei"
        yield f"{path}{name}: {spot} entspricht nicht dem Schema: {error.message}"


def _meaning(folder: Path, contents: Mapping[str, Any]) -> Iterator[str]:
    """Find what a schema cannot see."""
    sources = contents["rulebook.yaml"]["quellen"]
    for name, key in _LISTS.items():
        entries: Sequence[Mapping[str, Any]] = contents[name][key]
        for entry in entries:
            spot = f"{folder / name}, Eintrag {entry['id']}"
            for cited in (entry["beleg"], entry.get("titel_quelle", {})):
                if "quelle" in cited and cited["quelle"] not in sources:
                    yield f"{spot}: Die Quelle „{cited['quelle']}“ steht nicht in rulebook.yaml."
            if "gueltig_bis" in entry and entry["gueltig_bis"] < entry["gueltig_ab"]:
                yield f"{spot}: gueltig_bis liegt vor gueltig_ab."
        yield from _overlaps(folder / name, entries)
    for entry in contents["rules.yaml"]["regeln"]:
        try:
            parse(entry["bedingung"])
        except ConditionError as problem:
            spot = f"{folder / 'rules.yaml'}, Eintrag {entry['id']}"
            yield f"{spot}: Bedingung „{entry['bedingung']}“, Zeichen {problem.position + 1}: {problem}"
    yield from _coverage(folder, contents)


def _overlaps(path: Path, entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Refuse two entries of one id that hold on the same day."""
    for name, count in Counter(entry["id"] for entry in entries).items():
        if count == 1:
            continue
        spans = sorted((e["gueltig_ab"], e.get("gueltig_bis", "9999-12-31")) for e in entries if e["id"] == name)
        for (_, end), (start, _) in itertools.pairwise(spans):
            if start <= end:
                yield f"{path}, Eintrag {name}: Zwei Einträge dieser id gelten am selben Tag ({start})."


def _coverage(folder: Path, contents: Mapping[str, Any]) -> Iterator[str]:
    """Every kind needs a rule that always holds: no intervention may be without a level."""
    rules = contents["rules.yaml"]["regeln"]
    certain = {
        kind for r in rules if r["bedingung"] == "immer" for kind in (KINDS if r["arten"] == "alle" else r["arten"])
    }
    for entry in contents["interventions.yaml"]["interventionen"]:
        if entry["art"] not in certain:
            yield (
                f"{folder / 'interventions.yaml'}, Eintrag {entry['id']}: "
                f"Für die Art „{entry['art']}“ gibt es keine Regel, die immer gilt."
            )
