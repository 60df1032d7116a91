"""Load a rulebook: the built-in edition effective on a day, or the files of another one, checked first."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rules.checks.entries import check_files
from rules.edition import build, documents, is_effective
from rules.files.schema import FILES
from rules.files.yaml_with_places import read_yaml
from rules.problem import RuleBookError
from rules.statute import SHELF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules.model import RuleBook


def load(as_of: date, rulebook: str | Path = "rekonstruktion") -> RuleBook:
    """Return the edition of a rulebook that is effective on a day, with the entries effective on that day.

    Parameters
    ----------
    as_of
        The day.
    rulebook
        Id of a built-in rulebook, or the folder of another one, which is checked by the schema first and taken at its
        word: on days outside its time, the entries of its first or last day.

    Raises
    ------
    RuleBookError
        Unknown rulebook, no edition effective on the day, or a file that cannot be read.
    """
    if isinstance(rulebook, Path) or "/" in rulebook:
        folder = Path(rulebook)
        problems = check_files(folder)
        if problems:
            raise RuleBookError("\n".join(problems))
        contents = documents(folder)
        head = contents["rulebook.yaml"]
        last = date.fromisoformat(head.get("gueltig_bis", str(date.max)))
        return build(contents, min(max(as_of, date.fromisoformat(head["gueltig_ab"])), last))
    folders = [path.parent for path in sorted(SHELF.glob("*/rulebook.yaml")) if _head(path.parent)["id"] == rulebook]
    if not folders:
        available = ", ".join(sorted({_head(path.parent)["id"] for path in SHELF.glob("*/rulebook.yaml")}))
        raise RuleBookError(f"Das Regelwerk „{rulebook}“ ist nicht bekannt. Vorhanden: {available}.")
    return _effective_edition(folders, as_of, rulebook)


def _effective_edition(folders: Iterable[Path], as_of: date, name: str) -> RuleBook:
    """Choose the latest edition that has begun and has not ended."""
    editions = [folder for folder in folders if is_effective(_head(folder), as_of)]
    if not editions:
        raise _no_edition(as_of, name)
    return _built_in(max(editions, key=lambda folder: _head(folder)["gueltig_ab"]), as_of)


def _no_edition(as_of: date, name: str) -> RuleBookError:
    return RuleBookError(
        f"Für den {as_of:%d.%m.%Y} gibt es keine Ausgabe des Regelwerks „{name}“. Bitte prüfen Sie den Zeitraum."
    )


def _head(folder: Path) -> Mapping[str, Any]:
    head: Mapping[str, Any] = _parsed(folder / "rulebook.yaml")
    return head


@cache
def _parsed(path: Path) -> Any:
    """Read a file once in the life of the process; an edition in use does not change."""
    return read_yaml(path)


@cache
def _built_in(folder: Path, as_of: date) -> RuleBook:
    return build({name: _parsed(folder / name) for name in FILES}, as_of)
