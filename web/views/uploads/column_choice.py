"""Which column of a sheet is which: the choice of a form, what is wrong with it, and how columns are named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from importers.sheets.synonyms import LIKELY, SURE
from importers.sheets.template_columns import SHEETS
from web.services.uploads import questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.sheets.sheet_decision import SheetAnswer
    from importers.sheets.sheet_guesses import ColumnGuess, SheetGuess


UNITS: Final = {"": "wie in der Datei angegeben", "min": "Minuten", "s": "Sekunden", "h": "Stunden"}


def chosen_columns(guess: SheetGuess, before: SheetAnswer, form: Mapping[str, str]) -> SheetAnswer:
    """Return the answer with the columns and the unit chosen in a form."""
    there = {str(one.position): one.position for one in guess.columns}
    chosen = {
        column: there[form[f"spalte-{i}"]]
        for i, column in enumerate(questions.targets(before.sheet))
        if form.get(f"spalte-{i}", "") in there
    }
    unit = form.get("einheit", "")
    return replace(before, columns=chosen, unit=unit if unit in UNITS else "")


def wrong_columns(guess: SheetGuess, answer: SheetAnswer) -> dict[str, str]:
    """Return column of the template -> what is wrong with it."""
    wrong = {
        column: "Ohne diese Spalte kann das Blatt nicht gelesen werden. Bitte wählen Sie sie aus."
        for column in SHEETS[answer.sheet].required
        if column not in answer.columns
    }
    users: dict[int, list[str]] = {}
    for column, position in answer.columns.items():
        users.setdefault(position, []).append(column)
    headings = {one.position: one for one in guess.columns}
    for position, names in users.items():
        for column in names if len(names) > 1 else ():
            others = " und ".join(f"„{name}“" for name in names if name != column)
            wrong[column] = f"Die Spalte {column_name(headings[position])} ist auch für {others} gewählt."
    return wrong


def column_name(column: ColumnGuess) -> str:
    """Return a column of a file as people find it: by letter and heading."""
    return f"{column.letter} „{column.heading}“" if column.heading else column.letter


def certainty_word(confidence: float) -> str:
    """Return a confidence in a word."""
    return "sicher" if confidence >= SURE else "wahrscheinlich" if confidence >= LIKELY else "geraten"
