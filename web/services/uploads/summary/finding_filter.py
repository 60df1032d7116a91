"""The findings of an upload in groups: the same word is one, with its rows; some of them, page by page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from importers.findings import Severity
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from importers.findings import Finding

PAGE: Final = 100
"""Groups on one page."""

ROWS_NAMED: Final = 5
"""Rows of a group that are named; of the others it says how many there are."""

SEVERITIES: Final = {"fehler": Severity.ERROR, "warnungen": Severity.WARNING, "hinweise": Severity.NOTICE}


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What to show; "" = all.

    Attributes
    ----------
    severity
        Key of :data:`SEVERITIES`.
    sheet
        As the findings have it.
    words
        All of them must occur in the finding, regardless of case and spelling of umlauts.
    page
        From 1.
    """

    severity: str = ""
    sheet: str = ""
    words: str = ""
    page: int = 1

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> FindingFilter:
        """Return what the fields of a form or address ask for; nonsense asks for nothing."""
        page = form.get("seite", "1")
        return cls(
            form.get("art", "") if form.get("art", "") in SEVERITIES else "",
            form.get("blatt", ""),
            form.get("suche", "").strip()[:200],
            max(int(page), 1) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,
        )

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.severity or self.sheet or self.words)


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings that say the same of the same value.

    Attributes
    ----------
    first
        The one that is shown.
    count
        How many rows they are about.
    rows
        The first rows of the sheet of the first one, :data:`ROWS_NAMED` at most.
    places
        On how many sheets they are.
    """

    first: Finding
    count: int
    rows: tuple[int, ...]
    places: int

    @property
    def further(self) -> int:
        """How many rows are not named."""
        return max(0, self.count - len(self.rows)) if self.rows else 0


@dataclass(frozen=True, slots=True)
class FilteredFindings:
    """The groups of one page.

    Attributes
    ----------
    groups
        The gravest first, of these the ones with most rows.
    matching
        How many there are on all pages.
    page, pages
        Which page this is, of how many.
    severities, sheets
        What may be asked for, each with the number of groups in all.
    """

    groups: list[FindingGroup]
    matching: int
    page: int
    pages: int
    severities: list[tuple[str, str, int]]
    sheets: list[tuple[str, int]]


def group_findings(findings: Iterable[Finding]) -> list[FindingGroup]:
    """Return findings in groups, in the order in which each kind of finding and value comes first.

    A group has one code and message; spellings of a value that differ in case or blanks alone are one value.
    """
    together: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        key = (one.severity.value, one.code, one.column, _same(one.value), one.message)
        together.setdefault(key, []).append(one)
    return [_group(group) for group in together.values()]


def severities(groups: Iterable[FindingGroup]) -> dict[Severity, int]:
    """Return how many groups there are of each severity."""
    counts = Counter(group.first.severity for group in groups)
    return {severity: counts[severity] for severity in Severity}


def filter_findings(findings: Sequence[Finding], request: FindingFilter) -> FilteredFindings:
    """Return the page wanted; the last one where there are fewer."""
    order = list(Severity)
    words = fold(request.words).split()
    everything = group_findings(findings)
    chosen = (one for one in findings if _fits(one, request, words))
    matching = list(everything) if request.everything else group_findings(chosen)
    matching.sort(key=lambda group: (order.index(group.first.severity), -group.count))
    pages = max(1, -(-len(matching) // PAGE))
    page = min(request.page, pages)
    counts = severities(everything)
    sheets = Counter(group.first.sheet for group in everything if group.first.sheet)
    return FilteredFindings(
        matching[(page - 1) * PAGE : page * PAGE],
        len(matching),
        page,
        pages,
        [(key, severity.value, counts[severity]) for key, severity in SEVERITIES.items()],
        sorted(sheets.items()),
    )


@lru_cache(maxsize=10_000)
def _same(value: str) -> str:
    """Return what spellings of a word have in common; of anything without letters every sign counts."""
    return fold(value) if any(sign.isalpha() for sign in value) else value


def _group(findings: Sequence[Finding]) -> FindingGroup:
    first = findings[0]
    places = dict.fromkeys((one.file, one.sheet) for one in findings)
    here = [one for one in findings if (one.file, one.sheet) == (first.file, first.sheet) and one.row]
    rows = sorted({row for one in here for row in one.rows or (one.row,)})
    return FindingGroup(first, sum(one.count for one in findings), tuple(rows[:ROWS_NAMED]), len(places))


def _fits(finding: Finding, request: FindingFilter, words: list[str]) -> bool:
    if request.severity and finding.severity is not SEVERITIES[request.severity]:
        return False
    if request.sheet and finding.sheet != request.sheet:
        return False
    if not words:
        return True
    row = " ".join(f"Zeile {row}" for row in finding.rows or (finding.row,) if row)
    column = f"Spalte {finding.letter}: {finding.column}" if finding.letter else finding.column
    text = fold(f"{finding.file} {finding.sheet} {row} {column} {finding.value} {finding.message} {finding.repair}")
    return all(word in text for word in words)
