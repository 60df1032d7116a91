"""The engine: frames in, exact additive aggregates out."""

from pebem.aggregate import CUBE, FIT, Aggregate
from pebem.contracts import Tables
from pebem.engine.lookup_tables import CompiledHome, compile_home
from pebem.fit_classes import FIT_CLASSES
from pebem.score import score, score_home, score_homes, stream

__all__ = [
    "CUBE",
    "FIT",
    "FIT_CLASSES",
    "Aggregate",
    "CompiledHome",
    "Tables",
    "compile_home",
    "score",
    "score_home",
    "score_homes",
    "stream",
]
