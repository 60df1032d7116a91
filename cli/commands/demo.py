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

if TYPE_CHECKING:
    import argparse

HOST: Final = "127.0.0.1"
RESIDENTS: Final = 24
MONTHS: Final = 2


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("--port", metavar="N", type=int, default=8000, help="Port auf diesem Rechner (8000)")
    parser.add_argument("--no-browser", action="store_true", help="den Browser nicht öffnen")
    parser.add_argument("--keep", metavar="ORDNER", type=Path, help="die Daten in diesem (leeren) Ordner behalten")


def run(options: argparse.Namespace) -> int:
    """Prepare and serve until stopped."""
    import sample_data  # noqa: PLC0415  # only this command and `sample` need it
    from web import demo, serve  # noqa: PLC0415  # the application is loaded only where it is started

    if not serve.is_free(HOST, options.port):
        raise CommandError(f"Port {options.port} ist belegt. Bitte wählen Sie einen anderen, zum Beispiel --port 8010.")
    folder = options.keep or Path(tempfile.mkdtemp(prefix="pebem-demo-"))
    try:
        sys.stdout.write("Synthetische Einrichtungen entstehen …\n")
        sys.stdout.flush()
        with tempfile.TemporaryDirectory() as files:
            small = Path(sample_data.__file__).with_name("haus-sonnenschein.xlsx")
            larger = sample_data.make(Path(files), homes=1, residents=RESIDENTS, months=MONTHS, seed=2)[0]
            prepared = demo.prepare(folder, {"Haus Sonnenschein": [small], "Haus Lindenhof": [larger]})
        address = f"http://{HOST}:{options.port}/"
        sys.stdout.write(
            f"\n  Adresse:         {address}\n  Benutzername:    {prepared.user_name}\n"
            f"  Einmalpasswort:  {prepared.one_time_password}\n\n"
            "Zum Ausprobieren eines eigenen Einlesens: pebem sample beispiele, dann „Daten einlesen“.\n"
            "Beenden mit Strg+C. Alle Daten sind erfunden.\n"
        )
        sys.stdout.flush()
        if not options.no_browser:
            Timer(1.5, webbrowser.open, [address]).start()
        serve.serve(prepared.settings, HOST, options.port, logging.WARNING)
    except demo.DemoError as problem:
        raise CommandError(str(problem)) from problem
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0
