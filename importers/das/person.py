"""Who a record of a DAS file is about, and since when: number, ward, days."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from importers.das.fields import ASSESSED, DAYS, MOVED_IN, RESIDENT, WARD, specification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.das.fields import DayOrder
    from importers.das.findings import DasFindings
    from importers.das.records import DasResident

_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T[0-9:.]+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_DAY_ALONE: Final = len("2026-01-31")
_YEARS: Final = range(1900, 2201)
_DIGITS: Final = re.compile(r"[0-9]+")
_DIGITS_OF_A_NUMBER: Final = 6
_LONGEST_NUMBER: Final = 64
_WARD: Final = re.compile(r"WB_[1-9][0-9]?")
_MISSING_DAY: Final = {ASSESSED: 10003, MOVED_IN: 10004}
_TYPE_OF_DAY: Final = {ASSESSED: 30002, MOVED_IN: 30003}


def day(text: str) -> date | None:
    """Return a day of the file (ISO), None if it is none; a time or time zone behind it does not count."""
    match = _DAY.fullmatch(text)
    if not match or int(match[1]) not in _YEARS:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def number(resident: DasResident, seen: set[str], report: DasFindings) -> str:
    """Return the number of a resident and add it to those seen; "" if the record cannot be taken."""
    if report.twice(resident, RESIDENT):
        return ""
    text = resident.values.get(RESIDENT, "")
    if not text:
        report.fault(resident, RESIDENT, "das-nummer-fehlt", "Die Nummer der Person fehlt; sie wird ausgelassen", 10001)
    elif len(text) > _LONGEST_NUMBER:
        report.fault(resident, RESIDENT, "das-nummer-form", "Das ist keine Nummer; die Person wird ausgelassen", 30001)
    elif text in seen:
        message = "Diese Nummer steht weiter oben schon einmal; der Datensatz wird ausgelassen"
        report.fault(resident, RESIDENT, "bewohner-doppelt", message)
    else:
        seen.add(text)
        if not _DIGITS.fullmatch(text) or len(text) != _DIGITS_OF_A_NUMBER:
            short = _DIGITS.fullmatch(text) and len(text) < _DIGITS_OF_A_NUMBER
            rule = 30001 if not short else 0 if resident.excluded else 30099
            message = "Die Nummer hat nicht sechs Ziffern; sie gilt, wie sie dasteht"
            report.warn(resident, RESIDENT, "das-nummer-form", message, rule)
        return text
    return ""


def ward(resident: DasResident, version: str, report: DasFindings) -> str:
    """Return the ward as it stands, "" if there is none."""
    report.twice(resident, WARD)
    code = resident.values.get(WARD, "")
    # V01 leaves the form of the ward to the home.
    if code and version != "V01" and not _WARD.fullmatch(code):
        message = "Das ist kein Code wie WB_1; er wird übernommen, wie er dasteht"
        report.warn(resident, WARD, "das-wohnbereich-form", message, 20073)
    return code


def days(resident: DasResident, fixed: Mapping[str, date | None], report: DasFindings) -> dict[str, date]:
    """Return the days of assessment and moving in that can be taken.

    Parameters
    ----------
    fixed
        The days "heute" and "stichtag" the rules speak of, None if not known.
    """
    parsed_days: dict[str, date] = {}
    for field in DAYS:
        if report.twice(resident, field):
            continue
        text = resident.values.get(field, "")
        if not text:
            _tell_missing(resident, field, report)
        elif parsed := day(text):
            parsed_days[field] = parsed
            if len(text) != _DAY_ALONE:
                message = "Hinter dem Tag steht noch etwas; es gilt der Tag"
                report.warn(resident, field, "das-tag-form", message, _TYPE_OF_DAY[field])
        else:
            report.fault(
                resident, field, "das-tag-unlesbar", f"Das ist kein Tag{_cost(resident, field)}", _TYPE_OF_DAY[field]
            )
    for order in specification().orders:
        if order.records in {"alle", "mds" if resident.excluded else "voll"} and order.when.holds(resident.values):
            _compare(resident, order, {**fixed, **parsed_days}, report)
    return parsed_days


def _tell_missing(resident: DasResident, field: str, report: DasFindings) -> None:
    message, rule = f"Das Datum fehlt{_cost(resident, field)}", _MISSING_DAY[field]
    if field == ASSESSED and not resident.excluded:
        report.fault(resident, field, "das-feld-fehlt", message, rule)
    elif field == ASSESSED or not resident.excluded:  # short records may come without the day of moving in
        report.warn(resident, field, "das-feld-fehlt", message, rule)


def _cost(resident: DasResident, field: str) -> str:
    if field == MOVED_IN:
        return "; die Person gilt als schon immer anwesend"
    return "" if resident.excluded else "; die Begutachtung wird ausgelassen"


def _compare(resident: DasResident, order: DayOrder, known: Mapping[str, date | None], report: DasFindings) -> None:
    first, second = known.get(order.field), known.get(order.than)
    if first is None or second is None:
        return
    away = (first - second).days - order.offset
    if away > 0 if order.later else away < 0:
        report.warn(resident, order.field, "das-tag-unplausibel", order.message.removesuffix("."), order.rule)
