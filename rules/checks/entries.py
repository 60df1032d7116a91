"""Is a rulebook valid? Form, citations, dates, conditions. Reports in German what is wrong and where."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rules.files.schema import FILES, schema_problems
from rules.files.yaml_with_places import Places, Steps, read_marked
from rules.language.condition import ConditionError, parse
from rules.problem import BookProblem, closest

if TYPE_CHECKING:
    from pathlib import Path

LISTS: Final = {"interventions.yaml": "interventionen", "rules.yaml": "regeln", "instability.yaml": "kriterien"}
"""Files of entries, and the key their list stands under."""

_Found: TypeAlias = Iterator[tuple[str, Steps, str]]
"""File, place in the file, message."""


def check_files(folder: Path) -> list[str]:
    """Check the files of one edition.

    Returns
    -------
    list of str
        One German sentence a problem, naming file, line and entry; empty where all is well.
    """
    contents: dict[str, Any] = {}
    places: dict[str, Places] = {}
    unread: list[BookProblem] = []
    for name in FILES:
        contents[name], places[name], problems = read_marked(folder / name)
        unread.extend(problems)
    return [str(problem) for problem in unread or check_documents(contents, str(folder), places)]


def check_documents(
    documents: Mapping[str, Any], name: str = "", lines: Mapping[str, Places] | None = None
) -> list[BookProblem]:
    """Check the parsed files of one edition.

    Parameters
    ----------
    documents
        What ``rules.edition.documents`` returns.
    name
        Folder or file the documents come from, as the reader knows it.
    lines
        Where each value stands, by file; without it problems have no line.
    """
    missing = [file for file in FILES if documents.get(file) is None]
    if missing:
        return [BookProblem(_path(name, file), 0, "", "Die Datei fehlt.") for file in missing]
    faults = [(file, *finding) for file in FILES for finding in schema_problems(file, documents[file])]
    return [problem(documents, name, lines or {}, *finding) for finding in faults or _meaning(documents, lines or {})]


def _path(name: str, file: str) -> str:
    return f"{name}/{file}" if name else file


def problem(
    documents: Mapping[str, Any], name: str, places: Mapping[str, Places], file: str, steps: Steps, message: str
) -> BookProblem:
    """Add to a finding its line and the id of its entry."""
    entry, value = "", documents[file]
    for step in steps[:-1] if not isinstance(value, Mapping) else steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(value, Mapping) and "id" in value:
            entry = str(value["id"])
    lines = places[file].lines if file in places else {}
    line = next((lines[steps[:n]] for n in range(len(steps), -1, -1) if steps[:n] in lines), 0)
    return BookProblem(_path(name, file), line, entry, message)


def _meaning(documents: Mapping[str, Any], places: Mapping[str, Places]) -> _Found:
    """Find what a schema cannot see."""
    head = documents["rulebook.yaml"]
    yield from (("rulebook.yaml", steps, text) for steps, text in _order(head, ()))
    for file, key in LISTS.items():
        for position, entry in enumerate(documents[file][key]):
            steps: Steps = (key, position)
            for part in ("beleg", "titel_quelle"):
                source = entry.get(part, {}).get("quelle")
                if source is not None and source not in head["quellen"]:
                    yield file, (*steps, part, "quelle"), _unknown_source(source, list(head["quellen"]))
            yield from ((file, where, text) for where, text in _order(entry, steps))
        yield from ((file, where, text) for where, text in sequence(documents[file][key], (key,)))
    yield from _conditions(documents, places)
    yield from _coverage(documents)


def _unknown_source(source: str, sources: list[str]) -> str:
    close = closest(source, sources)
    hint = f"Meinten Sie „{close}“? " if close else ""
    return f"Die Quelle „{source}“ steht nicht in rulebook.yaml. {hint}Vorhanden sind: {', '.join(sources) or 'keine'}."


def _order(entry: Mapping[str, Any], steps: Steps) -> Iterator[tuple[Steps, str]]:
    if "gueltig_bis" in entry and entry["gueltig_bis"] < entry["gueltig_ab"]:
        yield (
            (*steps, "gueltig_bis"),
            f"gueltig_bis ({entry['gueltig_bis']}) liegt vor gueltig_ab ({entry['gueltig_ab']}).",
        )


def sequence(entries: Sequence[Mapping[str, Any]], steps: Steps) -> Iterator[tuple[Steps, str]]:
    """Refuse entries of one id that overlap in time or leave a gap; entries without an id count as one.

    Parameters
    ----------
    entries
        Dated entries.
    steps
        Where the list is in its file.
    """
    spans: dict[str, list[tuple[str, str, int]]] = {}
    for position, entry in enumerate(entries):
        span = (entry["gueltig_ab"], entry.get("gueltig_bis", str(date.max)), position)
        spans.setdefault(str(entry.get("id", "")), []).append(span)
    for name, entries_of_name in spans.items():
        what = "dieser id" if name else "dieser Liste"
        for (_, end, _), (start, _, position) in itertools.pairwise(sorted(entries_of_name)):
            where = (*steps, position, "gueltig_ab")
            if start <= end:
                yield where, f"Zwei Einträge {what} gelten am selben Tag ({start}). {_repair(start)}"
            elif (gap := date.fromisoformat(end) + timedelta(1)) < date.fromisoformat(start):
                yield where, f"Zwischen zwei Einträgen {what} ist eine Lücke: Am {gap} gilt keiner. {_repair(start)}"


def _repair(start: str) -> str:
    day = date.fromisoformat(start)
    before = day - timedelta(1) if day > date.min else day
    return f"Der frühere endet richtig mit gueltig_bis: {before}."


def _conditions(documents: Mapping[str, Any], places: Mapping[str, Places]) -> _Found:
    """Read the condition of every rule, with the criteria and certificates this rulebook knows."""
    criteria = dict.fromkeys(entry["id"] for entry in documents["instability.yaml"]["kriterien"])
    accepting = documents["interventions.yaml"]["interventionen"]
    certificates = dict.fromkeys(entry["zertifikat"]["name"] for entry in accepting if "zertifikat" in entry)
    for position, entry in enumerate(documents["rules.yaml"]["regeln"]):
        steps: Steps = ("regeln", position, "bedingung")
        try:
            parse(entry["bedingung"], criteria, certificates)
        except ConditionError as problem:
            columns = places["rules.yaml"].columns if "rules.yaml" in places else {}
            column = f" (Spalte {columns[steps] + problem.position})" if steps in columns else ""
            text = f"Bedingung „{entry['bedingung']}“, Zeichen {problem.position + 1}{column}: {problem}"
            yield "rules.yaml", steps, text


def days_of_change(documents: Mapping[str, Any]) -> list[date]:
    """Return the first day of an edition and every later one on which another set of entries begins to hold."""
    head = documents["rulebook.yaml"]
    first, last = _span(head)
    spans = [_span(entry) for file, key in LISTS.items() for entry in documents[file][key]]
    after = [end + timedelta(1) for _, end in spans if end < date.max]
    return sorted({first} | {day for day in (*(start for start, _ in spans), *after) if first <= day <= last})


def _span(entry: Mapping[str, Any]) -> tuple[date, date]:
    return date.fromisoformat(entry["gueltig_ab"]), date.fromisoformat(entry.get("gueltig_bis", str(date.max)))


def _coverage(documents: Mapping[str, Any]) -> _Found:
    """Every kind needs a rule that always holds: no intervention may be without a level on any day."""
    rules = [(rule, *_span(rule)) for rule in documents["rules.yaml"]["regeln"] if rule["bedingung"].strip() == "immer"]
    days = days_of_change(documents)
    for position, entry in enumerate(documents["interventions.yaml"]["interventionen"]):
        kind, (start, end) = entry["art"], _span(entry)
        always = [span for rule, *span in rules if rule["arten"] == "alle" or kind in rule["arten"]]
        bare = [day for day in days if start <= day <= end and not any(a <= day <= b for a, b in always)]
        if bare:
            yield (
                "interventions.yaml",
                ("interventionen", position, "art"),
                (
                    f"Für die Art „{kind}“ gibt es ab {bare[0]} keine Regel, die immer gilt. "
                    "Bitte ergänzen Sie in rules.yaml eine Regel mit „bedingung: immer“ für diese Art."
                ),
            )
