"""The solver against trying every plan, on small networks."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import numpy as np
import pytest

from pebem.relief import solver
from pebem.relief.solver import Network, UnprovenError, assign


def random_network(rng: np.random.Generator, part: int) -> Network:
    """Build people with a little time, tasks of their own, and for each task someone else who may take it."""
    people, tasks = int(rng.integers(2, 5)), int(rng.integers(1, 5))
    performer = rng.integers(people, size=tasks)
    pairs = [(t, p) for t in range(tasks) for p in range(people) if p != performer[t] and rng.random() < 0.6]
    pairs = pairs or [(0, (int(performer[0]) + 1) % people)]
    task, taker = np.array(pairs).T
    limit = np.concatenate([rng.integers(1, 3, tasks), rng.integers(0, 3, people)])
    frees = np.where(rng.random(people) < 0.7, tasks + np.arange(people), -1)[performer[task]]
    return Network(
        part_of_arc=np.full(len(pairs), part),
        part_of_limit=np.full(len(limit), part),
        uses=np.stack([task, tasks + taker], axis=1),
        frees=frees[:, None],
        limit=limit,
        gain=rng.integers(0, 4, len(pairs)),
    )


def best_of_all(network: Network) -> tuple[int, int]:
    """Return units and gain of the best plan: the most units, then the highest gain."""
    most = [range(int(network.limit[network.uses[arc, 0]]) + 1) for arc in range(len(network.gain))]
    best = (0, 0)
    for plan in product(*most):
        used = [0] * len(network.limit)
        for arc, units in enumerate(plan):
            for limit in network.uses[arc]:
                used[limit] += units
            for limit in network.frees[arc]:
                if limit >= 0:
                    used[limit] -= units
        if all(amount <= most_of_it for amount, most_of_it in zip(used, network.limit.tolist(), strict=True)):
            gain = sum(units * int(network.gain[arc]) for arc, units in enumerate(plan))
            best = max(best, (sum(plan), gain))
    return best


def small_networks(count: int) -> list[Network]:
    rng = np.random.default_rng(7)
    networks: list[Network] = []
    while len(networks) < count:
        network = random_network(rng, len(networks))
        if np.prod([float(network.limit[row[0]] + 1) for row in network.uses]) <= 700:
            networks.append(network)
    return networks


def joined(networks: list[Network]) -> Network:
    """Put networks side by side as parts of one."""
    shift = np.cumsum([0, *(len(one.limit) for one in networks)])
    uses = [one.uses + by for one, by in zip(networks, shift, strict=False)]
    frees = [np.where(one.frees < 0, -1, one.frees + by) for one, by in zip(networks, shift, strict=False)]
    rest = ("part_of_arc", "part_of_limit", "limit", "gain")
    columns = {name: np.concatenate([getattr(one, name) for one in networks]) for name in rest}
    return Network(uses=np.concatenate(uses), frees=np.concatenate(frees), **columns)


@pytest.mark.slow
def test_the_plan_is_as_good_as_the_best_of_all_plans() -> None:
    networks = small_networks(400)
    together = assign(joined(networks))
    start, scarce, chained = 0, 0, 0
    for network in networks:
        alone = assign(network)
        # A part's plan depends on that part alone.
        assert together[start : start + len(alone)].tolist() == alone.tolist()
        start += len(alone)
        assert (int(alone.sum()), int(alone @ network.gain)) == best_of_all(network)
        wanted = {int(row[0]) for row in network.uses}
        scarce += int(alone.sum()) < sum(int(network.limit[task]) for task in wanted)
        received = np.bincount(network.uses[:, 1], alone, len(network.limit))
        chained += bool((received > network.limit).any())
    # The networks are hard ones: time is short in many, and in many a person takes on more than was free before.
    assert scarce > 80
    assert chained > 30


def test_nothing_to_assign_needs_no_solver() -> None:
    none = np.zeros(0, np.int64)
    nothing = Network(none, none, np.zeros((0, 2), np.int64), np.zeros((0, 1), np.int64), none, none)
    assert assign(nothing).tolist() == []


@pytest.mark.parametrize(
    ("plan", "price"),
    [
        ([0], [0, 0]),  # moves less than possible, and the prices do not say otherwise
        ([0], [7, 0]),  # prices that are high enough, but a plan that is not worth as much
        ([4], [14, 0]),  # more than the task has
        ([2], [12, -2]),  # a price below nothing
    ],
)
def test_an_answer_that_is_not_proven_is_refused(
    plan: list[int], price: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    single = np.zeros(1, np.int64)
    network = Network(single, np.zeros(2, np.int64), np.array([[0, 1]]), np.array([[-1]]), np.array([2, 5]), single)
    assert assign(network).tolist() == [2]
    assert network.value.tolist() == [7]
    monkeypatch.setattr(solver, "_solve", lambda *_: (np.array(plan), np.array(price)))
    with pytest.raises(UnprovenError):
        assign(network)


@pytest.mark.slow
def test_the_engine_loads_no_solver_until_one_is_needed() -> None:
    code = "import sys, pebem, pebem.relief.feasible; print('highspy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert done.stdout == "False\n"
