"""What an installation must be like before it serves anybody: one list, for the start and for the security report.

Each check says in German what it found and what to do. Production does not start where one refuses (X6); an
installation to try things out is told the same as a warning, unless others than this machine could reach it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from importers.files import sandbox
from web.security import file_modes, virus_scanner
from web.serving import vault_state
from web.settings import objection
from web.store import separation
from web.store.databases import make_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from web.settings import Settings


class Verdict(StrEnum):
    """How a check ended."""

    GOOD = "gut"
    WARNING = "Hinweis"
    REFUSED = "verhindert den Start"
    UNKNOWN = "nicht prüfbar"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found.

    Attributes
    ----------
    name
        Which check.
    rows
        Rows of docs/security.md it belongs to.
    finding
        What was found, one German sentence.
    remedy
        What to do; "" where nothing is to be done.
    """

    name: str
    rows: tuple[str, ...]
    verdict: Verdict
    finding: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is checked.

    Attributes
    ----------
    host
        Address the pages are served on; None = not known here.
    fault
        What a fault means here: production does not start with one.
    """

    settings: Settings
    host: str | None
    fault: Verdict


def check(settings: Settings, host: str | None = "127.0.0.1") -> list[CheckResult]:
    """Return what all checks find; ``host`` is where pages are served, None where only that process knows it."""
    fault = Verdict.REFUSED if settings.operation.production else Verdict.WARNING
    subject = _Subject(settings, host, fault)
    return [CheckResult(name, rows, *found) for name, (rows, examine) in _CHECKS.items() for found in examine(subject)]


def refusals(results: list[CheckResult]) -> list[CheckResult]:
    """Return what prevents the start."""
    return [one for one in results if one.verdict is Verdict.REFUSED]


_Found: TypeAlias = "Iterator[tuple[Verdict, str, str]]"


def _mode(subject: _Subject) -> _Found:
    if subject.settings.operation.production:
        yield Verdict.GOOD, "Echtbetrieb: Daten wirklicher Personen sind erlaubt.", ""
    else:
        yield Verdict.GOOD, "Testbetrieb: Jede Seite sagt, dass nur erfundene Daten hierher gehören.", ""


def _https(subject: _Subject) -> _Found:
    address = subject.settings.public_url
    if subject.settings.secure:
        yield Verdict.GOOD, f"Browser erreichen die Anwendung verschlüsselt unter {address}.", ""
    else:
        remedy = "Bitte setzen Sie PEBEM_PUBLIC_URL auf eine Adresse, die mit https:// beginnt."
        here = f"unter {address}" if address else "nur auf diesem Rechner"
        fault = subject.fault if subject.settings.operation.production else Verdict.GOOD
        yield fault, f"Es gibt keine verschlüsselte Adresse; Browser erreichen die Anwendung {here}.", remedy


def _host(subject: _Subject) -> _Found:
    if subject.host is None:
        finding = "Auf welcher Adresse die Seiten angeboten werden, weiß nur der Prozess, der sie anbietet."
        yield Verdict.UNKNOWN, finding, "Nichts: Er prüft es bei jedem Start selbst."
    elif _is_local(subject.host):
        yield Verdict.GOOD, f"Die Seiten werden auf {subject.host} angeboten, also nur diesem Rechner.", ""
    elif subject.settings.secure:
        yield Verdict.GOOD, f"Die Seiten werden auf {subject.host} angeboten; nur eigene Proxys bekommen Antwort.", ""
    else:
        yield (
            Verdict.REFUSED,
            f"Die Seiten würden auf {subject.host} unverschlüsselt auch anderen Rechnern angeboten.",
            "Bitte setzen Sie PEBEM_PUBLIC_URL auf eine Adresse mit https://, oder nehmen Sie --host 127.0.0.1.",
        )


def _proxies(subject: _Subject) -> _Found:
    networks = subject.settings.operation.trusted_proxies
    if any(network.prefixlen == 0 for network in networks):
        yield (
            subject.fault,
            "PEBEM_TRUSTED_PROXIES nennt alle Adressen der Welt; damit kann jeder eine fremde Adresse angeben.",
            "Bitte nennen Sie dort nur Ihre eigenen Proxys.",
        )
    elif networks:
        yield Verdict.GOOD, f"Als Proxys gelten {', '.join(map(str, networks))}.", ""


def _debug(subject: _Subject) -> _Found:
    if subject.settings.operation.debug:
        yield (
            subject.fault,
            "FLASK_DEBUG ist eingeschaltet: Fehlerseiten würden Innereien zeigen.",
            "Bitte entfernen Sie FLASK_DEBUG aus der Umgebung.",
        )
    else:
        yield Verdict.GOOD, "Die Fehlersuche ist ausgeschaltet.", ""


def _keys(subject: _Subject) -> _Found:
    if wrong := objection(subject.settings):
        yield Verdict.REFUSED, wrong, ""
    else:
        yield Verdict.GOOD, "Alle Schlüssel sind lang und zufällig genug.", ""
    beside = sorted(path.name for path in subject.settings.home.glob("*_key.txt"))
    if beside and subject.settings.operation.production:
        yield (
            Verdict.WARNING,
            f"Schlüssel liegen neben den Daten ({', '.join(beside)}): Wer den Ordner stiehlt, hat beides.",
            "Bitte geben Sie die Schlüssel in der Umgebung an und löschen Sie die Dateien.",
        )


def _vault(subject: _Subject) -> _Found:
    finding, remedy = vault_state.problem(subject.settings)
    if finding:
        yield Verdict.WARNING, finding, remedy
    else:
        yield Verdict.GOOD, "Die Datenbank der Namen antwortet, und ihr Schlüssel ist da.", ""


def _separation(subject: _Subject) -> _Found:
    work, vault = _engines(subject.settings)
    try:
        separate = separation.are_separate(work, vault)
    except OperationalError:
        yield (
            Verdict.WARNING,
            "Eine der Datenbanken antwortet nicht; ob Namen getrennt liegen, ist deshalb ungeprüft.",
            "Bitte sehen Sie nach PEBEM_DATABASE_URL und PEBEM_VAULT_URL.",
        )
        return
    finally:
        work.dispose()
        vault.dispose()
    if separate:
        yield Verdict.GOOD, "Namen und Auswertungen liegen in zwei Datenbanken.", ""
    else:
        yield (
            subject.fault,
            "PEBEM_VAULT_URL und PEBEM_DATABASE_URL führen zu derselben Datenbank.",
            "Bitte legen Sie Namen in einer eigenen Datenbank ab.",
        )


def _roles(subject: _Subject) -> _Found:
    roles: dict[str, str] = {}
    for name, engine in zip(("Auswertungen", "Namen"), _engines(subject.settings), strict=True):
        if engine.dialect.name != "postgresql":
            continue
        try:
            with engine.connect() as connection:
                query = text("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
                roles[name], is_superuser = connection.execute(query).one()
                driver: Any = connection.connection.driver_connection
                local = _is_local(driver.info.host) or driver.info.host.startswith("/")
                encrypted = local or bool(driver.pgconn.ssl_in_use)
        except OperationalError:
            continue
        finally:
            engine.dispose()
        if is_superuser:
            yield (
                Verdict.WARNING,
                f"Die Datenbank der {name} wird als Superuser {roles[name]} benutzt.",
                "Bitte legen Sie ein Konto an, dem nur diese Datenbank gehört.",
            )
        if not encrypted:
            yield (
                Verdict.WARNING,
                f"Die Verbindung zur Datenbank der {name} ist nicht verschlüsselt.",
                "Bitte hängen Sie an ihre Adresse ?sslmode=verify-full an.",
            )
    if len(roles) > len(set(roles.values())):
        yield (
            Verdict.WARNING,
            f"Namen und Auswertungen werden mit demselben Konto {roles['Namen']} gelesen.",
            "Bitte geben Sie den Namen ein eigenes Konto.",
        )


def _files(subject: _Subject) -> _Found:
    readable = file_modes.open_to_others(subject.settings)
    if readable:
        names = ", ".join(str(path) for path in readable[:3]) + (" und weitere" if readable[3:] else "")
        yield (
            subject.fault,
            f"Andere Konten dieses Rechners können {names} lesen.",
            f"Bitte führen Sie aus: chmod -R go= {readable[0]}",
        )
    else:
        yield Verdict.GOOD, "Dateien und Ordner gehören nur dem Konto, unter dem das Programm läuft.", ""


def _account(_: _Subject) -> _Found:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield (
            Verdict.WARNING,
            "Das Programm läuft als root; was es vor Dateien schützt, gilt dann nur zum Teil.",
            "Bitte starten Sie es unter einem eigenen Konto.",
        )
    else:
        yield Verdict.GOOD, "Das Programm läuft unter einem Konto ohne besondere Rechte.", ""


def _readers(_: _Subject) -> _Found:
    missing = sandbox.missing_protection()
    if missing:
        yield (
            Verdict.WARNING,
            f"Der Prozess, der fremde Dateien öffnet, ist nicht ganz abgeschottet: {'; '.join(missing)}.",
            "Bitte erlauben Sie dem Konto unter Linux eigene Namensräume und seccomp.",
        )
    else:
        yield Verdict.GOOD, "Fremde Dateien öffnet ein Prozess ohne Netz, Dateien, Umgebung und Schlüssel.", ""


def _scanner(subject: _Subject) -> _Found:
    operation = subject.settings.operation
    if not operation.virus_scanner:
        verdict = Verdict.WARNING if operation.production else Verdict.GOOD
        yield (
            verdict,
            "Hochgeladene Dateien prüft kein Virenscanner.",
            "Bitte nennen Sie einen in PEBEM_VIRUS_SCANNER.",
        )
        return
    if problem := virus_scanner.problem(operation):
        yield Verdict.WARNING, problem, "Bitte sehen Sie nach PEBEM_VIRUS_SCANNER."
    else:
        yield Verdict.GOOD, "Der Virenscanner antwortet und lässt eine harmlose Probe durch.", ""


_CHECKS: Final[dict[str, tuple[tuple[str, ...], Callable[[_Subject], _Found]]]] = {
    "mode": (("T8",), _mode),
    "https": (("X6", "T14", "E1", "F2"), _https),
    "host": (("X6", "T14"), _host),
    "proxies": (("F7", "T14"), _proxies),
    "debug": (("X6", "F9"), _debug),
    "keys": (("E3",), _keys),
    "vault": (("X10", "E3"), _vault),
    "separation": (("T3", "X6"), _separation),
    "roles": (("T3", "T14"), _roles),
    "files": (("E2", "E3"), _files),
    "account": (("X5",), _account),
    "readers": (("X5",), _readers),
    "scanner": (("F4",), _scanner),
}
"""What is checked, with the rows it belongs to."""


def _engines(settings: Settings) -> tuple[Engine, Engine]:
    return make_engine(settings.database_url), make_engine(settings.vault_url)


def _is_local(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname if not host.startswith(":") else host
    if name == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
