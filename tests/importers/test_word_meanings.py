"""Words for states and professions are mapped to ours, and doubtful ones are reported."""

from __future__ import annotations

import pytest

import importers
from importers.findings import Severity
from importers.values import word_meanings
from rules.model import RuleBook
from tests.support.importers.columns import both, outcome, read_column
from tests.support.importers.files import csv_files, home, xlsx

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE


@both
def test_states(book: RuleBook, form: str) -> None:
    words = {
        "durchgeführt": ["erledigt", "DURCHGEFÜHRT", "x", "Ja", "✓", "durchgef?hrt", "i.O."[:0] or "ok"],
        "abgelehnt": ["abgelehnt", "verweigert"],
        "nicht durchgeführt": ["nein", "storniert", "entfallen", "Nicht erledigt"],
        "abwesend": ["abwesend", "KH", "Krankenhaus"],
    }
    result = read_column(book, form, "Status", [word for synonyms in words.values() for word in synonyms])
    assert result.tables.interventions["status"].astype(object).tolist() == [
        s for s, synonyms in words.items() for _ in synonyms
    ]
    (finding,) = [f for f in result.findings if f.code == "werte-uebersetzt"]
    assert (finding.severity, finding.count) == (NOTICE, 13)
    assert "„KH“ = abwesend" in finding.message


@both
def test_doubtful_states_are_accepted_with_one_warning_per_word(book: RuleBook, form: str) -> None:
    cells = ["Bedarf", "durch Angehörige", "Bedarf", "vielleicht", "?"]
    result = read_column(book, form, "Status", cells)
    assert result.tables.interventions["status"].astype(object).tolist() == [
        "durchgeführt",
        "nicht durchgeführt",
        "durchgeführt",
    ]
    assert outcome(result, "werte-uebersetzt") == [
        (WARNING, "status-mehrdeutig", 2, 2),
        (WARNING, "status-mehrdeutig", 3, 1),
        (ERROR, "status-unbekannt", 5, 1),
        (ERROR, "status-unbekannt", 6, 1),
    ]


def test_true_and_false_are_states(book: RuleBook) -> None:
    result = read_column(book, "xlsx", "Status", [True, False])
    assert result.tables.interventions["status"].astype(object).tolist() == ["durchgeführt", "nicht durchgeführt"]


@pytest.mark.parametrize(
    ("words", "level", "role", "doubt"),
    [
        ("Pflegefachkraft", 4, "", False),
        ("PFK", 4, "", False),
        ("Exam. Altenpflegerin", 4, "", False),
        ("staatl. anerkannter Altenpfleger", 4, "", False),
        ("Altenpfleger:in", 4, "", False),
        ("AltenpflegerIn", 4, "", False),
        ("Altenpfleger/-in", 4, "", False),
        ("Altenpfleger*in", 4, "", False),
        ("Pflegefachfrau/-mann", 4, "", False),
        ("GuK", 4, "", False),
        ("Gesundheits- und Krankenpflegerin", 4, "", False),
        ("Exam.", 0, "", True),
        ("PHK/Pflegehelfer 1-jährig", 3, "", False),
        ("exam. Altenpflegehelferin", 3, "", False),
        ("Krankenpflegehelfer", 3, "", False),
        ("Assistent:in", 3, "", True),
        ("Pflegehelferin", 2, "", True),
        ("Hilfskraft", 1, "", False),
        ("FSJ", 1, "", False),
        ("Azubi", 1, "", True),
        ("Betreuungskraft § 43b", 1, "betreuung-43b", False),
        ("Betreuungskraft nach § 43b SGB XI", 1, "betreuung-43b", False),
        ("Alltagsbegleiterin", 1, "betreuung-43b", True),
        ("Pflegedienstleitung", 0, "", True),
    ],
)
def test_professions(words: str, level: int, role: str, doubt: bool) -> None:  # noqa: FBT001
    meaning = word_meanings.qualification(words)
    assert meaning
    assert (meaning.value, bool(meaning.doubt)) == ((level, role), doubt)


@pytest.mark.parametrize("words", ["Tierpfleger", "Goldschmied", "", "§", "Pflegefach", "43", "in", "Drogist", "Arzt"])
def test_unknown_professions(words: str) -> None:
    assert word_meanings.qualification(words) is None


@both
def test_professions_in_a_file(book: RuleBook, form: str) -> None:
    sheets = home()
    words = ["QN1", "qn 8", "PFK", "Azubi", "Betreuungskraft § 43b", "Goldschmied", "QN 9", "4.0"]
    sheets["Mitarbeitende"] = [["Pers.-Nr.", "Qualifikation"], *[[f"P{i}", word] for i, word in enumerate(words)]]
    files = [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)
    result = importers.read(files, book)
    assert result.tables.staff["qn"].tolist() == [1, 8, 4, 1, 1, 4]
    assert result.tables.staff["role"].tolist() == [None, None, None, None, "betreuung-43b", None]
    errors = [(f.severity, f.code, f.row) for f in result.findings if f.sheet == "Mitarbeitende"]
    assert (ERROR, "qualifikation-unbekannt", 7) in errors
    assert (ERROR, "qn-ungueltig", 8) in errors
    assert (WARNING, "qualifikation-mehrdeutig", 5) in errors
    assert (NOTICE, "qualifikation-uebersetzt", 0) in errors
    assert "Goldschmied" not in str(result.tables)
