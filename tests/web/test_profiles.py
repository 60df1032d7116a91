"""Profiles of sources: changed where they were used, named, shared between homes and deleted."""

from __future__ import annotations

import json
import re
from io import BytesIO

from tests.support.web import foreign
from tests.support.web.pages import Person, person, post, token
from tests.support.web.question_pages import QuestionPages, audited
from tests.support.web.uploads import run_jobs
from web.services.uploads import kept_files, records
from web.services.words import profiles


def test_a_profile_is_changed_where_it_was_used(ben: Person) -> None:
    """The preview leads back to the questions; what is changed there is what the profile says from then on."""
    client = ben.first_sign_in()
    first = QuestionPages(ben, client, (foreign.csv(), "a.csv"))
    first.read()
    second = QuestionPages(ben, client, (foreign.csv(), "a.csv"))
    assert post(client, f"{second.home}/zuordnung/aendern", second.home).status_code == 302
    assert (second.state, second.question()) == (records.ASKING, "/zuordnung")
    minutes = re.search(r'<label for="([\w-]+)">Minuten</label>', second.page(f"{second.home}/spalten/0").text).group(1)
    second.answer(f"{second.home}/spalten/0", **{minutes: ""})
    assert second.fields()["name"] == "a"
    second.answer()
    assert second.state == records.READ
    third = QuestionPages(ben, client, (foreign.csv(), "a.csv"))
    assert third.state == records.READ
    read = kept_files.result(ben.access, ben.services.settings, third.upload_id)
    assert read.tables.interventions["seconds"].max() == -1
    (row,) = profiles.list_(ben.access)
    assert (row.version, row.by) == (2, "Ben")


def test_profiles_are_renamed_exported_and_deleted(anna: Person) -> None:
    client = anna.first_sign_in()
    QuestionPages(anna, client, (foreign.csv(), "Leistungen.csv")).read()
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
    password = other.first_sign_in()

    def give(content: bytes) -> str:
        form = {"csrf_token": token(password.get("/daten/profile/")), "datei": (BytesIO(content), "p.json")}
        return password.post("/daten/profile/", data=form, follow_redirects=True).text

    assert "gilt ab der nächsten Datei" in give(written.data)
    assert "gibt es schon" in give(written.data)
    assert QuestionPages(other, password, (foreign.csv(), "x.csv")).state == records.READ
    for broken in (b"", b"x", b"[" * 100_000, b'{"name": 3}', b"\xff\xfe", b'{"name": "a", "sheets": [{}]}', b"null"):
        page = give(broken)
        assert "Profil" in page
        assert "gilt ab" not in page
    post(client, "/daten/profile/1/loeschen", "/daten/profile/")
    assert QuestionPages(anna, client, (foreign.csv(), "x.csv")).state == records.ASKING
    assert {"profil.speichern", "profil.umbenennen", "profil.herunterladen", "profil.loeschen"} <= {
        action for action, _, _ in audited(anna)
    }


def test_a_name_for_the_profile_is_needed(ben: Person) -> None:
    pages = QuestionPages(ben, ben.first_sign_in(), (foreign.csv(), "a.csv"))
    pages.answer()
    assert pages.answer(name=" ").status_code == 422
    assert pages.state == records.ASKING
    form = pages.fields() | {"csrf_token": token(pages.page()), "name": ""}
    form.pop("merken")
    pages.client.post(f"{pages.home}/zuordnung", data=form)
    run_jobs(ben)
    assert pages.state == records.READ
    assert profiles.list_(ben.access) == []
