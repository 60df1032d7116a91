"""Stellt die Anwendung im Browser bereit. Ohne weitere Einstellungen liegt alles in einem Ordner (PEBEM_HOME).

Für den Echtbetrieb mit PostgreSQL: PEBEM_DATABASE_URL, PEBEM_VAULT_URL, PEBEM_SECRET_KEY, PEBEM_VAULT_KEY,
PEBEM_BACKUP_KEY und PEBEM_PUBLIC_URL (mit https://) setzen, als Umgebungsvariablen oder in einer Datei .env. Was daran
fehlt oder unsicher ist, nennt das Programm, bevor es startet.

Beispiel:
  pebem serve --port 8000
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cli.installation import loaded_settings
from cli.parser import CommandError, Parser

if TYPE_CHECKING:
    import argparse

    from web.settings import Settings


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument(
        "--host", metavar="ADRESSE", default="127.0.0.1", help="Adresse, auf der gehört wird (127.0.0.1)"
    )
    parser.add_argument("--port", metavar="N", type=int, default=8000, help="Port (8000)")


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    from web import serve  # noqa: PLC0415  # the application is loaded only where it is started
    from web.services.errors import ServiceError  # noqa: PLC0415
    from web.serving import logs  # noqa: PLC0415
    from web.settings import SettingsError  # noqa: PLC0415

    loaded = loaded_settings()
    if not serve.is_free(options.host, options.port):
        raise CommandError(f"Port {options.port} ist belegt. Bitte wählen Sie einen anderen mit --port.")
    logs.configure()
    try:
        serve.prepare(loaded, options.host)
    except (SettingsError, ServiceError) as problem:
        raise CommandError(str(problem)) from problem
    address = loaded.public_url or f"http://{options.host}:{options.port}"
    sys.stdout.write(f"Adresse: {address}/\n{_first_steps(loaded, address)}Beenden mit Strg+C.\n")
    sys.stdout.flush()
    serve.serve(loaded, options.host, options.port)
    return 0


def _first_steps(loaded: Settings, address: str) -> str:
    """Return how to set up an installation without accounts, with a code that is good once; "" for any other."""
    from web.services import accesses  # noqa: PLC0415
    from web.services.sign_in import first_token  # noqa: PLC0415
    from web.store.databases import connect  # noqa: PLC0415

    databases = connect(loaded)
    try:
        system = accesses.of_command(databases, "serve")
        if not first_token.wanted(system):
            return ""
        code = first_token.make(system)
    finally:
        databases.close()
    return f"Noch leer. Einrichten: {address}/erster-zugang\nEinmalcode: {code}\n"
