"""People an upload names and the home does not know: asked about, answered once, the same person from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from tests.support.web import stored_results, workbooks
from tests.support.web.accounts import actions
from tests.support.web.pages import Person, person
from tests.support.web.stored_results import check
from tests.support.web.unknown_people import HEAD, STRAY, asked, merge, monthly, pseudonym, queue, reply, stored
from web.services.analysis import home_data, results
from web.services.history import fold_home, person_answers
from web.services.history.person_answers import PersonError, PersonReply
from web.services.people.aliases import LATER, NEW, SAME
from web.services.uploads import records, undo_job, unknown_people
from web.store import models
from web.store.access import ForeignHomeError
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    pass


def new_rows(who: Person, content: bytes) -> int:
    """Read a file in and return how many rows it added."""
    upload_id = who.read_in(content)
    row = records.find(who.access, upload_id)
    assert row is not None
    assert row.state == records.STORED
    return row.new_rows


def test_strangers_are_asked_about_heaviest_first(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    anna.read_in(monthly())
    questions = queue(anna)
    assert [(entry.kind, entry.label, entry.rows, entry.seconds) for entry in questions.questions] == [
        (RESIDENT, "42", 5, 5700),
        (RESIDENT, "Ay?e Müller-Özdemir", 1, 1800),
        (STAFF, "Quast, Ute", 1, 1200),
        *sorted([(RESIDENT, "0815", 1, 300), (STAFF, "P9", 1, 300)], key=lambda entry: asked(anna, entry[1]).pseudonym),
    ]
    assert (questions.count, questions.rows, questions.seconds) == (5, 9, 9300)
    best = [asked(anna, label).offers for label in ("42", "Ay?e Müller-Özdemir", "Quast, Ute", "0815")]
    assert [[(entry.label, entry.sure) for entry in offers] for offers in best] == [
        [("0042 Müller-Özdemir, Ayşe", True)],
        [("0042 Müller-Özdemir, Ayşe", False)],
        [("P1 Quast, Ute", True)],
        [],
    ]
    few = unknown_people.queue(anna.access, anna.services.settings, anna.home_id, limit=1)
    assert few is not None
    assert (len(few.questions), few.count) == (1, 5)


def test_merging_removes_duplicates_and_the_same_files_again_add_nothing(anna: Person) -> None:
    """A row both have from different uploads is one intervention; rows of one upload all count."""
    anna.read_in(workbooks.workbook())
    assert new_rows(anna, monthly()) == 7
    assert (new_rows(anna, monthly()), new_rows(anna, workbooks.workbook())) == (0, 0)
    before = stored(anna)
    merge(anna, "42", "0042")
    ayse = pseudonym(anna, RESIDENT, "0042")
    rows = [row for row in stored(anna) if row[0] == ayse]
    # Her own three, of which two are among the three of the list, and of these one more; the other three are new.
    assert len(rows) == 3 + 1 + 3
    assert len(stored(anna)) == len(before) - 2
    check(anna)
    merge(anna, "Ay?e Müller-Özdemir", "0042")
    merge(anna, "Quast, Ute", "P1")
    check(anna)
    after = stored(anna)
    assert {row[0] for row in after if row[4] == 1800} == {ayse}
    for content in (monthly(), workbooks.workbook(), monthly()):
        assert new_rows(anna, content) == 0
        assert stored(anna) == after
    assert {one.label for one in queue(anna).questions} == {"0815", "P9"}
    check(anna)


def test_merged_rows_equal_those_of_files_that_never_strayed(anna: Person) -> None:
    """The way of asking leaves no trace in the figures: as if the list had had the home's own numbers."""
    anna.read_in(workbooks.workbook())
    anna.read_in(monthly())
    for label, into in (("42", "0042"), ("Quast, Ute", "P1"), ("Ay?e Müller-Özdemir", "0042")):
        merge(anna, label, into)
    other = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    own = {"42": "0042", "Ay?e Müller-Özdemir": "0042", "Quast, Ute": "P1"}
    other.read_in(workbooks.workbook())
    other.read_in(monthly([HEAD, *((own.get(row[0], row[0]), own.get(row[1], row[1]), *row[2:]) for row in STRAY[1:])]))
    reading = anna.services.databases.whole.reading
    mine, theirs = (results.load(who.access, who.home_id) for who in (anna, other))
    assert stored_results.aggregate(reading, anna.home_id) == stored_results.aggregate(reading, other.home_id)
    assert mine.covered == theirs.covered
    assert [row[2:] for row in stored_alike(anna)] == [row[2:] for row in stored_alike(other)]


def stored_alike(who: Person) -> list[tuple[Any, ...]]:
    """Return the rows of a home, people left out of their order."""
    with who.services.databases.whole.reading() as session:
        work = home_data.work_of(session, who.home_id).astype(object)
    shown = work[["intervention", "status", "date", "minute_of_day", "seconds", "shift", "ward"]]
    return sorted(shown.itertuples(index=False, name=None), key=repr)


def test_rows_of_one_upload_under_both_numbers_all_count(anna: Person) -> None:
    row = ("1.1", "05.03.2026", "08:00", "10", "Früh", "", "")
    both = monthly([HEAD, ("0042", "P1", *row), ("42", "P1", *row), ("42", "P1", *row)])
    anna.read_in(workbooks.workbook())
    assert new_rows(anna, both) == 3
    merge(anna, "42", "0042")
    assert sum(one[4] == 600 for one in stored(anna)) == 3
    assert new_rows(anna, both) == 0
    check(anna)


def test_rows_of_each_upload_count_not_only_the_stored_ones(anna: Person) -> None:
    """The second upload had the row under both numbers, once of them known before: two rows are two interventions."""
    row = ("1.1", "05.03.2026", "08:00", "10", "Früh", "", "")
    first, second = ([("42", "P1", *row)], [("42", "P1", *row), ("0042", "P1", *row)])
    anna.read_in(workbooks.workbook())
    assert [new_rows(anna, monthly([HEAD, *rows])) for rows in (first, second)] == [1, 1]
    merge(anna, "42", "0042")
    assert sum(first[4] == 600 for first in stored(anna)) == 2
    assert [new_rows(anna, monthly([HEAD, *rows])) for rows in (first, second, second, first)] == [0, 0, 0, 0]
    check(anna)


def test_differing_row_replaces_the_earlier_one_as_under_one_number(anna: Person) -> None:
    """The list corrected the minutes under the other number: one intervention, with the later minutes."""
    anna.read_in(workbooks.workbook())
    anna.read_in(monthly([HEAD, ("42", "P1", "1.1", "05.01.2026", "07:10", "33", "Früh", "", "")]))
    before = len(stored(anna))
    merge(anna, "42", "0042")
    assert len(stored(anna)) == before - 1
    assert [row[4] for row in stored(anna) if row[2].month == 1] == [33 * 60]
    check(anna)


def test_undoing_an_upload_after_a_merge_leaves_the_rest(anna: Person) -> None:
    """What the others said of the person stays, under whichever number."""
    anna.read_in(workbooks.workbook())
    before = stored(anna)
    upload_id = anna.read_in(monthly())
    merge(anna, "42", "0042")
    merge(anna, "Quast, Ute", "P1")
    with anna.services.databases.whole.writing.begin() as session:
        undo_job._remove_upload(session, upload_id)
    assert stored(anna) == before
    check(anna)
    assert new_rows(anna, monthly()) > 0
    check(anna)


def test_merging_moves_statements_and_separating_moves_them_back(anna: Person) -> None:
    """Of two assessments of one day the one told last counts; everything goes back with the number it came under."""
    anna.read_in(workbooks.workbook())
    anna.read_in(monthly())
    head, _, of_february = workbooks.assessments(2)
    anna.read_in(
        workbooks.workbook(
            Begutachtungen=[head, *(("42", day, *of_february[2:]) for day in ("01.02.2026", "01.03.2026"))],
            Instabilität=[("Bewohner-Nr", "Kriterium", "Von", "Bis"), ("42", "sturz", "02.03.2026", "")],
        )
    )
    question, ayse = asked(anna, "42"), pseudonym(anna, RESIDENT, "0042")

    def of(person: str) -> tuple[list[str], int]:
        with anna.services.databases.whole.reading() as session:
            people = home_data.people_of(session, anna.home_id)
        days = people.assessments.loc[people.assessments["resident"] == person, "date"]
        unstable = int((people.instability["resident"] == person).sum())
        return ["seit Einzug" if day is pd.NaT else f"{day:%d.%m.}" for day in days], unstable

    apart = of(ayse), of(question.pseudonym)
    assert apart == ((["seit Einzug"], 0), (["01.02.", "01.03."], 1))
    figures = stored_results.content(anna.services.databases, anna.home_id)
    merge(anna, "42", "0042")
    check(anna)
    assert of(ayse) == (["seit Einzug", "01.02.", "01.03."], 1)
    assert of(question.pseudonym) == ([], 0)
    assert stored_results.content(anna.services.databases, anna.home_id) != figures
    reply(anna, question, LATER)
    check(anna)
    assert (of(ayse), of(question.pseudonym)) == apart
    assert stored_results.content(anna.services.databases, anna.home_id) == figures
    assert asked(anna, "42").rows == question.rows
    assert actions(anna)[-1] == "person.trennen"


def test_merged_number_is_no_stranger_in_the_next_upload(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    anna.read_in(monthly())
    merge(anna, "42", "0042")
    merge(anna, "Quast, Ute", "P1")
    later = monthly(
        [HEAD, ("42", "Quast, Ute", "1.1", "20.03.2026", "", "11", "", "", ""), ("43", "P1", *STRAY[1][2:])]
    )
    upload_id = anna.read_in(later)
    texts = records.texts(anna.access, anna.services.settings, upload_id)
    assert texts is not None
    strange = {one.value for one in texts.findings if one.code in {"bewohner-unbekannt", "personal-unbekannt"}}
    assert "43" in strange
    assert not strange & {"42", "Quast, Ute"}
    assert (pseudonym(anna, RESIDENT, "0042"), pseudonym(anna, STAFF, "P1")) in {row[:2] for row in stored(anna)}
    # Master data under the other number are those of the person.
    assert {one.label for one in queue(anna).questions} == {"Ay?e Müller-Özdemir", "43", "0815", "P9"}
    anna.read_in(workbooks.workbook(Bewohner=[workbooks.RESIDENTS[0], ("42", "Müller", "Ayşe", "WB 9", "")]))
    with anna.services.databases.whole.reading() as session:
        residents = home_data.people_of(session, anna.home_id).residents
    assert residents.set_index("resident")["ward"].to_dict()[pseudonym(anna, RESIDENT, "0042")] == "WB 9"
    assert len(residents) == 2
    check(anna)


def test_person_of_its_own_and_later(anna: Person) -> None:
    """Both change no figure; what was answered can be asked again, but for a merge."""
    anna.read_in(workbooks.workbook())
    anna.read_in(monthly())
    before = stored(anna)
    reply(anna, asked(anna, "0815"), NEW)
    reply(anna, asked(anna, "42"), LATER)
    assert asked(anna, "42").answer == LATER
    assert "0815" not in {one.label for one in queue(anna).questions}
    assert [(one.label, one.answer, one.by) for one in queue(anna).answered] == [("0815", NEW, "Anna")]
    assert "0815" in queue(anna).people[RESIDENT].values()
    merge(anna, "42", "0815")
    assert len(stored(anna)) == len(before)
    stranger = next(one for one in queue(anna).answered if one.label == "0815")
    reply(anna, stranger, LATER)
    merge(anna, "0815", "0042")
    check(anna)
    assert new_rows(anna, monthly()) == 0, "from 42 by 0815 to 0042"
    assert {row[0] for row in stored(anna)} == {
        *(pseudonym(anna, RESIDENT, one) for one in ("0042", "77")),
        asked(anna, "Ay?e Müller-Özdemir").pseudonym,
    }
    done = [action for action in actions(anna) if action.startswith("person.")]
    assert sorted(done) == sorted(
        ["person.neu", "person.spaeter", "person.zusammenfuehren", "person.spaeter", "person.zusammenfuehren"]
    )


def test_impossible_answers_change_nothing(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    anna.read_in(monthly())
    question, ayse, ute = asked(anna, "42"), pseudonym(anna, RESIDENT, "0042"), pseudonym(anna, STAFF, "P1")
    before = stored(anna)
    wrong = [
        PersonReply(question.kind, question.pseudonym, SAME),
        PersonReply(question.kind, question.pseudonym, SAME, question.pseudonym),
        PersonReply(question.kind, question.pseudonym, SAME, ute),
        PersonReply(question.kind, question.pseudonym, SAME, "B-XXXXX"),
        PersonReply(question.kind, question.pseudonym, SAME, asked(anna, "0815").pseudonym),
        PersonReply(question.kind, question.pseudonym, "nie"),
        PersonReply(question.kind, "B-XXXXX", NEW),
        PersonReply(question.kind, ayse, NEW),
        PersonReply(question.kind, ayse, SAME, question.pseudonym),
        PersonReply("haustier", question.pseudonym, NEW),
        PersonReply(question.kind, question.pseudonym, NEW, ayse),
    ]
    for answer in wrong:
        with pytest.raises(PersonError):
            person_answers.answer(
                anna.access,
                home_id=anna.home_id,
                reply=answer,
            )
    assert stored(anna) == before
    assert not queue(anna).answered
    merge(anna, "42", "0042")
    reply(anna, question, SAME, ayse)
    assert actions(anna).count("person.zusammenfuehren") == 1
    with anna.services.databases.whole.writing.begin() as session:  # as merged by an older version
        session.execute(update(models.PersonAnswer).values(fixed=True))
    merged = stored(anna)
    for answer, same_as in ((NEW, ""), (LATER, ""), (SAME, pseudonym(anna, RESIDENT, "77"))):
        with pytest.raises(PersonError, match="lässt sich nicht zurücknehmen"):
            reply(anna, question, answer, same_as)
    assert stored(anna) == merged


def test_merge_with_the_wrong_person_can_be_corrected(anna: Person) -> None:
    """From one person to another, and to a person of its own: as if that had been the answer from the start."""
    anna.read_in(workbooks.workbook())
    anna.read_in(monthly())
    question, before = asked(anna, "42"), stored(anna)
    merge(anna, "42", "0042")
    first = stored(anna)
    reply(anna, question, SAME, pseudonym(anna, RESIDENT, "77"))
    check(anna)
    assert stored(anna) not in (before, first)
    reply(anna, question, SAME, pseudonym(anna, RESIDENT, "0042"))
    assert stored(anna) == first
    reply(anna, question, NEW)
    assert stored(anna) == before
    check(anna)


def test_merge_that_fails_half_way_leaves_everything(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    anna.read_in(workbooks.workbook())
    anna.read_in(monthly())
    before = stored(anna)

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("the machine went down")

    with monkeypatch.context() as patched:
        patched.setattr(fold_home.rescore, "analyse_touched", fails)
        with pytest.raises(RuntimeError, match="went down"):
            merge(anna, "42", "0042")
    assert stored(anna) == before
    assert not queue(anna).answered
    check(anna)


def test_home_of_another_tenant_is_out_of_reach(anna: Person) -> None:
    """B2, T8: neither asked about, nor meant, nor answered; the same number is another person there."""
    other = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    for who in (anna, other):
        who.read_in(workbooks.workbook())
        who.read_in(monthly())
    question, before = asked(other, "42"), stored(other)
    mine = pseudonym(anna, RESIDENT, "0042")
    for who, home, same_as, refusal in (
        (anna, other.home_id, pseudonym(other, RESIDENT, "0042"), ForeignHomeError),
        (anna, anna.home_id, mine, PersonError),
        (other, other.home_id, mine, PersonError),
    ):
        with pytest.raises(refusal):
            person_answers.answer(
                who.access,
                home_id=home,
                reply=PersonReply(question.kind, question.pseudonym, SAME, same_as),
            )
    merge(anna, "42", "0042")
    assert stored(other) == before
    assert asked(other, "42").rows == 5
    assert new_rows(other, monthly()) == 0
    check(other)


def test_names_stay_in_the_vault(anna: Person) -> None:
    """T1, T3, C1, G4: neither the log nor the work database learns whom a name means but by pseudonym."""
    with capture_logs() as events:
        anna.read_in(workbooks.workbook())
        anna.read_in(monthly())
        merge(anna, "Ay?e Müller-Özdemir", "0042")
        reply(anna, asked(anna, "Quast, Ute"), NEW)
    kept = repr(events)
    with anna.services.databases.whole.reading() as session:
        for table in (models.PersonAnswer, models.AuditEvent, models.Resident, models.Staff):
            kept += repr([tuple(row) for row in session.execute(select(table.__table__))])
    assert workbooks.told(kept) == []
    assert "Ay?e" not in kept


def test_no_question_while_the_vault_is_unreachable(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    with anna.services.databases.whole.vault_writing.begin() as session:
        session.execute(text("ALTER TABLE tenant_key RENAME TO elsewhere"))
    assert unknown_people.queue(anna.access, anna.services.settings, anna.home_id) is None


def test_a_stranger_with_later_master_data_is_not_asked_about(anna: Person) -> None:
    anna.read_in(monthly())
    question = asked(anna, "42")
    with anna.services.databases.whole.writing.begin() as session:
        session.execute(
            update(models.Resident).where(models.Resident.pseudonym == question.pseudonym).values(known=True)
        )
    assert "42" not in {other.label for other in queue(anna).questions}
    with pytest.raises(PersonError, match="Stammdaten"):
        reply(anna, question, NEW)
