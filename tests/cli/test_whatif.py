"""What if, at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sample_data
from cli.main import main

HOME = Path(sample_data.__file__).with_name("haus-sonnenschein.xlsx")


def test_training_moves_work_into_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(HOME), "--train", "1:3=2", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["geaenderte_personen"] == 2
    for name in ("count", "seconds"):
        assert sum(a[name] for a in document["vorher"].values()) == sum(a[name] for a in document["nachher"].values())
    assert document["nachher"]["unterqualifiziert"]["seconds"] < document["vorher"]["unterqualifiziert"]["seconds"]


def test_status_quo_equals_analyse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["analyse", str(HOME), "--out", str(tmp_path)])
    capsys.readouterr()
    assert main(["whatif", str(HOME), "--other-rulebook", "rekonstruktion", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["vorher"] == document["nachher"] == json.loads((tmp_path / "fit.json").read_text("utf-8"))["fit"]


def test_text_lists_what_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(HOME), "--move", "4.1,4.2=4"]) == 1
    text = capsys.readouterr().out
    assert "Unterqualifiziert" in text
    assert "Anteile der Minuten. Personen mit anderem Niveau: 0." in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--train", "1:3=99"], "Verlangt sind 99 Personen"),
        (["--train", "1:9=1"], "zwischen 1 und 8"),
        (["--train", "viel"], "nicht lesbar"),
        (["--staff", "1=1"], "Verlangt sind 1 Personen"),
        (["--staff", "5=1"], "keine Zahl von 1 bis 4"),
        (["--move", "4.1=5"], "keine Zahl von 1 bis 4"),
        (["--move", "99.9=2"], "kennt das Regelwerk nicht: 99.9"),
        (["--other-rulebook", "unbekannt"], "unbekannt"),
    ],
)
def test_impossible_changes_are_reported(change: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(["whatif", str(HOME), *change])
    except SystemExit as left:
        code = int(str(left.code))
    assert code == 2
    assert message in capsys.readouterr().err
