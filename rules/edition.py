"""An edition of a rulebook: the documents of its files, their hash, and the entries effective on a day."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from rules.catalogue import Accepts, CatalogueEntry
from rules.files.schema import FILES
from rules.files.yaml_with_places import read_yaml
from rules.language.condition import ConditionError, parse
from rules.model import InstabilityCriterion, Role, RuleBook
from rules.problem import RuleBookError
from rules.rule import Rule
from rules.statute import document, provenance
from rules.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_Entry = TypeVar("_Entry", CatalogueEntry, Rule, InstabilityCriterion)


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
        What :func:`documents` returns, without a problem according to ``rules.checks.entries.check_documents``.
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
            if not is_effective(raw, as_of):
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


def is_effective(raw: Mapping[str, Any], as_of: date) -> bool:
    """Return whether a day lies between ``gueltig_ab`` and ``gueltig_bis`` of an edition or entry."""
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
        if is_effective(raw, as_of)
    )
