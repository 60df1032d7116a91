"""Liest Dateien einer Einrichtung ein wie die Seite „Daten einlesen“, ohne Browser, in die eingestellten Datenbanken.

Zeigt vorher dieselben Zahlen: was aus jeder Zeile wird, was neu, geändert und unverändert ist, und wie sich Passung und
Vollständigkeit bewegen. Mit --dry-run wird nichts übernommen. Gespeicherte Profile gelten von selbst; ist an Blättern
oder Spalten noch etwas offen, endet der Befehl und nennt die Fragen.
Ende mit 0: übernommen (mit --dry-run: gelesen); 1: ebenso, aber ohne die Zeilen mit Fehlern; 2: nichts
übernommen. Nach Kennwörtern von Dateien wird am Terminal gefragt.

Beispiele:
  pebem import haus.xlsx --home "Haus am Park" --user pdl.meier --dry-run
  pebem import export.csv stamm.xlsx --home 3 --user pdl.meier --profile vivendi.json
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.analyse import check_files
from cli.findings import print_findings
from cli.installation import installation
from cli.parser import CommandError, Parser
from cli.passwords import read_with_passwords
from cli.profiles import misfit, profile

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from importers.sheets.profiles import SourceProfile
    from importers.sheets.sheet_guesses import SheetGuess
    from web.services.homes import HomeRow
    from web.services.uploads.conversation import Conversation
    from web.services.uploads.records import UploadRow
    from web.settings import Settings
    from web.store.access import Access, SystemAccess


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("files", metavar="DATEI", nargs="+", type=Path, help="Arbeitsmappe, CSV-Dateien, DAS-QS-Export")
    parser.add_argument("--home", metavar="EINRICHTUNG", required=True, help="Name oder Nummer der Einrichtung")
    parser.add_argument("--user", metavar="BENUTZER", required=True, help="Zugang, in dessen Namen eingelesen wird")
    parser.add_argument("--profile", metavar="PROFIL", help="Name eines gespeicherten Profils oder eine Profildatei")
    parser.add_argument(
        "--sure-of-home",
        action="store_true",
        help="bestätigt, dass die Dateien zu dieser Einrichtung gehören, obwohl sie nach einer anderen aussehen",
    )
    parser.add_argument("--dry-run", action="store_true", help="nur zeigen, was sich ändern würde")
    parser.add_argument(
        "--all-or-nothing", action="store_true", help="nichts übernehmen, wenn eine Zeile einen Fehler hat"
    )


def run(options: argparse.Namespace) -> int:
    """Read, show and store."""
    check_files(options.files)
    with installation("import") as (settings, system):
        return _import(system, settings, options)


def _import(system: SystemAccess, settings: Settings, options: argparse.Namespace) -> int:
    from web import jobs  # noqa: PLC0415
    from web.security import virus_scanner  # noqa: PLC0415
    from web.services import accesses, accounts  # noqa: PLC0415
    from web.services.history import refold  # noqa: PLC0415
    from web.services.uploads import kept_files, records, steps  # noqa: PLC0415
    from web.services.uploads.removal import discarded  # noqa: PLC0415

    refold.refold_outdated(system)
    access = accesses.of_account(system, accounts.find_id(system, options.user))
    home = _home(access, options.home)
    files = [(path.name, path.read_bytes()) for path in options.files]
    try:
        virus_scanner.refuse_infected(settings.operation, files)
    except virus_scanner.ScanError as refused:
        raise CommandError(str(refused)) from refused
    dialogue, passwords = _recognised(access, files, options.profile)
    upload_id = steps.start(access, settings, home_id=home.id, files=files)
    kept_files.keep_passwords(access, settings, upload_id, passwords)
    if dialogue.answers:
        kept_files.keep_conversation(access, settings, upload_id, dialogue)
    waiting = jobs.make(settings, system.databases)
    notes = waiting.queue
    stored = False
    try:
        steps.read(access, settings, notes, upload_id)
        upload = _row(access, home, upload_id)
        _show(access, settings, upload)
        if not options.dry_run:
            steps.commit(
                access,
                upload_id,
                digest=(upload.weighed or {}).get("digest", ""),
                all_or_nothing=options.all_or_nothing,
                sure_of_home=options.sure_of_home,
            )
            steps.store(access, settings, notes, upload_id)
            stored = _row(access, home, upload_id).state == records.STORED
            if not stored:
                raise CommandError("Das Übernehmen ist gescheitert; es wurde nichts gespeichert.")
    finally:
        if not stored:
            with suppress(steps.UploadError):
                discarded.discard(access, settings, upload_id, reason="pebem import")
        waiting.close()
    result = f"Übernommen als Datenlieferung {upload.number}." if stored else "Probelauf: Es wurde nichts übernommen."
    sys.stdout.write(f"{result}\n")
    return 1 if upload.errors else 0


def _home(access: Access, name: str) -> HomeRow:
    from web.services import homes  # noqa: PLC0415

    candidates = homes.of_tenant(access)
    matching = [home for home in candidates if home.name.casefold() == name.strip().casefold() or str(home.id) == name]
    if len(matching) != 1:
        names = ", ".join(f"{home.name} ({home.id})" for home in candidates) or "keine"
        raise CommandError(f"Die Einrichtung „{name}“ ist nicht eindeutig oder nicht da. Vorhanden: {names}.")
    return matching[0]


def _recognised(
    access: Access, files: Sequence[tuple[str, bytes]], profile_name: str | None
) -> tuple[Conversation, Mapping[str, str]]:
    """Return the files as a profile describes them, and their passwords, once no question is open."""
    import importers  # noqa: PLC0415
    from web.services.uploads import conversation  # noqa: PLC0415
    from web.services.words import conventions  # noqa: PLC0415

    with access.reading() as session:
        agreed = conventions.for_reading(session, access.tenant_id)
    chosen = _profile(agreed.profiles, profile_name) if profile_name else None
    if chosen:
        agreed = replace(agreed, profiles=(chosen,))
    used: Mapping[str, str] = {}

    def look(passwords: Mapping[str, str]) -> tuple[SheetGuess, ...]:
        nonlocal used
        used = passwords
        return importers.look(files, conventions=agreed, passwords=passwords).guesses

    dialogue = conversation.Conversation(guesses=read_with_passwords(look), account_id=access.account)
    still_open = list(dialogue.open_questions())
    if chosen and not any(one.profile for one in dialogue.guesses):
        raise CommandError(misfit(chosen, dialogue.guesses))
    if still_open:
        raise CommandError(
            "Es ist noch nicht klar, wie diese Dateien zu lesen sind:\n"
            + "\n".join(f"- {_question(dialogue.guesses[one.number], one.kind)}" for one in still_open)
            + "\nBitte laden Sie sie auf der Seite „Daten einlesen“ hoch und beantworten Sie die Fragen dort, oder "
            "nennen Sie mit --profile ein Profil, das sie beantwortet."
        )
    if not chosen:
        return dialogue, used
    for guess in [one for one in dialogue.guesses if one.profile]:
        answer = replace(dialogue.chosen(guess), encoding=guess.encoding)
        for kind in (conversation.SHEET, conversation.COLUMNS):
            dialogue = dialogue.with_answer(answer, kind)
    return replace(dialogue, ready=True), used


def _question(guess: SheetGuess, kind: str) -> str:
    from web.services.uploads.conversation import CONTENTS, SHEET  # noqa: PLC0415

    where = f"{guess.file}, Blatt „{guess.name}“" if guess.name else guess.file
    if kind == SHEET:
        return f"{where}: Was steht darauf?" + (f" Vermutet wird „{guess.sheet}“." if guess.sheet else "")
    if kind == CONTENTS:
        if guess.blank_rows and not guess.blank_counts:
            return f"{where}: Heißt es „entfällt“, wo im Modul 5 alle drei Häufigkeiten leer sind?"
        return f"{where}: Was bedeutet eine Spalte, die ihrem Inhalt nach etwas sagt, was sonst fehlt?"
    missing = " und ".join(f"„{name}“" for name in guess.missing)
    return f"{where}: Welche Spalte ist {missing}?" if missing else f"{where}: Stimmen die vermuteten Spalten?"


def _profile(saved: Sequence[SourceProfile], name: str) -> SourceProfile:
    """Return the profile of this name, or that of a file."""
    match = next((one for one in saved if one.name.casefold() == name.strip().casefold()), None)
    if match:
        return match
    if not Path(name).is_file():
        names = ", ".join(f"„{one.name}“" for one in saved) or "keine"
        raise CommandError(f"Ein Profil oder eine Profildatei „{name}“ gibt es nicht. Gespeicherte Profile: {names}.")
    return profile(name)


def _row(access: Access, home: HomeRow, upload_id: int) -> UploadRow:
    from web.services.uploads import records  # noqa: PLC0415

    return next(one for one in records.of_home(access, home.id) if one.id == upload_id)


def _show(access: Access, settings: Settings, upload: UploadRow) -> None:
    """Print figures as the page has them, and what was wrong to standard error.

    Raises
    ------
    CommandError
        Where the upload could not be read.
    """
    from web.security.permissions import Right  # noqa: PLC0415
    from web.services.uploads import records, unknown_people  # noqa: PLC0415
    from web.services.uploads.row_lines import row_lines  # noqa: PLC0415
    from web.services.uploads.summary.share_lines import share_lines  # noqa: PLC0415

    texts = records.texts(access, settings, upload.id)
    if upload.state != records.READ or upload.weighed is None:
        raise CommandError((texts and texts.message) or "Das Einlesen ist gescheitert; es wurde nichts gespeichert.")
    quoted = texts is not None and access.may(Right.SEE_NAMES, upload.home_id)
    if quoted:
        what = f"lieferung {upload.id}"
        unknown_people.record_view(access, home_id=upload.home_id, what=what, purpose="pebem import")
    print_findings(texts.findings if texts and quoted else (), "Alle stehen auf der Seite der Datenlieferung.")
    summary = upload.weighed
    sys.stdout.write(
        f"{upload.errors} Fehler, {upload.warnings} Warnungen, {upload.notices} Hinweise. "
        f"Personen neu: {summary['people_new']}.\n"
    )
    for line in row_lines(upload):
        split = zip(("neu", "geändert", "unverändert"), line.split, strict=True)
        parts = ", ".join(f"{word} {count}" for word, count in split if count is not None)
        sys.stdout.write(f"  {line.word}: {line.total}{f' ({parts})' if parts else ''}\n")
    for share in share_lines(summary) if summary["days"] != 0 else ():
        sys.stdout.write(f"  {share.word}: {_percent(share.before)} → {_percent(share.after)}\n")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %".replace(".", ",")
