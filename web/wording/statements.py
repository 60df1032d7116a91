"""What changes in what is known of people, in words for pages."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND_WORDS: Final = {
    "assessment": ("Begutachtung", "Begutachtungen"),
    "instability": ("instabile Phase", "instabile Phasen"),
    "grade": ("Pflegegrad", "Pflegegrade"),
    "level": ("Niveau", "Niveaus"),
    "ward": ("Wohnbereich", "Wohnbereiche"),
    "stay": ("Aufenthalt", "Aufenthalte"),
}
CHANGE_WORDS: Final = {
    "added": ("neu", "neu"),
    "corrected": ("berichtigt", "berichtigt"),
    "removed": ("entfällt", "entfallen"),
    "repeated": ("wie bisher", "wie bisher"),
}
"""What happens to one statement, and to several, when an upload is applied."""

UNDO_WORDS: Final = {
    "added": ("kommt zurück", "kommen zurück"),
    "corrected": ("gilt wieder wie zuvor", "gelten wieder wie zuvor"),
    "removed": ("entfällt", "entfallen"),
    "repeated": ("ändert nichts", "ändern nichts"),
}
"""The same where one is taken back."""


class StatementLine(NamedTuple):
    """One statement that is new, another or gone."""

    person: str
    what: str
    change: str


class StatementTotals(NamedTuple):
    """How many statements of a kind are new, corrected, gone and as before, such as "2 neu, 1 entfällt"."""

    word: str
    said: str


class StatementLines(NamedTuple):
    """All changes of statements: totals by kind, of how many persons they tell something new, the first one by one."""

    totals: list[StatementTotals]
    persons: int
    rows: list[StatementLine]
    number: int


def statement_lines(
    told: Mapping[str, Any] | None, change_words: Mapping[str, tuple[str, str]] = CHANGE_WORDS
) -> StatementLines:
    """Return what ``web.services.history.statement_changes.shown`` returned, in words."""
    if not told:
        return StatementLines([], 0, [], 0)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for key, count in told["counts"].items():
        kind, _, change = key.partition("/")
        counts[kind][change] = count
    totals = [
        StatementTotals(
            words[1],
            ", ".join(
                figures.counted(counts[kind][change], *said)
                for change, said in change_words.items()
                if change in counts[kind]
            ),
        )
        for kind, words in KIND_WORDS.items()
        if kind in counts
    ]
    rows = [StatementLine(row["person"], _sentence(row), change_words[row["change"]][0]) for row in told["rows"]]
    return StatementLines(totals, told["persons"], rows, sum(told["counts"].values()))


def reasons_line(reasons: Mapping[str, int]) -> str:
    """Return how many statements of which kind are the reason for something, such as "2 Niveaus, 1 Begutachtung"."""
    return ", ".join(figures.counted(reasons[kind], *words) for kind, words in KIND_WORDS.items() if kind in reasons)


def first_of_month(month: int) -> date:
    """Return the first day of a month counted from January 1970."""
    return date(1970 + month // 12, month % 12 + 1, 1)


def _sentence(row: Mapping[str, Any]) -> str:
    """Return a statement as a sentence, such as "QN 3 gilt ab 01.02.2026"."""
    value = row["after"] if row["after"] is not None else row["before"]
    since = f"ab {_day(row['first'])}" if row["first"] else "seit jeher"
    match row["kind"]:
        case "level":
            qn, role, certificates, last = value
            extras = ", ".join(part for part in (role, certificates) if part)
            return f"QN {qn}{f' ({extras})' if extras else ''} gilt {since}{_until(last)}"
        case "grade":
            return f"{f'Pflegegrad {value[0]}' if value[0] else 'kein Pflegegrad'} gilt {since}"
        case "ward":
            return f"Wohnbereich {value[0]} gilt {since}"
        case "stay":
            return f"im Haus {since}{_until(value[0])}"
        case "instability":
            return f"{row['criterion']} {since}{_until(value[0])}"
        case _:
            return f"Begutachtung vom {_day(row['first'])}" if row["first"] else "Begutachtung seit Einzug"


def _until(last: str | None) -> str:
    return f" bis {_day(last)}" if last else ""


def _day(written: str) -> str:
    return f"{date.fromisoformat(written):%d.%m.%Y}"
