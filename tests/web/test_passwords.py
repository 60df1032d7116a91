"""Passwords by themselves: which are refused, and parameters of the hash, read before any test makes it cheaper."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.support.web.pages import PASSWORD
from web.security import known_passwords, passwords

REAL = passwords._HASHER
OF_RANDOM_SECRETS = passwords._RANDOM_HASHER


def test_hash_parameters() -> None:
    """A5: Argon2id with the second recommendation of RFC 9106: 3 passes, 64 MiB, 4 lanes."""
    assert REAL.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert OF_RANDOM_SECRETS.hash("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    "password",
    [
        "Passw0rt12345!",
        "P@ssw0rd2026!",
        "Altenheim2026!",
        "Bayern-Muenchen1",
        "BayernMünchen-1900",
        "Start123Start!",
        "1234Michael5678!",
        "!!Donaudampfschiff7",
        "$onnen$chein22",
        "Sch@lke-F@n-1904",
        "@ltenpfleger1",
    ],
)
def test_known_passwords_are_refused_in_every_disguise(password: str) -> None:
    """A4: by case, leet, digits, years and signs around it, and as two words in one."""
    assert passwords.objection(password)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "Kaffee-im-Garten-2026",
        "Morgens um 6 Kaffee",
        "Grüner Tee um 5",
        "xK3#vQ9!mZ2@pLw7",
        "Das 1. Bett ist leer",
    ],
)
def test_sentences_and_random_signs_are_accepted(password: str) -> None:
    """A4: the list refuses what is easy to guess, not what contains a word."""
    assert not passwords.objection(password)


def test_list_holds_a_hundred_thousand_entries_in_order() -> None:
    """A4: a binary search needs the order; no more than a megabyte comes with the program."""
    content, width = known_passwords.LIST.read_bytes(), known_passwords.WIDTH
    entries = [content[place : place + width] for place in range(0, len(content), width)]
    assert 100_000 < len(entries) < 130_000
    assert len(content) == width * len(entries)
    assert all(before < after for before, after in pairwise(entries))
    assert known_passwords.fingerprint("passwort") in entries


@pytest.mark.parametrize(
    "password", ["D3ichh4us-am-W4ld", "Müller-kauft-9-Äpfel", "Mueller kauft 9 Äpfel", "Uferweg gGmbH ist 1a"]
)
def test_names_of_the_place_are_refused_in_every_spelling(password: str) -> None:
    """A4: home, user and operator."""
    assert "Namen" in passwords.objection(password, ("Deichhaus", "p.müller", "Uferweg gGmbH"))
