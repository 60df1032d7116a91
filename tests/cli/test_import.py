"""`pebem import`: files into the databases without a browser, with the figures of the page, all or nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import sample_data
from cli.main import main
from importers.sheets.profiles import fingerprint
from tests.support.web.access import of_user
from web import settings
from web.services import homes
from web.services.uploads import records
from web.store.databases import connect

DATA = """Klient;Mitarbeiter;Tätigkeit;Wann;Dauer X
{rows}
"""
HEADINGS = ["Klient", "Mitarbeiter", "Tätigkeit", "Wann", "Dauer X"]
COLUMNS = ["Bewohner-Nr", "Personal-Nr", "Intervention", "Datum", "Minuten"]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A new installation with one home and one account."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    assert main(["user", "add", "pdl.meier", "--name", "Petra Meier", "--einrichtung", "Haus am Park"]) == 0
    capsys.readouterr()
    return tmp_path


def states(folder: Path) -> list[tuple[str, int]]:
    """Return state and rows of all uploads, newest first."""
    databases = connect(settings.embedded(folder / "pebem"))
    try:
        access = of_user(databases, "pdl.meier")
        home = homes.of_tenant(access)[0]
        return [(one.state, one.rows) for one in records.of_home(access, home.id)]
    finally:
        databases.close()


def imported(*arguments: Path | str) -> int:
    return main(["import", *map(str, arguments), "--home", "haus am park", "--user", "pdl.meier"])


def test_dry_run_stores_nothing_and_the_second_time_nothing_is_new(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file,) = sample_data.make(installed, homes=1, residents=3, months=1, seed=4, dirt=False)
    assert imported(file, "--dry-run") == 0
    output = capsys.readouterr().out
    assert "Probelauf" in output
    new = int(re.search(r"werden gespeichert: \d+ \(neu (\d+), geändert 0, unverändert 0\)", output)[1])
    assert new > 1000
    assert re.search(r"Passend: – → \d+,\d %", output, re.IGNORECASE)
    assert states(installed) == [(records.DISCARDED, new)]
    assert imported(file) == 0
    assert "Übernommen als Datenlieferung 2." in capsys.readouterr().out
    assert imported(file) == 0
    assert f"werden gespeichert: {new} (neu 0, geändert 0, unverändert {new})" in capsys.readouterr().out
    assert [state for state, _ in states(installed)] == [records.STORED, records.STORED, records.DISCARDED]


def test_open_questions_are_listed_and_answered_by_a_profile(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "\n".join(f"B{n};P1;Körperpflege;0{n}.03.2026;{n},5" for n in range(1, 10))
    file = installed / "export.csv"
    file.write_text(DATA.format(rows=rows), encoding="utf-8")
    assert imported(file) == 2
    output = capsys.readouterr().err
    assert "export.csv" in output
    assert "--profile" in output
    assert states(installed) == []
    source = installed / "quelle.json"
    sheet = {
        "fingerprint": fingerprint(HEADINGS),
        "sheet": "Interventionen",
        "columns": dict(zip(COLUMNS, HEADINGS, strict=True)),
        "unit": "h",
    }
    source.write_text(json.dumps({"name": "Quelle", "sheets": [sheet]}), encoding="utf-8")
    assert imported(file, "--profile", source, "--dry-run") in {0, 1}
    assert "Zeilen der Dateien: 9" in capsys.readouterr().out
    assert imported(file, "--profile", "Quelle") == 2
    assert "Gespeicherte Profile: keine" in capsys.readouterr().err
    source.write_text("kein Profil", encoding="utf-8")
    assert imported(file, "--profile", source) == 2
    assert "keine Profildatei" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--home", "Haus am Meer", "--user", "pdl.meier"], "Vorhanden: Haus am Park"),
        (["--home", "1", "--user", "niemand"], "niemand gibt es nicht"),
    ],
)
def test_unknown_home_or_account(
    installed: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    file = installed / "a.csv"
    file.write_text("a;b\n1;2\n", encoding="utf-8")
    assert main(["import", str(file), *more]) == 2
    assert message in capsys.readouterr().err


def test_all_or_nothing_leaves_a_faulty_file_out(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = sample_data.make(installed, homes=1, residents=3, months=1, seed=4)
    with_fault = imported(file, "--dry-run")
    assert with_fault == 1
    assert imported(file, "--all-or-nothing") == 2
    assert "alles oder nichts" in capsys.readouterr().err
    assert [state for state, _ in states(installed)] == [records.DISCARDED, records.DISCARDED]


def test_files_of_another_home_need_a_confirmation(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, other = installed / "Bewohner.csv", installed / "Bewohner 2.csv"
    own.write_text("Bewohner-Nr;Name;Vorname\n1;Quast;Ute\n2;Stern;Jan\n", encoding="utf-8")
    other.write_text("Bewohner-Nr;Name;Vorname\n1;Baum;Ida\n2;Stern;Jan\n", encoding="utf-8")
    assert imported(own) == 0
    assert imported(other) == 2
    assert "Die Dateien sehen nach einer anderen Einrichtung aus" in capsys.readouterr().err
    assert imported(other, "--dry-run") == 0
    assert "bei 1 von 2 hier bekannten Nummern mit Namen nennen sie jemand anderen" in capsys.readouterr().err
    assert imported(other, "--sure-of-home") == 0
    assert states(installed)[0][0] == records.STORED


def test_a_column_that_may_be_the_state_is_a_question_first(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = installed / "Interventionen.csv"
    file.write_text(
        "Bewohner-Nr;Intervention;Datum;Sonst\n1;4.12;01.03.2026;j\n1;4.12;02.03.2026;n\n", encoding="utf-8"
    )
    assert imported(file) == 2
    assert "Interventionen.csv: Was bedeutet eine Spalte" in capsys.readouterr().err
