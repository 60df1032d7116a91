"""Everything stored about one resident or employee, for that person (Art. 15 GDPR, H6): nothing about anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import and_, or_, select

from pebem.history.contents import FIRST_DAY, unpack
from web.security.permissions import Right
from web.services import audit, clock, open_vault, periods
from web.services.analysis import duties
from web.services.errors import ServiceError
from web.services.history import active_uploads
from web.services.open_vault import VaultClosedError
from web.services.people import aliases, pseudonyms
from web.services.people.aliases import ROW_ID
from web.services.subjects import statement_history, traces
from web.services.uploads import records
from web.store.data_classes import Deletion
from web.store.models import AuditEvent, Home, Label, Override, PersonAnswer, Resident, Staff, Tenant, Upload
from web.store.models.upload import MOVING, UNDECIDED
from web.store.vault import RESIDENT, STAFF
from web.store.work import bulk

if TYPE_CHECKING:
    import re

    from sqlalchemy.orm import Session

    from web.settings import Settings
    from web.store.access import Access

PURPOSES: Final = (
    "Vergleichen, welches Qualifikationsniveau eine Pflegehandlung verlangte und welches die Person hatte, die sie "
    "erbrachte; daraus Personaleinsatz und Personalbedarf planen (§ 113c SGB XI). Gespeicherte Ergebnisse werden "
    "allein aus dem errechnet, was hier steht."
)

KIND_WORDS: Final = {RESIDENT: "Bewohner:in", STAFF: "Beschäftigte:r"}
_CHANGES: Final = {"added": "neu", "corrected": "berichtigt", "removed": "entfällt"}
_KINDS: Final = {
    "assessment": "Begutachtung",
    "instability": "instabile Phase",
    "grade": "Pflegegrad",
    "level": "Niveau, Rolle, Zertifikate, bis",
    "ward": "Wohnbereich",
    "stay": "Aufenthalt, bis",
}
_CLASS: Final = {RESIDENT: Deletion.RESIDENT, STAFF: Deletion.STAFF}


class SubjectError(ServiceError):
    """There is no such person."""


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of the report: what it is about, and lines of texts under headings."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SubjectReport:
    """All of it; ``title`` names home and kind of person, never the person."""

    title: str
    sections: tuple[ReportSection, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data: section -> lines by heading."""
        return {
            "titel": self.title,
            **{one.title: [dict(zip(one.headings, row, strict=True)) for row in one.rows] for one in self.sections},
        }


def report(access: Access, settings: Settings, home_id: int, pseudonym: str) -> SubjectReport:
    """Return everything stored about a person of a home, and log that it was asked for.

    Number and name are in it where the account may see names in this home.

    Raises
    ------
    SubjectError
        Where there is no such person.
    """
    access.check_home(home_id)
    kind = STAFF if pseudonym.startswith("M-") else RESIDENT
    with access.reading() as session:
        persons = aliases.all_of(session, home_id, pseudonym)
        model: type[Resident | Staff] = Resident if kind == RESIDENT else Staff
        own = dict(
            session.execute(
                select(model.pseudonym, model.id).where(model.home_id == home_id, model.pseudonym.in_(persons))
            ).all()
        )
        home, tenant = session.execute(
            select(Home.name, Tenant.name).join(Tenant, Tenant.id == Home.tenant_id).where(Home.id == home_id)
        ).one()
        person = aliases.of_home(session, home_id).get(pseudonym, pseudonym)
        stored = (
            _statements(session, home_id, person),
            _rows(session, home_id, kind, own),
            *([_duties(session, home_id, person)] if kind == STAFF else [_overrides(session, home_id, own)]),
            _answers(session, home_id, persons),
        )
        sources = _sources(session, home_id, kind, persons, own)
        recipients = _recipients(session, home_id, kind, own)
    identity, quoted = _identity(access, settings, home_id, persons)
    if not own and not identity.rows:
        raise SubjectError("Diese Person gibt es in diesem Haus nicht.")
    shows = access.may(Right.SEE_NAMES, home_id)
    sections = (
        ReportSection("Wozu", ("Zweck",), ((PURPOSES,),)),
        *([identity] if shows else []),
        *stored,
        *([_findings(access, settings, home_id, quoted)] if shows else []),
        sources,
        recipients,
        ReportSection("Fristen", ("Daten", "Regel"), _periods(settings, kind)),
    )
    with access.writing.begin() as session:
        given = audit.received(access, person=person)
        audit.record(session, access, "person.auskunft", what=f"haus {home_id}", reason=KIND_WORDS[kind], details=given)
    return SubjectReport(f"Auskunft nach Art. 15 DSGVO: {KIND_WORDS[kind]}, {home}, {tenant}", sections)


def _identity(
    access: Access, settings: Settings, home_id: int, persons: frozenset[str]
) -> tuple[ReportSection, tuple[re.Pattern[str] | None, re.Pattern[str] | None]]:
    """Return number and names of a person, and what finds its texts and those of all others."""
    rows, own, others = [], set(), set()
    with open_vault.reading(access, settings) as vault:
        for kind in (RESIDENT, STAFF):
            for one, (number, name) in pseudonyms.people_of_home(vault, home_id, kind).items():
                texts = {text for text in (number, *name) if text}
                if one in persons:
                    rows.append((one, number, name.name, name.given))
                    own |= texts
                else:
                    others |= texts
    section = ReportSection("Wer", ("Pseudonym", "Nummer", "Name", "Vorname"), tuple(sorted(rows)))
    return section, (traces.pattern(own), traces.pattern(others - own))


def _statements(session: Session, home_id: int, person: str) -> ReportSection:
    steps = statement_history.of_person(session, home_id, person)
    rows = [
        (
            f"Datenlieferung {one.upload_id}" if one.upload_id else "Berichtigung",
            clock.format_moment(one.stored_at) if one.stored_at else "",
            f"Konto {one.account_id}",
            _CHANGES[one.change],
            " ".join(filter(None, (_KINDS[one.kind], one.criterion))),
            f"{one.first:%d.%m.%Y}" if one.first else "seit jeher",
            _told(one.after),
            _told(one.before),
        )
        for one in steps
    ]
    headings = ("Aus", "Gespeichert", "Von", "Änderung", "Angabe", "Gilt ab", "Inhalt", "Vorher")
    return ReportSection("Angaben und ihre Geschichte", headings, tuple(rows))


def _told(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {'nicht lesbar' if one is None else one}" for name, one in value.items())
    return ", ".join(str(one) for one in value if one is not None and one != "") or "–"


def _rows(session: Session, home_id: int, kind: str, own: dict[str, int]) -> ReportSection:
    labels = dict(session.execute(select(Label.id, Label.text).where(Label.home_id == home_id)).all())
    rows = []
    for month in bulk.contents_by_month(session.connection(), home_id):
        numbers = unpack(month)
        about = np.isin(numbers[ROW_ID[kind]], list(own.values()))
        picked = {name: column[about].tolist() for name, column in numbers.items()}
        for place, day in enumerate(picked["day"]):
            minute, seconds = picked["minute"][place] - 1, picked["seconds"][place] - 1
            rows.append(
                (
                    f"{np.datetime64(day - FIRST_DAY, 'D').astype(object):%d.%m.%Y}",
                    f"{minute // 60:02}:{minute % 60:02}" if minute >= 0 else "",
                    labels.get(picked["intervention"][place], ""),
                    f"{seconds / 60:g}".replace(".", ",") if seconds >= 0 else "",
                    *(labels.get(picked[name][place], "") for name in ("ward", "shift", "status", "source")),
                )
            )
    headings = ("Tag", "Uhrzeit", "Intervention", "Minuten", "Wohnbereich", "Schicht", "Status", "Quelle")
    return ReportSection("Leistungen", headings, tuple(rows))


def _duties(session: Session, home_id: int, person: str) -> ReportSection:
    found = duties.frame(session, home_id, restricted=True)
    own = found[found["staff"] == person]
    rows = tuple(
        (f"{start:%d.%m.%Y %H:%M}", f"{end:%d.%m.%Y %H:%M}", ward or "")
        for start, end, ward in own[["start", "end", "ward"]].itertuples(index=False)
    )
    return ReportSection("Dienste", ("Beginn", "Ende", "Wohnbereich"), rows)


def _overrides(session: Session, home_id: int, own: dict[str, int]) -> ReportSection:
    query = select(Override).where(Override.home_id == home_id, Override.resident_id.in_(own.values()))
    rows = tuple(
        (one.intervention, f"QN {one.level}", f"{one.start:%d.%m.%Y}", f"{one.end:%d.%m.%Y}", one.reason)
        for one in session.scalars(query.order_by(Override.id))
    )
    return ReportSection("Eigene Festlegungen", ("Intervention", "Niveau", "Von", "Bis", "Grund"), rows)


def _answers(session: Session, home_id: int, persons: frozenset[str]) -> ReportSection:
    query = select(PersonAnswer).where(PersonAnswer.home_id == home_id, PersonAnswer.pseudonym.in_(persons))
    rows = tuple(
        (one.pseudonym, one.answer, (one.same_as or "") if one.same_as in persons else "", clock.format_moment(one.at))
        for one in session.scalars(query.order_by(PersonAnswer.id))
    )
    return ReportSection("Antworten, wer gemeint ist", ("Pseudonym", "Antwort", "Gemeint", "Wann"), rows)


def _findings(
    access: Access, settings: Settings, home_id: int, quoted: tuple[re.Pattern[str] | None, re.Pattern[str] | None]
) -> ReportSection:
    """Return the findings that quote the person and nobody else."""
    own, others = quoted
    rows = []
    with access.reading() as session:
        uploads = list(session.scalars(select(Upload.id).where(Upload.home_id == home_id).order_by(Upload.id)))
    for upload_id in uploads if own else ():
        texts = records.texts(access, settings, upload_id)
        if texts is None:
            raise VaultClosedError(open_vault.KEY_MISSING)
        for one in texts.findings:
            told = (one.sheet, one.where, one.column, one.value, one.message)
            if own and traces.quotes(own, told) and not (others and traces.quotes(others, told)):
                rows.append((f"Datenlieferung {upload_id}", *told))
    return ReportSection("Meldungen", ("Aus", "Blatt", "Wo", "Spalte", "Wert", "Meldung"), tuple(rows))


def _sources(session: Session, home_id: int, kind: str, persons: frozenset[str], own: dict[str, int]) -> ReportSection:
    rows = []
    for active in active_uploads.active_uploads(session, home_id):
        numbers = unpack(active_uploads.contents(session, active.upload_id).tobytes())
        count = int(np.isin(numbers[ROW_ID[kind]], list(own.values())).sum())
        named = active_uploads.names_person(active, persons)
        if count or named:
            upload = session.get_one(Upload, active.upload_id)
            rows.append(
                (
                    f"Datenlieferung {upload.id}",
                    clock.format_moment(upload.created_at),
                    str(count),
                    "ja" if named else "nein",
                )
            )
    waiting = select(Upload).where(Upload.home_id == home_id, Upload.state.in_((*UNDECIDED, *MOVING)))
    rows += [
        (f"Datenlieferung {one.id}", clock.format_moment(one.created_at), "noch nicht übernommen", "möglich")
        for one in session.scalars(waiting.order_by(Upload.id))
    ]
    headings = ("Datenlieferung der Einrichtung", "Hochgeladen", "Leistungen darin", "Angaben darin")
    return ReportSection("Woher", headings, tuple(rows))


def _recipients(session: Session, home_id: int, kind: str, own: dict[str, int]) -> ReportSection:
    """Return what left the system of the home, and what was done with the person by itself, as the log has it."""
    names = [f"{kind} {number}" for number in own.values()]
    left = and_(AuditEvent.object == f"haus {home_id}", AuditEvent.action.like("%.herunterladen"))
    told = AuditEvent.object.in_(names), left
    chain = select(Tenant.reference).join(Home, Home.tenant_id == Tenant.id).where(Home.id == home_id).scalar_subquery()
    mine = AuditEvent.chain == chain, or_(*told)  # numbers come back when an operator is gone, references do not
    query = select(AuditEvent.at, AuditEvent.action, AuditEvent.result).where(*mine).order_by(AuditEvent.id)
    rows = tuple((clock.format_moment(one.at), one.action, one.result) for one in session.execute(query))
    return ReportSection("Wer etwas erhielt: Dateien dieses Hauses und Vorgänge", ("Wann", "Was", "Ergebnis"), rows)


def _periods(settings: Settings, kind: str) -> tuple[tuple[str, str], ...]:
    words = (_CLASS[kind], Deletion.WORK, Deletion.UPLOAD, Deletion.LOG)
    return tuple((periods.word(one), periods.rule_of(settings, one)) for one in words)
