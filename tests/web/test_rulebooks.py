"""The library of rulebooks, which one holds from when, and figures that rest on each day's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

import importers
import pebem
from importers.findings import Severity
from tests.support.web import own_rulebook, stored_results, workbooks
from tests.support.web.accounts import actions
from tests.support.web.own_rulebook import BUILT_IN, activate, import_, levels
from tests.support.web.pages import Person, person
from web.services import clock, homes, rulebook_calendar
from web.services.analysis import demand, explanations, home_analysis, results, scoring
from web.services.rulebook_calendar import RulebookPeriod
from web.services.rulebooks import holdings, library
from web.services.rulebooks.library import RulebookError
from web.store import models
from web.store.access import ForeignHomeError

if TYPE_CHECKING:
    from flask import Flask

ALL_DAYS = (date(2026, 1, 5), date(2026, 2, 8))


def test_built_in_rulebook_is_effective_since_always(anna: Person) -> None:
    (only,) = holdings.of_home(anna.access, anna.home_id)
    assert (only.entry.key, only.valid_from, only.valid_until, only.entry.built_in) == (BUILT_IN, None, None, True)
    for day, edition in ((date(1990, 1, 1), 1), (date(2026, 10, 31), 1), (date(2026, 11, 1), 2), (date(2090, 1, 1), 2)):
        assert holdings.effective(anna.access, anna.home_id, day).edition == f"2026.{edition}"


def test_imported_rulebook_is_the_one_that_was_uploaded(anna: Person) -> None:
    contents = own_rulebook.changed(levels={"1.1": 4})
    imported = import_(anna, contents)
    assert imported.findings == ()
    assert (imported.entry.title, imported.entry.edition, imported.entry.status) == ("Hausregel", "1", "hausregel")
    assert (imported.entry.owner, imported.entry.built_in, imported.entry.first_used_at) == ("Anna", False, None)
    book = library.get(anna.access, imported.entry.key)
    assert book.find_intervention("1.1").base == 4
    assert book.sha256 == imported.entry.sha256
    assert library.documents(anna.access, imported.entry.key) == contents
    assert [entry.key for entry in library.list_(anna.access)] == [BUILT_IN, imported.entry.key]
    assert "regelwerk.aufnehmen" in actions(anna)


def test_exported_built_in_rulebook_is_refused_on_import(anna: Person) -> None:
    """The same content twice would be two names for one thing."""
    contents = library.documents(anna.access, BUILT_IN)
    again = import_(anna, dict(contents))
    assert again.entry is None
    assert [one.code for one in again.findings] == ["regelwerk-vorhanden"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "rekonstruktion"}, "status-vergeben"),
        ({"titel": "Anders"}, "ausgabe-vergeben"),
    ],
)
def test_duplicate_names_are_refused(anna: Person, change: dict[str, str], code: str) -> None:
    assert import_(anna, own_rulebook.changed()).entry is not None
    contents = own_rulebook.changed()
    contents["rulebook.yaml"] |= change
    refused = import_(anna, contents)
    assert refused.entry is None
    assert code in {one.code for one in refused.findings}
    assert len(library.list_(anna.access)) == 2


def test_faulty_workbook_is_refused_with_its_row(anna: Person) -> None:
    contents = own_rulebook.changed()
    contents["rules.yaml"]["regeln"][1]["bedingung"] = "unsinn >= 3"
    refused = import_(anna, contents)
    assert refused.entry is None
    assert any(one.row > 1 and one.column for one in refused.findings)
    with pytest.raises(RulebookError):
        library.import_(anna.access, name="x", content=b"no book")


@pytest.mark.parametrize(("file", "key"), [("rules.yaml", "regeln"), ("interventions.yaml", "interventionen")])
def test_rulebook_with_unscorable_days_is_refused(anna: Person, file: str, key: str) -> None:
    """All rules, or all interventions, begin later than the book."""
    contents = own_rulebook.changed()
    for entry in contents[file][key]:
        entry["gueltig_ab"] = "2026-03-01"
    refused = import_(anna, contents)
    assert refused.entry is None
    assert {"regelwerk-luecke", "regelwerk-fehler"} & {
        finding.code for finding in refused.findings if finding.severity is Severity.ERROR
    }


def test_content_of_a_rulebook_cannot_be_changed_in_the_database(anna: Person) -> None:
    """Figures of years rest on it: the database itself refuses, whoever asks, so no function can do it."""
    key = import_(anna, own_rulebook.changed()).entry.key
    columns = {column.name: column for column in models.Rulebook.__table__.columns}
    del columns["id"], columns["first_used_at"]
    assert len(columns) == 9
    for name, column in columns.items():
        whole = anna.services.databases.whole
        with pytest.raises(DBAPIError, match="cannot be changed"), whole.writing.begin() as session:
            session.execute(update(models.Rulebook).values({name: column}))
    assert library.documents(anna.access, key) == own_rulebook.changed()


def test_only_an_unused_rulebook_can_be_removed(anna: Person) -> None:
    databases = anna.services.databases
    unused, used = (import_(anna, own_rulebook.changed(edition)).entry.key for edition in ("1", "2"))
    activate(anna, used, date(2026, 2, 1))
    library.remove(anna.access, key=unused)
    for key in (used, BUILT_IN, unused):
        with pytest.raises(RulebookError):
            library.remove(anna.access, key=key)
    assert [entry.key for entry in library.list_(anna.access)] == [BUILT_IN, used]
    assert library.find(anna.access, used).first_used_at is not None
    with pytest.raises(DBAPIError), databases.whole.writing.begin() as session:
        session.execute(delete(models.Rulebook))


def test_each_day_is_scored_with_its_effective_book(anna: Person) -> None:
    """Contract 7: two stretches, two books, and their aggregates add up to what the engine says of each alone."""
    anna.read_in(workbooks.workbook())
    before = levels(anna)
    key = import_(anna, own_rulebook.changed(levels={"1.1": 4})).entry.key
    activate(anna, key, date(2026, 2, 6))
    after = levels(anna)
    assert {day for day in after if after[day] != before[day]} == {date(2026, 2, 6), date(2026, 2, 7)}
    assert after[date(2026, 2, 6)] == {4}
    result = results.load(anna.access, anna.home_id)
    assert [book.title for book in result.books] == ["Rekonstruktion", "Hausregel"]
    assert [(one.first, one.last) for one in result.stretches] == [
        (ALL_DAYS[0], date(2026, 2, 5)),
        (date(2026, 2, 6), ALL_DAYS[1]),
    ]
    assert result.rulebook.title == "Hausregel"
    january = results.load(anna.access, anna.home_id, period=(ALL_DAYS[0], date(2026, 2, 5)))
    assert [book.title for book in january.books] == ["Rekonstruktion"]
    tables = importers.read([("a.xlsx", workbooks.workbook())], rulebook_calendar.current(BUILT_IN)).tables
    own = library.get(anna.access, key)
    direct = sum(
        (
            pebem.score(scoring.of_days(tables, first, last), book, groupings=pebem.CUBE)
            for first, last, book in (
                (ALL_DAYS[0], date(2026, 2, 5), rulebook_calendar.current(BUILT_IN)),
                (date(2026, 2, 6), ALL_DAYS[1], own),
            )
        ),
        pebem.Aggregate.zero(pebem.CUBE),
    )
    stored = stored_results.aggregate(anna.services.databases.whole.reading, anna.home_id)
    full = replace(stored, excluded=direct.excluded)
    assert full == direct


def test_splitting_a_period_of_one_book_changes_nothing() -> None:
    """Aggregates are additive: any cut gives the same sum."""
    tables = importers.read([("a.xlsx", workbooks.workbook())], rulebook_calendar.current(BUILT_IN)).tables
    book = rulebook_calendar.current(BUILT_IN)
    first, last = ALL_DAYS
    uncut = scoring.whole(tables, [RulebookPeriod(first, last, book)])
    assert len(uncut.tables[pebem.CUBE[0]]) > 3
    for number in range((last - first).days):
        day = first + timedelta(days=number)
        assert (
            scoring.whole(
                tables, [RulebookPeriod(first, day, book), RulebookPeriod(day + timedelta(days=1), last, book)]
            )
            == uncut
        )


def test_explanation_and_demand_use_the_book_of_the_day(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    activate(anna, import_(anna, own_rulebook.changed(levels={"1.1": 4})).entry.key, date(2026, 2, 6))
    demands = demand.behind(anna.access, anna.home_id, "1.1", ALL_DAYS)
    assert {(one.first_day, one.qn_soll) for one in demands if one.known and one.first_day >= date(2026, 2, 6)} == {
        (date(2026, 2, 6), 4)
    }
    assert {one.qn_soll for one in demands if one.last_day < date(2026, 2, 6)} & {4} == set()
    resident = next(one.resident for one in demands if one.known)
    titles = [
        explanations.explain(anna.access, anna.home_id, resident, "1.1", day).book.title
        for day in (date(2026, 2, 5), date(2026, 2, 6))
    ]
    assert titles == ["Rekonstruktion", "Hausregel"]


def test_later_decision_for_the_same_day_counts(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    before = levels(anna)
    key = import_(anna, own_rulebook.changed(levels={"1.1": 4})).entry.key
    day = date(2026, 2, 6)
    activate(anna, key, day)
    assert levels(anna) != before
    activate(anna, BUILT_IN, day)
    assert levels(anna) == before
    rows = holdings.of_home(anna.access, anna.home_id)
    assert [(one.entry.key, one.valid_from, one.valid_until) for one in rows] == [
        (BUILT_IN, None, date(2026, 2, 5)),
        (BUILT_IN, day, None),
    ]
    assert rows[1].by == "Anna"
    assert actions(anna).count("regelwerk.aktivieren") == 2


def test_future_rulebook_changes_nothing_yet(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    before = levels(anna)
    activate(anna, import_(anna, own_rulebook.changed(levels={"1.1": 4})).entry.key, clock.today() + timedelta(days=9))
    assert levels(anna) == before
    assert home_analysis.refresh_stale(anna.system) == 0


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2100, 1, 1)])
def test_unreasonable_days_are_refused(anna: Person, day: date) -> None:
    with pytest.raises(RulebookError):
        activate(anna, BUILT_IN, day)


def test_work_a_book_does_not_know_is_counted_as_not_to_be_rated(anna: Person) -> None:
    """Nothing is dropped: rows and seconds stay, the level is open, and coverage says what is missing."""
    anna.read_in(workbooks.workbook())
    reading = anna.services.databases.whole.reading
    before, sums_before = results.load(anna.access, anna.home_id), stored_results.aggregate(reading, anna.home_id)
    activate(anna, import_(anna, own_rulebook.changed(without=("1.1",))).entry.key, date(2026, 2, 6))
    after, sums_after = results.load(anna.access, anna.home_id), stored_results.aggregate(reading, anna.home_id)
    totals = [one.by()[["count", "seconds"]].sum().tolist() for one in (sums_before, sums_after)]
    assert totals[0] == totals[1]
    late = sums_after.by("day")
    late = late[late["day"] >= date(2026, 2, 6)]
    assert set(late["fit"]) == {"nicht_bewertbar"}
    assert set(late["qn_soll"]) == {0}
    assert before.covered["intervention"] == before.covered["counted"] == 6
    assert after.covered["intervention"] == 3
    assert after.find_intervention("1.1").title == before.find_intervention("1.1").title
    assert demand.behind(anna.access, anna.home_id, "1.1", (date(2026, 2, 6), ALL_DAYS[1])) == []
    resident = demand.behind(anna.access, anna.home_id, "1.1", ALL_DAYS)[0].resident
    assert explanations.explain(anna.access, anna.home_id, resident, "1.1", date(2026, 2, 6)) is None


def test_upload_that_spans_two_books_is_read_with_both_catalogues(anna: Person) -> None:
    activate(anna, import_(anna, own_rulebook.changed(without=("1.1",))).entry.key, date(2026, 2, 6))
    anna.read_in(workbooks.workbook())
    result = results.load(anna.access, anna.home_id)
    assert result.covered["counted"] == workbooks.COUNTED
    assert result.covered["intervention"] == 3


def test_comparison_shows_what_moves(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    reading = anna.services.databases.whole.reading
    key = import_(anna, own_rulebook.changed(levels={"1.1": 4})).entry.key
    result = library.compare(anna.access, BUILT_IN, key, home_id=anna.home_id)
    effect = result.effect
    whole = stored_results.aggregate(reading, anna.home_id).by()
    assert (effect.count, effect.seconds) == (6, int(whole["seconds"].sum()))
    assert (effect.first, effect.last) == ALL_DAYS
    assert sum(move.count for move in effect.moves) == 5  # the sixth has no known person: open before and after
    assert {move.after for move in effect.moves} == {4}
    assert effect.fit_before == {
        fit: (int(part["count"]), int(part["seconds"]))
        for fit in pebem.FIT_CLASSES
        for part in [whole[whole["fit"] == fit].sum(numeric_only=True)]
    }
    activate(anna, key, date(2026, 1, 1))
    whole = stored_results.aggregate(reading, anna.home_id).by()
    assert sum(seconds for _, seconds in effect.fit_after.values()) == effect.seconds
    assert effect.fit_after["passend"][0] == int(whole[whole["fit"] == "passend"]["count"].sum())
    back = library.compare(anna.access, key, BUILT_IN, home_id=anna.home_id).effect
    assert [(move.after, move.before, move.count) for move in back.moves] == [
        (move.before, move.after, move.count) for move in effect.moves
    ]
    assert (back.fit_after, back.fit_before) == (effect.fit_before, effect.fit_after)
    assert library.compare(anna.access, BUILT_IN, BUILT_IN, home_id=anna.home_id).effect.moves == ()
    without = import_(anna, own_rulebook.changed("2", without=("1.1",))).entry.key
    lost = library.compare(anna.access, BUILT_IN, without, home_id=anna.home_id).effect
    assert lost.unknown == ("1.1",)
    assert lost.fit_after["nicht_bewertbar"][0] == 6
    assert library.compare(anna.access, BUILT_IN, key).effect is None


def test_rulebooks_of_one_tenant_do_not_exist_for_another(anna: Person) -> None:
    """B2, T8: found, read, compared, activated, removed by the owner alone."""
    key = import_(anna, own_rulebook.changed()).entry.key
    other = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    assert [entry.key for entry in library.list_(other.access)] == [BUILT_IN]
    assert library.find(other.access, key) is None
    assert library.get(other.access, key) is None
    assert library.documents(other.access, key) is None
    assert library.compare(other.access, BUILT_IN, key) is None
    with pytest.raises(ForeignHomeError):
        library.compare(other.access, BUILT_IN, BUILT_IN, home_id=anna.home_id)
    with pytest.raises(RulebookError):
        activate(other, key, date(2026, 1, 1))
    with pytest.raises(RulebookError):
        library.remove(other.access, key=key)
    with pytest.raises(ForeignHomeError):
        holdings.activate(
            other.access,
            home_id=anna.home_id,
            key=BUILT_IN,
            from_day=date(2026, 1, 1),
        )
    assert import_(other, own_rulebook.changed()).entry is not None  # the same content may be theirs too
    assert len(holdings.of_home(anna.access, anna.home_id)) == 1


@pytest.mark.parametrize("key", ["", "r", "r0", "r²", "r-1", "r99999999999999999999", "nichts", "../x"])
def test_unknown_keys_find_no_rulebook(ben: Person, key: str) -> None:
    assert library.get(ben.access, key) is None
    assert library.find(ben.access, key) is None


def test_activation_that_fails_changes_nothing(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10: decision and figures in one transaction."""
    anna.read_in(workbooks.workbook())
    before = levels(anna)
    key = import_(anna, own_rulebook.changed(levels={"1.1": 4})).entry.key
    with monkeypatch.context() as broken:
        broken.setattr(home_analysis, "analyse", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            activate(anna, key, date(2026, 1, 1))
    assert levels(anna) == before
    assert library.find(anna.access, key).first_used_at is None
    assert "regelwerk.aktivieren" not in actions(anna)


def test_another_home_of_the_tenant_retains_its_own_book(anna: Person) -> None:
    second = homes.create(anna.access, "Zweites Haus")
    activate(anna, import_(anna, own_rulebook.changed()).entry.key, date(2026, 1, 1))
    assert holdings.effective(anna.access, second).title == "Rekonstruktion"


def test_entries_with_own_days_split_the_period(anna: Person) -> None:
    """A book may change inside: an intervention that gets another level from a day on is two stretches."""
    contents = own_rulebook.changed()
    entries = contents["interventions.yaml"]["interventionen"]
    old = next(entry for entry in entries if entry["id"] == "1.1")
    new = {**old, "gueltig_ab": "2026-02-07", "qn": 4}
    old["gueltig_bis"] = "2026-02-06"
    entries.insert(entries.index(old) + 1, new)
    imported = import_(anna, contents)
    assert imported.entry is not None, imported.findings
    anna.read_in(workbooks.workbook())
    activate(anna, imported.entry.key, date(2020, 1, 1))
    result = levels(anna)
    assert 4 in result[date(2026, 2, 7)]
    assert 4 not in result[date(2026, 2, 6)]
    stretches = results.load(anna.access, anna.home_id).stretches
    assert [one.first for one in stretches] == [ALL_DAYS[0], date(2026, 2, 7)]
    assert len(results.load(anna.access, anna.home_id).books) == 1


def test_new_content_of_the_built_in_book_is_noticed(anna: Person) -> None:
    """Figures name the hash of their book by day; where it is not the effective one, they are recomputed."""
    anna.read_in(workbooks.workbook())
    databases = anna.services.databases
    stored_results.rest_on_another_book(databases, anna.home_id, ALL_DAYS[1])
    assert results.load(anna.access, anna.home_id) is None
    assert home_analysis.refresh_stale(anna.system) == 1
    assert results.load(anna.access, anna.home_id).covered["counted"] == workbooks.COUNTED


def test_rescoring_some_days_leaves_the_others(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    databases = anna.services.databases
    before = stored_results.content(databases, anna.home_id)
    with databases.whole.writing.begin() as session:
        home_analysis.analyse(session, anna.home_id, [(date(2026, 2, 6), date.max)])
    after = stored_results.content(databases, anna.home_id)
    assert len(before) > 8
    assert set(after) == set(before)
    first_month = min(month for *_, month in before)
    assert all(after[key] == before[key] for key in before if key[-1] == first_month)


def test_pages_name_every_book_they_use(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    activate(anna, import_(anna, own_rulebook.changed(levels={"1.1": 4})).entry.key, date(2026, 2, 6))
    assert "Hausregel" in anna.first_sign_in().get("/").text


def test_files_are_read_with_todays_book_where_there_is_only_one(app: Flask) -> None:
    who = person(app, "carla", "Träger", "Haus")
    with who.services.databases.whole.reading() as session:
        home = session.get_one(models.Home, who.home_id)
        assert rulebook_calendar.for_reading(session, home) is rulebook_calendar.on(session, home, clock.today())
