"""An explanation as German lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.explanation.result import Explanation, RuleAnswer


def lines(explanation: Explanation) -> list[str]:
    """Return the whole explanation as German lines of text."""
    text = [explanation.headline, *explanation.because, f"Regelwerk: {explanation.book.display}", ""]
    sections = {
        True: "Diese Regeln treffen zu:",
        None: "Offen, weil Angaben fehlen:",
        False: "Diese treffen nicht zu:",
    }
    for applies, heading in sections.items():
        answers = [answer for answer in explanation.rules if answer.applies is applies]
        if answers:
            text.append(heading)
            text.extend(line for answer in answers for line in _answer_lines(answer))
            text.append("")
    if explanation.near:
        text += ["Fast:", *(f"  {near.sentence}" for near in explanation.near), ""]
    return text[:-1]


def _answer_lines(answer: RuleAnswer) -> list[str]:
    """Return one rule as lines: what it asks for, on which record, and where it comes from."""
    mark = " (entscheidet)" if answer.decides else ""
    lines = [
        f"  QN {answer.level}  {answer.rule.title} [{answer.rule.id}]{mark}",
        f"        Bedingung: {answer.condition}",
    ]
    for seen in answer.inputs:
        record = f", {seen.source}" + (f" vom {seen.since:%d.%m.%Y}" if seen.since else "") if seen.source else ""
        named = seen.item or ("Kriterium" if seen.source == "Kriterium" else "")
        lines.append(f"        {named} {seen.title}: {seen.value}{record}".replace("         ", "        "))
    lines.append(f"        Beleg: {answer.rule.source}")
    return lines
