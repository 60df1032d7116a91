"""What deliveries state about people, kept by key: the history of each person (``docs/adr/0016``).

An assessment is keyed by resident and day, an instability by resident, criterion and first day, a level by employee and
first day, a ward and a granted Pflegegrad by resident and first day, a stay by resident and day of moving in. A later
delivery adds other keys and replaces the same key; what is blank states nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pebem import contracts
from pebem.history.assessment_parts import AssessmentValue, completed
from pebem.history.frames import records, typed
from rules.vocabulary import ASSESSMENT_CELLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

WARDS: Final = {"resident": "text", "ward": "text", "start": "day"}
STAYS: Final = {"resident": "text", "start": "day", "end": "day"}
ASSESSMENT_COLUMNS: Final = contracts.ASSESSMENTS | dict.fromkeys(ASSESSMENT_CELLS, "int")

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
        First day the file has data of; statements without a first day of their own hold from then on.
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
    """What holds, from the first delivery to the last.

    Attributes
    ----------
    residents, assessments, instability, staff, grades
        Frames as in :mod:`pebem.contracts`. A resident has one row: the ward that began last, the first day of the
        first stay (NaT where that is not known) and the last day of the last.
    wards, stays
        Frames with the columns ``WARDS`` and ``STAYS``: of a person's rows the one that began last holds on a day,
        NaT = since always.
    """

    residents: pd.DataFrame
    assessments: pd.DataFrame
    instability: pd.DataFrame
    staff: pd.DataFrame
    wards: pd.DataFrame
    stays: pd.DataFrame
    grades: pd.DataFrame = field(default_factory=lambda: contracts.empty(contracts.GRADES))


@dataclass(frozen=True, slots=True)
class StatedLevel:
    """What an employee brings; None = not stated."""

    qn: int
    role: str | None
    certificates: str | None
    role_stated: bool = True


@dataclass(slots=True)
class Entry:
    """One statement.

    Attributes
    ----------
    first, last
        Days it states itself; None = none.
    cover, order
        Cover and number of its delivery.
    value
        What it states, by its kind.
    told
        How late it was told: by the days its delivery is about, then by the order of deliveries.
    """

    first: date | None
    last: date | None
    cover: date | None
    order: int
    value: Any = None
    told: tuple[date, int] = (date.min, 0)


_NEVER: Final = 2**63

History = dict[tuple[str, str, str], list[Entry]]
"""Kind, person and criterion ("" for all kinds but instability) -> statements in order of their deliveries."""


def fold(uploads: Sequence[UploadStatements]) -> Statements:
    """Return what holds after some uploads, in their order."""
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
            for kind, person, criterion, entry in _entries(delivery, order):
                entries = history.setdefault((kind, person, criterion), [])
                if kind == ASSESSMENT:
                    entry = _with_older_parts(entries, entry)  # noqa: PLW2901
                entries.append(entry)
    return history, named


def place(entries: Sequence[Entry]) -> list[tuple[date | None, Entry]]:
    """Return the first day (None = since always) and the statement for each key, in the order of the days."""
    dated = {entry.order for entry in entries if entry.first}
    covers = [entry.cover for entry in entries if entry.cover]
    earliest = min(covers, default=date.max)
    always_from = min((entry.order for entry in entries if entry.cover is None), default=_NEVER)
    placed: dict[date, Entry] = {}
    for entry in entries:
        start = entry.first
        # What is said to hold since always is earlier for what comes after it, and replaces what came before.
        if (
            start is None
            and entry.order not in dated
            and entry.cover is not None
            and (entry.cover > earliest or entry.order > always_from)
        ):
            start = entry.cover
            if any(_overrules(other, entry, start) for other in entries):
                continue
        replaced = placed.get(start or date.min)
        if isinstance(entry.value, StatedLevel):
            entry = _inherited(entry, replaced)  # noqa: PLW2901
        if entry.last is None and replaced is not None and replaced.last and replaced.told > entry.told:
            # Told by the other: a third one from in between does not know of it either.
            entry = replace(entry, last=replaced.last, told=replaced.told)  # noqa: PLW2901
        placed[start or date.min] = entry
    return [(start if start > date.min else None, placed[start]) for start in sorted(placed)]


def _overrules(other: Entry, entry: Entry, start: date) -> bool:
    """Return whether a statement with a day of its own was told later and holds on the first day of an undated one."""
    if other.first is None or other.told <= entry.told:
        return False
    return other.first <= start and (other.last is None or other.last >= start)


def _inherited(entry: Entry, before: Entry | None) -> Entry:
    """Return a level with what its delivery has no column for, taken from another one."""
    level: StatedLevel = entry.value
    if before is None or (level.role_stated and level.certificates is not None):
        return entry
    known: StatedLevel = before.value
    role = (level.role, True) if level.role_stated else (known.role, known.role_stated)
    certificates = known.certificates if level.certificates is None else level.certificates
    return replace(entry, value=StatedLevel(level.qn, role[0], certificates, role[1]))


def _withdraw(history: History, upload: UploadStatements) -> None:
    """Drop what is known of the persons of an upload that has all there is of them, kind by kind."""
    stated = [(kind, person) for delivery in upload.deliveries for kind, person, *_ in _entries(delivery, 0)]
    listed = {str(person) for delivery in upload.deliveries for person in delivery.residents["resident"]}
    for kind in COMPLETE_KINDS:
        persons = {person for of, person in stated if of == kind}
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
    told = (cover, entry.order) if whole.first is None else max(whole.told, entry.told) if entry.first else whole.told
    return Entry(whole.first, None, cover if cover > date.min else None, entry.order, value, told)


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
        stated = role is not None or "role" not in delivery.unstated
        brings = None if "certificates" in delivery.unstated and not certificates else certificates or ""
        yield LEVEL, staff, "", entry(start, end, StatedLevel(qn, role, brings, stated))


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
                    before = _inherited(entry, before)
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
