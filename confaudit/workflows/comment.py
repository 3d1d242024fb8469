"""Say a report where people decide: as the one comment on a pull request that is ours.

Where that cannot be, for a fork or without a token, it goes to the summary of the run, else to
standard output; that is no failure.
"""

import sys
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from confaudit.errors import ConfigError, SourceError
from confaudit.notify.forge import RefusedError
from confaudit.sources.input import STDIN, read_file, visible
from confaudit.sources.wire import WireError, decode_text
from confaudit.workflows.pull_request import GITHUB, PullRequest

if TYPE_CHECKING:
    from confaudit.notify.sticky import Kept, Message

_SHORT_BLOCKS: Final = 2
"""Of a text that is too long: its title and its verdict."""
_SHORT_SIZE: Final = 4_000
"""Characters of these that are told; no title and verdict come near."""


class Body(Struct, frozen=True):
    """What is to be said."""

    text: str
    """Markdown, as a report in that format is."""
    key: str = ""
    """Tells several comments on one pull request apart."""
    is_clean: bool = False
    """There is nothing to tell: an earlier comment shall say so, and no new one be made."""


class Patience(Struct, frozen=True):
    """How long to try."""

    seconds: float
    """For one answer."""
    retries: int
    """Further tries after a failure."""


class Said(Struct, frozen=True):
    """What was done."""

    sentence: str
    unsaid: str = ""
    """What is to go to standard output."""


def read_body(path: str, stdin: Callable[[], bytes] = lambda: sys.stdin.buffer.read()) -> str:
    """The text of a comment; `-` is standard input.

    Raises:
        SourceError: it cannot be read, or is no text.
    """
    label = "standard input" if path == STDIN else visible(path)
    try:
        return decode_text(stdin() if path == STDIN else read_file(Path(path), label))
    except WireError as error:
        raise SourceError(f"{label} {error}", error.hint) from None


def comment(body: Body, where: PullRequest, summary: str, patience: Patience) -> Said:
    """Post or update the comment; `summary` is the file that CI shows as the summary of a run.

    Raises:
        ConfigError: the key, the URL or the token cannot be meant, or the summary not be written.
        ForgeError: the service could not be reached, or answers something that it should not.
    """
    from confaudit.notify.marks import marked
    from confaudit.notify.sticky import Message

    mark, text = marked(body.text, body.key)
    message = Message(mark, text, _short(text, where.run_url), body.is_clean)
    try:
        kept = _keep(message, where, patience)
    except RefusedError as reason:
        return _left(text, summary, f"no comment was made: {reason}")
    if kept.is_whole:
        return Said(f"the comment is {kept.outcome.value}")
    return _left(text, summary, "the report is too long for a comment, which has its verdict alone")


def _keep(message: "Message", where: PullRequest, patience: Patience) -> "Kept":
    if where.number is None:
        raise RefusedError("this run is not for a pull request")
    if not where.token:
        raise RefusedError("there is no token to comment with")
    from confaudit.notify.door import Door, server
    from confaudit.notify.github import GitHub
    from confaudit.notify.gitlab import GitLab
    from confaudit.notify.sticky import keep

    origin, root = server(where.api_url)
    kind = GitHub if where.forge == GITHUB else GitLab
    forge = kind(root, where.project, where.number)
    with Door(forge.name, origin, where.token, patience.seconds) as door:
        return keep(forge, door, message, patience.retries)


def _short(text: str, run_url: str) -> str:
    """Title and verdict, and where the rest is."""
    blocks = text.strip().split("\n\n")[:_SHORT_BLOCKS]
    head = "\n\n".join(takewhile(_stands_alone, blocks))
    whole = f"[this run]({run_url})" if run_url else "the run of CI that made this comment"
    rest = f"**The rest is too long for a comment.** The whole report is with {whole}."
    return "\n\n".join(filter(None, (head if len(head) <= _SHORT_SIZE else "", rest))) + "\n"


def _stands_alone(block: str) -> bool:
    """Whether nothing that begins in a block of Markdown ends after it."""
    return "```" not in block and "<details" not in block


def _left(text: str, summary: str, why: str) -> Said:
    if not summary:
        return Said(f"{why}; the report is on standard output", text)
    _append(Path(summary), text)
    return Said(f"{why}; the report is in the summary of the run")


def _append(path: Path, text: str) -> None:
    """Add to a file what it does not hold yet: who asks for the comment may have done so."""
    try:
        with path.open("a+", encoding="utf-8", newline="\n") as file:
            file.seek(0)
            if text not in file.read():
                file.write(f"\n{text}")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            "the summary of the run cannot be written", "check GITHUB_STEP_SUMMARY"
        ) from None
