"""How performed interventions of a delivery change the stored ones (``docs/adr/0016``).

A rule of one day: the acts of a day depend on those of that day alone. So some days can be folded without the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import product
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from pebem.history.contents import WIDTH, month_of, months_of, occurrence, unpack
from pebem.history.wards import WardHistory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

Contents: TypeAlias = "NDArray[np.bytes_]"
Pairing: TypeAlias = Literal["none", "sure", "similar"]

NOTHING: Final = np.empty(0, f"S{WIDTH}")


@dataclass(frozen=True)
class CompletenessScope:
    """What an upload is complete for: days (counted as contents do) and wards.

    Attributes
    ----------
    wards
        Numbers of their labels; None = all wards, and rows without one.
    open_days
        Days in between for which it is not complete after all: a row of that day could not be read.
    """

    first: int
    last: int
    wards: frozenset[int] | None = None
    open_days: frozenset[int] = frozenset()

    def covers(self, contents: Contents, lived_in: WardHistory) -> NDArray[np.bool_]:
        """Return which rows lie in it; a row without ward belongs to the ward its resident lives in on that day."""
        row = unpack(contents.tobytes())
        day = row["day"].astype(np.int64)
        inside = (day >= self.first) & (day <= self.last) & ~np.isin(day, sorted(self.open_days))
        if self.wards is None:
            return np.asarray(inside)
        ward = row["ward"].astype(np.int64)
        ward = np.where(ward > 0, ward, lived_in.at(row["resident_id"].astype(np.int64), day))
        return np.asarray(inside & np.isin(ward, sorted(self.wards)))


@dataclass(frozen=True)
class ApplyRule:
    """How an upload is applied.

    Attributes
    ----------
    pairing
        Which rows that differ replace stored ones: "none", those that are "sure" corrections, or the "similar" too.
    scope
        What the upload is complete for: stored rows there that it does not have are removed.
    """

    pairing: Pairing = "sure"
    scope: CompletenessScope | None = None


@dataclass(frozen=True)
class ActChanges:
    """Changes to the stored rows by a delivery; all contents are in order, pairs side by side.

    Attributes
    ----------
    unchanged
        How many rows of the delivery are stored already.
    new
        Rows of the delivery that replace none.
    before, after
        Rows that are replaced, and what replaces them; each of shape (n,).
    alike_before, alike_after
        Rows that may be the same act and stay both; the latter are among ``new``.
    missing
        Stored rows that are removed because the upload is complete and does not have them.
    """

    unchanged: int
    new: Contents
    before: Contents
    after: Contents
    alike_before: Contents
    alike_after: Contents
    missing: Contents

    @cached_property
    def removed(self) -> Contents:
        """All stored rows that are removed, in order."""
        return np.sort(np.concatenate([self.before, self.missing]))

    @cached_property
    def added(self) -> Contents:
        """All rows that are added, in order."""
        return np.sort(np.concatenate([self.new, self.after]))


def compare(stored: Contents, incoming: Contents, rule: ApplyRule, lived_in: WardHistory | None = None) -> ActChanges:
    """Return how applying a delivery changes what is stored.

    Parameters
    ----------
    stored, incoming
        Contents of rows, in order; equal ones as often as there are.
    """
    old, new = surplus(stored, incoming), surplus(incoming, stored)
    unchanged = len(incoming) - len(new)
    before = after = alike_before = alike_after = NOTHING
    if rule.pairing != "none":
        old, new, before, after = _paired(old, new, _SURE)
        rest_old, _, alike_before, alike_after = _paired(old, new, _SIMILAR)
        if rule.pairing == "similar":
            old, new = rest_old, surplus(new, np.sort(alike_after))
            before, after = np.concatenate([before, alike_before]), np.concatenate([after, alike_after])
            alike_before = alike_after = NOTHING
    missing = old[rule.scope.covers(old, lived_in or WardHistory())] if rule.scope else NOTHING
    if len(missing) and len(alike_before):
        stays = surplus_mask(alike_before, missing)
        alike_before, alike_after = alike_before[stays], alike_after[stays]
    return ActChanges(unchanged, new, before, after, alike_before, alike_after, missing)


def apply_acts(stored: Contents, incoming: Contents, rule: ApplyRule, lived_in: WardHistory | None = None) -> Contents:
    """Return what is stored after a delivery was applied, in order."""
    changes = compare(stored, incoming, rule, lived_in)
    return np.sort(np.concatenate([surplus(stored, changes.removed), changes.added]))


def fold_files(files: Sequence[Contents], pairing: Pairing) -> Contents:
    """Return the rows of the files of one upload folded onto each other, in order."""
    return reduce(lambda stored, given: apply_acts(stored, given, ApplyRule(pairing)), files, NOTHING)


def surplus(contents: Contents, counterpart: Contents) -> Contents:
    """Return the rows that have no partner among others: what is there n times more often stays n times."""
    return contents[surplus_mask(contents, counterpart)] if len(contents) else contents


def surplus_mask(contents: Contents, counterpart: Contents) -> NDArray[np.bool_]:
    """Return which rows have no partner among others, shape of ``contents``."""
    _, code = np.unique(np.concatenate([contents, counterpart]), return_inverse=True)
    mine, theirs = code[: len(contents)], code[len(contents) :]
    count = np.bincount(theirs, minlength=int(code.max(initial=-1)) + 1)
    order = np.argsort(mine, kind="stable")
    nth = np.empty(len(mine), np.int64)
    nth[order] = occurrence(mine[order])
    return np.asarray(nth >= count[mine])


def in_months(contents: Contents, months: Iterable[int]) -> Contents:
    """Return those of some months (counted from January 1970), in order."""
    month_numbers = set(months)
    return np.concatenate([NOTHING, *(part for part in months_of(contents) if month_of(part) in month_numbers)])


@dataclass(frozen=True)
class _Likeness:
    """One way in which two rows can describe the same act.

    Attributes
    ----------
    equal
        What is equal, besides day, resident and intervention.
    old_given, new_given, old_blank, new_blank
        What the stored row has, what the given row has, and what they do not have.
    resident
        Whether only work for a resident is meant.
    """

    equal: tuple[str, ...] = ()
    old_given: tuple[str, ...] = ()
    new_given: tuple[str, ...] = ()
    old_blank: tuple[str, ...] = ()
    new_blank: tuple[str, ...] = ()
    resident: bool = False

    def __and__(self, other: _Likeness) -> _Likeness:
        return _Likeness(
            self.equal + other.equal,
            self.old_given + other.old_given,
            self.new_given + other.new_given,
            self.old_blank + other.old_blank,
            self.new_blank + other.new_blank,
            self.resident or other.resident,
        )


_TIMED: Final = _Likeness(equal=("minute",), old_given=("minute",), new_given=("minute",))
_TIMES: Final = (
    _TIMED,
    _Likeness(equal=("shift",), old_blank=("minute",), new_blank=("minute",)),
    _Likeness(old_blank=("minute", "shift"), new_blank=("minute",)),
    _Likeness(old_blank=("minute",), new_blank=("minute", "shift")),
    _Likeness(old_blank=("minute",), new_given=("minute",)),
    _Likeness(old_given=("minute",), new_blank=("minute",)),
)
_SAME_STAFF, _STAFF_ADDED = _Likeness(equal=("staff_id",)), _Likeness(old_blank=("staff_id",))
_STAFF: Final = (_SAME_STAFF, _STAFF_ADDED, _Likeness(new_blank=("staff_id",)), _Likeness(resident=True))
_WARDS: Final = (_Likeness(equal=("ward",)), _Likeness(old_blank=("ward",)), _Likeness(new_blank=("ward",)))

_SURE: Final = tuple(_TIMED & staff & ward for staff, ward in product((_SAME_STAFF, _STAFF_ADDED), _WARDS))
_SIMILAR: Final = tuple(time & staff & ward for time, staff, ward in product(_TIMES, _STAFF, _WARDS))
_ALWAYS_EQUAL: Final = ("day", "resident_id", "intervention")


@dataclass(frozen=True)
class _Rows:
    """Rows not paired yet, with their numbers."""

    contents: Contents
    row: dict[str, NDArray[np.uint32]] = field(repr=False)

    @classmethod
    def of(cls, contents: Contents) -> _Rows:
        return cls(contents, unpack(contents.tobytes()))

    def __getitem__(self, chosen: NDArray[np.bool_]) -> _Rows:
        return _Rows(self.contents[chosen], {name: column[chosen] for name, column in self.row.items()})

    def keys(self, names: Sequence[str], chosen: NDArray[np.intp]) -> NDArray[np.bytes_]:
        parts = np.stack([self.row[name][chosen] for name in names], axis=1)
        return np.ascontiguousarray(parts, ">u4").view(f"S{4 * len(names)}").reshape(-1)

    def matching(self, likeness: _Likeness, filled: tuple[str, ...], blank: tuple[str, ...]) -> NDArray[np.intp]:
        mask = np.ones(len(self.contents), bool)
        for name in filled:
            mask &= self.row[name] > 0
        for name in blank:
            mask &= self.row[name] == 0
        if likeness.resident:
            mask &= self.row["resident_id"] > 0
        return np.flatnonzero(mask)


def _paired(old: Contents, new: Contents, ways: Sequence[_Likeness]) -> tuple[Contents, Contents, Contents, Contents]:
    """Pair rows one to one, the closest first; return what is left of both sides, and the pairs side by side."""
    rest = _Rows.of(old), _Rows.of(new)
    # Most days of a delivery are new: only rows of a resident, intervention and day that both have can be pairs.
    everything = tuple(np.arange(len(side.contents)) for side in rest)
    keys = [side.keys(_ALWAYS_EQUAL, chosen) for side, chosen in zip(rest, everything, strict=True)]
    meeting = np.isin(keys[0], keys[1]), np.isin(keys[1], keys[0])
    elsewhere = tuple(side.contents[~mask] for side, mask in zip(rest, meeting, strict=True))
    mine, theirs = (side[mask] for side, mask in zip(rest, meeting, strict=True))
    before, after = [NOTHING], [NOTHING]
    for likeness in ways:
        if not len(mine.contents) or not len(theirs.contents):
            break
        i, j = _pairs(mine, theirs, likeness)
        if len(i):
            before.append(mine.contents[i])
            after.append(theirs.contents[j])
            mine, theirs = mine[_without(mine, i)], theirs[_without(theirs, j)]
    return (
        np.sort(np.concatenate([elsewhere[0], mine.contents])),
        np.sort(np.concatenate([elsewhere[1], theirs.contents])),
        np.concatenate(before),
        np.concatenate(after),
    )


def _pairs(old: _Rows, new: _Rows, likeness: _Likeness) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the places of rows that are alike in one way: the first with the first."""
    mine = old.matching(likeness, likeness.old_given, likeness.old_blank)
    theirs = new.matching(likeness, likeness.new_given, likeness.new_blank)
    if not len(mine) or not len(theirs):
        return mine[:0], theirs[:0]
    names = (*_ALWAYS_EQUAL, *likeness.equal)
    _, code = np.unique(np.concatenate([old.keys(names, mine), new.keys(names, theirs)]), return_inverse=True)
    was, now = _numbered(code[: len(mine)]), _numbered(code[len(mine) :])
    _, i, j = np.intersect1d(was, now, assume_unique=True, return_indices=True)
    return mine[i], theirs[j]


def _without(rows: _Rows, places: NDArray[np.intp]) -> NDArray[np.bool_]:
    mask = np.ones(len(rows.contents), bool)
    mask[places] = False
    return mask


def _numbered(code: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return numbers that identify the n-th row of a key, the same on both sides."""
    order = np.argsort(code, kind="stable")
    nth = np.empty(len(code), np.int64)
    nth[order] = occurrence(code[order])
    return code.astype(np.int64) * 2**31 + nth
