"""Backups as a service: made every night, restored, rehearsed, and the deletions that a restore repeats."""
