"""Numbers of residents and staff in the frames of an upload, and pseudonyms in their place."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from web.services.people import pseudonyms
from web.services.people.pseudonyms import PersonName
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers import ReadFiles
    from pebem import contracts
    from web.services.open_vault import OpenVault


def pseudonymised(vault: OpenVault, home_id: int, result: ReadFiles) -> contracts.Tables:
    """Return the frames of an upload with pseudonyms in place of numbers; numbers and names go into the vault.

    Parameters
    ----------
    vault
        Opened for writing, with the persons of this home.
    """
    tables, _ = result.by_file()
    for kind, key, people in (
        (RESIDENT, "resident", result.people_residents),
        (STAFF, "staff", result.people_staff),
    ):
        numbers = {number: PersonName() for number in numbers_of(tables, key)}
        for number, name, given in people[[key, "name", "given"]].itertuples(index=False):
            numbers[str(number)] = PersonName(*(text if isinstance(text, str) else "" for text in (name, given)))
        tables = renamed(tables, key, pseudonyms.pseudonymise(vault, home_id, kind, numbers))
    return tables


def numbers_of(tables: contracts.Tables, key: str) -> list[str]:
    """Return all numbers (or pseudonyms) of residents or staff in the frames of an upload, each once."""
    numbers: dict[str, None] = {}
    for spot in fields(tables):
        frame = getattr(tables, spot.name)
        if isinstance(frame, pd.DataFrame) and key in frame:
            numbers.update(dict.fromkeys(str(one) for one in frame[key].dropna().unique()))
    return list(numbers)


def renamed(tables: contracts.Tables, key: str, names: Mapping[str, str]) -> contracts.Tables:
    """Return the frames of an upload with other numbers of residents or staff."""
    changed: dict[str, Any] = {}
    for spot in fields(tables):
        frame = getattr(tables, spot.name)
        if isinstance(frame, pd.DataFrame) and key in frame:
            column = frame[key]
            if isinstance(column.dtype, pd.CategoricalDtype):
                renamed = column.cat.remove_unused_categories().cat.rename_categories(lambda one: names[str(one)])
            else:
                renamed = column.map(lambda one: names[str(one)], na_action="ignore")
            changed[spot.name] = frame.assign(**{key: renamed})
    return replace(tables, **changed)
