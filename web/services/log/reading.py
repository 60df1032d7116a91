"""Reading the log of one operator: by time, account, kind, result, and the record that entries are about (G5, I3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, cast, or_, select

from web.services import audit, audit_actions, clock
from web.services.audit_actions import ACTIONS, AREAS, DOWNLOAD, EXPORTS, NAMES
from web.store.models import Account, AuditEvent, Home, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from web.store.access import Access

RECORD: Final = re.compile(r"[A-Z]{1,2}-[0-9A-Z]{2,20}|[a-zäöü]{2,20} [0-9]{1,12}")
"""What entries are about: a pseudonym, or a kind and a number, such as "konto 3"."""


_ACTORS: Final = {"auftrag": "ein Auftrag der Anwendung", "zeitplan": "der Zeitplan der Anwendung"}


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries are wanted; None and "" = all.

    Attributes
    ----------
    first_day, last_day
        Days in Germany.
    account
        Number of the account that acted, or on whose behalf something did.
    kind
        One of ``audit_actions.KINDS``.
    record
        What they are about, as in ``RECORD``.
    result
        One of ``audit_actions.RESULTS``.
    seen_or_exported
        Only what was seen of persons or left the program: who saw or took what of whom.
    """

    first_day: date | None = None
    last_day: date | None = None
    account: int | None = None
    kind: str = ""
    record: str = ""
    result: str = ""
    seen_or_exported: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry in the words of a page.

    Attributes
    ----------
    number
        In the chain of the operator.
    who
        Name of the account, as it is called today; "" where there was none.
    through
        What acted for it: a job, a command and the user of the operating system, the clock; "" = itself.
    what, about, result
        The sentence, the record, and the word for how it ended.
    details
        What changed and what was chosen, as text.
    """

    number: int
    at: datetime
    who: str
    through: str
    what: str
    about: str
    result: str
    details: str
    reason: str
    address: str
    request_id: str
    action: str = field(repr=False)


def load(access: Access, wanted: LogFilter, *, before: int | None = None, limit: int | None = None) -> list[LogEntry]:
    """Return entries of the operator, the newest first.

    Parameters
    ----------
    before
        Only entries with a lower number: where the page before has ended.
    """
    with access.reading() as session:
        query = select(AuditEvent).where(AuditEvent.chain == _chain(session, access), *_conditions(wanted))
        if before is not None:
            query = query.where(AuditEvent.number < before)
        rows = session.scalars(query.order_by(AuditEvent.number.desc()).limit(limit)).all()
        names = _names(session, access)
    return [_entry(row, names) for row in rows]


def events(session: Session, access: Access, wanted: LogFilter) -> Sequence[AuditEvent]:
    """Return entries of the operator as they are stored, in order."""
    query = select(AuditEvent).where(AuditEvent.chain == _chain(session, access), *_conditions(wanted))
    return session.scalars(query.order_by(AuditEvent.number)).all()


def accounts(access: Access) -> list[tuple[int, str]]:
    """Return the accounts that the log can be filtered by: number and name."""
    with access.reading() as session:
        query = select(Account.id, Account.display_name).where(Account.tenant_id == access.tenant_id)
        return [(number, name) for number, name in session.execute(query.order_by(Account.display_name, Account.id))]


def _chain(session: Session, access: Access) -> str:
    """Return the chain of the operator; that of the installation belongs to nobody who reads here."""
    return session.scalars(select(Tenant.reference).where(Tenant.id == access.tenant_id)).one() or "-"


def _conditions(wanted: LogFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.first_day:
        yield AuditEvent.at >= _midnight(wanted.first_day)
    if wanted.last_day:
        yield AuditEvent.at < _midnight(wanted.last_day + timedelta(days=1))
    if wanted.account is not None:
        yield AuditEvent.account_id == wanted.account
    if wanted.kind:
        yield of_kinds({wanted.kind})
    if wanted.seen_or_exported:
        yield of_kinds({NAMES, EXPORTS})
    if wanted.record:
        in_details = cast(AuditEvent.details, String).contains(f'"{wanted.record}"', autoescape=True)
        with_more = AuditEvent.object.startswith(f"{wanted.record} ", autoescape=True)
        yield or_(AuditEvent.object == wanted.record, with_more, in_details)
    if wanted.result:
        yield AuditEvent.result == wanted.result


def of_kinds(kinds: set[str]) -> ColumnElement[bool]:
    """Return what selects entries of some of ``audit_actions.KINDS``."""
    of_kind = AuditEvent.action.in_([action for action, words in ACTIONS.items() if words.kind in kinds])
    others = AuditEvent.action.endswith(DOWNLOAD, autoescape=True)
    return or_(of_kind, others) if EXPORTS in kinds else of_kind


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.BERLIN)


def _names(session: Session, access: Access) -> dict[str, str]:
    names = {
        f"{word} {number}": name
        for word, column, table in (("konto", Account.display_name, Account), ("haus", Home.name, Home))
        for number, name in session.execute(select(table.id, column).where(table.tenant_id == access.tenant_id))
    }
    return {record: f"{name} ({record})" for record, name in names.items()}


def _entry(row: AuditEvent, names: dict[str, str]) -> LogEntry:
    actor = "" if row.actor.partition(" ")[0] == "konto" else row.actor
    return LogEntry(
        number=row.number,
        at=row.at,
        who=names.get(f"konto {row.account_id}", f"konto {row.account_id}") if row.account_id else "",
        through=_ACTORS.get(actor, actor),
        what=_sentence(row),
        about=names.get(row.object) or _page(row.object) or row.object,
        result=audit_actions.RESULTS.get(row.result, row.result),
        details=_text(row.details, names),
        reason=row.reason,
        address=row.address,
        request_id=row.request_id,
        action=row.action,
    )


def _page(endpoint: str) -> str:
    """Return what the page of a request is called; "" for what is no endpoint."""
    area, dot, _ = endpoint.partition(".")
    return f"Seite „{AREAS[area]}“ ({endpoint})" if dot and area in AREAS else ""


def _sentence(row: AuditEvent) -> str:
    try:
        return audit_actions.words_of(row.action).sentence(row.result)
    except KeyError:  # of a former version of the program
        return row.action


def _text(details: dict[str, Any] | None, names: dict[str, str]) -> str:
    """Return details as "name: from → to", with what was chosen beside it."""
    parts = []
    for name, value in (details or {}).items():
        if value is None:
            continue
        word = name.replace("_", " ")
        if isinstance(value, dict):
            inner = ", ".join(f"{key} {_plain(one)}" for key, one in value.items() if one not in (None, ""))
            parts += [f"{word}: {inner}"] if inner else []
        elif name == "zeitraum":
            parts.append(f"{word}: {_plain(value[0])} bis {_plain(value[-1])}")
        elif isinstance(value, list) and len(value) == 2:  # from what to what
            parts.append(f"{word}: {_plain(value[0])} → {_plain(value[1])}")
        else:
            called = names.get(f"{name} {value}") or names.get(str(value), _plain(value))
            parts.append(f"{word}: {called}")
    return "; ".join(parts)


def _plain(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def record_export(access: Access, details: dict[str, Any]) -> None:
    """Log that entries of the log left the program (T10)."""
    with access.writing.begin() as session:
        audit.record(session, access, f"protokoll{DOWNLOAD}", details=audit.received(access, **details))
