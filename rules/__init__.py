"""The law and the rulebook as cited, dated data, and the code that reads it."""

from rules.load import RuleBookError, load
from rules.model import RuleBook

__all__ = ["RuleBook", "RuleBookError", "load"]
