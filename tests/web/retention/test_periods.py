"""Years go by: what is due is deleted, told before and after, and what stays adds up (H2, H3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.support.web import scans, stored_results, workbooks
from tests.support.web.time_travel import go_to
from web.services import accounts, clock, deletion_protocol
from web.services.backups import opening
from web.services.retention import due, nightly, run
from web.services.uploads import records
from web.store import installation, models
from web.store.data_classes import Deletion
from web.store.vault import SealedUploadTexts
from web.wording import figures

if TYPE_CHECKING:
    from tests.support.web.pages import Person

DUTIES = [("Personal-Nr", "Wohnbereich", "Beginn", "Ende"), ("P1", "WB 1", "31.01.2026 21:00", "01.02.2026 06:00")]
JANUARY, FEBRUARY = (56 * 12, 56 * 12 + 1)  # of 2026, counted from January 1970


def delete_due(who: Person) -> dict[Deletion, int]:
    return run.delete_due(who.system, who.services.settings)


def months(who: Person) -> list[int]:
    with who.services.databases.whole.reading() as session:
        return list(session.scalars(select(models.WorkMonth.month).order_by(models.WorkMonth.month)))


def protocol(who: Person) -> list[tuple[str, int, str]]:
    return [(one.kind, one.number, one.rule) for one in reversed(deletion_protocol.of_tenant(who.access))]


def test_years_go_by(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H2, H3: a month goes with its figures when its time is over, the persons when theirs is; each in the protocol."""
    upload_id = anna.read_in(workbooks.workbook(**workbooks.home(), Dienste=DUTIES))
    assert anna.state(upload_id) == records.STORED
    assert delete_due(anna) == {}
    go_to(monkeypatch, date(2029, 1, 31))
    assert due.of_class(anna.system, anna.services.settings, Deletion.WORK) == []
    go_to(monkeypatch, date(2029, 2, 1))
    (told,) = [one for one in due.summary(anna.system, anna.services.settings) if one.word.startswith("Leistungen")]
    assert (told.home, told.number) == ("Haus am Deich", 1)
    done = delete_due(anna)
    assert (done[Deletion.WORK], months(anna)) == (1, [FEBRUARY])
    stored_results.check(anna)
    assert set(stored_results.content(anna.services.databases, anna.home_id)) == {
        key for key in stored_results.content(anna.services.databases, anna.home_id) if key[2] == FEBRUARY
    }
    rule = "36 Monate ab: Ende des Monats, in dem sie erbracht wurden"
    assert ("Leistungen und Dienste", 1, rule) in protocol(anna)
    assert ("Monate mit Leistungen und Diensten", 1, rule) in protocol(anna)
    assert Deletion.WORK not in delete_due(anna), "once"
    with anna.services.databases.whole.reading() as session:
        assert list(session.scalars(select(models.AppliedDuties.month))) == [JANUARY], "its night is in February"
    go_to(monkeypatch, date(2030, 3, 1))
    done = delete_due(anna)
    assert done[Deletion.RESIDENT] == 3
    assert done[Deletion.STAFF] == 4
    assert months(anna) == []
    assert stored_results.content(anna.services.databases, anna.home_id) == {}
    assert scans.found(anna, [*workbooks.MARKERS, "M-0"]) == []
    with anna.services.databases.whole.reading() as session:
        for model in (models.Resident, models.Staff, models.Assessment, models.AppliedMonth, models.AppliedDuties):
            assert session.scalar(select(func.count()).select_from(model)) == 0
    assert due.listed(anna.system, anna.services.settings) == []


def test_who_moved_out_is_due_though_lists_still_name_them(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H2: the period of a resident begins with moving out; of one who is still there with the last word about them."""
    heading = ("Bewohner-Nr", "Wohnbereich", "Einzug", "Auszug")
    gone, there = ("0042", "WB 1", "01.03.2023", "15.03.2024"), ("77", "WB 2", "01.03.2023", "")
    ben.read_in(workbooks.workbook(Bewohner=[heading, gone, there]))
    go_to(monkeypatch, date(2027, 3, 15))
    assert Deletion.RESIDENT not in delete_due(ben)
    go_to(monkeypatch, date(2027, 3, 16))
    assert delete_due(ben)[Deletion.RESIDENT] == 1
    assert scans.found(ben, ["0042"]) == []
    assert scans.found(ben, ["77"]) != []


def test_the_list_is_what_is_deleted(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H2: the dry run deletes nothing and tells what the next run deletes, home by home, with the rule."""
    ben.read_in(workbooks.workbook())
    go_to(monkeypatch, date(2029, 3, 1))
    before = due.listed(ben.system, ben.services.settings)
    assert due.listed(ben.system, ben.services.settings) == before
    assert [one.subject for one in before if one.deletion is Deletion.WORK] == [JANUARY, FEBRUARY]
    assert {one.home_id for one in before if one.deletion is Deletion.WORK} == {ben.home_id}
    assert months(ben) == [JANUARY, FEBRUARY]
    done = delete_due(ben)
    assert done[Deletion.WORK] == sum(one.number for one in before if one.deletion is Deletion.WORK) > 0


def test_what_cannot_be_deleted_keeps_nothing_else(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H2: the other months and homes go all the same, and the failure is told."""
    ben.read_in(workbooks.workbook())
    go_to(monkeypatch, date(2029, 3, 1))
    drop = run.redaction.drop_month

    def fail(session: Any, home_id: int, month: int, **options: Any) -> None:
        if month == JANUARY:
            raise OSError("disk full")
        drop(session, home_id, month, **options)

    with monkeypatch.context() as broken:
        broken.setattr(run.redaction, "drop_month", fail)
        with pytest.raises(OSError, match="disk full"):
            delete_due(ben)
    assert months(ben) == [JANUARY]
    delete_due(ben)
    assert months(ben) == []


def test_texts_of_uploads_go_and_their_numbers_stay(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = ben.read_in(workbooks.workbook())
    assert records.places(ben.access, upload_id) != []
    go_to(monkeypatch, clock.today() + timedelta(days=364))
    assert Deletion.UPLOAD not in delete_due(ben)
    go_to(monkeypatch, clock.today() + timedelta(days=3))
    assert delete_due(ben)[Deletion.UPLOAD] == 1
    with ben.services.databases.whole.vault_reading() as vault:
        assert vault.scalar(select(func.count()).select_from(SealedUploadTexts)) == 0
    assert records.places(ben.access, upload_id) == []
    assert ben.state(upload_id) == "gespeichert"
    stored_results.check(ben)


def test_a_disabled_account_is_emptied_after_a_year(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H2: name, password and grants go; its number stays in what it did; a copy put back is emptied again (H5)."""
    accounts.create_user(ben.access, user_name="vera.quastlich", display_name="Vera Quastlich")
    accounts.disable(ben.access, "vera.quastlich", reason="ausgeschieden")
    go_to(monkeypatch, clock.today() + timedelta(days=364))
    assert Deletion.ACCOUNT not in delete_due(ben)
    go_to(monkeypatch, clock.today() + timedelta(days=3))
    with ben.services.databases.whole.reading() as session:
        found = session.scalars(select(models.Account).where(models.Account.user_name == "vera.quastlich")).one()
        kept: dict[str, Any] = {name: getattr(found, name) for name in ("user_name", "display_name", "password_hash")}
    assert delete_due(ben)[Deletion.ACCOUNT] == 1
    assert scans.found(ben, ["vera.quastlich", "Vera Quastlich"]) == []
    with pytest.raises(accounts.AccountError, match="gelöscht"):
        accounts.enable(ben.access, f"geloescht-{found.id}", reason="Versehen")
    with ben.services.databases.whole.writing.begin() as session:  # a copy of before is put back
        account = session.get_one(models.Account, found.id)
        for name, value in kept.items():
            setattr(account, name, value)
        installation.locked(session).ledger = 0
    opening.prepare(ben.services.settings)
    assert scans.found(ben, ["vera.quastlich", "Vera Quastlich"]) == []


def test_a_month_put_back_is_deleted_again(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H5: the ledger knows the months."""
    ben.read_in(workbooks.workbook())
    with ben.services.databases.whole.reading() as session:
        rows = [
            {column.name: getattr(one, column.key) for column in []} | {"upload_id": one.upload_id, "month": one.month}
            | {"contents": one.contents, "lengths": one.lengths}
            for one in session.scalars(select(models.AppliedMonth))
        ]  # fmt: skip
    go_to(monkeypatch, date(2029, 2, 1))
    delete_due(ben)
    with ben.services.databases.whole.writing.begin() as session:
        session.add_all(models.AppliedMonth(**row) for row in rows if row["month"] == JANUARY)
        installation.locked(session).ledger = 0
    opening.prepare(ben.services.settings)
    with ben.services.databases.whole.reading() as session:
        assert list(session.scalars(select(models.AppliedMonth.month))) == [FEBRUARY]


class Notebook(dict[str, Any]):
    """Notes as the queue has them."""

    def note(self, key: str, value: dict[str, Any] | None) -> None:
        self[key] = value

    def noted(self, key: str) -> dict[str, Any] | None:
        return self.get(key)


def test_once_a_day_and_again_where_it_failed(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H2: the clock of the worker deletes; a failure is told once a day and tried again."""
    notes, told, runs = Notebook(), [], []
    monkeypatch.setattr(nightly.alarms, "send", lambda *words: told.append(words))
    settings = ben.services.settings

    def fail(*_: Any) -> None:
        runs.append("failed")
        raise OSError

    monkeypatch.setattr(nightly.run, "delete_due", fail)
    nightly.look(ben.system, settings, notes)
    nightly.look(ben.system, settings, notes)
    assert (runs, len(told)) == (["failed"] * 2, 1)
    monkeypatch.setattr(nightly.run, "delete_due", lambda *_: runs.append("done"))
    nightly.look(ben.system, settings, notes)
    nightly.look(ben.system, settings, notes)
    assert runs[2:] == ["done"]
    go_to(monkeypatch, clock.today() + timedelta(days=1))
    nightly.look(ben.system, settings, notes)
    assert runs[2:] == ["done"] * 2


@pytest.mark.parametrize(("today", "rows"), [(date(2029, 1, 31), 0), (date(2029, 2, 1), 1), (date(2029, 3, 1), 7)])
def test_the_preview_warns_of_months_whose_period_is_over(
    ben: Person, monkeypatch: pytest.MonkeyPatch, today: date, rows: int
) -> None:
    """H2: what would be deleted the night after is told before it is stored, and it is what is deleted."""
    with monkeypatch.context() as then:
        go_to(then, today)
        upload_id = ben.read_in(workbooks.workbook(), store=False)
    page = ben.first_sign_in().get(f"/daten/{upload_id}").text
    assert ("Die Löschfrist für Leistungen und Dienste (36 Monate ab:" in page) == bool(rows)
    if rows:
        assert f"{figures.counted(rows, 'Zeile ist', 'Zeilen sind')} aus Monaten vor dem" in page
    go_to(monkeypatch, today)
    ben.store(upload_id)
    assert delete_due(ben).get(Deletion.WORK, 0) == rows
