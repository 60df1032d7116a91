"""Installations for the tests that hold the application against the model."""

from tests.support.web.installations import (
    anna,
    app,
    ben,
    embedded,
    fresh_log,
    make_app,
    postgres,
    quick_hashes,
    settings,
    small_app,
    unmigrated,
)

__all__ = [
    "anna",
    "app",
    "ben",
    "embedded",
    "fresh_log",
    "make_app",
    "postgres",
    "quick_hashes",
    "settings",
    "small_app",
    "unmigrated",
]
