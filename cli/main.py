"""The commands, and what happens when one fails."""

from __future__ import annotations

import importlib
import os
import sys
from keyword import iskeyword
from typing import TYPE_CHECKING, Final

from cli.parser import UNUSABLE, CommandError, Parser

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = {
    "demo": "eine Vorführung mit synthetischen Einrichtungen starten",
    "analyse": "die kompetenzgerechte Passung aus einer Datei bestimmen",
    "assess": "Begutachtungen auswerten: Module, Gesamtpunkte, Pflegegrad",
    "explain": "erklären, warum eine Intervention ein bestimmtes Niveau verlangt",
    "whatif": "durchrechnen, was Schulung, Personalmix oder andere Regeln ändern würden",
    "staffing": "Personalanhaltswerte nach § 113c Abs. 1 SGB XI berechnen",
    "rules": "Regelwerke auflisten, zeigen und prüfen",
    "words": "eigene Wörter eines Hauses ausprobieren: welchen Eintrag sie meinen können",
    "sample": "synthetische Einrichtungen erzeugen",
    "template": "die leere Arbeitsmappe zum Ausfüllen schreiben",
    "bench": "die Geschwindigkeit messen, als Verhältnisse in einem Lauf",
    "import": "Dateien einer Einrichtung in die Datenbanken einlesen",
    "serve": "die Anwendung im Browser bereitstellen",
    "backup": "sichern, und zeigen und prüfen, was gesichert ist",
    "restore": "aus einer Sicherung wiederherstellen, oder das proben",
    "db": "die Datenbanken auf den neuesten Stand bringen",
    "user": "Zugänge anlegen und verwalten",
    "person": "Anfragen von Betroffenen beantworten: finden, Auskunft, löschen",
    "tenant": "am Ende eines Vertrags alles eines Trägers herausgeben und löschen",
    "retention": "zeigen und löschen, was nach den Löschfristen fällig ist",
    "instructions": "Weisungen der Träger zeigen und als erledigt eintragen",
    "audit": "das Protokoll prüfen, wer was getan hat",
    "keys": "Schlüssel zeigen und wechseln",
    "security": "prüfen, wie es um die Sicherheit dieser Installation steht",
}
"""Each command is the module of this name in :mod:`cli.commands`, with ``define(parser)`` and ``run(options)``.

``import`` is ``import_`` there, as a module cannot be called like that.
"""

IN_FOLDERS: Final = dict.fromkeys(("person", "retention", "security", "tenant"), "data_protection")
"""Commands whose module is in a folder of :mod:`cli.commands`."""

_ABOUT: Final = """PeBeM-Analyse: Welches Niveau verlangte eine Intervention, wer hat sie erbracht, passt es?

Befehle (Hilfe zu jedem: pebem BEFEHL --help):
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns
    -------
    int
        0 done; 1 done, but with error findings; 2 unusable input or arguments, nothing written.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in {"-h", "--help"}:
        width = max(map(len, COMMANDS))
        sys.stdout.write(_ABOUT + "".join(f"  {name:{width}}  {about}\n" for name, about in COMMANDS.items()))
        return 0
    name, *rest = words
    if name not in COMMANDS:
        sys.stderr.write(f"Den Befehl „{name}“ gibt es nicht. Vorhanden sind: {', '.join(COMMANDS)}.\n")
        return UNUSABLE
    folder = f"{IN_FOLDERS[name]}." if name in IN_FOLDERS else ""
    command = importlib.import_module(f"cli.commands.{folder}{name}{'_' * iskeyword(name)}")
    parser = Parser(prog=f"pebem {name}", description=command.__doc__)
    command.define(parser)
    try:
        return int(command.run(parser.parse_args(rest)))
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except BrokenPipeError:
        # The reader of our output has gone (as in `pebem rules list | head`); there is no one to write to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("Abgebrochen.\n")
        return UNUSABLE
    except _refusals() as problem:
        sys.stderr.write(f"{problem}\n")
        return UNUSABLE


def _refusals() -> tuple[type[Exception], ...]:
    """Return the errors whose message is for the user. Loading them takes long, and only what raised needs them."""
    from importers.findings import UnreadableError  # noqa: PLC0415
    from rules import RuleBookError  # noqa: PLC0415

    return CommandError, UnreadableError, RuleBookError
