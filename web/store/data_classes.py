"""What every table and column declares: whose it is, how personal it is, when it is deleted."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, Literal

from sqlalchemy.orm import MappedColumn, mapped_column

DataClass = Literal["personal", "pseudonymous", "free"]


class Deletion(StrEnum):
    """Deletion classes: what ends the time a row may be stored."""

    CONTRACT = "vertragsende"
    ACCOUNT = "konto"
    SESSION = "sitzung"
    RESIDENT = "bewohnerdaten"
    STAFF = "personaldaten"
    WORK = "leistungsdaten"
    UPLOAD = "einlesen"
    LOG = "protokoll"
    KEYS = "schluessel"


DATA_CLASSES: Final = ("personal", "pseudonymous", "free")


def classed(data: DataClass, tenant: str, deletion: Deletion) -> dict[str, str]:
    """Return the ``info`` of a table or column.

    Parameters
    ----------
    data
        "personal" (names, user names), "pseudonymous" (about a person, by pseudonym) or "free".
    tenant
        Column, or path of columns, that leads to the tenant, such as "home_id"; "-" for the tenant itself.
    deletion
        What ends the time the data may be stored.
    """
    return {"tenant": tenant, "data_class": data, "deletion_class": deletion.value}


class Columns:
    """Make the columns of one table, each classed."""

    def __init__(self, tenant: str, deletion: Deletion) -> None:
        self.tenant = tenant
        self.deletion = deletion

    def table(self, data: DataClass) -> dict[str, dict[str, str]]:
        """Return what goes into ``__table_args__``: the class of the most personal column."""
        return {"info": classed(data, self.tenant, self.deletion)}

    def __call__(self, data: DataClass, *args: Any, **options: Any) -> MappedColumn[Any]:
        """Return a column of data class ``data``; the rest goes to ``mapped_column``."""
        return mapped_column(*args, info=classed(data, self.tenant, self.deletion), **options)
