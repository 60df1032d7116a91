"""Accounts from the command line: made, marked as a registered nurse, and not marked again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cli.main import main
from tests.support.web.access import of_user, system
from web import serve, settings
from web.security.permissions import ROLE_RIGHTS, AccountRole, Right
from web.services import accounts, grants
from web.store.databases import connect

if TYPE_CHECKING:
    from pathlib import Path


def may_set(folder: Path, user: str) -> bool:
    """Return whether an account may set levels."""
    databases = connect(settings.embedded(folder))
    try:
        return of_user(databases, user).may(Right.SET_LEVELS)
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
    assert add("zweite", "--rolle", "analyse")[0] == 0
    assert add("dritte", "--traeger", "Träger Süd", "--einrichtung", "Haus Süd")[0] == 0
    code, told = add("vierte", "--rolle", "analyse")
    assert code == 2
    assert "„Träger“, „Träger Süd“" in told
    databases = connect(settings.embedded(tmp_path))
    try:
        assert list(accounts.tenants(system(databases)).values()) == ["Träger", "Träger Süd"]
    finally:
        databases.close()


def test_accounts_are_disabled_and_enabled_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A9: and somebody always administers an operator: the first account does."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path))
    assert main(["user", "add", "erste"]) == 0
    assert main(["user", "add", "zweite", "--rolle", "analyse"]) == 0
    assert main(["user", "disable", "zweite"]) == 2
    assert "warum" in capsys.readouterr().err
    assert main(["user", "disable", "erste", "--grund", "ausgeschieden"]) == 2
    assert "einzige Verwaltung" in capsys.readouterr().err
    assert main(["user", "admin", "zweite"]) == 0
    assert main(["user", "disable", "erste", "--grund", "ausgeschieden"]) == 0
    assert rows(tmp_path) == {"erste": (False, False), "zweite": (True, True)}
    assert main(["user", "enable", "erste", "--grund", "kommt zurück"]) == 0
    assert rows(tmp_path) == {"erste": (True, True), "zweite": (True, True)}
    assert main(["user", "no-admin", "erste"]) == 0
    assert rows(tmp_path) == {"erste": (True, False), "zweite": (True, True)}


def rows(folder: Path) -> dict[str, tuple[bool, bool]]:
    """Return of each account whether it is active, and whether it administers now."""
    databases = connect(settings.embedded(folder))
    try:
        access = of_user(databases, "zweite")
        with access.reading() as session:
            able = {one.id for one in grants.administrators(session, access.tenant_id)}
        return {row.user_name: (row.active, row.id in able) for row in accounts.of_tenant(access)}
    finally:
        databases.close()


def test_a_lost_factor_is_removed_only_where_nobody_else_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """X8: the only administrator comes back with a one-time password; with two the application is the way."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path))
    assert main(["user", "add", "erste", "--name", "Erna Erste"]) == 0
    assert main(["user", "reset-factor", "erste", "--grund", "Gerät verloren"]) == 0
    assert "Einmalpasswort" in capsys.readouterr().out
    assert main(["user", "reset-factor", "erste"]) == 2
    assert main(["user", "add", "zweite", "--verwaltung"]) == 0
    capsys.readouterr()
    assert main(["user", "reset-factor", "zweite", "--grund", "Gerät verloren"]) == 2
    assert "beantragen: Erna Erste" in capsys.readouterr().err


def test_first_token_is_for_an_empty_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A11: printed by a command of the host, until there is an account."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path))
    assert main(["user", "first-token"]) == 0
    assert re.search(r"Einmalcode: +([a-z0-9]{4}-){4}[a-z0-9]{4}\n", capsys.readouterr().out)
    assert main(["user", "add"]) == 2
    assert main(["user", "add", "erste"]) == 0
    assert main(["user", "first-token"]) == 2
    assert "schon Konten" in capsys.readouterr().err


def test_serving_an_empty_installation_tells_how_to_set_it_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A11: the page and a code; nothing of the kind once there is an account."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path))
    monkeypatch.setattr(serve, "serve", lambda *_: None)
    assert main(["serve", "--port", "0"]) == 0
    assert re.search(r"/erster-zugang\nEinmalcode: \S{24}\n", capsys.readouterr().out)
    assert main(["user", "add", "erste"]) == 0
    capsys.readouterr()
    assert main(["serve", "--port", "0"]) == 0
    assert "Einmalcode" not in capsys.readouterr().out


def test_nobody_gets_a_role_that_nobody_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """T15: but whoever sets the operator up; a role more is not another one."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path))
    assert main(["user", "add", "erste", "--einrichtung", "Haus Nord"]) == 0
    assert main(["user", "add", "zweite"]) == 2
    assert "--rolle" in capsys.readouterr().err
    assert main(["user", "add", "zweite", "--rolle", "betriebsrat"]) == 0
    assert main(["user", "add", "dritte", "--verwaltung"]) == 0
    databases = connect(settings.embedded(tmp_path))
    try:
        rights = {name: of_user(databases, name).rights for name in ("erste", "zweite", "dritte")}
    finally:
        databases.close()
    assert Right.READ_IN in rights["erste"]
    assert rights["zweite"] == {Right.SEE_FIGURES, Right.RELEASE}
    assert rights["dritte"] == ROLE_RIGHTS[AccountRole.ADMINISTRATION]
