from __future__ import annotations

from datetime import date

import pytest

import rules


@pytest.fixture(scope="session")
def book() -> rules.RuleBook:
    return rules.load(date(2026, 3, 31))
