"""Entries come and go by whole lines: comments, order and layout stay as people made them."""

from datetime import date
from typing import Final

import pytest

from confaudit.core.judge.exception_text import item
from confaudit.core.judge.exceptions import Decision, ExceptionEntry
from confaudit.errors import ConfigError
from confaudit.rulebook.exception_lines import added, without
from confaudit.rulebook.exceptions import read

FILE: Final = "confaudit-exceptions.yaml"
NEW: Final = ExceptionEntry(
    Decision.ACCEPT, "why", fingerprint="0123456789ab", expires=date(2026, 6, 30)
)
LINES: Final = (
    '  - fingerprint: "0123456789ab"\n    reason: "why"\n    expires: 2026-06-30\n'  # indented
)

TEXT: Final = """\
# ours

accept:  # as it is
  # the first
  - fingerprint: "000000000001"
    # inside it
    reason: |
      one
      # no comment

      - two
    expires: 2026-01-31

  # the second
  # in two lines
  -
    fingerprint: "000000000002"
    reason: x
# at the margin
  - {fingerprint: "000000000003",
     reason: x}

# the last
ignore:
- rule: a
  reason: x
"""


def test_an_entry_is_added_below_its_heading_and_nothing_else_moves() -> None:
    for text, expected in (
        ("", f"accept:\n{LINES}"),
        ("# nothing yet", f"# nothing yet\n\naccept:\n{LINES}"),
        ("accept:\n", f"accept:\n{LINES}"),
        ("ignore:\n- {rule: a, reason: x}", None),
        (TEXT, TEXT.replace("as it is\n", f"as it is\n{LINES}")),
        ("\ufeffaccept:\r\n", "\ufeffaccept:\r\n" + LINES.replace("\n", "\r\n")),
        (
            'accept:\n- fingerprint: "000000000001"\n  reason: x\n',
            "accept:\n"
            + LINES.replace("\n  ", "\n")[2:]
            + '- fingerprint: "000000000001"\n  reason: x\n',
        ),
    ):
        assert added(text, NEW, FILE) == (expected or f"{text}\n\naccept:\n{LINES}"), text


def test_what_is_added_is_read_as_it_was_meant() -> None:
    for words in ("'\"#: \\ - é 😀", "null", "2026-01-01", "*x", "\x1b[31m::error::\r@ann", "%"):
        meant = ExceptionEntry(Decision.IGNORE, words, rule="*a", option="[b]", owner=words)
        (entry,) = read("\n".join(("ignore:", *item(meant))).encode(), FILE)
        (found,) = read(added("", entry, FILE).encode(), FILE)
        assert (found.rule, found.option, found.expires) == ("*a", "[b]", None)
        if words.isprintable():
            assert (found.reason, found.owner) == (words, words)
        assert found.reason.isprintable()


def test_an_entry_goes_with_the_comments_right_above_it() -> None:
    entries = read(TEXT.encode(), FILE)
    for number, gone in enumerate(
        (
            TEXT[TEXT.index("  # the first") : TEXT.index("\n  # the second")],
            TEXT[TEXT.index("  # the second") : TEXT.index("# at the margin")],
            TEXT[TEXT.index("  - {") : TEXT.index("\n# the last")],
            "- rule: a\n  reason: x\n",
        )
    ):
        assert without(TEXT, [entries[number]], FILE) == TEXT.replace(gone, ""), number
    nothing = without(TEXT, entries, FILE)
    assert nothing == "# ours\n\naccept:  # as it is\n\n# at the margin\n\n# the last\nignore:\n"
    assert without(TEXT, [], FILE) == TEXT


def test_what_has_no_lines_of_its_own_is_left_alone() -> None:
    inline = 'accept: [{fingerprint: "000000000001", reason: x}]\n'
    for text in (inline, "accept: ~\n", "accept: []\n", "{}\n", "--- {accept: }\n", "? accept\n"):
        with pytest.raises(ConfigError, match="laid out so that no line"):
            added(text, NEW, FILE)
    with pytest.raises(ConfigError, match="laid out so that no line"):
        without(inline, read(inline.encode(), FILE), FILE)
    shared = "ignore:\n- &a {rule: a, reason: x}\n- *a\n"
    with pytest.raises(ConfigError, match="laid out so that no line"):
        without(shared, read(shared.encode(), FILE)[:1], FILE)
