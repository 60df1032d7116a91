"""Rows an edit does not touch rate as before, to the bit; those it touches are the ones it should."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import pebem
import rules
from pebem import Aggregate
from pebem.contracts import Tables, check
from pebem.engine.timeline import named_criteria
from pebem.plausibility import shape
from pebem.rescore import RatingBasis, touched
from rules.catalogue import Accepts
from rules.model import RuleBook
from rules.vocabulary import ASSESSMENT_CELLS, KINDS_WITHOUT_RESIDENT
from tests.support.pebem.homes import DAYS, FIRST, day, days, obvious, random_home, with_granted_grades
from tests.support.rules.books import with_every_word

pytestmark = pytest.mark.slow

LAST = FIRST + timedelta(days=DAYS - 1)
GROUPINGS = pebem.CUBE
BOOK = rules.load(LAST)
ALL_DAYS = (19_000, 21_000)


def other_fit() -> RuleBook:
    """Return a book in another order, with another certificate admitted and another level of a role."""
    entries = [
        replace(entry, accepts=Accepts("LG2", 1), kind="alltag") if entry.kind == "behandlung" else entry
        for entry in reversed(BOOK.interventions)
    ]
    return replace(BOOK, interventions=tuple(entries), roles=tuple(replace(r, otherwise=3) for r in BOOK.roles))


BOOKS = (BOOK, other_fit(), with_every_word())


def test_books_differ_in_all_that_the_fit_knows() -> None:
    assert len({named_criteria(book) for book in BOOKS}) == 2
    assert len({tuple(book.index) for book in BOOKS}) == 2
    assert BOOKS[1].roles[0].otherwise != BOOK.roles[0].otherwise


def untouched(basis: RatingBasis, touched_rows: NDArray[np.bool_]) -> Aggregate:
    """Rate the rows of a home that an edit leaves alone."""
    rows = basis.tables.interventions[~touched_rows].reset_index(drop=True)
    if basis.period is None and rows.empty:
        return Aggregate.zero(GROUPINGS)
    return pebem.score(replace(basis.tables, interventions=rows, faulty=0), basis.book, basis.period, GROUPINGS)


def touched_by(before: RatingBasis, after: RatingBasis) -> NDArray[np.bool_]:
    """Return which rows an edit touches, and prove that all others rate as before."""
    check(after.tables)
    result = touched(before, after, ALL_DAYS).rows(before.tables.interventions)
    assert untouched(before, result) == untouched(after, result)
    assert grades(before, result) == grades(after, result)
    return result


def grades(basis: RatingBasis, touched_rows: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    """Return the work an edit leaves alone by Pflegegrad and level."""
    rows = basis.tables.interventions[~touched_rows].reset_index(drop=True)
    period = basis.period or (FIRST, LAST)
    if rows.empty:
        return []
    home = pebem.compile_home(replace(basis.tables, interventions=rows), basis.book, period)
    return list(shape(home)[["pflegegrad", "qn_soll", "count"]].itertuples(index=False, name=None))


# --- Random sequences of edits -------------------------------------------------------------------------------------

PEOPLE = ("residents", "assessments", "instability", "grades", "staff", "overrides")


def records_arrive(home: Tables, rng: np.random.Generator, other: Tables) -> Tables:
    """Add records of any kind; a resident or employee may become known who was named before."""
    name = str(rng.choice(PEOPLE))
    frame, new = getattr(home, name), getattr(other, name)
    new = new.iloc[rng.permutation(len(new))[: int(rng.integers(1, 4))]]
    both = new if frame.empty else frame if new.empty else pd.concat([frame, new], ignore_index=True)
    if name == "residents":
        both = both.drop_duplicates("resident", keep="last")
    return replace(home, **{name: both.reset_index(drop=True)})


def records_go(home: Tables, rng: np.random.Generator, _: Tables) -> Tables:
    name = str(rng.choice(PEOPLE))
    frame = getattr(home, name)
    return replace(home, **{name: frame[rng.random(len(frame)) < 0.7].reset_index(drop=True)})


def a_record_changes(home: Tables, rng: np.random.Generator, other: Tables) -> Tables:
    """Correct one field of one record: a date, a finding, an item, a level, a ward."""
    name = str(rng.choice(PEOPLE))
    frame, values = getattr(home, name), getattr(other, name)
    if frame.empty or values.empty:
        return home
    fields = [field for field in frame.columns if field not in {"resident", "staff"}]
    known = [field for field in fields if field[0] not in "123456"]
    field = str(rng.choice(fields if rng.random() < 0.3 else known))
    column = frame[field].copy()
    column.iloc[int(rng.integers(len(frame)))] = values[field].iloc[int(rng.integers(len(values)))]
    return replace(home, **{name: frame.assign(**{field: column})})


def records_move(home: Tables, rng: np.random.Generator, _: Tables) -> Tables:
    """Put records into another order: between equals the later one holds."""
    name = str(rng.choice(PEOPLE))
    frame = getattr(home, name)
    return replace(home, **{name: frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)})


EDITS = (records_arrive, records_go, a_record_changes, records_move)
PERIODS = (None, (FIRST, LAST), (FIRST + timedelta(days=4), LAST), (FIRST, LAST - timedelta(days=7)))


def edited(basis: RatingBasis, edit: Callable[..., Tables] | RuleBook | None, seed: int) -> RatingBasis:
    """Make an edit, switch to another rulebook, or (None) to another period."""
    rng = np.random.default_rng(seed)
    if edit is None:
        return replace(basis, period=PERIODS[seed % len(PERIODS)])
    if isinstance(edit, RuleBook):
        return replace(basis, book=edit)
    other = with_granted_grades(random_home(basis.book, seed, rows=9), seed)
    return replace(basis, tables=edit(basis.tables, rng, other))


SEQUENCES = st.lists(st.tuples(st.sampled_from((*EDITS, *BOOKS, None)), st.integers(0, 10_000)), min_size=1, max_size=6)


def run(seed: int, edits: Sequence[tuple[Callable[..., Tables] | RuleBook | None, int]]) -> None:
    home = with_granted_grades(random_home(BOOK, seed, rows=40), seed)
    first = before = RatingBasis(home, BOOK, PERIODS[seed % len(PERIODS)])
    for edit, chosen in edits:
        after = edited(before, edit, chosen)
        touched_by(before, after)
        before = after
    touched_by(first, before)


@given(st.integers(0, 10_000), SEQUENCES)
@settings(max_examples=12, deadline=None)
def test_rows_no_edit_touches_rate_as_before(seed: int, edits: list) -> None:
    run(seed, edits)


@pytest.mark.deep
@given(st.integers(0, 10_000), SEQUENCES)
@settings(max_examples=1200, deadline=None)
def test_rows_very_many_edits_do_not_touch_rate_as_before(seed: int, edits: list) -> None:
    run(seed, edits)


# --- Only what is touched ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home() -> Tables:
    """Return a home in which the first resident has assessments from two days on."""
    home_ = random_home(BOOK, 3, rows=150)
    nothing = dict.fromkeys(ASSESSMENT_CELLS, 0)
    first = home_.assessments.iloc[[0, 0]].assign(resident="000", date=[day(2), day(9)], **nothing)
    others = home_.assessments[home_.assessments["resident"] != "000"]
    work = home_.interventions[home_.interventions["status"].isna()].reset_index(drop=True)
    return replace(
        home_,
        interventions=work,
        assessments=pd.concat([first, others], ignore_index=True),
        overrides=home_.overrides.iloc[:0],
        instability=home_.instability.iloc[:0],
    )


def touched_rows(home: Tables, now: Tables, book: RuleBook = BOOK) -> set[int]:
    """Return which rows an edit of people or of the rulebook touches."""
    return set(np.flatnonzero(touched_by(RatingBasis(home, BOOK), RatingBasis(now, book))).tolist())


def rows_of(home: Tables, **wanted: str) -> set[int]:
    """Return the rows of a resident, an employee or an intervention, on days from ``start`` up to ``stop``."""
    work = home.interventions
    selected = np.ones(len(work), bool)
    for name, value in wanted.items():
        selected &= (work[name] == value).to_numpy()
    return set(np.flatnonzero(selected).tolist())


def between(home: Tables, start: int, stop: int) -> set[int]:
    """Return the rows from day ``start`` on and before day ``stop``."""
    date = home.interventions["date"]
    return set(np.flatnonzero((date >= day(start)) & (date < day(stop))).tolist())


def levels(home: Tables, rows: set[int], book: RuleBook = BOOK) -> dict[int, int]:
    """Return the level of some rows as the slow, obvious scorer finds it."""
    by_name = {}
    for row in rows:
        alone = home.interventions.iloc[[row]].reset_index(drop=True)
        ((key, _),) = obvious(replace(home, interventions=alone), book, FIRST, LAST)[0].items()
        by_name[row] = key[4]  # type: ignore[index]
    return by_name


def test_assessment_from_a_day_until_the_next(home: Tables) -> None:
    """Taken away, it leaves the resident without one on exactly these days."""
    own = rows_of(home, resident="000") & between(home, 2, 9)
    assert own
    assert touched_rows(home, replace(home, assessments=home.assessments.iloc[1:].reset_index(drop=True))) == own


def test_corrected_assessment(home: Tables) -> None:
    """All rows of the resident on its days: the Pflegegrad behind them may be another one even at the same level."""
    corrected = home.assessments.copy()
    for cell in ASSESSMENT_CELLS:
        corrected.loc[0, cell] = 3 if cell[0] in "14" else 0
    now = replace(home, assessments=corrected)
    own = rows_of(home, resident="000") & between(home, 2, 9)
    assert levels(home, own) != levels(now, own)
    assert touched_rows(home, now) == own


def test_instability_of_some_days(home: Tables) -> None:
    """Rows whose level it raises, and no other; a second criterion on the same days changes nothing."""
    one_row = pd.DataFrame(
        {
            "resident": pd.Series(["000", "000"], dtype=object),
            "criterion": pd.Series([entry.id for entry in BOOK.criteria[:2]], dtype=object),
            "start": days([3, 3]),
            "end": days([6, 5]),
        }
    )
    now = replace(home, instability=one_row.iloc[:1])
    own = rows_of(home, resident="000") & between(home, 3, 7)
    was, became = levels(home, own), levels(now, own)
    other = {row for row in own if was[row] != became[row]}
    assert other
    assert other <= touched_rows(home, now) <= own
    assert touched_rows(now, replace(home, instability=one_row)) == set()


@pytest.mark.parametrize("of_a_person", [True, False])
def test_level_set_by_hand(home: Tables, of_a_person: bool) -> None:  # noqa: FBT001
    """Rows of the intervention on its days; for the whole house all that name a resident."""
    name = str(home.interventions.loc[home.interventions["resident"] == "000", "intervention"].iloc[0])
    row = {"intervention": [name], "level": 4, "start": day(0), "end": day(DAYS), "reason": "x", "by": "y"}
    who = pd.Series(["000" if of_a_person else None], dtype=object)
    overrides = pd.DataFrame({"resident": who, **row}).astype({"start": "datetime64[s]", "end": "datetime64[s]"})
    wanted = rows_of(home, intervention=name)
    named = set(np.flatnonzero(home.interventions["resident"].notna()).tolist())
    wanted &= rows_of(home, resident="000") if of_a_person else named
    assert wanted
    assert touched_rows(home, replace(home, overrides=overrides)) == wanted


@pytest.mark.parametrize("new", [{"qn": 4}, {"certificates": "LG1"}, {"role": "betreuung-43b"}])
def test_qualification_of_an_employee_from_a_day_on(home: Tables, new: dict[str, object]) -> None:
    others = home.staff[home.staff["staff"] != "P0"]
    row = home.staff.iloc[[0]].assign(staff="P0", role=None, certificates="", end=days([None]))
    always, from_there = row.assign(qn=1, start=day(-50)), row.assign(**{"qn": 1, **new}, start=day(5))
    before = replace(home, staff=pd.concat([others, always], ignore_index=True))
    now = replace(home, staff=pd.concat([others, always, from_there], ignore_index=True))
    own = rows_of(home, staff="P0") & between(home, 5, DAYS)
    assert own
    assert touched_rows(before, now) == own


def test_ward_of_a_resident(home: Tables) -> None:
    """Rows that give no ward themselves."""
    residents = home.residents.assign(ward=home.residents["ward"].where(home.residents["resident"] != "000", "Z"))
    own = rows_of(home, resident="000") & set(np.flatnonzero(home.interventions["ward"].isna()))
    assert own
    assert touched_rows(home, replace(home, residents=residents)) == own


def test_day_of_moving_in_moves_an_assessment_without_date(home: Tables) -> None:
    undated = home.assessments.assign(date=home.assessments["date"].where(home.assessments.index != 0))
    residents = home.residents.assign(moved_in=pd.Series([day(4)] * len(home.residents), dtype="datetime64[s]"))
    before = replace(home, assessments=undated, residents=residents)
    later = residents.assign(moved_in=residents["moved_in"].where(residents["resident"] != "000", day(7)))
    own = rows_of(home, resident="000") & between(home, 4, 7)
    assert own
    assert touched_rows(before, replace(before, residents=later)) == own


def test_adding_a_resident_touches_their_rows(home: Tables) -> None:
    without = replace(home, residents=home.residents[home.residents["resident"] != "000"].reset_index(drop=True))
    assert touched_rows(without, home) == rows_of(home, resident="000") != set()


def test_other_level_of_one_intervention_in_the_rulebook(home: Tables) -> None:
    """Rows of that intervention; it needs no resident, so its level is everywhere that of the book."""
    indirect = [entry for entry in BOOK.interventions if entry.kind in KINDS_WITHOUT_RESIDENT]
    name, base = next((entry.id, entry.base) for entry in indirect if rows_of(home, intervention=entry.id))
    changed = tuple(replace(entry, base=5 - base) if entry.id == name else entry for entry in BOOK.interventions)
    book = replace(BOOK, interventions=changed)
    own = rows_of(home, intervention=name)
    assert set(levels(home, own).values()) == {base}
    assert set(levels(home, own, book).values()) == {5 - base}
    assert touched_rows(home, home, book) == own
    assert touched_rows(home, home, replace(book, interventions=BOOK.interventions)) == set()


@pytest.mark.parametrize("seed", range(3))
def test_rulebook_of_another_fit_and_back(seed: int) -> None:
    home = random_home(BOOK, seed, rows=120)
    there = [touched_rows(home, home, book) for book in BOOKS[1:]]
    assert all(there)
    back = [touched_by(RatingBasis(home, book), RatingBasis(home, BOOK)) for book in BOOKS[1:]]
    assert [set(np.flatnonzero(found).tolist()) for found in back] == there


def test_edits_without_effect_touch_nothing(home: Tables) -> None:
    early = home.assessments.iloc[[0]].assign(date=day(-90), special=True)
    stranger = home.staff.iloc[[0]].assign(staff="neu")
    moved = home.residents.iloc[[0]].assign(resident="neu")
    shadowed = home.assessments.iloc[[0]].assign(special=True)
    by_person = sorted(home.staff.groupby("staff"), reverse=True)
    edits = {
        "an assessment another one of that day replaces": ("assessments", [shadowed, home.assessments]),
        "an assessment of a stranger": ("assessments", [home.assessments, early.assign(resident="fern")]),
        "the same records in another order": ("staff", [rows for _, rows in by_person]),
        "an employee without work": ("staff", [home.staff, stranger]),
        "a resident without interventions": ("residents", [home.residents, moved]),
    }
    for what, (name, frames) in edits.items():
        assert touched_rows(home, replace(home, **{name: pd.concat(frames, ignore_index=True)})) == set(), what
