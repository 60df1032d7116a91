"""Words of a home: those it settled, and those an upload leaves open."""

from __future__ import annotations

from importers.home_words.kinds import DUTY, INTERVENTION, QUALIFICATION, ROLE, SHIFT
from tests.support.web import workbooks
from tests.support.web.pages import Person
from web.services.words import terms


def stored_terms(who: Person, kind: str = INTERVENTION) -> dict[str, tuple[str, int]]:
    """Return what words stand for, and in which version."""
    rows = terms.list_(who.access, kind)
    return {one.text: (one.target, one.version) for one in rows}


UNKNOWN = {
    QUALIFICATION: {"PHK": (2, 3600), "Zauberlehrling": (1, 7200), "Frau Quast": (1, 9)},
    ROLE: {"WBL": (1, 60)},
    SHIFT: {"F1": (40, 600)},
    DUTY: {"F": (12, 0), "f": (1, 0), "F*": (3, 0), "Quast/Żeromska": (1, 0)},
}
"""Words of the other kinds, as a reading hands them over; two hold names of persons."""


def left_open(who: Person) -> int:
    """Read the small home in, and let it leave these words open too."""
    upload_id = who.read_in(workbooks.workbook(), store=False)
    with who.services.databases.whole.writing.begin() as session:
        terms.store_unknown(session, upload_id, UNKNOWN, ["Quast", "Żeromska"])
    return upload_id
