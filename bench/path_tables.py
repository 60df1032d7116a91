"""The input of other libraries for the whole path: the same frames, and the rules as tables.

They are spared more than the engine: everyone has a number of their own in all homes, instability does not overlap,
and states the rules treat alike are one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from pebem.engine.lookup_tables import compile_home
from pebem.engine.timeline import FIRST_ASSESSED, FIRST_PERSON, STATE_NOBODY, STATE_UNASSESSED, STATE_UNKNOWN
from pebem.fit_classes import FIT_CLASSES, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from pebem.aggregate import Aggregate
    from pebem.contracts import Tables
    from pebem.engine.lookup_tables import CompiledHome
    from rules import RuleBook

GROUPINGS: Final = {
    "ward_shift": ("home", "ward", "shift", "outcome"),
    "day": ("home", "date", "outcome"),
    "intervention": ("home", "intervention", "outcome"),
}
COVERAGE: Final = ("home", "date", "ward")
COUNTS: Final = ("counted", "bewohner", "begutachtung", "mitarbeitende", "minuten")

_ROWS: Final = ("resident", "staff", "intervention", "date", "seconds", "shift", "ward", "status")
FLAGS: Final = ("bewohner", "begutachtung", "mitarbeitende")


@dataclass(frozen=True)
class PathTables:
    """The input of the libraries: the rows of all homes, what is effective when, and the demands of the rules.

    Attributes
    ----------
    rows
        ``home``, text columns as categories, ``date``, ``seconds``.
    residents
        ``resident``, ``lives_in``: the ward.
    assessments
        ``resident``, ``since``, ``assessment``; in the order of ``since``.
    instability
        ``resident``, ``since``, ``until``, ``kind`` (what the rules distinguish); in the order of ``since``.
    staff
        ``staff``, ``since``, ``until``, ``supply``; in the order of ``since``.
    states
        ``assessment``, ``kind`` -> ``profile``: states the rules treat alike share one.
    demands
        ``profile``, ``intervention`` -> ``demand``.
    ends
        ``demand``, ``supply`` -> ``outcome`` and what is known: ``bewohner``, ``begutachtung``, ``mitarbeitende``.
    profiles
        Profile of no resident, of a resident who is not known, and of one without assessment.
    period
        First and last day.
    """

    rows: pd.DataFrame
    residents: pd.DataFrame
    assessments: pd.DataFrame
    instability: pd.DataFrame
    staff: pd.DataFrame
    states: pd.DataFrame
    demands: pd.DataFrame
    ends: pd.DataFrame
    profiles: tuple[int, int, int]
    period: tuple[date, date]

    @property
    def frames(self) -> Mapping[str, pd.DataFrame]:
        """Return the frames by name."""
        frames = {spot.name: getattr(self, spot.name) for spot in fields(self)}
        return {name: frame for name, frame in frames.items() if isinstance(frame, pd.DataFrame)}


def path_tables_of(homes: Sequence[Tables], book: RuleBook, period: tuple[date, date]) -> PathTables:
    """Concatenate the frames of all homes, and take the tables of the rules from the engine.

    Homes are as :mod:`bench.homes` draws them: no person in two of them, no overlapping instability, no levels set
    by hand.
    """
    names = ("residents", "assessments", "instability", "staff")
    people = {name: pd.concat([getattr(one, name) for one in homes], ignore_index=True) for name in names}
    home = compile_home(type(homes[0])(**people), book, period)
    rows = _rows(homes)
    resident = pd.CategoricalDtype(rows["resident"].cat.categories)
    staff = pd.CategoricalDtype(rows["staff"].cat.categories)
    since_always = np.datetime64("1900-01-01", "s")
    for_ever = np.datetime64("2200-01-01", "s")
    moved_in = people["residents"].set_index("resident")["moved_in"]
    assessed, unstable, employed = (people[name] for name in names[1:])
    since = assessed["date"].fillna(assessed["resident"].map(moved_in)).fillna(since_always)
    demand, profile = np.unique(home.lookup.demand, axis=0, return_inverse=True)
    profile = profile.reshape(-1)
    entries = [entry.id for entry in book.interventions]
    return PathTables(
        rows,
        pd.DataFrame(
            {
                "resident": people["residents"]["resident"].astype(resident),
                "lives_in": people["residents"]["ward"].astype(rows["ward"].dtype),
            }
        ),
        _ordered(resident=assessed["resident"].astype(resident), since=since, assessment=np.arange(len(assessed))),
        _ordered(
            resident=unstable["resident"].astype(resident),
            since=unstable["start"].fillna(since_always),
            until=unstable["end"].fillna(for_ever),
            kind=_kinds(unstable["criterion"], home),
        ),
        _ordered(
            staff=employed["staff"].astype(staff),
            since=employed["start"].fillna(since_always),
            until=employed["end"].fillna(for_ever),
            supply=_supplies(employed, home, period),
        ),
        pd.DataFrame(
            {
                "assessment": home.residents.assessment[FIRST_ASSESSED:],
                "kind": (home.residents.states.criteria @ _numbers(home))[FIRST_ASSESSED:],
                "profile": profile[FIRST_ASSESSED:],
            }
        ),
        pd.DataFrame(
            {
                "profile": np.repeat(np.arange(len(demand)), len(entries)),
                "intervention": pd.Categorical(entries * len(demand), categories=rows["intervention"].cat.categories),
                "demand": demand.ravel().astype(np.int32),
            }
        ),
        _ends(home),
        (int(profile[STATE_NOBODY]), int(profile[STATE_UNKNOWN]), int(profile[STATE_UNASSESSED])),
        period,
    )


def _rows(homes: Sequence[Tables]) -> pd.DataFrame:
    parts = [one.interventions for one in homes]
    columns: dict[str, Any] = {"home": np.repeat(np.arange(len(parts), dtype=np.int16), [len(part) for part in parts])}
    for name in _ROWS:
        columns[name] = (
            pd.api.types.union_categoricals([part[name] for part in parts])
            if isinstance(parts[0][name].dtype, pd.CategoricalDtype)
            else np.concatenate([part[name].to_numpy() for part in parts])
        )
    return pd.DataFrame(columns)


def _ordered(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns).sort_values("since", ignore_index=True)


def _numbers(home: CompiledHome) -> NDArray[np.int64]:
    """Return the kind of each criterion the states distinguish; 0 is left for none."""
    return np.arange(1, len(home.residents.states.criterion_ids) + 1)


def _kinds(criteria: pd.Series, home: CompiledHome) -> NDArray[np.int64]:
    names = home.residents.states.criterion_ids
    numbers = dict(zip(names, _numbers(home), strict=True))
    return np.array([numbers.get(name, numbers[names[-1]]) for name in criteria], np.int64)


def _supplies(employed: pd.DataFrame, home: CompiledHome, period: tuple[date, date]) -> NDArray[np.int32]:
    """Return the supply of each row of the staff: that of the grid on the row's first effective day, 0 = never."""
    first = np.datetime64(period[0], "D")
    start = (employed["start"].to_numpy("datetime64[D]") - first).astype(np.int64)
    start = np.where(employed["start"].isna(), 0, np.maximum(start, 0))
    person = home.known_staff.get_indexer(pd.Index(employed["staff"])) + FIRST_PERSON
    return home.lookup.supply[person, np.minimum(start, home.days - 1)].astype(np.int32)


def _ends(home: CompiledHome) -> pd.DataFrame:
    demand, supply = np.indices(home.lookup.end.shape)
    end = home.lookup.end.ravel()
    recorded = (home.ends.resident, home.ends.assessed, home.ends.staff)
    flags = {name: column[end].astype(np.int64) for name, column in zip(FLAGS, recorded, strict=True)}
    return pd.DataFrame(
        {"demand": demand.ravel().astype(np.int32), "supply": supply.ravel(), "outcome": home.ends.outcome[end]} | flags
    )


def of_engine(results: Sequence[Aggregate]) -> dict[str, pd.DataFrame]:
    """Return the result of the engine, home by home, in the form of the libraries."""
    outcome = {(o.qn_soll, o.qn_ist, FIT_CLASSES[o.fit], o.certificate): i for i, o in enumerate(OUTCOMES)}
    frames = {}
    for name, keys in GROUPINGS.items():
        dims = tuple("day" if key == "date" else key for key in keys[1:-1])
        frame = pd.concat([one.by(*dims).assign(home=number) for number, one in enumerate(results)])
        named = zip(frame["qn_soll"], frame["qn_ist"], frame["fit"], frame["certificate"], strict=True)
        frames[name] = frame.assign(outcome=[outcome[key] for key in named])
    frames["coverage"] = pd.concat(
        [one.covered("day", "ward").assign(home=number) for number, one in enumerate(results)]
    )
    return {name: frame.rename(columns={"day": "date"}) for name, frame in frames.items()}


def comparable(frames: Mapping[str, pd.DataFrame], rows: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    """Return each frame as an array of integers, a cell a row, in the order of the cells; labels as in ``rows``."""
    tables = {}
    for name, frame in frames.items():
        keys, sums = (GROUPINGS[name], ("count", "seconds")) if name in GROUPINGS else (COVERAGE, COUNTS)
        columns = [_numbered(frame[key], rows[key]) if key in rows else frame[key] for key in keys]
        columns += [frame[key] for key in sums]
        cells = np.stack([np.asarray(column, np.int64) for column in columns], axis=1)
        tables[name] = cells[np.lexsort(cells[:, : len(keys)].T[::-1])]
    return tables


def _numbered(labels: pd.Series, like: pd.Series) -> NDArray[np.int64]:
    if isinstance(like.dtype, pd.CategoricalDtype):
        return pd.Categorical(labels, categories=like.cat.categories).codes.astype(np.int64)
    if pd.api.types.is_integer_dtype(like.dtype):
        return labels.to_numpy(np.int64)
    return pd.to_datetime(labels).to_numpy("datetime64[D]").astype(np.int64)
