"""D1, D3: an account that may see figures walks pages and files at random and calculates with what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests.support.web.attack import PageAttacker, addresses
from tests.support.web.drawn_homes import BOOK, FIRST, LAST, drawn
from tests.support.web.stored_results import keep
from web import rate_limits
from web.security.permissions import ENDPOINTS, ROLE_RIGHTS, Right

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from pebem.contracts import Tables
    from tests.support.web.pages import Person

pytestmark = pytest.mark.small_groups


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the attacker take the time that limits of downloads cost."""
    monkeypatch.setattr(rate_limits, "KINDS", {})


def hard(seed: int) -> Tables:
    """Return a home of 20 employees: a single one at night, three of whom ward B has most, one with no level."""
    tables = drawn(seed, people=20, rows=700)
    work, rng = tables.interventions, np.random.default_rng(seed)
    staff = work["staff"].astype(str).to_numpy()
    shift = np.where(
        staff == "M0", "N", np.where(work["shift"] == "N", rng.choice(["F", "S"], len(work)), work["shift"])
    )
    of_three = np.isin(staff, ["M1", "M2", "M3"])
    ward = np.where(of_three, "B", np.where(rng.random(len(work)) < 0.95, "A", "B"))
    work = work.assign(shift=pd.Categorical(shift), ward=pd.Categorical(ward))
    people = tables.staff.assign(qn=np.where(tables.staff["staff"] == "M4", 0, tables.staff["qn"]).astype(np.int32))
    return replace(tables, interventions=work, staff=people)


def attack(who: Person, client: FlaskClient, tables: Tables, seed: int, number: int) -> int:
    """Walk so many random addresses; return how many numbers were read."""
    keep(who, tables, BOOK, (FIRST, LAST))
    attacker = PageAttacker(client, tables)
    entries = tables.interventions["intervention"].cat.categories
    rng = np.random.default_rng(seed)
    for period, address, _ in addresses(rng, number):
        attacker.walk(period, address, str(rng.choice(entries)))
    assert attacker.told() is None, seed
    return attacker.read


def test_no_walk_through_the_files_of_pages_tells_about_few_employees(ben: Person) -> None:
    """Without ``pebem.disclosure.shares`` what is left of figures of homes 0 and 7 is mostly one person's."""
    client = ben.first_sign_in()
    homes = {0: drawn(0, people=18, rows=900), 7: drawn(7, people=18, rows=900), 4: hard(4)}
    read = [attack(ben, client, tables, seed, 6) for seed, tables in homes.items()]
    assert sum(read) > 250


def test_pages_of_uploads_open_to_those_alone_who_hold_the_rows() -> None:
    """D3: what an upload changes may be one employee's; whoever sees it may see the rows themselves, with names."""
    of_uploads = {one: right for one, right in ENDPOINTS.items() if one.startswith(("upload", "unknown_people"))}
    assert "upload_preview.undo_page" in of_uploads
    assert set(of_uploads.values()) == {Right.READ_IN, Right.SEE_NAMES}
    readers = [rights for rights in ROLE_RIGHTS.values() if not rights.isdisjoint({Right.READ_IN, Right.SEE_NAMES})]
    assert all(rights >= {Right.READ_IN, Right.SEE_NAMES} for rights in readers)
    assert len(readers) < len(ROLE_RIGHTS)


@pytest.mark.deep
@pytest.mark.parametrize("start", range(100, 300, 20))
def test_no_walk_through_the_files_of_many_homes_tells_about_few_employees(ben: Person, start: int) -> None:
    client = ben.first_sign_in()
    homes = {seed: hard(seed) if seed % 2 else drawn(seed, rows=900) for seed in range(start, start + 20)}
    assert sum(attack(ben, client, tables, seed, 5) for seed, tables in homes.items()) > 500
