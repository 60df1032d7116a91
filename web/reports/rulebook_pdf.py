"""A rulebook as a printed document: everything that is in it, why, and where it comes from."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import typst

from rules.assessment import instrument
from rules.checks.cases import deviations
from rules.checks.coverage import CERTAINTY, coverage, of_book, statute_coverage, total
from rules.checks.entries import LISTS
from rules.language.condition import words
from rules.staffing import GROUPS, full_time_equivalents
from rules.statute import document as statute
from rules.statute import provenance as cited
from rules.vocabulary import KINDS
from web.reports import case_chapter
from web.wording.conditions import sentence
from web.wording.figures import KIND_WORDS, day, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules.cases import Case, Expectation
    from rules.catalogue import CatalogueEntry
    from rules.model import RuleBook
    from rules.provenance import Provenance
    from rules.rule import Rule

_TEMPLATE: Final = Path(__file__).with_name("rulebook.typ")
_STATUS: Final = {"amtlich": "amtlich", "rekonstruktion": "nicht amtlich", "hausregel": "Hausregel, nicht amtlich"}
_EXAMPLES: Final = 2
"""Cases printed with a rule."""

_ANSWERS: Final = 3
"""Interventions printed with a case."""

_UNNAMED: Final[Mapping[str, str]] = MappingProxyType({})


def document(
    book: RuleBook,
    documents: Mapping[str, Any],
    cases: Sequence[Case] = (),
    names: Mapping[str, str] = _UNNAMED,
) -> bytes:
    """Return the document as PDF; the same input gives the same bytes.

    Parameters
    ----------
    book
        The rulebook as effective on its day.
    documents
        Its files, as ``rules.edition.documents`` returns them.
    cases
        Cases of this rulebook, printed as the last chapter; those it agrees with serve as examples of its rules.
    names
        What folders of cases are called.
    """
    moment = datetime.combine(book.as_of, time(), UTC)
    pdf = typst.compile(
        _TEMPLATE.read_bytes(),
        # Only the fonts inside the compiler: the document looks the same on every machine.
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(content(book, documents, cases, names), ensure_ascii=False)},
        timestamp=moment,
    )
    assert isinstance(pdf, bytes)
    return pdf


def content(
    book: RuleBook,
    documents: Mapping[str, Any],
    cases: Sequence[Case] = (),
    names: Mapping[str, str] = _UNNAMED,
) -> dict[str, Any]:
    """Return what the template prints, as plain data."""
    chapter = case_chapter.groups(book, cases, names)
    deviating = {found.case for found in deviations(book, cases)} if cases else set()
    agreeing = [case for case in cases if case.id not in deviating]
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in book.interventions:
        groups.setdefault(entry.group, []).append(_intervention(entry, book))
    return {
        "title": book.title,
        "id": book.id,
        "edition": book.edition,
        "status": book.status,
        "status_words": _STATUS[book.status],
        "as_of": day(book.as_of),
        "year": book.as_of.year,
        "month": book.as_of.month,
        "day": book.as_of.day,
        "valid": _validity(book),
        "sha256": book.sha256,
        "description": " ".join(book.description.split()),
        "counts": {
            "interventions": len(book.interventions),
            "rules": len(book.rules),
            "criteria": len(book.criteria),
        },
        "levels": _levels(book),
        "roles": [_cited(role.provenance) | {"title": role.title, "id": role.id} for role in book.roles],
        "rules": [_rule(rule, agreeing, book) for rule in book.rules],
        "groups": [{"name": name, "entries": entries} for name, entries in groups.items()],
        "criteria": [
            _cited(entry.provenance) | {"id": entry.id, "title": entry.label, "hint": entry.hint}
            for entry in book.criteria
        ],
        "instrument": _instrument(book),
        "staffing": _staffing(book),
        "rests_on": of_book(book).sentence,
        "certainty": CERTAINTY,
        "coverage": _coverage(documents),
        "sources": _sources(documents),
        "cases": {"total": len(cases), "odd": len(deviating)},
        "chapter": {
            "summary": case_chapter.summary(chapter),
            "hints": case_chapter.HINTS,
            "groups": [asdict(group) for group in chapter],
        },
    }


def _validity(entry: RuleBook | CatalogueEntry | Rule) -> str:
    return f"ab {day(entry.valid_from)}" + (f" bis {day(entry.valid_until)}" if entry.valid_until else "")


def _cited(provenance: Provenance) -> dict[str, Any]:
    return {
        "source": provenance.source or "eigene Setzung",
        "own": not provenance.source,
        "certainty": provenance.certainty,
        "reason": provenance.reason,
        "checked": day(provenance.checked),
    }


def _intervention(entry: CatalogueEntry, book: RuleBook) -> dict[str, Any]:
    criteria = instrument(book.as_of).criteria
    return _cited(entry.provenance) | {
        "id": entry.id,
        "title": entry.title,
        "title_status": entry.title_status,
        "kind": KIND_WORDS[entry.kind],
        "base": entry.base,
        "reserved": entry.reserved,
        "accepts": str(entry.accepts) if entry.accepts else "",
        "note": entry.note,
        "items": [{"id": item, "title": criteria[item].title} for item in entry.bi_items],
        "valid": _validity(entry),
    }


def _rule(rule: Rule, cases: Sequence[Case], book: RuleBook) -> dict[str, Any]:
    every = rule.kinds == frozenset(KINDS)
    return _cited(rule.provenance) | {
        "id": rule.id,
        "title": rule.title,
        "level": f"QN {rule.level}" if rule.level else "Mindestniveau der Intervention",
        "kinds": "alle Arten" if every else ", ".join(KIND_WORDS[kind] for kind in KINDS if kind in rule.kinds),
        "sentence": sentence(rule.condition) + ".",
        "condition": words(rule.condition),
        "bars": rule.bars_certificates,
        "valid": _validity(rule),
        "examples": [_example(case, rule, book) for case in _chosen(rule, cases)],
    }


# ---------------------------------------------------------------- cases as examples


def _chosen(rule: Rule, cases: Sequence[Case]) -> list[Case]:
    """Choose cases a rule decides: where it decides alone first, then those with a reason."""
    fitting = [case for case in cases if _answers(case, rule)]

    def rank(case: Case) -> tuple[bool, bool, str]:
        answers = _answers(case, rule)
        alone = any(answer.deciding == (rule.id,) for answer in answers)
        return not alone, not any(answer.reason for answer in answers), case.id

    return sorted(fitting, key=rank)[:_EXAMPLES]


def _answers(case: Case, rule: Rule) -> list[Expectation]:
    return [answer for answer in case.expected if answer.low == answer.high and rule.id in answer.deciding]


def _example(case: Case, rule: Rule, book: RuleBook) -> dict[str, Any]:
    titles = {entry.id: entry.title for entry in book.interventions}
    return {
        "title": case.title,
        "person": " ".join(case.person.split()),
        "record": case_chapter.record(case, book),
        "answers": [
            {
                "id": answer.intervention,
                "title": titles[answer.intervention],
                "level": answer.low,
                "reason": answer.reason,
            }
            for answer in _answers(case, rule)[:_ANSWERS]
        ],
    }


# ---------------------------------------------------------------- the tables of the law, and what the entries rest on


def _in_force(file: str, key: str, book: RuleBook) -> list[Mapping[str, Any]]:
    """Return the entries of a statute file effective on the day of the rulebook."""
    on = book.as_of.isoformat()
    return [raw for raw in statute(file)[key] if raw["gueltig_ab"] <= on <= raw.get("gueltig_bis", on)]


def _levels(book: RuleBook) -> list[dict[str, Any]]:
    return [
        {"level": raw["id"], "title": raw["titel"], **_cited(cited(raw["beleg"]))}
        for raw in _in_force("levels.yaml", "niveaus", book)
    ]


def _places(key: str, book: RuleBook) -> str:
    """Return the citations of a table of the assessment as one line, places of one source together."""
    places: dict[str, list[str]] = {}
    for raw in _in_force("assessment.yaml", key, book):
        places.setdefault(raw["beleg"]["quelle"], []).append(raw["beleg"]["stelle"])
    return "; ".join(f"{source}: {'; '.join(dict.fromkeys(found))}" for source, found in places.items())


def _instrument(book: RuleBook) -> dict[str, Any]:
    edition = instrument(book.as_of)
    return {
        "valid": day(edition.valid_from),
        "grades": [_figure(points) for points in edition.grades_from],
        "special": edition.special_grade,
        "places": {
            "bands": _places("punktbereiche", book),
            "grades": _places("pflegegrade", book),
            "special": _places("besondere_bedarfskonstellation", book),
            "criteria": _places("module", book),
        },
        "modules": [
            {
                "id": module,
                "title": title,
                "bands": [_figure(points) for points in edition.bands_from[module]],
                "weighted": [_figure(points) for points in edition.weighted[module]],
            }
            for module, title in edition.module_titles.items()
        ],
        "criteria": [
            {"id": name, "title": entry.title, "points": ", ".join(map(str, entry.points)) or "nach Häufigkeit"}
            for name, entry in edition.criteria.items()
        ],
    }


def _figure(value: float | Decimal) -> str:
    exact = Decimal(str(value)).normalize()
    places = exact.as_tuple().exponent
    return number(float(exact), max(0, -places) if isinstance(places, int) else 0)


def _staffing(book: RuleBook) -> dict[str, Any]:
    by_grade = {grade: full_time_equivalents({grade: 1}, book.as_of) for grade in range(1, 6)}
    first_grade = by_grade[1]
    return _cited(first_grade.provenance) | {
        "groups": [
            {
                "title": first_grade.titles[name],
                "levels": first_grade.levels[name],
                "values": [number(float(getattr(values, name)), 4) for values in by_grade.values()],
            }
            for name in GROUPS
        ],
    }


def _coverage(documents: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Count what the entries of each kind rest on, those of the law after those of the rulebook."""
    parts = (*coverage(documents), *statute_coverage())
    return [
        {
            "name": part.name,
            "total": part.entries,
            "cited": part.cited,
            "own": part.own,
            "certainty": number(part.certainty),
            "oldest": day(part.oldest),
        }
        for part in (*parts, total(parts))
    ]


def _sources(documents: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Count for each source the statements and the titles that cite it."""
    entries = [entry for file, key in LISTS.items() for entry in documents[file][key]]
    statements = Counter(entry["beleg"].get("quelle") for entry in entries)
    titles = Counter(entry["titel_quelle"]["quelle"] for entry in entries if "titel_quelle" in entry)
    return [
        {"key": key, "text": text, "statements": statements[key], "titles": titles[key]}
        for key, text in documents["rulebook.yaml"]["quellen"].items()
    ]
