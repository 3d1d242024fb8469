import pytest

from confaudit.core.model import MISSING, Subject
from confaudit.core.report.anchors import change_anchor, plain_anchor
from tests.golden.sample_reports import leaf
from tests.tables import every_row


@pytest.mark.parametrize("key", ["access-url", "a.b_c.d-e", "A" * 100, "__proto__"])
def test_a_usual_key_is_its_own_anchor(key: str) -> None:
    change = leaf(Subject.CONFIG, key, 1, MISSING)
    assert change_anchor(change) == plain_anchor(change) == f"config:{key}"


@every_row("key", ["", "a b", "a/b", "A" * 101, "ü", "\ud800", '"><script>', "a\n"])
def test_of_any_other_key_there_is_a_digest(key: str) -> None:
    told = change_anchor(leaf(Subject.SERVER, key, 1, MISSING))
    subject, _, digest = told.partition(":")
    assert subject == "server"
    assert len(digest) == 16
    assert int(digest, 16) >= 0
    assert told != change_anchor(leaf(Subject.SERVER, f"{key}x", 1, MISSING))
