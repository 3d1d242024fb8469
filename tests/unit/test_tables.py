"""Of a table all rows that fail are told, as tests of their own would."""

import inspect

import pytest

from tests.tables import every_row


def test_all_rows_that_fail_are_told_by_name():
    @every_row(("number", "limit"), [(1, 2), (3, 2), (4, 2)], ids=["one", "three", "four"])
    def test(number, limit):
        assert number < limit

    with pytest.raises(ExceptionGroup, match="2 of 3 rows") as caught:
        test()
    told = [fault.__notes__ for fault in caught.value.exceptions]
    assert told == [["in the row three"], ["in the row four"]]


def test_what_does_not_raise_as_it_should_fails():
    @every_row("work", [list, int])
    def test(work):
        with pytest.raises(ValueError, match="a"):
            work()

    with pytest.raises(BaseExceptionGroup, match="2 of 2 rows"):
        test()


def test_tables_of_tables_and_fixtures_get_what_is_theirs():
    seen = []

    @every_row("letter", "ab")
    @every_row("number", [1, 2], ids=str)
    def test(letter, number, tmp_path):
        seen.append((letter, number, tmp_path))

    assert [*inspect.signature(test).parameters] == ["tmp_path"]
    test(tmp_path="x")
    assert seen == [("a", 1, "x"), ("a", 2, "x"), ("b", 1, "x"), ("b", 2, "x")]


def test_no_table_is_empty():
    with pytest.raises(AssertionError, match="without rows"):
        every_row("row", [])
