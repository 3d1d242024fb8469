"""Values that an example left behind for somebody to replace, known by how they read.

How much of a value has to read so depends on what it is: of a public value a part, of a text for
people the whole, and of a secret the whole as well, because a password may hold any word.
"""

import re
from typing import Final

_MARKED: Final = re.compile(
    r"<[^<>]+>|\[[a-z][a-z _-]+\]|([x*.\u2022\u2026_?-])\1{2,}"
    r"|(?:change|replace|fill|edit|insert|set)[-_ ]?(?:me|this|it)"
    r"|replace|placeholder|todo|fixme|tbd",
    re.IGNORECASE,
)
"""Nothing but a mark: brackets, a mask, a word that stands for what is to come."""

_PART: Final = re.compile(
    r"(?<!\?)(?<!\?P)<[^<>@]+>"  # neither a group of a regular expression nor a mail address
    r"|(?<![A-Za-z0-9])[xX]{3,}(?![A-Za-z0-9])"
    r"|(?<![A-Za-z])(?:(?:change|replace|fill|edit)[-_ ]?(?:me|this)|replace[-_ ]with"
    r"|placeholder|todo|fixme)(?![A-Za-z])"
    r"|(?<![A-Za-z])your(?!(?:s|self)(?![A-Za-z]))[-_ .]?[A-Za-z]{2}",
    re.IGNORECASE,
)

_WORD: Final = r"(?:[A-Za-z]+|(?i:oauth2))"
_WORDS: Final = re.compile(rf"[\"' ]*{_WORD}(?:[-_ ]+{_WORD})*[\"' .!:\u2026]*")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_INSTRUCTION: Final = re.compile(
    r"^(?:change|edit|fill|set|update)\b.*\b(?:me|this|it|your|here|before|later)\b"
    r"|^(?:add|enter|insert|paste|provide|put|replace|specify|use)\b"
    r".*\b(?:me|this|it|your|here|with|by|value)\b"
    r"|^(?:filled|generated|injected|managed|provided|set|taken)\b"
    r".*\b(?:in|automatically|by|from|via|with)\b"
    r"|\byour\b|\bto be\b|. here$|\b(?:placeholder|todo|fixme|tbd|example|dummy)\b"
)
"""What a text of nothing but words says to whoever copies it."""

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:([^:@/]*)(?::(.*))?@)?([^@/?]*)[^@]*")
_NAMED: Final = re.compile(r"[A-Z][A-Z_]+")


def is_mark(text: str) -> bool:
    """Whether a text is no more than a mark for one that is to come."""
    return bool(_MARKED.fullmatch(text.strip()))


def holds_placeholder(text: str) -> bool:
    """Whether a public value is, or holds, what somebody was to replace."""
    return is_mark(text) or bool(_PART.search(text))


def stands_for_secret(text: str) -> bool:
    """Whether a secret is no secret yet: nothing in it can be a credential.

    Words may be a passphrase; only those that tell somebody what to do are taken for none. Of a
    URL that is asked about the password.
    """
    if is_mark(text) or (_WORDS.fullmatch(text) and _INSTRUCTION.search(_spaced(text))):
        return True
    url = _URL.fullmatch(text)
    password, host = (url[2] or "", url[3]) if url else ("", "")
    is_named = _NAMED.fullmatch(password) and _NAMED.fullmatch(host.partition(":")[0])
    return bool(password) and (bool(is_named) or stands_for_secret(password))


def _spaced(text: str) -> str:
    """The words of a text, in small letters and with one blank between them."""
    return " ".join(re.findall(r"[a-z0-9]+", _CAMEL.sub(" ", text).lower()))
