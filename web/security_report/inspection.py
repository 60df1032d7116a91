"""What the security report looks at, and how: the living installation, by checks that each say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from web.services.open_vault import VaultClosedError
from web.serving import installation_checks
from web.serving.installation_checks import CheckResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from web.services.backups.nightly import NoteStore
    from web.settings import Settings
    from web.store.access import Access, SystemAccess

    Found: TypeAlias = Iterator[tuple[Verdict, str, str]]
    Check: TypeAlias = Callable[["Inspection"], Found]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is looked at.

    Attributes
    ----------
    tenants
        Name of an operator and access to it; the name is "" where whoever reads the report knows which it is.
    notes
        What the worker has noted.
    config
        What the pages are configured with.
    thorough
        Whether the whole log is verified and the targets of backups are asked; else what the worker noted of them.
    """

    settings: Settings
    system: SystemAccess
    tenants: Sequence[tuple[str, Access]]
    notes: NoteStore
    config: Mapping[str, object]
    thorough: bool


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """Checks of one kind.

    Attributes
    ----------
    by_operator
        Whether the administration of the operator of homes can do what is to be done; else whoever runs the server.
    checks
        Name -> rows it belongs to, and what checks it.
    """

    by_operator: bool
    checks: Mapping[str, tuple[tuple[str, ...], Check]]


def carry_out(subject: Inspection, groups: Sequence[CheckGroup]) -> list[CheckResult]:
    """Return what all checks find, those of the start first; one that fails says so and keeps no other."""
    found = installation_checks.check(subject.settings, None)
    for group in groups:
        for name, (rows, check) in group.checks.items():
            found += [CheckResult(name, rows, *one) for one in _findings(check, subject)]
    return found


def _findings(check: Check, subject: Inspection) -> list[tuple[Verdict, str, str]]:
    try:
        return list(check(subject))
    except VaultClosedError as error:
        return [(Verdict.UNKNOWN, str(error), "Bitte sehen Sie nach PEBEM_VAULT_URL und PEBEM_VAULT_KEY.")]
    except SQLAlchemyError:
        return [(Verdict.UNKNOWN, "Eine Datenbank antwortet darauf nicht.", "Bitte sehen Sie nach den Datenbanken.")]
