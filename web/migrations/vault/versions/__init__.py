"""Migrations of the vault database."""
