"""The preview of an upload and undoing one: shown, chosen by keyboard, decided; wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.web import edited

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.browser import Window

pytestmark = pytest.mark.usefixtures("filled")


@pytest.mark.parametrize("width", [1440, 390])
def test_effects_are_shown_before_anything_is_applied(visit: Window, tmp_path: Path, width: int) -> None:
    path = tmp_path / "nachtrag.xlsx"
    path.write_bytes(edited.with_unknown_name("Grundpflege", "2.8"))
    visitor = visit(width=width)
    page = visitor.page
    visitor.go("/daten/")
    page.get_by_label("Dateien auswählen").set_input_files(path)
    page.get_by_role("button", name="Hochladen").click()
    page.get_by_role("heading", name="Was würde sich ändern?").wait_for(timeout=60_000)
    visitor.check("folgen")
    page.get_by_label("Diese Datei ist vollständig").focus()
    page.keyboard.press("Space")
    page.get_by_label("Erster Tag").fill("2026-01-01")
    page.get_by_label("Letzter Tag").fill("2026-01-31")
    page.get_by_label("ganze Einrichtung").check()
    page.get_by_role("button", name="Zahlen neu berechnen").click()
    page.get_by_text("die nicht in der Datei stehen").first.wait_for()
    visitor.check("folgen-vollstaendig")
    page.get_by_role("button", name="Verwerfen").click()
    page.get_by_role("heading", name="Soll diese Datenlieferung verworfen werden?").wait_for()
    visitor.check("verwerfen")
    page.get_by_role("button", name="Ja, verwerfen").click()
    page.get_by_text("ist verworfen").wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_effects_of_undo_are_shown_first(visit: Window, width: int) -> None:
    visitor = visit(width=width)
    page = visitor.page
    visitor.go("/daten/1")
    page.get_by_role("link", name="Rückgängig machen").click()
    page.get_by_role("heading", name="Soll diese Datenlieferung zurückgenommen werden?").wait_for()
    visitor.check("ruecknahme")
    page.get_by_role("link", name="Nicht zurücknehmen").click()
    page.get_by_role("link", name="Ergebnis ansehen").wait_for()
