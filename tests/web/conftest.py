"""Installations for the tests of the application."""

import numpy as np
import pytest

from tests.support.web.installations import (
    anna,
    app,
    ben,
    databases,
    embedded,
    fresh_log,
    make_app,
    postgres,
    quick_hashes,
    settings,
    small_app,
    unmigrated,
)
from web.services.analysis.shown import ShownFigures

__all__ = [
    "anna",
    "app",
    "ben",
    "databases",
    "embedded",
    "everything_shown",
    "fresh_log",
    "make_app",
    "postgres",
    "quick_hashes",
    "settings",
    "small_app",
    "unmigrated",
]


@pytest.fixture(autouse=True)
def everything_shown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show figures about few people too: most homes of these tests have three employees.

    That such figures are hidden is the subject of ``test_small_groups*.py``, which are marked ``small_groups``.
    """
    if not request.node.get_closest_marker("small_groups"):
        monkeypatch.setattr(ShownFigures, "_shown", lambda *arguments: np.ones(arguments[-1], bool))
