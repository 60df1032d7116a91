"""The end of a contract: everything of an operator handed over, then deleted, with a protocol that outlives it (H8)."""
