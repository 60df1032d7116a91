"""Duties as contents: how those of an upload change the stored ones (``docs/adr/0019``).

For each person and day the newest upload that names a duty of theirs counts alone: a roster replaces the plan of the
days it names.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.history.contents import DUTY, of_bytes, unpack
from pebem.history.stored_rules import repaired_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from pebem.history.acts import CompletenessScope, Contents
    from pebem.history.stored_rules import StoredRule

NOTHING: Final = of_bytes(b"", DUTY)

_PERSON_AND_DAY: Final = "S8"
"""The first two numbers of a content."""


def fold(files_by_upload: Mapping[int, Iterable[Contents]], rules: Mapping[int, StoredRule]) -> Contents:
    """Return the duties that follow from some uploads, in order.

    Parameters
    ----------
    files_by_upload
        Number of each upload, in their order -> duties of its files, merged people resolved.
    rules
        How each of them was applied.
    """
    by_upload: dict[int, Contents] = {}
    for number, files in files_by_upload.items():
        duties, repaired = fold_files(np.unique(rows) for rows in files), repaired_by(number, rules)
        if repaired != number and repaired in by_upload:  # repaired rows are further ones of their upload
            by_upload[repaired] = np.unique(np.concatenate([by_upload[repaired], duties]))
        else:
            by_upload[number] = duties
    return reduce(
        lambda stored, number: apply_duties(stored, by_upload[number], rules[number].acts.scope), by_upload, NOTHING
    )


def fold_files(files: Iterable[Contents]) -> Contents:
    """Return the duties of the files of one upload: of a person and day the last file that names one counts."""
    return reduce(lambda stored, given: apply_duties(stored, given, None), files, NOTHING)


def apply_duties(stored: Contents, incoming: Contents, scope: CompletenessScope | None) -> Contents:
    """Return what is stored after an upload with these duties was applied, in order.

    Parameters
    ----------
    scope
        What the upload is complete for: stored duties that begin there are removed. Without duties it changes none.
    """
    if not len(incoming):
        return stored
    replaced = np.isin(keys(stored), keys(incoming))
    if scope is not None:
        duty = unpack(stored.tobytes(), DUTY)
        there = (duty["day"] >= scope.first) & (duty["day"] <= scope.last)
        there &= ~np.isin(duty["day"], sorted(scope.open_days))
        if scope.wards is not None:
            there &= np.isin(duty["ward"], sorted(scope.wards))
        replaced |= there
    return np.unique(np.concatenate([stored[~replaced], incoming]))


def keys(contents: Contents) -> NDArray[np.bytes_]:
    """Return person and day of each duty, as bytes that compare."""
    numbers = np.frombuffer(contents.tobytes(), ">u4").reshape(-1, len(DUTY))
    return np.ascontiguousarray(numbers[:, :2]).view(_PERSON_AND_DAY).reshape(-1)
