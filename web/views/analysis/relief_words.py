"""Words of feasible relief: to whom, for which levels, where and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from web.services.analysis.relief_parts import UnmetPart
    from web.services.analysis.small_groups import StaffGroup

EVERYWHERE: Final = "insgesamt"

_ROLES_NAMED: Final = 3
_FEW_HOURS: Final = 4
_WARD: Final = "Wohnbereich"


def taker(group: StaffGroup, titles: Mapping[str, str]) -> str:
    """Return who could have taken on work; ``titles`` are those of roles."""
    if group.low != group.high:
        return f"QN{figures.NO_BREAK}{group.low} {'oder' if group.high == group.low + 1 else 'bis'} {group.high}"
    level = figures.qn(group.low)
    if group.roles == ("",):
        return f"{level}, ohne Angabe der Rolle"
    *first, last = (titles.get(role, role) or "ohne Angabe der Rolle" for role in sorted(group.roles, reverse=True))
    named = f"{', '.join(first)} oder {last}" if first else last
    return f"{named} ({level})" if len(first) < _ROLES_NAMED else f"{level}, verschiedene Rollen"


def short_taker(group: StaffGroup, titles: Mapping[str, str], *, alone: bool) -> str:
    """Return the same in few words: several roles without their names; ``alone`` = no other group is of that level."""
    if len(group.roles) <= 1:
        return taker(group, titles)
    return figures.qn(group.low) if alone else f"{figures.qn(group.low)}, andere Rollen"


def levels(several: Sequence[int]) -> str:
    """Return levels as QN 1, 2 oder 3."""
    *first, last = map(str, several)
    return f"QN{figures.NO_BREAK}{', '.join(first)}{' oder ' if first else ''}{last}"


def times(start: int, end: int) -> str:
    """Return hours of the day as 20 bis 22 Uhr; from an hour to the same one is the whole day."""
    return "ganzer Tag" if start == end else f"{start} bis {end}{figures.NO_BREAK}Uhr"


def wards(several: Sequence[str]) -> str:
    """Return wards as they are called, with the word for them where their name lacks it."""
    *first, last = (one if one.casefold().startswith(_WARD.casefold()) else f"{_WARD} {one}" for one in several)
    return f"{', '.join(first)} und {last}" if first else last


def question(part: UnmetPart) -> str:
    """Return that nobody was there whom work would have fitted, as a sentence without its end: how much it was.

    Of several levels, or over many hours, nobody was there at times, and the sentence says no more.
    """
    whole_day = part.start == part.end
    when = "Rund um die Uhr" if whole_day else f"Zwischen {part.start} und {part.end}{figures.NO_BREAK}Uhr"
    where, which = f"{'im' if len(part.wards) == 1 else 'in'} {wards(part.wards)}", levels(part.levels)
    if len(part.levels) == 1 and part.hours <= _FEW_HOURS:
        return f"{when} war {where} niemand mit {which} im Dienst, der die Arbeit hätte übernehmen können"
    return f"{when} fehlte {where} zeitweise jemand mit passendem Niveau ({which})"
