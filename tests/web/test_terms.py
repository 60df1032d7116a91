"""A home's own words: kept with their weight, mapped in versions, applied at the next reading; out and back as CSV."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from importers.content.intervention_names import IGNORE, LATER
from importers.home_words.kinds import DUTY, INTERVENTION, KINDS, QUALIFICATION, ROLE, SHIFT, SHIFT_START
from importers.home_words.suggestions import POSSIBLE
from tests.support.web import stored_results, workbooks
from tests.support.web.accounts import actions, tenant_of
from tests.support.web.pages import Person, person
from tests.support.web.words import left_open, stored_terms
from web.services.analysis import results
from web.services.uploads import records, steps
from web.services.uploads.removal import discarded
from web.services.words import spreadsheet, terms, unanswered_words
from web.services.words.spreadsheet import SpreadsheetAnswers
from web.services.words.terms import TermError
from web.store import models
from web.store.access import ForeignHomeError

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
        Bewohner=workbooks.RESIDENTS,
        Begutachtungen=workbooks.assessments(),
        Mitarbeitende=workbooks.STAFF,
        Interventionen=rows or WORK,
    )


def map_(who: Person, text: str, target: str, kind: str = INTERVENTION) -> int:
    """Say what a word stands for."""
    return terms.answer(
        who.access,
        home_id=who.home_id,
        kind=kind,
        answers={text: target},
    )


def pending(
    who: Person, kind: str = INTERVENTION, upload_id: int | None = None
) -> list[unanswered_words.UnansweredWord]:
    """Return the words that are still open."""
    return unanswered_words.pending_words(who.access, who.home_id, kind, upload_id=upload_id)


def read_csv(who: Person, text: str | bytes) -> SpreadsheetAnswers:
    """Upload a CSV file."""
    return spreadsheet.read(
        who.access,
        home_id=who.home_id,
        content=text.encode() if isinstance(text, str) else text,
    )


def csv_of(who: Person) -> str:
    """Return all words as CSV."""
    return spreadsheet.as_csv(who.access, who.home_id)


def test_unknown_names_are_stored_with_their_weight(anna: Person) -> None:
    anna.read_in(content())
    open_words = pending(anna)
    assert [(one.text, one.rows, one.seconds) for one in open_words] == [
        ("Kaffeerunde", 1, 5400),
        ("Zauberei", 2, 720),
        ("Bewegungsföderung", 1, 0),
    ]
    best = open_words[2].suggestions[0]
    assert (best.target, best.called, best.like) == ("1.1", "1.1 Bewegungsförderung", "Bewegungsförderung")
    assert best.band == POSSIBLE, "a slip of the hand is a guess"
    assert all(len(one.suggestions) <= 3 for one in open_words)


def test_name_containing_a_person_is_not_stored(anna: Person) -> None:
    """T1: free text that names a person of the same upload stays in the sealed findings."""
    anna.read_in(content())
    with anna.services.databases.whole.reading() as session:
        texts = list(session.scalars(select(models.UnknownTerm.text)))
    assert len(texts) == 3
    assert not [text for text in texts if "eromska" in text]


def test_name_of_a_formerly_known_person_is_not_stored(anna: Person) -> None:
    """T1: a monthly file without master data may still name people in free text."""
    anna.read_in(content())
    anna.read_in(workbooks.workbook(Interventionen=[*WORK[:1], *WORK[3:]]), store=False)
    with anna.services.databases.whole.reading() as session:
        texts = list(session.scalars(select(models.UnknownTerm.text).where(models.UnknownTerm.upload_id == 2)))
    assert sorted(texts) == ["Bewegungsföderung", "Kaffeerunde"]


def test_mapped_name_counts_at_the_next_reading(anna: Person) -> None:
    anna.read_in(content())
    reading = anna.services.databases.whole.reading
    assert results.load(anna.access, anna.home_id).covered["counted"] == 1
    assert map_(anna, "zauberei", "1.2") == 1
    map_(anna, "Kaffeerunde", IGNORE)
    assert [one.text for one in pending(anna)] == ["Bewegungsföderung"]
    upload_id = anna.read_in(content())
    row = records.find(anna.access, upload_id)
    assert (row.rows, row.counted, row.faulty, row.ignored, row.new_rows) == (6, 3, 2, 1, 2)
    assert row.rows == row.counted + row.not_done + row.faulty + row.ignored
    cells = stored_results.aggregate(reading, anna.home_id).by("intervention")
    assert {name: int(n) for name, n in cells.groupby("intervention")["count"].sum().items()} == {"1.1": 1, "1.2": 2}
    texts = records.texts(anna.access, anna.services.settings, upload_id)
    counts = {one.code: (one.severity.value, one.count) for one in texts.findings}
    assert counts["bezeichnung-zugeordnet"] == ("Hinweis", 2)
    assert counts["zeilen-ignoriert"] == ("Hinweis", 1)
    assert "Kaffeerunde" not in {one.value for one in texts.findings if one.severity.value == "Fehler"}


def test_later_is_an_answer_for_now(anna: Person) -> None:
    anna.read_in(content())
    map_(anna, "Zauberei", LATER)
    assert {one.text: one.target for one in pending(anna)}["Zauberei"] == LATER
    upload_id = anna.read_in(content(), store=False)
    texts = records.texts(anna.access, anna.services.settings, upload_id)
    assert "Zauberei" in {one.value for one in texts.findings if one.code == "intervention-unbekannt"}


def test_every_change_is_a_version(anna: Person) -> None:
    """T7: what a name stood for, who said so and when stays to be seen."""
    assert [map_(anna, "Zauberei", target) for target in ("1.1", "1.1", LATER, "1.2")] == [1, 0, 1, 1]
    versions = terms.history(anna.access, INTERVENTION, "ZAUBEREI")
    assert [(one.version, one.target, one.by) for one in versions] == [
        (3, "1.2", "Anna"),
        (2, LATER, "Anna"),
        (1, "1.1", "Anna"),
    ]
    assert stored_terms(anna) == {"Zauberei": ("1.2", 3)}
    assert actions(anna).count("bezeichnung.zuordnen") == 3


def test_impossible_mappings_are_refused(anna: Person) -> None:
    for text, target in (
        ("", "1.1"),
        ("  ", "1.1"),
        ("x" * 201, "1.1"),
        ("ä" * 150, "1.1"),
        ("Zauberei", ""),
        ("Zauberei", "99.9"),
        ("1.1", "1.2"),
        ("Bewegungsförderung", IGNORE),
    ):
        with pytest.raises(TermError):
            map_(anna, text, target)
    assert stored_terms(anna) == {}


def test_newest_upload_determines_the_weight(anna: Person) -> None:
    """The same file twice does not weigh twice; what was thrown away weighs nothing."""
    anna.read_in(content())
    anna.read_in(content())
    assert [one.rows for one in pending(anna)] == [1, 2, 1]
    more = [*WORK, ("77", "P1", "Nur hier", "08.02.2026", "", "600", "", "", "")]
    upload_id = anna.read_in(content(more), store=False)
    assert pending(anna)[0].text == "Nur hier"
    discarded.discard(anna.access, anna.services.settings, upload_id)
    assert [one.text for one in pending(anna)] == ["Kaffeerunde", "Zauberei", "Bewegungsföderung"]
    with anna.services.databases.whole.reading() as session:
        query = select(func.count()).where(models.UnknownTerm.upload_id == upload_id)
        assert session.scalar(query) == 0


def test_csv_out_and_in_again(anna: Person) -> None:
    anna.read_in(content([*WORK, ("77", "P1", "=SUMME(A1)", "08.02.2026", "", "1", "", "", "")]))
    map_(anna, "Zauberei", "4.10")
    out = csv_of(anna)
    assert out.startswith("\N{BYTE ORDER MARK}Art;Bezeichnung;Bedeutet;")
    assert ";'=SUMME(A1);" in out
    assert "Zauberei;4.10 " in out, "4.10 alone would come back from a spreadsheet as 4.1"
    assert read_csv(anna, out) == SpreadsheetAnswers(0, 1, ())
    filled = out.replace("Kaffeerunde;", "Kaffeerunde;ignorieren").replace(
        "'=SUMME(A1);", "'=SUMME(A1);Bewegungsförderung"
    )
    assert read_csv(anna, filled) == SpreadsheetAnswers(2, 1, ())
    assert stored_terms(anna) == {"Zauberei": ("4.10", 1), "Kaffeerunde": (IGNORE, 1), "=SUMME(A1)": ("1.1", 1)}
    assert read_csv(anna, csv_of(anna)) == SpreadsheetAnswers(0, 3, ())
    spreadsheet.record_download(anna.access)
    assert {"bezeichnungen.hochladen", "bezeichnungen.herunterladen"} <= set(actions(anna))


def test_csv_contains_all_kinds(anna: Person) -> None:
    left_open(anna)
    map_(anna, "PHK", "3", QUALIFICATION)
    map_(anna, "F", "06:00-14:00, Pause 30", DUTY)
    out = csv_of(anna)
    lines = {tuple(line.split(";")[:3]) for line in out.splitlines()}
    assert {
        ("Qualifikation", "PHK", "QN 3 – Assistenz mit ein- oder zweijähriger Ausbildung"),
        ("Qualifikation", "Zauberlehrling", ""),
        ("Rolle", "WBL", ""),
        ("Schicht", "F1", ""),
        ("Dienstkürzel", "F", "06:00-14:00, Pause 30"),
        ("Dienstkürzel", "f", ""),
    } <= lines
    filled = (
        out.replace("Zauberlehrling;", "Zauberlehrling;QN 2")
        .replace(";WBL;", ";WBL;wbl")
        .replace(";F1;", ";F1;Früh")
        .replace("l;f;", "l;f;Urlaub")
    )
    assert read_csv(anna, filled) == SpreadsheetAnswers(4, 2, ())
    assert stored_terms(anna, QUALIFICATION) == {"PHK": ("3", 1), "Zauberlehrling": ("2", 1)}
    assert stored_terms(anna, ROLE) == {"WBL": ("WBL", 1)}, "a role may stay as it is written"
    assert stored_terms(anna, SHIFT) == {"F1": ("Früh", 1)}
    assert stored_terms(anna, DUTY) == {"F": ("06:00-14:00, Pause 30", 1), "f": ("Urlaub", 1)}


def test_csv_without_kinds_is_still_read(anna: Person) -> None:
    old = "\N{BYTE ORDER MARK}Bezeichnung;Intervention;Titel im Katalog;Zeilen;Minuten;Version\r\n"
    assert read_csv(
        anna, old + "Zauberei;1.2;Lagern;2;12,00;1\r\nTanz;;;;;\r\nKaffee;ignorieren;;;;\r\n"
    ) == SpreadsheetAnswers(2, 0, ())
    assert stored_terms(anna) == {"Zauberei": ("1.2", 1), "Kaffee": (IGNORE, 1)}


FAULTY = (
    "",
    "Name;Ziel\r\nZauberei;1.1\r\n",
    "Bezeichnung;Intervention\r\nZauberei;99.9\r\n",
    "Bezeichnung;Intervention\r\nZauberei;1.1\r\nzauberei;1.2\r\n",
    "Bezeichnung;Intervention\r\n;1.1\r\n",
    "Bezeichnung;Intervention\r\n" + "x" * 300 + ";1.1\r\n",
    "Bezeichnung;Intervention\r\nGut;1.1\r\nZauberei;99.9\r\n",
    "Bezeichnung;Bedeutet\r\nZauberei;1.1\r\n",
    "Art;Bezeichnung;Bedeutet\r\n;Zauberei;1.1\r\n",
    "Art;Bezeichnung;Bedeutet\r\nSternzeichen;Zauberei;1.1\r\n",
    "Art;Bezeichnung;Bedeutet\r\nQualifikation;Zauberei;1.1\r\n",
    "Art;Bezeichnung;Bedeutet\r\nDienstkürzel;F;24-25\r\n",
    "Art;Bezeichnung;Bedeutet\r\nRolle;WBL;Zauberer\r\n",
    "Art;Bezeichnung;Bedeutet\r\nSchicht;F1;ignorieren\r\n",
    'Bezeichnung;Intervention\r\n"' + "x" * 140_000,
    b"PK\x03\x04\x00\x00",
    "Bezeichnung;Intervention\r\n" + "a;1.1\r\n" * 6000,
    b"x" * 3_000_000,
)


def test_faulty_csv_changes_nothing(anna: Person) -> None:
    for text in FAULTY:
        read_table = read_csv(anna, text)
        assert read_table.problems, text[:60]
        assert read_table.changed == 0
    assert not any(stored_terms(anna, kind) for kind in KINDS)


def test_csv_of_old_spreadsheet_programs(anna: Person) -> None:
    assert read_csv(anna, "Bezeichnung;Intervention\nFußpflege groß;später\n".encode("cp1252")).changed == 1
    assert stored_terms(anna) == {"Fußpflege groß": (LATER, 1)}
    assert [(one.text, one.rows, one.upload_id) for one in pending(anna)] == [("Fußpflege groß", 0, None)]


def test_names_of_one_tenant_do_not_exist_for_another(anna: Person) -> None:
    """B2, T8: neither seen, nor applied, nor changed."""
    anna.read_in(content())
    map_(anna, "Zauberei", "1.2")
    other = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    assert stored_terms(other) == {}
    assert terms.history(other.access, INTERVENTION, "Zauberei") == []
    assert pending(other) == []
    other.read_in(content())
    assert results.load(other.access, other.home_id).covered["counted"] == 1
    map_(other, "Zauberei", "1.1")
    assert stored_terms(anna) == {"Zauberei": ("1.2", 1)}
    foreign: dict[str, Any] = {"home_id": anna.home_id}
    with pytest.raises(ForeignHomeError):
        terms.answer(other.access, kind=INTERVENTION, answers={"Kaffeerunde": "1.1"}, **foreign)
    with pytest.raises(ForeignHomeError):
        spreadsheet.read(other.access, content=b"Bezeichnung;Intervention\nA;1.1\n", **foreign)
    with pytest.raises(ForeignHomeError):
        spreadsheet.as_csv(other.access, **foreign)


def test_homes_of_a_tenant_share_their_names(anna: Person) -> None:
    from web.services import homes  # noqa: PLC0415

    map_(anna, "Zauberei", "1.2")
    anna.home_id = homes.create(anna.access, "Zweites Haus")
    anna.read_in(content())
    result = results.load(anna.access, anna.home_id)
    assert result.covered["counted"] == 3
    assert result.period == (date(2026, 2, 8), date(2026, 2, 9))


def test_words_of_all_kinds_are_asked_for(anna: Person) -> None:
    upload_id = left_open(anna)
    open_words = {kind: [(one.text, one.rows, one.seconds) for one in pending(anna, kind)] for kind in KINDS}
    assert open_words == {
        INTERVENTION: [("Zauberei", 1, 300)],
        QUALIFICATION: [("Zauberlehrling", 1, 7200), ("PHK", 2, 3600)],
        ROLE: [("WBL", 1, 60)],
        SHIFT: [("F1", 40, 600)],
        DUTY: [("F", 12, 0), ("F*", 3, 0), ("f", 1, 0)],
        SHIFT_START: [],
    }
    helper = pending(anna, QUALIFICATION)[1]
    assert "es gilt QN 2" in helper.doubt
    assert (helper.suggestions[0].target, helper.suggestions[0].called) == (
        "2",
        "QN 2 – Pflegehilfskraft mit Basiskurs",
    )
    counted = unanswered_words.count_pending(anna.access, anna.home_id)
    assert {kind: one.words for kind, one in counted.items()} == {
        kind: len(words) for kind, words in open_words.items()
    }
    assert counted[QUALIFICATION] == unanswered_words.UnansweredCount(2, 3, 10_800)
    assert unanswered_words.count_pending(anna.access, anna.home_id, upload_id) == counted


def test_names_of_persons_are_stored_in_no_kind(anna: Person) -> None:
    """T1: a roster may hold who swapped with whom, a qualification the person who has it; whatever stands between."""
    left_open(anna)
    with anna.services.databases.whole.reading() as session:
        texts = list(session.scalars(select(models.UnknownTerm.text)))
    assert {"F*", "WBL", "PHK"} <= set(texts)
    assert not [text for text in texts if "Quast" in text or "eromska" in text]


def test_conventions_are_passed_to_the_reading(anna: Person) -> None:
    for kind, text, target in (
        (INTERVENTION, "Zauberei", "1.2"),
        (INTERVENTION, "Tanz", IGNORE),
        (INTERVENTION, "Kaffee", LATER),
        (QUALIFICATION, "PHK", "1 betreuung-43b"),
        (ROLE, "BK", "betreuung-43b"),
        (SHIFT, "F1", "Früh"),
        (DUTY, "F", "06:00-14:00"),
        (DUTY, "f", "frei"),
    ):
        assert map_(anna, text, target, kind) == 1
    with anna.services.databases.whole.reading() as session:
        conventions = terms.home_conventions(session, tenant_of(anna))
    assert conventions.interventions == {"Zauberei": "1.2", "Tanz": IGNORE}
    assert conventions.qualifications == {"PHK": "1 betreuung-43b"}
    assert conventions.roles == {"BK": "betreuung-43b"}
    assert conventions.shifts == {"F1": "Früh"}
    assert conventions.shift_codes == {"F": "06:00-14:00", "f": "frei"}
    assert conventions.profiles == ()


def test_one_wrong_answer_prevents_storing_any(anna: Person) -> None:
    with pytest.raises(TermError) as caught:
        terms.answer(
            anna.access,
            home_id=anna.home_id,
            kind=DUTY,
            answers={"F": "06:00-14:00", "S": "nachmittags", "06:00-14:00": "frei"},
        )
    assert set(caught.value.wrong) == {"S", "06:00-14:00"}
    assert "„nachmittags“ sind keine Zeiten" in caught.value.wrong["S"]
    assert "braucht keine Zuordnung" in caught.value.wrong["06:00-14:00"]
    assert stored_terms(anna, DUTY) == {}


def test_two_who_answer_at_the_same_moment(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second gets a message; nothing of hers is half stored, and the first answer stays."""
    map_(anna, "Zauberei", "1.1")
    monkeypatch.setattr(terms, "newest", lambda *_: {})
    with pytest.raises(TermError, match="noch jemand"):
        map_(anna, "Zauberei", "1.2")
    monkeypatch.undo()
    assert stored_terms(anna) == {"Zauberei": ("1.1", 1)}


def test_words_of_an_upload_show_what_was_answered_in_the_meantime(anna: Person) -> None:
    upload_id = left_open(anna)
    map_(anna, "PHK", "3", QUALIFICATION)
    assert [one.text for one in pending(anna, QUALIFICATION)] == ["Zauberlehrling"]
    shown = {one.text: one.target for one in pending(anna, QUALIFICATION, upload_id)}
    assert shown == {"Zauberlehrling": "", "PHK": "3"}
    assert unanswered_words.count_pending(anna.access, anna.home_id, upload_id)[QUALIFICATION].words == 1


def test_a_word_that_is_opened_again_is_asked_for_even_where_no_upload_has_it_any_more(anna: Person) -> None:
    map_(anna, "Zauberei", "1.1")
    map_(anna, "Zauberei", LATER)
    assert [(one.text, one.target, one.upload_id) for one in pending(anna)] == [("Zauberei", LATER, None)]
    assert "Intervention;Zauberei;später;" in csv_of(anna)


def test_answers_of_all_kinds_apply_when_the_upload_is_read_again(anna: Person) -> None:
    """Unknown words are asked for, answered, read once more, and count; nothing is asked twice."""
    staff = [workbooks.STAFF[0], ("P1", "Quast", "Ute", "Zauberlehrling", "WBL", "", "", "")]
    work = [
        workbooks.WORK[0][:7],
        ("77", "P1", "1.1", "08.02.2026", "", "20", "F1"),
        ("77", "P1", "Zauberei", "08.02.2026", "", "30", "Früh"),
    ]
    duties = [("Personal-Nr", "Datum", "Dienst"), ("P1", "08.02.2026", "Q7"), ("P1", "09.02.2026", "Quast")]
    sheets = {"Bewohner": workbooks.RESIDENTS, "Mitarbeitende": staff, "Interventionen": work, "Dienste": duties}
    upload_id = anna.read_in(workbooks.workbook(**sheets), store=False)
    open_words = {kind: [(one.text, one.rows, one.seconds) for one in pending(anna, kind, upload_id)] for kind in KINDS}
    assert open_words == {
        INTERVENTION: [("Zauberei", 1, 1800)],
        QUALIFICATION: [("Zauberlehrling", 1, 1200)],
        ROLE: [("WBL", 1, 1200)],
        SHIFT: [("F1", 1, 1200)],
        DUTY: [("Q7", 1, 0)],
        SHIFT_START: [],
    }
    for kind, target in zip(KINDS, ("1.2", "3", "Wohnbereichsleitung", "Früh", "06:00-14:00"), strict=False):
        map_(anna, open_words[kind][0][0], target, kind)
    services = anna.services
    steps.reread(anna.access, upload_id)
    steps.read(anna.access, services.settings, services.jobs.queue, upload_id)
    assert not any(pending(anna, kind, upload_id) for kind in KINDS)
    assert records.find(anna.access, upload_id).counted == 2
    anna.store(upload_id)
    with services.databases.whole.reading() as session:
        assert session.execute(select(models.Qualification.qn, models.Qualification.role)).all() == [
            (3, "Wohnbereichsleitung")
        ]
        assert set(session.scalars(select(models.PerformedIntervention.shift))) == {"Früh"}
