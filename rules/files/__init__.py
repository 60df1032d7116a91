"""Rulebooks as YAML files: read strictly, checked against the schema, written in one form."""
