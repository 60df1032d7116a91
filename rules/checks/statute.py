"""Are the dated data files of the law valid? Form, dates without overlap or gap, tables that fit together."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from rules import statute
from rules.checks.entries import problem, sequence
from rules.files.schema import schema_problems
from rules.files.yaml_with_places import Steps, read_marked
from rules.vocabulary import COUNTED_ITEMS, ITEMS, allowed_points, module_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rules.problem import BookProblem


def check_statute(folder: Path | None = None) -> list[BookProblem]:
    """Check the statute files in a folder; None = ours."""
    shelf = folder or statute.SHELF
    faults = []
    for name in statute.STATUTE_FILES:
        content, places, problems = read_marked(shelf / name)
        faults.extend(problems)
        if not problems:
            wrong = list(schema_problems(name, content)) or list(_meaning(name, content))
            faults.extend(problem({name: content}, str(shelf), {name: places}, name, *finding) for finding in wrong)
    return faults


def _meaning(name: str, content: Mapping[str, Any]) -> Iterator[tuple[Steps, str]]:
    for key, entries in content.items():
        yield from sequence(entries, (key,))
    if name == "assessment.yaml":
        yield from _instrument(content)


def _instrument(content: Mapping[str, Any]) -> Iterator[tuple[Steps, str]]:
    """Compare the tables of the instrument with each other and with the vocabulary of the program."""
    for key, thresholds in (("pflegegrade", "ab"), ("punktbereiche", "ab"), ("modul_5", "klassen_ab")):
        for i, entry in enumerate(content[key]):
            yield from _ascending(entry[thresholds], (key, i, thresholds))
    for i, part in enumerate(content["modul_5"]):
        if len(part["punkte"]) != len(part["klassen_ab"]) + 1:
            yield ("modul_5", i, "punkte"), "Es sind nicht ein Punktwert mehr als Klassen."
        if ("gewicht" in part) != isinstance(part["kriterien"], list):
            yield ("modul_5", i, "gewicht"), "„gewicht“ steht genau dort, wo „kriterien“ eine Liste ist."
    scales = {entry["id"] for entry in content["skalen"]}
    for i, module in enumerate(content["module"]):
        expected = [item for item in ITEMS if str(module_of(item)) == module["id"]]
        if list(module["kriterien"]) != expected:
            yield ("module", i, "kriterien"), f"Erwartet werden die Kriterien {expected[0]} bis {expected[-1]}."
        for item, entry in module["kriterien"].items():
            yield from _criterion(item, entry, scales, ("module", i, "kriterien", item))


def _criterion(item: str, entry: Mapping[str, Any], scales: set[str], steps: Steps) -> Iterator[tuple[Steps, str]]:
    if item in COUNTED_ITEMS:
        return
    if entry.get("skala") not in scales:
        yield steps, f"Die Skala „{entry.get('skala')}“ gibt es nicht; vorhanden sind: {', '.join(sorted(scales))}."
    elif tuple(entry["punkte"]) != allowed_points(item):
        yield steps, f"{item} hat die Punkte {', '.join(map(str, allowed_points(item)))}."


def _ascending(values: Sequence[float], steps: Steps) -> Iterator[tuple[Steps, str]]:
    if any(below >= above for below, above in itertools.pairwise(values)):
        yield steps, f"Die Grenzen {', '.join(map(str, values))} steigen nicht."
