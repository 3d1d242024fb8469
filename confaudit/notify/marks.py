"""The hidden mark by which a comment is found again."""

from typing import Final

from confaudit.errors import ConfigError
from confaudit.patterns import regex

_MARK: Final = regex(r"\s*<!-- confaudit:([a-z-]+) -->\n?")
"""Every report in Markdown begins with one, which says what kind it is."""
_KEY: Final = regex(r"(?!.*--)[A-Za-z0-9._-]{1,64}")
"""Nothing that could end the comment of HTML that hides it."""


def marked(body: str, key: str) -> tuple[str, str]:
    """The mark of a body, and the body without it; a key tells two of one kind apart.

    A body without a mark is taken for a review.

    Raises:
        ConfigError: the key could be seen.
    """
    if key and not _KEY.fullmatch(key):
        raise ConfigError(
            "the key of a comment is to be of letters, digits, dots and single hyphens",
            "give a short word, such as prod",
        )
    found = _MARK.match(body)
    kind = found[1] if found else "review"
    return f"<!-- confaudit:{kind}{key and f':{key}'} -->", body[found.end() if found else 0 :]
