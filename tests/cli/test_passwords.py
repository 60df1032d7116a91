"""A file with a password asks for it at a terminal, and only there."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from cli import passwords
from importers.findings import PasswordNeededError


def needs_a_password(passwords: Mapping[str, str]) -> str:
    if passwords.get("haus.xlsx") != "geheim":
        raise PasswordNeededError("haus.xlsx", wrong="haus.xlsx" in passwords)
    return "gelesen"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    answers: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(passwords, "getpass", lambda _question: answers.pop(0))
    return answers


def test_a_wrong_answer_is_asked_again(terminal: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    terminal += ["falsch", "geheim"]
    assert passwords.read_with_passwords(needs_a_password) == "gelesen"
    assert "passt nicht" in capsys.readouterr().err


def test_after_three_wrong_answers_it_ends(terminal: list[str]) -> None:
    terminal += ["a", "b", "c"]
    with pytest.raises(PasswordNeededError, match="passt nicht"):
        passwords.read_with_passwords(needs_a_password)
    assert not terminal


def test_no_question_is_asked_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    with pytest.raises(PasswordNeededError, match="Es fehlt das Kennwort"):
        passwords.read_with_passwords(needs_a_password)
