"""Answers are stored: through restarts, with two people answering, closed to other tenants, gone with the upload."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from html import unescape

from tests.support.web import foreign
from tests.support.web.pages import Person, person, post, token
from tests.support.web.question_pages import QuestionPages, columns
from tests.support.web.uploads import run_jobs
from web.services.uploads import conversation, kept_files, questions, records, recovery


def test_questions_with_lost_files_do_not_redirect_in_circles(ben: Person) -> None:
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    kept_files.drop(ben.services.settings, pages.upload_id)
    assert "nicht mehr aufbewahrt" in pages.page(f"{pages.home}/blatt/0").text
    assert post(pages.client, f"{pages.home}/verwerfen", "/daten/", sicher="ja").status_code == 302
    assert pages.state == records.DISCARDED


def test_two_people_answering_at_once(anna: Person) -> None:
    """The second answer to the same question is not accepted silently: its author sees the new state."""
    client = anna.first_sign_in()
    pages = QuestionPages(anna, client, (foreign.csv(), "a.csv"))
    path, form = pages.home + pages.question(), pages.fields()
    sign = token(pages.page())
    pages.answer()
    minutes, day = columns(pages, "Minuten", path), columns(pages, "Uhrzeit", path)
    late = client.post(path, data={"csrf_token": sign, **form, minutes: "", day: "5"})
    assert late.status_code == 409
    assert "Inzwischen hat jemand" in late.text
    assert "gespeichert ist: E „Dauer“" in unescape(late.text)  # and what was chosen is still there, to be sent again
    assert re.search(rf'name="{day}".*?value="5" selected', late.text, re.DOTALL)
    assert pages.fields(path)[minutes] == "4"
    services, version = anna.services, int(pages.fields()["fassung"])
    answer = kept_files.conversation(pages.who.access, services.settings, pages.upload_id).final()[0]
    lost, ready = [], threading.Barrier(4)

    def say(unit: str) -> None:
        ready.wait()
        try:
            questions.answer_sheet(
                anna.access,
                services.settings,
                pages.upload_id,
                version,
                replace(answer, unit=unit),
                conversation.COLUMNS,
            )
        except questions.AnswerError as error:
            lost.append(str(error))

    threads = [threading.Thread(target=say, args=(unit,)) for unit in ("", "min", "s", "h")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lost == [questions.ANSWERED] * 3
    assert kept_files.conversation(pages.who.access, services.settings, pages.upload_id).version == version + 1


def test_answers_outlive_a_restart(ben: Person) -> None:
    """A worker killed while it looks at the files again, and a restarted program: no answer is lost."""
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    path = f"{pages.home}/blatt/0"
    form = {"csrf_token": token(pages.page()), **pages.fields(path), "zeilen": "2"}
    assert pages.client.post(path, data=form).status_code == 302
    services = ben.services
    services.jobs.queue.dequeue()
    with services.databases.whole.writing.begin() as session:
        assert records.move(session, pages.upload_id, records.WAITING, records.READING)  # and then it was killed
    assert recovery.recover(ben.system, services.jobs.queue, silent_seconds=0) == {pages.upload_id: records.WAITING}
    services.jobs.enqueue(pages.upload_id, records.WAITING)
    run_jobs(ben)
    assert pages.state == records.ASKING
    assert kept_files.conversation(pages.who.access, services.settings, pages.upload_id).answers[0].depth == 2


def test_questions_are_deleted_with_their_uploads(ben: Person) -> None:
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    asked = post(pages.client, f"{pages.home}/verwerfen", pages.home + pages.question())
    assert "Soll diese Datenlieferung verworfen werden?" in asked.text
    assert pages.state == records.ASKING
    pages.answer()
    asked = pages.page(f"{pages.home}/verwerfen")  # without script, and by its address
    assert "1\xa0Antwort zu Blättern und Spalten" in unescape(asked.text)
    assert post(pages.client, f"{pages.home}/verwerfen", f"{pages.home}/verwerfen", sicher="ja").status_code == 302
    assert pages.state == records.DISCARDED
    assert not (ben.services.settings.uploads / str(pages.upload_id)).exists()
    assert "verworfen" in pages.page(f"{pages.home}/blatt/0").text


def test_a_stranger_sees_nothing(anna: Person) -> None:
    """B2, T8: pages of another tenant's upload and profile are not there; forms without token are refused."""
    pages = QuestionPages(anna, anna.first_sign_in(), (foreign.csv(), "a.csv"))
    pages.read()
    other = person(anna.app, "cora", "Träger Ost", "Haus Ost")
    client = other.first_sign_in()
    asked = QuestionPages(anna, pages.client, (foreign.csv(rows=[["A", "B"], ["1", "2"]]), "b.csv"))
    sign = token(client.get("/daten/"))
    for path in ("zuordnung", "kennwort", "blatt/0", "spalten/0", "inhalt/0"):
        assert client.get(f"{asked.home}/{path}").status_code == 404
        assert client.post(f"{asked.home}/{path}", data={"csrf_token": sign, "fassung": "2"}).status_code == 404
        assert pages.client.post(f"{asked.home}/{path}", data={"fassung": "2"}).status_code == 400
    assert client.post(f"{asked.home}/zuordnung/aendern", data={"csrf_token": sign}).status_code == 404
    assert client.get("/daten/profile/1").status_code == 404
    assert client.get("/daten/profile/1/profil.json").status_code == 404
    for path in ("umbenennen", "loeschen"):
        assert client.post(f"/daten/profile/1/{path}", data={"csrf_token": sign, "name": "x"}).status_code == 404
    assert "Noch keine" in client.get("/daten/profile/").text
