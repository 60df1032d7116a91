"""A tenant's own words as a table for a spreadsheet program: exported, edited, imported."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from importers.home_words.kinds import INTERVENTION, KINDS
from importers.values.spelling import clean, fold
from web import tables
from web.services import audit
from web.services.words import terms, unanswered_words
from web.wording.home_words import TERM_WORDS

if TYPE_CHECKING:
    import rules
    from web.store.access import Access

MOST_LINES: Final = 5_000
MOST_BYTES: Final = 2_000_000

_HEADINGS: Final = ("Art", "Bezeichnung", "Bedeutet", "Zeilen", "Minuten", "Version")
_BEFORE_KINDS: Final = "intervention"
"""How the third column was called when all words were names of interventions and there was no first one."""

_BY_NAME: Final = {fold(words.name): kind for kind, words in TERM_WORDS.items()}


@dataclass(frozen=True, slots=True)
class SpreadsheetAnswers:
    """Result of reading a table. Where there are problems (German sentences), nothing was stored."""

    changed: int
    unchanged: int
    problems: tuple[str, ...]


def as_csv(access: Access, home_id: int) -> str:
    """Return all words as CSV: decided ones, and those of the home that are still open with a blank meaning.

    Raises
    ------
    TermError
        For a home of another tenant.
    """
    access.check_home(home_id)
    with access.reading() as session:
        book = terms.book_of(session, access.tenant_id, home_id)
    rows: list[tuple[object, ...]] = []
    for name, kind in KINDS.items():
        waiting = {kind.key(word.text): word for word in unanswered_words.undecided_words(access, home_id, name)}
        answered = {kind.key(term.text): term for term in terms.list_(access, name)}
        for key in [*answered, *(key for key in waiting if key not in answered)]:
            # A number such as 4.10 alone would come back from a spreadsheet program as 4.1 or as a day of October.
            term, word = answered.get(key), waiting.get(key)
            rows.append(
                (
                    TERM_WORDS[name].name,
                    term.text if term else waiting[key].text,
                    kind.called(term.target, book) if term else "",
                    word.rows if word else "",
                    word.seconds / 60 if word else "",
                    term.version if term else "",
                )
            )
    return tables.csv_text([_HEADINGS, *rows])


def record_download(access: Access) -> None:
    """Log the download of the words."""
    with access.writing.begin() as session:
        audit.record(session, access, "bezeichnungen.herunterladen", details=audit.received(access, form="csv"))


def read(access: Access, *, home_id: int, content: bytes) -> SpreadsheetAnswers:
    """Read words and meanings from a table as :func:`written` makes it, all or nothing.

    A blank meaning leaves a word unchanged. Tables from before there were kinds have names of interventions alone.
    """
    access.check_home(home_id)
    try:
        with access.reading() as session:
            book = terms.book_of(session, access.tenant_id, home_id)
        answers, problems = _parse(content, book)
        if problems:
            return SpreadsheetAnswers(0, 0, tuple(problems))
        changed = terms.save(access, "bezeichnungen.hochladen", answers)
    except terms.TermError as error:
        return SpreadsheetAnswers(0, 0, (str(error),))
    return SpreadsheetAnswers(changed, len(answers) - changed, ())


def _parse(content: bytes, book: rules.RuleBook) -> tuple[dict[tuple[str, str], tuple[str, str]], list[str]]:
    """Return (kind, key) -> (word, target) of a file, and what is wrong with it."""
    lines, objection = _lines(content)
    if objection:
        return {}, [objection]
    header = [fold(cell) for cell in lines[0]] if lines else []
    to = "bedeutet" if "bedeutet" in header else _BEFORE_KINDS
    if not {"bezeichnung", to} <= set(header) or (to == "bedeutet" and "art" not in header):
        return {}, [
            "Die erste Zeile muss die Überschriften Art, Bezeichnung und Bedeutet haben, getrennt mit Semikolon."
        ]
    answers: dict[tuple[str, str], tuple[str, str]] = {}
    problems = []
    for number, line in enumerate(lines[1:], start=2):
        cells = {name: tables.cell_text(cell) for name, cell in zip(header, line, strict=False)}
        text, meaning = clean(cells.get("bezeichnung", "")), cells.get(to, "")
        if not meaning:
            continue
        name = _BY_NAME.get(fold(cells.get("art", ""))) if to == "bedeutet" else INTERVENTION
        if name is None:
            names = ", ".join(words.name for words in TERM_WORDS.values())
            problems.append(f"Zeile {number}: Die Art „{cells.get('art', '')[:60]}“ gibt es nicht, nur {names}.")
            continue
        kind = KINDS[name]
        target, spot = kind.target(meaning, text, book), (name, kind.key(text))
        problem = terms.objection_to(kind, text, target, meaning, book)
        if not problem and answers.get(spot, ("", target))[1] != target:
            problem = f"„{text}“ steht mit zwei Zuordnungen in der Datei."
        if problem:
            problems.append(f"Zeile {number}: {problem}")
        answers[spot] = (text, target)
    return answers, problems


def _lines(content: bytes) -> tuple[list[list[str]], str]:
    """Return the cells of a file, or the sentence on why it is no table."""
    if len(content) > MOST_BYTES:
        return [], "Die Datei ist zu groß für eine Liste von Bezeichnungen."
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = content.decode("cp1252", errors="replace")
    if "\0" in words:
        return [], "Das ist keine CSV-Datei; bitte speichern Sie die Liste als CSV mit Semikolon."
    try:
        lines = list(csv.reader(io.StringIO(words, newline=""), delimiter=";"))
    except csv.Error:
        return [], "Die Datei ist als CSV nicht lesbar; bitte speichern Sie die Liste als CSV mit Semikolon."
    if len(lines) > MOST_LINES:
        return [], f"Die Datei hat mehr als {MOST_LINES} Zeilen; bitte teilen Sie sie."
    return lines, ""
