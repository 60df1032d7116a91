"""Accesses of visitors, jobs and commands: which tenant and homes, on whose behalf, with which rights."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from string import ascii_lowercase
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.services import grants, instructions
from web.services.errors import ServiceError
from web.services.instructions import InstructionKind
from web.store.access import Actor, ActorKind, Origin, SystemAccess
from web.store.models import Account, Home, Upload

if sys.platform != "win32":
    import pwd

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from web.services.sessions import Visitor
    from web.store.access import Access
    from web.store.databases import Databases

READ: Final = "lesen"
STORE: Final = "speichern"
UNDO: Final = "zurücknehmen"


class UnknownAccountError(ServiceError):
    """There is no such account."""


def of_request(databases: Databases, purpose: str, *, address: str = "") -> SystemAccess:
    """Return the access of a page before it is known who asks for it."""
    return SystemAccess(
        databases, Origin(actor=Actor(ActorKind.ACCOUNT), purpose=purpose, request_id=_request_id(), address=address)
    )


def of_command(databases: Databases, purpose: str, *, needs_instruction: bool = False) -> SystemAccess:
    """Return the access of a command that a user of the operating system gave.

    Parameters
    ----------
    needs_instruction
        Whether it may touch the data of a tenant on its instruction alone (B8).
    """
    actor = Actor(ActorKind.COMMAND, _system_user())
    origin = Origin(actor=actor, purpose=purpose, request_id=_request_id())
    return SystemAccess(databases, origin, needs_instruction)


def of_worker(databases: Databases) -> SystemAccess:
    """Return the access of the worker: it looks for jobs and does what is due by the clock."""
    return SystemAccess(databases, Origin(actor=Actor(ActorKind.CLOCK), purpose="zeitplan"))


def of_account(system: SystemAccess, account_id: int) -> Access:
    """Return the access of an account, with the rights it was granted, until it is disabled."""
    with system.reading() as session:
        account = session.scalar(select(Account).where(Account.id == account_id, Account.active))
        if account is None:
            raise UnknownAccountError("Dieses Konto gibt es nicht, oder es ist gesperrt.")
        if system.needs_instruction:
            instructions.check_support(session, account.tenant_id)
        return _granted(system, session, account.tenant_id, account_id)


def of_visitor(system: SystemAccess, visitor: Visitor) -> Access:
    """Return the access of whoever is signed in: the homes the account has to do with, and its rights there (B5)."""
    with system.reading() as session:
        return _granted(system, session, visitor.tenant_id, visitor.account_id)


def of_tenant(system: SystemAccess, tenant_id: int, *, helps: int | None = None) -> Access:
    """Return access to all homes of a tenant, for whoever administers it: on behalf of no account.

    Parameters
    ----------
    helps
        The account that a command helps to sign in again.

    Raises
    ------
    InstructionError
        Where a command needs the tenant's instruction and there is none.
    """
    with system.reading() as session:
        if system.needs_instruction:
            instructions.check_support(session, tenant_id, besides=helps)
        return system.within(tenant_id, _homes(session, tenant_id))


def of_tenant_ending(system: SystemAccess, tenant_id: int) -> Access:
    """Return access to all homes of a tenant for handing over and deleting everything: that has its own instruction.

    Raises
    ------
    InstructionError
        Where a command needs the tenant's instruction and there is neither access for support nor the contract's end.
    """
    with system.reading() as session:
        if system.needs_instruction and not instructions.is_open(session, tenant_id, InstructionKind.END):
            instructions.check_support(session, tenant_id)
        return system.within(tenant_id, _homes(session, tenant_id))


def of_home(system: SystemAccess, home_id: int) -> Access:
    """Return access to one home, for what is due by the clock."""
    with system.reading() as session:
        tenant_id = session.scalars(select(Home.tenant_id).where(Home.id == home_id)).one()
    return system.within(tenant_id, (home_id,))


def of_upload(system: SystemAccess, upload_id: int, job: str) -> Access:
    """Return the access of a job: the home of its upload, on behalf of the account that ordered it (X7).

    Parameters
    ----------
    job
        ``READ`` (ordered by whoever uploaded it), ``STORE`` or ``UNDO`` (by whoever released that).
    """
    with system.reading() as session:
        query = select(Upload, Home.tenant_id).join(Home, Home.id == Upload.home_id).where(Upload.id == upload_id)
        upload, tenant_id = session.execute(query).one()
    ordered_by = {STORE: upload.released_by, UNDO: upload.undone_by}.get(job)
    origin = Origin(actor=Actor(ActorKind.JOB), purpose=f"einlesen.{job}", request_id=_request_id())
    return system.within(tenant_id, (upload.home_id,), account_id=ordered_by or upload.account_id, origin=origin)


def _request_id() -> str:
    """Return an id that no other request has; in letters, so that no part of it can be read as a person's number."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(20))


def _system_user() -> str:
    """Return the user of the operating system; not from the environment, where anybody may write another name."""
    if sys.platform == "win32":
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number without a name
        return str(os.getuid())


def _granted(system: SystemAccess, session: Session, tenant_id: int, account_id: int) -> Access:
    rights = grants.rights_of(session, account_id)
    homes = rights.homes(_homes(session, tenant_id))
    return system.within(tenant_id, homes, account_id=account_id, rights=rights.everywhere, rights_in=rights.in_home)


def _homes(session: Session, tenant_id: int) -> list[int]:
    return list(session.scalars(select(Home.id).where(Home.tenant_id == tenant_id)))
