"""How long whoever keeps typing wrong passwords has to wait, by address and name, before the next one is even hashed.

Counted in memory, in the one process that answers pages: a restart forgets it, which costs an attacker more than it
gains. The lock after three wrong passwords (T5) is counted in the database and outlives restarts.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Final, NamedTuple

from web.services import clock

FREE_BY_NAME: Final = 5
"""Attempts with one name from one address before there is a wait: more than lock the account, so that a locked one
answers as an unknown one does."""

FREE_BY_ADDRESS: Final = 20
"""Attempts from one address with any names: a whole home may share one."""

LONGEST: Final = timedelta(minutes=5)
LONGEST_BY_ADDRESS: Final = timedelta(minutes=1)
FORGOTTEN_AFTER: Final = timedelta(minutes=30)
MOST_KEPT: Final = 10_000
"""Addresses and names counted at most; beyond that the longest unused are forgotten."""

NETWORK_BITS: Final = 64
"""Of an IPv6 address: one customer has as many addresses as there are of the rest."""


class _Attempts(NamedTuple):
    failed: int
    last: datetime


class SignInDelays:
    """Attempts to sign in that have failed, and what they cost; safe to share between threads."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[tuple[str, str], _Attempts] = OrderedDict()
        self._lock = Lock()

    def admit(self, address: str, user_name: str) -> int:
        """Return 0 and count an attempt as failed until ``succeeded`` says otherwise; or the seconds to wait first."""
        keys = _keys(address, user_name)
        with self._lock:
            now = clock.now()
            wait = max(self._wait(key, now) for key in keys)
            if wait > timedelta():
                return int(wait.total_seconds()) + 1
            for key in keys:
                count = self._count(key, now)
                self._attempts[key] = _Attempts(count + 1, now)
                self._attempts.move_to_end(key)
            while len(self._attempts) > MOST_KEPT:
                self._attempts.popitem(last=False)
        return 0

    def succeeded(self, address: str, user_name: str) -> None:
        """Take the attempt back, and forget those before with this name from this address."""
        by_name, by_address = _keys(address, user_name)
        with self._lock:
            self._attempts.pop(by_name, None)
            attempts = self._attempts.get(by_address)
            if attempts:
                self._attempts[by_address] = attempts._replace(failed=attempts.failed - 1)

    def _count(self, key: tuple[str, str], now: datetime) -> int:
        attempts = self._attempts.get(key)
        return attempts.failed if attempts and now - attempts.last < FORGOTTEN_AFTER else 0

    def _wait(self, key: tuple[str, str], now: datetime) -> timedelta:
        free, longest = (FREE_BY_NAME, LONGEST) if key[1] else (FREE_BY_ADDRESS, LONGEST_BY_ADDRESS)
        excess = self._count(key, now) - free
        if excess < 0:
            return timedelta()
        wait = min(timedelta(seconds=2 ** min(excess, 10)), longest)
        return self._attempts[key].last + wait - now


def _keys(address: str, user_name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    network = _network(address)
    return (network, user_name.strip().casefold()[:200] or "-"), (network, "")


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) >> (128 - NETWORK_BITS) << (128 - NETWORK_BITS)))
    return address
