"""How this program is called where it runs: what a message tells people to type has to work there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

NAME: Final = "pebem"


def call(arguments: str) -> str:
    """Return the line that runs this program with other arguments, as it would have to be typed in this folder.

    After ``make demo`` the program is in an environment that is not on the search path of the shell.
    """
    script = Path(sys.argv[0])
    if script.name == "__main__.py":
        return f"{sys.executable} -m {script.parent.name} {arguments}"
    found = shutil.which(NAME)
    if script.stem != NAME or (found and Path(found).resolve() == script.resolve()):
        return f"{NAME} {arguments}"
    return f"{script} {arguments}"
