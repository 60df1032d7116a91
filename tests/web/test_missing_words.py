"""Undecided words are counted for the period and ward a page shows, or it says what it cannot know."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select

from importers.content.intervention_names import LATER
from importers.home_words.kinds import INTERVENTION
from tests.support.web import workbooks
from tests.support.web.html_tables import words
from web.security.permissions import AccountRole
from web.services import grants
from web.services.words import terms
from web.services.words.missing_words import MissingWords, missing_words
from web.store import models

if TYPE_CHECKING:
    from tests.support.web.pages import Person

JANUARY, FEBRUARY = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def act(
    word: str, day: str, minutes: str = "5", ward: str = "", resident: str = "77", status: str = ""
) -> tuple[Any, ...]:
    return (resident, "P1", word, day, "", minutes, "", ward, status)


def book(*rows: tuple[Any, ...]) -> bytes:
    return workbooks.workbook(**workbooks.home() | {"Interventionen": [workbooks.WORK[0], *rows]})


def found(who: Person, period: tuple[date, date] = YEAR, ward: str | None = None) -> MissingWords:
    return missing_words(who.access, who.home_id, period, ward)


def test_words_are_counted_for_period_and_ward(anna: Person) -> None:
    """The ward is that of the row, else that of its resident; what names none may be of any."""
    anna.read_in(
        book(
            act("1.1", "05.01.2026", ward="WB 1"),
            act("Zauberei", "05.01.2026", "5", ward="WB 1"),
            act("Zauberei", "06.01.2026", "7"),
            act("zauberei", "08.02.2026", "9"),
            act("Hexerei", "08.02.2026", "11", resident="0815"),
            act("Hexerei", "bald", "13"),
            act("Hexerei", "09.02.2026", "15", status="abgelehnt"),
        )
    )
    assert found(anna) == MissingWords(2, 4, 32 * 60, undated=1)
    assert found(anna, JANUARY) == MissingWords(1, 2, 12 * 60, undated=1)
    assert found(anna, (date(2026, 1, 6), date(2026, 1, 6))) == MissingWords(1, 1, 7 * 60, undated=1)
    assert found(anna, FEBRUARY, "WB 2") == MissingWords(1, 1, 9 * 60, elsewhere=1, undated=1)
    assert found(anna, FEBRUARY, "-") == MissingWords(1, 1, 11 * 60)
    assert found(anna, JANUARY, "WB 1") == MissingWords(1, 1, 5 * 60)
    assert not found(anna, (date(2026, 3, 1), date(2026, 3, 31)), "-")


def test_of_several_uploads_the_newest_counts_day_by_day(anna: Person) -> None:
    anna.read_in(book(act("Zauberei", "05.01.2026", "5"), act("Zauberei", "06.01.2026", "7")))
    anna.read_in(book(act("ZAUBEREI", "06.01.2026", "20"), act("Zauberei", "08.02.2026", "9")))
    assert found(anna, JANUARY) == MissingWords(1, 2, 25 * 60)
    assert found(anna) == MissingWords(1, 3, 34 * 60)
    waiting = anna.read_in(book(act("Zauberei", "05.01.2026", "50"), act("Hexerei", "05.01.2026")), store=False)
    assert found(anna) == MissingWords(1, 3, 34 * 60), "what is not applied is in no figure anyway"
    anna.store(waiting)
    assert found(anna, JANUARY) == MissingWords(2, 3, (50 + 5 + 20) * 60)
    anna.undo(waiting)
    assert found(anna) == MissingWords(1, 3, 34 * 60)
    with anna.services.databases.whole.reading() as session:
        numbers = select(models.UnknownTerm.id)
        assert session.scalar(select(func.count()).where(models.UnknownTermDay.term_id.not_in(numbers))) == 0


def test_words_that_are_decided_are_not_missing_and_postponed_ones_are(anna: Person) -> None:
    anna.read_in(book(act("Zauberei", "05.01.2026"), act("Hexerei", "05.01.2026"), act("Spuk", "05.01.2026")))
    answers = {"Zauberei": "1.1", "Hexerei": LATER}
    terms.answer(anna.access, home_id=anna.home_id, kind=INTERVENTION, answers=answers)
    assert found(anna) == MissingWords(2, 2, 10 * 60)


def test_pages_say_how_much_of_what_they_show_is_missing(ben: Person) -> None:
    ben.read_in(
        book(
            act("1.1", "05.01.2026", "30", ward="WB 1"),
            act("Zauberei", "05.01.2026", ward="WB 1"),
            act("Hexerei", "06.01.2026", resident="0815"),
            act("Hexerei", "bald"),
            act("Spuk", "05.02.2026"),
        )
    )
    client = ben.first_sign_in()

    def page(query: str) -> str:
        return words(client.get(f"/?{query}").text.partition("<main")[2])

    january = page("von=2026-01-01&bis=2026-01-31")
    assert "2 Bezeichnungen nicht zugeordnet 2 Zeilen, 10 Min.: in keiner Zahl enthalten." in january
    assert "1 Zeile ohne lesbaren Tag kann dazugehören." in january
    ward = page("von=2026-01-01&bis=2026-01-31&wb=WB+1")
    assert "1 Bezeichnung nicht zugeordnet 1 Zeile, 5 Min.: in keiner Zahl enthalten." in ward
    assert "1 Zeile ohne Wohnbereich kann dazugehören." in ward
    assert "Gezählt für alle Schichten und Gruppen." in page("von=2026-01-01&bis=2026-01-31&schicht=-")
    nothing = page("von=2026-02-01&bis=2026-02-28")
    assert "Hier liegt nichts vor" in nothing
    assert "1 Bezeichnung nicht zugeordnet: 1 Zeile, 5 Min.: in keiner Zahl enthalten." in nothing


def test_a_page_says_where_the_days_of_words_are_not_known(ben: Person) -> None:
    """Uploads that were read before the days of words were stored."""
    ben.read_in(book(act("1.1", "05.01.2026"), act("Zauberei", "06.01.2026"), act("1.1", "07.01.2026")))
    with ben.services.databases.whole.writing.begin() as session:
        session.execute(delete(models.UnknownTermDay))
    assert found(ben, JANUARY) == MissingWords(unplaced=1)
    assert not found(ben, FEBRUARY)
    page = words(ben.first_sign_in().get("/?von=2026-01-01&bis=2026-01-31").text)
    assert "Bei 1 Bezeichnung ist nicht bekannt, an welchen Tagen sie steht" in page


def test_how_much_words_come_to_is_for_those_who_settle_them(ben: Person) -> None:
    """D3: nobody knows whose these rows are; whoever only sees figures is told that there are some."""
    ben.read_in(book(act("1.1", "05.01.2026"), act("Zauberei", "05.01.2026"), act("Hexerei", "bald")))
    client = ben.first_sign_in()
    told = words(client.get("/?von=2026-01-01&bis=2026-01-31").text)
    assert "1 Zeile, 5 Min.: in keiner Zahl enthalten. 1 Zeile ohne lesbaren Tag kann dazugehören." in told
    grants.hold(ben.access, "ben", AccountRole.ANALYST, held=True)
    grants.hold(ben.access, "ben", AccountRole.CARE_LEAD, held=False)
    for period in JANUARY, FEBRUARY:
        page = words(client.get(f"/?von={period[0]}&bis={period[1]}").text)
        assert "nicht zugeordnet" in page
        assert "Zeile ohne" not in page
        assert "1 Zeile" not in page


@pytest.mark.small_groups
def test_of_few_employees_no_time_of_words_is_told(ben: Person) -> None:
    """D3: rows and minutes are told where the sum of period and ward is."""
    ben.read_in(book(act("1.1", "05.01.2026"), act("Zauberei", "05.01.2026")))
    page = words(ben.first_sign_in().get("/?von=2026-01-01&bis=2026-01-31").text)
    assert "Zeile" not in page.partition("Was noch fehlt")[2].partition("Wo das Niveau")[0]
