"""Files that need a password: it is asked for at a terminal, never taken from the command line."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import TYPE_CHECKING, TypeVar

from importers.findings import PasswordNeededError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Read = TypeVar("Read")

_TRIES = 3


def read_with_passwords(reader: Callable[[Mapping[str, str]], Read]) -> Read:
    """Read files with the passwords they need; ask for each at a terminal.

    Parameters
    ----------
    reader
        Reads with passwords by file name.

    Raises
    ------
    PasswordNeededError
        Without a terminal to ask on, or after three wrong answers to one file.
    """
    passwords: dict[str, str] = {}
    tries: dict[str, int] = {}
    while True:
        try:
            return reader(passwords)
        except PasswordNeededError as locked:
            tries[locked.file] = tries.get(locked.file, 0) + 1
            if not sys.stdin.isatty() or tries[locked.file] > _TRIES:
                raise
            if locked.wrong:
                sys.stderr.write("Das Kennwort passt nicht. ")
            passwords[locked.file] = getpass(f"Kennwort für „{locked.file}“: ")
