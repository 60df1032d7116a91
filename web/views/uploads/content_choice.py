"""What a column is by its cells: how it is asked, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from importers.sheets.column_contents import is_mark, meaning
from importers.sheets.heading_rows import BLANK_COUNTS
from web.services.uploads.conversation import STATES, open_blanks, open_columns, open_words
from web.views.uploads.column_choice import column_name
from web.wording.figures import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from importers.sheets.sheet_decision import SheetAnswer
    from importers.sheets.sheet_guesses import ColumnGuess, SheetGuess

STATUS: Final = "Status"
BLANKS: Final = "leer"
"""Field of what blank counts of module 5 mean."""

_NOT_DONE: Final = "nicht durchgeführt"

ASKED: Final = {
    STATUS: (
        "Sagt eine dieser Spalten, ob die Intervention durchgeführt wurde?",
        "Sagt diese Spalte, ob die Intervention durchgeführt wurde?",
        "Dann zählt jede Zeile als durchgeführt.",
    ),
    "Personal-Nr": (
        "Sagt eine dieser Spalten, wer es getan hat?",
        "Sagt diese Spalte, wer es getan hat (Handzeichen oder Nummer)?",
        "Dann ist von keiner Zeile bekannt, wer es getan hat und mit welchem Niveau.",
    ),
    "Minuten": (
        "Stehen in einer dieser Spalten die Minuten?",
        "Stehen in dieser Spalte die Minuten?",
        "Dann zählt jede Zeile in der Anzahl, aber nicht in der Zeit.",
    ),
    "QN": (
        "Steht in einer dieser Spalten die Qualifikation?",
        "Steht in dieser Spalte die Qualifikation?",
        "Dann ist von niemandem das Niveau bekannt.",
    ),
    "Wochenstunden": (
        "Stehen in einer dieser Spalten die Wochenstunden?",
        "Stehen in dieser Spalte die Wochenstunden?",
        "Dann ist die Arbeitszeit nicht bekannt; nur § 113c braucht sie.",
    ),
}
"""Column of the template -> how it is asked of several columns and of one, and what a "no" means."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A column of the file that may be the one asked for.

    Attributes
    ----------
    column, name
        The column, and how people find it.
    words
        Its words, if they are states: name of the field, word, rows, state proposed.
    chosen
        Whether it was chosen before.
    """

    column: ColumnGuess
    name: str
    words: tuple[tuple[str, str, int, str], ...]
    chosen: bool

    @property
    def told(self) -> str:
        """What the column contains: its few words with their rows, else examples."""
        if not self.column.values:
            return " · ".join(self.column.samples)
        return ", ".join(
            f"{f'„{word}“' if word else 'leere Zellen'} ({counted(rows, 'Zeile', 'Zeilen')})"
            for word, rows in self.column.values
        )


@dataclass(frozen=True, slots=True)
class Topic:
    """One question: which column is this one of the template, or what its words mean.

    Attributes
    ----------
    column, field
        Of the template, and of the form.
    question, otherwise
        How it is asked, and what a "no" means.
    offers
        Columns of the file.
    settled
        Whether the column is known, and only its words are asked for.
    declined
        Whether "no" was chosen before.
    wrong
        What is wrong with the answer.
    """

    column: str
    field: str
    question: str
    otherwise: str
    offers: tuple[Offer, ...]
    settled: bool = False
    declined: bool = False
    wrong: str = ""


def topics(
    guess: SheetGuess, answer: SheetAnswer, form: Mapping[str, str], wrong: Mapping[str, str]
) -> tuple[Topic, ...]:
    """Return what is to be asked about a sheet, with what a form says so far."""
    asked = [
        Topic(
            column,
            field := f"ist-{column}",
            ASKED[column][len(columns) == 1],
            ASKED[column][2],
            tuple(_offer(one, column, form, chosen=form.get(field) == str(one.position)) for one in columns),
            declined=form.get(field) == "",
            wrong=wrong.get(column, ""),
        )
        for column, columns in open_columns(guess, answer).items()
    ]
    if open_words(guess, answer):
        (column,) = (one for one in guess.columns if one.position == answer.columns[STATUS])
        offer = _offer(column, STATUS, form, chosen=True)
        asked.append(
            Topic(
                STATUS,
                f"ist-{STATUS}",
                "Was heißen die Wörter dieser Spalte?",
                "",
                (offer,),
                settled=True,
                wrong=wrong.get(STATUS, ""),
            )
        )
    return tuple(asked)


def chosen_contents(
    guess: SheetGuess, before: SheetAnswer, form: Mapping[str, str]
) -> tuple[SheetAnswer, dict[str, str]]:
    """Return the answer with what a form says, and column of the template -> what is wrong."""
    columns, declined = dict(before.columns), list(before.declined)
    wrong: dict[str, str] = {}
    for column, offers in open_columns(guess, before).items():
        said = form.get(f"ist-{column}")
        there = {str(one.position): one.position for one in offers}
        if said == "":
            declined.append(column)
        elif said in there:
            if there[said] in columns.values():
                wrong[column] = "Diese Spalte haben Sie schon für etwas anderes gewählt."
            columns[column] = there[said]
        else:
            wrong[column] = "Bitte wählen Sie eine Antwort."
    statuses = before.statuses
    if open_words(guess, before) or columns.get(STATUS) != before.columns.get(STATUS):
        statuses = _statuses(guess, columns, form)
        if not all(statuses.values()):
            wrong[STATUS] = "Bitte sagen Sie zu jedem Wort, was es heißt."
    after = replace(before, columns=columns, declined=tuple(declined), statuses=statuses)
    if open_blanks(guess, before):
        after = replace(after, blank_counts=form.get(BLANKS, ""))
        if after.blank_counts not in BLANK_COUNTS:
            wrong["leere Häufigkeiten"] = "Bitte wählen Sie eine Antwort."
    return after, wrong


def _statuses(guess: SheetGuess, columns: Mapping[str, int], form: Mapping[str, str]) -> dict[str, str]:
    position = columns.get(STATUS, -1)
    values: Sequence[tuple[str, int]] = next((one.values for one in guess.columns if one.position == position), ())
    said = {word.casefold(): form.get(_field(position, at), "") for at, (word, _) in enumerate(values)}
    return {word: state if state in STATES else "" for word, state in said.items()}


def _offer(one: ColumnGuess, column: str, form: Mapping[str, str], *, chosen: bool) -> Offer:
    words = [word for word, _ in one.values if word]
    proposed = {"": _NOT_DONE if is_mark(words) else STATES[0]} | {word: meaning(word) for word in words}
    return Offer(
        one,
        column_name(one),
        tuple(
            (field := _field(one.position, at), word, rows, form.get(field) or proposed[word])
            for at, (word, rows) in enumerate(one.values)
        )
        if column == STATUS
        else (),
        chosen,
    )


def _field(position: int, number: int) -> str:
    return f"wort-{position}-{number}"
