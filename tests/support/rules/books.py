"""Rulebooks made for a test out of the built-in one."""

from __future__ import annotations

from datetime import date

from rules.checks.entries import check_documents
from rules.edition import build, documents
from rules.model import RuleBook
from rules.statute import SHELF


def with_every_word() -> RuleBook:
    """Return the built-in rulebook with rules on certain criteria, Punktbereich, Pflegegrad and certificates."""
    contents = documents(SHELF / "rekonstruktion-2026.2")
    rules_of_book = contents["rules.yaml"]["regeln"]
    unstable = next(entry for entry in rules_of_book if entry["id"] == "instabil")
    unstable["bedingung"] = "instabil(sturz, wunde) oder instabil(sterbephase) und pflegegrad >= 4"
    for name, condition, level in (
        ("koennen", "punktbereich(1) >= 3 und nicht instabil(akute-infektion)", 3),
        ("schwer", "mindestens 2 von (pflegegrad >= 3, punktbereich(3) >= 2, instabil)", 3),
        ("anerkannt", "zertifikat(LG2) und punktbereich(5) >= 1", 4),
    ):
        rules_of_book.append({**unstable, "id": name, "titel": name, "bedingung": condition, "qn": level})
    assert check_documents(contents) == []
    return build(contents, date(2026, 3, 31))
