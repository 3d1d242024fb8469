import pytest
from rich.console import Console
from rich.text import Text

from confaudit.render.styled import Styled, joined, styled

CONSOLE = Console(width=80, file=None)
TEXTS = (
    "",
    "one",
    "some words that have to go to lines of their own where there is little room",
    "a/path/without/any/blank/that/fits/on/no/line/however/it/is/broken and then more",
    "  two  blanks   before, between    and behind  ",
    "東京都 千代田区 丸の内一丁目 and some more",
    "e\u0301tude 👩\u200d💻👩\u200d💻👩\u200d💻👩\u200d💻 ❤\ufe0f❤\ufe0f❤\ufe0f❤\ufe0f end",
)


@pytest.mark.parametrize("width", [4, 7, 20, 60])
@pytest.mark.parametrize("text", TEXTS)
def test_lines_end_where_those_of_rich_do(text, width):
    by_rich = Text(text).wrap(CONSOLE, width, overflow="fold")
    folded = styled(text).folded(width)
    assert [line.plain for line in folded] == [line.plain.rstrip() for line in by_rich]
    assert all(line.width <= width for line in folded)


def test_styles_stay_with_their_letters():
    text = styled("a ", ("bold words", "bold"), " and ", ("red\nones", "red"))
    first, second = text.lines()
    assert (first.plain, second.plain) == ("a bold words and red", "ones")
    assert [line.written(color=True) for line in first.folded(8)] == [
        "a \x1b[1mbold\x1b[0m",
        "\x1b[1mwords\x1b[0m",
        "and \x1b[31mred\x1b[0m",
    ]
    assert first.cut(10).written(color=True) == "a \x1b[1mbold wo…\x1b[0m"
    assert first.cut(80) is first


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (Styled(), ""),
        (styled("x", ("", "red")), "x"),
        (styled(("x", "red bold")), "\x1b[1;31mx\x1b[0m"),
        (styled("x", ("y", "bold")).under("dim"), "\x1b[2mx\x1b[0m\x1b[1;2my\x1b[0m"),
        (joined((", ", "dim"), ("x", ("y", "blue"))), "x\x1b[2m, \x1b[0m\x1b[34my\x1b[0m"),
    ],
)
def test_what_a_terminal_takes(text, written):
    assert text.written(color=True) == written
    assert bool(text) is bool(written)
