"""How a command line names a rulebook (by id, by id and edition, or as a folder), and an entry of its catalogue."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cli.parser import CommandError
from cli.program import call

if TYPE_CHECKING:
    from rules import RuleBook
    from rules.cases import Case
    from rules.catalogue import CatalogueEntry


def rulebook(text: str) -> str | Path:
    """Return what ``rules.load`` takes: the folder where there is one, otherwise the id."""
    from rules.statute import SHELF  # noqa: PLC0415  # as all of `rules` here: what --help needs is loaded quickly

    for folder in (Path(text), SHELF / text):
        if folder.is_dir() and (folder / "rulebook.yaml").is_file():
            return folder
    return Path(text) if Path(text).is_dir() else text


def shift_starts(text: str) -> dict[str, str]:
    """Return shift -> time of day of "Früh=06:00,Spät=14:00,Nacht=22:00"; a shift that is not named there is none.

    Raises
    ------
    CommandError
        Where it is none of that.
    """
    from importers.content.intervention_names import IGNORE  # noqa: PLC0415
    from importers.values import shift_starts as known  # noqa: PLC0415

    written_starts = dict(part.strip().partition("=")[::2] for part in text.split(","))
    starts = {shift.strip(): time.strip() for shift, time in written_starts.items()}
    usual = dict.fromkeys(known.CODES, IGNORE)
    if not set(starts) <= set(usual) or not known.starts(usual | starts) or None in map(known.minute, starts.values()):
        raise CommandError(
            f"„{text}“ sagt nicht, wann die Schichten beginnen. Bitte schreiben Sie zum Beispiel "
            "--shifts Früh=06:00,Spät=14:00,Nacht=22:00; mindestens zwei davon."
        )
    return usual | starts


def shelf() -> list[Path]:
    """Return the folders of the built-in editions."""
    from rules.statute import SHELF  # noqa: PLC0415

    return sorted(path.parent for path in SHELF.glob("*/rulebook.yaml"))


def folder_of(text: str) -> Path:
    """Return the folder of a rulebook whose files are in order; of an id the latest edition.

    Raises
    ------
    CommandError
        Where there is no such rulebook.
    RuleBookError
        Where its files are not in order.
    """
    from rules import RuleBookError  # noqa: PLC0415
    from rules.checks.entries import check_files  # noqa: PLC0415
    from rules.edition import documents  # noqa: PLC0415

    named = rulebook(text)
    if isinstance(named, Path):
        problems = check_files(named)
        if problems:
            raise RuleBookError("\n".join(problems))
        return named
    editions = {folder: documents(folder)["rulebook.yaml"] for folder in shelf()}
    own = [folder for folder, head in editions.items() if head["id"] == named]
    if not own:
        names = ", ".join(folder.name for folder in editions)
        raise CommandError(
            f"Das Regelwerk „{text}“ ist nicht bekannt. Nennen Sie einen Ordner oder eines von diesen: {names}."
        )
    return max(own, key=lambda folder: editions[folder]["gueltig_ab"])


def book_in(folder: Path, on: date | None = None) -> RuleBook:
    """Return the rulebook in a folder effective on a day; without one today, or on its first day if that is later."""
    from rules.edition import build, documents  # noqa: PLC0415

    contents = documents(folder)
    first = date.fromisoformat(contents["rulebook.yaml"]["gueltig_ab"])
    return build(contents, on or max(date.today(), first))  # noqa: DTZ011  # a day of the local calendar


def cases_in(folder: Path) -> tuple[Case, ...]:
    """Return the cases beside the files of a rulebook."""
    from rules.cases import load_cases  # noqa: PLC0415

    return load_cases(folder / "cases") if (folder / "cases").is_dir() else ()


def find_entry(book: RuleBook, text: str) -> CatalogueEntry:
    """Return the entry of the catalogue with this id or title.

    Raises
    ------
    CommandError
        Where there is none; it names those that are written alike.
    """
    entry = book.find_intervention(text)
    if entry:
        return entry
    near = difflib.get_close_matches(text, [e.title for e in book.interventions] + list(book.index), n=3, cutoff=0.4)
    hint = f" Meinten Sie {' oder '.join(f'„{title}“' for title in near)}?" if near else ""
    raise CommandError(
        f"Die Intervention „{text}“ steht nicht im Katalog.{hint} Alle zeigt: {call(f'rules show {book.id}')}"
    )
