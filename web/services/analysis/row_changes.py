"""How an upload differs from what is stored: row by row, by content and by natural key (``docs/adr/0016``).

A rule of one day: the rows stored for a day depend on the rows of that day alone. So some days can be recomputed
without the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from web.store.work.row_bytes import WIDTH, month_of, months_of, occurrence, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray


Contents: TypeAlias = "NDArray[np.bytes_]"

NOTHING: Final = np.empty(0, f"S{WIDTH}")

_MINUTES_A_DAY: Final = 1440


@dataclass(frozen=True)
class CompletenessScope:
    """What an upload is complete for: days (counted as contents do) and wards.

    Attributes
    ----------
    wards
        Numbers of their labels; None = all wards, and rows without one.
    residents
        Row ids of those who live there: a row without ward belongs to the ward of its resident.
    """

    first: int
    last: int
    wards: frozenset[int] | None = None
    residents: frozenset[int] = frozenset()

    def holds(self, contents: Contents) -> NDArray[np.bool_]:
        """Return which rows lie in it."""
        row = unpack(contents.tobytes())
        found = (row["day"] >= self.first) & (row["day"] <= self.last)
        if self.wards is None:
            return np.asarray(found)
        own, lives = (np.array(sorted(one), np.uint32) for one in (self.wards, self.residents))
        there = (row["ward"] == 0) & np.isin(row["resident_id"], lives)
        return np.asarray(found & ((row["ward"] > 0) & np.isin(row["ward"], own) | there))


def scope_of(rule: Mapping[str, Any]) -> CompletenessScope | None:
    """Return what an upload is complete for, from its stored rule."""
    scope = rule["scope"]
    if scope is None:
        return None
    wards = None if scope["wards"] is None else frozenset(scope["wards"])
    return CompletenessScope(scope["first"], scope["last"], wards, frozenset(scope["residents"]))


@dataclass(frozen=True)
class ApplyRule:
    """How an upload is applied.

    Attributes
    ----------
    replace
        Whether a row that differs replaces the stored one; else both stay.
    scope
        What the upload is complete for: stored rows there that it does not have are removed.
    """

    replace: bool = True
    scope: CompletenessScope | None = None


@dataclass(frozen=True)
class RowChanges:
    """Changes to the stored rows by an upload; all contents are in order.

    Attributes
    ----------
    unchanged
        How many rows of the upload are stored already.
    new
        Rows of the upload that have no counterpart.
    before, after
        Rows that differ, side by side: as stored, and as in the upload; each of shape (n,).
    missing
        Stored rows that are removed because the upload is complete and does not have them.
    """

    unchanged: int
    new: Contents
    before: Contents
    after: Contents
    missing: Contents

    @cached_property
    def removed(self) -> Contents:
        """All stored rows that are removed, in order."""
        return np.sort(np.concatenate([self.before, self.missing]))

    @cached_property
    def added(self) -> Contents:
        """All rows that are added, in order."""
        return np.sort(np.concatenate([self.new, self.after]))


def compare(stored: Contents, given: Contents, rule: ApplyRule) -> RowChanges:
    """Return how applying an upload changes what is stored.

    Parameters
    ----------
    stored, given
        Contents of rows, in order; equal ones as often as there are.
    """
    old, new = surplus(stored, given), surplus(given, stored)
    unchanged = len(given) - len(new)
    before, after = [], []
    if rule.replace:
        for with_staff in (True, False):
            i, j = _pairs(old, new, with_staff=with_staff)
            before.append(old[i])
            after.append(new[j])
            old, new = np.delete(old, i), np.delete(new, j)
    missing = old[rule.scope.holds(old)] if rule.scope else NOTHING
    return RowChanges(unchanged, new, np.concatenate([NOTHING, *before]), np.concatenate([NOTHING, *after]), missing)


def apply_rows(stored: Contents, given: Contents, rule: ApplyRule) -> Contents:
    """Return what is stored after an upload was applied, in order."""
    found = compare(stored, given, rule)
    return np.sort(np.concatenate([surplus(stored, found.removed), found.added]))


def surplus(contents: Contents, others: Contents) -> Contents:
    """Return the rows that have no partner among others: what is there n times more often stays n times."""
    _, code = np.unique(np.concatenate([contents, others]), return_inverse=True)
    mine, theirs = code[: len(contents)], code[len(contents) :]
    count = np.bincount(theirs, minlength=int(code.max(initial=-1)) + 1)
    return contents[occurrence(mine) >= count[mine]] if len(contents) else contents


def _pairs(old: Contents, new: Contents, *, with_staff: bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the places of stored and of given rows that stand for the same action: the first with the first."""
    _, code = np.unique(np.concatenate([_keys(old, with_staff), _keys(new, with_staff)]), return_inverse=True)
    was, now = _numbered(code[: len(old)]), _numbered(code[len(old) :])
    _, i, j = np.intersect1d(was, now, assume_unique=True, return_indices=True)
    return i, j


def _keys(contents: Contents, with_staff: bool) -> NDArray[Any]:  # noqa: FBT001
    row = unpack(contents.tobytes())
    # Without a time of day the shift says when it was.
    time = np.where(row["minute"] > 0, row["minute"], row["shift"] + np.uint32(_MINUTES_A_DAY + 1))
    parts = [row["day"], row["resident_id"], row["intervention"], time, *([row["staff_id"]] if with_staff else [])]
    return np.ascontiguousarray(np.stack(parts, axis=1), ">u4").view(f"S{4 * len(parts)}").reshape(-1)


def _numbered(code: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return numbers that tell the n-th row of a key, the same on both sides."""
    order = np.argsort(code, kind="stable")
    nth = np.empty(len(code), np.int64)
    nth[order] = occurrence(code[order])
    return code.astype(np.int64) * 2**31 + nth


def in_months(contents: Contents, months: Iterable[int]) -> Contents:
    """Return those of some months (counted from January 1970), in order."""
    wanted = set(months)
    return np.concatenate([NOTHING, *(part for part in months_of(contents) if month_of(part) in wanted)])
