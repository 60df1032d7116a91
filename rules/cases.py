"""Cases: residents in words and items, with the levels a rulebook must ask for. Written by care experts, as files.

A case is in ``book/<edition>/cases/<group>/<case>.yaml`` (``LIESMICH.md`` there explains how to write one). It is an
example for readers and a proof against changes: :mod:`rules.checks.cases` holds a rulebook against its cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from rules.explanation.facts import ActiveCriterion, Facts
from rules.files.schema import schema_problems
from rules.files.yaml_with_places import read_marked, read_yaml
from rules.problem import BookProblem, RuleBookError
from rules.statute import SHELF
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE, COUNTED_ITEMS, ITEMS, NO_FINDING, allowed_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from rules.files.yaml_with_places import Places, Steps
    from rules.model import InstabilityCriterion


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects of one intervention.

    Attributes
    ----------
    intervention, title
        Id and, where the case names it too, title of the intervention.
    low, high
        Lowest and highest level the records allow; equal = the level; both 0 = not to be rated.
    deciding
        Ids of all rules that decide, where there is a level.
    missing
        Items whose record would settle the level, where it is open.
    fails
        Ids of rules for this kind of intervention that are asked and do not apply.
    certificate
        "" = none suffices; "keines" = there is none; "gesperrt" = a deciding rule admits none; or the one
        that suffices: "LG1 ab QN 2".
    reason
        The reason, in German; "" where the case is reason enough.
    """

    intervention: str
    low: int
    high: int
    deciding: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    certificate: str = ""
    reason: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A resident at one moment and what is expected.

    Attributes
    ----------
    id
        ``<group>/<file name without ending>``.
    points
        Item points as assessed; None = no effective assessment. What is absent was not recorded.
    continence_urine, continence_stool
        Position in ``vocabulary.CONTINENCE``, NO_FINDING where nothing was found.
    unstable
        Ids of the active instability criteria.
    """

    id: str
    title: str
    person: str
    points: Mapping[str, int] | None
    continence_urine: int
    continence_stool: int
    unstable: tuple[str, ...]
    expected: tuple[Expectation, ...]
    source: str

    @property
    def group(self) -> str:
        """Folder of the case."""
        return self.id.split("/", 1)[0]

    def facts(self, day: date, criteria: Sequence[InstabilityCriterion]) -> Facts:
        """Return the resident as the explanation takes it, on a day."""
        labels = {entry.id: entry.label for entry in criteria}
        return Facts(
            day=day,
            assessed=self.points is not None,
            cells=self.points or {},
            continence_urine=self.continence_urine,
            continence_stool=self.continence_stool,
            criteria=tuple(ActiveCriterion(labels.get(name, name), None, None, name) for name in self.unstable),
        )


# ---------------------------------------------------------------- reading


def load_cases(folder: Path) -> tuple[Case, ...]:
    """Read all cases of a folder, in the order of their ids.

    Raises
    ------
    RuleBookError
        With all that is wrong, one German line each, naming file and line.
    """
    cases: list[Case] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*/*.yaml")):
        try:
            cases.append(read_case(path))
        except RuleBookError as problem:
            problems.append(str(problem))
    if problems:
        raise RuleBookError("\n".join(problems))
    return tuple(cases)


def read_case(path: Path) -> Case:
    """Read one case; its id is folder and name of the file.

    Raises
    ------
    RuleBookError
        With all that is wrong, one German line each, naming file and line.
    """
    content, places, problems = read_marked(path)
    if not problems:
        faults = list(schema_problems("case.yaml", content)) or list(_meaning(content))
        problems = [BookProblem(str(path), _line(places, steps), "", text) for steps, text in faults]
    if problems:
        raise RuleBookError("\n".join(map(str, problems)))
    return _case(f"{path.parent.name}/{path.stem}", content)


def read_groups(folder: Path) -> dict[str, str]:
    """Return what the folders of cases are called in print, in that order; empty where ``gruppen.yaml`` is missing.

    Raises
    ------
    RuleBookError
        Where the file is no list of names.
    """
    path = folder / "gruppen.yaml"
    if not path.is_file():
        return {}
    content = read_yaml(path)
    if not isinstance(content, dict) or not all(isinstance(text, str) and text.strip() for text in content.values()):
        raise RuleBookError(f"{path}: Je Zeile steht ein Ordner und sein Name, zum Beispiel „mobilitaet: Mobilität“.")
    return content


@cache
def cases_of(edition: str) -> tuple[Case, ...]:
    """Return the cases of a built-in edition such as ``rekonstruktion-2026.2``; none where it has none."""
    return load_cases(SHELF / edition / "cases")


def groups_of(edition: str) -> dict[str, str]:
    """Return what the folders of cases of a built-in edition are called."""
    return read_groups(SHELF / edition / "cases")


def cases_for(intervention_id: str, edition: str = "rekonstruktion-2026.2") -> tuple[Case, ...]:
    """Return the cases of a built-in edition with an expectation for an intervention."""
    return tuple(case for case in cases_of(edition) if any(e.intervention == intervention_id for e in case.expected))


def _line(places: Places, steps: Steps) -> int:
    """Return the line of a value, or of the nearest thing around it."""
    return next(places.lines[steps[:n]] for n in range(len(steps), -1, -1) if steps[:n] in places.lines)


def _meaning(content: Mapping[str, Any]) -> Iterator[tuple[Steps, str]]:
    """Find what the schema cannot see."""
    points = {} if content["begutachtung"] == "keine" else content["begutachtung"]
    for item, value in points.items():
        steps: Steps = ("begutachtung", item)
        if item not in ITEMS or item in COUNTED_ITEMS:
            yield (
                steps,
                f"Das Kriterium {item} kann hier nicht stehen; Punkte haben 1.1 bis 4.13, 5.16 und 6.1 bis 6.6.",
            )
        elif value not in allowed_points(item):
            allowed = ", ".join(map(str, allowed_points(item)))
            yield steps, f"{value} Punkte gibt es bei {item} nicht; erlaubt sind {allowed}."
    for name in {"uebrige_kriterien", "kontinenz"} & set(content):
        if content["begutachtung"] == "keine":
            yield (name,), f"Ohne Begutachtung kann „{name}“ nicht stehen. Bitte löschen Sie die Zeile."
    names: set[str] = set()
    for position, entry in enumerate(content["erwartet"]):
        steps = ("erwartet", position)
        for item in set(entry.get("fehlt", ())) - set(ITEMS):
            yield (*steps, "fehlt"), f"Das Kriterium {item} gibt es im Begutachtungsinstrument nicht."
        if "mindestens" in entry and entry["mindestens"] >= entry["hoechstens"]:
            yield (*steps, "mindestens"), "„mindestens“ muss unter „hoechstens“ liegen; sonst schreiben Sie „qn“."
        name = entry["intervention"].split()[0]
        if name in names:
            yield steps, f"Die Intervention {name} steht zweimal unter „erwartet“."
        names.add(name)


def _case(name: str, raw: Mapping[str, Any]) -> Case:
    points = None
    if raw["begutachtung"] != "keine":
        points = dict.fromkeys(ASSESSMENT_CELLS, 0) if "uebrige_kriterien" in raw else {}
        points |= raw["begutachtung"]
    finding = {kind: CONTINENCE.index(text) for kind, text in raw.get("kontinenz", {}).items()}
    return Case(
        id=name,
        title=raw["titel"],
        person=raw["person"].strip(),
        points=points,
        continence_urine=finding.get("harn", NO_FINDING),
        continence_stool=finding.get("stuhl", NO_FINDING),
        unstable=tuple(raw.get("instabil", ())),
        expected=tuple(_expectation(entry) for entry in raw["erwartet"]),
        source=raw["quelle"],
    )


def _expectation(raw: Mapping[str, Any]) -> Expectation:
    level = raw.get("qn", 0)
    name, _, title = raw["intervention"].partition(" ")
    return Expectation(
        intervention=name,
        low=raw.get("mindestens", level),
        high=raw.get("hoechstens", level),
        deciding=tuple(raw.get("weil", ())),
        missing=tuple(raw.get("fehlt", ())),
        fails=tuple(raw.get("trifft_nicht_zu", ())),
        certificate=raw.get("zertifikat", ""),
        reason=raw.get("grund", ""),
        title=title.strip(),
    )
