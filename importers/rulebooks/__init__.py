"""Rulebooks as workbooks and CSV, out and back."""
