"""Accesses for tests: of an account, of a tenant, and of what belongs to none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.services import accesses, accounts

if TYPE_CHECKING:
    from web.store.access import Access, SystemAccess
    from web.store.databases import Databases


def system(databases: Databases) -> SystemAccess:
    """Return what signing in and the worker use."""
    return accesses.of_request(databases, "test", address="127.0.0.1")


def of_user(databases: Databases, user_name: str) -> Access:
    """Return what an account may touch now: all homes of its tenant."""
    everything = system(databases)
    return accesses.of_account(everything, accounts.find_id(everything, user_name))


def of_tenant(databases: Databases, name: str) -> Access:
    """Return access to a tenant, made where there is none, on behalf of no account."""
    everything = system(databases)
    return accesses.of_tenant(everything, accounts.tenant_of(everything, name))


def of_home(databases: Databases, home_id: int) -> Access:
    """Return access to one home, on behalf of no account."""
    return accesses.of_home(system(databases), home_id)
