"""Machines that push to one remote at the same time lose no snapshot, nor does one repository."""

from collections import Counter

import pytest

from tests.writers import race

pytestmark = pytest.mark.usefixtures("quiet_home")
WRITERS, SNAPSHOTS = 3, 2
"""More of both, and for longer: `python -m tests.writers`."""


@pytest.mark.parametrize("in_clones", [True, False])
def test_every_snapshot_of_every_writer_arrives(tmp_path, in_clones):
    found = race(tmp_path, WRITERS, SNAPSHOTS, in_clones=in_clones)
    assert found.complaints == ()
    assert found.exits == Counter({0: WRITERS * SNAPSHOTS})
    assert found.recorded == Counter({f"d{n}": SNAPSHOTS for n in range(WRITERS)})
    assert (found.fsck, found.locks) == ("", ())
