"""The built-in rulebook: complete, dated, cited, and refused when it is not."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import rules
from rules.checks.entries import check_files
from rules.model import RuleBook
from rules.statute import SHELF

EDITION = SHELF / "rekonstruktion-2026.2"


def test_has_the_whole_catalogue(book: RuleBook) -> None:
    assert (len(book.interventions), len(book.rules), len(book.criteria)) == (113, 11, 18)
    assert Counter(entry.title_status for entry in book.interventions) == {"eigen": 67, "belegt": 46}
    assert [entry.id for entry in book.interventions if entry.reserved] == [f"7.E0{i}" for i in range(1, 8)]


def test_4_10_is_not_4_1(book: RuleBook) -> None:
    undress, intimate = book.find_intervention("4.1"), book.find_intervention("4.10")
    assert undress is not None
    assert intimate is not None
    assert (undress.title, intimate.title) == ("An- und Auskleiden", "Intimpflege")


def test_titles_are_found_regardless_of_case(book: RuleBook) -> None:
    entry = book.find_intervention("  körperpflege:  DUSCHEN ")
    assert entry is not None
    assert entry.id == "4.12"
    assert book.find_intervention("Duschen") is None


def test_every_entry_is_dated_and_cited(book: RuleBook) -> None:
    for entry in (*book.interventions, *book.rules, *book.criteria):
        assert entry.valid_from <= date(2026, 3, 31), entry.id
        assert entry.provenance.source or entry.provenance.reason, entry.id
        assert 1 <= entry.provenance.certainty <= 100, entry.id


def test_own_settings_are_marked_as_such(book: RuleBook) -> None:
    base = next(rule for rule in book.rules if rule.id == "basis")
    assert base.source.startswith("eigene Setzung (80 % sicher)")


def test_the_built_in_files_are_in_order() -> None:
    assert check_files(EDITION) == []


def test_no_edition_before_the_reserved_tasks_were_law() -> None:
    with pytest.raises(rules.RuleBookError, match=r"Für den 31\.12\.2019 gibt es keine Ausgabe"):
        rules.load(date(2019, 12, 31))


def test_unknown_rulebook_names_the_known_ones() -> None:
    with pytest.raises(rules.RuleBookError, match="Vorhanden: rekonstruktion"):
        rules.load(date(2026, 1, 1), "gibt-es-nicht")


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """Copy the edition with one change in one file."""
    folder = tmp_path / "regelwerk"
    shutil.copytree(EDITION, folder)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("rules.yaml", "sicherheit: 80, ", "", ["rules.yaml", "Eintrag basis", "sicherheit"]),
        ("rules.yaml", "qn: 3", "qn: 5", ["rules.yaml", "Eintrag grad-3", "qn"]),
        ("rules.yaml", ": grad(2.10) >= 2\n", ": grad(2.99) >= 2\n", ["Eintrag kognition", "Zeichen 6", "2.99"]),
        ("rules.yaml", ": grad(2.10) >= 2\n", ": grad(2.10) >= 7\n", ["Eintrag kognition", "reicht von 0 bis 3"]),
        ("rules.yaml", "bedingung: immer", "bedingung: manchmal", ["Eintrag basis", "manchmal", "keine Bedingung"]),
        ("rules.yaml", "quelle: pflbg", "quelle: fehlt", ["Eintrag vorbehalt", "Quelle „fehlt“"]),
        ("rules.yaml", "arten: alle", "arten: [koerper]", ["interventions.yaml", "keine Regel, die immer gilt"]),
        ("interventions.yaml", 'id: "1.1"', "id: 1.1", ["interventions.yaml", "1.1", "id"]),
        ("interventions.yaml", 'id: "1.2"', 'id: "1.1"', ["Eintrag 1.1", "gelten am selben Tag"]),
        ("interventions.yaml", "gueltig_ab: 2020-01-01", "gueltig_ab: 1.1.2020", ["Eintrag 1.1", "gueltig_ab"]),
        ("instability.yaml", "eigene_setzung: ja, ", "", ["instability.yaml", "Eintrag akute-infektion", "beleg"]),
    ],
)
def test_a_faulty_entry_is_refused_with_file_and_entry(
    tmp_path: Path, name: str, old: str, new: str, expected: list[str]
) -> None:
    problems = check_files(changed(tmp_path, name, old, new))
    assert problems
    for word in expected:
        assert any(word in problem for problem in problems), (word, problems)


def test_a_foreign_folder_is_checked_before_it_is_used(tmp_path: Path) -> None:
    folder = changed(tmp_path, "rules.yaml", "qn: 3", "qn: 9")
    with pytest.raises(rules.RuleBookError, match="Eintrag grad-3"):
        rules.load(date(2026, 1, 1), folder)


def test_entries_are_effective_only_while_valid(tmp_path: Path) -> None:
    old = "bedingung: grad(2.10) >= 2\n  qn: 3\n  gueltig_ab: 2020-01-01"
    folder = changed(tmp_path, "rules.yaml", old, old + "\n  gueltig_bis: 2026-12-31")
    names = [{rule.id for rule in rules.load(day, folder).rules} for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert names[0] - names[1] == {"kognition"}


def test_a_change_changes_the_hash(tmp_path: Path) -> None:
    folder = changed(tmp_path, "rules.yaml", "sicherheit: 80", "sicherheit: 81")
    assert rules.load(date(2027, 1, 1), folder).sha256 != rules.load(date(2027, 1, 1)).sha256


def test_a_folder_is_usable_on_days_outside_its_time() -> None:
    """Whoever names a folder chose it; the pages do the same with a rulebook that was imported."""
    early, late = (rules.load(day, EDITION) for day in (date(2020, 1, 1), date(2027, 6, 1)))
    assert (early.as_of, late.as_of) == (date(2026, 11, 1), date(2027, 6, 1))


def test_the_second_edition_corrects_titles_and_sources_and_no_level() -> None:
    """Stored results keep the first one: its files never change."""
    first, second = (rules.load(day) for day in (date(2026, 10, 31), date(2026, 11, 1)))
    assert (first.edition, second.edition) == ("2026.1", "2026.2")
    assert first.sha256.startswith("0505747c8ae8")
    parts = ("id", "kind", "bi_items", "base", "reserved", "accepts", "valid_from", "valid_until")
    assert [[getattr(e, name) for name in parts] for e in first.interventions] == [
        [getattr(e, name) for name in parts] for e in second.interventions
    ]
    rule = ("id", "title", "kinds", "condition", "level", "bars_certificates", "valid_from", "valid_until")
    assert [[getattr(e, name) for name in rule] for e in first.rules] == [
        [getattr(e, name) for name in rule] for e in second.rules
    ]
    assert first.criteria == second.criteria
    titles = {e.id: e.title for e in second.interventions if e.title != first.interventions[first.index[e.id]].title}
    assert titles == {
        "2.7": "Alltagsgestaltung: Sonstige Themenbereiche",
        "4.6": "Haarpflege (einschließlich Rasur)",
    }
    assert {e.group for e in second.interventions if e.id.startswith("5.")} == {
        "5 Krankheitsbezogene Anforderungen und Belastungen"
    }
    assert second.interventions[second.index["5.4"]].title_status == "eigen"
    assert [e.id for e in second.interventions if "AQR" in e.note] == [
        "1.3",
        "4.1",
        "4.6",
        "4.8",
        "4.9",
        "4.13",
        "4.15",
        "4.16",
        "4.17",
    ]
    by_id = {one.id: one.provenance for one in second.rules}
    assert "EHS 2025-1" in by_id["basis"].source
    assert "EHS 2025-1" in by_id["instabil"].reason
    for name in ("grad-2", "grad-3", "kognition"):
        assert by_id[name].source == ""
        assert "verneint" in by_id[name].reason


def test_files_may_use_the_titles_of_any_edition() -> None:
    """Homes copied them into their own files, and a rulebook of their own may have been made from either."""
    editions = [rules.load(date(2026, 10, 31)), rules.load(date(2026, 11, 1))]
    for book in editions:
        for entry in (entry for other in editions for entry in other.interventions):
            found = book.find_intervention(entry.title.upper().replace("ẞ", "ß"))
            assert found is not None, entry.title
            assert found.id == entry.id


def test_catalogue_matches_the_oracles_own_copy(book: RuleBook) -> None:
    import csv  # noqa: PLC0415

    path = Path(__file__).parent.parent / "oracle" / "catalogue.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [entry.id for entry in book.interventions]
    for row, entry in zip(rows, book.interventions, strict=True):
        accepts = f"{entry.accepts.certificate}>={entry.accepts.from_level}" if entry.accepts else ""
        assert (row["title"], row["kind"], int(row["base"]), row["bi_items"].split(), row["accepts"]) == (
            entry.title,
            entry.kind,
            entry.base,
            list(entry.bi_items),
            accepts,
        )
