"""Every figure of a page is that of ``fit.json`` for the rows of its period, ward, shift and group, and no others."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest
from flask import template_rendered

import pebem
from tests.support.web.random_filters import BOOK, FIRST, LAST, NOT_GIVEN, draw, home
from tests.support.web.stored_results import keep
from web.reports import fit_json
from web.wording import order

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from pebem.contracts import Tables
    from tests.support.web.pages import Person
    from web.services.analysis.overview import Group, Whole

CHOICES = 20


def meant(tables: Tables, asked: dict[str, str]) -> Tables:
    """Return the home with the rows an address asks for, and no others; one without a ward has its resident's."""
    work = tables.interventions
    lives_in = dict(zip(tables.residents["resident"], tables.residents["ward"], strict=True))
    ward = work["ward"].astype(object).fillna(work["resident"].map(lives_in))
    kept = (work["date"] >= asked["von"]) & (work["date"] <= asked["bis"])
    for name, column in (("wb", ward), ("schicht", work["shift"].astype(object))):
        if name in asked:
            kept &= column.isna() if asked[name] == NOT_GIVEN else column == asked[name]
    if "gruppe" in asked:
        kept &= work["intervention"].isin([one.id for one in BOOK.interventions if one.group == asked["gruppe"]])
    return replace(tables, interventions=work[kept.to_numpy(bool)].reset_index(drop=True))


def whole_months(tables: Tables, period: tuple[date, date]) -> bool:
    """Return whether no day with work is left out of the months of a period."""
    day = pd.to_datetime(tables.interventions["date"])
    inside = (day >= str(period[0])) & (day <= str(period[1]))
    month = day.dt.to_period("M")
    first, last = (pd.Timestamp(one).to_period("M") for one in period)
    return not ((month >= first) & (month <= last) & ~inside).any()


def shown(client: FlaskClient, path: str, asked: dict[str, str]) -> dict[str, Any]:
    """Return what a page is made of."""
    contexts: list[dict[str, Any]] = []

    def note(_: object, context: dict[str, Any], **__: object) -> None:
        contexts.append(context)

    with template_rendered.connected_to(note):
        assert client.get(f"{path}?{urlencode(asked)}").status_code == 200
    return contexts[0]


def fit_of(whole: Whole) -> dict[str, dict[str, int]]:
    return {part.fit: {"count": part.count, "seconds": part.seconds} for part in whole.parts}


def by_label(groups: list[Group]) -> dict[Any, Any]:
    return {group.key: fit_of(group.whole) for group in groups}


def check(client: FlaskClient, tables: Tables, asked: dict[str, str]) -> bool:
    """Hold two pages against ``fit.json``; return whether there was anything to hold."""
    rows, period = meant(tables, asked), (date.fromisoformat(asked["von"]), date.fromisoformat(asked["bis"]))
    expected = fit_json.document(pebem.score(rows, BOOK, period), BOOK, residents=0, staff=0)
    page = shown(client, "/", asked)
    narrowed = bool({"wb", "schicht", "gruppe"} & asked.keys())
    if not whole_months(tables, period) and narrowed and expected["input"]["counted"]:
        assert "of" not in page, "days are told of the whole home alone"
        return False
    if not expected["input"]["counted"]:
        assert "of" not in page
        return False
    assert not page["filters"].problems
    assert fit_of(page["of"]) == expected["fit"]
    assert page["of"].count == expected["input"]["counted"]
    if not narrowed:
        assert {str(day["day"]): {fit: day[fit] for fit in expected["fit"]} for day in page["days"].rows} == {
            one["tag"]: {fit: part["seconds"] for fit, part in one["fit"].items()} for one in expected["by_day"]
        }
    if not page["whole_months"]:
        assert not page["by_ward"].rows
        return True
    assert asdict(page["certified"]) == expected["passend_durch_zertifikat"]
    assert by_label(page["by_ward"].rows) == {one["wohnbereich"]: one["fit"] for one in expected["by_ward"]}
    for name, key in (("by_ward", order.ward_key), ("by_shift", order.shift_key)):
        labels = [group.key for group in page[name].rows]
        assert labels == sorted(labels, key=key), "as people count, and as a day goes"
    assert by_label(page["by_shift"].rows) == {one["schicht"]: one["fit"] for one in expected["by_shift"]}
    cells = [cell for row in page["square"] for cell in row.cells if None not in {cell.soll, cell.ist} and cell.count]
    assert sorted((cell.soll, cell.ist, cell.count, cell.seconds) for cell in cells) == sorted(
        (one["qn_soll"], one["qn_ist"], one["count"], one["seconds"]) for one in expected["matrix"]
    )
    if not {"schicht", "gruppe"} & asked.keys():
        assert [share for _, share in page["coverage"]] == pytest.approx([*expected["coverage"].values()])
    listed = shown(client, "/interventionen", {**asked, "alle": "1"})
    assert by_label(listed["table"].rows) == {one["intervention"]: one["fit"] for one in expected["by_intervention"]}
    return True


def test_pages_say_what_fit_json_says_of_the_same_rows(ben: Person) -> None:
    tables, rng = home(1), np.random.default_rng(1)
    keep(ben, tables, BOOK, (FIRST, LAST))
    client = ben.first_sign_in()
    asked = [draw(rng, tables) for _ in range(CHOICES)]
    for name in ("wb", "schicht", "gruppe"):
        assert sum(name in one for one in asked) > 4
    assert sum(check(client, tables, one) for one in asked) > CHOICES / 3
    check(client, tables, {"von": "2025-01-01", "bis": "2025-11-30"})
    check(client, tables, {"von": "2027-02-01", "bis": "2027-02-28"})
