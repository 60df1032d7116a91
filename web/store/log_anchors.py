"""How far each chain of the log has come, noted outside the database: cutting off its end shows there (G3).

An anchor is a small sealed file in the installation's folder. It is written before the commit of an entry, with the
state before, and confirmed after it; so it is never behind what was committed, and one state ahead at most.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_TROUBLE: Final = "trouble"
_SYSTEM: Final = "system"
"""Name of the file of the chain that belongs to no tenant."""

ANCHOR_TROUBLE: Final = "Anker des Protokolls"
"""What is noted where an anchor could not follow its chain."""

_log = structlog.get_logger(__name__)


class ChainEnd(NamedTuple):
    """Number and digest of the last entry of a chain."""

    number: int
    mac: bytes


@dataclass(frozen=True, slots=True)
class LogAnchor:
    """What is noted of a chain.

    Attributes
    ----------
    end
        Its end, as committed or about to be.
    former
        Its end before that, while it is not known whether the commit took place.
    """

    end: ChainEnd
    former: ChainEnd | None

    def is_at(self, end: ChainEnd) -> bool:
        """Return whether a chain that ends so is one this anchor knows."""
        return end in {self.end, self.former}


class DamagedAnchorError(Exception):
    """The file of an anchor is not one that this installation wrote."""


class LogAnchors:
    """The anchors of an installation.

    Parameters
    ----------
    folder
        Where they lie; made when it is first needed.
    keys
        Keys that open them; the first seals new ones.
    """

    def __init__(self, folder: Path, keys: tuple[bytes, ...]) -> None:
        self._folder = folder
        self._keys = keys

    def chains(self) -> set[str]:
        """Return the chains that have an anchor."""
        names = {path.stem for path in self._folder.glob("*.json")}
        return {"" if name == _SYSTEM else name for name in names}

    def find(self, chain: str) -> LogAnchor | None:
        """Return the anchor of a chain, if there is one.

        Raises
        ------
        DamagedAnchorError
            Where its file is not one of ours.
        """
        try:
            told = json.loads(self._path(chain).read_bytes())
            content, seal = told["anchor"], bytes.fromhex(told["seal"])
            if content["chain"] != chain or not any(
                hmac.compare_digest(_seal(key, content), seal) for key in self._keys
            ):
                raise DamagedAnchorError(chain)
            end, former = (_end(content[name]) for name in ("end", "former"))
            if end is None:
                raise DamagedAnchorError(chain)
            return LogAnchor(end, former)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise DamagedAnchorError(chain) from None

    def advance(self, chain: str, before: ChainEnd, after: ChainEnd, *, is_within: Callable[[ChainEnd], bool]) -> None:
        """Note that a chain is about to end with ``after``; it is locked, and ends with ``before``.

        Where the chain is not the one that is noted, the note stays as it is: it is the evidence.

        Parameters
        ----------
        is_within
            Returns whether an entry before ``before`` is in the chain.
        """
        try:
            with self._locked():
                known = self.find(chain)
                grown = known and known.end.number < before.number and is_within(known.end)
                if known is None or known.is_at(before) or grown:
                    self._write(chain, after, before)
                    return
            _log.error("log differs from its anchor", chain=chain, number=before.number)
        except DamagedAnchorError:
            _log.error("anchor of the log is damaged", chain=chain)
        except OSError as error:
            # What happens must not depend on it; the next entry makes up for it, and the nightly check looks.
            _log.error("anchor of the log not written", chain=chain, error=type(error).__name__)
        self.note_trouble(ANCHOR_TROUBLE)

    def confirm(self, chain: str, end: ChainEnd) -> None:
        """Note that the commit took place."""
        try:
            with self._locked():
                known = self.find(chain)
                if known and known.end == end and known.former:
                    self._write(chain, end, None)
        except (DamagedAnchorError, OSError) as error:
            _log.error("anchor of the log not confirmed", chain=chain, error=type(error).__name__)

    def replace(self, chain: str, end: ChainEnd | None) -> None:
        """Note another end of a chain, whatever was noted: after a restore. None = the chain is gone."""
        with self._locked():
            if end is None:
                self._path(chain).unlink(missing_ok=True)
            else:
                self._write(chain, end, None)

    def note_trouble(self, kind: str) -> None:
        """Note outside the databases that something about the log failed, for the alarm; they may be what failed."""
        with suppress(OSError), self._locked():
            kinds = {*self.troubles(), kind}
            (self._folder / _TROUBLE).write_text("\n".join(sorted(kinds)), encoding="utf-8")

    def troubles(self) -> set[str]:
        """Return what has failed and was not told yet."""
        try:
            return set((self._folder / _TROUBLE).read_text(encoding="utf-8").splitlines())
        except OSError:
            return set()

    def forget_troubles(self, told: set[str]) -> None:
        """Forget what somebody was told of."""
        if told & self.troubles():
            with suppress(OSError), self._locked():
                left = self.troubles() - told
                (self._folder / _TROUBLE).write_text("\n".join(sorted(left)), encoding="utf-8")

    def _write(self, chain: str, end: ChainEnd, former: ChainEnd | None) -> None:
        content = {"chain": chain, "end": _told(end), "former": _told(former) if former else None}
        told = json.dumps({"anchor": content, "seal": _seal(self._keys[0], content).hex()})
        path = self._path(chain)
        fresh = path.with_suffix(".new")
        fresh.write_text(told, encoding="ascii")
        fresh.replace(path)

    def _path(self, chain: str) -> Path:
        return self._folder / f"{chain or _SYSTEM}.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _seal(key: bytes, content: object) -> bytes:
    return hmac.digest(key, json.dumps(content, sort_keys=True).encode(), "sha256")


def _told(end: ChainEnd) -> list[object]:
    return [end.number, end.mac.hex()]


def _end(told: list[object] | None) -> ChainEnd | None:
    return None if told is None else ChainEnd(int(str(told[0])), bytes.fromhex(str(told[1])))
