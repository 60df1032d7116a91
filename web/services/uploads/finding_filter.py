"""Some of the findings of an upload: by severity, sheet, kind and words, page by page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from importers.findings import Severity
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from importers.findings import Finding

PAGE: Final = 100
"""Findings on one page."""

SEVERITIES: Final = {"fehler": Severity.ERROR, "warnungen": Severity.WARNING, "hinweise": Severity.NOTICE}


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What to show; "" = all.

    Attributes
    ----------
    severity
        Key of :data:`SEVERITIES`.
    sheet, code
        As the findings have them.
    words
        All of them must stand somewhere in the finding, whatever case and spelling of umlauts.
    page
        From 1.
    """

    severity: str = ""
    sheet: str = ""
    code: str = ""
    words: str = ""
    page: int = 1

    @classmethod
    def from_form(cls, given: Mapping[str, str]) -> FindingFilter:
        """Return what the fields of a form or address ask for; nonsense asks for nothing."""
        asked = given.get("seite", "1")
        return cls(
            given.get("art", "") if given.get("art", "") in SEVERITIES else "",
            given.get("blatt", ""),
            given.get("code", ""),
            given.get("suche", "").strip()[:200],
            max(int(asked), 1) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1,
        )

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.severity or self.sheet or self.code or self.words)


@dataclass(frozen=True, slots=True)
class FilteredFindings:
    """The findings of one page.

    Attributes
    ----------
    findings
        The gravest first.
    matching
        How many there are on all pages.
    page, pages
        Which page this is, of how many.
    severities, sheets, codes
        What may be asked for, each with the number of findings in all.
    """

    findings: list[Finding]
    matching: int
    page: int
    pages: int
    severities: list[tuple[str, str, int]]
    sheets: list[tuple[str, int]]
    codes: list[tuple[str, int]]


def filter_findings(findings: Sequence[Finding], wanted: FindingFilter) -> FilteredFindings:
    """Return the page wanted; the last one where there are fewer."""
    order = list(Severity)
    words = fold(wanted.words).split()
    matching = [one for one in findings if _fits(one, wanted, words)]
    matching.sort(key=lambda one: order.index(one.severity))
    pages = max(1, -(-len(matching) // PAGE))
    page = min(wanted.page, pages)
    by_severity = Counter(one.severity for one in findings)
    return FilteredFindings(
        matching[(page - 1) * PAGE : page * PAGE],
        len(matching),
        page,
        pages,
        [(key, severity.value, by_severity[severity]) for key, severity in SEVERITIES.items()],
        _counted(one.sheet for one in findings if one.sheet),
        _counted(one.code for one in findings),
    )


def _fits(one: Finding, wanted: FindingFilter, words: list[str]) -> bool:
    if wanted.severity and one.severity is not SEVERITIES[wanted.severity]:
        return False
    if (wanted.sheet and one.sheet != wanted.sheet) or (wanted.code and one.code != wanted.code):
        return False
    if not words:
        return True
    row = f"Zeile {one.row}" if one.row else ""
    column = f"Spalte {one.letter}: {one.column}" if one.letter else one.column
    text = fold(f"{one.file} {one.sheet} {row} {column} {one.value} {one.message} {one.repair}")
    return all(word in text for word in words)


def _counted(values: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(values).items())
