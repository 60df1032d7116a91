"""What is logged says what happened, and nothing that was in the data."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from tests.support.web import workbooks
from tests.support.web.overrides import nurse, resident_with_work, set_
from tests.support.web.pages import PASSWORD, Person, post
from web.services import accounts
from web.store import models


def test_log_contains_nothing_of_a_file(anna: Person, caplog: pytest.LogCaptureFixture) -> None:
    """G4: steps and numbers, no names and no cells, also where reading fails."""
    with capture_logs() as events:
        anna.read_in(workbooks.workbook(), name="Halina.xlsx")
        anna.read_in(b"Bewohner-Nr;Quast\n0042;Halina\n", name="Halina.csv", store=False)
    logged = repr(events) + caplog.text
    assert "upload stored" in logged
    assert workbooks.told(logged) == []


def test_no_password_code_or_session_gets_into_a_log(ben: Person, caplog: pytest.LogCaptureFixture) -> None:
    """G4: neither what was typed, right or wrong, nor what opens the session afterwards."""
    once = ben.password
    with caplog.at_level("DEBUG"), capture_logs() as events:
        wrong = ben.app.test_client()
        post(wrong, "/anmelden", "/anmelden", benutzername="ben", kennwort="ganz falsch 17!")
        client = ben.first_sign_in()
        client.get("/daten/")
    with client.session_transaction() as session:
        opens = session["_user_id"]
    with ben.services.databases.whole.reading() as session:
        audited = [tuple(row) for row in session.execute(select(accounts.audit.AuditEvent.__table__))]
    logged = f"{events}{caplog.text}{audited}"
    assert "kennwort.aendern" in logged
    assert not [secret for secret in ("ganz falsch 17!", once, PASSWORD, ben.secret, opens) if secret in logged]


def test_log_contains_no_reason_and_no_resident(anna: Person) -> None:
    """G4: the reason is about a person's health; the log says that, who and when, not why."""
    nurse(anna).read_in(workbooks.workbook())
    resident = resident_with_work(anna)
    set_(anna, resident=resident, reason="Dysphagie nach Apoplex")
    with anna.services.databases.whole.reading() as session:
        logged = repr([(row.action, row.object, row.reason) for row in session.scalars(select(models.AuditEvent))])
    assert "niveau.setzen" in logged
    assert "Dysphagie" not in logged
    assert resident not in logged
