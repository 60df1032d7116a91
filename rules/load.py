"""Rulebooks from their files: four YAML files in a folder, read into frozen entries."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rules.catalogue import Accepts, CatalogueEntry
from rules.files.schema import FILES
from rules.files.yaml_with_places import read_yaml
from rules.language.condition import ConditionError, parse
from rules.model import InstabilityCriterion, Role, RuleBook
from rules.problem import RuleBookError
from rules.rule import Rule
from rules.statute import SHELF, document, provenance
from rules.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["FILES", "SHELF", "RuleBookError", "build", "documents", "load", "read_yaml", "sha256_of"]

_Entry = TypeVar("_Entry", CatalogueEntry, Rule, InstabilityCriterion)


def load(as_of: date, rulebook: str | Path = "rekonstruktion") -> RuleBook:
    """Return the edition of a rulebook that is effective on a day, with the entries effective on that day.

    Parameters
    ----------
    as_of
        The day.
    rulebook
        Id of a built-in rulebook, or the folder of another one, which is checked by the schema first and taken at its
        word: on days outside its time, the entries of its first or last day.

    Raises
    ------
    RuleBookError
        Unknown rulebook, no edition effective on the day, or a file that cannot be read.
    """
    if isinstance(rulebook, Path) or "/" in rulebook:
        from rules.checks.entries import check_files  # noqa: PLC0415  # only foreign files need the schema library

        folder = Path(rulebook)
        problems = check_files(folder)
        if problems:
            raise RuleBookError("\n".join(problems))
        contents = documents(folder)
        head = contents["rulebook.yaml"]
        last = _day(head, "gueltig_bis") or date.max
        return build(contents, min(max(as_of, date.fromisoformat(head["gueltig_ab"])), last))
    folders = [path.parent for path in sorted(SHELF.glob("*/rulebook.yaml")) if _head(path.parent)["id"] == rulebook]
    if not folders:
        known = ", ".join(sorted({_head(path.parent)["id"] for path in SHELF.glob("*/rulebook.yaml")}))
        raise RuleBookError(f"Das Regelwerk „{rulebook}“ ist nicht bekannt. Vorhanden: {known}.")
    return _effective_edition(folders, as_of, rulebook)


def _effective_edition(folders: Iterable[Path], as_of: date, name: str) -> RuleBook:
    """Choose the latest edition that has begun and has not ended."""
    editions = [folder for folder in folders if _holds(_head(folder), as_of)]
    if not editions:
        raise _no_edition(as_of, name)
    return _built_in(max(editions, key=lambda folder: _head(folder)["gueltig_ab"]), as_of)


def _no_edition(as_of: date, name: str) -> RuleBookError:
    return RuleBookError(
        f"Für den {as_of:%d.%m.%Y} gibt es keine Ausgabe des Regelwerks „{name}“. Bitte prüfen Sie den Zeitraum."
    )


def _head(folder: Path) -> Mapping[str, Any]:
    head: Mapping[str, Any] = _parsed(folder / "rulebook.yaml")
    return head


@cache
def _parsed(path: Path) -> Any:
    """Read a file once in the life of the process; an edition in use does not change."""
    return read_yaml(path)


@cache
def _built_in(folder: Path, as_of: date) -> RuleBook:
    return build({name: _parsed(folder / name) for name in FILES}, as_of)


def documents(folder: Path) -> dict[str, Any]:
    """Return the parsed files of an edition by name, days as ISO text.

    Raises
    ------
    RuleBookError
        Where a file is missing or cannot be read.
    """
    return {name: read_yaml(folder / name) for name in FILES}


def sha256_of(contents: Mapping[str, Any]) -> str:
    """Return the hash of an edition: the same for its files, its workbook and its copy in a database."""
    plain = json.dumps(
        {name: contents[name] for name in FILES}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()


def build(contents: Mapping[str, Any], as_of: date) -> RuleBook:
    """Return an edition restricted to the entries effective on a day.

    Parameters
    ----------
    contents
        What :func:`documents` returns, found in order by ``rules.checks.entries.check_documents``.
    as_of
        The day.

    Raises
    ------
    RuleBookError
        Where an entry lacks something or its condition cannot be read.
    """
    head = contents["rulebook.yaml"]
    sources: Mapping[str, str] = head["quellen"]

    def entries(
        name: str, key: str, build: Callable[[Mapping[str, Any], Mapping[str, str]], _Entry]
    ) -> tuple[_Entry, ...]:
        effective = []
        for raw in contents[name][key]:
            if not _holds(raw, as_of):
                continue
            try:
                effective.append(build(raw, sources))
            except (KeyError, ConditionError) as problem:
                raise RuleBookError(f"{name}, Eintrag {raw.get('id')}: {problem}") from problem
        return tuple(effective)

    return RuleBook(
        id=head["id"],
        edition=head["ausgabe"],
        status=head["status"],
        title=head["titel"],
        as_of=as_of,
        valid_from=date.fromisoformat(head["gueltig_ab"]),
        valid_until=_day(head, "gueltig_bis"),
        sha256=sha256_of(contents),
        interventions=entries("interventions.yaml", "interventionen", _intervention),
        rules=entries("rules.yaml", "regeln", _rule),
        criteria=entries("instability.yaml", "kriterien", _criterion),
        roles=_roles(as_of),
        same_titles=tuple(map(tuple, document("titles.yaml")["gleich"])),
        description=head["beschreibung"].strip(),
    )


def _holds(raw: Mapping[str, Any], as_of: date) -> bool:
    end = _day(raw, "gueltig_bis")
    return date.fromisoformat(raw["gueltig_ab"]) <= as_of and (end is None or as_of <= end)


def _day(raw: Mapping[str, Any], key: str) -> date | None:
    return date.fromisoformat(raw[key]) if key in raw else None


def _dated(raw: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    return {
        "valid_from": date.fromisoformat(raw["gueltig_ab"]),
        "valid_until": _day(raw, "gueltig_bis"),
        "provenance": provenance(raw["beleg"], sources),
    }


def _intervention(raw: Mapping[str, Any], sources: Mapping[str, str]) -> CatalogueEntry:
    accepts = raw.get("zertifikat")
    return CatalogueEntry(
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


def _criterion(raw: Mapping[str, Any], sources: Mapping[str, str]) -> InstabilityCriterion:
    return InstabilityCriterion(id=raw["id"], label=raw["titel"], hint=raw.get("hinweis", ""), **_dated(raw, sources))


def _roles(as_of: date) -> tuple[Role, ...]:
    """Return the staff roles with a level of their own on a day: the same for all rulebooks."""
    return tuple(
        Role(id=raw["id"], title=raw["titel"], everyday=raw["alltag"], otherwise=raw["sonst"], **_dated(raw, {}))
        for raw in document("levels.yaml")["rollen"]
        if _holds(raw, as_of)
    )
