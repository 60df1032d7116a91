"""The law and the rulebook as cited, dated data, and the code that reads it."""

from rules.load import load
from rules.model import RuleBook
from rules.problem import RuleBookError

__all__ = ["RuleBook", "RuleBookError", "load"]
