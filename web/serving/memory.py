"""How much memory a process may take: what would need more fails by itself, and the machine goes on (X4)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

try:
    import resource
except ImportError:  # Windows, which has no such limits
    resource = None  # type: ignore[assignment]

SHARE_OF_PAGES: Final = 0.35
SHARE_OF_WORKER: Final = 0.5
LEAST: Final = 2**30
"""Bytes: with less not even a small file can be read."""
_CONTAINER: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_ENDS_FIRST: Final = "500"


def available() -> int | None:
    """Return the bytes of this machine, or of the container that gives us less; None where the system does not say."""
    sizes = []
    with suppress(OSError, ValueError, AttributeError):
        sizes.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for path in _CONTAINER:
        with suppress(OSError, ValueError):  # "max" is no number: no limit
            sizes.append(int(path.read_text("ascii")))
    return min(sizes, default=None)


def bound(share: float) -> int | None:
    """Limit this process to a share of the memory, and return the limit in bytes; None where there can be none."""
    whole = available()
    if resource is None or whole is None:
        return None
    most = max(LEAST, int(share * whole))
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
        return most
    return None if soft == resource.RLIM_INFINITY else soft


def ends_first() -> None:
    """Let the system end this process before others where the machine's memory is used up all the same."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_ENDS_FIRST, encoding="ascii")
