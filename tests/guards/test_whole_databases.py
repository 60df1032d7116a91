"""Few modules touch whole databases; every other session is bound to the tenant of its access (B3)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
ALLOWED: Final = {
    "web/backup/create.py",
    "web/backup/restore.py",
    "web/current.py",  # whether a restore is unfinished
    "web/services/backups/opening.py",
    "web/services/backups/rehearsal.py",
    "web/services/backups/restoring.py",
    "web/services/contract_end/export.py",  # chooses the rows of a tenant by the paths of all tables
    "web/services/keys/rotation.py",  # one rotation at a time, of all operators
    "web/store/access.py",  # a system access, which names its purpose
    "web/store/databases.py",
    "web/store/row_security.py",
    "web/store/scope.py",
    "cli/commands/db.py",
}


def _touches_whole(tree: ast.AST) -> bool:
    return any(
        (
            isinstance(node, ast.Attribute)
            and node.attr in {"whole", "work", "vault"}
            and ast.unparse(node.value).rpartition(".")[2] == "databases"
        )
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "web.store.scope"
            and any(one.name == "WHOLE" for one in node.names)
        )
        for node in ast.walk(tree)
    )


def test_only_these_modules_touch_whole_databases() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("web", "cli")
        for path in (ROOT / folder).rglob("*.py")
        if _touches_whole(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found - ALLOWED == set()
    assert ALLOWED - {"web/store/scope.py"} <= found, "a module that no longer does is no exception"
