"""What all tests share: marks that follow from where a test lies and what it needs, and which run in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from tests.deep_tests import DEEP

if TYPE_CHECKING:
    from xdist.remote import Producer

pytest.register_assert_rewrite("tests.support")

BROWSER = "tests/browser/"
DEEP_ON_POSTGRES = {
    "test_access_report",
    "test_contract_end",
    "test_correction",
    "test_destroyed",
    "test_erasure",
    "test_expiry",
    "test_missing_words",
    "test_page",
    "test_access",
    "test_nothing_left",
    "test_periods",
    "test_restriction",
    "test_rotation",
    "test_without_vault",
    "test_conversation",
    "test_faulty_rows",
    "test_foreign_files",
    "test_granted_grades",
    "test_hostile_values",
    "test_kept_files",
    "test_logs",
    "test_outdated_uploads",
    "test_overrides",
    "test_pages_closed",
    "test_profiles",
    "test_progress",
    "test_previous_choices",
    "test_questions",
    "test_relief",
    "test_rescore",
    "test_reread",
    "test_results",
    "test_rulebooks",
    "test_staffing",
    "test_terms",
    "test_undo",
    "test_unknown_people",
}
"""What rests on a store that other modules hold on both databases: on the second one with the deep tests."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser or a database server, and what takes long for what it adds."""
    for item in items:
        if getattr(item, "originalname", "") in DEEP.get(item.nodeid.partition("::")[0], ()):
            item.add_marker("deep")
        if item.nodeid.startswith(BROWSER):
            item.add_marker("browser")
        if "postgres" in getattr(item, "fixturenames", ()) or _is_given_postgres(item):
            item.add_marker("postgres")
            if item.path.stem in DEEP_ON_POSTGRES:
                item.add_marker("deep")


def _is_given_postgres(item: pytest.Item) -> bool:
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return any(isinstance(value, str) and value == "postgres" for value in parameters)


# On a cold machine a first example reads libraries and fills caches. Otherwise the profile in effect, as "ci", stays.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


class _Schedule(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Keep the tests of a file in one process, and all browser tests: they share a served home that takes long."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Schedule:
    """Distribute the tests, with whatever ``--dist`` was chosen."""
    return _Schedule(config, log)
