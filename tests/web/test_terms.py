"""A home's own names for interventions: kept with their weight, mapped in versions, applied at the next reading."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.web import workbooks
from tests.web.pages import Person, person
from tests.web.test_rulebooks import account_of, actions, tenant_of
from web.services import batches, imports, results, terms
from web.services.terms import IGNORE, LATER, TermError
from web.store import models

WORK = [
    workbooks.WORK[0],
    ("77", "P1", "Zauberei", "08.02.2026", "", "5", "", "", ""),
    ("77", "P1", "ZAUBEREI ", "09.02.2026", "", "7", "", "", ""),
    ("77", "P1", "Kaffeerunde", "08.02.2026", "", "90", "", "", ""),
    ("77", "P1", "Bewegungsföderung", "08.02.2026", "", "", "", "", ""),
    ("77", "P1", "Spaziergang Frau Żeromska", "08.02.2026", "", "60", "", "", ""),
    ("77", "P1", "1.1", "08.02.2026", "", "20", "", "", ""),
]


def content(rows: list[tuple[Any, ...]] | None = None) -> bytes:
    """Return the small home with the rows above."""
    return workbooks.workbook(
        Bewohner=workbooks.RESIDENTS, Begutachtungen=workbooks.assessments(), Mitarbeitende=workbooks.STAFF,
        Interventionen=rows or WORK,
    )  # fmt: skip


def map_(who: Person, text: str, target: str) -> terms.TermRow:
    """Map a name."""
    return terms.map_(
        who.parts.databases, tenant_id=tenant_of(who), account_id=account_of(who), home_id=who.home_id, text=text,
        target=target,
    )  # fmt: skip


def pending(who: Person) -> list[terms.Pending]:
    """Return the names that are still open."""
    return terms.pending(who.parts.databases.reading, who.home_id)


def read_csv(who: Person, text: str | bytes) -> terms.Read:
    """Upload a CSV file."""
    return terms.import_csv(
        who.parts.databases, tenant_id=tenant_of(who), account_id=account_of(who), home_id=who.home_id,
        content=text.encode() if isinstance(text, str) else text,
    )  # fmt: skip


def test_unknown_names_are_kept_with_their_weight(anna: Person) -> None:
    anna.read_in(content())
    found = pending(anna)
    assert [(one.text, one.rows, one.seconds) for one in found] == [
        ("Kaffeerunde", 1, 5400), ("Zauberei", 2, 720), ("Bewegungsföderung", 1, 0),
    ]  # fmt: skip
    best = found[2].suggestions[0]
    assert (best.intervention, best.title) == ("1.1", "Bewegungsförderung")
    assert best.score > 85
    assert all(len(one.suggestions) <= 3 for one in found)


def test_name_with_a_person_in_it_is_not_kept(anna: Person) -> None:
    """T1: free text that names somebody of the same upload stays in the sealed findings."""
    anna.read_in(content())
    with anna.parts.databases.reading() as session:
        texts = list(session.scalars(select(models.UnknownTerm.text)))
    assert len(texts) == 3
    assert not [text for text in texts if "eromska" in text]


def test_name_of_somebody_the_home_knew_before_is_not_kept_either(anna: Person) -> None:
    """T1: a monthly file without master data may still name people in free text."""
    anna.read_in(content())
    anna.read_in(workbooks.workbook(Interventionen=[*WORK[:1], *WORK[3:]]), store=False)
    with anna.parts.databases.reading() as session:
        texts = list(session.scalars(select(models.UnknownTerm.text).where(models.UnknownTerm.batch_id == 2)))
    assert sorted(texts) == ["Bewegungsföderung", "Kaffeerunde"]


def test_mapped_name_counts_at_the_next_reading(anna: Person) -> None:
    anna.read_in(content())
    reading = anna.parts.databases.reading
    assert results.load(reading, anna.home_id).covered["counted"] == 1
    assert map_(anna, "zauberei", "1.2").version == 1
    map_(anna, "Kaffeerunde", IGNORE)
    assert [one.text for one in pending(anna)] == ["Bewegungsföderung"]
    batch_id = anna.read_in(content())
    row = batches.find(reading, tenant_of(anna), batch_id)
    assert (row.rows, row.counted, row.faulty, row.ignored, row.new_rows) == (6, 3, 2, 1, 2)
    assert row.rows == row.counted + row.excluded
    cells = results.load(reading, anna.home_id).aggregate.by("intervention")
    assert {name: int(n) for name, n in cells.groupby("intervention")["count"].sum().items()} == {"1.1": 1, "1.2": 2}
    said = batches.said(anna.parts.databases, anna.parts.settings, batch_id)
    counts = {one.code: (one.severity.value, one.count) for one in said.findings}
    assert counts["bezeichnung-zugeordnet"] == ("Hinweis", 2)
    assert counts["zeilen-ignoriert"] == ("Hinweis", 1)
    assert "Kaffeerunde" not in {one.value for one in said.findings if one.severity.value == "Fehler"}


def test_later_is_an_answer_for_now(anna: Person) -> None:
    anna.read_in(content())
    map_(anna, "Zauberei", LATER)
    assert {one.text: one.target for one in pending(anna)}["Zauberei"] == LATER
    batch_id = anna.read_in(content(), store=False)
    said = batches.said(anna.parts.databases, anna.parts.settings, batch_id)
    assert "Zauberei" in {one.value for one in said.findings if one.code == "intervention-unbekannt"}


def test_every_change_is_a_version(anna: Person) -> None:
    """T7: what a name stood for, who said so and when stays to be seen."""
    for target in ("1.1", "1.1", LATER, "1.2"):
        map_(anna, "Zauberei", target)
    versions = terms.history(anna.parts.databases.reading, tenant_of(anna), "ZAUBEREI")
    assert [(one.version, one.target, one.by) for one in versions] == [
        (3, "1.2", "Anna"), (2, LATER, "Anna"), (1, "1.1", "Anna"),
    ]  # fmt: skip
    assert [one.target for one in terms.list_(anna.parts.databases.reading, tenant_of(anna))] == ["1.2"]
    assert actions(anna).count("bezeichnung.zuordnen") == 3


@pytest.mark.parametrize(
    ("text", "target"),
    [("", "1.1"), ("  ", "1.1"), ("x" * 201, "1.1"), ("Zauberei", ""), ("Zauberei", "99.9"), ("1.1", "1.2"),
     ("Bewegungsförderung", IGNORE)],
)  # fmt: skip
def test_impossible_mappings_are_refused(anna: Person, text: str, target: str) -> None:
    with pytest.raises(TermError):
        map_(anna, text, target)
    assert terms.list_(anna.parts.databases.reading, tenant_of(anna)) == []


def test_newest_upload_tells_the_weight(anna: Person) -> None:
    """The same file twice does not weigh twice; what was thrown away weighs nothing."""
    anna.read_in(content())
    anna.read_in(content())
    assert [one.rows for one in pending(anna)] == [1, 2, 1]
    more = [*WORK, ("77", "P1", "Nur hier", "08.02.2026", "", "600", "", "", "")]
    batch_id = anna.read_in(content(more), store=False)
    assert pending(anna)[0].text == "Nur hier"
    imports.discard(anna.parts.databases, anna.parts.settings, batch_id, account_id=account_of(anna))
    assert [one.text for one in pending(anna)] == ["Kaffeerunde", "Zauberei", "Bewegungsföderung"]
    with anna.parts.databases.reading() as session:
        query = select(func.count()).where(models.UnknownTerm.batch_id == batch_id)
        assert session.scalar(query) == 0


def test_csv_out_and_in_again(anna: Person) -> None:
    anna.read_in(content([*WORK, ("77", "P1", "=SUMME(A1)", "08.02.2026", "", "1", "", "", "")]))
    map_(anna, "Zauberei", "1.2")
    reading, tenant = anna.parts.databases.reading, tenant_of(anna)
    out = terms.export_csv(reading, tenant, anna.home_id)
    assert out.startswith("\N{BYTE ORDER MARK}Bezeichnung;Intervention;")
    assert "'=SUMME(A1);" in out
    assert read_csv(anna, out) == terms.Read(0, 1, ())
    filled = out.replace("Kaffeerunde;", "Kaffeerunde;ignorieren").replace(
        "'=SUMME(A1);", "'=SUMME(A1);Bewegungsförderung"
    )
    assert read_csv(anna, filled) == terms.Read(2, 1, ())
    made = {one.text: (one.target, one.version) for one in terms.list_(reading, tenant)}
    assert made == {"Zauberei": ("1.2", 1), "Kaffeerunde": (IGNORE, 1), "=SUMME(A1)": ("1.1", 1)}
    assert read_csv(anna, terms.export_csv(reading, tenant, anna.home_id)) == terms.Read(0, 3, ())
    terms.exported(anna.parts.databases, tenant_id=tenant, account_id=account_of(anna))
    assert {"bezeichnungen.hochladen", "bezeichnungen.herunterladen"} <= set(actions(anna))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Name;Ziel\r\nZauberei;1.1\r\n",
        "Bezeichnung;Intervention\r\nZauberei;99.9\r\n",
        "Bezeichnung;Intervention\r\nZauberei;1.1\r\nzauberei;1.2\r\n",
        "Bezeichnung;Intervention\r\n;1.1\r\n",
        "Bezeichnung;Intervention\r\n" + "x" * 300 + ";1.1\r\n",
        "Bezeichnung;Intervention\r\nGut;1.1\r\nZauberei;99.9\r\n",
        b"PK\x03\x04\x00\x00",
        "Bezeichnung;Intervention\r\n" + "a;1.1\r\n" * 6000,
        b"x" * 3_000_000,
    ],
)
def test_faulty_csv_changes_nothing(anna: Person, text: str | bytes) -> None:
    found = read_csv(anna, text)
    assert found.problems
    assert found.changed == 0
    assert terms.list_(anna.parts.databases.reading, tenant_of(anna)) == []


def test_csv_of_old_spreadsheet_programs(anna: Person) -> None:
    assert read_csv(anna, "Bezeichnung;Intervention\nFußpflege groß;später\n".encode("cp1252")).changed == 1
    assert [one.text for one in terms.list_(anna.parts.databases.reading, tenant_of(anna))] == ["Fußpflege groß"]


def test_names_of_one_tenant_do_not_exist_for_another(anna: Person) -> None:
    """B2, T8: neither seen, nor applied, nor changed."""
    anna.read_in(content())
    map_(anna, "Zauberei", "1.2")
    other = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    reading, tenant = anna.parts.databases.reading, tenant_of(other)
    assert terms.list_(reading, tenant) == []
    assert terms.history(reading, tenant, "Zauberei") == []
    assert pending(other) == []
    other.read_in(content())
    assert results.load(reading, other.home_id).covered["counted"] == 1
    with pytest.raises(TermError):
        terms.map_(
            anna.parts.databases, tenant_id=tenant, account_id=account_of(other), home_id=anna.home_id,
            text="Zauberei", target="1.1",
        )  # fmt: skip
    map_(other, "Zauberei", "1.1")
    assert [one.target for one in terms.list_(reading, tenant_of(anna))] == ["1.2"]
    refused = terms.import_csv(
        anna.parts.databases, tenant_id=tenant, account_id=account_of(other), home_id=anna.home_id,
        content=b"Bezeichnung;Intervention\nA;1.1\n",
    )  # fmt: skip
    assert refused.problems


def test_homes_of_a_tenant_share_their_names(anna: Person) -> None:
    from web.services import homes  # noqa: PLC0415

    map_(anna, "Zauberei", "1.2")
    anna.home_id = homes.create(anna.parts.databases, tenant_of(anna), "Zweites Haus")
    anna.read_in(content())
    found = results.load(anna.parts.databases.reading, anna.home_id)
    assert found.covered["counted"] == 3
    assert found.period == (date(2026, 2, 8), date(2026, 2, 9))
