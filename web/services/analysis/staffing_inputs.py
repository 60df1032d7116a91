"""What a home has entered for § 113c: hours of a full-time job, minimum of the state, agreement with the payers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from rules.staffing import GROUPS
from web.services import audit, clock
from web.services.errors import ServiceError
from web.store.models import Account, StaffingInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import Access


FULL_TIME: Final = Decimal("38.5")
"""Hours a week of a full-time job, unless the home has entered others."""


MOST: Final = Decimal(10_000)


class StaffingError(ServiceError):
    """Figures cannot be entered or computed so."""


@dataclass(frozen=True, slots=True)
class StaffingInputs:
    """What a home has entered, from a day on; ``valid_from`` None = nothing, these are the defaults.

    Attributes
    ----------
    full_time
        Hours a week of a full-time job.
    minimum, agreed
        Full-time equivalents by group (``rules.staffing.GROUPS``): of the state, and agreed with the payers.
    """

    valid_from: date | None
    full_time: Decimal
    minimum: dict[str, Decimal | None]
    agreed: dict[str, Decimal | None]
    by: str = ""
    at: datetime | None = None


def inputs(access: Access, home_id: int, day: date | None = None) -> StaffingInputs:
    """Return what holds on a day (None = today)."""
    access.check_home(home_id)
    with access.reading() as session:
        return effective(entered(session, home_id), day or clock.today())


def history(access: Access, home_id: int) -> list[StaffingInputs]:
    """Return everything that was entered and still counts, latest day first."""
    access.check_home(home_id)
    with access.reading() as session:
        return [one for one in reversed(entered(session, home_id)) if one.valid_from]


def enter(  # a form with as many fields
    access: Access,
    *,
    home_id: int,
    valid_from: date,
    full_time: Decimal,
    minimum: Mapping[str, Decimal | None],
    agreed: Mapping[str, Decimal | None],
) -> None:
    """Enter figures that hold from a day on; of two entries for one day the later counts.

    Raises
    ------
    StaffingError
        Where a figure is not possible.
    """
    access.check_home(home_id)
    if not date(2000, 1, 1) <= valid_from < date(2100, 1, 1):
        raise StaffingError("Bitte prüfen Sie das Jahr, von dem an die Werte gelten sollen.")
    if not full_time.is_finite() or not 1 <= full_time <= 60:
        raise StaffingError("Die Wochenstunden einer Vollzeitstelle müssen zwischen 1 und 60 liegen.")
    figures = {
        f"{kind}_{group}": values.get(group)
        for kind, values in (("minimum", minimum), ("agreed", agreed))
        for group in GROUPS
    }
    if any(value is not None and (not value.is_finite() or not 0 <= value < MOST) for value in figures.values()):
        raise StaffingError("Vollzeitäquivalente müssen Zahlen ab 0 sein.")
    if any(len(format(value, "f")) > 30 for value in (*figures.values(), full_time) if value is not None):
        raise StaffingError("Eine Zahl hat zu viele Nachkommastellen.")
    with access.writing.begin() as session:
        before = effective(entered(session, home_id), valid_from)
        session.add(
            StaffingInput(
                home_id=home_id, valid_from=valid_from, full_time=full_time, account_id=access.account, at=clock.now(),
                **figures,
            ),
        )  # fmt: skip
        pairs = {f"{kind}_{group}": getattr(before, kind)[group] for kind in ("minimum", "agreed") for group in GROUPS}
        details = {"ab": valid_from.isoformat()}
        details |= audit.changed(
            full_time=(before.full_time, full_time),
            **{name: (was, figures[name]) for name, was in pairs.items()},
        )
        audit.record(session, access, "personal.eingeben", what=f"haus {home_id}", details=details)


def entered(session: Session, home_id: int) -> list[StaffingInputs]:
    """Return the defaults and what was entered, in order of days."""
    found: dict[date | None, StaffingInputs] = {
        None: StaffingInputs(None, FULL_TIME, dict.fromkeys(GROUPS), dict.fromkeys(GROUPS)),
    }
    rows = session.execute(
        select(StaffingInput, Account.display_name)
        .join(Account, Account.id == StaffingInput.account_id)
        .where(StaffingInput.home_id == home_id)
        .order_by(StaffingInput.valid_from, StaffingInput.id)
    )
    for row, by in rows:
        minimum, agreed = (
            {group: getattr(row, f"{kind}_{group}") for group in GROUPS} for kind in ("minimum", "agreed")
        )
        found[row.valid_from] = StaffingInputs(row.valid_from, row.full_time, minimum, agreed, by, row.at)
    return list(found.values())


def effective(rows: Sequence[StaffingInputs], day: date) -> StaffingInputs:
    """Return the entry that is effective on a day."""
    return next(one for one in reversed(rows) if one.valid_from is None or one.valid_from <= day)
