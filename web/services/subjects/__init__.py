"""Persons whose data are stored, and what they may ask for: to know, to correct, to restrict, to delete."""
