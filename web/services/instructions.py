"""Instructions of a tenant to the host: registered, and what the host does in a tenant's data needs one (B8, T12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta  # a dataclass of views
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from web.services import audit, clock, grants
from web.services.errors import ServiceError
from web.store.models import Account, Instruction, Tenant

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from web.store.access import Access, SystemAccess

HOURS: Final = (1, 4, 8, 24, 72)
"""How long access for support may be granted."""

LONGEST: Final = 1000


class InstructionKind(StrEnum):
    """What the host is told to do."""

    SUPPORT = "zugriff"
    ACCESS = "auskunft"
    CORRECTION = "berichtigung"
    DELETION = "loeschung"
    END = "vertragsende"
    OTHER = "sonstiges"


KIND_WORDS: Final = {
    InstructionKind.SUPPORT: "Zugriff für Hilfe",
    InstructionKind.ACCESS: "Auskunft",
    InstructionKind.CORRECTION: "Berichtigung",
    InstructionKind.DELETION: "Löschung",
    InstructionKind.END: "Vertragsende",
    InstructionKind.OTHER: "Sonstiges",
}


class InstructionError(ServiceError):
    """An instruction cannot be given, done or withdrawn so, or there is none for what was tried."""


@dataclass(frozen=True, slots=True)
class InstructionRow:
    """An instruction with its history; names are those of accounts, "" where an account was deleted."""

    id: int
    tenant: str
    kind: InstructionKind
    text: str
    given_at: datetime
    given_by: str
    open_until: datetime | None
    done_at: datetime | None
    done_by: str
    done_note: str
    withdrawn_at: datetime | None
    withdrawn_by: str

    @property
    def word(self) -> str:
        """The kind as pages name it."""
        return KIND_WORDS[self.kind]

    @property
    def open(self) -> bool:
        """Whether it is still to be done, or access for support is still granted."""
        over = self.open_until is not None and self.open_until <= clock.now()
        return not over and self.done_at is None and self.withdrawn_at is None


def of_tenant(access: Access) -> list[InstructionRow]:
    """Return all instructions of the tenant, newest first."""
    with access.reading() as session:
        return _rows(session, Instruction.tenant_id == access.tenant_id)


def open_ones(system: SystemAccess) -> list[InstructionRow]:
    """Return what all tenants have instructed the host to do and is not done."""
    with system.reading() as session:
        return [one for one in _rows(session, *_not_over()) if one.open]


def give(access: Access, kind: InstructionKind, text: str, *, hours: int | None = None) -> None:
    """Give an instruction.

    Parameters
    ----------
    hours
        One of ``HOURS`` where it grants access for support, None otherwise.

    Raises
    ------
    InstructionError
        Where the text is missing or too long, or the hours do not fit the kind.
    """
    if not text.strip() or len(text.strip()) > LONGEST:
        raise InstructionError(f"Bitte schreiben Sie die Weisung in höchstens {LONGEST} Zeichen.")
    if (hours in HOURS) is not (kind is InstructionKind.SUPPORT):
        raise InstructionError("Bitte geben Sie an, für wie viele Stunden der Zugriff gilt.")
    with access.writing.begin() as session:
        instruction = Instruction(
            tenant_id=access.tenant_id,
            kind=kind.value,
            text=text.strip(),
            given_at=clock.now(),
            given_by=access.account,
            open_until=clock.now() + timedelta(hours=hours) if hours else None,
            done_by="",
            done_note="",
        )
        session.add(instruction)
        session.flush()
        _record(session, access, "weisung.geben", instruction)


def withdraw(access: Access, number: int) -> None:
    """Withdraw an instruction that is not done; access for support ends at once.

    Raises
    ------
    InstructionError
        Where there is no such instruction of the tenant, or it is over.
    """
    with access.writing.begin() as session:
        found = _open(session, number, Instruction.tenant_id == access.tenant_id)
        found.withdrawn_at, found.withdrawn_by = clock.now(), access.account_id
        _record(session, access, "weisung.zuruecknehmen", found)


def mark_done(system: SystemAccess, number: int, note: str) -> None:
    """Note that the host did what it was told.

    Raises
    ------
    InstructionError
        Where there is no such instruction, it is over, or the note is missing.
    """
    if not note.strip():
        raise InstructionError("Bitte geben Sie mit --grund an, was getan wurde.")
    with system.writing.begin() as session:
        found = _open(session, number)
        found.done_at, found.done_by = clock.now(), str(system.origin.actor)[:100]
        found.done_note = note.strip()[:LONGEST]
        _record(session, system.within(found.tenant_id), "weisung.erledigen", found)


def check_support(session: Session, tenant_id: int, *, besides: int | None = None) -> None:
    """Refuse a command of the host in the data of a tenant that has not granted it (B8).

    Where nobody could grant it, because the operator is being set up or its administrators are locked out, the host
    is the only one who can help: then it may.

    Parameters
    ----------
    besides
        An account that is being helped: it does not count as somebody who could grant it.

    Raises
    ------
    InstructionError
        Where an administrator of the tenant could grant it and none has.
    """
    if is_open(session, tenant_id, InstructionKind.SUPPORT) or not _administrators(session, tenant_id, besides):
        return
    raise InstructionError(
        "Dieser Träger hat der Kommandozeile keinen Zugriff gegeben. Seine Verwaltung kann das in der Anwendung unter "
        "„Weisungen“ für Stunden tun."
    )


def is_open(session: Session, tenant_id: int, kind: InstructionKind) -> bool:
    """Return whether a tenant has given an instruction of a kind that is not done."""
    mine = Instruction.tenant_id == tenant_id, Instruction.kind == kind.value
    return session.scalar(select(Instruction.id).where(*mine, *_not_over()).limit(1)) is not None


def _administrators(session: Session, tenant_id: int, besides: int | None) -> bool:
    return any(
        one.id != besides and one.locked_at is None and one.initial_until is None
        for one in grants.administrators(session, tenant_id)
    )


def _not_over() -> tuple[ColumnElement[bool], ...]:
    now = clock.now()
    return (
        Instruction.done_at.is_(None),
        Instruction.withdrawn_at.is_(None),
        or_(Instruction.open_until.is_(None), Instruction.open_until > now),
    )


def _open(session: Session, number: int, *conditions: ColumnElement[bool]) -> Instruction:
    query = select(Instruction).where(Instruction.id == number, *conditions, *_not_over())
    found = session.scalar(query.with_for_update())
    if found is None:
        raise InstructionError("Diese Weisung gibt es nicht, oder sie ist schon erledigt oder zurückgenommen.")
    return found


def _rows(session: Session, *conditions: ColumnElement[bool]) -> list[InstructionRow]:
    giver, withdrawer = aliased(Account), aliased(Account)
    query = (
        select(Instruction, Tenant.name, giver.display_name, withdrawer.display_name)
        .join(Tenant, Tenant.id == Instruction.tenant_id)
        .join(giver, giver.id == Instruction.given_by, isouter=True)
        .join(withdrawer, withdrawer.id == Instruction.withdrawn_by, isouter=True)
        .where(*conditions)
        .order_by(Instruction.id.desc())
    )
    return [
        InstructionRow(
            one.id,
            tenant,
            InstructionKind(one.kind),
            one.text,
            one.given_at,
            given_by or "",
            one.open_until,
            one.done_at,
            one.done_by,
            one.done_note,
            one.withdrawn_at,
            withdrawn_by or "",
        )
        for one, tenant, given_by, withdrawn_by in session.execute(query)
    ]


def _record(session: Session, access: Access, action: str, found: Instruction) -> None:
    audit.record(session, access, action, what=f"weisung {found.id}", reason=found.kind)
