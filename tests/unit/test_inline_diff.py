import pytest

from confaudit.core.model import Value
from confaudit.present.inline_diff import Segment, compare_items, mark_words, middle_out, shorten
from tests.tables import every_row


@every_row(
    ("before", "after", "removed", "added"),
    [
        ("https://a.example/x", "https://b.example/x", ["a"], ["b"]),
        ("info", "debug", ["info"], ["debug"]),
        ("one two", "one two three", [], [" three"]),
        ("a b c d e", "a X c Y e", ["b", "d"], ["X", "Y"]),
        ("same", "same", [], []),
        ("a a", "a", [" a"], []),
    ],
)
def test_words_that_differ_are_marked(
    before: str, after: str, removed: list[str], added: list[str]
) -> None:
    old, new = mark_words(before, after)
    assert "".join(segment.text for segment in old) == before
    assert "".join(segment.text for segment in new) == after
    assert [segment.text for segment in old if segment.changed] == removed
    assert [segment.text for segment in new if segment.changed] == added


@every_row(
    ("before", "after", "expected"),
    [
        (["a", "b"], ["b", "c"], (("a",), ("c",), ("b",), False)),
        (["a", "b"], ["b", "a"], ((), (), ("b", "a"), True)),
        (["a", "a"], ["a"], (("a",), (), ("a",), False)),
        ([1], ["1", True], (("1",), ('"1"', "true"), (), False)),
        (["\u202e"], ["U+202E"], (('"\\u202e"',), ('"U+202E"',), (), False)),
        ({"k": "\n"}, {"k": r"\n"}, (('"k": "\\n"',), ('"k": "\\\\n"',), (), False)),
        ({"k": 1, "j": 2}, {"k": 3, "j": 2}, (("k: 1",), ("k: 3",), ("j: 2",), False)),
        ([{"b": 1}], [], (('{"b": 1}',), (), (), False)),
    ],
)
def test_items(before: Value, after: Value, expected: tuple[object, ...]) -> None:
    items = compare_items(before, after)
    assert items is not None
    assert (items.removed, items.added, items.kept, items.reordered) == expected


@pytest.mark.parametrize(
    ("before", "after"), [("a", "b"), ([], {}), ({"secret_set": True}, {"secret_set": False})]
)
def test_no_items_where_values_are_not_two_lists_or_mappings(before: Value, after: Value) -> None:
    assert compare_items(before, after) is None


def test_a_long_text_is_shown_around_its_difference() -> None:
    old, _ = mark_words(
        "x" * 100_000 + " A " + "y" * 100_000, "x" * 100_000 + " B " + "y" * 100_000
    )
    short = shorten(old, 300)
    assert Segment("A", changed=True) in short
    assert sum(len(segment.text) for segment in short) <= 600
    assert "characters…]" in short[0].text


def test_many_differences_are_cut_and_counted() -> None:
    words = [f"w{number}" for number in range(200)]
    changed = [word if number % 2 else f"X{number}" for number, word in enumerate(words)]
    old, _ = mark_words(" ".join(words), " ".join(changed))
    short = shorten(old, 100)
    assert sum(len(segment.text) for segment in short) < 300
    assert short[-1].text.endswith("characters…]")


def test_middle_out_counts_what_it_leaves_out() -> None:
    assert middle_out("abcdefghij", 4) == "ab […6 characters…] ij"
    assert middle_out("abcd", 4) == "abcd"
