"""Checks of the installation: what only whoever runs the server can put right."""

from __future__ import annotations

import platform
import ssl
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.security_report import parts
from web.security_report.inspection import CheckGroup
from web.services import alarms, clock
from web.services.backups import nightly as backups
from web.services.backups import overview
from web.services.backups.rehearsal import REHEARSED
from web.services.keys import overview as keys
from web.services.log import verification, watch
from web.services.retention import nightly as retention
from web.serving.installation_checks import Verdict
from web.store import roles, row_security
from web.store.databases import make_engine
from web.store.models import AuditEvent
from web.wording.figures import counted

if TYPE_CHECKING:
    from web.security_report.inspection import Found, Inspection

REHEARSE_EVERY: Final = timedelta(days=100)
"""How old the last rehearsal of a restore may be: they are to be made every quarter (``docs/operation.md``)."""

VERIFY_EVERY: Final = timedelta(hours=30)
"""How old the last verification of the log may be: the worker makes one every night."""


def _cookies(subject: Inspection) -> Found:
    config, secure = subject.config, subject.settings.secure
    wanted = {"SESSION_COOKIE_HTTPONLY": True, "SESSION_COOKIE_SAMESITE": "Lax", "SESSION_COOKIE_SECURE": secure}
    wrong = [name for name, value in wanted.items() if config.get(name) != value]
    if secure and not str(config.get("SESSION_COOKIE_NAME", "")).startswith("__Host-"):
        wrong.append("SESSION_COOKIE_NAME")
    if wrong:
        yield Verdict.WARNING, f"Cookies sind nicht geschützt wie vorgesehen: {', '.join(wrong)}.", _REPORT
    elif secure:
        yield Verdict.GOOD, "Cookies sind Secure, HttpOnly, SameSite und an den Rechner gebunden.", ""
    else:
        yield Verdict.GOOD, "Cookies sind HttpOnly und SameSite; Secure werden sie mit einer https-Adresse.", ""


def _row_security(subject: Inspection) -> Found:
    engine = make_engine(subject.settings.database_url)
    try:
        if engine.dialect.name != "postgresql":
            yield Verdict.GOOD, "Dateien kennen keinen Zeilenschutz; es gelten die beiden Schichten im Programm.", ""
            return
        with engine.connect() as connection:
            unprotected, passes = row_security.missing(connection), row_security.is_passed(connection)
    finally:
        engine.dispose()
    if unprotected:
        tables = ", ".join(unprotected[:5]) + (" und weitere" if unprotected[5:] else "")
        yield Verdict.WARNING, f"Ohne Zeilenschutz sind {tables}.", "Bitte führen Sie aus: pebem db upgrade"
    if passes:
        remedy = "Bitte nehmen Sie ihm SUPERUSER und BYPASSRLS, oder legen Sie ein anderes Konto an."
        yield Verdict.WARNING, "Das Konto der Datenbank umgeht den Zeilenschutz.", remedy
    if not unprotected and not passes:
        yield Verdict.GOOD, "Die Datenbank zeigt und nimmt von sich aus keine Zeile eines anderen Trägers.", ""


def _log_protection(subject: Inspection) -> Found:
    engine = make_engine(subject.settings.database_url)
    try:
        with engine.connect() as connection:
            unprotected, may_change = roles.missing_triggers(connection), roles.may_change_log(connection)
    finally:
        engine.dispose()
    if unprotected:
        remedy = "Bitte prüfen Sie mit pebem audit verify, und wer die Auslöser entfernt hat."
        yield Verdict.WARNING, f"Am Protokoll fehlen Auslöser der Datenbank: {', '.join(unprotected)}.", remedy
    else:
        yield Verdict.GOOD, "Die Datenbank lehnt es ab, Einträge des Protokolls zu ändern oder zu löschen.", ""
    if may_change:
        remedy = "Bitte geben Sie der Anwendung ein eigenes Konto: pebem db role NAME (docs/operation.md)."
        yield Verdict.WARNING, "Dem Konto der Datenbank gehört das Protokoll; es könnte die Auslöser entfernen.", remedy


def _log(subject: Inspection) -> Found:
    if subject.thorough:
        reports = verification.verify(subject.system)
        for one in reports:
            if one.fault:
                yield Verdict.WARNING, str(one), _VERIFY
            elif not one.anchored and one.last >= one.first:
                yield Verdict.WARNING, str(one), "Bitte prüfen Sie den Ordner log der Installation und ob er fehlt."
        if not any(one.fault for one in reports):
            entries = sum(one.last - one.first + 1 for one in reports)
            yield Verdict.GOOD, f"Das Protokoll ist unverändert: {counted(entries, 'Eintrag', 'Einträge')}.", ""
        return
    noted = watch.verified(subject.notes)
    if noted is None:
        yield Verdict.UNKNOWN, "Das Protokoll wurde hier noch nicht geprüft; das geschieht jede Nacht.", _VERIFY
    elif noted.faults:
        yield Verdict.WARNING, "Das Protokoll ist nicht mehr, wie es geschrieben wurde.", _VERIFY
    elif clock.now() - noted.at > VERIFY_EVERY:
        when = clock.format_moment(noted.at)
        yield (
            Verdict.WARNING,
            f"Das Protokoll wurde zuletzt geprüft: {when}.",
            "Bitte prüfen Sie, ob pebem serve läuft.",
        )
    else:
        yield Verdict.GOOD, f"Das Protokoll war unverändert, zuletzt geprüft: {clock.format_moment(noted.at)}.", ""


def _log_troubles(subject: Inspection) -> Found:
    kinds = subject.system.databases.log.anchors.troubles()
    if kinds:
        yield Verdict.WARNING, f"Misslungen ist: {', '.join(sorted(kinds))}.", "Bitte sehen Sie ins Log des Servers."
    else:
        yield Verdict.GOOD, "Kein Eintrag und kein Löschen ist zuletzt misslungen.", ""


def _alarms(subject: Inspection) -> Found:
    if alarms.is_configured(subject.settings):
        yield Verdict.GOOD, "Bei Auffälligem und Fehlschlägen wird jemand benachrichtigt.", ""
    else:
        remedy = "Bitte setzen Sie PEBEM_ALARM_MAIL mit PEBEM_SMTP, oder PEBEM_ALARM_WEBHOOK."
        yield Verdict.WARNING, "Niemand wird benachrichtigt, wenn etwas misslingt oder auffällt.", remedy


def _backups(subject: Inspection) -> Found:
    settings = subject.settings
    if not settings.backup.targets:
        yield (
            Verdict.WARNING,
            "Es ist kein Ziel für Sicherungen eingestellt; es gibt keine.",
            "Bitte setzen Sie PEBEM_BACKUP_TARGET auf einen anderen Ort (docs/operation.md, „Backups“).",
        )
    reference = overview.reference_of(subject.system)
    for number, address in enumerate(settings.backup.targets, start=1):
        target = f"Ziel {number} ({address.partition('://')[0] if '://' in address else 'Ordner'})"
        if subject.thorough:
            state = overview.state_of(settings, address, reference)
            problem, good_at = state.problem, state.newest.moment if state.newest else None
        else:
            note = backups.noted(subject.notes, address)
            problem, good_at = note.problem, datetime.fromisoformat(note.good_at) if note.good_at else None
            if not note.look_at:
                yield Verdict.UNKNOWN, f"{target}: hier noch nicht angesehen; das geschieht jede Stunde.", _BACKUP
                continue
        last = f"letzte gute und zurückgelesene Sicherung: {clock.format_moment(good_at) if good_at else 'keine'}"
        old = good_at is None or clock.now() - good_at > timedelta(hours=settings.backup.alarm_hours)
        if problem or old:
            yield Verdict.WARNING, f"{target}: {last}.{f' {problem}' if problem else ''}", _BACKUP
        else:
            yield Verdict.GOOD, f"{target}: {last}.", ""


def _rehearsal(subject: Inspection) -> Found:
    query = select(AuditEvent.at, AuditEvent.result).where(AuditEvent.action == REHEARSED)
    with subject.system.reading() as session:
        last = session.execute(query.order_by(AuditEvent.id.desc()).limit(1)).first()
    remedy = "Bitte üben Sie es einmal im Quartal: pebem restore --rehearse"
    if last is None:
        yield Verdict.WARNING, "Eine Wiederherstellung wurde noch nie geübt.", remedy
        return
    told = f"Eine Wiederherstellung wurde zuletzt geübt: {clock.format_moment(last.at)}"
    if last.result != "ok":
        yield Verdict.WARNING, f"{told}, und sie misslang.", remedy
    elif clock.now() - last.at > REHEARSE_EVERY:
        yield Verdict.WARNING, f"{told}, vor mehr als einem Quartal.", remedy
    else:
        yield Verdict.GOOD, f"{told}, mit Erfolg.", ""


def _retention(subject: Inspection) -> Found:
    last, remedy = (
        retention.last_day(subject.notes),
        "Bitte prüfen Sie, ob pebem serve läuft, und: pebem retention list",
    )
    if last is None:
        yield Verdict.UNKNOWN, "Nach Fristen wurde hier noch nicht gelöscht; das geschieht jeden Tag.", remedy
    elif last < clock.today() - timedelta(days=1):
        yield Verdict.WARNING, f"Nach Fristen wurde zuletzt gelöscht: {last:%d.%m.%Y}.", remedy
    else:
        yield Verdict.GOOD, f"Nach Fristen wurde zuletzt gelöscht: {last:%d.%m.%Y}.", ""


def _setting_keys(subject: Inspection) -> Found:
    found = keys.setting_keys_of(subject.system, subject.settings)
    words = {"vault_key": "Hauptschlüssel", "secret_key": "Schlüssel für Sitzungen und zweite Faktoren"}
    for name, ring in found.items():
        current = next((one.id for one in ring if one.current), "")
        needed = sum(one.needed for one in ring if not one.current)
        if needed:
            yield (
                Verdict.WARNING,
                f"{words[name]}: {counted(needed, 'Wert hängt', 'Werte hängen')} noch an einem früheren.",
                "Bitte rufen Sie pebem keys rotate auf.",
            )
        else:
            yield Verdict.GOOD, f"{words[name]}: in Gebrauch ist {current}; an keinem früheren hängt etwas.", ""


def _versions(subject: Inspection) -> Found:
    engine = make_engine(subject.settings.database_url)
    try:
        with engine.connect():
            database = ".".join(map(str, engine.dialect.server_version_info or ()))
    finally:
        engine.dispose()
    try:
        program = version("pebem-analyse")
    except PackageNotFoundError:
        program = "aus dem Quelltext"
    told = f"PeBeM-Analyse {program}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}"
    yield Verdict.GOOD, f"{told}, {engine.dialect.name} {database}.", ""


def _bill(subject: Inspection) -> Found:
    remedy = "Bitte schreiben Sie sie mit make sbom und legen Sie sie als sbom.json in den Ordner der Installation."
    listed = parts.listed_parts(subject.settings.home)
    if listed is None:
        yield Verdict.WARNING, "Eine Liste der Bestandteile (CycloneDX) liegt bei dieser Installation nicht.", remedy
        return
    others = parts.other_versions(listed)
    if others:
        yield Verdict.WARNING, f"Die Liste der Bestandteile nennt andere Fassungen: {', '.join(others[:5])}.", remedy
    else:
        yield Verdict.GOOD, f"Die Liste nennt {len(listed)} Pakete, wie sie hier installiert sind.", ""


_VERIFY: Final = "Bitte rufen Sie pebem audit verify auf und gehen Sie nach docs/datenschutz/vorfall.md vor."
_BACKUP: Final = "Bitte rufen Sie pebem backup list auf; was zu tun ist, steht in docs/operation.md."
_REPORT: Final = "Bitte melden Sie das als Fehler des Programms."

INSTALLATION: Final = CheckGroup(
    by_operator=False,
    checks={
        "cookies": (("F2",), _cookies),
        "row security": (("B3", "T8"), _row_security),
        "log protection": (("G3",), _log_protection),
        "log": (("G3", "I3"), _log),
        "log troubles": (("I3", "G2"), _log_troubles),
        "alarms": (("I3", "T13"), _alarms),
        "backups": (("T13", "I1"), _backups),
        "rehearsal": (("I2", "T13"), _rehearsal),
        "retention": (("H2", "T9"), _retention),
        "keys of settings": (("E3", "A2"), _setting_keys),
        "versions": (("F11",), _versions),
        "parts": (("F11",), _bill),
    },
)
"""Checks that each installation has once."""
