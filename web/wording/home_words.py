"""German words about a home's own words: what each kind is called, what hangs on it, what a wrong answer is told."""

from __future__ import annotations

from typing import Final, NamedTuple

from importers.home_words import kinds


class TermWords(NamedTuple):
    """How one kind of words is written about.

    Attributes
    ----------
    name
        The kind, also in tables (column Art).
    tab
        The kind in the row of tabs.
    one, many
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
    one: str
    many: str
    open: str
    other: str
    refused: str
    row: tuple[str, str] = ("Zeile", "Zeilen")


_SHORT: Final = "Bitte wählen Sie aus der Liste, oder lassen Sie das Wort, wie es ist."

TERM_WORDS: Final = {
    kinds.INTERVENTION: TermWords(
        "Intervention", "Interventionen", "Bezeichnung", "Bezeichnungen",
        "Ihre Zeilen kommen in keiner Zahl vor.", "andere Intervention",
        "„{}“ steht nicht im Katalog. Bitte wählen Sie aus der Liste.",
    ),
    kinds.QUALIFICATION: TermWords(
        "Qualifikation", "Qualifikationen", "Qualifikation", "Qualifikationen",
        "Personen mit unbekannter Qualifikation zählen ohne Niveau, mit unklarer so, wie es dabeisteht.",
        "anderes Niveau",
        "„{}“ ist kein Qualifikationsniveau von 1 bis 8. Bitte wählen Sie aus der Liste.",
    ),
    kinds.ROLE: TermWords(
        "Rolle", "Rollen", "Rolle", "Rollen",
        "Unbekannte Rollen bleiben, wie sie geschrieben sind, und ändern kein Niveau.", "andere Rolle",
        "„{}“ steht nicht zur Auswahl. " + _SHORT,
    ),
    kinds.SHIFT: TermWords(
        "Schicht", "Schichten", "Schicht", "Schichten",
        "Unbekannte Schichten bleiben, wie sie geschrieben sind, jede als Gruppe für sich.", "andere Schicht",
        "„{}“ steht nicht zur Auswahl. " + _SHORT,
    ),
    kinds.DUTY: TermWords(
        "Dienstkürzel", "Dienstkürzel", "Dienstkürzel", "Dienstkürzel",
        "Dienste mit unbekanntem Kürzel fehlen im Dienstplan.", "Zeiten oder frei, krank, Urlaub",
        "„{}“ sind keine Zeiten. Schreiben Sie 06:00-14:00 oder 07:00-11:00/16:00-20:00, Pause 30, ohne "
        "Überschneidung, oder frei, krank, Urlaub.", ("Dienst", "Dienste"),
    ),
}  # fmt: skip
"""The kinds, in the order of ``importers.home_words.kinds.KINDS``."""
