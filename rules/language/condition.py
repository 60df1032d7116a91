"""The language of rule conditions: parsed once, evaluated for all resident states at a time.

A condition is a German sentence fragment a care expert can read::

    immer
    vorbehaltsaufgabe
    grad(intervention) >= 2          largest grade among the items the intervention names
    grad(2.8) >= 2 oder grad(2.10) >= 2
    häufigkeit(3.3, 3.5, 3.8) >= 2   the most frequent of these
    punktbereich(4) >= 3             Punktbereich 0-4 of a module
    pflegegrad >= 4                  Pflegegrad 0-5 by the thresholds of the day
    instabil und nicht grad(1.1) = 0
    instabil(sturz, wunde)           one of these criteria is active
    zertifikat(LG2)                  the intervention accepts this certificate
    mindestens 2 von (grad(2.8) >= 2, grad(2.10) >= 2, pflegegrad = 5)

Truth has three values (Kleene): what depends on an unrecorded item is unknown, unless the recorded
ones already settle it.
"""

from rules.language.grammar import ConditionError, parse
from rules.language.syntax import (
    INTERVENTION_ITEMS,
    Always,
    And,
    AtLeast,
    Certified,
    Condition,
    LargestComparison,
    Leaf,
    Not,
    Or,
    PflegegradComparison,
    PunktbereichComparison,
    Reserved,
    Unstable,
    comparisons,
    items_of,
    leaves,
    mentions,
    seen_of,
    words,
)
from rules.language.truth import FALSE, TRUE, UNKNOWN, Truth, bounds, evaluate

__all__ = [
    "FALSE",
    "INTERVENTION_ITEMS",
    "TRUE",
    "UNKNOWN",
    "Always",
    "And",
    "AtLeast",
    "Certified",
    "Condition",
    "ConditionError",
    "LargestComparison",
    "Leaf",
    "Not",
    "Or",
    "PflegegradComparison",
    "PunktbereichComparison",
    "Reserved",
    "Truth",
    "Unstable",
    "bounds",
    "comparisons",
    "evaluate",
    "items_of",
    "leaves",
    "mentions",
    "parse",
    "seen_of",
    "words",
]
