"""Importers: files made in code, read back."""
