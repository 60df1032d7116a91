"""The sheets and columns of a rulebook as a workbook: one table for writing and for reading."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from rules.vocabulary import HIGHEST_LEVEL, KINDS, STATUSES

INSTRUCTIONS: Final = "Anleitung"
"""The sheet that is for people only."""

YES: Final = "ja"
BASE: Final = "basis"
ALL_KINDS: Final = "alle"


class Form(Enum):
    """How the cells of a column are written and read."""

    TEXT = auto()
    ID = auto()
    IDS = auto()
    KINDS = auto()
    DAY = auto()
    LEVEL = auto()
    LEVEL_OR_BASE = auto()
    PERCENT = auto()
    CHOICE = auto()
    CONDITION = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    path
        Where the value is in the entry, as keys of the YAML.
    meaning
        German sentence for the guide.
    width
        In characters.
    """

    heading: str
    path: tuple[str, ...]
    form: Form
    meaning: str
    width: int
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its file and the list in that file; "" where the row is the file itself."""

    name: str
    file: str
    key: str
    about: str
    columns: tuple[Column, ...]


def _validity() -> tuple[Column, Column]:
    return (
        Column("Gültig ab", ("gueltig_ab",), Form.DAY, "Erster Tag, an dem der Eintrag gilt.", 12, required=True),
        Column("Gültig bis", ("gueltig_bis",), Form.DAY, "Letzter Tag, an dem er gilt; leer: gilt weiter.", 12),
    )


def _dated() -> tuple[Column, ...]:
    """Return validity and citation: what every entry has."""
    return (
        *_validity(),
        Column("Quelle", ("beleg", "quelle"), Form.ID, "Kürzel aus dem Blatt „Quellen“.", 20),
        Column("Stelle", ("beleg", "stelle"), Form.TEXT, "Abschnitt oder Seite in der Quelle.", 28),
        Column(
            "Eigene Setzung",
            ("beleg", "eigene_setzung"),
            Form.CHOICE,
            "„ja“, wenn keine Quelle den Eintrag trägt; dann bleiben Quelle und Stelle leer.",
            10,
            choices=(YES,),
        ),
        Column(
            "Sicherheit (%)",
            ("beleg", "sicherheit"),
            Form.PERCENT,
            "Wie sicher der Eintrag ist, 1 bis 100.",
            11,
            required=True,
        ),
        Column("Grund", ("beleg", "grund"), Form.TEXT, "Warum es so ist, in einem Satz.", 60, required=True),
        Column(
            "Geprüft am",
            ("beleg", "geprueft_am"),
            Form.DAY,
            "Wann der Eintrag zuletzt an der Quelle geprüft wurde.",
            12,
            required=True,
        ),
    )


_LEVELS: Final = tuple(str(level) for level in range(1, HIGHEST_LEVEL + 1))

HEAD: Final = Sheet(
    "Regelwerk",
    "rulebook.yaml",
    "",
    "Eine Zeile: was das Regelwerk ist.",
    (
        Column("id", ("id",), Form.ID, "Kurzname aus Kleinbuchstaben, Ziffern und Bindestrich.", 18, required=True),
        Column(
            "Ausgabe", ("ausgabe",), Form.ID, "Zum Beispiel 2026.1; jede Änderung ist eine neue.", 12, required=True
        ),
        Column(
            "Status",
            ("status",),
            Form.CHOICE,
            "amtlich, rekonstruktion oder hausregel; steht neben jedem QN-Soll.",
            16,
            required=True,
            choices=STATUSES,
        ),
        Column("Titel", ("titel",), Form.TEXT, "Name, wie er auf Seiten und Berichten steht.", 26, required=True),
        Column("Beschreibung", ("beschreibung",), Form.TEXT, "Was das Regelwerk ist und was nicht.", 80, required=True),
        *_validity(),
    ),
)

INTERVENTIONS: Final = Sheet(
    "Interventionen",
    "interventions.yaml",
    "interventionen",
    "Eine Zeile je Intervention, mit ihrem Mindestniveau.",
    (
        Column("Nr", ("id",), Form.ID, "Nummer im Katalog, als Text: 4.10 ist nicht 4.1.", 8, required=True),
        Column("Gruppe", ("gruppe",), Form.TEXT, "Überschrift, unter der die Intervention steht.", 24, required=True),
        Column("Titel", ("titel",), Form.TEXT, "Name der Intervention.", 38, required=True),
        Column(
            "Titel-Status",
            ("titel_status",),
            Form.CHOICE,
            "belegt: Titel aus einer Quelle; eigen: eigene Formulierung.",
            10,
            required=True,
            choices=("belegt", "eigen"),
        ),
        Column("Titel-Quelle", ("titel_quelle", "quelle"), Form.ID, "Quelle des Titels, nur bei „belegt“.", 20),
        Column("Titel-Stelle", ("titel_quelle", "stelle"), Form.TEXT, "Stelle in der Quelle des Titels.", 28),
        Column(
            "Art",
            ("art",),
            Form.CHOICE,
            "Wovon die Regeln ausgehen: " + ", ".join(KINDS) + ".",
            15,
            required=True,
            choices=KINDS,
        ),
        Column(
            "BI-Kriterien",
            ("bi_items",),
            Form.IDS,
            "Passende Kriterien der Begutachtung, mit Komma getrennt, als Text: 4.5, 4.6.",
            20,
        ),
        Column("QN", ("qn",), Form.LEVEL, "Mindestniveau, 1 bis 4.", 8, required=True, choices=_LEVELS),
        Column(
            "Vorbehalt",
            ("vorbehalt",),
            Form.CHOICE,
            "„ja“ bei Vorbehaltsaufgaben nach § 4 PflBG.",
            10,
            choices=(YES,),
        ),
        Column("Zertifikat", ("zertifikat", "name"), Form.ID, "Nachweis, mit dem weniger genügt, etwa LG2.", 10),
        Column(
            "Zertifikat ab QN",
            ("zertifikat", "ab_qn"),
            Form.LEVEL,
            "Niveau, ab dem der Nachweis zählt.",
            10,
            choices=_LEVELS,
        ),
        Column("Hinweis", ("hinweis",), Form.TEXT, "Was man dazu wissen muss.", 36),
        *_dated(),
    ),
)

RULES: Final = Sheet(
    "Regeln",
    "rules.yaml",
    "regeln",
    "Eine Zeile je Regel. Es gilt das höchste Niveau aller Regeln, die zutreffen.",
    (
        Column("id", ("id",), Form.ID, "Kurzname der Regel.", 20, required=True),
        Column("Titel", ("titel",), Form.TEXT, "Was die Regel sagt, in wenigen Worten.", 36, required=True),
        Column(
            "Arten",
            ("arten",),
            Form.KINDS,
            "„alle“ oder die Arten von Interventionen, für die sie gilt, mit Komma getrennt.",
            24,
            required=True,
        ),
        Column("Bedingung", ("bedingung",), Form.CONDITION, "Wann sie zutrifft; siehe unten.", 44, required=True),
        Column(
            "QN",
            ("qn",),
            Form.LEVEL_OR_BASE,
            "Niveau, das sie verlangt; „basis“: das Mindestniveau der Intervention.",
            8,
            required=True,
            choices=(BASE, *_LEVELS),
        ),
        Column(
            "Zertifikat gesperrt",
            ("zertifikat_gesperrt",),
            Form.CHOICE,
            "„ja“: Solange diese Regel entscheidet, genügt kein Zertifikat.",
            11,
            choices=(YES,),
        ),
        *_dated(),
    ),
)

CRITERIA: Final = Sheet(
    "Instabilität",
    "instability.yaml",
    "kriterien",
    "Eine Zeile je Kriterium einer instabilen gesundheitlichen Situation.",
    (
        Column("id", ("id",), Form.ID, "Kurzname aus Kleinbuchstaben, Ziffern und Bindestrich.", 20, required=True),
        Column("Titel", ("titel",), Form.TEXT, "Name des Kriteriums.", 40, required=True),
        Column("Hinweis", ("hinweis",), Form.TEXT, "Was man dazu wissen muss.", 36),
        *_dated(),
    ),
)

SOURCES: Final = Sheet(
    "Quellen",
    "rulebook.yaml",
    "quellen",
    "Eine Zeile je Quelle. Die anderen Blätter nennen ihr Kürzel.",
    (
        Column("Kürzel", ("id",), Form.ID, "Kurzname, den die anderen Blätter nennen.", 24, required=True),
        Column("Quelle", ("quelle",), Form.TEXT, "Vollständige Angabe der Quelle.", 90, required=True),
    ),
)

SHEETS: Final = (HEAD, INTERVENTIONS, RULES, CRITERIA, SOURCES)
"""In the order of the workbook."""
