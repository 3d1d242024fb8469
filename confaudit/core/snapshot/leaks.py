"""Secrets that stored files still hold: what today's rules would take out of them.

Rules grow, and what was stored by older ones, or written there by hand, stays in git's history.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from confaudit.core.model import Json, StoredFiles
from confaudit.core.secret import REDACTED, STAND_INS, is_secret
from confaudit.core.snapshot.canonical import parsed
from confaudit.core.snapshot.credentials import redact_text
from confaudit.core.snapshot.redact import redact_files
from confaudit.errors import SourceError

WHOLE: Final = "the whole file"
"""Where a secret is in a file that is damaged."""
NAME: Final = "a name"
"""The last part of where one is that holds a name, not a value."""


def leaks(file: str, text: str) -> tuple[str, ...]:
    """Where a stored file holds secrets: the names that lead there, and nothing of the secrets."""
    try:
        before = parsed(file, text)
        after = redact_files(StoredFiles({file: text})).documents[file]
    except (SourceError, RecursionError):
        return () if redact_text(text) == text else (WHOLE,)
    return tuple(_shown(path) for path in _places(before, after))


def _places(before: Json, after: Json, *path: str) -> Iterator[tuple[str, ...]]:
    """The paths where two documents differ, but for what is no secret any more."""
    if before == after or _is_clean(before):
        return
    if isinstance(before, dict) and isinstance(after, dict) and not is_secret(after):
        yield from _in_mapping(before, after, path)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True), 1):
            yield from _places(one, other, *path, str(number))
    elif not (isinstance(before, str) and isinstance(after, str) and _is_replaced(before, after)):
        yield path


def _in_mapping(
    before: Mapping[str, Json], after: Mapping[str, Json], path: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    for name, value in before.items():
        if name in after:
            yield from _places(value, after[name], *path, name)
        else:
            yield (*path, NAME)


def _is_replaced(before: str, after: str) -> bool:
    """Whether all that would be taken out holds what stands for a secret already.

    Who replaces a password leaves the user's name beside it, and both would be taken out.
    """
    first, *middle = after.split(REDACTED)
    if not middle:
        return False
    last, at = middle.pop(), len(first)
    for kept in middle:
        start = before.find(kept, at)
        if start < at or REDACTED not in before[at:start]:
            return False
        at = start + len(kept)
    end = before.rfind(last, at)
    return end >= at and REDACTED in before[at:end]


def _is_clean(value: Json) -> bool:
    """Whether nothing is left but what stands for secrets, as after they were replaced."""
    if isinstance(value, str):
        return value in STAND_INS or value.startswith(REDACTED)
    if isinstance(value, dict):
        return is_secret(value) or all(map(_is_clean, value.values()))
    if isinstance(value, list):
        return all(map(_is_clean, value))
    return value is None or isinstance(value, bool)


def _shown(path: tuple[str, ...]) -> str:
    """`postgres-url` rather than `settings.postgres-url.value`."""
    below = path[1:] if len(path) > 1 else path
    return ".".join(below[:-1] if len(below) > 1 and below[-1] == "value" else below)
