"""Rulebooks from their files: four YAML files in a folder, read into frozen entries."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import yaml

from rules.condition import ConditionError, parse
from rules.model import Accepts, Criterion, Intervention, Provenance, Role, Rule, RuleBook
from rules.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

FILES: Final = ("rulebook.yaml", "interventions.yaml", "rules.yaml", "instability.yaml")

SHELF: Final = Path(__file__).parent / "book"
"""Folder of the built-in rulebooks, one folder an edition."""

_Entry = TypeVar("_Entry", Intervention, Rule, Criterion)


class RuleBookError(ValueError):
    """A rulebook cannot be used. The message is German and names file, entry and what would be right."""


# Reading 113 entries with the pure Python parser would take longer than the rest of a start.
class _Reader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML whose days stay text, so that the JSON schema can check their form."""


_Reader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """Read one YAML file; days stay text.

    Raises
    ------
    RuleBookError
        Where the file is missing or is no YAML, with line and column.
    """
    try:
        return yaml.load(path.read_bytes(), Loader=_Reader)  # noqa: S506  # _Reader is a safe loader
    except FileNotFoundError as problem:
        raise RuleBookError(f"{path}: Die Datei fehlt.") from problem
    except yaml.YAMLError as problem:
        raise RuleBookError(f"{path}: Das ist keine lesbare YAML-Datei: {problem}") from problem


def load(as_of: date, rulebook: str | Path = "rekonstruktion") -> RuleBook:
    """Return the edition of a rulebook that is in force on a day, with the entries in force on that day.

    Parameters
    ----------
    as_of
        The day.
    rulebook
        Id of a built-in rulebook, or the folder of another one (which is checked by the schema first).

    Raises
    ------
    RuleBookError
        Unknown rulebook, no edition in force on the day, or a file that cannot be read.
    """
    if isinstance(rulebook, Path) or "/" in rulebook:
        from rules.check import check_files  # noqa: PLC0415  # only foreign files need the schema library

        folder = Path(rulebook)
        problems = check_files(folder)
        if problems:
            raise RuleBookError("\n".join(problems))
        return _in_force([folder], as_of, str(rulebook))
    folders = [path.parent for path in sorted(SHELF.glob("*/rulebook.yaml")) if _head(path.parent)["id"] == rulebook]
    if not folders:
        known = ", ".join(sorted({_head(path.parent)["id"] for path in SHELF.glob("*/rulebook.yaml")}))
        raise RuleBookError(f"Das Regelwerk „{rulebook}“ ist nicht bekannt. Vorhanden: {known}.")
    return _in_force(folders, as_of, rulebook)


def _in_force(folders: Iterable[Path], as_of: date, name: str) -> RuleBook:
    """Choose the latest edition that has begun and has not ended."""
    editions = [folder for folder in folders if _holds(_head(folder), as_of)]
    if not editions:
        raise RuleBookError(
            f"Für den {as_of:%d.%m.%Y} gibt es keine Ausgabe des Regelwerks „{name}“. Bitte prüfen Sie den Zeitraum."
        )
    return read(max(editions, key=lambda folder: _head(folder)["gueltig_ab"]), as_of)


def _head(folder: Path) -> Mapping[str, Any]:
    head: Mapping[str, Any] = _parsed(folder / "rulebook.yaml")
    return head


@cache
def _parsed(path: Path) -> Any:
    """Read a file once in the life of the process; an edition in use does not change."""
    return read_yaml(path)


@cache
def read(folder: Path, as_of: date) -> RuleBook:
    """Read the edition in a folder, restricted to the entries in force on a day."""
    head = _head(folder)
    sources: Mapping[str, str] = head["quellen"]
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((folder / name).read_bytes().replace(b"\r\n", b"\n"))

    def entries(
        name: str, key: str, build: Callable[[Mapping[str, Any], Mapping[str, str]], _Entry]
    ) -> tuple[_Entry, ...]:
        found = []
        for raw in _parsed(folder / name)[key]:
            if not _holds(raw, as_of):
                continue
            try:
                found.append(build(raw, sources))
            except (KeyError, ConditionError) as problem:
                raise RuleBookError(f"{folder / name}, Eintrag {raw.get('id')}: {problem}") from problem
        return tuple(found)

    return RuleBook(
        id=head["id"],
        edition=head["ausgabe"],
        status=head["status"],
        title=head["titel"],
        as_of=as_of,
        valid_from=date.fromisoformat(head["gueltig_ab"]),
        valid_until=_day(head, "gueltig_bis"),
        sha256=digest.hexdigest(),
        interventions=entries("interventions.yaml", "interventionen", _intervention),
        rules=entries("rules.yaml", "regeln", _rule),
        criteria=entries("instability.yaml", "kriterien", _criterion),
        roles=_roles(),
        description=head["beschreibung"].strip(),
    )


def _holds(raw: Mapping[str, Any], as_of: date) -> bool:
    end = _day(raw, "gueltig_bis")
    return date.fromisoformat(raw["gueltig_ab"]) <= as_of and (end is None or as_of <= end)


def _day(raw: Mapping[str, Any], key: str) -> date | None:
    return date.fromisoformat(raw[key]) if key in raw else None


def _provenance(raw: Mapping[str, Any], sources: Mapping[str, str]) -> Provenance:
    return Provenance(
        source=f"{sources[raw['quelle']]}, {raw['stelle']}" if "quelle" in raw else "",
        reason=raw["grund"],
        certainty=raw["sicherheit"],
        checked=date.fromisoformat(raw["geprueft_am"]),
    )


def _dated(raw: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    return {
        "valid_from": date.fromisoformat(raw["gueltig_ab"]),
        "valid_until": _day(raw, "gueltig_bis"),
        "provenance": _provenance(raw["beleg"], sources),
    }


def _intervention(raw: Mapping[str, Any], sources: Mapping[str, str]) -> Intervention:
    accepts = raw.get("zertifikat")
    return Intervention(
        id=raw["id"],
        group=raw["gruppe"],
        title=raw["titel"],
        title_status=raw["titel_status"],
        kind=raw["art"],
        bi_items=tuple(raw.get("bi_items", ())),
        base=raw["qn"],
        reserved=raw.get("vorbehalt") == "ja",
        accepts=Accepts(accepts["name"], accepts["ab_qn"]) if accepts else None,
        note=raw.get("hinweis", ""),
        **_dated(raw, sources),
    )


def _rule(raw: Mapping[str, Any], sources: Mapping[str, str]) -> Rule:
    return Rule(
        id=raw["id"],
        title=raw["titel"],
        kinds=frozenset(KINDS if raw["arten"] == "alle" else raw["arten"]),
        condition=parse(raw["bedingung"]),
        level=None if raw["qn"] == "basis" else raw["qn"],
        why=raw["beleg"]["grund"],
        bars_certificates=raw.get("zertifikat_gesperrt") == "ja",
        **_dated(raw, sources),
    )


def _criterion(raw: Mapping[str, Any], sources: Mapping[str, str]) -> Criterion:
    return Criterion(id=raw["id"], label=raw["titel"], hint=raw.get("hinweis", ""), **_dated(raw, sources))


@cache
def _roles() -> tuple[Role, ...]:
    """Return the staff roles with a level of their own: the same for all rulebooks."""
    raw = _parsed(SHELF / "levels.yaml")["rollen"]
    return tuple(
        Role(name, entry["titel"], entry["alltag"], entry["sonst"], _provenance(entry["beleg"], {}))
        for name, entry in raw.items()
    )
