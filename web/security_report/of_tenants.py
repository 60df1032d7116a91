"""Checks of one operator: what its administration or data protection can put right, most of it on a page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from web.security.permissions import AccountRole
from web.security_report.inspection import CheckGroup
from web.services import accounts, clock, grants, instructions, releases
from web.services.instructions import InstructionKind
from web.services.keys import overview as keys
from web.serving.installation_checks import Verdict
from web.store.models import AuditEvent, Home, Tenant, Upload
from web.store.models.upload import UNDECIDED
from web.wording.figures import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from web.security_report.inspection import Check, Found, Inspection
    from web.store.access import Access

_OPEN_AFTER: Final = timedelta(days=30)
"""After so long an instruction that is not done is told of: requests of persons are to be answered within a month."""

_GRACE: Final = timedelta(days=2)
"""How much longer than its period something may be there: deletion runs once a day."""


def _of_each(check: Callable[[Access, Inspection], Found]) -> Check:
    """Return a check of all operators of an inspection, which names them where there are several."""

    def of_all(subject: Inspection) -> Found:
        for name, access in subject.tenants:
            for verdict, finding, remedy in check(access, subject):
                yield verdict, f"{name}: {finding}" if name else finding, remedy

    return of_all


@_of_each
def _factors(access: Access, _: Inspection) -> Found:
    active = [one for one in accounts.of_tenant(access) if one.active]
    without = [one for one in active if not one.has_factor]
    expired = [one for one in without if one.initial_until is None or one.initial_until < clock.now()]
    if expired:
        yield (
            Verdict.WARNING,
            f"{counted(len(expired), 'Konto hat', 'Konten haben')} weder zweiten Faktor noch gültiges Einmalpasswort.",
            "Konten und Rollen: stilllegen, was niemand mehr braucht; sonst ein neues Einmalpasswort geben.",
        )
    elif without:
        told = counted(len(without), "Konto hat sich", "Konten haben sich")
        yield Verdict.GOOD, f"{told} noch nie angemeldet und richtet dabei den zweiten Faktor ein.", ""
    else:
        yield Verdict.GOOD, f"Alle {counted(len(active), 'Konto', 'Konten')} haben einen zweiten Faktor.", ""


@_of_each
def _locked(access: Access, _: Inspection) -> Found:
    locked = [one for one in accounts.of_tenant(access) if one.active and one.locked_at]
    if locked:
        told = counted(len(locked), "Konto ist", "Konten sind")
        remedy = "Konten und Rollen: mit der Person klären, was war, und mit Grund entsperren oder stilllegen."
        yield Verdict.WARNING, f"{told} nach Fehlversuchen gesperrt.", remedy
    else:
        yield Verdict.GOOD, "Kein Konto ist gesperrt.", ""


@_of_each
def _administrators(access: Access, _: Inspection) -> Found:
    with access.reading() as session:
        able = len(grants.administrators(session, access.tenant_id))
    if able > 1:
        yield Verdict.GOOD, f"{able} Konten verwalten: Ein verlorener Faktor wird von zwei Personen ersetzt.", ""
    else:
        yield (
            Verdict.WARNING,
            f"{'Nur ein' if able else 'Kein'} Konto verwaltet; geht sein Faktor verloren, hilft nur der Betreiber.",
            "Konten und Rollen: einer zweiten Person die Rolle Verwaltung geben.",
        )


@_of_each
def _grants(access: Access, _: Inspection) -> Found:
    disabled = {one.id for one in accounts.of_tenant(access) if not one.active}
    held = grants.of_tenant(access)
    left = [one for one in held if one.account_id in disabled]
    expired = grants.expired(access)
    if left:
        told = counted(len(left), "Rolle gehört", "Rollen gehören")
        remedy = "Konten und Rollen: entziehen; sonst gelten sie wieder, sobald jemand das Konto öffnet."
        yield Verdict.WARNING, f"{told} noch zu stillgelegten Konten.", remedy
    else:
        ended = f"; {counted(expired, 'abgelaufene gilt', 'abgelaufene gelten')} nicht mehr" if expired else ""
        yield Verdict.GOOD, f"{counted(len(held), 'Rolle ist', 'Rollen sind')} vergeben{ended}.", ""


@_of_each
def _data_protection(access: Access, _: Inspection) -> Found:
    if any(one.role is AccountRole.DATA_PROTECTION for one in grants.of_tenant(access)):
        yield Verdict.GOOD, "Jemand liest das Protokoll: Die Rolle Datenschutz ist vergeben.", ""
    else:
        remedy = "Konten und Rollen: die Rolle Datenschutz vergeben."
        yield Verdict.WARNING, "Niemand kann das Protokoll lesen: Die Rolle Datenschutz ist nicht vergeben.", remedy


@_of_each
def _instructions(access: Access, _: Inspection) -> Found:
    open_ = [one for one in instructions.of_tenant(access) if one.open]
    support = [one for one in open_ if one.kind is InstructionKind.SUPPORT]
    late = [one for one in open_ if one not in support and clock.now() - one.given_at > _OPEN_AFTER]
    for one in support:
        until = clock.format_moment(one.open_until) if one.open_until else ""
        remedy = "Weisungen: zurücknehmen, sobald die Hilfe nicht mehr gebraucht wird."
        yield Verdict.WARNING, f"Der Betreiber hat Zugriff für Hilfe bis {until}.", remedy
    if late:
        told = counted(len(late), "Weisung ist", "Weisungen sind")
        remedy = "Fragen Sie beim Betreiber nach; er sieht sie mit pebem instructions list."
        yield Verdict.WARNING, f"{told} seit mehr als 30 Tagen nicht erledigt.", remedy
    if not support and not late:
        yield Verdict.GOOD, "Der Betreiber hat keinen Zugriff für Hilfe, und keine Weisung wartet lange.", ""


@_of_each
def _releases(access: Access, _: Inspection) -> Found:
    with access.reading() as session:
        homes = dict(session.execute(select(Home.id, Home.name).where(Home.tenant_id == access.tenant_id)).all())
    on = waiting = 0
    for home_id in homes:
        rows = [one for one in releases.of_home(access, home_id) if not one.over]
        on += any(one.in_force for one in rows)
        waiting += any(not one.released_at for one in rows)
    if on:
        told = f"In {counted(on, 'Einrichtung', 'Einrichtungen')} sind Tag und Uhrzeit freigegeben, von zwei Personen."
        yield Verdict.GOOD, told, ""
    else:
        yield Verdict.GOOD, "Sichten, die sagen, wer Dienst hatte, sind überall aus.", ""
    if waiting:
        told = counted(waiting, "Antrag wartet", "Anträge warten")
        yield (
            Verdict.WARNING,
            f"{told} auf die Entscheidung des Betriebsrats.",
            "Freigaben: entscheiden oder zurücknehmen.",
        )


@_of_each
def _keys(access: Access, subject: Inspection) -> Found:
    found = keys.of_tenant(subject.system, subject.settings, access)
    if found.problem or found.lost:
        remedy = "Bitte setzen Sie den früheren Schlüssel wieder ein (docs/operation.md, „Keys“)."
        yield (
            Verdict.WARNING,
            found.problem or f"{counted(found.lost, 'Wert ist', 'Werte sind')} nicht zu öffnen.",
            remedy,
        )
    elif not found.settled:
        remedy = "Der Betreiber beendet das mit pebem keys rotate."
        yield Verdict.WARNING, "Ein Schlüsselwechsel ist nicht zu Ende geführt.", remedy
    elif found.since is None:
        yield Verdict.GOOD, "Es gibt noch keinen Schlüssel, denn es sind noch keine Namen gespeichert.", ""
    else:
        days = counted((clock.now() - found.since).days, "Tag", "Tagen")
        yield (
            Verdict.GOOD,
            f"Der Schlüssel {found.current} ist seit {days} in Gebrauch; an keinem anderen hängt etwas.",
            "",
        )


@_of_each
def _log_period(access: Access, subject: Inspection) -> Found:
    own = select(Tenant.reference).where(Tenant.id == access.tenant_id).scalar_subquery()
    with access.reading() as session:
        oldest = session.scalar(select(func.min(AuditEvent.at)).where(AuditEvent.chain == own))
    days = subject.settings.log_days
    if oldest and clock.now() - oldest > timedelta(days=days) + _GRACE:
        remedy = "Der Betreiber prüft, ob pebem serve läuft und was sein Log sagt."
        yield Verdict.WARNING, f"Das Protokoll hat Einträge, die älter sind als {counted(days, 'Tag', 'Tage')}.", remedy
    else:
        yield Verdict.GOOD, f"Kein Eintrag des Protokolls ist älter als {counted(days, 'Tag', 'Tage')}.", ""


@_of_each
def _uploads(access: Access, subject: Inspection) -> Found:
    limit = clock.now() - timedelta(days=subject.settings.upload_days) - _GRACE
    late = Upload.home_id.in_(access.homes), Upload.state.in_(UNDECIDED), Upload.created_at < limit
    with access.reading() as session:
        count = session.scalar(select(func.count()).select_from(Upload).where(*late)) or 0
    if count:
        told = counted(count, "Datenlieferung wartet", "Datenlieferungen warten")
        remedy = "Der Betreiber prüft, ob pebem serve läuft; Sie können sie unter Daten einlesen verwerfen."
        yield Verdict.WARNING, f"{told} länger, als ihre Dateien gespeichert werden dürfen.", remedy
    else:
        yield Verdict.GOOD, "Keine Datei einer Datenlieferung liegt länger als erlaubt.", ""


TENANTS: Final = CheckGroup(
    by_operator=True,
    checks={
        "factors": (("A2", "T2"), _factors),
        "locked": (("T5",), _locked),
        "administrators": (("X8",), _administrators),
        "grants": (("B6", "T6", "A9"), _grants),
        "data protection": (("G5", "T2"), _data_protection),
        "instructions": (("B8", "T12"), _instructions),
        "releases": (("D1", "D2", "T15"), _releases),
        "tenant keys": (("E3", "T3"), _keys),
        "log period": (("G5",), _log_period),
        "uploads": (("C6",), _uploads),
    },
)
"""Checks that each operator of homes has once."""
