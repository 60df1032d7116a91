"""Backups: sealed files of everything stored, where they lie, and the ledger of deletions beside them."""
