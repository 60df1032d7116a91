"""Homes as an older version left them: folded anew once, with a report of what moves."""

from __future__ import annotations

import json
import zlib
from datetime import date
from typing import Any, Final

import pytest
from sqlalchemy import delete, select, update

from pebem.history.statements import UploadStatements, fold
from tests.support.web import workbooks
from tests.support.web.pages import Person, person
from tests.support.web.stored_results import aggregate, check
from tests.support.web.unknown_people import asked, merge, pseudonym, reply, stored
from tests.support.web.uploads import choose, count_rows
from web.services.analysis import home_analysis, home_data
from web.services.history import active_uploads, refold
from web.services.history.person_answers import PersonError
from web.services.people import master_data
from web.services.people.aliases import NEW, SAME
from web.services.uploads import records, steps, undo_job
from web.services.uploads.apply import ApplyChoice
from web.store.models import AppliedMonth, AppliedUpload, Home, PersonAnswer
from web.store.models.account import FOLD_RULE
from web.store.vault import RESIDENT
from web.store.work import bulk

JANUARY, FEBRUARY = 56 * 12, 56 * 12 + 1
"""Months since January 1970."""

HEAD: Final = workbooks.WORK[0]
CELLS: Final = workbooks.assessments(0)


def work(day: str, staff: str = "P1", *, resident: str = "0042", minutes: str = "10") -> tuple[str, ...]:
    return (resident, staff, "1.1", f"{day}.2026", "07:10", minutes, "Früh", "", "")


def month(number: int, level: int, *rows: tuple[str, ...], ward: str = "WB 1", day: bool = True) -> bytes:
    """Return the file of a month: 0042 lives in a ward and is assessed on its first day, P1 brings a level."""
    assessed = f"01.{number:02}.2026" if day else ""
    return workbooks.workbook(
        Bewohner=[workbooks.RESIDENTS[0], ("0042", "Müller", "Ayşe", ward, "")],
        Begutachtungen=[CELLS[0], ("0042", assessed, *CELLS[1][2:])],
        Mitarbeitende=[workbooks.STAFF[0], ("P1", "Quast", "Ute", str(level), "", "", "", "")],
        Interventionen=[HEAD, *rows],
    )


def aged(who: Person) -> None:
    """Leave a home as the older version would: no days, files and persons beside its uploads, the last one holds."""
    with who.services.databases.whole.writing.begin() as session:
        home_id = who.home_id
        uploads = active_uploads.active_uploads(session, home_id)
        last = active_uploads._deliveries(uploads[-1], len(active_uploads.rule_of(uploads[-1]).covers), {})
        held = fold([UploadStatements(tuple(last))])
        master_data.write(session, home_id, home_data.statements_of(session, home_id), held)
        for upload in uploads:
            frames = json.loads(zlib.decompress(upload.people))
            for frame in frames.values():
                del frame["file"]
            upload.people = zlib.compress(json.dumps(frames).encode())
            scope = upload.rule["scope"]
            if scope:
                del scope["open_days"]
                scope |= {"residents": [1, 2]}
            upload.rule = {"replace": upload.rule["pairing"] != "none", "scope": scope}
        session.execute(update(Home).where(Home.id == home_id).values(fold_rule=1, fold_report=None))
        session.flush()
        home_analysis.analyse(session, home_id)


def home_of(who: Person) -> Home:
    with who.services.databases.whole.reading() as session:
        return session.get_one(Home, who.home_id)


def rated(who: Person) -> dict[str, list[tuple[int, int, str]]]:
    """Return day -> level called for, level it was, and fit, as often as there are rows."""
    sums = aggregate(who.services.databases.whole.reading, who.home_id)
    found: dict[str, list[tuple[int, int, str]]] = {}
    for row in sums.by("day").to_dict("records"):
        found.setdefault(f"{row['day']:%d.%m.}", []).extend(
            [(row["qn_soll"], row["qn_ist"], row["fit"])] * row["count"]
        )
    return {day: sorted(rows) for day, rows in found.items()}


def refolded(who: Person) -> list[dict[str, Any]]:
    assert refold.refold_outdated(who.system) == 1
    home = home_of(who)
    assert home.fold_rule == FOLD_RULE
    check(who)
    return home.fold_report


def summary(report: list[dict[str, Any]]) -> dict[int, tuple[int, int, dict[str, int]]]:
    """Return month -> rows that go, rows that come, and why figures move."""
    return {one["month"]: (one["rows_removed"], one["rows_added"], one["reasons"]) for one in report}


PASSEND, UNKNOWN = "passend", "nicht_bewertbar"


@pytest.mark.parametrize("day", [True, False], ids=["assessments dated", "undated"])
def test_earlier_months_are_rated_again_and_the_report_says_why(ben: Person, *, day: bool) -> None:
    ben.read_in(month(1, 2, work("12.01"), work("13.01", "P9"), day=day))
    ben.read_in(month(2, 3, work("12.02"), day=day))
    expected = {"12.01.": [(2, 2, PASSEND)], "13.01.": [(2, 0, UNKNOWN)], "12.02.": [(2, 3, "ueberqualifiziert")]}
    assert rated(ben) == expected
    aged(ben)
    # Today an undated assessment of January holds; there the last one held since always.
    assert rated(ben)["12.01."] == ([(0, 3, UNKNOWN)] if day else [(2, 3, "ueberqualifiziert")])
    report = refolded(ben)
    assert rated(ben) == expected
    reasons = {"assessment": 1, "level": 1} if day else {"level": 1}
    assert summary(report) == {JANUARY: (0, 0, reasons)}
    assert report[0]["after"]["fit"][PASSEND] == [1, 600]
    assert report[0]["before"]["fit"][PASSEND] == [0, 0]
    assert report[0]["before"]["coverage"]["begutachtung"] == (0 if day else 2)
    assert report[0]["after"]["coverage"] == report[0]["before"]["coverage"] | {"begutachtung": 2}


def test_act_that_counted_as_corrected_counts_again(ben: Person) -> None:
    """The older version took another employee at the same time for a correction."""
    ben.read_in(month(1, 2, work("12.01")))
    upload_id = ben.read_in(month(2, 2, work("12.02"), work("12.01", "P2")), store=False)
    choose(ben, upload_id, ApplyChoice(pairing="similar"))
    ben.store(upload_id)
    aged(ben)
    assert count_rows(ben) == 2
    report = refolded(ben)
    assert summary(report)[JANUARY][:2] == (0, 1)
    assert count_rows(ben) == 3
    assert sorted(rated(ben)) == ["12.01.", "12.02."]
    assert len(rated(ben)["12.01."]) == 2


def test_older_rule_without_pairing_still_pairs_nothing(ben: Person) -> None:
    ben.read_in(month(1, 2, work("12.01")))
    upload_id = ben.read_in(month(1, 2, work("12.01", minutes="15")), store=False)
    choose(ben, upload_id, ApplyChoice(pairing="none"))
    ben.store(upload_id)
    aged(ben)
    assert refolded(ben) == []
    assert count_rows(ben) == 2


def test_upload_complete_for_days_remains_complete(ben: Person) -> None:
    ben.read_in(month(1, 2, work("12.01"), work("13.01"), work("01.02")))
    upload_id = ben.read_in(month(1, 2, work("13.01")), store=False)
    choose(ben, upload_id, ApplyChoice(first=date(2026, 1, 1), last=date(2026, 1, 31)))
    ben.store(upload_id)
    before = stored(ben)
    aged(ben)
    assert refolded(ben) == []
    assert stored(ben) == before
    ben.undo(upload_id)
    assert count_rows(ben) == 3


def test_complete_for_a_ward_means_who_lived_there_on_the_day(ben: Person) -> None:
    """The older version took the residents of the day of storing: those who had moved in since lost their rows."""
    ben.read_in(month(1, 2, work("12.01"), work("13.01")))
    ben.read_in(month(2, 2, work("12.02"), ward="WB 2"))
    upload_id = ben.read_in(month(2, 2, work("20.02"), ward="WB 2"), store=False)
    choose(ben, upload_id, ApplyChoice(first=date(2026, 1, 1), last=date(2026, 2, 28)))
    ben.store(upload_id)
    assert count_rows(ben) == 1
    aged(ben)
    with ben.services.databases.whole.writing.begin() as session:
        upload = session.get_one(AppliedUpload, upload_id)
        ward = bulk.numbered_labels(session.connection(), ben.home_id, {"WB 2"})["WB 2"]
        upload.rule = upload.rule | {"scope": upload.rule["scope"] | {"wards": [ward]}}
    report = refolded(ben)
    assert (summary(report)[JANUARY][:2], len(stored(ben))) == ((0, 2), 3)
    assert FEBRUARY not in summary(report)


def test_second_time_nothing_happens(ben: Person) -> None:
    ben.read_in(month(1, 2, work("12.01")))
    ben.read_in(month(2, 3, work("12.02")))
    assert refold.refold_outdated(ben.system) == 0
    assert home_of(ben).fold_report is None
    aged(ben)
    report, rows, figures = refolded(ben), stored(ben), rated(ben)
    rules = rules_of(ben)
    assert refold.refold_outdated(ben.system) == 0
    assert (home_of(ben).fold_report, stored(ben), rated(ben), rules_of(ben)) == (report, rows, figures, rules)
    # Folded once more by the rule of today nothing moves.
    with ben.services.databases.whole.writing.begin() as session:
        session.execute(update(Home).values(fold_rule=1))
    assert refolded(ben) == []
    assert (stored(ben), rated(ben), rules_of(ben)) == (rows, figures, rules)


def rules_of(who: Person) -> list[Any]:
    with who.services.databases.whole.reading() as session:
        return [active_uploads.rule_of(one) for one in active_uploads.active_uploads(session, who.home_id)]


def test_uploads_know_their_days_afterwards(ben: Person) -> None:
    """Lists without acts count from the day after those before them."""
    ben.read_in(month(1, 2, work("12.01"), work("14.01")))
    ben.read_in(month(2, 3))
    ben.read_in(month(3, 4, work("12.03")))
    aged(ben)
    refolded(ben)
    rules = rules_of(ben)
    assert [rule.covers for rule in rules] == [(date(2026, 1, 12),), (None,), (date(2026, 3, 12),)]
    assert [rule.last_day for rule in rules] == [date(2026, 1, 14), None, date(2026, 3, 12)]
    assert [rule.after_rows for rule in rules] == [False, True, False]
    with ben.services.databases.whole.reading() as session:
        staff = home_data.statements_of(session, ben.home_id).staff
    assert [(row.qn, str(row.start)[:10]) for row in staff.itertuples()] == [
        (2, "NaT"),
        (3, "2026-01-15"),
        (4, "2026-03-12"),
    ]


def test_upload_with_known_files_and_choices_retains_them(ben: Person) -> None:
    """Stored by the version of today in a home that is to be folded anew all the same."""
    services = ben.services
    files = [("1.xlsx", month(1, 2, work("12.01"))), ("2.xlsx", month(2, 3, work("12.02")))]
    upload_id = steps.start(ben.access, services.settings, home_id=ben.home_id, files=files)
    steps.read(ben.access, services.settings, services.jobs.queue, upload_id)
    ben.store(upload_id)
    later = ben.read_in(month(3, 4, work("12.03")), store=False)
    choose(ben, later, ApplyChoice(always=True))
    ben.store(later)
    figures, rules = rated(ben), rules_of(ben)
    assert [len(rule.covers) for rule in rules] == [2, 1]
    with ben.services.databases.whole.writing.begin() as session:
        session.execute(update(Home).values(fold_rule=1))
    assert refolded(ben) == []
    assert (rated(ben), rules_of(ben)) == (figures, rules)


@pytest.mark.parametrize("which", [0, 1])
def test_upload_stored_by_an_older_version_can_be_undone(ben: Person, which: int) -> None:
    uploads = [ben.read_in(month(1, 2, work("12.01"))), ben.read_in(month(2, 3, work("12.02"), work("12.01")))]
    aged(ben)
    refolded(ben)
    ben.undo(uploads[which])
    assert ben.state(uploads[which]) == records.UNDONE
    left = {"12.01.": [(2, 2, PASSEND)]}
    if which == 0:  # the other has the same act, and nothing is older than what it says; it is assessed in February
        left = {"12.01.": [(0, 3, UNKNOWN)], "12.02.": [(2, 3, "ueberqualifiziert")]}
    assert rated(ben) == left
    check(ben)
    ben.undo(uploads[1 - which])
    assert rows_left(ben) == 0
    assert refold.refold_outdated(ben.system) == 0


def rows_left(who: Person) -> int:
    return count_rows(who) + count_rows(who, AppliedUpload) + count_rows(who, AppliedMonth)


def test_home_whose_uploads_were_not_stored_does_not_change(ben: Person) -> None:
    """Older still: all its data count as those of the newest upload, which cannot be taken back."""
    ben.read_in(month(1, 2, work("12.01")))
    newest = ben.read_in(month(2, 3, work("12.02")))
    rows, figures = stored(ben), rated(ben)
    with ben.services.databases.whole.writing.begin() as session:
        for model in (AppliedMonth, AppliedUpload):
            session.execute(delete(model))
        session.execute(update(Home).values(fold_rule=1))
    assert refolded(ben) == []
    assert (stored(ben), rated(ben)) == (rows, figures)
    (rule,) = rules_of(ben)
    assert (rule.covers, rule.last_day, rule.after_rows) == ((None,), date(2026, 2, 12), False)
    with pytest.raises(undo_job.UndoError, match="nicht zurücknehmen"):
        undo_job.preview_undo(ben.access, newest)


def test_merge_that_rewrote_uploads_cannot_be_undone(ben: Person) -> None:
    ben.read_in(month(1, 2, work("12.01")))
    ben.read_in(workbooks.workbook(Interventionen=[HEAD, work("13.01", resident="42"), work("14.01", resident="43")]))
    questions = {label: asked(ben, label) for label in ("42", "43")}
    ayse = pseudonym(ben, RESIDENT, "0042")
    merge(ben, "42", "0042")
    with ben.services.databases.whole.writing.begin() as session:
        session.execute(update(PersonAnswer).values(fixed=True))
    aged(ben)
    refolded(ben)
    rows = stored(ben)
    for answer, same_as in ((NEW, ""), (SAME, questions["43"].pseudonym)):
        with pytest.raises(PersonError, match="das lässt sich nicht zurücknehmen"):
            reply(ben, questions["42"], answer, same_as)
    reply(ben, questions["42"], SAME, ayse)  # the same again changes nothing
    assert stored(ben) == rows
    # One that was answered since can be taken back.
    merge(ben, "43", "0042")
    reply(ben, questions["43"], NEW)
    assert stored(ben) == rows
    with ben.services.databases.whole.reading() as session:
        assert session.scalars(select(PersonAnswer.fixed).order_by(PersonAnswer.id)).all() == [True, False, False]


def test_other_homes_are_left_alone(ben: Person) -> None:
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    for who in (ben, other):
        who.read_in(month(1, 2, work("12.01")))
        who.read_in(month(2, 3, work("12.02")))
    aged(ben)
    refolded(ben)
    assert home_of(other).fold_report is None
    assert rated(other) == rated(ben)
