"""What the source of an upload was answered before is proposed again; repaired rows belong to their upload."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pytest

from tests.support.libreoffice import needs_libreoffice, saved_by_libreoffice
from tests.support.web import workbooks
from tests.support.web.pages import Person, person
from tests.support.web.stored_results import check
from tests.support.web.uploads import choose, count_rows, row_changes, weighed
from web.reports import faulty_rows_xlsx
from web.services.history import active_uploads
from web.services.uploads import kept_files, previous_choices, records, steps
from web.services.uploads.apply import ApplyChoice
from web.store.models import Upload

if TYPE_CHECKING:
    from pathlib import Path

HEAD: Final = workbooks.WORK[0]


def work(staff: str = "P1", minutes: str = "10", *, day: str = "12.01.2026", time: str = "07:00") -> tuple[str, ...]:
    return ("0042", staff, "1.1", day, time, minutes, "Früh", "", "")


def file_of(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> bytes:
    return workbooks.workbook(Interventionen=[head, *rows])


def choice_of(who: Person, upload_id: int) -> ApplyChoice:
    with who.services.databases.whole.reading() as session:
        return ApplyChoice.from_json(session.get_one(Upload, upload_id).choice)


def stored_with(who: Person, content: bytes, choice: ApplyChoice) -> int:
    upload_id = who.read_in(content, store=False)
    choose(who, upload_id, choice)
    who.store(upload_id)
    return upload_id


ANSWERED: Final = ApplyChoice("similar", date(2026, 1, 1), date(2026, 1, 31), persons_complete=True, always=True)


def test_choice_is_remembered_for_uploads_with_the_same_headings(ben: Person) -> None:
    """What is true of one upload alone is not: the days it is complete for, and from when its lists hold."""
    first = stored_with(ben, file_of(work()), ANSWERED)
    upload_id = ben.read_in(file_of(work(day="12.02.2026")), store=False)
    assert choice_of(ben, upload_id) == ApplyChoice("similar", persons_complete=True)
    assert weighed(ben, upload_id)["remembered"] == first
    assert weighed(ben, first)["remembered"] is None
    # The newest counts, and only what is in force.
    choose(ben, upload_id, ApplyChoice("none"))
    third = ben.read_in(file_of(work(day="12.03.2026")), store=False)
    assert choice_of(ben, third) == ApplyChoice("similar", persons_complete=True)
    ben.store(upload_id)
    fourth = ben.read_in(file_of(work(day="12.04.2026")), store=False)
    assert (choice_of(ben, fourth), weighed(ben, fourth)["remembered"]) == (ApplyChoice("none"), upload_id)
    ben.undo(upload_id)
    fifth = ben.read_in(file_of(work(day="12.05.2026")), store=False)
    assert choice_of(ben, fifth) == ApplyChoice("similar", persons_complete=True)


def test_choice_is_not_remembered_for_other_headings_or_another_home(ben: Person) -> None:
    stored_with(ben, file_of(work()), ANSWERED)
    other = person(ben.app, "olga", "Träger Süd", "Haus am See")  # of the same operator
    for who, content in (
        (ben, file_of(work()[:-1], head=HEAD[:-1])),
        (ben, workbooks.workbook(Interventionen=[HEAD, work()], Mitarbeitende=workbooks.STAFF)),
        (other, file_of(work())),
    ):
        upload_id = who.read_in(content, store=False)
        assert choice_of(who, upload_id) == ApplyChoice()
        assert weighed(who, upload_id)["remembered"] is None


def test_upload_of_an_older_version_has_no_source(ben: Person) -> None:
    first, second = (stored_with(ben, file_of(work()), ANSWERED) for _ in range(2))
    with ben.services.databases.whole.writing.begin() as session:
        for upload_id in (first, second):
            session.get_one(Upload, upload_id).source = ""
        assert previous_choices.remembered(session, second) is None
        assert previous_choices.default_choice(session, second) == ApplyChoice()


def workbook_of(who: Person, upload_id: int, folder: Path, *, reference: str = "", **cells: str) -> bytes:
    """Return the workbook of faulty rows of an upload as it is downloaded, with some cells repaired."""
    settings, path = who.services.settings, folder / "faulty.xlsx"
    sheets = kept_files.faulty(who.access, settings, upload_id)
    faulty_rows_xlsx.write(path, sheets, reference or kept_files.reference(settings, upload_id))
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book["Interventionen"][cell].value = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def seconds(who: Person) -> list[int]:
    """Return the seconds of all rows, sorted."""
    with who.services.databases.whole.reading() as session:
        contents = active_uploads.stored_contents(session, who.home_id)
    check(who)
    return sorted(int.from_bytes(one.ljust(40, b"\0")[20:24]) - 1 for one in contents.tolist())


def told(who: Person, upload_id: int) -> list[Any]:
    return row_changes(weighed(who, upload_id))


def test_repaired_row_of_the_second_of_two_carers_adds_to_the_first(ben: Person, tmp_path: Path) -> None:
    original = ben.read_in(file_of(work("P1"), work("P2", "zehn")))
    assert seconds(ben) == [600]
    repaired = ben.read_in(workbook_of(ben, original, tmp_path, F2="10"), store=False)
    assert (told(ben, repaired), weighed(ben, repaired)["repairs"]) == ([1, 0, 0, 0], original)
    ben.store(repaired)
    assert seconds(ben) == [600, 600]
    # The same workbook again adds nothing.
    again = ben.read_in(workbook_of(ben, original, tmp_path, F2="10"))
    assert records.find(ben.access, again).new_rows == 0
    assert seconds(ben) == [600, 600]
    # And what the whole file would have said is there already.
    whole = ben.read_in(file_of(work("P1"), work("P2")), store=False)
    assert told(ben, whole) == [0, 0, 2, 0]
    ben.undo(repaired)
    assert seconds(ben) == [600, 600]
    ben.undo(again)
    assert seconds(ben) == [600]


def test_repaired_row_removes_no_row_of_another_upload(ben: Person, tmp_path: Path) -> None:
    """Also where its upload corrects similar rows: had it been right at once, it would have replaced one."""
    stored_with(ben, file_of(work("P1")), ApplyChoice())
    original = stored_with(ben, file_of(work("P2", "zehn")), ApplyChoice("similar"))
    repaired = ben.read_in(workbook_of(ben, original, tmp_path, F2="20"), store=False)
    assert told(ben, repaired) == [1, 0, 0, 0]
    ben.store(repaired)
    assert seconds(ben) == [600, 1200]
    # A row that is stored already stays one.
    other = ben.read_in(file_of(work("P2", "20"), work("P1", "zehn")))
    assert seconds(ben) == [600, 1200]
    same = ben.read_in(workbook_of(ben, other, tmp_path, F2="10"), store=False)
    assert told(ben, same) == [0, 0, 1, 0]
    ben.store(same)
    assert seconds(ben) == [600, 1200]


@needs_libreoffice
@pytest.mark.parametrize("suffix", ["xlsx", "ods", "xls"])
def test_workbook_saved_by_another_program_still_knows_its_upload(ben: Person, tmp_path: Path, suffix: str) -> None:
    original = ben.read_in(file_of(work("P1"), work("P2", "zehn")))
    (tmp_path / "repaired.xlsx").write_bytes(workbook_of(ben, original, tmp_path, F2="10"))
    saved = saved_by_libreoffice(tmp_path / "repaired.xlsx", suffix)
    repaired = ben.read_in(saved.read_bytes(), name=saved.name, store=False)
    assert (told(ben, repaired), weighed(ben, repaired)["repairs"]) == ([1, 0, 0, 0], original)
    ben.store(repaired)
    assert seconds(ben) == [600, 600]


def test_repaired_row_counts_in_addition_to_an_equal_one_of_another_file(ben: Person, tmp_path: Path) -> None:
    original = ben.read_in(file_of(work(), work(minutes="zehn")))
    content = workbook_of(ben, original, tmp_path, F2="10")
    repaired = ben.read_in(content, store=False)
    assert told(ben, repaired) == [1, 0, 0, 0]
    ben.store(repaired)
    assert seconds(ben) == [600, 600]
    again = ben.read_in(content, store=False)
    assert told(ben, again) == [0, 0, 1, 0]
    ben.store(again)
    assert seconds(ben) == [600, 600]


def test_rows_repaired_in_two_steps_all_count_once(ben: Person, tmp_path: Path) -> None:
    """First one of two, then both: the row repaired before is not counted again."""
    original = ben.read_in(file_of(work(), work(minutes="zehn"), work("P2", "elf")))
    ben.read_in(workbook_of(ben, original, tmp_path, F2="10"))
    assert seconds(ben) == [600, 600]
    both = ben.read_in(workbook_of(ben, original, tmp_path, F2="10", F3="11"), store=False)
    assert told(ben, both) == [1, 0, 1, 0]
    ben.store(both)
    assert seconds(ben) == [600, 600, 660]


def test_a_workbook_repaired_twice_refers_to_the_first_upload(ben: Person, tmp_path: Path) -> None:
    """Three equal rows, of which two were faulty: one repaired at once, the other in the workbook of what was left."""
    original = ben.read_in(file_of(work(), work(minutes="zehn"), work(minutes="elf")))
    first = ben.read_in(workbook_of(ben, original, tmp_path, F2="10"))
    content = workbook_of(ben, first, tmp_path, F2="10")
    second = ben.read_in(content, store=False)
    assert (told(ben, second), weighed(ben, second)["repairs"]) == ([1, 0, 0, 0], first)
    ben.store(second)
    assert seconds(ben) == [600, 600, 600]
    ben.read_in(content)
    assert seconds(ben) == [600, 600, 600]
    complete = ApplyChoice(first=date(2026, 1, 1), last=date(2026, 1, 31))
    later = stored_with(ben, file_of(work(minutes="25")), complete)
    assert seconds(ben) == [1500]
    ben.undo(later)
    ben.undo(original)
    assert seconds(ben) == [600, 600]


def test_rows_of_a_repaired_workbook_stored_before_its_upload_are_additional(ben: Person, tmp_path: Path) -> None:
    """Downloaded from the preview and repaired at once; the right rows are stored afterwards."""
    original = ben.read_in(file_of(work(), work(minutes="zehn")), store=False)
    ben.read_in(workbook_of(ben, original, tmp_path, F2="10"))
    assert seconds(ben) == [600]
    ben.store(original)
    assert seconds(ben) == [600, 600]


def test_repaired_rows_belong_to_the_time_of_their_upload(ben: Person, tmp_path: Path) -> None:
    """A later upload that is complete for the days has the last word, though the repair comes after it."""
    original = ben.read_in(file_of(work("P1"), work("P2", "zehn"), work(day="12.02.2026")))
    complete = ApplyChoice(first=date(2026, 1, 1), last=date(2026, 1, 31))
    between = stored_with(ben, file_of(work("P1", "25")), complete)
    assert seconds(ben) == [600, 1500]
    repaired = ben.read_in(workbook_of(ben, original, tmp_path, F2="10"))
    assert seconds(ben) == [600, 1500]
    assert records.find(ben.access, repaired).state == records.STORED
    ben.undo(between)
    assert seconds(ben) == [600, 600, 600]


def test_repaired_rows_of_an_upload_taken_back_stay_on_their_own(ben: Person, tmp_path: Path) -> None:
    original = ben.read_in(file_of(work("P1"), work("P2", "zehn")))
    content = workbook_of(ben, original, tmp_path, F2="10")
    ben.read_in(content)
    ben.undo(original)
    assert seconds(ben) == [600]
    again = ben.read_in(content)
    assert (records.find(ben.access, again).new_rows, seconds(ben)) == (0, [600])


@pytest.mark.parametrize("written", ["mistyped", "other home", "none"])
def test_a_workbook_without_reference_only_adds(ben: Person, tmp_path: Path, written: str) -> None:
    """The reference is mistyped, or of another home; without any it counts as an ordinary file, with a warning."""
    who = person(ben.app, "olga", "Träger Süd", "Haus am See") if written == "other home" else ben
    original = ben.read_in(file_of(work("P1"), work("", "zehn")))
    if who is not ben:
        who.read_in(file_of(work("P1")))
    cells = {"F2": "12", "B2": "P1"} | ({"K2": ""} if written == "none" else {})
    content = workbook_of(ben, original, tmp_path, reference="1-0000" if written == "mistyped" else "", **cells)
    upload_id = who.read_in(content, store=False)
    unknown = None if written == "none" else previous_choices.UNKNOWN
    assert weighed(who, upload_id)["repairs"] == unknown
    assert told(who, upload_id) == ([0, 1, 0, 0] if written == "none" else [1, 0, 0, 0])
    who.store(upload_id)
    assert seconds(who) == ([720] if written == "none" else [600, 720])
    who.undo(upload_id)
    assert seconds(who) == [600]


@pytest.mark.parametrize("beside", ["the original", "another workbook"])
def test_workbook_is_uploaded_alone(ben: Person, tmp_path: Path, beside: str) -> None:
    """Beside the original its rows would be counted as further ones, those of the original too."""
    content = file_of(work("P1"), work("P2", "zehn"))
    original = ben.read_in(content)
    repaired = workbook_of(ben, original, tmp_path, F2="10")
    if beside == "another workbook":
        content = workbook_of(ben, ben.read_in(content, store=False), tmp_path, F2="11")
    services = ben.services
    upload_id = steps.start(
        ben.access,
        services.settings,
        home_id=ben.home_id,
        files=[("a.xlsx", content), ("b.xlsx", repaired)],
    )
    steps.read(ben.access, services.settings, services.jobs.queue, upload_id)
    assert ben.state(upload_id) == records.REFUSED
    assert seconds(ben) == [600]
    # The same one twice is one.
    twice = steps.start(
        ben.access,
        services.settings,
        home_id=ben.home_id,
        files=[("a.xlsx", repaired), ("b.xlsx", repaired)],
    )
    steps.read(ben.access, services.settings, services.jobs.queue, twice)
    ben.store(twice)
    assert seconds(ben) == [600, 600]


def test_repaired_statement_applies_as_if_it_had_been_correct(ben: Person, tmp_path: Path) -> None:
    """It counts from the month of its upload, and a later list still tells later."""

    def staff(level: str) -> list[tuple[str, ...]]:
        return [workbooks.STAFF[0], ("P1", "Quast", "Ute", level, "", "", "", "")]

    ben.read_in(workbooks.workbook(Interventionen=[HEAD, work()], Mitarbeitende=staff("1")))
    original = ben.read_in(workbooks.workbook(Interventionen=[HEAD, work(day="12.02.2026")], Mitarbeitende=staff("9")))
    ben.read_in(workbooks.workbook(Interventionen=[HEAD, work(day="12.03.2026")], Mitarbeitende=staff("3")))
    path = tmp_path / "faulty.xlsx"
    sheets = kept_files.faulty(ben.access, ben.services.settings, original)
    faulty_rows_xlsx.write(path, sheets, kept_files.reference(ben.services.settings, original))
    book = openpyxl.load_workbook(path)
    book["Mitarbeitende"]["D2"].value = "2"
    out = BytesIO()
    book.save(out)
    ben.read_in(out.getvalue())
    with ben.services.databases.whole.reading() as session:
        stated = active_uploads.fold_statements(session, ben.home_id).staff
    assert [(row.qn, str(row.start)[:10]) for row in stated.itertuples()] == [
        (1, "NaT"),
        (2, "2026-02-12"),
        (3, "2026-03-12"),
    ]
    check(ben)
    assert count_rows(ben) == 3
