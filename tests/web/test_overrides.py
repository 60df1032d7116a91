"""Levels set by a registered nurse: who may, for how long, what they do to figures and reasons, and how they end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.accounts import actions, tenant_of
from tests.support.web.overrides import DAYS, nurse, resident_with_work, set_
from tests.support.web.own_rulebook import levels
from tests.support.web.pages import Person, person
from tests.support.web.unknown_people import asked, monthly, pseudonym, reply
from web.security.permissions import AccountRole
from web.services import grants, rulebook_calendar
from web.services.analysis import demand, explanations, results
from web.services.people.aliases import LATER, SAME
from web.services.rulebooks import overrides
from web.services.rulebooks.overrides import OverrideError
from web.store import models
from web.store.access import ForeignHomeError
from web.store.vault import RESIDENT

PERIOD = (date(2026, 1, 1), date(2026, 12, 31))
RESERVED = next(entry.id for entry in rulebook_calendar.current("rekonstruktion").interventions if entry.reserved)


def overridden(who: Person) -> int:
    """Return how many counted rows have a level set by hand."""
    return results.load(who.access, who.home_id).covered["ueberschrieben"]


def test_home_override_is_effective_on_its_days(anna: Person) -> None:
    nurse(anna).read_in(workbooks.workbook())
    before = levels(anna)
    assert overridden(anna) == 0
    set_(anna, end=DAYS[0])
    after = levels(anna)
    assert after[DAYS[0]] == {4} != before[DAYS[0]]
    assert {day: after[day] for day in after if day != DAYS[0]} == {
        day: before[day] for day in before if day != DAYS[0]
    }
    assert overridden(anna) == 1


def test_resident_override_beats_home_override(anna: Person) -> None:
    nurse(anna).read_in(workbooks.workbook())
    resident = resident_with_work(anna)
    set_(anna, 4, start=date(2026, 1, 1))
    set_(anna, 1, resident=resident)
    rows = demand.behind(anna.access, anna.home_id, "1.1", PERIOD)
    assert {(one.qn_soll, one.overridden) for one in rows if one.resident == resident} == {(1, True)}
    others = [one for one in rows if one.known and one.resident != resident]
    assert {(one.qn_soll, one.overridden) for one in others} == {(4, True)}
    total = results.load(anna.access, anna.home_id)
    assert total.covered["ueberschrieben"] == sum(one.count for one in rows if one.overridden)
    assert sum(one.count for one in rows) == total.covered["counted"]


def test_reason_names_who_set_the_level(anna: Person) -> None:
    nurse(anna).read_in(workbooks.workbook())
    resident = resident_with_work(anna)
    set_(anna, 4, resident=resident)
    why = explanations.explain(anna.access, anna.home_id, resident, "1.1", DAYS[0])
    assert why.qn_soll == 4
    assert (why.facts.set_level.level, why.facts.set_level.reason, why.facts.set_level.by) == (
        4,
        "Sturz mit Folgen",
        "Anna",
    )
    day_before = explanations.explain(anna.access, anna.home_id, resident, "1.1", DAYS[0] - timedelta(days=1))
    assert day_before.facts.set_level is None


def test_only_a_marked_account_may_set_and_withdraw(anna: Person) -> None:
    """B5, G2: a role that is withdrawn ends at once; refusals are logged."""
    databases = anna.services.databases
    anna.read_in(workbooks.workbook())
    assert not overrides.may_set(anna.access, anna.home_id)
    with pytest.raises(OverrideError):
        set_(anna)
    number = set_(nurse(anna))
    assert overrides.may_set(anna.access, anna.home_id)
    grants.hold(anna.access, "anna", AccountRole.NURSE, held=False)
    with pytest.raises(OverrideError):
        overrides.withdraw(anna.access, home_id=anna.home_id, override_id=number)
    with pytest.raises(OverrideError):
        set_(anna)
    assert len(overrides.list_(anna.access, anna.home_id)) == 1
    with databases.whole.reading() as session:
        query = select(models.AuditEvent).order_by(models.AuditEvent.id)
        log = [
            (row.action, row.result)
            for row in session.scalars(query)
            if row.action.startswith("niveau") or row.object.endswith(" qn4")
        ]
    assert log == [
        ("niveau.setzen", "abgelehnt"),
        ("rolle.geben", "ok"),
        ("niveau.setzen", "ok"),
        ("rolle.entziehen", "ok"),
        ("niveau.zuruecknehmen", "abgelehnt"),
        ("niveau.setzen", "abgelehnt"),
    ]


INVALID: list[tuple[dict[str, Any], str]] = [
    ({"level": 0}, "Zahl von 1 bis 4"),
    ({"level": 5}, "Zahl von 1 bis 4"),
    ({"reason": "  "}, "begründen Sie"),
    ({"reason": "x" * 501}, "höchstens 500 Zeichen"),
    ({"end": DAYS[0] - timedelta(days=1)}, "liegt vor dem ersten"),
    ({"start": date(2026, 2, 6), "end": date(2027, 2, 7)}, "höchstens 12 Monate"),
    ({"start": date(1026, 2, 6), "end": date(1026, 2, 7)}, "prüfen Sie die Jahre"),
    ({"intervention": "99.9"}, "nicht im Regelwerk"),
    ({"intervention": "Bewegungsförderung"}, "nicht im Regelwerk"),
    ({"resident": "B-00000"}, "Bewohner gibt es in diesem Haus nicht"),
    ({"intervention": RESERVED, "level": 3}, "Vorbehaltsaufgabe"),
]


def test_invalid_override_is_refused_with_a_reason_and_stores_nothing(anna: Person) -> None:
    nurse(anna).read_in(workbooks.workbook())
    before = levels(anna)
    for wrong, says in INVALID:
        with pytest.raises(OverrideError, match=says):
            set_(anna, **wrong)
        assert overrides.list_(anna.access, anna.home_id) == [], wrong
        assert "niveau.setzen" not in actions(anna), wrong
        assert levels(anna) == before, wrong


def test_reserved_task_may_be_confirmed_at_its_level(anna: Person) -> None:
    assert set_(nurse(anna), 4, intervention=RESERVED) > 0


@pytest.mark.parametrize(
    ("start", "latest"),
    [
        (date(2026, 2, 6), date(2027, 2, 6)),
        (date(2027, 12, 31), date(2028, 12, 31)),
        (date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_an_override_ends_within_twelve_months(anna: Person, start: date, latest: date) -> None:
    set_(nurse(anna), start=start, end=latest)
    with pytest.raises(OverrideError, match="höchstens 12 Monate"):
        set_(anna, start=start, end=latest + timedelta(days=1))


def test_an_override_is_withdrawn_from_a_day_on(anna: Person) -> None:
    """What was right until then stays; what is taken back from its first day on never held."""
    nurse(anna).read_in(workbooks.workbook())
    before = levels(anna)
    number = set_(anna)
    withdraw = {"home_id": anna.home_id, "override_id": number}
    overrides.withdraw(anna.access, **withdraw, from_day=date(2026, 2, 7))
    result = levels(anna)
    assert result[date(2026, 2, 6)] == {4}
    assert result[date(2026, 2, 7)] == before[date(2026, 2, 7)]
    row = overrides.find(anna.access, anna.home_id, number)
    assert (row.end, row.last, row.withdrawn_by) == (DAYS[1], date(2026, 2, 6), "Anna")
    with pytest.raises(OverrideError, match="schon zurückgenommen"):
        overrides.withdraw(anna.access, **withdraw, from_day=date(2026, 2, 8))
    overrides.withdraw(anna.access, **withdraw, from_day=date(2026, 1, 1))
    assert levels(anna) == before
    assert overridden(anna) == 0
    assert actions(anna).count("niveau.zuruecknehmen") == 2
    late = set_(anna)
    with pytest.raises(OverrideError, match="schon abgelaufen"):
        overrides.withdraw(anna.access, **withdraw | {"override_id": late}, from_day=DAYS[1] + timedelta(days=1))
    with pytest.raises(OverrideError, match="gibt es in diesem Haus nicht"):
        overrides.withdraw(anna.access, **withdraw | {"override_id": 999})


def test_states() -> None:
    columns: dict[str, Any] = dict.fromkeys(overrides.OverrideRow.__dataclass_fields__)
    row = overrides.OverrideRow(**columns | {"start": DAYS[0], "end": DAYS[1]})
    states = [row.state(day) for day in (date(2026, 2, 5), DAYS[0], DAYS[1], date(2026, 4, 1))]
    assert states == ["künftig", "gilt", "gilt", "abgelaufen"]
    withdrawn = overrides.OverrideRow(
        **columns | {"start": DAYS[0], "end": DAYS[1], "withdrawn_from": date(2026, 3, 1)}
    )
    states = [withdrawn.state(day) for day in (date(2026, 2, 5), date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 1))]
    assert states == ["künftig", "gilt", "zurückgenommen", "zurückgenommen"]
    never = overrides.OverrideRow(**columns | {"start": DAYS[0], "end": DAYS[1], "withdrawn_from": date(2026, 1, 1)})
    assert [never.state(day) for day in (date(2026, 1, 2), DAYS[0])] == ["zurückgenommen", "zurückgenommen"]


def test_overrides_of_one_home_do_not_exist_for_another(anna: Person) -> None:
    """B2, T8: a foreign account, a foreign resident, a foreign number."""
    nurse(anna).read_in(workbooks.workbook())
    resident, number = resident_with_work(anna), set_(anna)
    other = nurse(person(anna.app, "olga", "Träger Ost", "Haus Ost"))
    other.read_in(workbooks.workbook())
    assert overrides.list_(other.access, other.home_id) == []
    assert overrides.find(other.access, other.home_id, number) is None
    assert overridden(other) == 0
    with pytest.raises(OverrideError):
        set_(other, resident=resident)
    with pytest.raises(OverrideError):
        overrides.withdraw(other.access, home_id=other.home_id, override_id=number)
    with pytest.raises(ForeignHomeError):  # a nurse of another tenant, at this home
        overrides.set_(
            other.access,
            home_id=anna.home_id,
            intervention="1.1",
            level=4,
            reason="x",
            start=DAYS[0],
            end=DAYS[1],
        )
    assert tenant_of(anna) != tenant_of(other)
    assert len(overrides.list_(anna.access, anna.home_id)) == 1


def test_filtered_list_is_newest_first(anna: Person) -> None:
    nurse(anna).read_in(workbooks.workbook())
    resident = resident_with_work(anna)
    numbers = [set_(anna), set_(anna, resident=resident), set_(anna, intervention="1.2")]
    assert [one.id for one in overrides.list_(anna.access, anna.home_id)] == numbers[::-1]
    assert [one.id for one in overrides.list_(anna.access, anna.home_id, intervention="1.1")] == numbers[1::-1]
    assert [one.id for one in overrides.list_(anna.access, anna.home_id, resident=resident)] == [numbers[1]]


def test_level_survives_the_next_upload(anna: Person) -> None:
    """New master data replace old ones; what a nurse has set stays."""
    nurse(anna).read_in(workbooks.workbook())
    set_(anna, 4, resident=resident_with_work(anna))
    before = levels(anna), overridden(anna)
    anna.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS, Begutachtungen=workbooks.assessments(2)))
    assert overridden(anna) == before[1] > 0


def test_level_set_for_a_merged_person_applies_to_the_person_meant(anna: Person) -> None:
    """As it is scored: with the one whom uploads and answers mean, until the two are parted again."""
    nurse(anna).read_in(workbooks.workbook())
    anna.read_in(monthly())
    unknown, meant = asked(anna, "42"), pseudonym(anna, RESIDENT, "0042")
    number = set_(anna, 4, resident=unknown.pseudonym)

    def of(resident: str) -> list[tuple[int, str]]:
        return [(one.id, one.resident) for one in overrides.list_(anna.access, anna.home_id, resident=resident)]

    assert (of(unknown.pseudonym), of(meant)) == ([(number, unknown.pseudonym)], [])
    reply(anna, unknown, SAME, meant)
    assert of(meant) == of(unknown.pseudonym) == [(number, meant)]
    assert [one.resident for one in overrides.list_(anna.access, anna.home_id)] == [meant]
    assert overrides.find(anna.access, anna.home_id, number).resident == meant
    page = anna.first_sign_in().get("/festlegungen/").text
    assert f">{meant}</a>" in page
    assert unknown.pseudonym not in page
    reply(anna, unknown, LATER)
    assert (of(unknown.pseudonym), of(meant)) == ([(number, unknown.pseudonym)], [])
