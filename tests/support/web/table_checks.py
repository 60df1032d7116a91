"""What holds for every table of an analysis page: it sorts by its headings, and leaves as CSV, JSON and Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from tests.support.web.html_tables import file_addresses, lines, tables
from web.reports import table_file
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.support.web.html_tables import HtmlTable
    from tests.support.web.pages import Person

NOT_SORTED = {"data hours", "data entry"}
"""Hours by wards, a grid whose fields may span several rows; and the form of the page about § 113c."""

GAPS = {"–", "•"}


def headings_that_sort(client: FlaskClient, address: str) -> int:
    """Click every heading of every table of a page twice; return how many there are.

    The address keeps what it says, the rows stay, their order turns round, and what is not shown stands last.
    """
    shown, clicked = tables(client.get(address).text), 0
    assert shown, address
    for name, table in shown.items():
        assert bool(table.links) == bool(table.sorted) == (table.css not in NOT_SORTED), (address, name)
        for heading, link in table.links.items():
            asked, kept = parse_qs(urlsplit(link).query), parse_qs(urlsplit(address).query)
            assert {one: asked.get(one) for one in kept} == kept, link
            once = tables(client.get(link).text)[name]
            back = tables(client.get(once.links[heading]).text)[name]
            assert {once.sorted, back.sorted} == {(heading, "ascending"), (heading, "descending")}
            assert sorted(once.rows) == sorted(back.rows) == sorted(table.rows)
            assert once.foot == table.foot
            there = [[one for one in _column(each, heading) if one not in GAPS] for each in (once, back)]
            assert there[0] == there[1][::-1], (address, name, heading)
            assert _column(once, heading)[: len(there[0])] == there[0], (address, name, heading)
            clicked += 1
    return clicked


def files_of(who: Person, client: FlaskClient, address: str) -> set[str]:
    """Download all files of a page; return the names of their tables.

    Every table has all three, with the same headings and values, and each download is in the log.
    """
    page = client.get(address).text
    by_table: dict[str, dict[str, Any]] = {}
    for name, form, file in file_addresses(page):
        answer = client.get(file)
        assert answer.status_code == 200, file
        assert answer.mimetype == table_file.FORMS[form].mimetype.partition(";")[0]
        by_table.setdefault(name, {})[form] = lines(answer)
        with who.services.databases.whole.reading() as session:
            last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (last.action, last.object) == (f"{name}.herunterladen", f"haus {who.home_id}")
    on_page = sum("entry" not in one.css for one in tables(page).values())
    assert len(by_table) == on_page + ('class="square"' in page), address
    for name, forms in by_table.items():
        assert forms.keys() == table_file.FORMS.keys(), name
        of_json, of_csv = forms["json"], forms["csv"]
        assert [_kept(row) for row in forms["xlsx"]] == [_kept(row) for row in of_json], name
        assert of_csv == [{heading: _as_csv(one) for heading, one in row.items()} for row in of_json], name
    return {*by_table}


def _column(table: HtmlTable, heading: str) -> list[str]:
    place = table.headings.index(heading)
    return [row[place] for row in table.rows]


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    """Return a line as workbooks keep it: nothing is blank, numbers have fewer digits."""
    return {
        heading: "" if one is None else float(f"{one:.12g}") if isinstance(one, float) else one
        for heading, one in row.items()
    }


def _as_csv(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.2f}".replace(".", ",") if isinstance(value, float) else str(value)
