"""Answers the questions of an upload through their pages."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.support.web.pages import Person, path_of, token, upload
from tests.support.web.uploads import run_jobs
from web.services.uploads import records
from web.store import models

if TYPE_CHECKING:
    from flask.testing import FlaskClient


class QuestionPages:
    """The questions of one upload as a person answers them, page by page."""

    def __init__(self, who: Person, client: FlaskClient, *files: tuple[bytes, str]) -> None:
        self.who, self.client = who, client
        self.home = path_of(upload(client, *files))
        self.upload_id = int(self.home.rpartition("/")[2])
        run_jobs(who)

    @property
    def state(self) -> str:
        return self.who.state(self.upload_id)

    def page(self, path: str = "") -> Any:
        """Open the upload, or one of its questions; return the page it leads to."""
        return self.client.get(path or self.home, follow_redirects=True)

    def question(self) -> str:
        """Return the address of the open question, within the upload."""
        return self.page().request.path.removeprefix(self.home)

    def fields(self, path: str = "") -> dict[str, str]:
        """Return what the form of a question holds when it is opened."""
        text = self.page(path).text
        form = text[text.index('name="fassung"') :]
        values = dict(re.findall(r'name="(fassung|blatt|name)"[^>]* value="([^"]*)"', form))
        values |= dict(re.findall(r'type="radio" name="(\w+)" value="([^"]*)" checked', form))
        values |= dict(re.findall(r'type="checkbox" name="(\w+)" value="([^"]*)" checked', form))
        for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
            values[name] = (re.findall(r'value="([^"]*)" selected', options) or [""])[0]
        return {name: unescape(value) for name, value in values.items()}

    def answer(self, path: str = "", /, **fields: str) -> Any:
        """Answer a question as its form proposes, but for these fields; let the worker do what there is to do."""
        path = path or self.home + self.question()
        form = self.fields(path) | fields
        answer = self.client.post(path, data={"csrf_token": token(self.page(path)), **form})
        run_jobs(self.who)
        return answer

    def read(self) -> None:
        """Answer everything as proposed."""
        for _ in range(20):
            if self.state != records.ASKING:
                return
            self.answer()
        pytest.fail("asks for ever")


def columns(pages: QuestionPages, column: str, path: str = "") -> str:
    """Return the name of the field for one of our columns."""
    text = pages.page(path).text
    return re.search(rf'<label for="([\w-]+)">{column}</label>', text).group(1)


def audited(who: Person) -> list[tuple[str, str, str]]:
    """Return action, object and reason of each entry in the audit log."""
    with who.services.databases.whole.reading() as session:
        return [
            tuple(row)
            for row in session.execute(
                select(models.AuditEvent.action, models.AuditEvent.object, models.AuditEvent.reason).order_by(
                    models.AuditEvent.id
                )
            )
        ]
