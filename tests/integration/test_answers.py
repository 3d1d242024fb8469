"""What is kept of the last answers, beside git's own files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from confaudit.store.answers import Answer, Answers

EARLY = Answer(at=datetime(2026, 1, 5, 11, 44, 6, tzinfo=UTC))
LATE = Answer(
    at=datetime(2026, 1, 6, tzinfo=UTC), token_expires_at=datetime(2026, 1, 9, tzinfo=UTC)
)


def test_the_latest_answer_of_each_deployment_is_kept(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    assert answers.last() == {}
    for name, answer in (("prod", EARLY), ("prod", LATE), ("prod", EARLY), ("v1.2", EARLY)):
        answers.note(name, answer)
    assert Answers(tmp_path).last() == {"prod": LATE, "v1.2": EARLY}


@pytest.mark.parametrize("text", ["", "[]", '{"at": "2026-01-05T00:00:00"}', '{"at": 1e99}'])
def test_a_damaged_note_tells_nothing_and_is_replaced(tmp_path: Path, text: str) -> None:
    answers = Answers(tmp_path)
    answers.note("prod", LATE)
    (tmp_path / "confaudit/answers/prod.json").write_text(text)
    assert answers.last() == {}
    answers.note("prod", EARLY)
    assert answers.last() == {"prod": EARLY}
    assert [path.name for path in (tmp_path / "confaudit/answers").iterdir()] == ["prod.json"]


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "confaudit").write_text("in the way")
    Answers(tmp_path).note("prod", EARLY)
    assert Answers(tmp_path).last() == {}
