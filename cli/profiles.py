"""The profile of a source, as a command line names it: a file that was downloaded from the application."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.parser import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.parser import Parser
    from importers.conventions import HomeConventions
    from importers.sheets.profiles import SourceProfile
    from importers.sheets.sheet_guesses import SheetGuess

_MOST_HEADINGS: Final = 12
"""Headings that a message names."""


def define_profile(parser: Parser) -> None:
    """Define the argument that names a profile."""
    parser.add_argument(
        "--profile", metavar="DATEI", type=Path, help="Profil, nach dem Blätter und Spalten gelesen werden"
    )


def conventions_of(files: Sequence[Path], path: Path | None) -> HomeConventions:
    """Return what the profile in a file says, once it is clear that it fits one of the files; None: nothing.

    Raises
    ------
    CommandError
        Where there is no profile in it, or it fits none.
    """
    import importers  # noqa: PLC0415  # what --help needs is loaded quickly
    from cli.passwords import read_with_passwords  # noqa: PLC0415  # it loads the importers

    if not path:
        return importers.HomeConventions()
    own = profile(path)
    conventions = importers.HomeConventions(profiles=(own,))
    look = read_with_passwords(lambda passwords: importers.look(files, conventions=conventions, passwords=passwords))
    if not any(one.profile for one in look.guesses):
        raise CommandError(misfit(own, look.guesses))
    return conventions


def profile(path: Path | str) -> SourceProfile:
    """Return the profile in a file, as downloaded from the application.

    Raises
    ------
    CommandError
        Where there is none in it.
    """
    from importers.sheets.profiles import SourceProfile  # noqa: PLC0415  # most commands read no files

    try:
        return SourceProfile.of(json.loads(Path(path).read_text("utf-8-sig")))
    except OSError as problem:
        raise CommandError(f"Die Profildatei {path} lässt sich nicht öffnen. Bitte prüfen Sie den Namen.") from problem
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as problem:
        raise CommandError(
            f"{path} ist keine Profildatei. Bitte nehmen Sie eine, die heruntergeladen wurde."
        ) from problem
    except ValueError as problem:
        raise CommandError(f"{path}: {problem}") from problem


def misfit(own: SourceProfile, guesses: Sequence[SheetGuess]) -> str:
    """Return why a profile fits none of the sheets: the headings of the one that is nearest to it."""
    expected = {heading for sheet in own.sheets for heading in sheet.columns.values()}
    texts = [[column.heading for column in guess.columns if column.heading] for guess in guesses]
    nearest = max(range(len(guesses)), key=lambda i: len(expected.intersection(texts[i])), default=-1)
    message = f"Das Profil „{own.name}“ passt zu keinem Blatt dieser Dateien"
    if nearest < 0 or not expected.intersection(texts[nearest]):
        return f"{message}: Keine der Überschriften, die es nennt, steht darin. Bitte prüfen Sie Profil und Dateien."
    guess, headings = guesses[nearest], texts[nearest]
    reasons = [
        f"{what}: " + ", ".join(f"„{heading}“" for heading in differing[:_MOST_HEADINGS])
        for what, differing in (
            ("Es fehlt", sorted(expected.difference(headings))),
            ("Außerdem steht dort", [heading for heading in headings if heading not in expected]),
        )
        if differing
    ]
    return (
        f"{message}: In „{guess.file}“ sind die Überschriften andere, als das Profil gespeichert wurde. "
        f"{'; '.join(reasons)}. Bitte speichern Sie das Profil mit dieser Datei neu, oder lassen Sie es weg."
    )
