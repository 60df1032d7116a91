"""Passwords: how they are stored, and which are refused."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web.security import known_passwords

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 256
MIN_CATEGORIES: Final = 3
ONE_TIME_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"
ONE_TIME_UPPER: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
ONE_TIME_DIGITS: Final = "23456789"

_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
"""Argon2id with the second parameters RFC 9106 recommends: 3 passes, 64 MiB, 4 lanes."""

HASHES_AT_ONCE: Final = 2
"""How many passwords are hashed at the same time: each takes 64 MiB and a processor (X3)."""

MOST_WAITING: Final = 6
"""How many wait for that; more are refused at once, so that a flood of strangers leaves the pages their threads."""

_admitted: Final = BoundedSemaphore(HASHES_AT_ONCE + MOST_WAITING)
_hashing: Final = BoundedSemaphore(HASHES_AT_ONCE)

_RANDOM_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""For what is random already, ten at a time: Argon2id with the least that OWASP recommends for passwords."""

_BAD_PARTS: Final = Path(__file__).parent / "bad_passwords.txt"
"""What no password may contain, wherever it stands: sequences of keys, and words of this trade."""


class HashingBusyError(Exception):
    """So many passwords wait to be hashed that this one is refused; nothing was done."""


@contextmanager
def _place() -> Iterator[None]:
    if not _admitted.acquire(blocking=False):
        raise HashingBusyError
    try:
        with _hashing:
            yield
    finally:
        _admitted.release()


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password, with its parameters and salt.

    Raises
    ------
    HashingBusyError
        Where too many wait.
    """
    with _place():
        return _HASHER.hash(password)


def hashed_random(secret: str) -> str:
    """Return the Argon2id hash of a random secret of more than 50 bits; ``matches`` compares it.

    Raises
    ------
    HashingBusyError
        Where too many wait.
    """
    with _place():
        return _RANDOM_HASHER.hash(secret)


def matches(stored: str | None, password: str) -> bool:
    """Return whether ``password`` belongs to the hash; without a hash the same work is done for nothing.

    So an unknown user name costs as much time as a wrong password.

    Raises
    ------
    HashingBusyError
        Where too many wait.
    """
    compared = stored or _no_account()
    try:
        with _place():
            return _HASHER.verify(compared, password[: MAX_LENGTH + 1]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Return whether a hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def one_time() -> str:
    """Return an initial password that satisfies the rules and is easy to read aloud."""
    groups = ["".join(secrets.choice(ONE_TIME_LETTERS) for _ in range(4)) for _ in range(3)]
    upper = "".join(secrets.choice(ONE_TIME_UPPER) for _ in range(4))
    digits = "".join(secrets.choice(ONE_TIME_DIGITS) for _ in range(4))
    return "-".join([*groups, upper, digits])


def objection(password: str, context: tuple[str, ...] = ()) -> str:
    """Return in one German sentence why a new password is refused; "" where it is accepted.

    Parameters
    ----------
    password
        The password as typed; it is never cut.
    context
        Words that are easy to guess here: user name, name of the person, of the homes and their operator.
    """
    if len(password) < MIN_LENGTH:
        return f"Das Kennwort ist zu kurz; bitte nehmen Sie mindestens {MIN_LENGTH} Zeichen."
    if len(password) > MAX_LENGTH:
        return f"Das Kennwort ist zu lang; bitte nehmen Sie höchstens {MAX_LENGTH} Zeichen."
    if _categories(password) < MIN_CATEGORIES:
        return (
            "Bitte mischen Sie mindestens drei von vier Arten von Zeichen: "
            "große Buchstaben, kleine Buchstaben, Ziffern, Sonderzeichen (auch Leerzeichen)."
        )
    plain = "".join(sign for sign in password.casefold() if sign.isalnum())
    readings = {plain, *known_passwords.reductions(password)}
    if any(word in reading for word in _words(context) for reading in readings):
        return "Das Kennwort enthält Ihren Namen oder den der Einrichtung; bitte wählen Sie ein anderes."
    if len(set(plain)) < MIN_LENGTH // 2 or any(bad in reading for bad in _bad_parts() for reading in readings):
        return "Dieses Kennwort steht auf der Liste der leicht zu erratenden; bitte wählen Sie ein anderes."
    if known_passwords.is_known(password):
        return (
            "Dieses Kennwort besteht nur aus ein oder zwei bekannten Wörtern oder Kennwörtern, auch wenn Ziffern und "
            "Zeichen dazukommen; bitte nehmen Sie mehr Wörter, zum Beispiel einen ganzen Satz."
        )
    return ""


def _categories(password: str) -> int:
    return sum(
        (
            any(sign.isupper() for sign in password),
            any(sign.islower() for sign in password),
            any(sign.isdigit() for sign in password),
            any(not sign.isalnum() for sign in password),
        ),
    )


def _words(context: tuple[str, ...]) -> set[str]:
    words = {part for text in context for part in text.casefold().replace(".", " ").replace("-", " ").split()}
    return {form for word in words for form in (word, *known_passwords.reductions(word)) if len(form) >= 4}


@cache
def _bad_parts() -> frozenset[str]:
    return frozenset(_BAD_PARTS.read_text(encoding="utf-8").split())


@cache
def _no_account() -> str:
    return hashed(secrets.token_urlsafe(32))
