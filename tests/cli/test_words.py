"""pebem words suggest: what a list of a home's own words may mean, before anything is uploaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from cli.parser import UNUSABLE


def suggested(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert main(["words", "suggest", *arguments, "--json"]) == 0
    documents: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return documents


def test_words_come_with_at_most_three_entries_and_their_bands(capsys: pytest.CaptureFixture[str]) -> None:
    shower, wound, known, noise = suggested(capsys, "Duschen TÜ", "Verbandwechsel", "4.12", "Xyz")
    assert shower["wort"] == "Duschen TÜ"
    assert shower["bekannt"] is None
    assert isinstance(shower["vorschlaege"], list)
    assert shower["vorschlaege"][0] == {"id": "4.12", "titel": "Körperpflege: Duschen", "band": "passt sehr gut"}
    assert isinstance(wound["vorschlaege"], list)
    assert {one["band"] for one in wound["vorschlaege"]} == {"möglich"}
    assert 1 < len(wound["vorschlaege"]) <= 3
    assert known["bekannt"] == "4.12"
    assert (noise["bekannt"], noise["vorschlaege"]) == (None, [])


@pytest.mark.parametrize(
    "content",
    [
        "Duschen\nZeitung, vorlesen\n",
        "Bezeichnung\nDuschen\nZeitung, vorlesen\n",
        "Nr;Bezeichnung;Minuten\n1;Duschen;5\n2;Zeitung, vorlesen;7\n",
        "Nr\tMaßnahme\n1\tDuschen\n\n2\tZeitung, vorlesen\n",
        'Nr,Intervention\n1,Duschen\n2,"Zeitung, vorlesen"\n',
        "\ufeffWort\r\nDuschen\r\n\r\nZeitung, vorlesen\r\n",
    ],
)
def test_a_file_is_a_list_or_a_table_with_a_column_of_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes(content.encode())
    assert [one["wort"] for one in suggested(capsys, str(path))] == ["Duschen", "Zeitung, vorlesen"]


def test_a_file_of_an_old_program_is_read_in_its_encoding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes("Mundpflege\r\nWäsche einräumen\r\n".encode("cp1252"))
    assert [one["wort"] for one in suggested(capsys, str(path))] == ["Mundpflege", "Wäsche einräumen"]


def test_for_a_person_the_question_is_printed_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "suggest", "Verbandwechsel", "Duschen TÜ", "Duschen", "4.12", "Xyz"]) == 0
    text = capsys.readouterr().out
    assert "Ist die Wunde einfach oder chronisch?" in text
    assert "passt sehr gut: 4.12" in text
    assert "bekannt: 4.12" in text
    assert "kein Vorschlag" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fehlt.csv"], "gibt es nicht"),
        (["liste.xlsx"], "als CSV"),
        ([""], "leeres Wort"),
        ([], "Es fehlt die Angabe"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["words", "suggest", *arguments]) == UNUSABLE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"Bezeichnung\r\n", b"PK\x03\x04\0\0"])
def test_a_file_without_words_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes(content)
    assert main(["words", "suggest", str(path)]) == UNUSABLE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "liste.csv" in captured.err


def test_the_help_is_german_and_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "suggest", "--help"]) == 0
    text = capsys.readouterr().out
    assert "Beispiele:" in text
    assert "pebem words suggest" in text
    assert main(["words"]) == UNUSABLE
