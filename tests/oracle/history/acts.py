"""Folding acts onto acts: the same, the sure corrections, the similar ones."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

from .records import AmbiguousError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from .records import Act, Applied, Duty


def sure(earlier: Act, later: Act) -> tuple[int, ...] | None:
    """Return how close a sure correction (rule 2) is, the closest first; None = it is none."""
    if _about(earlier) != _about(later) or earlier.minute is None or earlier.minute != later.minute:
        return None
    return _closeness(_filled(earlier.employee, later.employee, (0, 1, None, None)), _ward(earlier, later))


def similar(earlier: Act, later: Act) -> tuple[int, ...] | None:
    """Return how close two acts are that may be one (rule 3); None = they are two."""
    if _about(earlier) != _about(later):
        return None
    if earlier.minute is None and later.minute is None:
        time = _filled(earlier.shift, later.shift, (1, 2, 3, None))
    else:
        time = _filled(earlier.minute, later.minute, (0, 4, 5, None))
    other = None if earlier.resident is None else 3
    return _closeness(time, _filled(earlier.employee, later.employee, (0, 1, 2, other)), _ward(earlier, later))


def fold(stored: Counter[Act], given: Counter[Act], pairing: str) -> tuple[Counter[Act], Counter[Act]]:
    """Return what is there after a delivery, and which of the stored acts it neither has nor replaces.

    Raises
    ------
    AmbiguousError
        Where the result depends on which of several acts a correction is paired with.
    """
    old, new = stored - given, given - stored
    replaced: Counter[Act] = Counter()
    stored_about, given_about = _by_about(old), _by_about(new)
    for about, there in given_about.items():
        here = stored_about.get(about)
        if here is None:
            continue
        outcomes = set(_outcomes(here, there, pairing))
        if len(outcomes) > 1:
            raise AmbiguousError(about)
        replaced += Counter(dict(outcomes.pop()))
    left = old - replaced
    return (stored & given) + left + new, left


def of_upload(one: Applied) -> Counter[Act]:
    """Return the acts of an upload, its files folded onto each other."""
    found: Counter[Act] = Counter()
    for file in one.files:
        found, _ = fold(found, Counter(file.acts), one.choice.pairing)
    return found


def duties_of(uploads: Sequence[Applied]) -> set[Duty]:
    """Return the duties: for each employee and day those of the newest delivery that names one."""
    found: set[Duty] = set()
    names = {one.name for one in uploads}
    for one in uploads:
        own = _own_duties(one)
        if one.repairs in names:
            continue
        for other in _repairs_of({one.name}, uploads):
            own |= _own_duties(other)
        if not own:
            continue
        wards = one.choice.wards
        gone = {duty for duty in found if _complete_day(one, duty.day) and (not wards or duty.ward in wards)}
        found = _newest(found - gone, own)
    return found


def _own_duties(one: Applied) -> set[Duty]:
    own: set[Duty] = set()
    for file in one.files:
        own = _newest(own, set(file.duties))
    return own


def _repairs_of(names: set[str], uploads: Sequence[Applied]) -> list[Applied]:
    """Return the uploads that repair rows of some, or of those that do."""
    found: list[Applied] = []
    for one in uploads:
        if one.repairs in names:
            found.append(one)
            names = names | {one.name}
    return found


def acts_of(uploads: Sequence[Applied], ward_of: Callable[[str | None, dt.date], str | None]) -> Counter[Act]:
    """Return the stored acts of a home.

    Parameters
    ----------
    ward_of
        Resident and day -> the ward he or she lives in, as all uploads and answers have it.
    """
    names = {one.name for one in uploads}
    repaired: dict[str, Counter[Act]] = {}
    found: Counter[Act] = Counter()
    for one in reversed(uploads):
        if one.repairs is not None:
            further = of_upload(one) + repaired.get(one.name, Counter())
            repaired[one.repairs] = repaired.get(one.repairs, Counter()) | further
    for one in uploads:
        if one.repairs in names:
            continue
        given = of_upload(one)
        if one.repairs is not None:
            found |= given + repaired.get(one.name, Counter())
            continue
        # Rows repaired later are further rows of the upload: they take nothing away and are not taken for others.
        further = repaired.get(one.name, Counter())
        found, left = fold(found - (further & (found - given)), given, one.choice.pairing)
        found += further
        found -= Counter({act: n for act, n in left.items() if _complete(one, act, ward_of)})
    return found


def _complete(one: Applied, act: Act, ward_of: Callable[[str | None, dt.date], str | None]) -> bool:
    """Return whether an upload is complete for what an act belongs to."""
    wards = one.choice.wards
    return _complete_day(one, act.day) and (not wards or (act.ward or ward_of(act.resident, act.day)) in wards)


def _complete_day(one: Applied, day: dt.date) -> bool:
    """Return whether an upload is complete for a day: not where a row of it was left out."""
    faulty = {other for file in one.files for other in file.faulty}
    first, last = one.choice.first, one.choice.last
    return first is not None and last is not None and first <= day <= last and not faulty & {None, day}


def _newest(stored: set[Duty], given: set[Duty]) -> set[Duty]:
    named = {(duty.employee, duty.day) for duty in given}
    return {duty for duty in stored if (duty.employee, duty.day) not in named} | given


def _about(act: Act) -> tuple[dt.date, str | None, str]:
    return act.day, act.resident, act.intervention


def _outcomes(old: Counter[Act], new: Counter[Act], pairing: str) -> Iterator[frozenset[tuple[Act, int]]]:
    """Yield every multiset of stored acts that may be replaced, as the rule leaves it open."""
    if pairing == "none":
        yield frozenset()
        return
    for first_old, first_new in _paired(old, new, sure):
        if pairing == "sure":
            yield frozenset(first_old.items())
            continue
        for second_old, _ in _paired(old - first_old, new - first_new, similar):
            yield frozenset((first_old + second_old).items())


def _paired(
    old: Counter[Act], new: Counter[Act], close: Callable[[Act, Act], tuple[int, ...] | None]
) -> Iterator[tuple[Counter[Act], Counter[Act]]]:
    """Yield what may be paired one to one, the closest first, until nothing fits any more."""
    ranked = {(a, b): rank for a, b in product(old, new) if (rank := close(a, b)) is not None}
    if not ranked:
        yield Counter(), Counter()
        return
    seen = set()
    for a, b in [pair for pair, rank in ranked.items() if rank == min(ranked.values())]:
        for more_old, more_new in _paired(old - Counter([a]), new - Counter([b]), close):
            found = more_old + Counter([a]), more_new + Counter([b])
            key = frozenset(found[0].items()), frozenset(found[1].items())
            if key not in seen:
                seen.add(key)
                yield found


def _by_about(acts: Counter[Act]) -> dict[tuple, Counter[Act]]:
    found: dict[tuple, Counter[Act]] = {}
    for act, n in acts.items():
        found.setdefault(_about(act), Counter())[act] = n
    return found


def _ward(earlier: Act, later: Act) -> int | None:
    return _filled(earlier.ward, later.ward, (0, 1, 2, None))


def _filled(earlier: object, later: object, ranks: tuple[int | None, ...]) -> int | None:
    """Return the rank of two values: equal, the earlier one not given, the later one not given, different."""
    equal, first, second, different = ranks
    return equal if earlier == later else first if earlier is None else second if later is None else different


def _closeness(*ranks: int | None) -> tuple[int, ...] | None:
    found = tuple(rank for rank in ranks if rank is not None)
    return found if len(found) == len(ranks) else None
