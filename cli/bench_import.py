"""Reading: the whole way of a workbook against what its reader needs alone; both as programs of their own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import sample_data
from cli.parser import CommandError
from cli.stopwatch import say, shortest

ROWS: Final = 100_000

_READ_ALONE: Final = """
import sys
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
for name in book.sheet_names:
    book.get_sheet_by_name(name).to_python()
"""


def run(rows: int, seed: int) -> None:
    """Measure and print.

    Raises
    ------
    CommandError
        For more rows than a sheet of a workbook holds.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "arbeitsmappe.xlsx"
        say(f"Einlesen: Arbeitsmappe mit {rows} Interventionen wird erzeugt …")
        try:
            sample_data.interventions_workbook(path, rows, seed=seed)
        except sample_data.SampleError as problem:
            raise CommandError(str(problem)) from problem
        works = {
            "alone": lambda: _program("-c", _READ_ALONE, str(path)),
            "ours": lambda: _program("-m", "cli", "analyse", str(path), "--out", folder),
        }
        times = shortest(works, 4)
    say(f"  python-calamine allein    {times['alone']:6.2f} s")
    say(f"  pebem analyse             {times['ours']:6.2f} s   {times['ours'] / times['alone']:.2f} x python-calamine")


def _program(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own program
