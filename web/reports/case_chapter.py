"""The cases of a rulebook as a chapter for care managers: who, what is recorded, what is called for, and why.

Everything is taken from the files of the cases and from the rulebook; answers and reasons come from the explanation.
Answers of a case that agree in everything but the intervention share a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules.assessment import instrument
from rules.checks.cases import deviations
from rules.explanation import sentences
from rules.explanation.explain import explain
from rules.language.syntax import Always, Reserved, Unstable
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE, KINDS, NO_FINDING
from web.wording.conditions import sentence
from web.wording.figures import KIND_WORDS, counted, level_range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rules.cases import Case, Expectation
    from rules.explanation.facts import Facts
    from rules.explanation.result import Explanation, RuleAnswer
    from rules.model import RuleBook

HINTS: Final = (
    "Unter der Person steht, was von ihr erfasst ist. „Nicht erfasst“ heißt unbekannt, nicht unauffällig.",
    "Verlangt ist das Qualifikationsniveau (QN), das mindestens nötig ist: das höchste aller zutreffenden Regeln.",
    "„QN 2 bis 4“ heißt: Angaben fehlen, und je nachdem, wie sie ausfallen, sind QN 2, QN 3 oder QN 4 nötig.",
    "„Nicht bewertbar“ heißt: Es ist keine Begutachtung in Kraft, und ohne sie lässt sich kein Niveau nennen.",
    "„Es genügt LG2 ab QN 3“ heißt: Mit diesem Zertifikat genügt QN 3.",
    "Unter „Warum“ stehen die Regeln, die entscheiden. Wann sie gelten und worauf sie beruhen, steht am Ende.",
)
"""How to read a case."""

_ESCAPED: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#"} | {"\n": " "})


@dataclass(frozen=True, slots=True)
class Answer:
    """The rulebook's answer for some interventions of a case.

    Attributes
    ----------
    level
        Such as "QN 3", "QN 2 bis 4" or "nicht bewertbar".
    interventions
        Number and title of each.
    why
        German sentences.
    differs
        Where the case expects something else: one German sentence for each difference.
    """

    level: str
    interventions: tuple[str, ...]
    why: tuple[str, ...]
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseText:
    """A case in words; ``record`` is what is known of the person, ``source`` what the expected was derived from."""

    title: str
    person: str
    record: str
    answers: tuple[Answer, ...]
    source: str


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """The cases of one topic."""

    title: str
    cases: tuple[CaseText, ...]


def groups(book: RuleBook, cases: Sequence[Case], names: Mapping[str, str]) -> tuple[CaseGroup, ...]:
    """Describe cases in words, by topic.

    Parameters
    ----------
    book
        The rulebook that answers.
    cases
        Its cases, or those of another rulebook.
    names
        What folders of cases are called, in the order of the chapter; others follow under their own name.
    """
    differs: dict[tuple[str, str], list[str]] = {}
    for deviation in deviations(book, cases) if cases else ():
        differs.setdefault((deviation.case, deviation.intervention), []).append(deviation.message)
    order = dict.fromkeys((*names, *sorted(case.group for case in cases)))
    mildest_first = sorted(cases, key=lambda case: max(expected.high for expected in case.expected))
    by_group = {
        name: [_case_text(book, case, differs) for case in mildest_first if case.group == name] for name in order
    }
    return tuple(
        CaseGroup(names.get(name, name.capitalize()), tuple(texts)) for name, texts in by_group.items() if texts
    )


def summary(chapter: Sequence[CaseGroup]) -> str:
    """Summarise how many cases there are and whether the rulebook answers as expected."""
    cases = [case for group in chapter for case in group.cases]
    answered = sum(len(answer.interventions) for case in cases for answer in case.answers)
    deviating = sum(any(answer.differs for answer in case.answers) for case in cases)
    all_agree = "Das Regelwerk antwortet überall so, wie der Fall es erwartet."
    deviation = (
        f"In {counted(deviating, 'Fall', 'Fällen')} antwortet es anders, als der Fall es erwartet: siehe „Abweichung“."
    )
    return (
        f"{counted(len(cases), 'Fall', 'Fälle')}, {counted(answered, 'Antwort', 'Antworten')}. "
        f"Alle Personen sind erfunden. {deviation if deviating else all_agree}"
    )


# ---------------------------------------------------------------- one case


def _case_text(book: RuleBook, case: Case, differs: Mapping[tuple[str, str], list[str]]) -> CaseText:
    facts = case.facts(book.as_of, book.criteria)
    lines: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for expected in case.expected:
        called, level, why = _answer(book, expected, facts)
        key = level, why, tuple(differs.get((case.id, expected.intervention), ()))
        lines.setdefault(key, []).append(called)
    answers = tuple(Answer(level, tuple(called), why, odd) for (level, why, odd), called in lines.items())
    return CaseText(case.title, " ".join(case.person.split()), record(case, book), answers, case.source)


def _answer(book: RuleBook, expected: Expectation, facts: Facts) -> tuple[str, str, tuple[str, ...]]:
    """Return the intervention with its number, the level in words, and the reasons."""
    column = book.index.get(expected.intervention)
    if column is None:
        return f"{expected.intervention} {expected.title}".strip(), "–", ()
    entry = book.interventions[column]
    explanation = explain(book, entry, facts)
    level = (
        level_range(explanation.qn_soll or None, explanation.low, explanation.high)
        if explanation.low
        else "nicht bewertbar"
    )
    why = [_reason(answer, explanation) for answer in explanation.rules if answer.decides] or list(explanation.because)
    if entry.accepts and explanation.qn_soll:
        barred = any(answer.decides and answer.rule.bars_certificates for answer in explanation.rules)
        why.append("Ein Zertifikat genügt hier nicht." if barred else f"Es genügt {entry.accepts}.")
    failing = [
        answer.rule.title for answer in explanation.rules if answer.id in expected.fails and answer.applies is False
    ]
    if failing:
        why.append(f"Trifft nicht zu: {'; '.join(failing)}.")
    if expected.reason:
        why.append(expected.reason)
    return f"{entry.id} {entry.title}", level, tuple(why)


def _reason(answer: RuleAnswer, explanation: Explanation) -> str:
    """Return the title of a rule that decides and, where the title is not enough, why the rule applies."""
    title, condition = answer.rule.title, answer.rule.condition
    match condition:
        case Always() | Reserved():
            return f"{title}."
        case Unstable():
            criteria = sentences.active_criteria(condition, explanation.facts)
            return f"{title}: {'; '.join(criterion.label for criterion in criteria)}."
        case _:
            context = sentences.ConditionContext(
                explanation.facts, explanation.facts.states(), explanation.intervention, explanation.book.as_of
            )
            return f"{title}, weil {sentences.because(condition, context)}."


def record(case: Case, book: RuleBook) -> str:
    """Return what is recorded of the person, in the words of the instrument: worst first, then what is not recorded."""
    parts = []
    if case.points is None:
        parts.append("Es ist keine Begutachtung in Kraft.")
    else:
        complete = set(ASSESSMENT_CELLS) <= set(case.points)
        parts += [f"{word}: {', '.join(items)}." for word, items in _by_word(case.points, book, zeros=not complete)]
        rest = "Alle übrigen Kriterien" if parts else "Alle Kriterien"
        parts.append(f"{rest}: 0 Punkte." if complete else f"{rest}: nicht erfasst.")
    for what, finding in (("Harn", case.continence_urine), ("Stuhl", case.continence_stool)):
        if finding != NO_FINDING:
            parts.append(f"{what}: {CONTINENCE[finding]}.")
    if case.unstable:
        labels = {entry.id: entry.label for entry in book.criteria}
        parts.append(f"Instabil: {'; '.join(labels.get(name, name) for name in case.unstable)}.")
    return " ".join(parts)


def _by_word(points: Mapping[str, int], book: RuleBook, *, zeros: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield each word of the scale with the criteria it was recorded for, worst first; no need only if asked for."""
    criteria = instrument(book.as_of).criteria
    by_word: dict[str, list[str]] = {}
    place: dict[str, int] = {}
    for item, value in points.items():
        if (value or zeros) and item in criteria and value in criteria[item].points:
            word = criteria[item].word(value)
            by_word.setdefault(word, []).append(f"{item} {criteria[item].title}")
            place.setdefault(word, criteria[item].points.index(value))
    for word in sorted(by_word, key=lambda word: -place[word]):
        yield word[0].upper() + word[1:], by_word[word]


# ---------------------------------------------------------------- as Markdown


def markdown(book: RuleBook, chapter: Sequence[CaseGroup]) -> str:
    """Return the chapter as Markdown."""
    return "\n".join(_lines(book, chapter)) + "\n"


def _lines(book: RuleBook, chapter: Sequence[CaseGroup]) -> Iterator[str]:
    yield from ("# Fälle: was das Regelwerk bei wem verlangt", "")
    yield from (f"Regelwerk: {_escaped(book.display)}. {summary(chapter)}", "")
    yield from ("Diese Seite schreibt `pebem rules cases`. Ändern Sie die Dateien der Fälle, nicht diese Seite.", "")
    yield from ("## So lesen Sie einen Fall", "", *(f"- {hint}" for hint in HINTS), "")
    for number, group in enumerate(chapter, 1):
        yield f"{number}. [{_escaped(group.title)}](#faelle-{number}) ({len(group.cases)})"
    yield f"{len(chapter) + 1}. [Die Regeln und ihre Belege](#regeln)"
    for number, group in enumerate(chapter, 1):
        yield from ("", f'<a id="faelle-{number}"></a>', "", f"## {number}. {_escaped(group.title)}")
        for case in group.cases:
            yield from _case_lines(case)
    yield from ("", '<a id="regeln"></a>', "", f"## {len(chapter) + 1}. Die Regeln und ihre Belege", "")
    yield from _rule_lines(book)


def _case_lines(case: CaseText) -> Iterator[str]:
    yield from ("", f"### {_escaped(case.title)}", "")
    yield from (f"{_escaped(case.person)}<br>", f"*{_escaped(case.record)}*", "")
    yield "| Verlangt | Intervention | Warum |"
    yield "| --- | --- | --- |"
    for answer in case.answers:
        why = " ".join(map(_escaped, answer.why))
        why += "".join(f" **Abweichung:** {_escaped(text)}" for text in answer.differs)
        yield f"| **{answer.level}** | {'<br>'.join(map(_escaped, answer.interventions))} | {why.strip()} |"
    yield from ("", f"Hergeleitet aus: {_escaped(case.source)}.")


def _rule_lines(book: RuleBook) -> Iterator[str]:
    yield "| Regel | Verlangt | Wann | Warum und Beleg |"
    yield "| --- | --- | --- | --- |"
    for rule in book.rules:
        every = rule.kinds == frozenset(KINDS)
        kinds = "alle Arten" if every else ", ".join(KIND_WORDS[kind] for kind in KINDS if kind in rule.kinds)
        level = f"QN {rule.level}" if rule.level else "Mindestniveau"
        bars = " Kein Zertifikat genügt, solange diese Regel entscheidet." if rule.bars_certificates else ""
        when = f"{sentence(rule.condition)}. Für: {kinds}.{bars}"
        provenance = rule.provenance
        evidence = (
            f"{provenance.reason} Beleg: {provenance.source or 'eigene Setzung'}, {provenance.certainty} % sicher."
        )
        yield f"| {_escaped(f'{rule.title} ({rule.id})')} | {level} | {_escaped(when)} | {_escaped(evidence)} |"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)
