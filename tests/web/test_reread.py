"""An upload read again from its stored files: the same result, and nothing of the earlier one holds."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.pages import Person, post
from tests.support.web.uploads import run_jobs
from web.services.uploads import kept_files, records, steps
from web.store import models


def test_reread_upload_discards_the_earlier_preview(ben: Person) -> None:
    """An upload that is asked about again cannot be released, nor stored by a restart."""
    client = ben.first_sign_in()
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    post(client, f"/daten/{upload_id}/zuordnung/aendern", f"/daten/{upload_id}")
    with pytest.raises(steps.UploadError):
        steps.commit(ben.access, upload_id)
    row = next(one for one in records.of_home(ben.access, ben.home_id) if one.id == upload_id)
    assert (row.rows, row.errors, row.weighed, row.first_day) == (0, 0, None, None)
    steps.reread(ben.access, upload_id)
    steps.cancel(ben.access, ben.services.jobs.queue, upload_id)
    assert steps.restart(ben.access, upload_id) == records.WAITING


def test_reading_again_finds_the_same(anna: Person) -> None:
    """Originals are stored until a user decides: reading again gives the same; once applied, they are deleted."""
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    before = kept_files.result(anna.access, anna.services.settings, upload_id)
    with anna.services.databases.whole.reading() as session:
        words = len(session.scalars(select(models.UnknownTerm)).all())
    steps.reread(anna.access, upload_id)
    anna.services.jobs.enqueue(upload_id, records.WAITING)
    run_jobs(anna)
    assert anna.state(upload_id) == records.READ
    again = kept_files.result(anna.access, anna.services.settings, upload_id)
    assert again.tables.interventions.equals(before.tables.interventions)
    with anna.services.databases.whole.reading() as session:
        assert len(session.scalars(select(models.UnknownTerm)).all()) == words
    anna.store(upload_id)
    assert {path.name for path in (anna.services.settings.uploads / str(upload_id)).iterdir()} == {"faulty"}
    with pytest.raises(steps.UploadError):
        steps.reread(anna.access, upload_id)


def test_upload_without_stored_files_is_explained(ben: Person) -> None:
    client = ben.first_sign_in()
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    (ben.services.settings.uploads / str(upload_id) / "file-0").unlink()
    steps.reread(ben.access, upload_id)
    ben.services.jobs.enqueue(upload_id, records.WAITING)
    run_jobs(ben)
    assert "nicht mehr aufbewahrt" in client.get(f"/daten/{upload_id}").text
