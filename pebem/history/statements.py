"""What deliveries state about people, by key: the history of each person (``docs/adr/0016``).

An assessment is keyed by resident and day, an instability by resident, criterion and first day, a level by employee and
first day, a ward and a granted Pflegegrad by resident and first day, a stay by resident and day of moving in. A later
delivery adds other keys and replaces the same key; what is blank states nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pebem import contracts
from pebem.history.assessment_parts import AssessmentValue, completed
from pebem.history.frames import records, typed
from pebem.history.placing import Entry, StatedLevel, inherited, place
from rules.vocabulary import ASSESSMENT_CELLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

WARDS: Final = {"resident": "text", "ward": "text", "start": "day"}
STAYS: Final = {"resident": "text", "start": "day", "end": "day"}
ASSESSMENT_COLUMNS: Final = contracts.ASSESSMENTS | dict.fromkeys(ASSESSMENT_CELLS, "int")

FRAMES: Final = ("residents", "assessments", "instability", "grades", "staff")
"""Frames of a delivery, by the names :class:`pebem.contracts.Tables` has for them."""

ASSESSMENT, INSTABILITY, LEVEL, WARD, STAY = "assessment", "instability", "level", "ward", "stay"
GRADE: Final = "grade"
COMPLETE_KINDS: Final = (ASSESSMENT, INSTABILITY, GRADE, LEVEL)
"""Kinds of statements of which an upload may say that it has all there are of its persons."""


@dataclass(frozen=True)
class Delivery:
    """What one file states about people.

    Attributes
    ----------
    residents, assessments, instability, staff, grades
        Frames as in :mod:`pebem.contracts`; several rows of a resident are several statements.
    cover
        First day the file has data of; statements without a first day of their own apply from then on.
        None = since always.
    unstated
        Columns of ``staff`` the file does not have ("role", "certificates"): it states nothing of them.
    """

    residents: pd.DataFrame = field(default_factory=lambda: contracts.empty(contracts.RESIDENTS))
    assessments: pd.DataFrame = field(default_factory=lambda: contracts.empty(ASSESSMENT_COLUMNS))
    instability: pd.DataFrame = field(default_factory=lambda: contracts.empty(contracts.INSTABILITY))
    staff: pd.DataFrame = field(default_factory=lambda: contracts.empty(contracts.STAFF))
    cover: date | None = None
    unstated: frozenset[str] = frozenset()
    grades: pd.DataFrame = field(default_factory=lambda: contracts.empty(contracts.GRADES))


@dataclass(frozen=True)
class UploadStatements:
    """What the files of one upload state, in order, and whether that is all there is of its persons."""

    deliveries: tuple[Delivery, ...]
    persons_complete: bool = False


@dataclass(frozen=True)
class Statements:
    """What applies after all deliveries, from the first to the last.

    Attributes
    ----------
    residents, assessments, instability, staff, grades
        Frames as in :mod:`pebem.contracts`. A resident has one row: the ward that began last, the first day of the
        first stay (NaT where that is not known) and the last day of the last.
    wards, stays
        Frames with the columns ``WARDS`` and ``STAYS``: of a person's rows the one that began last applies on a day,
        NaT = since always.
    """

    residents: pd.DataFrame
    assessments: pd.DataFrame
    instability: pd.DataFrame
    staff: pd.DataFrame
    wards: pd.DataFrame
    stays: pd.DataFrame
    grades: pd.DataFrame = field(default_factory=lambda: contracts.empty(contracts.GRADES))


History = dict[tuple[str, str, str], list[Entry]]
"""Kind, person and criterion ("" for all kinds but instability) -> statements in order of their deliveries."""


def fold(uploads: Sequence[UploadStatements]) -> Statements:
    """Return what applies after some uploads, in their order."""
    history, named = collect(uploads)
    placed = {key: place(entries) for key, entries in history.items()}
    return _statements(placed, named)


def collect(uploads: Sequence[UploadStatements]) -> tuple[History, dict[str, None]]:
    """Return all statements that are not withdrawn or replaced by more of the same assessment, and all residents."""
    history: History = {}
    named: dict[str, None] = {}
    order = 0
    for upload in uploads:
        if upload.persons_complete:
            _withdraw(history, upload)
        for delivery in upload.deliveries:
            order += 1
            named.update(dict.fromkeys(delivery.residents["resident"]))
            # Of several with one key in one file the last counts, before it completes statements of other files.
            by_key = {
                (kind, person, criterion, entry.first): entry
                for kind, person, criterion, entry in _entries(delivery, order)
            }
            for (kind, person, criterion, _), entry in by_key.items():
                entries = history.setdefault((kind, person, criterion), [])
                if kind == ASSESSMENT:
                    entry = _with_older_parts(entries, entry)  # noqa: PLW2901
                entries.append(entry)
    return history, named


def _withdraw(history: History, upload: UploadStatements) -> None:
    """Drop what is known of the persons of an upload that has all there is of them, kind by kind."""
    mentions = [(kind, person) for delivery in upload.deliveries for kind, person, *_ in _entries(delivery, 0)]
    listed = {str(person) for delivery in upload.deliveries for person in delivery.residents["resident"]}
    for kind in COMPLETE_KINDS:
        persons = {person for own_kind, person in mentions if own_kind == kind}
        if persons and kind != LEVEL:
            persons |= listed
        for key in [key for key in history if key[0] == kind and key[1] in persons]:
            del history[key]


def _with_older_parts(entries: list[Entry], entry: Entry) -> Entry:
    """Return an assessment filled from the stored one it is another part of, which then leaves ``entries``."""
    if entry.first is not None:
        whole = next((other for other in reversed(entries) if other.first == entry.first), None)
    else:
        placed = place(entries) if entries else []
        always = [other for start, other in placed if start is None]
        whole = always[0] if always else placed[0][1] if len(placed) == 1 else None
    if whole is None or whole.order == entry.order:
        return entry
    value = completed(whole.value, entry.value)
    if value is None:
        return entry
    entries[:] = [other for other in entries if other is not whole]
    cover = min(whole.cover or date.min, entry.cover or date.min)
    if whole.first is None:
        stated_at = cover, entry.order
    else:
        stated_at = max(whole.stated_at, entry.stated_at) if entry.first else whole.stated_at
    return Entry(whole.first, None, cover if cover > date.min else None, entry.order, value, stated_at, whole.stated_by)


def _entries(delivery: Delivery, order: int) -> Iterable[tuple[str, str, str, Entry]]:
    """Yield kind, person, criterion and statement of each row."""
    cover = delivery.cover

    def entry(first: date | None, last: date | None, value: Any) -> Entry:
        return Entry(first, last, cover, order, value, (cover or date.min, order))

    for resident, ward, moved_in, moved_out in records(delivery.residents, contracts.RESIDENTS):
        if ward is not None:
            yield WARD, resident, "", entry(None, None, ward)
        if moved_in is not None or moved_out is not None:
            yield STAY, resident, "", entry(moved_in, moved_out, None)
    values = AssessmentValue.of_frame(delivery.assessments)
    for (resident, day, *_), value in zip(records(delivery.assessments, contracts.ASSESSMENTS), values, strict=True):
        yield ASSESSMENT, resident, "", entry(day, None, value)
    for resident, criterion, start, end in records(delivery.instability, contracts.INSTABILITY):
        yield INSTABILITY, resident, criterion, entry(start, end, None)
    for resident, grade, start in records(delivery.grades, contracts.GRADES):
        yield GRADE, resident, "", entry(start, None, grade)
    for staff, qn, role, certificates, start, end in records(delivery.staff, contracts.STAFF):
        role_stated = role is not None or "role" not in delivery.unstated
        brings = None if "certificates" in delivery.unstated and not certificates else certificates or ""
        yield LEVEL, staff, "", entry(start, end, StatedLevel(qn, role, brings, role_stated))


_Placed = dict[tuple[str, str, str], list[tuple[date | None, Entry]]]


def _statements(placed: _Placed, named: Iterable[str]) -> Statements:
    rows: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in (INSTABILITY, GRADE, LEVEL, WARD, STAY)}
    assessed: list[tuple[str, date | None, AssessmentValue]] = []
    wards: dict[str, str] = {}
    stays: dict[str, tuple[date | None, date | None]] = {}
    for (kind, person, criterion), statements in placed.items():
        before: Entry | None = None
        for start, entry in statements:
            match kind:
                case "ward":
                    rows[WARD].append((person, entry.value, start))
                    wards[person] = entry.value
                case "stay":
                    rows[STAY].append((person, start, entry.last))
                    stays[person] = (stays[person][0] if person in stays else start, entry.last)
                case "assessment":
                    assessed.append((person, start, entry.value))
                case "instability":
                    rows[INSTABILITY].append((person, criterion, start, entry.last))
                case "grade":
                    rows[GRADE].append((person, entry.value, start))
                case _:
                    before = inherited(entry, before)
                    level: StatedLevel = before.value
                    rows[LEVEL].append((person, level.qn, level.role, level.certificates or "", start, entry.last))
    people = [(one, wards.get(one), *stays.get(one, (None, None))) for one in named]
    return Statements(
        residents=typed(people, contracts.RESIDENTS),
        assessments=AssessmentValue.to_frame(assessed),
        instability=typed(rows[INSTABILITY], contracts.INSTABILITY),
        grades=typed(rows[GRADE], contracts.GRADES),
        staff=typed(rows[LEVEL], contracts.STAFF),
        wards=typed(rows[WARD], WARDS),
        stays=typed(rows[STAY], STAYS),
    )
