"""Files that open with a password alone: asked for at a terminal, never taken from the command line."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import TYPE_CHECKING, TypeVar

from importers.findings import PasswordNeededError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Read = TypeVar("Read")

_TRIES = 3


def opened(read: Callable[[Mapping[str, str]], Read]) -> Read:
    """Read files with the passwords they need; ask for each at a terminal.

    Parameters
    ----------
    read
        Reads with passwords by file name.

    Raises
    ------
    PasswordNeededError
        Without a terminal to ask on, or after three wrong answers to one file.
    """
    passwords: dict[str, str] = {}
    asked: dict[str, int] = {}
    while True:
        try:
            return read(passwords)
        except PasswordNeededError as locked:
            asked[locked.file] = asked.get(locked.file, 0) + 1
            if not sys.stdin.isatty() or asked[locked.file] > _TRIES:
                raise
            if locked.wrong:
                sys.stderr.write("Das Kennwort passt nicht. ")
            passwords[locked.file] = getpass(f"Kennwort für „{locked.file}“: ")
