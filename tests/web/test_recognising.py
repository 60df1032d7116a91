"""What an upload asks before it is read: one question a page, answers kept, remembered, never lost."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.support.importers import files
from tests.support.web import foreign, workbooks
from tests.support.web.pages import Person, person, post, token, upload
from tests.support.web.uploads import run_jobs
from web.services.uploads import conversation, flow, kept_files, questions, records, recovery
from web.services.words import profiles
from web.store import models

if TYPE_CHECKING:
    from flask.testing import FlaskClient


class Talk:
    """Somebody answering the questions of one upload, page by page."""

    def __init__(self, who: Person, client: FlaskClient, *given: tuple[bytes, str]) -> None:
        self.who, self.client = who, client
        self.home = upload(client, *given).location
        self.upload_id = int(self.home.rpartition("/")[2])
        run_jobs(who)

    @property
    def state(self) -> str:
        return self.who.state(self.upload_id)

    def page(self, path: str = "") -> Any:
        """Open the upload, or one of its questions; return the page one lands on."""
        return self.client.get(path or self.home, follow_redirects=True)

    def at(self) -> str:
        """Return the address of the question that is asked."""
        return self.page().request.path.removeprefix(self.home)

    def fields(self, path: str = "") -> dict[str, str]:
        """Return what the form of a question holds when it is opened."""
        text = self.page(path).text
        form = text[text.index('name="fassung"') :]
        found = dict(re.findall(r'name="(fassung|name)"[^>]* value="([^"]*)"', form))
        found |= dict(re.findall(r'type="radio" name="(\w+)" value="([^"]*)" checked', form))
        found |= dict(re.findall(r'type="checkbox" name="(\w+)" value="([^"]*)" checked', form))
        for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
            found[name] = (re.findall(r'value="([^"]*)" selected', options) or [""])[0]
        return {name: unescape(value) for name, value in found.items()}

    def say(self, path: str = "", /, **fields: str) -> Any:
        """Answer a question as its form proposes, but for these fields; let the worker do what there is to do."""
        path = path or self.home + self.at()
        given = self.fields(path) | fields
        answer = self.client.post(path, data={"csrf_token": token(self.page(path)), **given})
        run_jobs(self.who)
        return answer

    def read(self) -> None:
        """Answer everything as proposed."""
        for _ in range(20):
            if self.state != records.ASKING:
                return
            self.say()
        pytest.fail("asks for ever")


def columns(talk: Talk, column: str) -> str:
    """Return the name of the field for one of our columns."""
    text = talk.page().text
    return re.search(rf'<label for="([\w-]+)">{column}</label>', text).group(1)


def audited(who: Person) -> list[tuple[str, str, str]]:
    """Return what was written down."""
    with who.services.databases.reading() as session:
        return [tuple(one) for one in session.execute(select(
            models.AuditEvent.action, models.AuditEvent.object, models.AuditEvent.reason
        ).order_by(models.AuditEvent.id))]  # fmt: skip


def test_the_template_is_read_without_a_question(ben: Person) -> None:
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    assert ben.state(upload_id) == records.READ
    assert kept_files.asked(ben.services.settings, upload_id).profiles == ()


def test_a_foreign_file_asks_and_the_next_one_does_not(anna: Person) -> None:
    """Sheet, columns, whether to read so; then the profile does it: no question until the preview."""
    client = anna.first_sign_in()
    talk = Talk(anna, client, (foreign.csv(), "Leistungen 2026-02.csv"))
    assert (talk.state, talk.at()) == (records.ASKING, "/blatt/0")
    page = talk.page().text
    assert "Interventionen: was wann durchgeführt wurde" in page
    assert "für" in page
    assert talk.fields()["inhalt"] == "Interventionen"
    talk.say()
    assert talk.at() == "/spalten/0"
    page = talk.page().text
    assert "Leistungsbezeichnung" in page
    assert "Körperpflege: Duschen" in page
    assert "F „Bemerkung“" in page
    assert "nicht gespeichert" in page
    talk.say()
    assert talk.at() == "/zuordnung"
    assert talk.fields()["name"] == "Leistungen"
    talk.say(name="Export der Pflege")
    assert talk.state == records.READ
    assert "Gelesen nach" not in talk.page().text
    anna.store(talk.upload_id)
    second = Talk(anna, client, (foreign.csv(), "März.csv"))
    assert second.state == records.READ
    assert "Gelesen nach Profil „Export der Pflege“" in second.page().text
    assert ("einlesen.zuordnen", f"lieferung {talk.upload_id}", "") in audited(anna)


def test_what_is_read_is_what_was_said(ben: Person) -> None:
    """Another heading row, another column, another unit: the figures follow the answers."""
    client = ben.first_sign_in()
    rows = [["Bew.-Nr.", "Leistungsbezeichnung", "am", "Zahl A", "Zahl B"], ["42", "1.1", "05.01.2026", "2", "30"]]
    talk = Talk(ben, client, (files.text_of([["Haus Süd", "", "", "", ""], *rows]).encode(), "x.csv"))
    talk.say(inhalt="Interventionen", zeile="1", zeilen="1")
    assert talk.at() == "/spalten/0"
    given = {columns(talk, "Datum"): "2", columns(talk, "Minuten"): "3", columns(talk, "Intervention"): "1",
             columns(talk, "Bewohner-Nr"): "0", "einheit": "h"}  # fmt: skip
    talk.say(**given)
    talk.say(merken="", name="")
    assert talk.state == records.READ
    result = kept_files.result(ben.services.settings, talk.upload_id)
    assert result.tables.interventions["seconds"].tolist() == [7200]
    assert result.tables.interventions["resident"].tolist() == ["42"]


def test_missing_and_double_columns_are_said_at_the_field(ben: Person) -> None:
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    talk.say()
    day, what = columns(talk, "Datum"), columns(talk, "Intervention")
    wrong = talk.say(**{day: ""})
    assert wrong.status_code == 422
    assert "Ohne diese Spalte" in wrong.text
    wrong = talk.say(**{day: "2", what: "2"})
    assert wrong.status_code == 422
    assert "ist auch für „Datum“ gewählt" in wrong.text
    assert talk.at() == "/spalten/0"
    assert talk.say(**{day: "99"}).status_code == 422


def test_changing_the_view_saves_nothing(ben: Person) -> None:
    """A select changed in the browser only shows other samples."""
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    talk.say()
    field = columns(talk, "Status")
    path = talk.home + talk.at()
    seen = talk.client.post(
        path, data={"csrf_token": token(talk.page()), **talk.fields(), field: "5"}, headers={"HX-Request": "true"}
    )
    assert "ruhig · müde" in unescape(seen.text)
    assert talk.fields()[field] == ""


def test_back_and_forth(ben: Person) -> None:
    """Every answer can be changed; another heading row asks for the columns anew, the same one keeps them."""
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    talk.say()
    field = columns(talk, "Uhrzeit")
    talk.say(**{field: "5"})
    assert talk.at() == "/zuordnung"
    talk.say(f"{talk.home}/blatt/0")
    assert talk.at() == "/zuordnung"
    assert talk.fields(f"{talk.home}/spalten/0")[field] == "5"
    talk.say(f"{talk.home}/blatt/0", inhalt="Mitarbeitende")
    assert talk.at() == "/spalten/0"
    talk.say(f"{talk.home}/blatt/0", inhalt="")
    assert talk.at() == "/zuordnung"
    assert "So würde kein Blatt gelesen" in talk.page().text
    talk.say()
    assert talk.state == records.ASKING


def test_an_answer_that_cannot_be_followed_is_asked_for_again(ben: Person) -> None:
    """Two rows of headings where the sheet has but one left: said in words, and nothing else is lost."""
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"), (foreign.csv("utf-8"), "b.csv"))
    talk.say()
    talk.say(zeile="4", zeilen="2")
    assert (talk.state, talk.at()) == (records.ASKING, "/blatt/1")
    assert "passt nicht zu ihrem Inhalt" in talk.page().text
    talk.say(zeile="0", zeilen="1")
    assert talk.at() == "/spalten/0"
    assert "passt nicht zu ihrem Inhalt" not in talk.page().text


def test_names_in_faulty_rows_are_no_words_to_map(ben: Person) -> None:
    """T1: whoever is called so, the work database does not hear of it."""
    staff = [workbooks.STAFF[0], ("P1", "Zauberei", "Ute", "12", "", "", "", "")]
    upload_id = ben.read_in(workbooks.workbook(Mitarbeitende=staff, Interventionen=workbooks.WORK), store=False)
    result = kept_files.result(ben.services.settings, upload_id)
    assert result.people_staff.empty
    assert "Zauberei" in result.unknown["intervention"]
    with ben.services.databases.reading() as session:
        assert session.scalars(select(models.UnknownTerm.text)).all() == []


def test_letters_can_be_put_right(ben: Person) -> None:
    """A Mac file reads as nonsense; the words show which encoding is right."""
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv("mac_roman"), "mac.csv"))
    page = unescape(talk.page().text)
    assert "Sind die Umlaute richtig?" in page
    assert "Änne" in page
    assert talk.say(zeichen="mac_roman").status_code == 422
    talk.say(zeichen="mac_roman", inhalt="Interventionen")
    assert "Rückenmassage für Änne" in unescape(talk.page(f"{talk.home}/blatt/0").text)
    talk.read()
    assert "Rückenmassage für Änne" in kept_files.result(ben.services.settings, talk.upload_id).unknown["intervention"]


def test_a_password_is_asked_for_and_forgotten(ben: Person) -> None:
    """One question; a wrong answer says so; nowhere in clear, and gone once the file is read."""
    client = ben.first_sign_in()
    talk = Talk(ben, client, (foreign.locked(foreign.xlsx()), "geheim.xlsx"))
    assert talk.at() == "/kennwort"
    assert "Die Datei „geheim.xlsx“" in talk.page().text
    assert talk.say(kennwort="").status_code == 422
    talk.say(kennwort="falsch")
    assert "öffnet die Datei nicht" in talk.page().text
    assert kept_files.passwords(ben.services.settings, talk.upload_id) == {}
    answer = talk.say(kennwort=foreign.PASSWORD)
    assert foreign.PASSWORD not in answer.location
    assert talk.at() == "/blatt/0"
    for path in ben.services.settings.home.rglob("*"):
        assert path.is_dir() or foreign.PASSWORD.encode() not in path.read_bytes(), path
    talk.read()
    assert talk.state == records.READ
    assert kept_files.passwords(ben.services.settings, talk.upload_id) == {}
    assert not any(foreign.PASSWORD in part for one in audited(ben) for part in one)
    flow.reread(ben.services.databases, talk.upload_id, account_id=1)
    ben.services.jobs.enqueue(talk.upload_id, records.WAITING)
    run_jobs(ben)
    assert talk.at() == "/kennwort"


def test_hidden_sheets_are_listed_and_left_out(ben: Person) -> None:
    old = [foreign.HEADINGS, *([*row[:3], row[3].replace("2026", "2025"), *row[4:]] for row in foreign.WORK)]
    talk = Talk(ben, ben.first_sign_in(), (files.xlsx({"Export": foreign.ROWS, "Alt": old}, hidden=("Alt",)), "a.xlsx"))
    talk.say()
    talk.say()
    page = talk.page().text
    assert "Alt" in page
    assert "wird nicht gelesen (ausgeblendet)" in page
    talk.say(f"{talk.home}/blatt/1", inhalt="Interventionen", zeile="0")
    assert talk.at() == "/spalten/1"
    talk.read()
    assert kept_files.result(ben.services.settings, talk.upload_id).rows == 8


def test_a_sheet_that_is_nothing_of_ours_does_not_stop_the_others(ben: Person) -> None:
    talk = Talk(ben, ben.first_sign_in(), (files.xlsx({"A": foreign.ROWS, "B": [["x", "y"], ["1", "2"]]}), "a.xlsx"))
    talk.say()
    assert talk.at() == "/blatt/1"
    assert "nicht zu erkennen" in talk.page().text
    wrong = talk.client.post(
        f"{talk.home}/blatt/1",
        data={"csrf_token": token(talk.page()), "fassung": talk.fields()["fassung"], "inhalt": "Bewohner"},
    )
    assert wrong.status_code == 422
    assert "Bitte wählen Sie die Zeile" in wrong.text
    talk.read()
    assert kept_files.result(ben.services.settings, talk.upload_id).rows == 4


def test_two_files_of_one_name_are_two(ben: Person) -> None:
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"), (foreign.csv("utf-8"), "a.csv"))
    assert [one.file for one in kept_files.asked(ben.services.settings, talk.upload_id).guesses] == [
        "a.csv",
        "a (2).csv",
    ]


def test_a_profile_is_changed_where_it_was_used(ben: Person) -> None:
    """The preview leads back to the questions; what is changed there is what the profile says from then on."""
    client = ben.first_sign_in()
    first = Talk(ben, client, (foreign.csv(), "a.csv"))
    first.read()
    second = Talk(ben, client, (foreign.csv(), "a.csv"))
    assert post(client, f"{second.home}/zuordnung/aendern", second.home).status_code == 302
    assert (second.state, second.at()) == (records.ASKING, "/zuordnung")
    minutes = re.search(r'<label for="([\w-]+)">Minuten</label>', second.page(f"{second.home}/spalten/0").text).group(1)
    second.say(f"{second.home}/spalten/0", **{minutes: ""})
    assert second.fields()["name"] == "a"
    second.say()
    assert second.state == records.READ
    third = Talk(ben, client, (foreign.csv(), "a.csv"))
    assert third.state == records.READ
    assert kept_files.result(ben.services.settings, third.upload_id).tables.interventions["seconds"].max() == -1
    (row,) = profiles.list_(ben.services.databases.reading, 1)
    assert (row.version, row.by) == (2, "Ben")


def test_what_was_shown_before_does_not_hold_any_more(ben: Person) -> None:
    """An upload that is asked about again cannot be released, nor stored by a restart."""
    client = ben.first_sign_in()
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    post(client, f"/daten/{upload_id}/zuordnung/aendern", f"/daten/{upload_id}")
    with pytest.raises(flow.UploadError):
        flow.commit(ben.services.databases, upload_id, account_id=1)
    row = next(one for one in records.of_home(ben.services.databases.reading, ben.home_id) if one.id == upload_id)
    assert (row.rows, row.errors, row.weighed, row.first_day) == (0, 0, None, None)
    flow.reread(ben.services.databases, upload_id, account_id=1)
    flow.cancel(ben.services.databases, ben.services.jobs.queue, upload_id, account_id=1)
    assert flow.restart(ben.services.databases, upload_id, account_id=1) == records.WAITING


def test_reading_again_finds_the_same(anna: Person) -> None:
    """Originals are kept until somebody decides: what is read again is what was read; stored, they are gone."""
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    before = kept_files.result(anna.services.settings, upload_id)
    with anna.services.databases.reading() as session:
        words = len(session.scalars(select(models.UnknownTerm)).all())
    flow.reread(anna.services.databases, upload_id, account_id=1)
    anna.services.jobs.enqueue(upload_id, records.WAITING)
    run_jobs(anna)
    assert anna.state(upload_id) == records.READ
    again = kept_files.result(anna.services.settings, upload_id)
    assert again.tables.interventions.equals(before.tables.interventions)
    with anna.services.databases.reading() as session:
        assert len(session.scalars(select(models.UnknownTerm)).all()) == words
    anna.store(upload_id)
    assert {path.name for path in (anna.services.settings.uploads / str(upload_id)).iterdir()} == {"faulty"}
    with pytest.raises(flow.UploadError):
        flow.reread(anna.services.databases, upload_id, account_id=1)


def test_an_upload_read_before_files_were_kept_says_so(ben: Person) -> None:
    client = ben.first_sign_in()
    upload_id = ben.read_in(workbooks.workbook(), store=False)
    (ben.services.settings.uploads / str(upload_id) / "file-0").unlink()
    flow.reread(ben.services.databases, upload_id, account_id=1)
    ben.services.jobs.enqueue(upload_id, records.WAITING)
    run_jobs(ben)
    assert "nicht mehr aufbewahrt" in client.get(f"/daten/{upload_id}").text


def test_questions_whose_files_are_lost_do_not_go_in_circles(ben: Person) -> None:
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    kept_files.drop(ben.services.settings, talk.upload_id)
    assert "nicht mehr aufbewahrt" in talk.page(f"{talk.home}/blatt/0").text
    assert post(talk.client, f"{talk.home}/verwerfen", "/daten/").status_code == 302
    assert talk.state == records.DISCARDED


def test_two_people_answering_at_once(anna: Person) -> None:
    """The second answer to the same question is not taken in silence: its author sees the new state."""
    client = anna.first_sign_in()
    talk = Talk(anna, client, (foreign.csv(), "a.csv"))
    path, given = talk.home + talk.at(), talk.fields()
    sign = token(talk.page())
    talk.say()
    late = client.post(path, data={"csrf_token": sign, **given, "inhalt": ""}, follow_redirects=True)
    assert "Inzwischen hat jemand" in late.text
    assert late.request.path.endswith("/spalten/0")
    services, version = anna.services, int(talk.fields()["fassung"])
    answer = kept_files.asked(services.settings, talk.upload_id).final()[0]
    lost, ready = [], threading.Barrier(4)

    def say(unit: str) -> None:
        ready.wait()
        try:
            questions.answer_sheet(
                services.databases,
                services.settings,
                talk.upload_id,
                version,
                replace(answer, unit=unit),
                conversation.COLUMNS,
            )
        except questions.AnswerError as error:
            lost.append(str(error))

    threads = [threading.Thread(target=say, args=(unit,)) for unit in ("", "min", "s", "h")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert lost == [questions.ANSWERED] * 3
    assert kept_files.asked(services.settings, talk.upload_id).version == version + 1


def test_answers_outlive_a_restart(ben: Person) -> None:
    """A worker killed while it looks at the files again, and a program started anew: nothing said is lost."""
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    path = talk.home + talk.at()
    form = {"csrf_token": token(talk.page()), **talk.fields(), "zeilen": "2"}
    assert talk.client.post(path, data=form).status_code == 302
    services = ben.services
    services.jobs.queue.dequeue()
    with services.databases.writing.begin() as session:
        assert records.move(session, talk.upload_id, records.WAITING, records.READING)  # and then it was killed
    assert recovery.recover(services.databases, services.jobs.queue, silent_seconds=0) == {
        talk.upload_id: records.WAITING
    }
    services.jobs.enqueue(talk.upload_id, records.WAITING)
    run_jobs(ben)
    assert talk.state == records.ASKING
    assert kept_files.asked(services.settings, talk.upload_id).answers[0].depth == 2


def test_questions_are_thrown_away_as_uploads_are(ben: Person) -> None:
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    assert post(talk.client, f"{talk.home}/verwerfen", talk.home + talk.at()).status_code == 302
    assert talk.state == records.DISCARDED
    assert not (ben.services.settings.uploads / str(talk.upload_id)).exists()
    assert "verworfen" in talk.page(f"{talk.home}/blatt/0").text


def test_a_stranger_sees_nothing(anna: Person) -> None:
    """B2, T8: pages of another tenant's upload and profile are not there; forms without token are refused."""
    talk = Talk(anna, anna.first_sign_in(), (foreign.csv(), "a.csv"))
    talk.read()
    other = person(anna.app, "cora", "Träger Ost", "Haus Ost")
    client = other.first_sign_in()
    asked = Talk(anna, talk.client, (foreign.csv(rows=[["A", "B"], ["1", "2"]]), "b.csv"))
    sign = token(client.get("/daten/"))
    for path in ("zuordnung", "kennwort", "blatt/0", "spalten/0"):
        assert client.get(f"{asked.home}/{path}").status_code == 404
        assert client.post(f"{asked.home}/{path}", data={"csrf_token": sign, "fassung": "2"}).status_code == 404
        assert talk.client.post(f"{asked.home}/{path}", data={"fassung": "2"}).status_code == 400
    assert client.post(f"{asked.home}/zuordnung/aendern", data={"csrf_token": sign}).status_code == 404
    assert client.get("/daten/profile/1").status_code == 404
    assert client.get("/daten/profile/1/profil.json").status_code == 404
    for path in ("umbenennen", "loeschen"):
        assert client.post(f"/daten/profile/1/{path}", data={"csrf_token": sign, "name": "x"}).status_code == 404
    assert "Noch keine" in client.get("/daten/profile/").text


def test_profiles_are_named_given_away_and_deleted(anna: Person) -> None:
    client = anna.first_sign_in()
    Talk(anna, client, (foreign.csv(), "Leistungen.csv")).read()
    page = client.get("/daten/profile/").text
    assert "Leistungen" in page
    assert "Anna" in page
    assert "Leistungsbezeichnung" in client.get("/daten/profile/1").text
    written = client.get("/daten/profile/1/profil.json")
    assert json.loads(written.text)["name"] == "Leistungen"
    assert "Duschen" not in written.text
    for name in ("", "x" * 101):
        answer = post(client, "/daten/profile/1/umbenennen", "/daten/profile/", name=name)
        assert "Bitte" in client.get(answer.location).text
    post(client, "/daten/profile/1/umbenennen", "/daten/profile/", name="Pflegeexport")
    assert "Pflegeexport" in client.get("/daten/profile/").text

    other = person(anna.app, "cora", "Träger Ost", "Haus Ost")
    given = other.first_sign_in()

    def give(content: bytes) -> str:
        form = {"csrf_token": token(given.get("/daten/profile/")), "datei": (BytesIO(content), "p.json")}
        return given.post("/daten/profile/", data=form, follow_redirects=True).text

    assert "gilt ab der nächsten Datei" in give(written.data)
    assert "gibt es schon" in give(written.data)
    assert Talk(other, given, (foreign.csv(), "x.csv")).state == records.READ
    for broken in (b"", b"x", b"[" * 100_000, b'{"name": 3}', b"\xff\xfe", b'{"name": "a", "sheets": [{}]}', b"null"):
        page = give(broken)
        assert "Profil" in page
        assert "gilt ab" not in page
    post(client, "/daten/profile/1/loeschen", "/daten/profile/")
    assert Talk(anna, client, (foreign.csv(), "x.csv")).state == records.ASKING
    assert {"profil.speichern", "profil.umbenennen", "profil.herunterladen", "profil.loeschen"} <= {
        action for action, _, _ in audited(anna)
    }


def test_a_name_for_the_profile_is_needed(ben: Person) -> None:
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    talk.say()
    talk.say()
    assert talk.say(name=" ").status_code == 422
    assert talk.state == records.ASKING
    form = talk.fields() | {"csrf_token": token(talk.page()), "name": ""}
    form.pop("merken")
    talk.client.post(f"{talk.home}/zuordnung", data=form)
    run_jobs(ben)
    assert talk.state == records.READ
    assert profiles.list_(ben.services.databases.reading, 1) == []


def test_a_refused_answer_leads_back_to_the_questions(ben: Person) -> None:
    """Where the importer cannot read what was said, its sentence is shown and the answers can be changed."""
    talk = Talk(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    talk.say(inhalt="Dienstzeiten")
    talk.say(**{columns(talk, "Kürzel"): "5"})
    talk.say()
    assert talk.state == records.REFUSED
    page = talk.page().text
    assert "Warum ließ sich das nicht lesen?" in page
    assert "Zuordnung ändern" in page
    post(talk.client, f"{talk.home}/zuordnung/aendern", talk.home)
    assert talk.at() == "/zuordnung"


def test_a_file_of_which_nothing_is_left_says_why(ben: Person) -> None:
    """The kind of finding most rows share is told with its place and repair, not that the file is unknown."""
    rows = [["Dienstplan Januar 2026"], ["Name", *(f"{day:02d}.01." for day in range(1, 11))]]
    rows += [[name, *["F", "K"] * 5] for name in ("Groß, Jörg", "Müller, Änne")]
    talk = Talk(ben, ben.first_sign_in(), (foreign.xlsx(rows, sheet="Januar"), "Dienstplan.xlsx"))
    talk.read()
    assert talk.state == records.REFUSED
    page = talk.page().text
    assert "Blatt „Januar“, Zeile 3 („Groß, Jörg“): Niemand im Blatt „Mitarbeitende“ heißt so" in page
    assert "Ergänzen Sie im Dienstplan die Personal-Nr oder die Person im Blatt „Mitarbeitende“." in page


@pytest.mark.parametrize("family", ["xlsx", "xlsb", "csv", "html", "zip"])
def test_every_family_is_asked_about_and_read(ben: Person, family: str) -> None:
    name, content = foreign.families()[family]
    talk = Talk(ben, ben.first_sign_in(), (content, name))
    assert talk.state == records.ASKING
    talk.read()
    assert talk.state == records.READ
    assert kept_files.result(ben.services.settings, talk.upload_id).rows == len(foreign.WORK)


@pytest.mark.parametrize("family", ["xls", "ods", "das"])
def test_what_is_our_own_or_official_is_read_at_once(ben: Person, family: str) -> None:
    name, content = foreign.families()[family]
    upload_id = ben.read_in(content, name=name, store=False)
    assert ben.state(upload_id) == records.READ
