"""What holds of every delivery of acts, whatever is stored and however it is applied."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pebem.history.acts import ApplyRule, CompletenessScope, Contents, apply_acts, compare, surplus
from pebem.history.contents import days_of, unpack
from pebem.history.wards import WardHistory
from tests.support.pebem.deliveries import ACT, acts

NONE, SURE, SIMILAR = ApplyRule("none"), ApplyRule("sure"), ApplyRule("similar")
DAY = ACT["day"]


def rows() -> st.SearchStrategy[Contents]:
    """Rows of few people and times, so that most deliveries meet."""
    row = st.fixed_dictionaries(
        {
            "day": st.integers(DAY, DAY + 2),
            "resident_id": st.integers(0, 2),
            "staff_id": st.integers(0, 2),
            "minute": st.sampled_from([0, 1, 421]),
            "seconds": st.sampled_from([0, 601]),
            "shift": st.integers(0, 2),
            "ward": st.integers(0, 2),
        }
    )
    return st.lists(row, max_size=12).map(lambda found: acts(*found))


scopes = st.none() | st.builds(
    CompletenessScope,
    st.just(DAY),
    st.integers(DAY, DAY + 2),
    st.none() | st.sets(st.integers(1, 2), min_size=1).map(frozenset),
    st.sets(st.integers(DAY, DAY + 2), max_size=1).map(frozenset),
)
rules = st.builds(ApplyRule, st.sampled_from(["none", "sure", "similar"]), scopes)
LIVED_IN = WardHistory.of([(1, 0, 1), (1, DAY + 1, 2)])


@given(rows(), rows(), rules)
def test_same_delivery_twice_adds_nothing(stored: Contents, delivered: Contents, rule: ApplyRule) -> None:
    once = apply_acts(stored, delivered, rule, LIVED_IN)
    assert np.array_equal(apply_acts(once, delivered, rule, LIVED_IN), once)


@given(rows(), rows(), rules)
def test_days_do_not_depend_on_each_other(stored: Contents, delivered: Contents, rule: ApplyRule) -> None:
    everything = apply_acts(stored, delivered, rule, LIVED_IN)
    for chosen in ([DAY], [DAY, DAY + 2], []):
        old, new, both = (one[np.isin(days_of(one), chosen)] for one in (stored, delivered, everything))
        assert np.array_equal(apply_acts(old, new, rule, LIVED_IN), both)


@given(rows(), rows())
def test_without_pairing_every_row_is_stored(stored: Contents, delivered: Contents) -> None:
    mine, theirs = (Counter(one.tolist()) for one in (stored, delivered))
    assert Counter(apply_acts(stored, delivered, NONE).tolist()) == mine | theirs


@given(rows(), rows(), rules)
def test_whole_delivery_is_stored_and_changes_add_up(stored: Contents, delivered: Contents, rule: ApplyRule) -> None:
    changes = compare(stored, delivered, rule, LIVED_IN)
    result = apply_acts(stored, delivered, rule, LIVED_IN)
    assert len(surplus(delivered, result)) == 0
    assert np.array_equal(np.sort(result), result)
    assert len(changes.before) == len(changes.after)
    assert len(changes.alike_before) == len(changes.alike_after)
    assert changes.unchanged + len(changes.new) + len(changes.after) == len(delivered)
    assert len(result) == len(stored) + len(changes.new) - len(changes.missing)
    assert len(surplus(changes.alike_after, changes.new)) == 0
    assert len(surplus(changes.alike_before, result)) == 0


@given(rows(), rows(), st.sampled_from([SURE, SIMILAR]))
def test_pairs_are_about_one_act(stored: Contents, delivered: Contents, rule: ApplyRule) -> None:
    """Never across wards both given, nor across employees both given where there is no resident."""
    changes = compare(stored, delivered, rule)
    for one, other in ((changes.before, changes.after), (changes.alike_before, changes.alike_after)):
        old, new = unpack(one.tobytes()), unpack(other.tobytes())
        for name in ("day", "resident_id", "intervention"):
            assert (old[name] == new[name]).all()
        agree = {name: (old[name] == new[name]) | (old[name] == 0) | (new[name] == 0) for name in old}
        assert agree["ward"].all()
        assert agree["minute"].all()
        assert (agree["staff_id"] | (old["resident_id"] > 0)).all()
        assert (agree["shift"] | (old["minute"] > 0) | (new["minute"] > 0)).all()
