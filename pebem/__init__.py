"""The engine: frames in, exact additive aggregates out."""

from pebem.aggregate import CUBE, FIT, Aggregate
from pebem.contracts import Tables
from pebem.fit import FIT_CLASSES
from pebem.score import score, stream

__all__ = ["CUBE", "FIT", "FIT_CLASSES", "Aggregate", "Tables", "score", "stream"]
