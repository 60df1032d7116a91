"""Does a rulebook make sense as a whole? Rules that can never decide, need that lowers a level, dead sources and links.

What :mod:`rules.checks.entries` finds in single entries is found there; here rules are asked about every state they can
distinguish, on every day on which an entry begins to hold.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

import numpy as np

from rules.checks.domain import Domain, domain, kinds_of, states_at
from rules.checks.entries import LISTS, days_of_change, problem
from rules.edition import build
from rules.files.schema import FILES
from rules.files.yaml_with_places import Places, Steps, read_marked
from rules.language.condition import TRUE, evaluate
from rules.model import RuleBook, normalised
from rules.vocabulary import HIGHEST_LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from rules.catalogue import CatalogueEntry
    from rules.problem import BookProblem
    from rules.rule import Rule
    from rules.states import States

_LINK: Final = re.compile(r"\b(?:https?:|www\.)\S*")
_HOST: Final = re.compile(r"[a-zäöü0-9-]+(\.[a-zäöü0-9-]+)*\.[a-zäöü]{2,}", re.IGNORECASE)
_Found: TypeAlias = "Iterator[tuple[str, Steps, str]]"


def health(
    documents: Mapping[str, Any], name: str = "", lines: Mapping[str, Places] | None = None
) -> list[BookProblem]:
    """Return what is unsound in a rulebook whose entries are in order (``rules.checks.entries.check_documents``).

    Parameters
    ----------
    documents
        What ``rules.edition.documents`` returns.
    name, lines
        As for ``check_documents``.
    """
    faults = dict.fromkeys(
        finding for day in days_of_change(documents) for finding in _sound(documents, build(documents, day))
    )
    faults |= dict.fromkeys([*_sources(documents), *_links(documents)])
    return [problem(documents, name, lines or {}, *finding) for finding in faults]


def health_files(folder: Path) -> list[str]:
    """Return what is unsound in the files of an edition, one German sentence a problem with file, line and entry."""
    marked = {name: read_marked(folder / name) for name in FILES}
    contents = {name: content for name, (content, _, _) in marked.items()}
    places = {name: marks for name, (_, marks, _) in marked.items()}
    return [str(found) for found in health(contents, str(folder), places)]


def _sound(documents: Mapping[str, Any], book: RuleBook) -> _Found:
    """Evaluate the rules of one day on their whole domain."""
    yield from _titles(documents, book)
    truly: Counter[str] = Counter()
    decides: Counter[str] = Counter()
    falls: list[tuple[str, str]] = []
    for entries in kinds_of(book):
        entry = entries[0]
        covering = [rule for rule in book.rules if entry.kind in rule.kinds]
        if not covering:
            text = f"Am {book.as_of} gilt keine Regel für die Art „{entry.kind}“."
            yield "interventions.yaml", _place(documents, "interventions.yaml", entry.id), text
            continue
        falls.extend(_falls(book, entry))
        walked = domain(book, entry)
        truths = [evaluate(rule.condition, walked.states, entry, book.as_of) for rule in covering]
        levels = [rule.level_for(entry) for rule in covering]
        yield from _scale(documents, entry, levels)
        best = np.max([(truth == TRUE) * level for truth, level in zip(truths, levels, strict=True)], axis=0)
        if not best.all():
            state = int(np.argmin(best))
            text = f"Am {book.as_of} gilt keine Regel sicher für den Zustand: {walked.words(state)}."
            yield "interventions.yaml", _place(documents, "interventions.yaml", entry.id), text
        for rule, truth, level in zip(covering, truths, levels, strict=True):
            truly[rule.id] += int(np.count_nonzero(truth == TRUE))
            decides[rule.id] += int(np.count_nonzero((truth == TRUE) & (best == level)))
    for rule in book.rules:
        fallen = [text for name, text in falls if name == rule.id]
        if fallen:  # the shortest example is the clearest
            yield "rules.yaml", (*_place(documents, "rules.yaml", rule.id), "bedingung"), min(fallen, key=len)
        if not decides[rule.id]:
            yield "rules.yaml", (*_place(documents, "rules.yaml", rule.id), "bedingung"), _idle(rule, truly[rule.id])


def _idle(rule: Rule, truly: int) -> str:
    if not truly:
        return (
            "Diese Regel trifft in keinem Zustand und bei keiner Intervention ihrer Arten zu. "
            "Bitte prüfen Sie Bedingung und Arten oder löschen Sie die Regel."
        )
    own = f"QN {rule.level}" if rule.level else "das Mindestniveau"
    return (
        f"Diese Regel entscheidet nie: Wo sie zutrifft, verlangt immer eine andere mehr als {own}. "
        "Bitte heben Sie ihr Niveau an, fassen Sie die Bedingung weiter oder löschen Sie die Regel."
    )


def _place(documents: Mapping[str, Any], file: str, entry: str) -> Steps:
    key = LISTS[file]
    return key, next(i for i, raw in enumerate(documents[file][key]) if raw["id"] == entry)


def _titles(documents: Mapping[str, Any], book: RuleBook) -> _Found:
    """Two interventions of one title could not be distinguished in a home's records."""
    counts = Counter(normalised(entry.title) for entry in book.interventions)
    for entry in book.interventions:
        if counts[normalised(entry.title)] > 1:
            text = (
                f"Der Titel „{entry.title}“ steht bei mehr als einer Intervention. Bitte unterscheiden Sie die Titel."
            )
            yield "interventions.yaml", (*_place(documents, "interventions.yaml", entry.id), "titel"), text


def _scale(documents: Mapping[str, Any], entry: CatalogueEntry, levels: list[int]) -> _Found:
    """No level lies outside the scale, and a certificate lowers something."""
    if any(not 1 <= level <= HIGHEST_LEVEL for level in levels):
        text = f"Ein Niveau liegt außerhalb der Skala 1 bis {HIGHEST_LEVEL}."
        yield "interventions.yaml", (*_place(documents, "interventions.yaml", entry.id), "qn"), text
    if entry.accepts and entry.reserved:
        text = f"Das Zertifikat {entry.accepts.certificate} kann eine Vorbehaltsaufgabe nicht öffnen (§ 4 PflBG)."
        yield "interventions.yaml", (*_place(documents, "interventions.yaml", entry.id), "zertifikat"), text


def _falls(book: RuleBook, entry: CatalogueEntry) -> Iterator[tuple[str, str]]:
    """Raise one input by one class anywhere in the domain: no level may fall. Give rule and message where it does."""
    walked = domain(book, entry, recorded=True)
    levels = _levels(book, entry, walked.states)
    for number, axis in enumerate(walked.axes):
        below = np.flatnonzero(walked.positions[number] < axis.rising - 1)
        raised = walked.positions[:, below]
        raised[number] += 1
        if walked.whole:  # the raised states are among the others
            above = levels[np.ravel_multi_index(tuple(raised), [a.rising for a in walked.axes])]
        else:
            above = _levels(book, entry, states_at(book, walked.axes, raised))
        fallen = np.flatnonzero(above < levels[below])
        if len(fallen):
            pair = np.stack([walked.positions[:, below[fallen[0]]], raised[:, fallen[0]]], axis=1)
            yield _fall(book, entry, replace(walked, positions=pair, states=states_at(book, walked.axes, pair)))


def _levels(book: RuleBook, entry: CatalogueEntry, states: States) -> NDArray[np.int64]:
    """Return the least level of an intervention for states in which everything is recorded, shape (n,)."""
    covering = [rule for rule in book.rules if entry.kind in rule.kinds]
    levels = [(evaluate(r.condition, states, entry, book.as_of) == TRUE) * r.level_for(entry) for r in covering]
    return np.max(levels, axis=0)


def _fall(book: RuleBook, entry: CatalogueEntry, pair: Domain) -> tuple[str, str]:
    """Describe two states, the second with more need and a lower level."""
    levels = _levels(book, entry, pair.states)
    rule = _lost(book, entry, pair)
    text = (
        f"Mehr Bedarf senkt das Niveau: Intervention {entry.id} verlangt QN {levels[0]} bei {pair.words(0)}, "
        f"aber nur QN {levels[1]} bei {pair.words(1)}. "
        "Bitte fassen Sie die Bedingung so, dass sie mit dem Bedarf nicht wegfällt (etwa >= statt = oder <=)."
    )
    return rule.id, text


def _lost(book: RuleBook, entry: CatalogueEntry, pair: Domain) -> Rule:
    """Return the rule that decided before and no longer applies."""

    def lost(rule: Rule) -> tuple[bool, int]:
        low, high = (int(truth) for truth in evaluate(rule.condition, pair.states, entry, book.as_of))
        return low == TRUE and high != TRUE, rule.level_for(entry)

    return max((rule for rule in book.rules if entry.kind in rule.kinds), key=lost)


def _sources(documents: Mapping[str, Any]) -> _Found:
    """Every source is used."""
    cited = (
        entry.get(part, {}) for f, k in LISTS.items() for entry in documents[f][k] for part in ("beleg", "titel_quelle")
    )
    used = {raw.get("quelle") for raw in cited}
    for source in documents["rulebook.yaml"]["quellen"]:
        if source not in used:
            text = f"Die Quelle „{source}“ belegt keinen Eintrag. Nennen Sie sie, wo sie belegt, oder löschen Sie sie."
            yield "rulebook.yaml", ("quellen", source), text


def _links(documents: Mapping[str, Any]) -> _Found:
    """Every link is one a browser can open."""
    for file in FILES:
        for steps, text in _texts(documents[file], ()):
            for link in _LINK.findall(text):
                bare = link.rstrip(".,;:)“\"'")
                if not _opens(bare):
                    yield (
                        file,
                        steps,
                        f"Der Link „{bare}“ ist nicht vollständig; richtig ist etwa https://www.beispiel.de/seite.",
                    )


def _opens(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme in {"http", "https"} and bool(_HOST.fullmatch(parts.hostname or ""))
    except ValueError:
        return False


def _texts(content: Any, steps: Steps) -> Iterator[tuple[Steps, str]]:
    match content:
        case str():
            yield steps, content
        case dict():
            for key, value in content.items():
                yield from _texts(value, (*steps, key))
        case list():
            for position, value in enumerate(content):
                yield from _texts(value, (*steps, position))
