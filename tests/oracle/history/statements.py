"""Folding what uploads state about persons: dated, undated, in parts, complete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from . import assessments
from .records import ALWAYS, Applied, Assessed, File, Statements

UNSTATED = "?"
"""Role or certificates of a list that does not have the column."""


@dataclass(frozen=True)
class _Said:
    """A statement of a file before its first day is settled; ``about`` is the person, and the criterion."""

    kind: str
    about: tuple[str, ...]
    day: dt.date | None
    value: object
    last: dt.date | None = None


def statements_of(uploads: Sequence[Applied]) -> Statements:
    """Return what is stated after some uploads, in order; their persons are resolved.

    Raises
    ------
    AmbiguousError
        Where the rule does not say what an assessment without a day belongs to.
    """
    found = Statements()
    days = {one.name: covers(one, uploads[:number]) for number, one in enumerate(uploads)}
    uploads = _with_repairs(uploads)
    said = [
        (cover, [row for row in _said(file) if not _dropped(row, uploads[number + 1 :])])
        for number, one in enumerate(uploads)
        for file, cover in zip(one.files, days[one.name], strict=True)
    ]
    ends: dict[tuple, dt.date] = {}
    for place in range(len(said)):
        _fold(found, place, said, ends)
    _fold_assessments(found, said)
    for key in sorted(found.levels):
        found.levels[key] = _filled(found.levels, key)
    return found


def covers(one: Applied, before: Sequence[Applied]) -> list[dt.date]:
    """Return from when on the undated statements of each file of an upload hold, unless they hold since always."""
    if one.choice.always:
        return [ALWAYS] * len(one.files)
    days = [day for day in (file.first_day() for file in one.files) if day is not None]
    acts = [act.day for other in before for file in other.files for act in file.acts]
    after = max(acts) + dt.timedelta(1) if acts else ALWAYS
    if one.repairs is not None:  # its upload is not there any more: where its days were is not known
        return [after] * len(one.files)
    other = min(days) if days else one.choice.since or after
    return [file.first_day() or other for file in one.files]


def _with_repairs(uploads: Sequence[Applied]) -> list[Applied]:
    """Return the uploads, repaired rows as further ones of the last file of theirs."""
    found = {one.name: one for one in uploads}
    belongs = {one.name: one.repairs for one in uploads if one.repairs in found}
    for one in uploads:
        name = one.name
        while name in belongs:
            name = belongs[name]  # type: ignore[assignment]
        if name == one.name:
            continue
        upload = found[name]
        last = upload.files[-1]
        rows = {part: _joined(getattr(last, part), *(getattr(file, part) for file in one.files)) for part in _ROWS}
        found[name] = replace(
            upload,
            files=(
                *upload.files[:-1],
                replace(last, **rows, without=last.without if last.levels else one.files[0].without),
            ),
        )
        del found[one.name]
    return list(found.values())


_ROWS = ("lives", "assessed", "unstable", "grades", "levels")


def _joined(*parts: tuple | None) -> tuple | None:
    given = [part for part in parts if part is not None]
    return tuple(row for part in given for row in part) if given else None


def known(uploads: Iterable[Applied]) -> tuple[set[str], set[str]]:
    """Return the residents and employees of the lists of some uploads."""
    files = [file for one in uploads for file in one.files]
    return (
        {row.resident for file in files for row in file.lives or ()},
        {row.employee for file in files for row in file.levels or ()},
    )


def _said(file: File) -> list[_Said]:
    """Return the statements of a file; of several with one key the last."""
    rows = [_Said("assessed", (row.resident,), row.day, row) for row in file.assessed]
    rows += [_Said("unstable", (row.resident, row.criterion), row.first, row.last, row.last) for row in file.unstable]
    rows += [_Said("grades", (row.resident,), row.first, row.grade) for row in file.grades]
    rows += [
        _Said(
            "levels",
            (row.employee,),
            row.first,
            (
                row.qn,
                row.role if row.role is not None or "role" not in file.without else UNSTATED,
                row.certificates if row.certificates or "certificates" not in file.without else UNSTATED,
                row.last,
            ),
            row.last,
        )
        for row in file.levels or ()
    ]
    for row in file.lives or ():
        if row.ward is not None:
            rows.append(_Said("wards", (row.resident,), None, row.ward))
        if row.moved_in is not None or row.moved_out is not None:
            rows.append(_Said("stays", (row.resident,), row.moved_in, row.moved_out, row.moved_out))
    return list({(row.kind, row.about, row.day): row for row in rows}.values())


def _fold(found: Statements, place: int, said: list[tuple[dt.date, list[_Said]]], ends: dict[tuple, dt.date]) -> None:
    """Fold the statements of a delivery but its assessments; ``ends`` are the covers of who told a last day."""
    cover, own = said[place]
    for row in own:
        first = None if row.kind == "assessed" else _first_day(row, place, said)
        if first is None:
            continue
        stored, key = getattr(found, row.kind), (*row.about, first)
        value = row.value
        if row.kind == "levels":
            value = _stated(value, stored.get(key, value))  # type: ignore[arg-type]
        if row.kind not in {"wards", "grades"}:  # they have no last day
            if row.last is None and ends.get((row.kind, key), ALWAYS) > cover:
                last = stored[key][-1] if row.kind == "levels" else stored[key]
                value = (*value[:-1], last) if row.kind == "levels" else last  # type: ignore[index]
            else:
                ends[row.kind, key] = ALWAYS if row.last is None else cover
        stored[key] = value


def _fold_assessments(found: Statements, said: list[tuple[dt.date, list[_Said]]]) -> None:
    for who in {row.about[0] for _, own in said for row in own if row.kind == "assessed"}:
        told = [
            (cover, place, [row.value for row in own if isinstance(row.value, Assessed) and row.about[0] == who])
            for place, (cover, own) in enumerate(said)
        ]
        placed = assessments.fold([one for one in told if one[2]])
        found.assessed |= {(who, first): value for first, value in placed.items()}


def _first_day(row: _Said, place: int, said: list[tuple[dt.date, list[_Said]]]) -> dt.date | None:
    """Return from when on a statement holds, None = it yields to one that is dated."""
    if row.day is not None:
        return row.day
    cover, own = said[place]

    def alike(rows: list[_Said]) -> list[_Said]:
        return [other for other in rows if (other.kind, other.about) == (row.kind, row.about)]

    if any(other.day for other in alike(own)) or not any(
        alike(rows)
        for number, (other, rows) in enumerate(said)
        if other < cover and (other != ALWAYS or number < place)  # since always: earlier for what comes after it
    ):
        return ALWAYS
    later = [rows for number, (other, rows) in enumerate(said) if (other, number) > (cover, place)]
    dated = [other for rows in later for other in alike(rows) if other.day is not None]
    yields = any(other.day <= cover and (other.last is None or other.last >= cover) for other in dated if other.day)
    return None if yields else cover


def _filled(levels: dict[tuple[str, dt.date], tuple], key: tuple[str, dt.date]) -> tuple:
    """Return a level with what nobody stated for its day: as in the level that begins last before it."""
    earlier = [day for who, day in levels if who == key[0] and day < key[1]]
    return _stated(levels[key], levels[key[0], max(earlier)] if earlier else (0, None, "", None))


def _stated(value: tuple, other: tuple) -> tuple:
    qn, role, certificates, last = value
    return qn, other[1] if role == UNSTATED else role, other[2] if certificates == UNSTATED else certificates, last


def _dropped(row: _Said, later: Sequence[Applied]) -> bool:
    """Return whether a later upload is complete for the person of a statement, and so says that it never was."""
    for one in later:
        rows = [other for file in one.files for other in getattr(file, row.kind, None) or ()]
        if not one.choice.persons_complete or row.kind not in {"assessed", "unstable", "grades", "levels"} or not rows:
            continue
        lives = {other.resident for file in one.files for other in file.lives or ()}
        persons = {other.employee for other in rows} if row.kind == "levels" else lives | {o.resident for o in rows}
        if row.about[0] in persons:
            return True
    return False
