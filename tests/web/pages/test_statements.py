"""What the sentences of the pages say holds for the figures beside them."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from tests.support.web import workbooks

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.support.web.pages import Person

ALL = "von=2026-01-05&bis=2026-02-08"


def words(client: FlaskClient, address: str) -> str:
    """Return what a page shows, with plain spaces and without tags."""
    answer = client.get(address)
    assert answer.status_code == 200
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(main)).replace("\N{NO-BREAK SPACE}", " ").split())


def test_a_home_that_is_hardly_rated_says_so_first_and_names_the_next_step(ben: Person) -> None:
    sheets = {"Bewohner": workbooks.RESIDENTS, "Mitarbeitende": workbooks.STAFF, "Interventionen": workbooks.WORK}
    ben.read_in(workbooks.workbook(**sheets))
    client = ben.first_sign_in()
    page = words(client, f"/?{ALL}")
    assert "Wo stehen wir? Noch nicht aussagekräftig: 100 von 100 Pflegeminuten lassen sich nicht bewerten" in page
    assert "weil Begutachtungen fehlen. Begutachtungen einlesen" in page
    assert "Was passt nicht? Noch nicht aussagekräftig: 100 % der Minuten" in words(client, f"/interventionen?{ALL}")
    ben.read_in(workbooks.workbook())
    page = words(client, f"/?{ALL}")
    assert "Noch nicht aussagekräftig" not in page
    assert "Wo stehen wir? In 100 Pflegeminuten stimmten 0 " in page


def test_pages_rank_risk_and_relief_apart_and_say_what_a_share_is_of(ben: Person) -> None:
    ben.read_in(workbooks.workbook())
    client = ben.first_sign_in()
    page = words(client, f"/?{ALL}")
    assert page.index("Wo das Niveau zu niedrig war") < page.index("Wo ein niedrigeres Niveau genügt hätte")
    assert "Am meisten darunter: 13 Min. leisteten Personen mit QN 1, nötig war QN 2" in page
    assert "Am meisten darüber: 40 Min. leisteten Personen mit QN 3, genügt hätte QN 2" in page
    assert "Stunden, darunter der Anteil der Minuten" in page
    by_count = words(client, f"/?{ALL}&zeige=anzahl")
    assert "Anzahl der Interventionen, darunter ihr Anteil" in by_count
    assert "2 33,3 %" in by_count, "two of six interventions, whatever minutes they took"
    assert "2 33,3 %" not in page
    listed = words(client, f"/interventionen?{ALL}")
    assert "auf zu niedrigem Niveau erbracht. Für 60 Min. hätte" in listed or "Für 1,0 Std. hätte" in listed
    for path in ("/", "/interventionen", "/interventionen/1.1", "/entlastung", "/plausibilitaet", "/stellen/"):
        shown = words(client, f"{path}?{ALL}")
        assert not re.search(r"Std\. ?\.|Min\. ?\.|\d Sek\.|\bOffen\b|Fällen|\d hätte auch", shown), path
    cell = words(client, f"/interventionen?{ALL}&soll=2&ist=3")
    assert "Nötig QN 2, geleistet von QN 3 40 Min. leisteten Personen mit QN 3, nötig war QN 2." in cell
