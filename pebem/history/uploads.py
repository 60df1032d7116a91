"""The data of a home as a function of its active uploads in their order (``docs/adr/0016``).

Uploads are numbered as they were begun; they count in the order in which they are given here. People are resolved by
the caller: merged ones are already resolved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pebem.history import statements
from pebem.history.acts import NOTHING, ApplyRule, Contents, apply_acts, fold_files, surplus
from pebem.history.statements import FRAMES, Delivery, Statements, UploadStatements
from pebem.history.stored_rules import StoredRule, repaired_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from pebem.history.wards import WardHistory


@dataclass(frozen=True)
class FoldedActs:
    """The rows that follow from the active uploads.

    Attributes
    ----------
    contents
        In order.
    sources
        Upload -> contents of its rows with merged people resolved, in order; in the order of the uploads.
    repaired
        Upload -> contents of its repaired rows, those of several workbooks folded onto each other.
    """

    contents: Contents
    sources: Mapping[int, Contents]
    repaired: Mapping[int, Contents]

    def by_upload(self, chosen: Contents) -> dict[int, Contents]:
        """Return the first upload that contains each of some contents, and its contents."""
        contents: dict[int, Contents] = {}
        for upload_id, rows in self.sources.items():
            here = np.isin(chosen, rows)
            if here.any():
                contents[upload_id], chosen = chosen[here], chosen[~here]
        return contents


def fold_acts(
    files_by_upload: Mapping[int, Sequence[Contents]], rules: Mapping[int, StoredRule], lived_in: WardHistory
) -> FoldedActs:
    """Return the rows that follow from some uploads.

    Parameters
    ----------
    files_by_upload
        Number of each upload -> contents of the rows of its files.
    rules
        How each of them was applied; in their order.
    """
    sources = {number: fold_files(files_by_upload[number], rule.acts.pairing) for number, rule in rules.items()}
    repaired: dict[int, Contents] = {}
    # The newest first: the workbook of a workbook is younger than that one, which is younger than its upload.
    for number in sorted(rules, reverse=True):
        parent = rules[number].repairs
        if parent is not None and parent in rules:
            further = _rows_with(number, sources, repaired)
            repaired[parent] = _as_often(repaired[parent], further) if parent in repaired else further
    stored = NOTHING
    for rule, (own, *_) in with_repairs(rules):
        further = repaired.get(own, NOTHING)
        # Repaired rows are added to those of their upload: they replace none, and where one is stored already it stays.
        there = surplus(stored, sources[own])
        stored = surplus(stored, surplus(there, surplus(there, further)))
        stored = np.sort(np.concatenate([apply_acts(stored, sources[own], rule.acts, lived_in), further]))
    return FoldedActs(stored, sources, repaired)


def fold_statements(deliveries_of: Mapping[int, Sequence[Delivery]], rules: Mapping[int, StoredRule]) -> Statements:
    """Return what some uploads state about people.

    Parameters
    ----------
    deliveries_of
        Number of each upload -> what each of its files states; the first day of each and the columns it does not have
        are those of its rule.
    rules
        How each of them was applied; in their order.
    """
    uploads = []
    for rule, numbers in with_repairs(rules):
        deliveries = [
            replace(delivery, cover=cover)
            for delivery, cover in zip(_by_columns(deliveries_of[numbers[0]], rule), rule.covers, strict=True)
        ]
        for number in numbers[1:]:
            deliveries = _with_repaired(deliveries, _by_columns(deliveries_of[number], rules[number]))
        uploads.append(UploadStatements(tuple(deliveries), rule.persons_complete))
    return statements.fold(uploads)


def with_repairs(rules: Mapping[int, StoredRule]) -> list[tuple[StoredRule, list[int]]]:
    """Return the rule of each upload, its number and those of the uploads of its repaired rows, in order.

    Rows that were repaired in two steps, with the workbook of a workbook, belong to the first upload. Where an upload
    has no rows, its rule says from which day its undated statements apply.
    """
    placed: dict[int, StoredRule] = {}
    last_day: date | None = None
    for number, rule in rules.items():
        placed[number] = rule.placed(last_day)
        last_day = max((day for day in (last_day, rule.last_day) if day), default=None)
    groups = {number: (rule, [number]) for number, rule in placed.items() if rule.repairs not in placed}
    for number in placed:
        if number not in groups:
            groups[repaired_by(number, placed)][1].append(number)
    return list(groups.values())


def _rows_with(number: int, sources: Mapping[int, Contents], repaired: Mapping[int, Contents]) -> Contents:
    """Return the rows of an upload and its repaired ones, in order."""
    return np.sort(np.concatenate([sources[number], repaired.get(number, NOTHING)]))


def _as_often(stored: Contents, incoming: Contents) -> Contents:
    """Return rows as often as one of both has them."""
    return apply_acts(stored, incoming, ApplyRule("none"))


def _by_columns(deliveries: Sequence[Delivery], rule: StoredRule) -> list[Delivery]:
    """Return what the files of an upload state, with the columns they do not have."""
    if not rule.unstated:
        return [*deliveries]
    return [replace(delivery, unstated=columns) for delivery, columns in zip(deliveries, rule.unstated, strict=True)]


def _with_repaired(deliveries: list[Delivery], repaired: Sequence[Delivery]) -> list[Delivery]:
    """Return deliveries with repaired rows as further ones of the last file."""
    last = deliveries[-1]
    frames = {
        name: pd.concat([getattr(last, name), *(getattr(one, name) for one in repaired)], ignore_index=True)
        for name in FRAMES
    }
    # Repaired rows have the columns of the list they are from; beside rows of a list they are of that one.
    unstated = last.unstated if len(last.staff) else frozenset().union(*(one.unstated for one in repaired))
    return [*deliveries[:-1], replace(last, **frames, unstated=unstated)]
