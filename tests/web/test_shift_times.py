"""When the shifts of a home begin is asked for where rows name none; read again, they carry what follows from it."""

from __future__ import annotations

import json
from html import unescape
from typing import TYPE_CHECKING

from cli.main import main
from tests.support.importers import files
from tests.support.web.pages import Person, post
from tests.support.web.uploads import row_changes, run_jobs, weighed
from web.services.uploads import kept_files, records

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    ["Bewohner-Nr", "Personal-Nr", "Intervention", "Datum", "Uhrzeit", "Minuten"],
    ["1", "P1", "4.12", "02.03.2026", "07:00", "10"],
    ["1", "P1", "4.12", "02.03.2026", "15:00", "10"],
    ["1", "P1", "4.12", "02.03.2026", "23:00", "10"],
]
SHIFTS = ["Früh (aus Uhrzeit)", "Spät (aus Uhrzeit)", "Nacht (aus Uhrzeit)"]


def test_shifts_are_asked_for_and_derived_when_the_files_are_read_again(ben: Person) -> None:
    upload_id = ben.read_in(files.text_of(ROWS).encode(), name="Interventionen.csv", store=False)
    client = ben.first_sign_in()
    assert "Schichtzeiten" in client.get(f"/daten/{upload_id}").text
    path = f"/daten/{upload_id}/werte/schichtbeginn"
    page = unescape(client.get(path).text)
    assert "Wann beginnen Ihre Schichten?" in page
    words = ["Früh", "Spät", "Nacht"]
    form = {"wort": words, "lesen": "ja"}
    form |= {f"andere-{i}": time for i, time in enumerate(("6:00", "14:00", "22:00"), start=1)}
    assert post(client, path, path, **form).status_code == 302
    run_jobs(ben)
    assert ben.state(upload_id) == records.READ
    read = kept_files.result(ben.access, ben.services.settings, upload_id)
    assert sorted(read.tables.interventions["shift"].tolist()) == sorted(SHIFTS)
    assert "Schicht aus der Uhrzeit abgeleitet: 3 Zeilen" in client.get(f"/daten/{upload_id}").text
    ben.store(upload_id)
    assert "Früh (aus Uhrzeit)" in client.get("/").text
    second = ben.read_in(files.text_of(ROWS).encode(), name="Interventionen.csv", store=False)
    assert row_changes(weighed(ben, second)) == [0, 0, 3, 0]


def test_rows_stored_without_a_shift_are_corrected_by_the_same_file(ben: Person) -> None:
    """They are the same work: nothing counts twice."""
    content = files.text_of(ROWS).encode()
    ben.read_in(content, name="Interventionen.csv")
    client = ben.first_sign_in()
    form = {"wort": ["Früh", "Spät", "Nacht"], "andere-1": "06:00", "andere-2": "14:00", "andere-3": "22:00"}
    assert post(client, "/bezeichnungen/schichtbeginn", "/bezeichnungen/schichtbeginn", **form).status_code == 302
    second = ben.read_in(content, name="Interventionen.csv", store=False)
    assert row_changes(weighed(ben, second)) == [0, 3, 0, 0]
    assert "<dt>Geänderte Zeilen</dt><dd>Schicht: 3</dd>" in client.get(f"/daten/{second}").text


def test_the_command_line_derives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "haus.xlsx"
    home = {name: rows for name, rows in files.home().items() if name != "Interventionen"}
    path.write_bytes(files.xlsx({**home, "Interventionen": ROWS}))

    def shifts(*options: str) -> set[str | None]:
        main(["analyse", str(path), "--out", str(tmp_path / "out"), *options])
        document = json.loads((tmp_path / "out" / "fit.json").read_text("utf-8"))
        return {entry["schicht"] for entry in document["by_shift"]}

    assert shifts() == {None}
    assert shifts("--shifts", "Früh=06:00,Spät=14:00,Nacht=22:00") == set(SHIFTS)
    assert shifts("--shifts", "Früh=06:00,Nacht=20:00") == {SHIFTS[0], SHIFTS[2]}


def test_shift_times_that_say_nothing_are_refused(tmp_path: Path) -> None:
    for wrong in ("Früh=06:00", "Früh", "Morgens=06:00,Abends=18:00", "Früh=6 Uhr 30 Minuten,Spät=14:00"):
        assert main(["analyse", __file__, "--out", str(tmp_path), "--shifts", wrong]) == 2
