"""Which column of a sheet is which: the choice of a form, what is wrong with it, and how columns are named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from importers.sheets.synonyms import LIKELY, SURE
from importers.sheets.template_columns import SHEETS, missing
from web.services.uploads import questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.sheets.sheet_decision import SheetAnswer
    from importers.sheets.sheet_guesses import ColumnGuess, SheetGuess


UNITS: Final = {"": "wie in der Datei angegeben", "min": "Minuten", "s": "Sekunden", "h": "Stunden"}

ABOUT: Final = {
    "Interventionen": {
        "Intervention": "was getan wurde",
        "Datum": "an welchem Tag",
        "Bewohner-Nr": "für wen, Nummer oder Name",
        "Personal-Nr": "wer es getan hat: Nummer, Handzeichen oder Name",
        "Minuten": "wie lange",
        "Minuten-Quelle": "gemessen, geplant oder Norm",
        "Status": "ob es durchgeführt wurde",
    },
    "Mitarbeitende": {
        "Personal-Nr": "Nummer oder Handzeichen, wie es bei den Interventionen steht",
        "QN": "Qualifikation: Beruf, Abschluss oder Niveau 1 bis 8",
        "Handzeichen": "Kürzel neben der Nummer",
        "Wochenstunden": "vertraglich vereinbart",
    },
    "Bewohner": {"Bewohner-Nr": "wie sie bei den Interventionen steht"},
    "Begutachtungen": {"Datum": "Tag der Begutachtung"},
    "Instabilität": {"Kriterium": "Anlass der instabilen Phase"},
}
"""What a column of the template is, where its name alone does not say so."""


@dataclass(frozen=True, slots=True)
class ColumnField:
    """One line of the form.

    Attributes
    ----------
    number
        Of the field.
    column, about, required
        Of the template, with what it is, and whether the sheet needs it.
    chosen
        Column of the file.
    certainty
        How sure a guess is, in a word; "" = chosen by hand.
    wrong, note
        What is wrong with the choice, or worth knowing of it.
    """

    number: int
    column: str
    about: str
    required: bool
    chosen: ColumnGuess | None
    certainty: str
    wrong: str
    note: str


def fields(
    guess: SheetGuess, answer: SheetAnswer, wrong: Mapping[str, str], other: SheetAnswer | None
) -> list[ColumnField]:
    """Return the lines of the form.

    Parameters
    ----------
    wrong
        Column of the template -> what is wrong with its choice.
    other
        What is stored by now, where that happened after the form was opened.
    """
    by_position = {one.position: one for one in guess.columns}
    layout = SHEETS[answer.sheet]
    made = []
    for number, column in enumerate(questions.targets(answer.sheet)):
        position = answer.columns.get(column, -1)
        chosen = by_position.get(position)
        certainty = certainty_word(chosen.confidence) if chosen and chosen.column == column else ""
        note = certainty or ("dem Inhalt nach" if chosen and column in chosen.may_be else "")
        if other and other.columns.get(column, -1) != position:
            stored = by_position.get(other.columns.get(column, -1))
            note = f"gespeichert ist: {column_name(stored) if stored else '–'}"
        about = ABOUT.get(answer.sheet, {}).get(column, "")
        made.append(
            ColumnField(
                number, column, about, column in layout.required, chosen, certainty, wrong.get(column, ""), note
            )
        )
    return made


def chosen_columns(guess: SheetGuess, before: SheetAnswer, form: Mapping[str, str]) -> SheetAnswer:
    """Return the answer with the columns and the unit chosen in a form.

    A column of the file newly chosen for one of ours is free for it: another that had it, and can be without, gives it
    up.
    """
    there = {str(one.position): one.position for one in guess.columns}
    chosen = {
        column: there[form[f"spalte-{i}"]]
        for i, column in enumerate(questions.targets(before.sheet))
        if form.get(f"spalte-{i}", "") in there
    }
    new = {column for column, position in chosen.items() if before.columns.get(column) != position}
    taken = {chosen[column] for column in new}
    columns = {
        column: position
        for column, position in chosen.items()
        if column in new or position not in taken or column in SHEETS[before.sheet].required
    }
    unit = form.get("einheit", "")
    return replace(
        before,
        columns=columns,
        unit=unit if unit in UNITS and "Minuten" in columns else "",
        statuses=before.statuses if columns.get("Status") == before.columns.get("Status") else {},
        declined=tuple(column for column in before.declined if column not in columns),
    )


def wrong_columns(guess: SheetGuess, answer: SheetAnswer) -> dict[str, str]:
    """Return column of the template -> what is wrong with it."""
    lacking = "Ohne diese Spalte kann das Blatt nicht gelesen werden. Bitte wählen Sie sie aus."
    wrong = dict.fromkeys(missing(answer.sheet, answer.columns), lacking)
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
