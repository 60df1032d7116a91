"""Minutes that follow from beginning and end: exports with columns "von" and "bis" have no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.findings import notice, warning
from importers.values import days_and_times
from pebem.contracts import SECONDS_MISSING

if TYPE_CHECKING:
    from importers.content.table import Table

END: Final = "Ende"
_LONGEST: Final = 12 * 60
"""Minutes; a longer time from beginning to end has its end before its beginning."""


def fill_minutes(table: Table, minute_of_day: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Return the seconds of each row, taken from beginning and end where the row has no minutes.

    Parameters
    ----------
    minute_of_day
        Beginning of each row, -1 = not given.
    seconds
        Of each row as its minutes say, :data:`pebem.contracts.SECONDS_MISSING` = not given.
    """
    if not table.has(END):
        return seconds
    codes, ends = table.read(END, _parse_end, -1)
    end = np.array(ends, dtype=np.int32)[codes]
    known = (end >= 0) & (minute_of_day >= 0)
    lasting = np.where(known, (end - minute_of_day) % days_and_times.END_OF_DAY, 0)
    missing = seconds == SECONDS_MISSING
    usable = missing & known & (lasting > 0) & (lasting <= _LONGEST)
    _say(table, usable, missing & known & (lasting > _LONGEST))
    contrary = ~missing & known & (np.abs(seconds - 60 * lasting) > 60)
    if contrary.any():
        table.report(
            warning(
                "minuten-gegen-ende",
                "Die Minuten stimmen nicht mit der Zeit von Beginn bis Ende überein; es gelten die Minuten.",
                "Prüfen Sie, welche der beiden Angaben stimmt.",
            ),
            [int(np.flatnonzero(contrary)[0])],
            END,
            count=int(contrary.sum()),
        )
    filled: np.ndarray = np.where(usable, 60 * lasting, seconds).astype(seconds.dtype)
    return filled


def _say(table: Table, usable: np.ndarray, reversed_: np.ndarray) -> None:
    if usable.any():
        table.report_sheet(
            notice(
                "minuten-aus-ende",
                f"{usable.sum()} Zeilen haben keine Minuten; sie folgen aus Beginn und Ende.",
                "Prüfen Sie, ob die Zeit von Beginn bis Ende die Dauer der Intervention ist.",
            ),
            column=END,
            count=int(usable.sum()),
        )
    if reversed_.any():
        table.report(
            warning(
                "ende-vor-beginn",
                "Das Ende liegt vor dem Beginn; die Zeile bleibt ohne Minuten.",
                "Berichtigen Sie Beginn oder Ende, oder tragen Sie die Minuten ein.",
            ),
            [int(np.flatnonzero(reversed_)[0])],
            END,
            count=int(reversed_.sum()),
        )


def _parse_end(value: Any) -> int:
    try:
        return days_and_times.clock(value)
    except ValueError:
        raise warning(
            "ende-unlesbar",
            "Dieses Ende ist keine Uhrzeit; die Zeile wird ohne Ende übernommen.",
            "Schreiben Sie Stunde und Minute, zum Beispiel 08:20.",
        ) from None
