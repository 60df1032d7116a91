"""Does it fit? Decided once for each pair of a demand and a supply, never for each row.

A *demand* is all that matters of (resident state, intervention): level, reserved or not, which certificate
is admitted, which kind of work. A *supply* is all that matters of (employee, day): the level that counts and
the certificates. Both are few, so the fit of every pair is one small table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIT_CLASSES: Final = ("passend", "unterqualifiziert", "ueberqualifiziert", "vorbehalt_verletzt", "nicht_bewertbar")

PASSEND, UNTERQUALIFIZIERT, UEBERQUALIFIZIERT, VORBEHALT_VERLETZT, NICHT_BEWERTBAR = range(5)

_LEVELS: Final = range(5)


@dataclass(frozen=True, order=True)
class Outcome:
    """A possible outcome of a row: levels (0 = unknown), fit class, and whether a certificate made it fit."""

    qn_soll: int
    qn_ist: int
    fit: int
    certificate: bool = False


def _possible(soll: int, ist: int) -> list[Outcome]:
    if soll == 0 or ist == 0:
        return [Outcome(soll, ist, NICHT_BEWERTBAR)]
    if ist == soll:
        return [Outcome(soll, ist, PASSEND)]
    if ist > soll:
        return [Outcome(soll, ist, UEBERQUALIFIZIERT)]
    below = [Outcome(soll, ist, PASSEND, certificate=True), Outcome(soll, ist, UNTERQUALIFIZIERT)]
    return [*below, Outcome(soll, ist, VORBEHALT_VERLETZT)]


OUTCOMES: Final = tuple(outcome for soll in _LEVELS for ist in _LEVELS for outcome in _possible(soll, ist))
"""All possible outcomes of a row; the kernel works with the position in this list."""

OUTCOME_COLUMNS: Final = ("qn_soll", "qn_ist", "fit", "certificate")
"""Parts of an outcome, in the order of the labels of its codes; ``fit`` by name."""

_POSITION: Final = np.full((len(_LEVELS), len(_LEVELS), len(FIT_CLASSES), 2), -1, np.int32)
for _i, _one in enumerate(OUTCOMES):
    _POSITION[_one.qn_soll, _one.qn_ist, _one.fit, int(_one.certificate)] = _i


@dataclass(frozen=True)
class Demands:
    """What k distinct demands ask for, arrays of shape (k,).

    Attributes
    ----------
    level : uint8
        QN-Soll, 0 = unknown.
    reserved : bool
        Reserved to registered nurses by § 4 PflBG.
    admits : int16
        Position among the certificates the rulebook knows, -1 = none is admitted.
    admits_from : uint8
        Lowest level the certificate helps.
    everyday : bool
        Work of kind ``alltag`` that is not reserved: for some roles another level counts there.
    """

    level: NDArray[np.uint8]
    reserved: NDArray[np.bool_]
    admits: NDArray[np.int16]
    admits_from: NDArray[np.uint8]
    everyday: NDArray[np.bool_]


@dataclass(frozen=True)
class Supplies:
    """m distinct supplies, first the unknown one.

    Attributes
    ----------
    level : (m,) uint8
        Level that counts (1-4) for work that is not of kind ``alltag``, 0 = unknown.
    level_everyday : (m,) uint8
        The same for kind ``alltag``.
    certificates : (m, c) bool
        Which of the certificates the rulebook knows the person holds.
    """

    level: NDArray[np.uint8]
    level_everyday: NDArray[np.uint8]
    certificates: NDArray[np.bool_]


def classify(demands: Demands, supplies: Supplies) -> NDArray[np.int32]:
    """Return the outcome of each pair, shape (k, m), as positions in :data:`OUTCOMES`.

    The classes are checked in the order of the rulebook: not to be rated, reserved task violated,
    fitting (also by certificate), under-qualified, over-qualified.
    """
    soll = demands.level[:, None]
    ist = np.where(demands.everyday[:, None], supplies.level_everyday, supplies.level)
    holds = np.zeros(ist.shape, bool)
    if supplies.certificates.shape[1]:
        admitted = supplies.certificates.T[np.maximum(demands.admits, 0)]
        holds = admitted & (demands.admits >= 0)[:, None] & (ist >= demands.admits_from[:, None])
    by_certificate = holds & (ist < soll)
    highest = max(_LEVELS)
    fit = np.select(
        [
            (soll == 0) | (ist == 0),
            demands.reserved[:, None] & (ist < highest),
            (ist == soll) | by_certificate,
            ist < soll,
        ],
        [NICHT_BEWERTBAR, VORBEHALT_VERLETZT, PASSEND, UNTERQUALIFIZIERT],
        UEBERQUALIFIZIERT,
    )
    by_certificate &= fit == PASSEND
    return _POSITION[soll, ist, fit, by_certificate.astype(np.int64)]
