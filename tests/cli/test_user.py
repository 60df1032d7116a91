"""Accounts from the command line: made, marked as a registered nurse, and not marked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.main import main
from tests.support.web.access import of_user, system
from web import settings
from web.services import accounts
from web.services.rulebooks import overrides
from web.store.databases import connect

if TYPE_CHECKING:
    from pathlib import Path


def may_set(folder: Path, user: str) -> bool:
    """Return whether an account may set levels."""
    databases = connect(settings.embedded(folder))
    try:
        return overrides.may_set(of_user(databases, user))
    finally:
        databases.close()


def test_mark_of_a_registered_nurse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Off by default; granted and removed by name; an unknown name is reported."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path))
    assert main(["user", "add", "pdl.meier", "--name", "Petra Meier"]) == 0
    assert main(["user", "add", "wbl.kaya", "--qn4"]) == 0
    assert "Einmalpasswort" in capsys.readouterr().out
    assert [may_set(tmp_path, user) for user in ("pdl.meier", "wbl.kaya")] == [False, True]
    assert main(["user", "qn4", "PDL.Meier"]) == 0
    assert main(["user", "no-qn4", "wbl.kaya"]) == 0
    assert [may_set(tmp_path, user) for user in ("pdl.meier", "wbl.kaya")] == [True, False]
    assert main(["user", "qn4", "niemand"]) == 2
    assert "niemand" in capsys.readouterr().err


def test_account_belongs_to_the_only_operator_and_never_to_a_new_one_by_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path))

    def add(user: str, *arguments: str) -> tuple[int, str]:
        code = main(["user", "add", user, *arguments])
        return code, capsys.readouterr().err

    assert add("erste", "--einrichtung", "Haus Nord")[0] == 0  # the first operator of a fresh installation
    assert add("zweite")[0] == 0
    assert add("dritte", "--traeger", "Träger Süd", "--einrichtung", "Haus Süd")[0] == 0
    code, told = add("vierte")
    assert code == 2
    assert "„Träger“, „Träger Süd“" in told
    databases = connect(settings.embedded(tmp_path))
    try:
        assert list(accounts.tenants(system(databases)).values()) == ["Träger", "Träger Süd"]
    finally:
        databases.close()
