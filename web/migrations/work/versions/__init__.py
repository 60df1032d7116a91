"""Migrations of the work database."""
