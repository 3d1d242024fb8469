"""The script that takes snapshots for an hour: a few seconds of it."""

import pytest

from tests.soak import soak

pytestmark = pytest.mark.usefixtures("quiet_home")


def test_every_change_is_there(tmp_path):
    found = soak(tmp_path, seconds=3.0, pause=0.0)
    assert (found.exits, found.fsck, found.complaints) == ({0}, "", ())
    assert found.values == found.expected
    assert found.measured
