"""Who may open what: every page stands in the table of rights, and every role opens what the table says, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.links import PATH_VALUES
from tests.support.web.sign_in import colleague
from web.security import gate, permissions
from web.security.permissions import ENDPOINTS, ROLE_RIGHTS, AccountRole, Right
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.support.web.pages import Person

GOES_ON = {"auth.sign_out", "auth.enrol", "auth.second_factor", "recovery_codes.use", "passkeys.show"}
"""Pages of signing in and out: walking them would end the walk."""


def walk(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield endpoint, address and method of every page behind the gate."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in gate.OPEN_TO_ALL | GOES_ON:
            address = adapter.build(rule.endpoint, {name: PATH_VALUES[name] for name in rule.arguments})
            yield from ((rule.endpoint, address, method) for method in sorted(rule.methods - {"OPTIONS", "HEAD"}))


def test_every_page_stands_in_the_table(small_app: Flask) -> None:
    """B1: a new page opens for nobody until somebody has said for whom; the table names no page that is gone."""
    assert set(ENDPOINTS) | gate.OPEN_TO_ALL == set(small_app.view_functions)


def test_every_role_has_its_words_and_rights() -> None:
    """B1: and none has all; who administers sees nothing of care."""
    assert set(ROLE_RIGHTS) == set(permissions.ROLE_WORDS) == set(AccountRole)
    assert all(rights < frozenset(Right) for rights in ROLE_RIGHTS.values())
    administration = {Right.ADMINISTER, Right.INSTRUCT, Right.SEE_DELETIONS, Right.SEE_SECURITY}
    assert ROLE_RIGHTS[AccountRole.ADMINISTRATION] == administration
    assert [role for role, rights in ROLE_RIGHTS.items() if Right.READ_LOG in rights] == [AccountRole.DATA_PROTECTION]
    assert Right.SEE_NAMES not in ROLE_RIGHTS[AccountRole.ANALYST], "B4"


@pytest.mark.parametrize("role", list(AccountRole))
def test_a_role_opens_its_pages_and_no_other(ben: Person, role: AccountRole) -> None:
    """B1, B4: the whole URL map for each role; what is refused changes nothing and is in the log."""
    ben.read_in(workbooks.workbook())
    client = colleague(ben, "rolle", roles=[role]).first_sign_in()
    ben.app.config["WTF_CSRF_ENABLED"] = False
    refused, opened = set(), set()
    for endpoint, address, method in walk(ben.app):
        answer = client.open(address, method=method)
        right = ENDPOINTS[endpoint]
        expected = right is None or right in ROLE_RIGHTS[role]
        if endpoint == gate.FIRST_PAGE and not expected:
            assert answer.status_code == 302, address
            continue
        assert (answer.status_code != 403) == expected, (address, method, answer.status_code)
        (opened if expected else refused).add(endpoint)
    assert len(opened) > 15
    assert len(refused) > 5
    with ben.access.reading() as session:
        query = select(AuditEvent.object).where(AuditEvent.action == "seite.verweigert")
        denied = set(session.scalars(query))
    assert denied == refused
