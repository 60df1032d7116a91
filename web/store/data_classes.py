"""What every table and column declares: whose it is, how personal it is, when it is deleted."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from sqlalchemy.orm import MappedColumn, mapped_column

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class RetentionRule(NamedTuple):
    """When the period of a deletion class begins, and how long it is (H1).

    Attributes
    ----------
    word
        What pages and the protocol call the data.
    start
        What begins the period, in German.
    setting
        Name of the period in ``web.backup_settings.RetentionSettings``, or ``LOG_SETTING``; "" = there is none: such
        data go at once when what ``start`` names has happened.
    basis
        Why so long, in German.
    """

    word: str
    start: str
    setting: str
    basis: str


LOG_SETTING: Final = "log_days"
"""The period of the log is a setting of its own: it expires along its chains (``web.services.log.expiry``)."""

RETENTION: Final[Mapping[Deletion, RetentionRule]] = {
    Deletion.CONTRACT: RetentionRule(
        "Angaben zu Träger und Häusern",
        "Ende des Vertrags",
        "",
        "Art. 28 Abs. 3 Buchst. g DSGVO: am Ende der Verarbeitung Rückgabe und Löschung",
    ),
    Deletion.ACCOUNT: RetentionRule(
        "Konten",
        "Konto stillgelegt",
        "account_months",
        "Art. 5 Abs. 1 Buchst. e DSGVO; ein Jahr, um nachzuvollziehen, wer gehandelt hat",
    ),
    Deletion.SESSION: RetentionRule(
        "Anmeldungen",
        "Anmeldung",
        "session_days",
        "Art. 5 Abs. 1 Buchst. e DSGVO; eine Anmeldung gilt höchstens zehn Stunden",
    ),
    Deletion.RESIDENT: RetentionRule(
        "Bewohner:innen",
        "Auszug oder letzte Leistung, sonst die letzte Datenlieferung, die die Person nennt",
        "resident_months",
        "Art. 5 Abs. 1 Buchst. e, Art. 9 DSGVO; die Pflegedokumentation selbst bewahrt die Einrichtung auf",
    ),
    Deletion.STAFF: RetentionRule(
        "Beschäftigte",
        "letzte Leistung oder letzter Dienst, sonst die letzte Datenlieferung, die die Person nennt",
        "staff_months",
        "Art. 5 Abs. 1 Buchst. e DSGVO, § 26 BDSG; Verjährung nach §§ 195, 199 BGB",
    ),
    Deletion.WORK: RetentionRule(
        "Leistungen und Dienste",
        "Ende des Monats, in dem sie erbracht wurden",
        "work_months",
        "Art. 5 Abs. 1 Buchst. e DSGVO; drei Jahre lassen drei gleiche Monate vergleichen",
    ),
    Deletion.UPLOAD: RetentionRule(
        "Dateinamen und Meldungen von Datenlieferungen",
        "Datenlieferung angelegt",
        "upload_months",
        "Art. 5 Abs. 1 Buchst. e DSGVO; ein Jahr, um Fehlern der Quelle nachzugehen",
    ),
    Deletion.LOG: RetentionRule(
        "Protokoll",
        "Eintrag",
        LOG_SETTING,
        "Art. 5 Abs. 2, Art. 32 DSGVO; Verjährung nach §§ 195, 199 BGB",
    ),
    Deletion.KEYS: RetentionRule(
        "Schlüssel",
        "Löschung dessen, was mit ihnen verschlüsselt ist",
        "",
        "Art. 32 DSGVO: was niemand mehr öffnen darf, soll niemand mehr öffnen können",
    ),
}
"""The one table of periods, which ``web.services.retention`` and ``web.services.log.expiry`` carry out."""


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
