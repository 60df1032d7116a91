"""Handbook and terms are part of the application, and every page leads to its chapter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from web import page_frame
from web.services import handbook

if TYPE_CHECKING:
    from flask import Flask

    from tests.support.web.pages import Person


def load(name: str) -> handbook.HelpPage:
    return handbook.load(name, lambda path: f"/picture/{path}", "/cases")


def test_chapters_have_anchors_of_their_own() -> None:
    for name in (handbook.HANDBOOK, handbook.TERMS):
        page = load(name)
        anchors = [chapter.anchor for chapter in page.chapters]
        assert anchors
        assert len(set(anchors)) == len(anchors)
        assert all(f'id="{anchor}"' in page.html for anchor in anchors)
    assert handbook.anchor_of("3. Straße: Größe & Übung (é)") == "strasse-groesse-uebung-e"


def test_pages_lead_to_chapters_that_exist(small_app: Flask) -> None:
    anchors = {chapter.anchor for chapter in load(handbook.HANDBOOK).chapters}
    assert set(page_frame.HELP_CHAPTERS.values()) <= anchors
    assert set(page_frame.HELP_CHAPTERS) == set(small_app.blueprints) - {"help", "first_account"}


def test_the_handbook_comes_with_its_pictures_and_no_link_leads_nowhere(ben: Person) -> None:
    client = ben.first_sign_in()
    page = client.get("/hilfe/").text
    links = re.findall(r'(?:src|href)="(/[^"#]+)', page)
    assert sum(address.endswith(".jpg") or ".jpg?v=" in address for address in links) == 8
    assert all(client.get(address.replace("&amp;", "&")).status_code in {200, 302} for address in links)
    assert "<table" in page
    assert "../" not in page


def test_every_page_names_handbook_and_terms(ben: Person) -> None:
    page = ben.first_sign_in().get("/daten/").text
    assert 'href="/hilfe/?haus=1#dateien-hochladen"' in page
    assert 'href="/hilfe/begriffe?haus=1"' in page
    assert "QN 4" in load(handbook.TERMS).html
