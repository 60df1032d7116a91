"""A synthetic home as a folder of CSV files as German Excel writes them: semicolons, decimal comma, UTF-8 with BOM."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

from sample_data.workbook import about

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sample_data.home import SampleHome

README: Final = "LIESMICH.txt"

_ROWS_AT_ONCE: Final = 50_000
_AS_TEXT: Final[dict[type, Callable[..., str]]] = {
    str: str,
    int: str,
    float: lambda value: f"{value:g}".replace(".", ","),
    date: "{:%d.%m.%Y}".format,
    time: "{:%H:%M}".format,
    datetime: "{:%d.%m.%Y %H:%M}".format,
    type(None): lambda _: "",
}


def write(folder: Path, home: SampleHome) -> None:
    """Write one file per sheet into ``folder``, and a note that the data are synthetic."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in home.sheets.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            for first in range(0, max(len(frame), 1), _ROWS_AT_ONCE):
                as_text = frame.iloc[first : first + _ROWS_AT_ONCE].map(lambda cell: _AS_TEXT[type(cell)](cell))
                as_text.to_csv(file, sep=";", index=False, header=first == 0, lineterminator="\r\n")
    (folder / README).write_bytes("\r\n".join([*about(home), ""]).encode("utf-8-sig"))
