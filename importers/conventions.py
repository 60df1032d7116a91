"""What a home has settled once for all its files: its words and its profiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.sheets.profiles import SourceProfile


@dataclass(frozen=True, slots=True)
class HomeConventions:
    """The home's own words and profiles; they take precedence over our lists and cause no warning.

    Attributes
    ----------
    interventions
        Own name -> catalogue id, or ``IGNORE``, ``SPLIT``, ``NO_ENTRY`` (``importers.content.intervention_names``):
        rows of these stay out, unseen or as faulty with the reason.
    qualifications
        Own word -> "1" to "8", or "1 betreuung-43b".
    roles
        Own word -> role as stored.
    shifts
        Own abbreviation in column ``Schicht`` -> word stored ("F" -> "Früh").
    shift_codes
        Code of the roster -> times such as "06:00-14:00" or "07:00-11:00/16:00-20:00, Pause 30", or frei, krank,
        Urlaub. The sheet ``Dienstzeiten`` takes precedence.
    shift_starts
        Shift -> time of day at which it begins ("06:00"), anything else where the home has no such shift. Where all
        shifts asked about are here, rows without a shift get theirs from their time of day.
    profiles
        How sheets of known sources are read.
    """

    interventions: Mapping[str, str] = field(default_factory=dict)
    qualifications: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    shifts: Mapping[str, str] = field(default_factory=dict)
    shift_codes: Mapping[str, str] = field(default_factory=dict)
    shift_starts: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[SourceProfile, ...] = ()
