"""After any edit the stored result equals a full analysis, though only the days it touches were analysed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sqlalchemy import select

from tests.support.web import own_rulebook, stored_results, workbooks
from tests.support.web.overrides import nurse
from tests.support.web.own_rulebook import BUILT_IN, activate, import_
from tests.support.web.pages import Person
from tests.support.web.random_uploads import ENTRIES, FIRST, sheets
from tests.support.web.stored_results import check
from web.services.analysis import rescore, scoring
from web.services.history import active_uploads
from web.services.rulebooks import overrides
from web.services.rulebooks.overrides import OverrideError
from web.services.uploads.records import STORED
from web.store import models

if TYPE_CHECKING:
    from pebem.contracts import Tables

FOREIGN = "4.1"
"""An intervention one of the rulebooks does not have."""


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """Collect the day of each row that is analysed."""
    days: list[date] = []
    original = scoring.result

    def counting(tables: Tables, stretches: Any) -> Any:
        days.extend(day.date() for day in tables.interventions["date"])
        return original(tables, stretches)

    monkeypatch.setattr(scoring, "result", counting)
    return days


def days_of(analysed: list[date], edit: Callable[[], object]) -> list[date]:
    """Return the days of the rows an edit has analysed anew."""
    analysed.clear()
    edit()
    return sorted(analysed)


def edit(who: Person, rng: np.random.Generator, keys: list[str]) -> None:
    """Read something in, set or take back a level, let another rulebook hold, or undo an upload."""
    databases, home_id = who.services.databases, who.home_id
    start = FIRST + timedelta(days=int(rng.integers(0, 40)))
    match int(rng.integers(8)):
        case 0 | 1 | 2 | 3:
            upload_id = who.read_in(workbooks.workbook(**sheets(rng)), store=False)
            who.store(upload_id, sure_of_home=True)  # random people look like those of another home
            assert who.state(upload_id) == STORED
        case 4:
            with databases.whole.reading() as session:
                query = select(models.Resident.pseudonym).where(models.Resident.home_id == home_id)
                residents = ["", *session.scalars(query)]
            with suppress(OverrideError):
                overrides.set_(
                    who.access,
                    home_id=home_id,
                    intervention=str(rng.choice(ENTRIES)),
                    level=int(rng.integers(1, 5)),
                    reason="Fallbesprechung",
                    start=start,
                    end=start + timedelta(days=int(rng.integers(30))),
                    resident=str(rng.choice(residents)),
                )
        case 5:
            rows = overrides.list_(who.access, home_id)
            with suppress(OverrideError):
                overrides.withdraw(
                    who.access,
                    home_id=home_id,
                    override_id=rows[0].id if rows else 0,
                    from_day=start,
                )
        case 6:
            activate(who, str(rng.choice(keys)), start)
        case _:
            undo(who, rng)


def undo(who: Person, rng: np.random.Generator) -> None:
    """Take an upload back."""
    with who.services.databases.whole.reading() as session:
        found = sorted(one.upload_id for one in active_uploads.active_uploads(session, who.home_id))
    if found:
        who.undo(found[int(rng.integers(len(found)))])


def run(who: Person, seed: int, edits: int) -> None:
    rng = np.random.default_rng(seed)
    nurse(who).read_in(workbooks.workbook())
    documents = (own_rulebook.changed("1", levels={"1.1": 4}), own_rulebook.changed("2", without=(FOREIGN,)))
    entries = [import_(who, contents).entry for contents in documents]
    keys = [BUILT_IN, *(entry.key for entry in entries if entry)]
    assert len(keys) == 3
    for _ in range(edits):
        edit(who, rng, keys)
        check(who)


@pytest.mark.parametrize("seed", [5])
def test_any_sequence_of_edits_equals_a_full_analysis(anna: Person, seed: int) -> None:
    run(anna, seed, 6)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(100, 108))
def test_longer_sequences_of_edits_equal_a_full_analysis(anna: Person, seed: int) -> None:
    run(anna, seed, 20)


def test_only_touched_days_are_analysed(anna: Person, analysed: list[date]) -> None:
    nurse(anna)
    jan_5, feb_5, feb_6, feb_7, feb_8, feb_20 = (date(2026, 1, 5), *(date(2026, 2, day) for day in (5, 6, 7, 8, 20)))

    def stored(**chosen: list[tuple[Any, ...]]) -> list[date]:
        upload_id = anna.read_in(workbooks.workbook(**chosen), store=False)
        return days_of(analysed, lambda: anna.store(upload_id))

    def set_(intervention: str) -> None:
        overrides.set_(
            anna.access,
            home_id=anna.home_id,
            intervention=intervention,
            level=4,
            reason="Fallbesprechung",
            start=feb_8,
            end=date(2026, 2, 28),
        )

    work, assessed, staff = workbooks.WORK, workbooks.assessments(), workbooks.STAFF
    assert stored() == [jan_5, feb_5, feb_5, feb_6, feb_7, feb_7, feb_8]
    assert stored() == [], "the same file again"
    assert stored(Interventionen=[work[0], ("77", "P3", "1.1", "20.02.2026", "", "9", "", "", "")]) == [feb_20]
    same, other = (
        {"Bewohner": workbooks.RESIDENTS, "Begutachtungen": [assessed[0], ("77", "07.02.2026", *row[2:])]}
        for row in (assessed[2], workbooks.assessments(2)[2])
    )
    assert stored(**same) == [], "another day says the same"
    assert stored(**other) == [feb_7, feb_7, feb_8, feb_20], "days of one month are one run"
    assert stored(Mitarbeitende=[staff[0], ("P1", "", "", "3", "", "", "", "")]) == [], (
        "from the day after the last row"
    )
    assert stored(Mitarbeitende=[staff[0], ("P1", "", "", "3", "", "", "01.01.2026", "")]) == [jan_5]
    assert days_of(analysed, lambda: set_("1.1")) == [feb_8, feb_20]
    assert days_of(analysed, lambda: set_("4.1")) == [], "nobody did that"
    assert days_of(analysed, lambda: activate(anna, BUILT_IN, feb_7)) == [], "it holds already"
    entry = import_(anna, own_rulebook.changed()).entry
    assert entry is not None
    assert days_of(analysed, lambda: activate(anna, entry.key, feb_7)) == [feb_7, feb_7, feb_8, feb_20]
    check(anna)
    assert days_of(analysed, lambda: activate(anna, BUILT_IN, feb_8)) == [feb_8, feb_20], "up to the next that holds"
    check(anna)


def test_a_result_of_other_inputs_is_not_extended(anna: Person, analysed: list[date]) -> None:
    anna.read_in(workbooks.workbook())
    stored_results.rest_on_another_book(anna.services.databases, anna.home_id, date(2026, 2, 6))
    again = anna.read_in(workbooks.workbook(), store=False)
    assert len(days_of(analysed, lambda: anna.store(again))) == 7
    check(anna)


def test_days_of_one_month_are_one_run() -> None:
    found = rescore.spans_of(
        [date(2026, 3, 9), date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 2), date(2026, 2, 3)]
    )
    assert found == [(date(2026, 1, 31), date(2026, 2, 3)), (date(2026, 3, 2), date(2026, 3, 9))]
