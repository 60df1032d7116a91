"""German words about a home's own words: what each kind is called, what hangs on it, the message for a wrong answer."""

from __future__ import annotations

from typing import Final, NamedTuple

from importers.content.intervention_names import IGNORE, NO_ENTRY, SPLIT
from importers.home_words import kinds


class TermWords(NamedTuple):
    """How one kind of words is written about.

    Attributes
    ----------
    name
        The kind, also in tables (column Art).
    tab
        The kind in the row of tabs.
    singular, plural
        What a word of the kind is called.
    open
        What happens to rows whose word is unknown.
    other
        What may be entered in place of a suggestion.
    row
        One and several of the rows that use such a word.
    refused
        Why an answer cannot be meant; ``{}`` is the answer.
    """

    name: str
    tab: str
    singular: str
    plural: str
    open: str
    other: str
    refused: str
    row: tuple[str, str] = ("Zeile", "Zeilen")


_SHORT: Final = "Bitte wählen Sie aus der Liste, oder lassen Sie das Wort, wie es ist."

TERM_WORDS: Final = {
    kinds.INTERVENTION: TermWords(
        name="Intervention",
        tab="Interventionen",
        singular="Bezeichnung",
        plural="Bezeichnungen",
        open="Ihre Zeilen kommen in keiner Zahl vor.",
        other="andere Intervention",
        refused="„{}“ steht nicht im Katalog. Bitte wählen Sie aus der Liste.",
    ),
    kinds.QUALIFICATION: TermWords(
        name="Qualifikation",
        tab="Qualifikationen",
        singular="Qualifikation",
        plural="Qualifikationen",
        open="Personen mit unbekannter Qualifikation zählen ohne Niveau, mit unklarer so, wie es dabeisteht.",
        other="anderes Niveau",
        refused="„{}“ ist kein Qualifikationsniveau von 1 bis 8. Bitte wählen Sie aus der Liste.",
    ),
    kinds.ROLE: TermWords(
        name="Rolle",
        tab="Rollen",
        singular="Rolle",
        plural="Rollen",
        open="Unbekannte Rollen bleiben, wie sie geschrieben sind, und ändern kein Niveau.",
        other="andere Rolle",
        refused="„{}“ steht nicht zur Auswahl. " + _SHORT,
    ),
    kinds.SHIFT: TermWords(
        name="Schicht",
        tab="Schichten",
        singular="Schicht",
        plural="Schichten",
        open="Unbekannte Schichten bleiben, wie sie geschrieben sind, jede als Gruppe für sich.",
        other="andere Schicht",
        refused="„{}“ steht nicht zur Auswahl. " + _SHORT,
    ),
    kinds.DUTY: TermWords(
        name="Dienstkürzel",
        tab="Dienstkürzel",
        singular="Dienstkürzel",
        plural="Dienstkürzel",
        open="Dienste mit unbekanntem Kürzel fehlen im Dienstplan.",
        other="Zeiten oder frei, krank, Urlaub",
        refused="„{}“ sind keine Zeiten. Schreiben Sie 06:00-14:00 oder 07:00-11:00/16:00-20:00, Pause 30, ohne "
        "Überschneidung, oder frei, krank, Urlaub.",
        row=("Dienst", "Dienste"),
    ),
    kinds.SHIFT_START: TermWords(
        name="Schichtbeginn",
        tab="Schichtzeiten",
        singular="Schicht",
        plural="Schichten",
        open="Ihre Zeilen nennen eine Uhrzeit, aber keine Schicht. Wann beginnen Ihre Schichten? Dann wird sie daraus "
        "abgeleitet und ist in jeder Zahl als „(aus Uhrzeit)“ kenntlich; eine Schicht, die Sie nicht haben, "
        "ignorieren Sie. Bis dahin steht „ohne Angabe“.",
        other="andere Uhrzeit",
        refused="„{}“ ist keine Uhrzeit. Schreiben Sie zum Beispiel 06:30.",
    ),
}
"""The kinds, in the order of ``importers.home_words.kinds.KINDS``."""

ANSWERS: Final = {
    IGNORE: ("ignorieren", "Das ist keine Intervention: Ihre Zeilen zählen nicht."),
    SPLIT: ("aufteilen", "Das sind mehrere Interventionen: Ihre Zeilen zählen nicht, bis Sie sie getrennt erfassen."),
    NO_ENTRY: ("passt nicht", "Das ist eine Intervention, aber keine des Katalogs: Ihre Zeilen zählen nicht."),
}
"""What may be answered beside the choices: how it is called, and what becomes of the rows."""
