"""Who is affected by an incident, as a file: by pseudonym, with what happened and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.services.subjects.affected import AffectedList

TITLE: Final = "Betroffene"
_HEADINGS: Final = ("Haus", "Wer", "Pseudonym", "Wodurch", "Einträge", "Zuerst (UTC)", "Zuletzt (UTC)")


def lines(found: AffectedList) -> Iterator[tuple[object, ...]]:
    """Yield headings and lines; last come uploads of which it is not known who is in them."""
    yield _HEADINGS
    for one in found.persons:
        first, last = (moment.isoformat(timespec="seconds") for moment in (one.first, one.last))
        yield one.home, one.kind, one.pseudonym, " ".join(one.how), one.entries, first, last
    for number in found.unknown_uploads:
        told = "nicht gespeichert: Wer darin steht, sagen nur ihre Dateien."
        yield None, f"Datenlieferung {number}", None, told, None, None, None
