"""Conditions of the rulebook in plain German, for readers who do not write rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules.language.syntax import (
    Always,
    And,
    AtLeast,
    Certified,
    LargestComparison,
    Not,
    Or,
    PflegegradComparison,
    PunktbereichComparison,
    Reserved,
    Unstable,
)

if TYPE_CHECKING:
    from rules.language.syntax import Condition, Leaf

_BOUNDS: Final = {">=": "mindestens", "<=": "höchstens", "=": "genau"}
_FREQUENCIES: Final = ("nie oder sehr selten", "selten", "häufig", "täglich")


def sentence(condition: Condition) -> str:
    """Return when a rule applies: "Gilt immer" or "Gilt, wenn …"."""
    return "Gilt immer" if isinstance(condition, Always) else f"Gilt, wenn {_clause(condition)}"


def _clause(condition: Condition) -> str:
    match condition:
        case Not(part):
            return f"nicht zutrifft, dass {_clause(part)}"
        case And(parts):
            return ", und wenn ".join(_clause(part) for part in parts)
        case Or(parts):
            return " oder ".join(_clause(part) for part in parts)
        case AtLeast(count, parts):
            return f"mindestens {count} hiervon zutreffen: {'; '.join(_clause(part) for part in parts)}"
        case _:
            return _statement(condition)


def _statement(leaf: Leaf) -> str:
    match leaf:
        case Always():
            return "irgendetwas der Fall ist"
        case Reserved():
            return "die Intervention eine Vorbehaltsaufgabe ist"
        case Certified(certificate):
            return f"die Intervention das Zertifikat {certificate} anerkennt"
        case Unstable(()):
            return "mindestens ein Kriterium einer instabilen Situation erfüllt ist"
        case Unstable(criteria):
            return f"die Situation wegen {_listed(criteria)} instabil ist"
        case LargestComparison():
            return _comparison(leaf)
        case PunktbereichComparison(module, operator, value):
            return f"in Modul {module} {_BOUNDS[operator]} Punktbereich {value} (von 0 bis 4) erreicht ist"
        case PflegegradComparison(operator, value):
            return f"{_BOUNDS[operator]} Pflegegrad {value} vorliegt"


def _comparison(condition: LargestComparison) -> str:
    bound, value = _BOUNDS[condition.operator], condition.value
    where = _listed(condition.items) if condition.items else "einem passenden Kriterium der Begutachtung"
    if condition.measure == "häufigkeit" and 0 <= value < len(_FREQUENCIES):
        return f"Verhalten nach {where} {bound} {_FREQUENCIES[value]} auftritt"
    measure = "Grad" if condition.measure == "grad" else "Häufigkeit"
    return f"in {where} {bound} {measure} {value} (von 0 bis 3) erreicht ist"


def _listed(items: tuple[str, ...]) -> str:
    return " oder ".join((", ".join(items[:-1]), items[-1])) if len(items) > 1 else items[0]
