"""Which deployments belong to which share."""

import pytest

from confaudit.workflows.shard import Shard

NAMES = [f"team-{number}" for number in range(1000)]


@pytest.mark.parametrize("of", [1, 2, 3, 7, 50])
def test_every_deployment_is_in_one_share(of):
    shares = [Shard(number, of).share(NAMES) for number in range(1, of + 1)]
    assert sorted(name for share in shares for name in share) == sorted(NAMES)
    assert max(map(len, shares)) <= 2 * len(NAMES) / of


def test_adding_a_deployment_moves_no_other():
    before = Shard(2, 3).share(NAMES)
    assert [name for name in Shard(2, 3).share([*NAMES, "new", "a"]) if name in NAMES] == [*before]


def test_a_share_is_the_same_on_every_machine():
    assert Shard(1, 2).share(["prod", "staging", "dev"]) == ("prod", "staging")
    assert Shard(1, 1).share(NAMES) == tuple(NAMES)
