"""Command line in German: help, errors and days."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date, datetime
from typing import Final, NoReturn

UNUSABLE: Final = 2
"""Exit code: unusable input or arguments, nothing written."""

_ERRORS: Final = (
    (r"the following arguments are required: (.*)", r"Es fehlt die Angabe \1."),
    (r"unrecognized arguments: (.*)", r"Die Angabe „\1“ ist nicht bekannt."),
    (r"argument (.*?): invalid choice: (.*?) \(choose from (.*)\)", r"\2 ist für \1 nicht möglich; möglich sind: \3."),
    (r"argument (.*?): expected one argument", r"Nach \1 fehlt der Wert."),
    (r"argument (.*?): expected at least one argument", r"Nach \1 fehlt mindestens ein Wert."),
    (r"argument (.*?): invalid int value: (.*)", r"\2 ist für \1 keine ganze Zahl."),
    (r"argument (.*?): ignored explicit argument (.*)", r"\1 nimmt keinen Wert."),
    (r"ambiguous option: (.*?) could match (.*)", r"„\1“ ist nicht eindeutig; gemeint sein können: \2."),
    (r"argument (.*?): (.*)", r"\1: \2"),
)
_HELP: Final = (("usage: ", "Aufruf: "), ("positional arguments:", "Angaben:"), ("options:", "Optionen:"))


class CommandError(Exception):
    """A command cannot be carried out. The message is one German sentence that says what to do."""


class Parser(argparse.ArgumentParser):
    """argparse with German headings and errors, preserving the line breaks of the description."""

    def __init__(self, **options: object) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter,
            add_help=False,
            allow_abbrev=False,
            **options,  # type: ignore[arg-type]
        )
        self.add_argument("-h", "--help", action="help", help="zeigt diese Hilfe")

    def format_help(self) -> str:
        """Return the help with German headings."""
        text = super().format_help()
        for english, german in _HELP:
            text = text.replace(english, german)
        return text

    def format_usage(self) -> str:
        """Return the usage line with a German heading."""
        return super().format_usage().replace("usage: ", "Aufruf: ")

    def error(self, message: str) -> NoReturn:
        """Print one German sentence and leave with :data:`UNUSABLE`."""
        for english, german in _ERRORS:
            if re.fullmatch(english, message):
                message = re.sub(english, german, message)
                break
        sys.stderr.write(f"{message} Hilfe: {self.prog} --help\n")
        sys.exit(UNUSABLE)


def day(text: str) -> date:
    """Read a day given as 2026-03-31 or 31.03.2026."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no time zone
        except ValueError:
            continue
    raise argparse.ArgumentTypeError(f"„{text}“ ist kein Tag; bitte wie 31.03.2026 oder 2026-03-31 schreiben.")
