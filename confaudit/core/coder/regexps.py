"""Regular expressions as Go compiles them: by RE2, so that a search is linear in what it reads.

Whoever wrote pattern and text, no search hangs. The library is the engine that Go's `regexp`
follows; where the two differ stands at `compiled`.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from confaudit.core.coder.go import RefusedError
from confaudit.patterns import regex

if TYPE_CHECKING:
    import re2  # type: ignore[import-untyped]


class TooLargeError(ValueError):
    """A pattern takes more memory than is spent on one here; Go's own limit is higher."""


_RE2_ALONE: Final = regex(
    r"\\Q.*?(?:\\E|\Z)|\\[^C]|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*+\]"
    r"|(?P<refused>\\C|\{(?:[0-9]{9,}(?:,[0-9]*)?|[0-9]+,[0-9]{9,})\})",
    re.DOTALL,
)
"""Quoted text, escapes and classes, which are passed over; else what Go refuses. For patterns that
RE2 takes, whose brackets match."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> "re2.Pattern":
    r"""Compile a pattern; loads the library when it is first asked.

    RE2 alone takes `\C`, a single byte, repeats of more than eight digits, which are text to it,
    and names of groups beyond ASCII.

    Raises:
        RefusedError: Go could not compile it.
        TooLargeError: It is not known whether Go could.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        found = re2.compile(_encodable(pattern), options)
    except re2.error as error:
        raise _refusal(error.args[0]) from None
    is_refused = any(piece["refused"] for piece in _RE2_ALONE.finditer(pattern))
    if is_refused or not "".join(found.groupindex).isascii():
        raise _refusal(b"")
    return found


def _refusal(reason: bytes) -> ValueError:
    """What to raise for a complaint of the library, which repeats the pattern."""
    if reason.startswith(b"pattern too large"):
        return TooLargeError("the regular expression is too large to be checked here")
    if reason.startswith(_REPEATS):
        return RefusedError("a repeat in the regular expression is more than Go allows")
    if reason.startswith(b"invalid perl operator"):
        return RefusedError("Go's regular expressions have no look-around, no back-references")
    return RefusedError("it is no regular expression that Go can compile")


_REPEATS: Final = (b"invalid repetition size", b"bad repetition operator")


def check(pattern: str) -> str:
    """Leave a pattern as it is, unless Go certainly refuses it.

    Raises:
        RefusedError: Go could not compile it.
    """
    try:
        compiled(pattern)
    except TooLargeError:
        return pattern
    return pattern


def is_found(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text.

    Raises:
        RefusedError: Go could not compile the pattern.
        TooLargeError: It takes too much memory.
    """
    return compiled(pattern).search(_encodable(text)) is not None


def _encodable(text: str) -> str:
    """Half a surrogate pair, which JSON may hold, has no UTF-8."""
    return text.encode("utf-8", "replace").decode()
