"""Installations for the tests of the application."""

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

__all__ = [
    "anna",
    "app",
    "ben",
    "databases",
    "embedded",
    "fresh_log",
    "make_app",
    "postgres",
    "quick_hashes",
    "settings",
    "small_app",
    "unmigrated",
]
