"""The customer sees what was deleted, on a page and as a file; nobody else does (H3)."""

from __future__ import annotations

import csv
import json
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.pages import person
from tests.support.web.sign_in import colleague
from tests.support.web.time_travel import go_to
from web import settings as settings_module
from web.security.permissions import AccountRole
from web.services import deletion_protocol
from web.services.retention import run
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.web.pages import Person


def test_the_protocol_is_a_page_and_a_file(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H3, T9: kind, number, rule, time and job, without what was deleted; the download leaves its record."""
    keeper = colleague(ben, "keeper", roles=[AccountRole.DATA_PROTECTION])
    client = keeper.first_sign_in()
    assert "Es wurde noch nichts gelöscht." in client.get("/loeschprotokoll/").text
    ben.read_in(workbooks.workbook())
    with monkeypatch.context() as later:
        go_to(later, date(2029, 2, 1))
        run.delete_due(ben.system, ben.services.settings)
    client = keeper.again_signed_in()  # the session was over too
    page = client.get("/loeschprotokoll/").text
    assert "Leistungen und Dienste" in page
    assert "36 Monate ab: Ende des Monats" in page
    assert "Art. 5 Abs. 1 Buchst. e DSGVO" in page
    file = client.get("/loeschprotokoll/loeschprotokoll.csv").text.lstrip("\ufeff")
    rows = list(csv.reader(StringIO(file), delimiter=";"))
    assert ["2029-02-01T12:00:00+00:00", "Haus am Hang", "Leistungen und Dienste", "1"] in [row[:4] for row in rows]
    told = json.loads(client.get("/loeschprotokoll/loeschprotokoll.json").text)["zeilen"]
    assert len(told) == len(rows) - 1
    assert all("zeitplan" in line["Wer"] or "test" in line["Wer"].casefold() for line in told)
    assert workbooks.told(page + json.dumps(told, ensure_ascii=False)) == []
    with ben.services.databases.whole.reading() as session:
        actions = list(session.scalars(select(AuditEvent.action)))
    assert actions.count("loeschprotokoll.herunterladen") == 2


def test_the_protocol_of_another_operator_does_not_exist(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    ben.read_in(workbooks.workbook())
    go_to(monkeypatch, date(2029, 2, 1))
    run.delete_due(ben.system, ben.services.settings)
    stranger = person(ben.app, "stranger", "Träger Fern", "Haus Fern")
    assert deletion_protocol.of_tenant(ben.access) != []
    assert deletion_protocol.of_tenant(stranger.access) == []


@pytest.mark.parametrize("written", ["2", "121", "zwölf", "-6", "³6"])
def test_a_period_has_bounds(tmp_path: Path, written: str) -> None:
    """H1: neither tomorrow nor never."""
    with pytest.raises(settings_module.SettingsError, match="KEEP_WORK_MONTHS muss eine ganze Zahl von 3 bis 120"):
        settings_module.load(tmp_path, {"PEBEM_KEEP_WORK_MONTHS": written})
    loaded = settings_module.load(tmp_path, {"PEBEM_KEEP_WORK_MONTHS": "6", "PEBEM_KEEP_SESSION_DAYS": "30"})
    assert (loaded.retention.work_months, loaded.retention.session_days, loaded.retention.staff_months) == (6, 30, 36)
