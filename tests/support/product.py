"""The source of the product as the guards read it: modules, what they define, and whom they import."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("rules", "pebem", "importers", "web", "bench", "cli", "sample_data")
GENERATED = "migrations"
"""Revisions of the databases are never changed once released; no guard on style asks anything of them."""


@cache
def modules() -> dict[str, Path]:
    """Return the file of every module of the product by its dotted name, packages under their own name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if GENERATED not in path.parts
    }


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def defined(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """Return what statements define by name: classes, functions, constants, fields, and names taken from elsewhere."""
    names: dict[str, ast.stmt] = {}
    for node in body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names[name] = node
            case ast.Assign(targets=targets):
                names |= {
                    part.id: node for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)
                }
            case ast.AnnAssign(target=ast.Name(id=name)):
                names[name] = node
            case ast.ImportFrom(names=aliases) | ast.Import(names=aliases):
                names |= {alias.asname or alias.name: node for alias in aliases}
            case ast.If(body=inner) | ast.Try(body=inner):
                names |= defined(inner)
    return names


def imported(name: str, path: Path) -> set[str]:
    """Return what a module imports anywhere (at the top, in functions, for types alone) as "module.name"."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


def module_of(name: str) -> str:
    """Return the module of the product that a dotted name lies in, "" for none."""
    while name and name not in modules():
        name = name.rpartition(".")[0]
    return name
