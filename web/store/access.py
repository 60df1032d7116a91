"""On whose behalf the databases are used: the tenant, its homes, the account, and who really does it.

Every service takes one :class:`Access`; the sessions it needs come from there. What belongs to no tenant (signing in,
finding the jobs that wait) uses a :class:`SystemAccess`, which names its purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from web.store.scope import WHOLE, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import sessionmaker

    from web.security.permissions import Right
    from web.store.databases import Databases
    from web.store.scope import BoundSession


class ForeignHomeError(LookupError):
    """A home was asked for that this access does not include: for whoever asks, it does not exist."""


class ActorKind(StrEnum):
    """Who or what really does something."""

    ACCOUNT = "konto"
    JOB = "auftrag"
    COMMAND = "befehl"
    CLOCK = "zeitplan"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who or what really does something; for a command, the user of the operating system (``name``)."""

    kind: ActorKind
    name: str = ""

    def __str__(self) -> str:
        """Return it as the log names it."""
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request, a job or a command comes from, for the log.

    Attributes
    ----------
    purpose
        What for: the name of a page, a job or a command.
    request_id
        Of the request or job; its entries in the log have it in common. "" where there is none.
    address
        Of the client, "" where there is none.
    recorded
        Results of the entries that it has left in the log, once they were committed.
    """

    actor: Actor
    purpose: str
    request_id: str = ""
    address: str = ""
    recorded: set[str] = field(default_factory=set, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class _Sessions:
    databases: Databases = field(repr=False)
    origin: Origin

    @property
    def scope(self) -> Scope:
        """Whose data the sessions touch."""
        return WHOLE

    @property
    def reading(self) -> sessionmaker[BoundSession]:
        """Makes sessions on the work database that cannot write."""
        return self.databases.of(self.scope).reading

    @property
    def writing(self) -> sessionmaker[BoundSession]:
        """Makes sessions on the work database that take the write lock at once."""
        return self.databases.of(self.scope).writing

    @property
    def vault_reading(self) -> sessionmaker[BoundSession]:
        """Makes sessions on the vault that cannot write."""
        return self.databases.of(self.scope).vault_reading

    @property
    def vault_writing(self) -> sessionmaker[BoundSession]:
        """Makes sessions on the vault that take the write lock at once."""
        return self.databases.of(self.scope).vault_writing


@dataclass(frozen=True, slots=True)
class Access(_Sessions):
    """What somebody may touch: the homes of one tenant, with some rights.

    Attributes
    ----------
    homes
        Numbers of the homes.
    rights, rights_in
        What the account may do in all homes of the operator, and by the number of a home.
    account_id
        The account that acts, or on whose behalf a job or command acts; None where there is none.
    """

    tenant_id: int
    homes: frozenset[int] = frozenset()
    account_id: int | None = None
    rights: frozenset[Right] = frozenset()
    rights_in: Mapping[int, frozenset[Right]] = field(default_factory=dict, hash=False)

    @property
    def scope(self) -> Scope:
        """Whose data the sessions touch: those of the tenant and of these homes (B3)."""
        return Scope(self.tenant_id, self.homes)

    @property
    def system(self) -> SystemAccess:
        """The same origin without a tenant, for what concerns all of them, such as whether a user name is free."""
        return SystemAccess(self.databases, self.origin)

    @property
    def account(self) -> int:
        """The account, where there must be one: what it enters is stored under its number."""
        if self.account_id is None:
            raise ValueError(f"{self.origin.actor} has no account to act for")
        return self.account_id

    @property
    def on_behalf(self) -> int | None:
        """The account that somebody or something else acts for; None where it acts itself."""
        return None if self.origin.actor.kind is ActorKind.ACCOUNT else self.account_id

    def check_home(self, home_id: int) -> None:
        """Refuse a home this access does not include.

        Raises
        ------
        ForeignHomeError
            Where it does not.
        """
        if home_id not in self.homes:
            raise ForeignHomeError(home_id)

    def may(self, right: Right, home_id: int | None = None) -> bool:
        """Return whether the account has a right in a home, or (None) in all homes of the operator."""
        return right in self.rights or (home_id is not None and right in self.rights_in.get(home_id, ()))

    def for_account(self, account_id: int | None) -> Access:
        """Return the same access on behalf of another account of the tenant."""
        return replace(self, account_id=account_id)

    def with_home(self, home_id: int) -> Access:
        """Return the same access with one more home of the tenant, which was just made."""
        return replace(self, homes=self.homes | {home_id})


@dataclass(frozen=True, slots=True)
class SystemAccess(_Sessions):
    """What belongs to no tenant: signing in, the worker that looks for jobs, commands of the administration.

    Attributes
    ----------
    needs_instruction
        Whether access to a tenant takes its instruction: for commands of the host where data may be of real people.
    """

    needs_instruction: bool = False

    def within(
        self,
        tenant_id: int,
        homes: Iterable[int] = (),
        *,
        account_id: int | None = None,
        rights: Iterable[Right] = (),
        rights_in: Mapping[int, frozenset[Right]] | None = None,
        origin: Origin | None = None,
    ) -> Access:
        """Return access to one tenant, from the same origin unless another is named."""
        return Access(
            self.databases,
            origin or self.origin,
            tenant_id,
            frozenset(homes),
            account_id,
            frozenset(rights),
            rights_in or {},
        )
