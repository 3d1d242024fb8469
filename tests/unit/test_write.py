"""Files that a user asked for, where something else than a file is in their place."""

import os

import pytest

from confaudit.workflows.write import write_named, write_text


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to("far/report")
    for text in ("first", "second"):  # it leads nowhere at first
        write_named(tmp_path / "link", text)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "far/report").read_text() == text
    assert [*(tmp_path / "far").iterdir()] == [tmp_path / "far/report"]


def test_a_link_that_nobody_named_is_replaced(tmp_path):
    (tmp_path / "theirs").write_text("old")
    (tmp_path / "link").symlink_to("theirs")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "theirs").read_text() == "old"
    assert not (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("write", [write_named, write_text])
def test_a_pipe_gets_the_text(write, tmp_path):
    source, target = os.pipe()
    (tmp_path / "link").symlink_to(f"/dev/fd/{target}")
    write(tmp_path / "link", "told")
    os.close(target)
    assert os.read(source, 100) == b"told"
    os.close(source)
    assert (tmp_path / "link").is_symlink()


def test_a_descriptor_of_a_file_stays_one(tmp_path):
    """As `-o /dev/stdout` is, where standard output goes to a file, which may be gone."""
    with (tmp_path / "file").open("w+") as file:
        (tmp_path / "link").symlink_to(f"/dev/fd/{file.fileno()}")
        (tmp_path / "file").rename(tmp_path / "renamed")
        (tmp_path / "renamed").unlink()
        write_named(tmp_path / "link", "told")
        assert file.read() == "told"
    assert [*tmp_path.iterdir()] == [tmp_path / "link"]
