"""Passwords by themselves: parameters of the hash, read before any test makes it cheaper."""

from __future__ import annotations

from web.security import passwords

REAL = passwords._HASHER


def test_hash_parameters() -> None:
    """A5: Argon2id with the second recommendation of RFC 9106: 3 passes, 64 MiB, 4 lanes."""
    assert REAL.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
