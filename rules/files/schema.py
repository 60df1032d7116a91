"""The form of rulebook and statute files: the JSON schema, with its findings in German."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from rules.problem import closest

if TYPE_CHECKING:
    from jsonschema import ValidationError

    from rules.files.yaml_with_places import Steps

FILES: Final = ("rulebook.yaml", "interventions.yaml", "rules.yaml", "instability.yaml")
"""The files of an edition."""

_TYPES: Final = {
    "string": "ein Text (bei Nummern und Tagen in Anführungszeichen)",
    "integer": "eine ganze Zahl",
    "number": "eine Zahl",
    "array": "eine Liste",
    "object": "ein Eintrag mit Schlüsseln und Werten",
}


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415  # only a check needs it
    from jsonschema.validators import extend  # noqa: PLC0415

    def whole(_: object, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)  # 3.0 would be another text in the hash

    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", whole)
    strict = extend(Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]
    schema = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    return strict({**schema["$defs"][name], "$defs": schema["$defs"]}, format_checker=FormatChecker(["date"]))


def schema_problems(name: str, content: Any) -> Iterator[tuple[Steps, str]]:
    """Validate one file against its schema; yield the place and the message of each finding.

    Parameters
    ----------
    name
        File name, such as ``rules.yaml``; the schema has a definition of that name.
    """
    for error in sorted(_validator(name).iter_errors(content), key=_in_order):
        steps: Steps = tuple(error.absolute_path)
        inner = steps[2:] if len(steps) > 1 and isinstance(steps[1], int) else steps  # within an entry of a list
        spot = next((str(step) for step in reversed(inner) if isinstance(step, str)), "")
        yield from _problem_texts(error, steps, f"{spot}: " if spot else "")


def _in_order(error: ValidationError) -> list[tuple[bool, Any]]:
    """Entry 10 comes after entry 2; keys and positions never mix."""
    return [(isinstance(step, str), step) for step in error.absolute_path]


def _problem_texts(error: ValidationError, steps: Steps, spot: str) -> Iterator[tuple[Steps, str]]:
    """Rephrase one finding of the schema in German."""
    value, schema, expected = (cast("Any", part) for part in (error.instance, error.schema, error.validator_value))
    allowed = schema.get("description")
    match error.validator:
        case "required":
            missing = next(name for name in expected if name not in value and f"'{name}'" in error.message)
            yield steps, f"{spot}„{missing}“ fehlt. Bitte ergänzen Sie die Angabe."
        case "additionalProperties":
            properties = list(schema["properties"])
            for extra in [name for name in value if name not in properties]:
                close = closest(str(extra), properties)
                hint = f"Meinten Sie „{close}“? " if close else ""
                yield (
                    (*steps, extra),
                    f"{spot}„{extra}“ gehört nicht hierher. {hint}Möglich sind: {', '.join(properties)}.",
                )
        case "oneOf" if isinstance(value, Mapping):
            yield steps, f"{spot}{allowed}."
        case "enum":
            names = [str(name) for name in expected]
            close = closest(str(value), names)
            hint = f"meinten Sie „{close}“? Erlaubt" if close else "erlaubt"
            yield steps, f"{spot}{describe_value(value)} ist nicht möglich; {hint} sind {', '.join(names)}."
        case "minItems" | "minProperties" if not allowed:
            yield steps, f"{spot}die Liste ist leer; nötig ist mindestens ein Eintrag."
        case "type" if not allowed:
            yield steps, f"{spot}{describe_value(value)} ist nicht möglich; erlaubt ist {_TYPES[expected]}."
        case _:
            yield steps, f"{spot}{describe_value(value)} ist nicht möglich; {allowed or error.message}."


def describe_value(value: object) -> str:
    """Return a value of a file as a message shows it."""
    match value:
        case str():
            return f"„{value}“"
        case None:
            return "eine leere Angabe"
        case Mapping():
            return "ein Eintrag mit Schlüsseln"
        case list():
            return f"die Liste [{', '.join(map(str, value))}]"
        case _:
            return str(value)
