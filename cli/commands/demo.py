"""Startet eine Vorführung: leere Datenbanken, zwei synthetische Einrichtungen, ein Zugang. Alle Daten sind erfunden.

Nennt Adresse, Benutzername und Einmalpasswort. Beim ersten Anmelden legen Sie ein eigenes Passwort fest und richten
den zweiten Faktor mit einer Authenticator-App ein. Beenden mit Strg+C; die Daten sind danach gelöscht.

Beispiel:
  pebem demo --port 8080
"""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import webbrowser
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Final

from cli.parser import CommandError, Parser
from cli.program import call

if TYPE_CHECKING:
    import argparse

HOST: Final = "127.0.0.1"
HOMES: Final = (("Haus Sonnenschein", 28, 12), ("Haus Lindenhof", 26, 3))
"""The homes as the sample calls them, their beds, and the seed each is drawn with."""
MONTHS: Final = 2
FILES: Final = "beispiele"
"""Folder for files to try out, in the command that the demo names."""


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("--port", metavar="N", type=int, default=8000, help="Port auf diesem Rechner (8000)")
    parser.add_argument("--no-browser", action="store_true", help="den Browser nicht öffnen")
    parser.add_argument("--keep", metavar="ORDNER", type=Path, help="die Daten in diesem (leeren) Ordner behalten")


def run(options: argparse.Namespace) -> int:
    """Prepare and serve until stopped."""
    from web import demo, serve  # noqa: PLC0415  # the application is loaded only where it is started

    if not serve.is_free(HOST, options.port):
        raise CommandError(f"Port {options.port} ist belegt. Bitte wählen Sie einen anderen, zum Beispiel --port 8010.")
    folder = options.keep or Path(tempfile.mkdtemp(prefix="pebem-demo-"))
    try:
        sys.stdout.write("Synthetische Einrichtungen entstehen …\n")
        sys.stdout.flush()
        with tempfile.TemporaryDirectory() as files:
            prepared = demo.prepare(folder, samples(Path(files)))
        address = f"http://{HOST}:{options.port}/"
        sys.stdout.write(welcome(address, prepared.user_name, prepared.one_time_password))
        sys.stdout.flush()
        if not options.no_browser:
            Timer(1.5, webbrowser.open, [address]).start()
        serve.prepare(prepared.settings, HOST)
        serve.serve(prepared.settings, HOST, options.port, logging.WARNING)
    except demo.DemoError as problem:
        raise CommandError(str(problem)) from problem
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def welcome(address: str, user_name: str, password: str) -> str:
    """Return what to read and type once the demo is ready."""
    return (
        f"\n  Adresse:         {address}\n  Benutzername:    {user_name}\n  Einmalpasswort:  {password}\n\n"
        "Zum Ausprobieren eines eigenen Einlesens, in einem zweiten Terminal im selben Ordner:\n"
        f"  {call(f'sample {FILES}')}\n"
        f"Laden Sie dann eine Datei aus dem Ordner „{FILES}“ unter „Daten einlesen“ hoch.\n"
        "Beenden mit Strg+C. Alle Daten sind erfunden.\n"
    )


def samples(folder: Path) -> dict[str, list[Path]]:
    """Write the homes into ``folder`` and return their files by name."""
    import sample_data  # noqa: PLC0415  # only this command and `sample` need it

    return {
        name: sample_data.make(folder, homes=1, residents=beds, months=MONTHS, seed=seed, first=number)
        for number, (name, beds, seed) in enumerate(HOMES)
    }
