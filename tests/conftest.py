"""What all tests share: which of them run in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

pytest.register_assert_rewrite("tests.support")

BROWSER = "tests/browser/"


class _Schedule(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Keep the tests of a file in one process, and all browser tests: they share a served home that takes long."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Schedule:
    """Distribute the tests, with whatever ``--dist`` was chosen."""
    return _Schedule(config, log)
