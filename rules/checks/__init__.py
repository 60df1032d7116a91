"""Checks: entries, citations, the whole domain of a rulebook, cases, and the files of the law."""
