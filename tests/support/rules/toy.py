"""An invented rulebook that uses every word of the language, small enough to think through."""

from __future__ import annotations

from datetime import date
from typing import Any

from rules.edition import build
from rules.model import RuleBook

CITED = {"eigene_setzung": "ja", "sicherheit": 50, "grund": "Probe.", "geprueft_am": "2026-11-21"}
DATED = {"gueltig_ab": "2020-01-01", "beleg": CITED}

RULES = {
    "basis": ("alle", "immer", "basis"),
    "vorbehalt": ("alle", "vorbehaltsaufgabe", 4),
    "eigene": (["koerper"], "grad(intervention) >= 2", 2),
    "gesehen": (["koerper"], "grad(2.8, 2.10) >= 2 und nicht häufigkeit(3.5, 3.8) <= 1", 3),
    "modul": (["koerper"], "punktbereich(4) >= 3", 3),
    "modul-5": (["behandlung"], "punktbereich(5) >= 2", 2),
    "pflegegrad": (["koerper", "behandlung"], "pflegegrad >= 5", 3),
    "sturz": (["koerper"], "instabil(sturz, wunde)", 4),
    "irgend": (["behandlung"], "instabil", 4),
    "zertifikat": (["behandlung"], "zertifikat(LG2) und pflegegrad >= 3", 4),
    "mehrere": (
        ["alltag"],
        "mindestens 2 von (grad(2.8) >= 2, grad(6.1) >= 2, häufigkeit(3.1) >= 2, instabil(wunde))",
        3,
    ),
    "zwei-von-drei": (["behandlung"], "mindestens 2 von (grad(4.11) >= 1, punktbereich(1) >= 1, pflegegrad >= 2)", 3),
}

INTERVENTIONS = [
    {"id": "1.1", "titel": "Waschen", "art": "koerper", "bi_items": ["4.1", "4.3"], "qn": 1},
    {"id": "1.2", "titel": "Ausscheiden", "art": "koerper", "bi_items": ["4.10", "4.11", "4.12"], "qn": 1},
    {"id": "1.3", "titel": "Wunde versorgen", "art": "behandlung", "qn": 1, "zertifikat": {"name": "LG2", "ab_qn": 3}},
    {"id": "1.4", "titel": "Blutdruck messen", "art": "behandlung", "qn": 2},
    {"id": "1.5", "titel": "Begleiten", "art": "alltag", "qn": 1},
    {"id": "1.6", "titel": "Planen", "art": "vorbehalt", "qn": 3, "vorbehalt": "ja"},
]


def documents() -> dict[str, Any]:
    """Return the files of the toy rulebook."""
    return {
        "rulebook.yaml": {
            "id": "probe",
            "ausgabe": "1",
            "status": "hausregel",
            "titel": "Probe",
            "beschreibung": "Erfunden.",
            "gueltig_ab": "2020-01-01",
            "quellen": {},
        },
        "interventions.yaml": {
            "interventionen": [
                {"gruppe": "Probe", "titel_status": "eigen", **entry, **DATED} for entry in INTERVENTIONS
            ]
        },
        "rules.yaml": {
            "regeln": [
                {"id": name, "titel": name, "arten": kinds, "bedingung": condition, "qn": level, **DATED}
                for name, (kinds, condition, level) in RULES.items()
            ]
        },
        "instability.yaml": {
            "kriterien": [{"id": name, "titel": name.capitalize(), **DATED} for name in ("sturz", "wunde", "fieber")]
        },
    }


def book(on: date = date(2026, 1, 1)) -> RuleBook:
    """Return the toy rulebook as it holds on a day."""
    return build(documents(), on)
