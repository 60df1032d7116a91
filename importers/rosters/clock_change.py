"""The two nights a year in which the clock in Germany changes."""

from __future__ import annotations

import numpy as np
import pandas as pd


def missing_on_the_clock(moments: np.ndarray) -> np.ndarray:
    """Return which local times do not exist, because the clock in Germany goes forward over them."""
    local = pd.DatetimeIndex(moments).tz_localize(
        "Europe/Berlin", nonexistent="NaT", ambiguous=np.ones(len(moments), dtype=bool)
    )
    missing: np.ndarray = np.isnat(local.to_numpy("datetime64[s]")) & ~np.isnat(moments)
    return missing


def twice_on_the_clock(moments: np.ndarray) -> np.ndarray:
    """Return which local times come twice, because the clock in Germany goes back over them."""
    index = pd.DatetimeIndex(moments)
    local = index.tz_localize("Europe/Berlin", nonexistent="shift_forward", ambiguous="NaT")
    twice: np.ndarray = np.isnat(local.to_numpy("datetime64[s]")) & ~np.isnat(moments)
    return twice
