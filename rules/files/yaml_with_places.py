"""YAML read strictly, with the place of every value: keys are text and unique, days stay text, no references."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

from rules.problem import BookProblem, RuleBookError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Steps: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys and positions from the top of the file."""

_LARGEST_FILE: Final = 4_000_000
"""Bytes; a rulebook has some 50,000."""

_DEEPEST: Final = 20
"""Levels of nesting; a rulebook has four."""

_TEXT: Final = "tag:yaml.org,2002:str"


# Reading 113 entries with the pure Python parser would take longer than the rest of a start.
class _Reader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML whose days stay text, so that the JSON schema can check their form."""


_Reader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass
class Places:
    """Where values are in one file, counted from 1: the line of each, and the column of texts on one line."""

    lines: dict[Steps, int] = field(default_factory=dict)
    columns: dict[Steps, int] = field(default_factory=dict)


def read_yaml(path: Path) -> Any:
    """Read one YAML file.

    Raises
    ------
    RuleBookError
        Where the file is missing or is no YAML of the plain kind we take, with its line.
    """
    content, _, problems = read_marked(path)
    if problems:
        raise RuleBookError("\n".join(map(str, problems)))
    return content


def read_marked(path: Path) -> tuple[Any, Places, list[BookProblem]]:
    """Read one YAML file with the place of every value; with problems there is no content."""
    places = Places()
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return (
                None,
                places,
                [BookProblem(str(path), 0, "", "Die Datei ist größer als 4 MB; das ist kein Regelwerk.")],
            )
        reader = _Reader(path.read_bytes())
        node = reader.get_single_node()
        if node is None:
            return None, places, [BookProblem(str(path), 0, "", "Die Datei ist leer.")]
        problems = [
            BookProblem(str(path), line, entry, text) for line, entry, text in _walk(node, (), "", places, set())
        ]
        return (None if problems else reader.construct_document(node)), places, problems
    except FileNotFoundError:
        return None, places, [BookProblem(str(path), 0, "", "Die Datei fehlt.")]
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        column = f" (ab Spalte {mark.column + 1})" if mark else ""
        text = (
            f"Das ist keine lesbare YAML-Datei{column}. Häufige Gründe: ein fehlendes Anführungszeichen, "
            "ein fehlender Doppelpunkt, eine andere Einrückung als in der Zeile davor."
        )
        return None, places, [BookProblem(str(path), mark.line + 1 if mark else 0, "", text)]


def _walk(
    node: yaml.Node, steps: Steps, entry: str, places: Places, visited: set[int]
) -> Iterator[tuple[int, str, str]]:
    """Record the places below a node; yield line, entry and message of what is refused."""
    line = node.start_mark.line + 1
    places.lines.setdefault(steps, line)
    if id(node) in visited:
        yield line, entry, "Verweise mit & und * sind nicht möglich; bitte schreiben Sie den Inhalt aus."
        return
    visited.add(id(node))
    if len(steps) > _DEEPEST:
        yield line, entry, "So tief verschachtelt ist kein Regelwerk."
    elif isinstance(node, yaml.SequenceNode):
        for position, part in enumerate(node.value):
            yield from _walk(part, (*steps, position), entry, places, visited)
    elif isinstance(node, yaml.MappingNode):
        yield from _walk_mapping(node, steps, (steps and _id_of(node)) or entry, places, visited)
    elif isinstance(node, yaml.ScalarNode) and node.start_mark.line == node.end_mark.line:
        places.columns[steps] = node.start_mark.column + (2 if node.style else 1)


def _walk_mapping(
    node: yaml.MappingNode, steps: Steps, entry: str, places: Places, visited: set[int]
) -> Iterator[tuple[int, str, str]]:
    """Do the same for keys and values of a mapping."""
    first: dict[str, int] = {}
    for key, value in node.value:
        line, name = key.start_mark.line + 1, key.value
        if key.tag != _TEXT:
            yield line, entry, f"Der Schlüssel {name!s} ist kein Text; bitte setzen Sie ihn in Anführungszeichen."
        elif name in first:
            yield (
                line,
                entry,
                (
                    f"„{name}“ steht zweimal, zuerst in Zeile {first[name]}. "
                    "Bitte löschen Sie eine der beiden Angaben; welche gilt, wäre sonst offen."
                ),
            )
        else:
            first[name] = line
            places.lines[*steps, name] = line
            yield from _walk(value, (*steps, name), entry, places, visited)


def _id_of(node: yaml.MappingNode) -> str:
    """Return the id of an entry, "" for none."""
    return next((str(v.value) for k, v in node.value if k.value == "id" and isinstance(v, yaml.ScalarNode)), "")
