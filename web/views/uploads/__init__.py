"""Daten einlesen: the pages an upload goes through."""
