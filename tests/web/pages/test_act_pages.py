"""From a figure to the interventions behind it: list, order and files, and what is not shown of few employees."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.support.web import workbooks
from tests.support.web.table_checks import files_of, headings_that_sort

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.support.web.pages import Person

TEAM = 6
MONTH = "von=2026-01-01&bis=2026-01-31"


@pytest.fixture
def client(ben: Person) -> FlaskClient:
    """Read in a home in which six nurses do the same on each of three days, and one of them is alone at night."""
    sheets = workbooks.home()
    heading, *_ = workbooks.STAFF
    sheets["Mitarbeitende"] = [heading, *((f"P{i}", f"Name{i}", "", "4", "", "", "", "") for i in range(TEAM))]
    rows = [
        ("0042", f"P{i}", "1.1", "05.01.2026", f"07:{10 * turn + i}", str(10 + i), "Früh", "WB 1", "")
        for i in range(TEAM)
        for turn in range(1, 5)
    ]
    rows += 2 * [("0042", f"P{i}", "4.16", "12.01.2026", "08:00", "5", "Früh", "WB 1", "") for i in range(TEAM)]
    rows += [("0042", f"P{i}", "4.1", "20.01.2026", "08:00", "5", "Früh", "WB 1", "") for i in range(TEAM)]
    rows += [("0042", "P0", "4.17", "28.01.2026", "08:00", "5", "Nacht", "WB 1", "")]
    sheets["Interventionen"] = [workbooks.WORK[0], *rows]
    ben.read_in(workbooks.workbook(**sheets))
    return ben.first_sign_in()


def cells(page: str) -> list[list[str]]:
    """Return the texts of the table, row by row."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in rows
    ]


def test_a_share_leads_to_its_interventions_and_each_to_its_reason(client: FlaskClient) -> None:
    home = client.get(f"/?{MONTH}").text
    (address,) = {unescape(one) for one in re.findall(r'href="(/durchgefuehrt\?passung=ueber[^"]*)"', home)}
    page = client.get(address).text
    found = cells(page)
    assert len(found) == 4 * TEAM + 2 * TEAM
    assert "36\N{NO-BREAK SPACE}Interventionen" in page
    assert found[0][3:] == [
        *("QN 4", "▲ Überqualifiziert", "10 Min.", "WB 1", "Früh", "05.01.2026 07:10 Uhr", f"Warum {found[0][2]}?")
    ]
    assert not re.search(r"P\d|Name\d|Mitarbeiter", page.split("<main")[1])
    reason = unescape(re.search(r'href="(/warum/[^"]*)"', page).group(1))
    assert f"<h1>Warum {found[0][2]}?</h1>".replace("QN ", "QN\N{NO-BREAK SPACE}") in client.get(reason).text


def test_filters_narrow_and_the_order_is_a_link(client: FlaskClient) -> None:
    page = client.get(f"/durchgefuehrt?{MONTH}&intervention=1.1&sort=-minuten").text
    found = cells(page)
    assert [row[5] for row in found] == [f"{10 + i} Min." for i in reversed(range(TEAM)) for _ in range(4)]
    assert 'aria-sort="descending"' in page
    assert len(cells(client.get(f"/durchgefuehrt?{MONTH}&intervention=4.16").text)) == 2 * TEAM
    told = client.get(f"/durchgefuehrt?{MONTH}&soll=7&passung=gut").text
    assert "„soll“ ist ein Niveau von 0 (unbekannt) bis 4" in told
    assert "„passung“ ist eines von passend" in told
    assert client.get(f"/durchgefuehrt.csv?{MONTH}&soll=7").status_code == 302


def test_what_one_person_did_alone_is_not_listed_and_the_page_says_why(client: FlaskClient) -> None:
    """D3: with the reason and what to widen; and so are as many others that its place in the sum says nothing."""
    page = client.get(f"/durchgefuehrt?{MONTH}&schicht=Nacht").text
    assert "<tbody>" not in page
    assert "Hinter ihr stehen zu wenige Personen" in page
    assert "alle Schichten" in page
    whole = client.get(f"/durchgefuehrt?{MONTH}").text
    assert {row[0].split()[-1] for row in cells(whole)} == {"1.1", "4.16"}
    assert "Weitere Interventionen der Auswahl stehen hier nicht" in whole


def test_the_list_sorts_and_leaves_as_files(ben: Person, client: FlaskClient) -> None:
    """T10: CSV, JSON and Excel have the rows of the page, in its order, and say that there are more."""
    assert headings_that_sort(client, f"/durchgefuehrt?{MONTH}") == 9
    address = f"/durchgefuehrt?{MONTH}&sort=-minuten"
    assert files_of(ben, client, address) == {"durchgefuehrte-interventionen"}
    page = cells(client.get(address).text)
    *rows, more = json.loads(client.get(f"/durchgefuehrt.json?{MONTH}&sort=-minuten").text)["zeilen"]
    assert [f"{row['Intervention']} {row['Nr.']}" for row in rows] == [row[0] for row in page]
    assert [f"{row['Minuten']:.0f} Min." for row in rows] == [row[5] for row in page]
    assert (more["Intervention"], more["Minuten"]) == ("weitere Interventionen der Auswahl", "zu wenige Personen")
