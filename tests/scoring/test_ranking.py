"""Ranks and tables against a plain count (scoring.md §5)."""

from types import SimpleNamespace

import numpy as np
import pytest

from scoring.ranking import competition_ranks, township_table


def plain_ranks(level, index, has_index, included, groups):
    keys = [(a, b if c else -1) for a, b, c in zip(level, index, has_index, strict=True)]
    rows = list(zip(keys, groups, included, strict=True))
    return [
        1 + sum(other > key and near == group and counts for other, near, counts in rows) if mine else 0
        for key, group, mine in rows
    ]


def random_keys(seed, n):
    rng = np.random.default_rng(seed)
    level = rng.integers(0, 6, n).astype(np.int8)
    return level, rng.integers(8000, 8010, n), rng.random(n) < 0.9, rng.random(n) < 0.9, rng.integers(0, 4, n)


@pytest.mark.parametrize("n", [0, 1, 2, 200])
@pytest.mark.parametrize("seed", range(5))
def test_ranks_are_one_more_than_those_strictly_better(seed, n):
    *keys, groups = random_keys(seed, n)

    assert competition_ranks(*keys).tolist() == plain_ranks(*keys, [0] * n)
    assert competition_ranks(*keys, groups).tolist() == plain_ranks(*keys, groups)


def test_no_index_ranks_last_of_its_level():
    has_index, everyone = np.array([False, True, True]), np.ones(3, bool)

    ranks = competition_ranks(np.zeros(3, np.int8), np.array([0, 0, 10]), has_index, everyone)

    assert ranks.tolist() == [3, 2, 1]


def test_parked_branches_count_nowhere():
    level, index = np.array([5, 3, 1], np.int8), np.array([9000, 8000, 7000])
    results = SimpleNamespace(level=level, index=index, has_index=np.array([True, True, True]))

    table = township_table(["b", "a", "a"], results, np.array([False, True, True]))

    shown = [(row.key, row.rank, row.line.rated, row.line.share) for row in table]
    assert shown == [("a", 1, 2, 5000), ("b", 0, 0, None)]
    assert table[0].levels == (0, 1, 0, 1, 0, 0)
    assert table[0].line.index_mean == 7500
